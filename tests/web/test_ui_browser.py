"""The frame and its parts in a real browser: nothing axe finds, nothing sticks out, everything reached by keyboard."""

import threading
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.urls import include, path

from tests.web import browser as browsers
from tongban.ui import views

pytestmark = pytest.mark.browser
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PAGES = ("/ui/components", "/accessibility", "/keys", "/account/login/", "/nowhere")
MODES = {"zh": {"django_language": "zh-hans"}, "en": {"django_language": "en"},
         "elder": {"django_language": "zh-hans", "tongban_elder": "1"}}  # fmt: skip
urlpatterns = [
    path("ui/components", views.components, name="components"),
    path("account/", include("allauth.account.urls")),
    path("", include("tongban.ui.urls")),
]


class Threaded(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class Silent(WSGIRequestHandler):
    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def address():
    """Only the pages of ui, without a database."""
    from django.test import override_settings
    from django.urls import clear_url_caches

    plain = django_settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    with override_settings(ROOT_URLCONF=__name__, STORAGES=plain, DEBUG=False, ALLOWED_HOSTS=["127.0.0.1"],
                           DEMO=True, SITE=django_settings.SITE | {"place": "太原市小店区", "place_en": "Xiaodian"}):  # fmt: skip
        clear_url_caches()
        server = make_server("127.0.0.1", 0, Everything(WSGIHandler()), Threaded, Silent)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        server.server_close()
    clear_url_caches()


class Everything(StaticFilesHandler):
    """Serves static files although DEBUG is off."""

    def serve(self, request):
        from django.contrib.staticfiles.views import serve

        return serve(request, self.file_path(request.path), insecure=True)


@pytest.fixture(scope="module")
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(**browsers.options())
        yield launched
        launched.close()


@pytest.fixture
def visit(chromium, address):
    """`visit(mode, width)` is a page of a visitor who prefers that; a script error fails the test."""
    contexts, wrong = [], []

    def opened(mode="zh", width=1440, **options):
        context = chromium.new_context(base_url=address, viewport={"width": width, "height": 900}, **options)
        context.add_cookies([{"name": name, "value": value, "url": address} for name, value in MODES[mode].items()])
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda said: wrong.append(said.text) if "Content Security Policy" in said.text else None)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []


def faults(page):
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options=AXE).response["violations"]
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


def sticking_out(page):
    return page.evaluate("document.documentElement.scrollWidth - innerWidth")


@pytest.mark.parametrize("width", [1440, 390])
@pytest.mark.parametrize("mode", MODES)
def test_no_page_has_a_fault_that_axe_finds(visit, mode, width):
    page = visit(mode, width)
    found = {}
    for where in PAGES:
        page.goto(where)
        found[where] = faults(page)
    assert {where: what for where, what in found.items() if what} == {}


@pytest.mark.parametrize("mode", MODES)
def test_nothing_sticks_out_from_320_to_1920_pixels(visit, mode):
    page = visit(mode)
    found = {}
    for where in ("/ui/components", "/account/login/", "/keys"):
        page.goto(where)
        for width in (320, 360, 390, 640, 641, 768, 960, 961, 1100, 1280, 1920):
            page.set_viewport_size({"width": width, "height": 800})
            found[where, width] = sticking_out(page)
    assert {key: over for key, over in found.items() if over > 1} == {}


def test_wide_letter_and_line_spacing_cuts_nothing_off(visit):
    page = visit("zh", 390, bypass_csp=True)
    page.goto("/ui/components")
    page.add_style_tag(content="*{line-height:1.5!important;letter-spacing:.12em!important;word-spacing:.16em!important}"
                               "p{margin-bottom:2em!important}")  # fmt: skip
    assert sticking_out(page) <= 1


def test_the_error_summary_takes_the_focus_and_leads_into_the_field(visit):
    page = visit()
    page.goto("/ui/components")
    assert page.evaluate("document.activeElement.className") == "errsum"
    page.click(".errsum a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "f-area"


def test_the_first_tab_offers_to_skip_to_the_content(visit):
    page = visit()
    page.goto("/about")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_every_control_is_reached_by_keyboard_and_shows_it(visit):
    page = visit("zh", 390)
    page.goto("/account/login/")
    seen = []
    for _ in range(40):
        page.keyboard.press("Tab")
        seen.append(page.evaluate(
            "(() => {const e = document.activeElement, s = getComputedStyle(e);"
            "return [e.tagName + '.' + (e.name || e.textContent.trim().slice(0, 12)), s.outlineStyle, s.outlineWidth]})()"))  # fmt: skip
        if seen[-1][0].startswith("BODY"):
            break
    names = [name for name, *_ in seen]
    assert {"INPUT.login", "INPUT.password", "BUTTON.language", "BUTTON.elder"} <= set(names)
    assert [one for one in seen if not one[0].startswith("BODY") and one[1:] != ["solid", "3px"]] == []


def test_larger_type_is_really_larger(visit):
    page = visit("elder", 390)
    page.goto("/ui/components")
    small = page.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => [...e.childNodes].some(n => n.nodeType === 3 && n.data.trim()))"
        ".filter(e => e.offsetParent && !e.closest('.vh, pre, .days')).map(e => parseFloat(getComputedStyle(e).fontSize))"
        ".reduce((a, b) => Math.min(a, b))")  # fmt: skip
    assert small >= 18
    assert page.is_visible(".elder-n")
    assert not page.is_visible(".strip")


def test_targets_are_large_enough_for_a_finger(visit):
    page = visit("zh", 390)
    page.goto("/ui/components")
    low = page.evaluate(
        "[...document.querySelectorAll('button, input:not([type=hidden]), select, .btn, summary')]"
        ".filter(e => e.offsetParent && !e.closest('.choice, .filebox, .util'))"
        ".map(e => [e.className, e.getBoundingClientRect().height]).filter(x => x[1] < 32)")  # fmt: skip
    assert low == []


def test_the_page_is_whole_without_script(visit):
    page = visit("zh", 390, java_script_enabled=False)
    page.goto("/account/login/")
    assert page.is_visible("text=登录后可以")
    page.click("button[name=elder]")
    assert page.get_attribute("html", "class") == "elder"
    page.click("button[name=language][value=en]")
    assert page.text_content("h1") == "Sign in"


def test_on_paper_only_the_content_is_left(visit):
    page = visit()
    page.goto("/ui/components")
    page.emulate_media(media="print")
    assert not page.is_visible(".util")
    assert not page.is_visible(".band")
    assert page.is_visible("text=逐日计算")


def test_a_button_is_pressed_once(visit):
    page = visit()
    posts = []
    page.route("**/account/login/", lambda route: (
        posts.append(1), route.fulfill(status=204) if route.request.method == "POST" else route.continue_()))  # fmt: skip
    page.goto("/account/login/")
    posts.clear()
    page.fill("[name=login]", "a")
    page.fill("[name=password]", "b")
    page.evaluate("() => { const b = document.querySelector('main button[type=submit]'); b.click(); b.click(); }")
    page.wait_for_timeout(500)
    assert len(posts) == 1
    assert page.text_content("main button[type=submit]") == "正在登录…"


def test_a_list_is_walked_by_keys_unless_they_are_switched_off(visit):
    page = visit()
    page.goto("/ui/components")
    page.evaluate("document.activeElement.blur()")
    current = "[...document.querySelectorAll('[data-keys] tbody tr')].findIndex(row => row.classList.contains('cur'))"
    for key, expected in (("j", 0), ("j", 1), ("j", 1), ("k", 0)):
        page.keyboard.press(key)
        assert page.evaluate(current) == expected
    page.keyboard.press("Enter")
    assert page.url.endswith("#c-table")
    page.focus("#f-note")
    page.keyboard.press("j")
    assert page.input_value("#f-note") == "j"
    page.goto("/keys")
    page.click("button[name=keys]")
    page.goto("/ui/components")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("j")
    assert page.evaluate(current) == -1


PAIRS = {  # words on ground, least contrast; the table of the tokens (WCAG 2.2, 1.4.3 and 1.4.11)
    ("#14222F", "#FFFFFF"): 7, ("#34485B", "#FFFFFF"): 7, ("#56687A", "#FFFFFF"): 4.5, ("#56687A", "#F4F6F8"): 4.5,
    ("#56687A", "#EEF1F4"): 4.5, ("#7A8998", "#FFFFFF"): 3, ("#7A8998", "#F4F6F8"): 3, ("#FFFFFF", "#0B2E4F"): 7,
    ("#14507F", "#FFFFFF"): 7, ("#14507F", "#EDF4FA"): 7, ("#146C4C", "#FFFFFF"): 4.5, ("#0C4A33", "#CDE9DC"): 7,
    ("#7A4B00", "#FFFFFF"): 7, ("#5C3800", "#FFE7B0"): 7, ("#B3201F", "#FFFFFF"): 4.5, ("#861211", "#F9D3D0"): 7,
    ("#514A86", "#FFFFFF"): 7, ("#3A3468", "#DEDAF0"): 7, ("#FFFFFF", "#B3201F"): 4.5, ("#C9DBEA", "#0B2E4F"): 7,
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS, ids="-on-".join)
def test_colours_differ_enough(pair):
    light, dark = sorted((luminance(one) for one in pair), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= PAIRS[pair]


def luminance(colour):
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
