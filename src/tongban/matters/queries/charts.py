"""What the guide draws: the chart of the flow that runs, its steps in words, the bar of legal time.

Sources: 行政许可法 art. 30 (the procedure is published), 42 and 45 (time limits, time that does not count);
DB63/T 1755 annex (flow charts of service guides)."""

import functools
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongban.core import clock, draw, flow
from tongban.matters.queries.definition import Definition, NodeRule, definition

PAUSE_SHARE = 2  # How wide the hatched part of the bar is: an example, in working days.


@dataclass(frozen=True, slots=True)
class StepRow:
    """A step of the flow in words: who, by when, what happens, which ways lead on."""

    heading: str
    who: str
    limit: str
    text: str
    is_parallel: bool
    is_end: bool
    state: str
    ways: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """The flow of a version, drawn for wide screens and told for narrow ones."""

    svg: str
    steps: tuple[StepRow, ...]


@functools.lru_cache(maxsize=512)
def chart(version_id: int, language: str) -> Chart:
    """The chart of a version; versions are immutable, so it is drawn once for each language.

    The language must be the active one: the words between the names come from gettext.
    """
    return chart_of(definition(version_id), language)


def chart_of(found: Definition, language: str, *, path: Collection[str] = ()) -> Chart:
    """The chart of a definition, published or not; `path` are edges to be drawn strongly."""
    lanes, words = _lanes(found, language), _words(found, language)
    label = _("流程图：%(title)s。文字版见下。") % {"title": _title(found, language)}
    svg = draw.swimlane(found.graph, lanes, words, label=label, path=path, name="flow")
    rows = draw.steps(found.graph, lanes, words)
    return Chart(svg, tuple(_step(row, found, language) for row in rows))  # The writer has escaped the drawing.


def marked_chart(version_id: int, language: str, *, done: Collection[str], now: Collection[str]) -> str:
    """The chart with a case in it: a tick where it has been, a badge where it is now. Drawn anew each time."""
    found = definition(version_id)
    marks = {node: draw.Mark(_("已办"), is_done=True) for node in done if node in found.nodes}
    marks |= {node: draw.Mark(_("现在")) for node in now if node in found.nodes}
    return draw.swimlane(
        found.graph, _lanes(found, language), _words(found, language), marks=marks, name="case-flow",
        label=_("流程图：%(title)s，标出本件现在的位置。文字版见下。") % {"title": _title(found, language)},
    )


def bar(found: Definition, period: clock.Period) -> str:
    """The bar of legal time: the promise, the law, an extension, and a stretch that does not count."""
    promised = next((rule.working_days for rule in found.clocks if rule.working_days), None)
    length = period.length
    assert promised is not None
    assert length is not None
    first, rest = (promised + 1) // 2, promised // 2
    stretches = [
        draw.Stretch(draw.Part.COUNTED, first if period.suspends else promised, "", draw.Tick.START, _("受理"))
    ]
    if period.suspends:
        stretches += [
            draw.Stretch(draw.Part.PAUSED, PAUSE_SHARE, _("检验等：暂停计时")),
            draw.Stretch(draw.Part.COUNTED, max(rest, 1)),
        ]
    if promised < length:
        stretches.append(
            draw.Stretch(
                draw.Part.OVER_PROMISE, length - promised, _("超过承诺，仍在法定期限内"), draw.Tick.PROMISE,
                _("承诺 %(days)d 个工作日") % {"days": promised},
            )
        )  # fmt: skip
    if period.extension and period.extension.length:
        stretches.append(
            draw.Stretch(
                draw.Part.EXTENDED, period.extension.length,
                _("延长：最多再加 %(days)d 日，须书面告知理由") % {"days": period.extension.length},
                draw.Tick.LIMIT, _("法定 %(days)d 个工作日") % {"days": length},
            )
        )  # fmt: skip
    return draw.time_bar(
        stretches,
        label=_("期限示意：承诺 %(promised)d 个工作日，法定 %(statutory)d 个工作日。") % {"promised": promised, "statutory": length},
        name="time",
    )


def _lanes(found: Definition, language: str) -> Mapping[str, str]:
    """The title of each node's lane: that of the flow, or in English its translation."""
    if language == "zh":
        return {}
    titles = {}
    for node in found.graph.nodes:
        lane = found.graph.lane_of(node)
        if lane is not None:
            titles[node] = found.flow_words_en.get(lane.id, lane.name)
    return titles


def _words(found: Definition, language: str) -> Mapping[str, draw.NodeWords]:
    words = {}
    for node in found.graph.nodes.values():
        rule = found.nodes.get(node.id)
        if rule is not None:
            title = rule.title if language == "zh" else rule.title_en
            words[node.id] = draw.NodeWords(title, _limit(rule), _tone(rule))
        else:
            name = node.name if language == "zh" else found.flow_words_en.get(node.id, node.name)
            words[node.id] = draw.NodeWords(name, "", _end_tone(node))
    if language != "zh":
        for edge in found.graph.edges.values():
            if edge.name:
                words[edge.id] = draw.NodeWords(found.flow_words_en.get(edge.id, edge.name))
    return words


def _tone(rule: NodeRule) -> draw.Tone:
    """The node where the clock of the law starts stands out."""
    return draw.Tone.KEY if "accept" in rule.acts else draw.Tone.PLAIN


def _end_tone(node: flow.Node) -> draw.Tone:
    # An end is good or bad by the words of the flow itself: ends reached by a default edge are the refusals.
    if node.kind not in (flow.Kind.END, flow.Kind.TERMINATE):
        return draw.Tone.PLAIN
    is_default = any(edge.condition is None and edge.name for edge in node.incoming)
    return draw.Tone.REFUSED if is_default else draw.Tone.DONE


def _limit(rule: NodeRule) -> str:
    if rule.limit_working_days is None:
        return ""
    days = rule.limit_working_days
    return ngettext("%(days)d 个工作日内", "%(days)d 个工作日内", days) % {"days": days}


def _step(row: draw.Step, found: Definition, language: str) -> StepRow:
    rule = found.nodes.get(row.node)
    en = language != "zh"
    if rule is None:
        return StepRow(row.title, "", "", "", False, True, _end_state(found.graph.nodes[row.node]), ())
    who = (found.roles_en if en else found.roles).get(rule.role, rule.role)
    if rule.officers > 1:
        who = _("%(who)s，%(count)d 人") % {"who": who, "count": rule.officers}
    return StepRow(
        heading=f"{row.number}. {row.title}",
        who=who,
        limit=_limit(rule),
        text=rule.words_en if en else rule.words,
        is_parallel=row.is_parallel,
        is_end=False,
        state="later",
        ways=tuple(
            _("%(answer)s：转“%(places)s”") % {"answer": answer, "places": _("、").join(places)}
            for answer, places in row.ways
        ),
    )


def _end_state(node: flow.Node) -> str:
    return "bad" if _end_tone(node) is draw.Tone.REFUSED else "done"


def _title(found: Definition, language: str) -> str:
    return found.title if language == "zh" else found.title_en
