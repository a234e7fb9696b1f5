"""The registry is read from the packs: regions, organs, posts, officers, grants, certificates, demo citizens.

Loading twice changes nothing; what a pack no longer names stays, because cases may refer to it.

Sources: packs/<province>/regions.json, organs.yaml, officers/*.yaml, citizens.yaml."""

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import models as fields
from django.db import transaction

from tongban.core import codes, refusal
from tongban.people import models, queries

Progress = Callable[[str, int, int], None]
PERSON_NAMESPACE = uuid.UUID("6f0f6f0e-3c1c-5a55-9d2f-746f6e676261")  # Ids of demo citizens, the same every time.
Row = Mapping[str, Any]


class BadRegistry(refusal.Refusal):
    """A pack of the registry holds something that cannot be."""

    code = "bad_registry"
    says = "%(file)s：%(field)s：%(reason)s"


def load(*, packs: Path, progress: Progress, at: datetime) -> None:
    """Bring the registry to what the packs say.

    :param progress: called with (what, done, total) after each kind of row.
    :raises BadRegistry: a pack names the file, the field and the reason.
    """
    for province in sorted(folder for folder in packs.iterdir() if (folder / "regions.json").is_file()):
        with transaction.atomic():
            _load_province(province, progress, at)


def _load_province(province: Path, progress: Progress, at: datetime) -> None:
    regions = _regions(province / "regions.json")
    _write(models.Region, regions, ["code"], ["name", "name_en", "kind", "parent"])
    progress("regions", len(regions), len(regions))
    organs, posts = _organs(province / "organs.yaml", {region.code for region in regions})
    _write(models.Organ, organs, ["code"], ["name", "name_en", "region", "kind", "level", "mark", "is_code_generated"])
    _write(models.Post, posts, ["organ", "name"], ["name_en"])
    progress("organs", len(organs), len(organs))
    files = sorted((province / "officers").glob("*.yaml"))
    for done, file in enumerate(files, start=1):
        _load_officers(file, at)
        progress("people (files)", done, len(files))
    if settings.DEMO and (province / "citizens.yaml").is_file():
        _load_citizens(province / "citizens.yaml", at)


def _regions(file: Path) -> list[models.Region]:
    kept = json.loads(file.read_text(encoding="utf-8"))
    rows = [
        models.Region(
            code=row["code"],
            name=row["name"],
            name_en=row.get("name_en", ""),
            kind=row["kind"],
            parent_id=row.get("parent"),
        )
        for row in kept["regions"]
    ]
    known = {row.code for row in rows}
    for row in rows:
        if row.parent_id is not None and row.parent_id not in known:
            raise BadRegistry(file=file.name, field=row.code, reason=f"上级区划 {row.parent_id} 不存在")
    return rows


def _organs(file: Path, regions: set[str]) -> tuple[list[models.Organ], list[models.Post]]:
    organs, posts = [], []
    marks = _kept(file).get("marks", {"regions": {}, "kinds": {}})
    for row in _rows(file, "organs"):
        _checked_organ(file, row, regions)
        organs.append(
            models.Organ(
                code=row["code"],
                region_id=row["region"],
                name=row["name"],
                name_en=row.get("name_en", ""),
                kind=row["kind"],
                level=row["level"],
                mark=_mark(marks, row),
                is_code_generated=row["is_code_generated"],
            )
        )
        posts += [
            models.Post(organ_id=row["code"], name=post["name"], name_en=post.get("name_en", ""))
            for post in row.get("posts", ())
        ]
    return organs, posts


def _mark(marks: Row, row: Row) -> str:
    """机关代字: the word of the place and the word of the work; none where either is not known."""
    place, work = marks["regions"].get(row["region"]), marks["kinds"].get(row["kind"])
    return f"{place}{work}" if place and work else ""


def _checked_organ(file: Path, row: Row, regions: set[str]) -> None:
    if not codes.is_uscc(row["code"]):
        raise BadRegistry(file=file.name, field=row["name"], reason=f"统一社会信用代码 {row['code']} 校验不通过")
    if row["region"] not in regions:
        raise BadRegistry(file=file.name, field=row["name"], reason=f"区划 {row['region']} 不存在")
    if codes.is_generated_uscc(row["code"]) != row["is_code_generated"]:
        raise BadRegistry(file=file.name, field=row["name"], reason="is_code_generated 与代码不符")


def _load_officers(file: Path, at: datetime) -> None:
    rows = _rows(file, "officers")
    organs = {(organ.region_id, organ.kind): organ.code for organ in models.Organ.objects.all()}
    posts = {(post.organ_id, post.name): post.id for post in models.Post.objects.all()}
    accounts = _accounts([(row["username"], row["name"]) for row in rows], at)
    officers, holdings, grants, certificates = [], [], [], []
    for row in rows:
        organ_code = organs.get((row["region"], row["organ"]))
        post_id = posts.get((organ_code or "", row["post"]))
        if organ_code is None or post_id is None:
            raise BadRegistry(file=file.name, field=row["username"], reason="机关或岗位不存在")
        officers.append(
            models.Officer(
                id=row["id"],
                account_id=accounts[row["username"]],
                name=row["name"],
                name_en=row.get("name_en", ""),
                is_fictitious=row["is_fictitious"],
            )
        )
        holdings.append(models.Holding(officer_id=row["id"], post_id=post_id, **_span(row)))
        grants += [_grant(row["id"], organ_code, given) for given in row.get("grants", ())]
        certificates += [_certificate(row["id"], held) for held in row.get("certificates", ())]
    _write(models.Officer, officers, ["id"], ["name", "name_en", "is_fictitious"])
    _write(models.Holding, holdings, ["officer", "post", "from_on"], ["to_on"])
    _write(models.Grant, grants, ["officer", "organ", "role", "matter_code", "from_on"], ["to_on", "basis"])
    _write(models.Certificate, certificates, ["number"], ["officer", "domain", "from_on", "to_on"])


def _grant(officer_id: int, organ_code: str, row: Row) -> models.Grant:
    return models.Grant(
        officer_id=officer_id,
        organ_id=organ_code,
        role=row["role"],
        matter_code=row.get("matter", "*"),
        basis=row["basis"],
        **_span(row),
    )


def _certificate(officer_id: int, row: Row) -> models.Certificate:
    return models.Certificate(officer_id=officer_id, number=row["number"], domain=row["domain"], **_span(row))


def _span(row: Row) -> dict[str, date | None]:
    return {"from_on": row["from"], "to_on": row.get("to")}


def _load_citizens(file: Path, at: datetime) -> None:
    rows = _rows(file, "citizens")
    for row in rows:
        if not codes.is_resident_id(row["id_number"]):
            raise BadRegistry(file=file.name, field=row["username"], reason="身份证号码校验不通过")
    accounts = _accounts([(row["username"], row["name"]) for row in rows], at)
    people = [
        models.Person(
            id=uuid.uuid5(PERSON_NAMESPACE, row["username"]),
            account_id=accounts[row["username"]],
            name=row["name"],
            id_number_cipher=queries.sealed(row["id_number"]),
            id_number_mac=queries.fingerprint(row["id_number"]),
            phone_cipher=queries.sealed(row["phone"]),
            is_fictitious=True,
        )
        for row in rows
    ]
    models.Person.objects.bulk_create(people, ignore_conflicts=True)


def _accounts(names: Iterable[tuple[str, str]], at: datetime) -> dict[str, int]:
    """The accounts of the sample, by user name; new ones get the shared demo password, or none outside the demo."""
    names = list(names)
    known = set(models.Account.objects.values_list("username", flat=True))
    if new := [pair for pair in names if pair[0] not in known]:
        # One hash for all: the password is shared and printed on the screen, and sixty hashes take half a minute.
        password = make_password(settings.DEMO_PASSWORD if settings.DEMO else None)
        models.Account.objects.bulk_create(
            models.Account(
                username=username,
                full_name=name,
                password=password,
                is_demo=True,
                is_active=settings.DEMO,
                created_at=at,
            )
            for username, name in new
        )
    wanted = [username for username, _ in names]
    return dict(models.Account.objects.filter(username__in=wanted).values_list("username", "id"))


def _write(
    table: type[fields.Model], rows: list[Any], unique: list[str], change: list[str]
) -> None:
    table.objects.bulk_create(
        rows, batch_size=500, update_conflicts=True, unique_fields=unique, update_fields=change
    )


def _rows(file: Path, key: str) -> list[Row]:
    rows = _kept(file).get(key)
    if not isinstance(rows, list):
        raise BadRegistry(file=file.name, field=key, reason="缺少这一项或不是列表")
    return rows


def _kept(file: Path) -> Row:
    kept = yaml.load(file.read_bytes(), Loader=yaml.CSafeLoader)
    return kept if isinstance(kept, dict) else {}
