"""What may be done with a case: each act is one function, one transaction, at least one event."""

from tongban.cases.actions.applicant import (
    AlreadyRated,
    AnswersRefused,
    MaterialMissing,
    MaterialNotAsked,
    MatterClosed,
    NotOver,
    ScoreOutOfRange,
    TooLateToWithdraw,
    rate,
    submit,
    supplement,
    withdraw,
)
from tongban.cases.actions.children import follow
from tongban.cases.actions.guards import (
    SYSTEM,
    Actor,
    CertificateExpired,
    DutiesExclude,
    GrantEnded,
    MustStandAside,
    NoCertificate,
    NoGrant,
    NotForYou,
    NotYourTask,
    ReasonMissing,
    SecondCorrection,
    UnknownOutcome,
    actor_of,
)
from tongban.cases.actions.officer import (
    NothingToCorrect,
    accept,
    answer_late,
    complete,
    decide,
    refuse_acceptance,
    request_supplement,
    serve,
)
from tongban.cases.actions.recompute import reproject
from tongban.cases.actions.revision import (
    AGAIN,
    AlreadyAsked,
    DocumentMissing,
    NoImage,
    NoSuchRecord,
    NotAsked,
    NothingCorrected,
    NothingToReopen,
    NotThisMatter,
    add_department,
    correct,
    migrate,
    reopen,
)
from tongban.cases.actions.staff import NotAble, reassign, recuse
from tongban.cases.actions.step import (
    AlreadyDone,
    CaseOver,
    Done,
    KeyReused,
    NoSuchCase,
    NotThisAct,
    SameOfficerTwice,
    SignersDisagree,
    case_number,
)
from tongban.cases.actions.time import (
    DayNotCome,
    NoRunningClock,
    extend,
    pause,
    resume,
)
from tongban.cases.actions.timers import SILENT, fire
