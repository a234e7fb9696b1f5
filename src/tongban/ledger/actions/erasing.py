"""Erasing what may be erased: the values of a case go, their digests stay and say nothing.

The journal is a file beside the database, written first: after a restored backup it is replayed, so that
what was erased does not come back.

Sources: 个人信息保护法 art. 47 (删除); 档案法 art. 14 (retention, after which this is called)."""

import json
import os
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction

from tongban.ledger import models
from tongban.ledger.actions import publishing

PRIVATE = 0o600


def erase(*, region_code: str, case_id: int, basis: str, at: datetime) -> int:
    """Destroy salts, values and their keys of one case; how many events lost them.

    :param basis: law and article, kept in the journal
    """
    _append({"region_code": region_code, "case_id": case_id, "basis": basis, "at": at.isoformat()})
    return _erase(region_code, case_id)


def replay_erasures() -> int:
    """Erase again what the journal names: after a restore, before the site opens. How many events it was."""
    return sum(_erase(str(one["region_code"]), int(str(one["case_id"]))) for one in _journal())


@transaction.atomic
def _erase(region_code: str, case_id: int) -> int:
    of_case = {"region_code": region_code, "case_id": case_id}
    waiting = models.Queue.objects.filter(**of_case).exclude(sealed=None).update(sealed=None, wrapped=None)
    models.Disclosure.objects.filter(**of_case).delete()
    count, _ = models.DisclosureKey.objects.filter(**of_case).delete()
    return waiting + count


def _path() -> Path:
    return Path(settings.LEDGER_FOLDER) / "erasures.jsonl"


def _append(line: dict[str, object]) -> None:
    """One line, durable before anything is erased."""
    _path().parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(_path(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, PRIVATE)
    try:
        os.write(handle, json.dumps(line, ensure_ascii=False).encode() + b"\n")
        os.fsync(handle)
    finally:
        os.close(handle)
    publishing.sync_folder(folder=_path().parent)


def _journal() -> Iterator[dict[str, object]]:
    lines: Iterable[str] = _path().read_text().splitlines() if _path().exists() else ()
    return (json.loads(line) for line in lines if line)
