"""A bad pack is refused before it binds anybody, with file, field and reason."""

import pytest

from tests.folders.registry_samples import AT, ON, packs_with, silent
from tongban.matters import actions, models, queries

MATTER = "shanxi/matters/food_business/matter.yaml"
INSTANCES = "shanxi/matters/food_business/instances.yaml"
PROCEDURE = "national/procedures/permit/procedure.yaml"


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        (MATTER, "promised_working_days: 8", "promised_working_days: 21", "承诺 21 个工作日，长于法定的 20 个工作日"),
        (INSTANCES, "promised_working_days: 7", "promised_working_days: 9", "承诺 9 个工作日，长于上级公布的 8 个工作日"),
        (MATTER, "item: food_business", "- ", "读不懂"),
        (MATTER, "procedure: permit", "procedure: nothing", "food_business/matter.yaml：procedure：没有程序 nothing"),
        (MATTER, "  site_inspection:", "  inspection:", "nodes：程序里没有环节 inspection"),
        (MATTER, "needed_if: form.has_machines", "needed_if: form.has_robots", "materials.machines.needed_if：表单里没有 has_robots"),
        (MATTER, "needed_if: form.has_machines = true", "needed_if: = =", "needed_if"),
        (MATTER, "from: shown.uscc", "from: shown.nothing", "licence.fields.uscc：表单里没有 nothing"),
        (MATTER, "- code: machines", "- code: layout", "materials：材料编码有重复"),
        (MATTER, "    bytes_max: 10485760", "", "要写明格式 accept 和大小 bytes_max"),
        (MATTER, "    is_required: true", "", "is_required：缺少这一项"),
        (MATTER, 'en: "Free of charge"', "en: free, of charge", "fee.words：zh 和 en 都要有"),
        (MATTER, "item: food_business", "- item", "读不懂"),
        (INSTANCES, 'region: "140105"', 'region: "140105"\n    fee: 100', "fee：下级只能缩短期限、减少材料或者写明窗口"),
        (INSTANCES, 'region: "140105"', 'region: "140105"\n    without_materials: [gold]', "without_materials：没有材料 gold"),
        (PROCEDURE, "working_days: 20}", "working_days: 19}", "statutory：写的是 19 个工作日，与行政许可法第42(1)条不符"),
        (PROCEDURE, "period: xk.deliver", "period: xk.nothing", "clocks.delivery：法律登记册中没有规则xk.nothing"),
        (PROCEDURE, "period: xk.deliver", "period: xz.nothing", "clocks.delivery"),
        (PROCEDURE, "id: permit", "id: other", "permit/procedure.yaml：id：应与文件夹同名"),
        (PROCEDURE, "  delivery:\n    title: {zh: 制证送达", "  handing_over:\n    title: {zh: 制证送达", "nodes.delivery：流程图里有这个环节，程序里没有写谁来办"),
        (PROCEDURE, "role: reviewer", "role: nobody", "nodes.document_review.role：没有角色 nobody"),
        (PROCEDURE, "- [window, decider]", "- [ghost, decider]", "exclusive：没有角色 ghost"),
        ("national/procedures/permit/flow.bpmn", "intake.outcome = ", "intake.outcome == ", "flow.bpmn"),
        (PROCEDURE, "officers: 2\n    limit_working_days: 5", "officers: 2\n    limit_working_days: 30", "法定办结期限”规定20个工作日，这条路上各环节合计32个工作日"),
        (PROCEDURE, "acts: [accept, request_supplement, refuse_acceptance]", "acts: [accept, refuse_acceptance]", "永远不会走到"),
        ("national/procedures/permit/form.json", '"type": "object"', '"type": "array"', "form：应为 type: object"),
        ("national/procedures/permit/form.json", "{", "", "form.json：-：读不懂"),
        ("shanxi/matters/food_business/form.json", '"premises_address": {', '"uscc": {', "uscc：程序的表单已有同名字段"),
        ("national/procedures/joint_permit/procedure.yaml", "collections: [departments]", "collections: [others]", "nodes.opinion：名单 departments 是空的"),
    ],
)  # fmt: skip
def test_a_bad_pack_is_refused_with_file_field_and_reason(registry, tmp_path, file, old, new, words):
    before = models.MatterVersion.objects.count()
    with pytest.raises(actions.BadPack) as refused:
        actions.load(packs=packs_with(tmp_path, file, old, new), progress=silent, at=AT)
    assert words in str(refused.value)
    assert models.MatterVersion.objects.count() == before


def test_an_extra_node_of_the_procedure_is_refused(registry, tmp_path):
    packs = packs_with(tmp_path, PROCEDURE, "nodes:\n", "nodes:\n  ghost: {title: {zh: 鬼, en: Ghost}, role: window, acts: [complete]}\n")
    with pytest.raises(actions.BadPack) as refused:
        actions.load(packs=packs, progress=silent, at=AT)
    assert "nodes.ghost：程序里写了这个环节，流程图里没有" in str(refused.value)


def test_a_matter_that_is_a_list_is_refused(registry, tmp_path):
    packs = packs_with(tmp_path, MATTER, "item: food_business", "item: food_business")
    (packs / MATTER).write_text("- food\n")
    with pytest.raises(actions.BadPack) as refused:
        actions.load(packs=packs, progress=silent, at=AT)
    assert "food_business/matter.yaml：-：应为一组键和值" in str(refused.value)


def test_a_procedure_without_its_flow_is_refused(registry, tmp_path):
    packs = packs_with(tmp_path, PROCEDURE, "id: permit", "id: permit")
    (packs / "national/procedures/permit/flow.bpmn").unlink()
    with pytest.raises(actions.BadPack) as refused:
        actions.load(packs=packs, progress=silent, at=AT)
    assert "permit/flow.bpmn：-：缺少这个文件" in str(refused.value)


def definition_of(code):
    return queries.definition(queries.version_in_force(code, ON))


def test_a_lower_level_may_ask_for_less(registry, tmp_path):
    packs = packs_with(tmp_path, INSTANCES, 'region: "140105"', 'region: "140105"\n    without_materials: [safety_rules]')
    actions.load(packs=packs, progress=silent, at=AT)
    assert "safety_rules" not in {rule.code for rule in definition_of("food-business-140105").materials}
    assert "safety_rules" in {rule.code for rule in definition_of("food-business-140106").materials}


def test_a_matter_without_fields_of_its_own_uses_the_form_of_the_procedure(registry, tmp_path):
    packs = packs_with(tmp_path, MATTER, "from: operator_kind", "from: subject_type")
    (packs / "shanxi/matters/food_business/form.json").unlink()
    with pytest.raises(actions.BadPack) as refused:
        actions.load(packs=packs, progress=silent, at=AT)
    assert "表单里没有 has_machines" in str(refused.value)
