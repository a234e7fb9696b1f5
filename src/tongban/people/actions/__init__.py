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
from tongban.people.actions.standing import (
    DelegationNeedsReason,
    DelegationTooLong,
    GrantNeedsBasis,
    NoDeputy,
    NoSuchDelegation,
    NotToDelegate,
    RecusalNeedsReason,
    delegate,
    end_delegation,
    grant,
    recuse,
)

__all__ = [
    "AlreadyRegistered",
    "BadRegistry",
    "DelegationNeedsReason",
    "DelegationTooLong",
    "GrantNeedsBasis",
    "NameMissing",
    "NoDeputy",
    "NoSuchDelegation",
    "NotAPhone",
    "NotAResidentId",
    "NotToDelegate",
    "PasswordTooWeak",
    "RecusalNeedsReason",
    "UsernameTaken",
    "change_language",
    "delegate",
    "end_delegation",
    "faults_of",
    "grant",
    "load",
    "recuse",
    "register_person",
]
