"""What may be done to the registry of people: register, grant, recuse, load."""

from tongban.people.actions.loading import BadRegistry, load
from tongban.people.actions.registration import (
    AlreadyRegistered,
    NameMissing,
    NotAPhone,
    NotAResidentId,
    PasswordTooWeak,
    UsernameTaken,
    change_language,
    faults_of,
    register_person,
)
from tongban.people.actions.standing import GrantNeedsBasis, RecusalNeedsReason, grant, recuse

__all__ = [
    "AlreadyRegistered",
    "BadRegistry",
    "GrantNeedsBasis",
    "NameMissing",
    "NotAPhone",
    "NotAResidentId",
    "PasswordTooWeak",
    "RecusalNeedsReason",
    "UsernameTaken",
    "change_language",
    "faults_of",
    "grant",
    "load",
    "recuse",
    "register_person",
]
