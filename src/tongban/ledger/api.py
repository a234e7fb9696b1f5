"""The ledger for programs: the logs and how they stand. Entries and proofs are static files (tlog-tiles)."""

from datetime import datetime

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Router, Schema
from pydantic import Field

from tongban.core.refusal import Refusal
from tongban.ledger import queries

router = Router(tags=["ledger"], auth=None)


class NoSuchLog(Refusal):
    status = 404
    code = "no-such-log"
    says = _("没有编号为%(log)s的账本。账本以城市编号命名，例如140100；省级机关为140000。")


class Log(Schema):
    """A log and its newest checkpoint."""

    log: str = Field(description="Six digits: the city, or 140000 for provincial organs")
    origin: str = Field(description="Name of the log in its checkpoints; the address of its files without scheme")
    vkey: str = Field(description="Public key of the log, as signed-note writes it")
    promise_vkey: str = Field(description="Public key under which promises are signed")
    size: int = Field(description="Entries integrated")
    waiting: int = Field(description="Entries queued and not yet integrated")
    waiting_since: datetime | None = Field(description="When the oldest of them was queued")
    checkpoint: str = Field(description="The newest signed checkpoint, a signed note")
    checkpoint_size: int | None
    signed_at: datetime | None
    witnesses: list[str] = Field(description="Names of those who have cosigned it")
    trouble: str = Field(description="Why the log stands still, by name; empty if it does not")
    checked_at: datetime | None = Field(description="When the log was last examined as a whole")
    findings: list[str] = Field(description="Names of the checks that failed then; empty if none did")


@router.get("/logs", response=list[Log], summary="All logs")
def logs(request: HttpRequest) -> list[queries.LogState]:
    return list(queries.states())


@router.get("/logs/{log}", response=Log, summary="One log")
def log(request: HttpRequest, log: str) -> queries.LogState:
    state = queries.state(log)
    if state is None:
        raise NoSuchLog(log=log)
    return state
