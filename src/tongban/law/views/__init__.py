"""Pages of the law: for everybody, and for the legal administrators who change the register."""

from tongban.law.views.administering import (
    decide,
    office,
    proposal,
    propose_law,
    propose_notice,
    propose_rule,
)
from tongban.law.views.public import (
    calendar,
    export,
    law,
    period,
    period_calendar,
    register,
    simulate,
    simulate_calendar,
    year,
)
