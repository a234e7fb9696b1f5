"""Citizens register, and a bad registry is refused: from empty tables."""

import shutil

import pytest
from django.db import connection

from tests.folders.registry_samples import AT, PACKS, silent
from tongban.core import codes
from tongban.people import actions, models, queries

FREE_ID = codes.resident_id("140100", "19000102", 1)


def register(**changed):
    given = {"name": "测试", "id_number": FREE_ID, "phone": "15400000009", "password": "long-enough", "at": AT}
    return actions.register_person(**{**given, **changed})


def test_a_citizen_registers_and_is_known_again(registry, demo):
    account = register(id_number=" １４０１００" + FREE_ID[6:].lower() + " ", phone="154 0000 0009")
    person = queries.person_of(account.id)
    assert (person.name, person.id_number, person.phone, person.is_fictitious) == ("测试", FREE_ID, "15400000009", False)
    assert account.check_password("long-enough")
    assert queries.username_for(FREE_ID) == account.username
    assert queries.username_for(" ｗang ") == "wang"
    assert queries.username_for(codes.resident_id("140100", "19000103", 1)) == codes.resident_id("140100", "19000103", 1)


def test_number_and_telephone_are_not_in_the_database_in_clear(registry, demo):
    account = register()
    with connection.cursor() as cursor:
        cursor.execute("SELECT p::text || a::text FROM people_person p JOIN people_account a ON a.id = p.account_id WHERE a.id = %s", [account.id])
        row = cursor.fetchone()[0]
        cursor.execute("SELECT convert_from(id_number_cipher, 'UTF8') FROM people_person WHERE account_id = %s", [account.id])
        cipher = cursor.fetchone()[0]
    assert "15400000009" not in row
    assert FREE_ID not in row + cipher
    assert queries.opened(cipher.encode()) == FREE_ID


@pytest.mark.parametrize(
    ("changed", "refusal", "words"),
    [
        ({"name": " 　"}, actions.NameMissing, "请填写姓名"),
        ({"id_number": "140100190001010010"}, actions.NotAResidentId, "身份证号码不对"),
        ({"id_number": "1"}, actions.NotAResidentId, "应为 18 位"),
        ({"phone": "1234"}, actions.NotAPhone, "手机号不对"),
        ({"password": "short"}, actions.PasswordTooWeak, "密码至少 8 个字符"),
        ({"password": "123456789"}, actions.PasswordTooWeak, "不能全是数字"),
        ({"username": "1x"}, actions.UsernameTaken, "用户名"),
    ],
)
def test_what_is_wrong_with_a_registration_is_said(registry, demo, changed, refusal, words):
    before = models.Account.objects.count()
    with pytest.raises(refusal) as refused:
        register(**changed)
    assert words in str(refused.value)
    assert models.Account.objects.count() == before


def test_a_number_registers_once_and_a_user_name_is_taken_once(registry, demo):
    register(username="someone")
    before = models.Account.objects.count()
    with pytest.raises(actions.AlreadyRegistered):
        register()
    with pytest.raises(actions.UsernameTaken):
        register(id_number=codes.resident_id("140100", "19000104", 1), username="someone")
    assert models.Account.objects.count() == before


def test_two_registrations_at_the_same_moment_meet_the_constraint(registry, demo, monkeypatch):
    register()
    monkeypatch.setattr(models.Person.objects, "filter", lambda **_: models.Person.objects.none())
    with pytest.raises(actions.AlreadyRegistered):
        register(username="second")


def test_an_account_remembers_its_language(registry, demo):
    account = register()
    actions.change_language(account_id=account.id, language="en")
    account.refresh_from_db()
    assert account.language == "en"


def test_unknown_places_organs_and_people_are_refused_or_none(registry, demo):
    for question in (lambda: queries.region("1"), lambda: queries.region_path("150000")):
        with pytest.raises(queries.NoSuchRegion):
            question()
    for question in (lambda: queries.organ("x"), lambda: queries.organ_of_kind("140000", "x")):
        with pytest.raises(queries.NoSuchOrgan):
            question()
    assert (queries.person_of(0), queries.organs_named(["x"])) == (None, {})


# Bad packs -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "words"),
    [
        ("regions.json", '"parent": "140000"}', '"parent": "150000"}', "regions.json：140100：上级区划 150000 不存在"),
        ("organs.yaml", "11140000DEM0000143", "11140000DEM0000144", "校验不通过"),
        ("organs.yaml", 'region: "140000", level', 'region: "990000", level', "区划 990000 不存在"),
        ("organs.yaml", "is_code_generated: true, name: 山西省人民政府办公厅", "is_code_generated: false, name: 山西省人民政府办公厅", "is_code_generated 与代码不符"),
        ("organs.yaml", "organs:", "others:", "organs.yaml：organs：缺少这一项或不是列表"),
        ("officers/140106.yaml", "post: 综合窗口岗", "post: 没有的岗", "yz-window：机关或岗位不存在"),
        ("citizens.yaml", "140100190001010013", "140100190001010014", "wang：身份证号码校验不通过"),
    ],
)
def test_a_bad_registry_is_refused_with_file_field_and_reason(registry, demo, tmp_path, file, old, new, words):

    shutil.copytree(PACKS / "shanxi", tmp_path / "shanxi", ignore=shutil.ignore_patterns("matters"))
    before = models.Region.objects.count()
    path = tmp_path / "shanxi" / file
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(actions.BadRegistry) as refused:
        actions.load(packs=tmp_path, progress=silent, at=AT)
    assert words in str(refused.value)
    assert models.Region.objects.count() == before


def test_outside_the_demonstration_no_sample_account_can_sign_in(registry, demo):
    demo.DEMO = False
    models.Person.objects.all().delete()
    models.Certificate.objects.all().delete()
    models.Grant.objects.all().delete()
    models.Holding.objects.all().delete()
    models.Officer.objects.all().delete()
    models.Account.objects.all().delete()
    actions.load(packs=PACKS, progress=silent, at=AT)
    assert not models.Account.objects.filter(is_active=True).exists()
    assert not models.Account.objects.get(username="yz-window").has_usable_password()
    assert models.Person.objects.count() == 0
