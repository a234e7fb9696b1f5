"""The sample case that the tests of papers write about."""

import datetime

from tongban.core import codes

AT = datetime.datetime(2026, 10, 12, 1, 30, tzinfo=datetime.UTC)  # 09:30 in Shanghai.
ORGAN = codes.generated_uscc("11", "140106", 7)
HOLDER = codes.generated_uscc("92", "140106", 31)

WORDS = {
    "organ": {
        "code": ORGAN,
        "name": "太原市迎泽区行政审批服务管理局",
        "mark": "迎审批",
        "address": "太原市迎泽区政务服务大厅",
        "phone": "0351-0000000",
    },
    "is_demo": True,
    "case": {
        "number": "140106-2026-00000412-7",
        "filed_on": datetime.date(2026, 10, 9),
        "accepted_on": datetime.date(2026, 10, 12),
    },
    "check_url": "http://127.0.0.1:8000/check/140106-aaaabbbbccccddddeeeeffff22",
    "matter": {"title": "示例许可", "code": "11140106DEM000070X000000000000"},
    "applicant": {"name": "太原市迎泽区晋味面馆", "kind": "organization", "code": HOLDER},
    "due": {
        "statutory": {"days": 20, "last_on": datetime.date(2026, 11, 9)},
        "promised": {"days": 10, "last_on": datetime.date(2026, 10, 26)},
        "is_provisional": False,
    },
    "remedies": {"reconsideration": "太原市迎泽区人民政府", "court": "太原市迎泽区人民法院"},
    "form": {
        "place": "太原市迎泽区柳巷1号",
        "kinds": ["热食类食品制售", "冷食类食品制售"],
        "chief": "王小晋",
    },
}

RULE = {
    "title": {"zh": "示例许可证", "en": "Sample licence"},
    "type_code": codes.generated_uscc("11", "100000", 1) + "022",
    "defining": {"name": "示例总局", "code": codes.generated_uscc("11", "100000", 1)},
    "number": "JY2{region}{serial:6}{check}",
    "valid_years": 5,
    "holder": {
        "name": "applicant.name",
        "code": "applicant.code",
        "kind": "统一社会信用代码",
        "kind_code": "001",
    },
    "fields": [
        {"id": "name", "title": {"zh": "经营者名称", "en": "Operator"}, "from": "applicant.name"},
        {
            "id": "chief",
            "title": {"zh": "负责人", "en": "In charge"},
            "from": "form.chief",
            "is_public": False,
        },
        {"id": "place", "title": {"zh": "经营场所", "en": "Place"}, "from": "form.place"},
        {"id": "kinds", "title": {"zh": "经营项目", "en": "Items"}, "from": "form.kinds"},
        {
            "id": "note",
            "title": {"zh": "备注", "en": "Note"},
            "from": "form.note",
            "is_optional": True,
        },
    ],
}

LICENSING = "中华人民共和国行政许可法"
FOOD = "中华人民共和国食品安全法"
EXTRA = {
    "receipt": {
        "case": {
            **WORDS["case"],
            "filed_at": datetime.datetime(2026, 10, 9, 16, 30, tzinfo=datetime.UTC),
            "channel": "网上",
        },
        "materials": [{"title": "营业执照", "form": "电子件", "count": 1}],
        "due": {"acceptance": {"last_on": datetime.date(2026, 10, 16)}},
    },
    "correction": {
        "items": [
            {"title": "平面图", "problem": "没有标明面积", "remedy": "标明后上传"},
            {"title": "健康证明", "problem": "已经到期"},
        ]
    },
    "non_acceptance": {
        "reasons": ["申请事项不属于本机关职权范围。"],
        "articles": [{"law": LICENSING, "article": "第三十二条第一款第二项"}],
        "other_organ": "太原市行政审批服务管理局",
    },
    "extension": {
        "reasons": "现场核查需要联合进行。",
        "articles": [{"law": LICENSING, "article": "第四十二条第一款"}],
        "extension": {
            "approver": "本机关负责人",
            "length": 10,
            "unit": "个工作日",
            "from_on": datetime.date(2026, 11, 9),
            "until_on": datetime.date(2026, 11, 23),
        },
    },
    "excluded_time": {
        "articles": [{"law": LICENSING, "article": "第四十五条"}],
        "excluded": {
            "ground": "检验",
            "document": "检验通知单",
            "first_on": datetime.date(2026, 10, 19),
        },
    },
    "recomputation": {
        "articles": [{"law": LICENSING, "article": "第八十二条"}],
        "recomputed": {
            "because": "国办发明电〔2026〕9号",
            "clocks": [
                {
                    "title": "法定办结期限",
                    "was_on": datetime.date(2026, 11, 9),
                    "now_on": datetime.date(2026, 11, 10),
                }
            ],
        },
    },
    "decision_grant": {
        "articles": [{"law": FOOD, "article": "第三十五条第二款"}],
        "grant": {"licence_title": "示例许可证", "validity": "五年"},
        "departments": [{"name": "甲部门", "permit": "甲许可", "opinion": "同意"}],
    },
    "decision_refuse": {
        "reasons": ["一、选址不符合规定。", "二、没有清洗区域。"],
        "articles": [
            {"law": FOOD, "article": "第三十三条第一款第一项"},
            {"law": FOOD, "article": "第三十五条第二款"},
        ],
        "departments": [
            {"name": "甲部门", "permit": "甲许可", "opinion": "不同意"},
            {"name": "乙部门", "permit": "乙许可"},
        ],
    },
    "acceptance": {"departments": [{"name": "甲部门", "permit": "甲许可"}]},
    "delivery": {
        "delivery": {
            "papers": [{"title": "准予行政许可决定书", "number": "迎审批许准〔2026〕1号"}],
            "method": "网上送达",
        }
    },
}


def words_of(template, **other):
    """Everything the template may say, in the sample case."""
    issued = {"number": "迎审批许受〔2026〕1号", "issued_at": AT}
    return {**WORDS, **issued, **EXTRA.get(template, {}), **other}
