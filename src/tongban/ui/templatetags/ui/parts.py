"""Small parts: icon, card, note, tag, key-value, summary, tables, steps, tasks, timeline, verification badge."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from zlib import crc32

from django import template
from django.templatetags.static import static
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from tongban.ui import phrases

register = template.Library()

NOTES = {"info": "info-circle", "ok": "circle-check", "warn": "alert-triangle", "red": "circle-x", "pause": "player-pause"}
TAGS = frozenset({"", "run", "ok", "warn", "red", "redl", "pause", "line"})
CARDS = {"yellow": ("y", "warn"), "red": ("r", "redl"), "blue": ("b", "run")}
TASK_TAGS = {"todo": "line", "part": "run", "done": "ok", "blocked": ""}
DOTS = {"done": "check", "wait": "player-pause", "bad": "x", "now": "", "later": ""}


@register.simple_tag
def icon(name: str, label: Any = "", css: str = "") -> SafeString:
    """An icon of the sprite: `{% icon "check" %}`; with words if it stands alone: `{% icon "bell" _("通知") %}`."""
    voice = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="ic {}" viewBox="0 0 24 24" {}><use href="{}#{}"/></svg>', css, voice, static("ui/icons.svg"), name
    )


@register.simple_block_tag(end_name="endcard")
def card(
    content: str,
    title: Any = "",
    *,
    id: str = "",  # noqa: A002 -- the word of HTML
    level: int = 2,
    link: str = "",
    link_text: Any = "",
    small: Any = "",
    css: str = "",
) -> SafeString:
    """A surface with an optional heading: `{% card _("办理经过") id="trail" %}…{% endcard %}`."""
    if not title:
        return format_html('<div class="card {}">{}</div>', css, content)
    more = format_html('<a href="{}">{}</a>', link, link_text) if link else ""
    aside = format_html('<span class="sm muted">{}</span>', small) if small else ""
    name = id or f"h-{crc32(str(title).encode()):08x}"
    return format_html(
        '<section class="card {}" aria-labelledby="{}"><div class="card-h"><h{} id="{}"{}>{}</h{}>{}{}</div>{}</section>',
        css, name, level, name, "" if level == 2 else mark_safe(' class="h3"'), title, level, aside, more, content,
    )  # fmt: skip


@register.simple_block_tag(end_name="endnote")
def note(content: str, kind: str = "info", *, live: bool = False) -> SafeString:
    """A note of one of five kinds, info ok warn red pause: `{% note "ok" %}…{% endnote %}`."""
    voice = mark_safe(' role="status"') if live else ""
    return format_html('<div class="note i {}"{}>{}<div>{}</div></div>', kind, voice, icon(NOTES[kind]), content)


@register.simple_tag
def tag(kind: str, words: Any, icon_name: str = "", big: bool = False) -> SafeString:
    """A tag: `{% tag "run" _("审查中") "clock" %}`; kinds run ok warn red redl pause line, or empty for plain."""
    assert kind in TAGS, kind
    sign = icon(icon_name) if icon_name else ""
    return format_html('<span class="tag {}{}">{}{}</span>', kind, " big" if big else "", sign, words)


@register.simple_tag
def card_tag(level: str) -> SafeString:
    """A supervision card as a card, with its word: `{% card_tag "red" %}`."""
    glyph, kind = CARDS[level]
    return format_html('<span class="tag {}"><span class="cardglyph {}"></span>{}</span>', kind, glyph, phrases.CARD[level])


@register.simple_tag
def kv(rows: Iterable[tuple[Any, Any]], wide: bool = False) -> SafeString:
    """Key and value pairs: `{% kv rows %}`; `wide=True` sets two pairs in a line."""
    body = format_html_join("", "<dt>{}</dt><dd>{}</dd>", ((term, value) for term, value in rows))
    return format_html('<dl class="kv{}">{}</dl>', " kv2" if wide else "", body)


@register.inclusion_tag("ui/parts/_summary.html")
def summary(rows: Sequence[Any], change_url: str = "") -> dict[str, Any]:
    """Answers given, each with a way to change it: rows have `term`, `value` and optionally `url`."""
    return {"rows": rows, "change_url": change_url}


@register.simple_block_tag(end_name="endtablebox")
def tablebox(content: str, label: Any) -> SafeString:
    """A box in which a wide table scrolls: `{% tablebox _("材料清单") %}<table class="tbl cards">…{% endtablebox %}`.

    Give every `<td>` but the first `data-l="列名"`: below 640 px the rows become cards with these words."""
    return format_html('<div class="scroll" tabindex="0" role="region" aria-label="{}">{}</div>', label, content)


@register.simple_tag
def steps(titles: Sequence[Any], current: int) -> SafeString:
    """The step bar of a form: `{% steps titles 2 %}`, counted from 1."""
    return format_html(
        '<ol class="steps" aria-label="{}">{}</ol>',
        _("填写步骤"),
        format_html_join(
            "",
            "<li{}>{}<span> {}</span></li>",
            ((_step_state(n, current), n, title) for n, title in enumerate(titles, start=1)),
        ),
    )


def _step_state(n: int, current: int) -> SafeString | str:
    if n < current:
        return mark_safe(' class="done"')
    return mark_safe(' class="on" aria-current="step"') if n == current else ""


@register.inclusion_tag("ui/parts/_tasks.html")
def task_list(tasks: Sequence[Any]) -> dict[str, Any]:
    """A list of parts to fill in any order: rows have `title`, `url`, `state` (todo part done blocked), optionally `text`."""
    return {"tasks": tasks}


@register.simple_tag
def task_tag(state: str) -> SafeString:
    """The tag of a task's state."""
    return tag(TASK_TAGS[state], phrases.TASK[state])


@register.simple_block_tag(end_name="endtimeline")
def timeline(content: str, label: Any = "") -> SafeString:
    """`{% timeline %}{% step "done" title at %}…{% endstep %}{% endtimeline %}`."""
    voice = format_html(' aria-label="{}"', label) if label else ""
    return format_html('<ol class="tl"{}>{}</ol>', voice, content)


@register.simple_block_tag(end_name="endstep")
def step(content: str, state: str, title: Any, at: Any = "") -> SafeString:
    """One entry of a timeline: state done now wait later bad; `at` is what `{% when %}` gives, or words."""
    sign = icon(DOTS[state]) if DOTS[state] else ""
    moment = at if not at or "<time" in str(at) else format_html('<span class="when">{}</span>', at)
    return format_html(
        '<li class="{}"><span class="dot">{}</span><p><b>{}</b> {}</p><div class="sm">{}</div></li>',
        state, sign, title, moment, content,
    )  # fmt: skip


@register.simple_tag
def empty(words: Any, url: str = "", verb: Any = "") -> SafeString:
    """Why there is nothing, and the next act: `{% empty _("没有今天到期的件。") url _("看全部") %}`."""
    act = format_html(' <a href="{}">{}</a>', url, verb) if url else ""
    return format_html('<p class="empty">{}{}</p>', words, act)


@register.inclusion_tag("ui/parts/_verify.html")
def verify_badge(
    proof_url: str, vkey: str, *, events: int = 0, self_url: str = "", receipt_url: str = ""
) -> dict[str, Any]:
    """The badge the browser fills after checking the proof itself; verify.js finds it by `data-proof-url`.

    `events`: how many records the case has; fewer in the proof is a finding. The words of each state stand in a
    `<template data-state>` and go into the elements `[data-verify=title|words|root]`."""
    return {"proof_url": proof_url, "vkey": vkey, "events": events, "self_url": self_url, "receipt_url": receipt_url}


@register.filter
def item(mapping: Mapping[Any, Any], key: Any) -> Any:
    """A value by a key that is itself a variable: `{{ errors|item:field.name }}`."""
    return mapping.get(key, "") if mapping else ""
