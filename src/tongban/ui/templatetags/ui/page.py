"""Parts of the frame and of the home page: breadcrumb, pagination, doors, life scenes, statistics."""

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tongban.ui.templatetags.ui import parts, words

register = template.Library()


@register.simple_tag
def crumb(*steps: Any) -> SafeString:
    """Breadcrumb: `{% crumb home_url _("首页") list_url _("我的办件") case.title %}`: pairs of address and words, then here."""
    pairs = format_html_join("", '<li><a href="{}">{}</a></li>', zip(steps[0:-1:2], steps[1:-1:2], strict=True))
    return format_html(
        '<nav class="crumb" aria-label="{}"><ol>{}<li><span aria-current="page">{}</span></li></ol></nav>',
        _("面包屑"), pairs, steps[-1],
    )  # fmt: skip


@register.inclusion_tag("ui/parts/_pagination.html")
def pagination(*, first: int, last: int, total: int, previous: str = "", following: str = "") -> dict[str, Any]:
    """`{% pagination first=1 last=10 total=23 following="?page=2" %}`."""
    return {"first": first, "last": last, "total": total, "previous": previous, "following": following}


@register.simple_tag
def door(url: str, icon: str, title: Any, text: Any) -> SafeString:
    """A door of the home page: `{% door url "user" _("个人办事") _("户籍、社保等") %}`."""
    return format_html('<a class="door" href="{}">{}<b>{}</b><span>{}</span></a>', url, parts.icon(icon), title, text)


@register.simple_tag
def life(url: str, icon: str, title: Any) -> SafeString:
    """A life scene: `{% life url "building-store" _("开办企业") %}`."""
    return format_html('<a class="life" href="{}">{} {}</a>', url, parts.icon(icon), title)


@register.simple_tag
def stat(figure: Any, text: Any, unit: Any = "") -> SafeString:
    """A figure with its words: `{% stat 20 _("法定期限") _("工作日") %}`."""
    small = format_html(" <small>{}</small>", unit) if unit else ""
    return format_html('<div class="stat"><b class="num">{}{}</b><span>{}</span></div>', figure, small, text)


@register.simple_tag
def kpi(title: Any, figure: Any, text: Any = "") -> SafeString:
    """A figure of the cockpit in its own card: `{% kpi _("本月黄牌") 58 _("其中 41 已消除") %}`."""
    return format_html(
        '<div class="card kpi"><span class="sm muted">{}</span><b class="num">{}</b><span class="sm muted">{}</span></div>',
        title, figure, text,
    )  # fmt: skip


@register.inclusion_tag("ui/parts/_search.html")
def search_box(url: str, *, value: str = "", hint: Any = "", light: bool = False) -> dict[str, Any]:
    """The one search: `{% search_box url hint=_("想办什么事？") %}`; `light=True` outside the hero."""
    return {"url": url, "value": value, "hint": hint, "light": light}


@register.inclusion_tag("ui/parts/_week.html")
def week_box(days: Sequence[Any], *, title: Any = "", text: Any = "") -> dict[str, Any]:
    """Seven days around today, working or not: rows with `day`, `is_working`, `is_worked_weekend`, `is_today`."""
    names = words.WEEKDAYS if words.is_chinese() else words.WEEKDAYS_EN
    cells = [{"row": row, "name": names[row.day.weekday()], "n": row.day.day} for row in days]
    return {"cells": cells, "title": title, "text": text}


@register.inclusion_tag("ui/parts/_print_head.html")
def print_head(organ: Any, day: Any, *, number: str = "") -> dict[str, Any]:
    """The line over a printed sheet, seen on paper only: `{% print_head organ today number=case.number %}`."""
    return {"organ": organ, "day": day, "number": number}
