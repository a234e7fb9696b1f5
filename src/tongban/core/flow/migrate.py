"""Moving a running case to another version of its flow: each open token to its image, or not at all.

Sources: M. Reichert, B. Weber, Enabling Flexibility in Process-Aware Information Systems (2012), chapter 9
(migration of running instances); 立法法 art. 104 (a new rule does not reach back to the burden of those concerned)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tongban.core.flow.graph import BOUNDARIES, Edge, Graph, Kind, Node
from tongban.core.flow.tokens import Token

NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Missing:
    """An event of the new version on a task that is open: it begins with the time its host began."""

    node: str
    host: Token


@dataclass(frozen=True, slots=True)
class Plan:
    """What a migration does to the tokens of one case; with `homeless` ones it may not be done.

    :ivar moved: tokens at their new places, under their old numbers;
    :ivar dropped: events of the old version on a task whose new version has none;
    :ivar missing: events that only the new version has;
    :ivar homeless: tokens without an image, by number, with the reason."""

    moved: tuple[Token, ...]
    dropped: tuple[int, ...]
    missing: tuple[Missing, ...]
    homeless: Mapping[int, str]


def plan(old: Graph, new: Graph, tokens: tuple[Token, ...], images: Mapping[str, str] = NOTHING) -> Plan:
    """Where each token goes. `images` names the new id of nodes and edges that are called otherwise now."""
    moved: list[Token] = []
    dropped: list[int] = []
    homeless: dict[int, str] = {}
    for token in tokens:
        here, there = old.nodes[token.node], new.nodes.get(images.get(token.node, token.node))
        if here.kind in BOUNDARIES and (there is None or there.host != images.get(here.host, here.host)):
            dropped.append(token.n)
            continue
        reason = _why_not(here, there, images)
        edge = _way(token, there, new, images) if there and not reason else None
        if there is None or edge is None:
            homeless[token.n] = reason or "way"
        else:
            moved.append(Token(token.n, there.id, edge.id, token.scope, token.item))
    return Plan(tuple(moved), tuple(dropped), tuple(_missing(new, moved)), homeless)


def _why_not(here: Node, there: Node | None, images: Mapping[str, str]) -> str:
    """Why a node is no image of another, or an empty word."""
    if there is None:
        return "gone"
    if there.kind is not here.kind or (there.repeat is None) != (here.repeat is None):
        return "kind"
    return "" if there.inside == images.get(here.inside, here.inside) else "inside"


def _way(token: Token, there: Node, new: Graph, images: Mapping[str, str]) -> Edge | None:
    """The edge by which it came. A join counts its edges, so there it has to be the very one."""
    host = new.nodes[there.host] if there.kind in BOUNDARIES else there
    name = images.get(token.came_by, token.came_by)
    same = next((edge for edge in host.incoming if edge.id == name), None)
    if same is not None or there.kind in (Kind.PARALLEL, Kind.INCLUSIVE) or not host.incoming:
        return same
    return host.incoming[0]


def _missing(new: Graph, moved: list[Token]) -> Iterator[Missing]:
    """One for each event and each host; members of a collection share theirs."""
    known = {(token.node, token.scope, token.came_by) for token in moved}
    for token in moved:
        for event in new.nodes[token.node].boundary:
            place = (event, token.scope, token.came_by)
            if new.nodes[event].kind is not Kind.ERROR_BOUNDARY and place not in known:
                known.add(place)
                yield Missing(event, token)
