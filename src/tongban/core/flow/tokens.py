"""Tokens, the commands that move them, and what a step changes.

Sources: OMG BPMN 2.0.2 (formal/2013-12-09), clause 13 (execution semantics)."""

from dataclasses import dataclass

from tongban.core import refusal


class NoSuchToken(refusal.Refusal):
    code = "no-such-token"
    says = "这个环节已经办完，或者不存在。请刷新页面查看现在的进度。"


class NotOpen(refusal.Refusal):
    """The token waits for others, not for a person."""

    code = "token-not-open"
    says = "这个环节正在等待其他环节，不能单独办结。"


class AlreadyStarted(refusal.Refusal):
    code = "already-started"
    says = "办件已经开始。"


class NoWay(refusal.Refusal):
    """No condition of the gateway holds and it has no default."""

    code = "no-way"
    says = "流程在“%(element)s”处没有可走的路：所有条件都不成立，也没有默认路径。"


class RunsInCircle(refusal.Refusal):
    code = "runs-in-circle"
    says = "流程在“%(element)s”处不停转圈，已停止。"


@dataclass(frozen=True, slots=True)
class Token:
    """An open place. `came_by` is the edge, `scope` the token that holds it (0 = the case),
    `item` the member of the collection it stands for."""

    n: int
    node: str
    came_by: str
    scope: int = 0
    item: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    pass


@dataclass(frozen=True, slots=True)
class Complete:
    """Token n is done, its result already in the data; or the message or signal it waits for came."""

    n: int


@dataclass(frozen=True, slots=True)
class Cancel:
    """Token n is dropped; 0 drops the whole case."""

    n: int
    reason: str


@dataclass(frozen=True, slots=True)
class Fire:
    """The time of token n has come."""

    n: int


@dataclass(frozen=True, slots=True)
class Fail:
    """The work of token n ended in an error, to be caught by a boundary event."""

    n: int
    error: str


@dataclass(frozen=True, slots=True)
class Enter:
    """A token arrives by this edge of the flow itself: a case that was over is opened again there."""

    edge: str


@dataclass(frozen=True, slots=True)
class Add:
    """One more member beside token n, whose list was fixed when it was armed."""

    n: int
    item: str


Command = Start | Complete | Cancel | Fire | Fail | Enter | Add


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a step changes. `opened` holds only tokens that wait. Notes are `code:place[:words]`:
    `null:edge` a condition that was null, `empty:node` a collection without members,
    `merged:node` a second arrival while the members were still at work, `thrown:node` a message or
    signal sent, `interrupted:n:node` a task ended by that boundary event, `error:code` one that
    nothing caught and that ended the case."""

    closed: tuple[int, ...]
    cancelled: tuple[int, ...]
    opened: tuple[Token, ...]
    passed: tuple[str, ...]
    notes: tuple[str, ...]
    is_finished: bool
    next_n: int
