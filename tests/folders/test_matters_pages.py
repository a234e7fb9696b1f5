"""Pages and API of the catalogue: what a visitor reads, and what it costs."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from tests.folders.registry_samples import packs_with, silent
from tongban.matters import actions, queries

FOOD, HOTEL = "food-business-140106", "open-hotel-140106"
INSTANCES = "shanxi/matters/food_business/instances.yaml"
SECTIONS = ("fit", "mat", "clock", "flow", "base", "faq")


@pytest.fixture(autouse=True)
def plain_static(settings):
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }


def page(client, path, status=200, language="zh-hans"):
    response = client.get(path, headers={"Accept-Language": language})
    assert response.status_code == status
    return response.content.decode()


@pytest.mark.parametrize("code", [FOOD, HOTEL])
def test_the_guide_has_every_section(registry, client, code):
    shown = page(client, f"/matters/{code}")
    assert [name for name in SECTIONS if f'id="{name}"' not in shown] == []
    assert shown.count("<svg") >= 2
    assert 'style="' not in shown
    assert "<script>" not in shown


def test_the_guide_says_what_somebody_must_know(registry, client):
    shown = re.sub(r"<[^>]+>", "", page(client, f"/matters/{FOOD}"))
    for words in (
        "食品经营许可（新办）", "7 个工作日", "20 个工作日", "不收费", "材料（7 项，其中 3 项免提交）", "廉政风险点（5 处）",
        "不得索要清单以外的材料", "六十日内申请行政复议", "超期不等于自动批准", "待核", "省级公布的承诺是 8 个工作日，本地缩短为 7 个工作日", "书面审查", "现场核查人员，2 人",
    ):  # fmt: skip
        assert words in shown


def test_the_guide_of_a_joint_permit_names_the_departments(registry, client):
    shown = page(client, f"/matters/{HOTEL}")
    for words in ("太原市公安局迎泽分局", "太原市迎泽区消防救援大队", "太原市迎泽区卫生健康局", "特种行业许可（旅馆业）", "45"):
        assert words in shown


def test_the_guide_in_english_has_no_chinese_names_of_its_own(registry, client):
    chart = re.search(r'<svg class="flow.*?</svg>|<svg[^>]*class="flow".*?</svg>', page(client, f"/matters/{FOOD}", language="en"), re.DOTALL)
    assert chart
    assert "Site" not in chart.group(0)
    for words in ("On-site", "Granted", "Service"):
        assert words in chart.group(0)


def test_the_worked_example_agrees_with_the_calendar(registry):
    from tongban.law import queries as law

    found = queries.definition(queries.version_in_force(FOOD, timezone.localdate()))
    example = queries.example(found, timezone.localdate())
    calendar = law.calendar()
    assert calendar.count_between(example.accepted_on, example.promised_on) == 7
    assert calendar.count_between(example.accepted_on, example.legal_on) == 20
    assert (example.rows[0].day, example.rows[-1].day) == (example.accepted_on, example.legal_on)
    assert example.cite == "《行政许可法》第42条第1款"


def test_the_guide_costs_the_same_with_one_place_and_with_four(registry, client):
    from tongban.matters import models

    page(client, f"/matters/{FOOD}")  # Definition, chart, register of law and calendar are kept by the process.
    costs = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as seen:
            page(client, f"/matters/{FOOD}")
        costs.append(len(seen))
        models.MatterVersion.objects.filter(matter__item="food_business").exclude(matter_id=FOOD).delete()
    assert costs == [3, 3]


def test_a_guide_that_is_not_there_is_404(registry, client):
    for path in ("/matters/nothing", f"/matters/{FOOD}/v/9", "/matters/nothing/flow.bpmn", f"/matters/{FOOD}/v/9/flow.bpmn", "/matters/nothing/versions"):
        page(client, path, 404)


def test_a_closed_matter_says_so(registry, client):
    actions.close(matter_code=FOOD)
    assert "这个事项现在不受理申请" in page(client, f"/matters/{FOOD}")
    assert "现在不受理" in page(client, "/matters")


def test_an_old_version_stays_readable_and_names_what_changed(registry, client, tmp_path):
    packs = packs_with(tmp_path, INSTANCES, "promised_working_days: 7", "promised_working_days: 5")
    matter = packs / "shanxi/matters/food_business/matter.yaml"
    text = matter.read_text().replace("title: {zh: 保证食品安全的规章制度目录清单", "title: {zh: 规章制度目录")
    matter.write_text(text.replace('words: {zh: 不收费, en: "Free of charge"}', 'words: {zh: 免费, en: "Free"}'))
    actions.load(packs=packs, progress=silent, at=timezone.now())
    new = page(client, f"/matters/{FOOD}/v/2")
    assert "这一版改了什么" in new
    for words in ("承诺办结（工作日）", "规章制度目录", "取消", "免费"):
        assert words in new
    old = page(client, f"/matters/{FOOD}/v/1")
    assert "这是第 1 版，现在不适用" in old
    assert "这一版改了什么" not in old
    assert [row.what for row in queries.differences(FOOD, 2)] == ["承诺办结（工作日）", "收费", "材料", "材料"]
    assert queries.differences(FOOD, 1) == ()
    listed = page(client, f"/matters/{FOOD}/versions")
    assert listed.count(f"/matters/{FOOD}/v/") == 2
    with pytest.raises(queries.NoSuchVersion):
        queries.differences(FOOD, 9)


def test_differences_show_conditions_limits_form_and_flow(registry):
    from tongban.matters import models

    old = models.MatterVersion.objects.get(matter_id=FOOD)
    document = {
        **old.document,
        "conditions": old.document["conditions"][1:],
        "nodes": {**old.document["nodes"], "decision": {**old.document["nodes"]["decision"], "limit_working_days": 1}},
    }
    form = {**old.form, "properties": {k: v for k, v in old.form["properties"].items() if k != "remark"}}
    models.MatterVersion.objects.create(
        matter_id=FOOD, n=old.n + 1, document=document, flow_xml=old.flow_xml.replace("书面审查", "材料审查"), form=form,
        digest="x", published_on=old.published_on, effective_from=old.effective_from,
    )  # fmt: skip
    found = {row.what: (row.before, row.after) for row in queries.differences(FOOD, old.n + 1, language="zh")}
    assert found["流程图"] == ("原来的", "已更改")
    assert found["环节时限：负责人决定"] == ("2", "1")
    assert found["条件"][1] == ""
    assert found["申请表"] == ("其他需要说明的情况（可不填）", "")


def test_the_list_is_narrowed_by_words_and_place(registry, client):
    assert page(client, "/matters").count('data-l="实施机关"') == 8
    assert page(client, "/matters?region=140106").count('data-l="实施机关"') == 2
    assert page(client, "/matters?q=饭店&region=140106").count('data-l="实施机关"') == 1
    assert "没有找到这样的事项" in page(client, "/matters?q=没有这个")
    assert "&lt;b&gt;" in page(client, "/matters?q=<b>")


def test_the_list_costs_the_same_with_one_row_and_with_three(registry, client):
    costs = []
    for path in ("/matters?q=饭店&region=140106", "/matters?region=140106", "/matters"):
        with CaptureQueriesContext(connection) as seen:
            page(client, path)
        costs.append(len(seen))
    assert costs == [2, 2, 2]


def test_the_flow_is_downloaded_as_it_runs(registry, client):
    response = client.get(f"/matters/{FOOD}/flow.bpmn")
    assert response.content.decode() == queries.flow_xml(FOOD, on=timezone.localdate())
    assert response["Content-Type"].startswith("application/bpmn+xml")
    assert client.get(f"/matters/{FOOD}/v/1/flow.bpmn")["Content-Disposition"] == f'attachment; filename="{FOOD}-v1.bpmn"'


# API -------------------------------------------------------------------------------------------------------------


def test_programs_find_matters(registry, client):
    rows = client.get("/api/v1/matters?q=民宿&region=140700").json()
    assert [row["code"] for row in rows] == ["open-hotel-140702", "open-hotel-140728"]
    assert client.get("/api/v1/matters?limit=0").status_code == 422
    assert client.get("/api/v1/matters?region=abc").status_code == 422


def test_programs_read_a_matter_entire(registry, client):
    found = client.get(f"/api/v1/matters/{FOOD}").json()
    assert (found["version"], found["is_open"], len(found["exchange"]["task_code"])) == (1, True, 31)
    assert found["exchange"]["promise_day"] == 7
    assert found["document"]["title"] == {"zh": "食品经营许可（新办）", "en": "Food business licence (new application)"}
    assert "uscc" in found["form"]["properties"]


def test_programs_get_a_problem_document_for_what_is_not_there(registry, client):
    for path in ("nothing", f"{FOOD}?version=9", "nothing/flow.bpmn"):
        response = client.get(f"/api/v1/matters/{path}")
        assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")
    assert client.get(f"/api/v1/matters/{FOOD}/flow.bpmn").status_code == 200
