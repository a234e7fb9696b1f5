"""People at a browser, watched: what is wrong with any page they see is collected and fails the journey.

`Visitor.look()` is called on every page of a path: axe finds nothing, nothing sticks out sideways. All the time:
no console error, no script error, no request to any other host.
"""

import io
import os
import pathlib
import re
import time
from urllib.parse import urlsplit

import zxingcpp
from axe_playwright_python.sync_playwright import Axe
from PIL import Image

from tests.web.client import PASSWORD
from tests.web.running import ROOT, is_ours

AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
DESKTOP = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}
IMAGES = ROOT / "docs" / "images"
PICTURES = {f"{name}_1440.png" for name in ("home", "guide", "flow", "apply", "desk", "cockpit", "case", "verify")} | {"case_390.png"}
IMAGE_BYTES_MAX = 400_000
PATIENCE_S = 60
QUIET_MS = 250


class Visitor:
    """One browser of one person; `page` is what he sees."""

    def __init__(self, browser, site, viewport=DESKTOP, **options):
        self.site, self.viewport, self.wrong, self.looked = site, viewport, [], set()
        self.has_script = options.get("java_script_enabled", True)
        is_phone = viewport["width"] < 500
        self.context = browser.new_context(
            base_url=site.url, viewport=viewport, locale="zh-CN", timezone_id="Asia/Shanghai",
            is_mobile=is_phone, has_touch=is_phone, reduced_motion="reduce", **options,
        )
        self.context.set_default_timeout(PATIENCE_S * 1000)
        self.page = self.context.new_page()
        self.page.on("request", self._requested)
        self.page.on("pageerror", lambda error: self.wrong.append((self.page.url, "script", str(error))))
        self.page.on("console", self._heard)

    def _requested(self, request):
        host = urlsplit(request.url)
        if host.scheme in {"http", "https"} and f"{host.scheme}://{host.netloc}" != self.site.url:
            self.wrong.append((self.page.url, "another host", request.url))

    def _heard(self, said):
        if said.type == "error" and is_ours(said):
            self.wrong.append((self.page.url, "console", said.text))

    def look(self, picture="", at=""):
        """Look at the page as it stands; keep its picture for the README where it has one."""
        found = Axe().run(self.page, options=AXE).response["violations"] if self.has_script else []
        self.wrong += [(self.page.url, one["id"], one["nodes"][0]["html"]) for one in found]
        over = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.wrong += [(self.page.url, "sticks out", over)] if over > 0 else []
        self.looked.add(re.sub(r"[0-9a-f-]{36}", "…", urlsplit(self.page.url).path))
        if picture:
            self.keep_picture(f"{picture}_{self.viewport['width']}.png", at)
        return self

    def keep_picture(self, name, at):
        """Into docs/images, where TONGBAN_SCREENSHOTS asks for it: a palette is enough for a page."""
        if os.environ.get("TONGBAN_SCREENSHOTS") != "1" or name not in PICTURES:
            return
        self.page.evaluate(
            "at => { document.activeElement.blur(); scrollTo(0, 0); if (at) document.querySelector(at).scrollIntoView(); }", at
        )
        self.page.wait_for_timeout(QUIET_MS)
        shot = Image.open(io.BytesIO(self.page.screenshot())).convert("RGB")
        IMAGES.mkdir(parents=True, exist_ok=True)
        shot.quantize(128, dither=Image.Dither.NONE).save(IMAGES / name, optimize=True)
        assert (IMAGES / name).stat().st_size < IMAGE_BYTES_MAX

    def go(self, path):
        assert self.page.goto(path).ok, path
        return self

    def press(self, words, within="main"):
        """Press the button or follow the link that says exactly this, and wait for the page behind it."""
        pressed = self.page.locator(within).locator("button, a").filter(has_text=re.compile(rf"^\s*{re.escape(words)}\s*$"))
        with self.page.expect_navigation(wait_until="load"):
            pressed.locator("visible=true").first.click()
        return self

    def sign_in(self, username, password=PASSWORD, following="/"):
        self.go(f"/account/login/?next={following}").fill({"login": username, "password": password})
        return self.press("登录")

    def fill(self, answers):
        """Type and choose, in the order a person does; a question an answer brings up is waited for."""
        for name, answer in answers.items():
            field = self.page.locator(f'main [name="{name}"]')
            field.first.wait_for(state="attached")
            kind = field.first.evaluate("one => one.type")
            if kind in {"radio", "checkbox"}:
                for value in answer if isinstance(answer, list) else [answer]:
                    said = {True: "true", False: "false"}.get(value, value)
                    one = field if kind == "checkbox" and value is True else self.page.locator(f'main [name="{name}"][value="{said}"]')
                    self._choose(one)
            else:
                field.fill(str(answer))
        return self

    def _choose(self, one):
        if not one.evaluate("one => Boolean(window.htmx && one.closest('[hx-post]'))"):
            return one.check()
        with self.page.expect_response(lambda answer: answer.request.method == "POST"):
            one.check()
        return self.settle()

    def settle(self):
        """Until nothing is under way: a question may bring up another."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(QUIET_MS)

    def answers(self, names):
        """What stands in the fields now, as typed."""
        return self.page.evaluate(
            """names => Object.fromEntries(names.map(name => {
                 const all = [...document.querySelectorAll(`main [name="${name}"]`)];
                 const chosen = all.filter(one => one.checked).map(one => one.value);
                 return [name, ["radio", "checkbox"].includes(all[0]?.type) ? chosen : all[0]?.value];
               }))""", list(names))

    def says(self, words):
        assert words in self.text(), f"{words!r} is not on {self.page.url}:\n{self.text()}"
        return self

    def text(self):
        return self.page.inner_text("main")

    def until(self, condition, what):
        """Look again until it is so: side effects come a moment after the step."""
        deadline = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline, f"no {what} on {self.page.url}:\n{self.text()}"
            self.page.wait_for_timeout(QUIET_MS * 2)
            self.page.reload()
        return self

    def qr(self, selector):
        """What the QR code on the screen says, read from its picture."""
        drawn = self.page.locator(selector)
        drawn.scroll_into_view_if_needed()
        read = zxingcpp.read_barcodes(Image.open(io.BytesIO(drawn.screenshot())))
        assert len(read) == 1, f"{len(read)} QR codes on {self.page.url}"
        return read[0].text

    def download(self, path):
        answer = self.context.request.get(path)
        assert answer.ok, (path, answer.status)
        return answer.body()

    def close(self):
        self.context.close()
        assert self.wrong == []


class Officer(Visitor):
    """An officer at his desk."""

    def __init__(self, browser, site, viewport, username, **options):
        super().__init__(browser, site, viewport, **options)
        self.sign_in(username, following="/desk/").look()

    def open(self, number):
        """From the list of tasks to the task of this case."""
        self.go("/desk/")
        row = self.page.locator("main tr", has_text=number)
        with self.page.expect_navigation():
            row.locator("a").first.click()
        return self.says(number)

    def form(self, act):
        return self.page.locator(f'form.act-form:has(input[name=act][value={act}])')

    def act(self, act, confirm="", **answers):
        """Fill the form of an act and send it; what is final is confirmed on a page of its own."""
        form = self.form(act)
        for name, answer in answers.items():
            field = form.locator(f'[name="{name}"]')
            if field.first.get_attribute("type") == "radio":
                form.locator(f'[name="{name}"][value="{answer}"]').check()
            else:
                field.fill(answer)
        with self.page.expect_navigation():
            form.locator("button[type=submit]").click()
        if confirm:
            self.look().press(confirm)
        return self.says("已办理")


def file_of(name):
    """One of the sample's files, as a person would choose it."""
    return pathlib.Path(ROOT / "packs" / "shanxi" / "sample" / name)
