"""An applicant at the screen: signs in, fills in page by page as a browser would, hands in."""

import datetime as dt
import io
import re

from django.utils import timezone

from tests import ground
from tongban.people.models import Account

AT = dt.datetime(2026, 3, 2, 9, 30, tzinfo=ground.CHINA)  # A Monday.
PAGES = {
    "subject": ["subject_type", "subject_name", "uscc", "registered_address", "legal_person", "legal_person_id"],
    "contact": ["has_agent", "delivery", "delivery_address"],
    "premises": ["premises_address", "area", "kitchen_area", "has_storage", "storage_address"],
    "business": ["operator_kind", "catering_kind", "business_items", "meals_most", "is_online", "website",
                 "has_machines", "machine_count"],
    "staff": ["staff_count", "health_certified_count", "manager_name", "manager_phone", "has_director",
              "director_name"],
}  # fmt: skip
UPLOADS = ["layout", "safety_rules"]


def typed(names, **changes):
    """Answers as a browser sends them: texts, lists of texts, nothing for what is not answered."""
    answers = {name: ground.ANSWERS[name] for name in names if name in ground.ANSWERS} | changes
    words = {True: "true", False: "false"}
    return {
        name: [str(one) for one in answer] if isinstance(answer, list) else words.get(answer, str(answer))
        if isinstance(answer, bool) else str(answer)
        for name, answer in answers.items()
    }  # fmt: skip


def at(monkeypatch, moment=AT):
    """Let the site believe it is this moment."""
    monkeypatch.setattr(timezone, "now", lambda: moment)


def signed_in(client, username="wang"):
    client.force_login(Account.objects.get(username=username))
    return client


def begin(client, matter=ground.FOOD):
    """Begin an application; the address of its task list."""
    answer = client.get(f"/apply/{matter}/")
    assert answer.status_code == 302, answer.content.decode()
    return answer.url


def pdf(name="图.pdf", content=ground.PDF):
    file = io.BytesIO(content)
    file.name = name
    return file


def fill(client, draft):
    """Fill in every page and hand in every file."""
    for page, names in PAGES.items():
        answer = client.post(f"{draft}{page}/", typed(names))
        assert answer.status_code == 302, (page, errors(answer))
    for code in UPLOADS:
        assert client.post(f"{draft}materials/{code}/", {"file": pdf()}).status_code == 302
    return draft


def submit(client, draft):
    """Agree and submit; the public reference of the case."""
    answer = client.post(f"{draft}check/", {"is_true": "1"})
    assert answer.status_code == 302, errors(answer)
    return re.search(r"/cases/([0-9a-f-]{36})/done/", answer.url)[1]


def errors(answer):
    """The sentences of the error summary."""
    html = answer.content.decode()
    box = re.search(r'class="errsum".*?</ul>', html, re.DOTALL)
    return re.findall(r"<li><a [^>]*>([^<]*)</a>|<li><span[^>]*>([^<]*)</span>", box[0]) if box else []


def summary(answer):
    return [linked or plain for linked, plain in errors(answer)]


def inline(answer):
    """The sentences at the fields."""
    return re.findall(r'class="errmsg".*?错误：</span>([^<]*)</span>', answer.content.decode(), re.DOTALL)
