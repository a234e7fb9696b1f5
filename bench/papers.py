"""How long a paper takes: typesetting a notice and a licence, the text for the screen, and issuing with number and file."""

import datetime
import json
import pathlib
import statistics
import time
from zoneinfo import ZoneInfo

RENDERS = 60
ISSUES = 40
AT = datetime.datetime(2026, 10, 12, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
REGION = "149999"  # No such place: the rows of this run are nobody's.
ORGAN = "11140106DEM00007X7"
WORDS = {
    "organ": {"code": ORGAN, "name": "示例区行政审批服务管理局", "mark": "示审批"},
    "is_demo": True,
    "applicant": {"name": "示例面馆", "kind": "organization", "code": "92140106DEM0003100"},
    "matter": {"title": "示例许可", "code": "x"},
    "case": {
        "number": "140106-2026-00000412-7",
        "filed_on": "2026-10-09",
        "accepted_on": "2026-10-12",
    },
    "check_url": "http://127.0.0.1:8000/cases/f1c9d2a4-5b7e-4f0a-9c21-7d1e33b0a9d5",
    "due": {"statutory": {"days": 20, "last_on": "2026-11-09"}},
    "reasons": ["一、选址不符合规定。", "二、没有设置独立的清洗消毒区域。"],
    "articles": [{"law": "中华人民共和国食品安全法", "article": "第三十五条第二款"}],
}
LICENCE = {
    "number": "JY21401060000412",
    "key_id": "0" * 16,
    "check_url": "http://127.0.0.1:8000/licences/140106-abcdefghijklmnopqrstuvwxyz",
    "fields": [
        {"title": "经营者名称", "value": "示例面馆"},
        {"title": "经营项目", "value": "热食类食品制售"},
    ],
    "licence": {
        "certificate_name": "示例许可证",
        "certificate_holder_name": "示例面馆",
        "certificate_identifier": "1.2.156.3005.2.0.0.0.001.0",
        "certificate_validate_start": "2026-10-12",
        "certificate_validate_end": "2031-10-11",
        "certificate_issued_date": "2026-10-12",
        "certificate_issuing_authority_name": "示例区行政审批服务管理局",
    },
}


def run():
    from tongban.papers import actions, queries

    said = {**WORDS, "number": "示审批许受〔2026〕1号", "issued_at": AT}
    first = milliseconds(lambda n: queries.rendered(**paper("acceptance", said, n)), 1)
    notice = milliseconds(lambda n: queries.rendered(**paper("decision_refuse", said, n)), RENDERS)
    licence = milliseconds(
        lambda n: queries.rendered(**paper("licence", {**said, **LICENCE}, n)), RENDERS
    )
    screen = milliseconds(lambda n: queries.text_of(**paper("decision_refuse", said, n)), RENDERS)
    before = resident_mib()
    milliseconds(lambda n: queries.rendered(**paper("acceptance", said, n + RENDERS)), 5 * RENDERS)
    growth = resident_mib() - before
    fresh = time.time_ns() // 1000  # Cases of this run alone: what is issued already costs nothing.
    issue = milliseconds(
        lambda n: actions.issue_notice(
            region_code=REGION,
            case_id=fresh + n,
            event_n=2,
            template="decision_refuse",
            procedure_id="permit",
            words={**WORDS, "applicant": {"name": f"示例面馆{n}", "kind": "organization"}},
            at=AT,
        ),
        ISSUES,
    )
    size = len(queries.rendered(**paper("decision_refuse", said, 0)))
    return {
        "paper_first_cpu_ms": {"value": first, "unit": "ms cpu", "target": "<= 500", "peer": None},
        "paper_notice_cpu_ms": {"value": notice, "unit": "ms cpu", "target": "<= 60", "peer": None},
        "paper_licence_cpu_ms": {
            "value": licence,
            "unit": "ms cpu",
            "target": "<= 100",
            "peer": None,
        },
        "paper_screen_cpu_ms": {"value": screen, "unit": "ms cpu", "target": "<= 20", "peer": None},
        "paper_issue_cpu_ms": {
            "value": issue,
            "unit": "ms cpu",
            "target": "<= 100",
            "peer": notice,
        },
        "paper_notice_kb": {
            "value": round(size / 1000, 1),
            "unit": "kB",
            "target": "<= 100",
            "peer": None,
        },
        "paper_growth_mib": {"value": growth, "unit": "MiB", "target": "<= 64", "peer": None},
    }


def paper(template, words, n):
    """The n-th of a row of papers that differ, so that nothing of the last one can be used again."""
    applicant = {**words["applicant"], "name": f"示例面馆{n}"}
    return {
        "procedure_id": "permit",
        "template": template,
        "words": json.loads(json.dumps({**words, "applicant": applicant}, default=str)),
    }


def milliseconds(act, times):
    taken = []
    for n in range(1, times + 1):
        begun = time.process_time()
        act(n)
        taken.append((time.process_time() - begun) * 1000)
    return round(statistics.median(taken), 1)


def resident_mib():
    pages = int(pathlib.Path("/proc/self/statm").read_text().split()[1])
    return round(pages * 4096 / 2**20, 1)
