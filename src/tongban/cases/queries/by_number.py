"""A case found by its printed number, for those who may see it."""

from tongban.cases import models
from tongban.cases.queries import sight
from tongban.core import codes

ID_PER_YEAR = 10**8  # An id is year * 10**8 + serial; see models.Case.


def ref_of_number(number: codes.CaseNumber, *, viewer: sight.Viewer) -> str | None:
    """The public reference of the case with this number; None where there is none for this viewer."""
    case_id = number.year * ID_PER_YEAR + number.serial
    found = models.Case.objects.filter(sight.visible_to(viewer), region_code=number.region_code, id=case_id)
    ref = found.values_list("ref", flat=True).first()
    return str(ref) if ref else None
