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
