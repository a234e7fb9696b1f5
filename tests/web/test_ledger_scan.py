"""The page of verification reads codes: from a picture, from the camera, with the browser's own reader; nothing is sent."""

import datetime
import io
import json

import pytest
import segno

from tests.web import browser as browsers
from tongban.core import merkle
from tongban.ledger import actions, jobs, queries

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
AT = datetime.datetime(2026, 3, 2, 9, 0, tzinfo=datetime.UTC)
REF = "00010203-0405-0607-0809-0a0b0c0d0e0f"
STATES = ("ok", "bad", "whole", "waiting", "paper", "elsewhere")
FOUND = ", ".join(f"[data-finding][data-state={state}]" for state in STATES)


@pytest.fixture(autouse=True)
def grown(settings, tmp_path):
    settings.LEDGER_FOLDER = tmp_path
    settings.LEDGER_ORIGIN = "ledger.example"
    settings.PUBLIC_URL = "https://tongban.example"
    queries.forget_tiles()
    previous = b""
    for n in range(1, 4):
        one = actions.queued_entry(
            region_code="140106", case_id=1, ref=REF, event_n=n, kind="Completed", previous=previous,
            matter="food@1", node="intake", at=AT, capacity="post-7", due=None, said={"reason": "符合条件"}, attachments=[],
            is_sealed=n == 2,
        )
        actions.queue(region_code="140106", entries=[one])
        previous = merkle.leaf_hash(one.entry)
    jobs.take_turn(at=AT)


@pytest.fixture
def visit(live_server):
    """Open the page, note every later request and every complaint of the browser."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = []

        def visit(*flags, script=""):
            given = browsers.options()
            opened.append(playwright.chromium.launch(**given | {"args": [*given["args"], *flags]}))
            context = opened[-1].new_context(locale="zh-CN")
            if flags:
                context.grant_permissions(["camera"])
            page = context.new_page()
            if script:
                page.add_init_script(script)
            page.goto(f"{live_server.url}/verify")
            page.wait_for_selector("[data-scan=place]:not([hidden])")
            page.sent, page.said = [], []
            page.on("request", lambda request: page.sent.append(request.url.removeprefix(live_server.url)))
            page.on("console", lambda message: page.said.append(message.text))
            return page

        yield visit
        for browser in opened:
            browser.close()


def picture(text, *, border=4, scale=4):
    content = io.BytesIO()
    segno.make(text, error="l", micro=False).save(content, kind="png", scale=scale, border=border)
    return {"name": "code.png", "mimeType": "image/png", "buffer": content.getvalue()}


def film(path, text):
    """A camera's picture of the code, 1920 by 1080, as a raw film (YUV4MPEG2)."""
    code = segno.make(text, error="l", micro=False)
    side = code.symbol_size(border=4)[0]
    scale = 1000 // side
    left, top = (1920 - side * scale) // 2, (1080 - side * scale) // 2
    light = [bytearray([200]) * 1920 for _ in range(1080)]
    for y, row in enumerate(code.matrix_iter(scale=scale, border=4)):
        light[top + y][left : left + side * scale] = bytes(20 if dark else 235 for dark in row)
    frame = b"FRAME\n" + b"".join(light) + b"\x80" * (1920 * 1080 // 2)
    path.write_bytes(b"YUV4MPEG2 W1920 H1080 F5:1 Ip A1:1 C420jpeg\n" + frame * 2)


def finding(page):
    page.wait_for_selector(FOUND, timeout=30_000)
    return page.get_attribute("[data-finding]", "data-state"), page.text_content("[data-finding] [data-verify=words]")


def only_the_decoder(page):
    """What the page has asked for since it was there: the decoder, and not a word of what was read."""
    assert page.said == []
    assert [one for one in page.sent if not one.startswith(("/static/ui/vendor/jsqr", "blob:"))] == []


@pytest.mark.parametrize("border", [4, 0])
def test_a_picture_of_a_receipts_code_is_read_and_checked_here(visit, border):
    page = visit()
    page.set_input_files("input[type=file]", picture(queries.receipt_address("140106", 1, 3), border=border))
    state, words = finding(page)
    assert state == "ok"
    assert "第 2 条（从 0 数起，共 3 条）" in words
    only_the_decoder(page)


def test_a_dropped_picture_is_read(visit):
    page = visit()
    given = picture(queries.receipt_text("140106", 1, 1))
    page.evaluate("""(bytes) => {
      const moved = new DataTransfer();
      moved.items.add(new File([new Uint8Array(bytes)], "code.png", { type: "image/png" }));
      document.querySelector("form[data-verify-receipt]").dispatchEvent(
        new DragEvent("drop", { dataTransfer: moved, bubbles: true, cancelable: true }));
    }""", list(given["buffer"]))
    assert finding(page)[0] == "ok"
    only_the_decoder(page)


def test_the_camera_reads_a_receipts_code_and_is_let_go(visit, tmp_path):
    film(tmp_path / "code.y4m", queries.receipt_address("140106", 1, 1))
    page = visit("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream",
                 f"--use-file-for-fake-video-capture={tmp_path / 'code.y4m'}")
    page.click("[data-scan=start]")
    state, words = finding(page)
    assert state == "ok"
    assert "第 0 条" in words
    assert page.evaluate("document.querySelector('video').srcObject") is None
    only_the_decoder(page)


def test_the_camera_can_be_stopped_and_may_be_refused(visit, tmp_path):
    page = visit("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
    page.click("[data-scan=start]")
    page.wait_for_selector("[data-scan=place][data-state=looking]")
    page.click("[data-scan=stop]")
    assert page.evaluate("document.querySelector('video').srcObject") is None
    page.evaluate("() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new Error()); }")
    page.click("[data-scan=start]")
    page.wait_for_selector("[data-scan=place][data-state=refused]")
    assert "摄像头没有打开" in page.text_content("[data-scan=status]")


def test_the_browsers_own_reader_is_preferred(visit):
    page = visit(script="""globalThis.BarcodeDetector = class {
      static getSupportedFormats() { return Promise.resolve(["qr_code"]); }
      detect() { return Promise.resolve([{ rawValue: "https://elsewhere.example/x" }]); }
    };""")
    page.set_input_files("input[type=file]", picture("anything"))
    assert finding(page)[0] == "elsewhere"
    assert page.sent == []


@pytest.mark.parametrize("place", ["https://tongban.example", None])
def test_the_code_of_a_paper_leads_to_its_page_and_asks_nothing_by_itself(visit, live_server, place):
    page = visit()
    page.set_input_files("input[type=file]", picture(f"{place or live_server.url}/check/{REF}/"))
    assert finding(page)[0] == "paper"
    assert page.get_attribute("[data-link] a", "href") == f"/check/{REF}/"
    only_the_decoder(page)


def test_a_code_of_another_site_is_not_followed(visit):
    page = visit()
    page.set_input_files("input[type=file]", picture(f"https://tongban.example.evil.example/check/{REF}/"))
    state, words = finding(page)
    assert (state, "evil.example" in words) == ("elsewhere", True)
    assert not page.is_visible("[data-link]")


def test_a_changed_receipt_in_a_code_is_found(visit):
    page = visit()
    page.set_input_files("input[type=file]", picture(queries.receipt_address("140106", 1, 3).replace("index%202", "index%201")))
    assert finding(page)[0] == "bad"


def test_a_picture_without_a_code_says_so(visit):
    page = visit()
    page.set_input_files("input[type=file]", {"name": "x.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.wait_for_selector("[data-scan=place][data-state=unreadable]")
    assert "没有读出二维码" in page.text_content("[data-scan=status]")


def kept(name, shown):
    return {"name": name, "mimeType": "application/json", "buffer": json.dumps(shown).encode()}


def test_the_record_of_a_case_is_checked_with_what_it_discloses(visit):
    page = visit()
    shown = queries.case_file("140106", 1)
    page.set_input_files("input[type=file]", kept("whole.case.json", shown))
    state, words = finding(page)
    assert (state, "3 条记录" in words) == ("whole", True)
    other = queries.disclosures("140106", 1)[1]["reason"]
    for n, name in (("3", "reason"), ("2", "entry"), ("2", "reason")):
        changed = json.loads(json.dumps(shown))
        changed["disclosures"][n][name] = other[:-2] + "AA"
        page.reload()
        page.set_input_files("input[type=file]", kept("changed.case.json", changed))
        state, words = finding(page)
        assert (state, "（disclosed）" in words) == ("bad", True)
