"""Pages of cases: the officer's list and desk, the files of a case, and the public check."""

from tongban.cases.views.check import check, check_proof
from tongban.cases.views.desk import desk
from tongban.cases.views.files import material, notice, proof
from tongban.cases.views.look import look
from tongban.cases.views.queue import jump, queue
