"""A citizen registers: the number is checked, kept enciphered, and known again only by its keyed fingerprint.

Sources: GB 11643 (公民身份号码); 个人信息保护法 art. 6 (no more than needed), 51 (encryption)."""

import re
import uuid
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from tongban.core import codes, refusal
from tongban.people import models, queries

PASSWORD_LENGTH_MIN = 8
_PHONE = re.compile(r"1[3-9]\d{9}")
_USERNAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{2,39}")


class NameMissing(refusal.Refusal):
    """No name was given."""

    code = "name_missing"
    says = _("请填写姓名，与身份证上的姓名一致")


class NotAResidentId(refusal.Refusal):
    """The number fails its own check digit, place or birth date."""

    code = "not_a_resident_id"
    says = _("身份证号码不对，应为 18 位，最后一位可以是字母 X。请对照身份证重新填写")


class NotAPhone(refusal.Refusal):
    """The telephone number is not a mobile number."""

    code = "not_a_phone"
    says = _("手机号不对，应为 11 位数字，以 1 开头")


class PasswordTooWeak(refusal.Refusal):
    """The password is too short or only digits."""

    code = "password_too_weak"
    says = _("密码至少 %(length)d 个字符，不能全是数字")


class AlreadyRegistered(refusal.Refusal):
    """The number already has an account."""

    code = "already_registered"
    says = _("这个身份证号码已经注册过，请直接登录。忘记密码请到任一政务服务窗口凭身份证重置")


class UsernameTaken(refusal.Refusal):
    """Another account has the user name, or it has signs that are not allowed."""

    code = "username_taken"
    says = _("用户名已被使用或含有不允许的字符。用户名以字母开头，3 至 40 位字母、数字、点或横线")


def faults_of(
    *, name: str, id_number: str, phone: str, password: str
) -> tuple[refusal.Refusal, ...]:
    """Everything wrong with what was typed, so that a form can say it all at once; nothing is looked up."""
    name, id_number, phone = _plain(name, id_number, phone)
    found: list[refusal.Refusal] = []
    if not name:
        found.append(NameMissing())
    if not codes.is_resident_id(id_number):
        found.append(NotAResidentId())
    if not _PHONE.fullmatch(phone):
        found.append(NotAPhone())
    if len(password) < PASSWORD_LENGTH_MIN or password.isdigit():
        found.append(PasswordTooWeak(length=PASSWORD_LENGTH_MIN))
    return tuple(found)


def register_person(
    *,
    name: str,
    id_number: str,
    phone: str,
    password: str,
    at: datetime,
    username: str = "",
    language: str = "zh-hans",
    is_demo: bool = False,
) -> models.Account:
    """Open an account for a citizen and return it. Without a user name he signs in with his number.

    :raises NameMissing, NotAResidentId, NotAPhone, PasswordTooWeak: a field is wrong.
    :raises AlreadyRegistered, UsernameTaken: it exists already.
    """
    for fault in faults_of(name=name, id_number=id_number, phone=phone, password=password):
        raise fault
    name, id_number, phone = _plain(name, id_number, phone)
    mac = queries.fingerprint(id_number)
    chosen = codes.half_width(username) or f"p{mac[:16]}"
    if not _USERNAME.fullmatch(chosen):
        raise UsernameTaken()
    if models.Person.objects.filter(id_number_mac=mac).exists():
        raise AlreadyRegistered()
    account = models.Account(
        username=chosen, full_name=name, language=language, is_demo=is_demo, created_at=at
    )
    account.set_password(password)
    person = models.Person(
        id=uuid.uuid4(),
        account=account,
        name=name,
        id_number_cipher=queries.sealed(id_number),
        id_number_mac=mac,
        phone_cipher=queries.sealed(phone),
        is_fictitious=is_demo,
    )
    return _kept(account, person)


def change_language(*, account_id: int, language: str) -> None:
    """Remember the language an account wants to read."""
    models.Account.objects.filter(id=account_id).update(language=language)


def _plain(name: str, id_number: str, phone: str) -> tuple[str, str, str]:
    """What was typed, with full-width signs made plain and spaces gone."""
    return (
        codes.half_width(name),
        codes.half_width(id_number).replace(" ", "").upper(),
        re.sub(r"[\s-]", "", codes.half_width(phone)).removeprefix("+86"),
    )


def _kept(account: models.Account, person: models.Person) -> models.Account:
    """Write both rows; two registrations at the same moment meet the unique constraints."""
    try:
        with transaction.atomic():
            account.save(force_insert=True)
            person.account_id = account.id
            person.save(force_insert=True)
    except IntegrityError as clash:
        if "username" in str(clash):
            raise UsernameTaken() from clash
        raise AlreadyRegistered() from clash
    return account
