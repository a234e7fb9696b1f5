"""What changed from one published version of a matter to the next, for people who ask which rule was theirs.

Sources: 行政许可法 art. 30 and 8 (what is published binds; changes are published)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from tongban.matters import models
from tongban.matters.queries.definition import NoSuchVersion
from tongban.matters.queries.guides import in_language

Words = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was; empty before or after means it came or went."""

    what: str
    before: str
    after: str


def differences(matter_code: str, n: int, *, language: str = "zh") -> tuple[Difference, ...]:
    """What version n changed against the one before it; nothing for the first.

    :raises NoSuchVersion: the matter has no version n.
    """
    rows = {row.n: row for row in models.MatterVersion.objects.filter(matter_id=matter_code, n__in=[n - 1, n])}
    if n not in rows:
        raise NoSuchVersion()
    if n - 1 not in rows:
        return ()
    old, new = rows[n - 1], rows[n]
    return (
        *_between(in_language(old.document, language), in_language(new.document, language)),
        *_of_text(_("流程图"), old.flow_xml, new.flow_xml),
        *_of_form(old.form, new.form, language),
    )


def _between(old: Words, new: Words) -> Iterator[Difference]:
    for what, key in (
        (_("承诺办结（工作日）"), "promised_working_days"),
        (_("法定期限（工作日）"), "statutory_working_days"),
        (_("事项名称"), "title"),
        (_("结果"), "result"),
    ):
        yield from _of_text(what, str(old.get(key, "")), str(new.get(key, "")))
    yield from _of_text(_("收费"), old["fee"]["words"], new["fee"]["words"])
    for what, key in ((_("材料"), "materials"), (_("依据"), "basis")):
        yield from _of_lists(what, _names(old[key]), _names(new[key]))
    yield from _of_lists(_("条件"), list(old["conditions"]), list(new["conditions"]))
    limits = [{node: row.get("limit_working_days") for node, row in words["nodes"].items()} for words in (old, new)]
    for node, row in new["nodes"].items():
        before, after = limits[0].get(node), limits[1][node]
        if before != after:
            yield Difference(_("环节时限：%(title)s") % {"title": row["title"]}, str(before or ""), str(after or ""))


def _names(rows: list[Words]) -> list[str]:
    return [str(row.get("title") or f"{row['law']} {row['article']}") for row in rows]


def _of_text(what: str, old: str, new: str) -> Iterator[Difference]:
    if old != new:
        is_short = len(old) + len(new) < 400
        yield Difference(what, old if is_short else _("原来的"), new if is_short else _("已更改"))


def _of_lists(what: str, old: list[str], new: list[str]) -> Iterator[Difference]:
    for gone in [one for one in old if one not in new]:
        yield Difference(what, gone, "")
    for come in [one for one in new if one not in old]:
        yield Difference(what, "", come)


def _of_form(old: Words, new: Words, language: str) -> Iterator[Difference]:
    key = "title" if language == "zh" else "x-title-en"
    names = [[str(row[key]) for row in form["properties"].values()] for form in (old, new)]
    yield from _of_lists(_("申请表"), names[0], names[1])
