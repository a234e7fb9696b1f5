"""The facts of a listed matter under the names of the national exchange tables, for the guide and for programs.

Sources: GB/T 39554.1-2020 (codes of government service matters); national exchange table 行政许可类事项基本信息."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

LEVELS = {
    "2": lambda: pgettext("行使层级", "省级"),
    "3": lambda: pgettext("行使层级", "市级"),
    "4": lambda: pgettext("行使层级", "县级"),
    "5": lambda: pgettext("行使层级", "乡级"),
}


def facts(words: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Label and value pairs of a document in one language, as the guide shows them."""
    code = words["implementation_code"]
    licence = words.get("licence") or {}
    rows = [
        (_("实施机关"), words["organ"]["name"]),
        (_("事项类型"), words["procedure"]["power"]),
        (_("行使层级"), LEVELS[code[18]]()),
        (_("服务对象"), words["subject"]),
        (_("办件类型"), words["handling"]),
        (_("办理形式"), words["online"]),
        (_("通办范围"), words["range"]),
        (_("到场次数"), words["visits"]),
        (_("数量限制"), words["quota"]),
        (_("收费"), words["fee"]["words"]),
        (_("结果名称"), words["result"]),
        (_("有效期"), _("%(years)d 年") % {"years": licence["valid_years"]} if licence.get("valid_years") else _("长期")),
    ]
    return [(label, value) for label, value in rows if value]


def code_parts(words: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The 31 characters of the implementation code, part by part, each with what it says."""
    code = words["implementation_code"]
    return [
        (code[:18], _("实施机关的统一社会信用代码")),
        (code[18], _("行使层级：%(level)s") % {"level": LEVELS[code[18]]()}),
        (code[19:], _("国家基本目录中的基本编码")),
    ]


def exchange(document: Mapping[str, Any]) -> dict[str, object]:
    """The main fields of the national exchange table, in the source language."""
    return {
        "task_code": document["implementation_code"],
        "catalog_code": document["base_code"]["value"],
        "local_task_code": document["code"],
        "task_name": document["title"]["zh"],
        "dept_name": document["organ"]["name"]["zh"],
        "dept_code": document["organ"]["code"],
        "use_level": document["implementation_code"][18],
        "by_law": "；".join(f"《{row['law']}》{row['article']}" for row in document["basis"]),
        "accept_condition": "；".join(row["zh"] for row in document["conditions"]),
        "anticipate_day": document["statutory_working_days"],
        "promise_day": document["promised_working_days"],
        "is_fee": "0" if document["fee"]["yuan"] == "0" else "1",
        "server_type": document["subject"]["zh"],
        "transact_addr": document["window"]["place"]["zh"],
        "transact_time": document["window"]["hours"]["zh"],
        "link_way": document["window"]["phone"],
        "supervise_way": document["complaint"]["zh"],
    }
