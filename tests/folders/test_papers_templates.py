"""Every paper carries the elements the law demands, in the PDF and on the screen, and its QR code can be read."""

import io
import json
import pathlib
import re

import pypdf
import pytest
import typst
import yaml
import zxingcpp
from PIL import Image

from tests.folders.papers_samples import AT, WORDS, words_of
from tongban.papers import queries
from tongban.papers.queries import rendering

PROCEDURES = pathlib.Path(__file__).parents[2] / "packs" / "national" / "procedures"
NOTICES = [
    (folder.parent.name, template)
    for folder in sorted(PROCEDURES.glob("*/notices"))
    for template in yaml.safe_load((folder / "index.yaml").read_text(encoding="utf-8"))
    if template != "licence"
]
# 行政许可法 art. 32, 38, 42, 44, 45; 行政复议法 art. 20; 行政诉讼法 art. 46.
MUST_SAY = {
    "receipt": ["营业执照", "2026年10月10日0时30分", "逾期不告知的，自收到申请材料之日起即为受理"],
    "acceptance": [
        "予以受理",
        "2026年10月12日",
        "20个工作日，至2026年11月9日",
        "10个工作日，至2026年10月26日",
    ],
    "correction": [
        "平面图",
        "没有标明面积",
        "健康证明",
        "已经到期",
        "重新提交该材料",
        "以上共2项",
        "全部内容",
    ],
    "non_acceptance": [
        "不予受理",
        "职权范围",
        "第三十二条第一款第二项",
        "太原市行政审批服务管理局",
        "六十日",
        "六个月",
    ],
    "extension": [
        "现场核查需要联合进行",
        "本机关负责人",
        "10个工作日",
        "2026年11月23日",
        "第四十二条第一款",
    ],
    "excluded_time": ["检验", "2026年10月19日", "第四十五条", "不计算在办理期限内"],
    "recomputation": [
        "国办发明电〔2026〕9号",
        "第八十二条",
        "法定办结期限",
        "原为2026年11月9日，现为2026年11月10日",
    ],
    "decision_grant": [
        "准予行政许可",
        "第三十八条第一款",
        "第三十五条第二款",
        "十个工作日",
        "示例许可证",
    ],
    "decision_refuse": [
        "不予行政许可",
        "选址不符合规定",
        "没有清洗区域",
        "第三十八条第二款",
        "第三十三条第一款第一项、第三十五条第二款",
        "六十日内",
        "行政复议法》第二十条",
        "太原市迎泽区人民政府",
        "六个月内",
        "行政诉讼法》第四十六条",
        "太原市迎泽区人民法院",
    ],
    "delivery": ["准予行政许可决定书迎审批许准〔2026〕1号", "网上送达", "收到日期"],
}
EVERY = [
    "太原市迎泽区行政审批服务管理局",
    "太原市迎泽区晋味面馆",
    "示例许可",
    "迎审批许受〔2026〕1号",
    "140106-2026-00000412-7",
    "2026年10月12日",
    "示例印章",
]


def pdf_of(procedure, template, **other):
    return queries.rendered(
        procedure_id=procedure, template=template, words=words_of(template, **other)
    )


def said_in(content):
    reader = pypdf.PdfReader(io.BytesIO(content))
    return re.sub(r"\s+", "", "".join(page.extract_text() for page in reader.pages))


def codes_on(procedure, template):
    """The QR codes as a scanner sees them, on the same template drawn at 150 dots an inch."""
    words = rendering._whole(procedure, template, words_of(template))
    drawn = rendering._compiler().compile(
        rendering._source(procedure, template),
        format="png",
        ppi=150,
        sys_inputs={"form": "pdf", "words": json.dumps(words)},
    )
    pages = drawn if isinstance(drawn, list) else [drawn]
    pictures = [Image.open(io.BytesIO(page)) for page in pages]
    return [found.text for picture in pictures for found in zxingcpp.read_barcodes(picture)]


@pytest.mark.parametrize(("procedure", "template"), NOTICES)
def test_the_paper_says_what_the_law_demands(procedure, template):
    text = said_in(pdf_of(procedure, template))
    assert [words for words in (*EVERY, *MUST_SAY[template]) if words not in text] == []


@pytest.mark.parametrize(("procedure", "template"), NOTICES)
def test_the_screen_says_the_same_words(procedure, template):
    page = queries.text_of(procedure_id=procedure, template=template, words=words_of(template))
    text = re.sub(r"<[^>]+>|\s+", "", page)
    assert [words for words in (*EVERY, *MUST_SAY[template]) if words not in text] == []
    assert re.findall(r"<(script|style|img|svg)|style=|on\w+=", page) == []


@pytest.mark.parametrize(("procedure", "template"), NOTICES)
def test_the_code_leads_to_the_public_check(procedure, template):
    assert codes_on(procedure, template) == [WORDS["check_url"]]


@pytest.mark.parametrize(("procedure", "template"), NOTICES)
def test_the_file_is_archival_and_tagged(procedure, template):
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(procedure, template)))
    metadata = reader.xmp_metadata.rdf_root.toxml()
    assert re.findall(r"pdfaid:(part|conformance)>(\w)<", metadata) == [
        ("part", "2"),
        ("conformance", "A"),
    ]
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    assert reader.metadata.title.startswith(queries.paper_kind(procedure, template).title)


@pytest.mark.parametrize(("procedure", "template"), NOTICES)
def test_every_glyph_comes_from_the_vendored_face(procedure, template):
    reader = pypdf.PdfReader(io.BytesIO(pdf_of(procedure, template)))
    fonts = {
        str(font.get_object()["/BaseFont"]).split("+")[-1]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()
    }
    assert {name.split("-")[0] for name in fonts} == {"NotoSerifSC"}
    assert "\ufffd" not in said_in(pdf_of(procedure, template))


@pytest.mark.parametrize(("procedure", "template"), NOTICES)
def test_each_missing_element_is_named(procedure, template):
    for path in queries.paper_kind(procedure, template).needs:
        with pytest.raises(queries.WordsMissing, match=re.escape(path)):
            pdf_of(procedure, template, **without(words_of(template), path.split(".")))


def without(words, path):
    first, *rest = path
    return {first: {**words[first], **without(words[first], rest)} if rest else None}


def test_a_person_is_addressed_as_a_person():
    text = said_in(pdf_of("permit", "acceptance", applicant={"name": "王小晋", "kind": "person"}))
    assert "王小晋：你于2026年10月9日提出" in text


def test_the_words_of_an_applicant_are_text_and_never_markup():
    evil = "*粗* #panic() $x$ <script>alert(1)</script> \\"
    page = queries.text_of(
        procedure_id="permit",
        template="acceptance",
        words=words_of("acceptance", applicant={"name": evil}),
    )
    assert "<script>" not in page
    assert "*粗* #panic() $x$ &lt;script>alert(1)&lt;/script>" in page
    assert "*粗*#panic()$x$" in said_in(pdf_of("permit", "acceptance", applicant={"name": evil}))


def test_without_the_demonstration_no_seal_is_drawn():
    text = said_in(pdf_of("permit", "acceptance", is_demo=False))
    assert "示例" not in text.replace("示例许可", "")


def test_remedies_are_told_even_where_the_court_is_not_known():
    text = said_in(pdf_of("permit", "decision_refuse", remedies={}))
    assert "申请行政复议" in text
    assert "有管辖权的人民法院提起行政诉讼" in text


def test_a_long_list_keeps_the_signature_with_words():
    materials = [{"title": f"材料{n}", "form": "电子件", "count": 1} for n in range(40)]
    reader = pypdf.PdfReader(io.BytesIO(pdf_of("permit", "receipt", materials=materials)))
    last = re.sub(r"\s+", "", reader.pages[-1].extract_text())
    assert len(reader.pages) > 1
    assert "即为受理" in last
    assert "2026年10月12日" in last


def test_the_dates_of_a_paper_are_those_of_china():
    text = said_in(pdf_of("permit", "acceptance", issued_at=AT.replace(hour=23)))
    assert "2026年10月13日" in text


def test_a_broken_template_is_a_bug_not_a_refusal():
    with pytest.raises(typst.TypstError):
        pdf_of("permit", "correction", items="not a list")


def test_the_lines_of_a_reason_are_paragraphs():
    page = queries.text_of(
        procedure_id="permit",
        template="decision_refuse",
        words=words_of("decision_refuse", reasons="一、甲。\n\n二、乙。"),
    )
    assert "<p>一、甲。</p><p>二、乙。</p>" in page


def test_the_opinion_of_a_department_is_never_guessed():
    told = words_of("decision_refuse")
    text = said_in(pdf_of("joint_permit", "decision_refuse"))
    assert "不同意" in text
    assert "未提出意见" not in text
    untold = [{"name": one["name"], "permit": one["permit"]} for one in told["departments"]]
    text = said_in(pdf_of("joint_permit", "decision_refuse", departments=untold))
    assert "甲部门" in text
    assert "审查部门许可事项意见" not in text
