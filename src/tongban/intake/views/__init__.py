"""The pages: the portal, registration, the application from draft to receipt, the applicant's own cases."""

from tongban.intake.views.attaching import detach, draft_file, materials, upload
from tongban.intake.views.filling import apply, discard, draft, page, renew
from tongban.intake.views.following import (
    case,
    days_file,
    done,
    material_file,
    my,
    notice,
    notice_file,
    promise_file,
    proof,
    receipt_file,
    record_file,
)
from tongban.intake.views.hand_in import check
from tongban.intake.views.own_acts import rate, supplement, withdraw
from tongban.intake.views.portal import home, search, track
from tongban.intake.views.registration import register
