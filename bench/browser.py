"""How long a browser needs to verify a case of twelve events: verify.js alone, the proof already fetched.

The case is the one the tests of verify.js check, in a log of a thousand other entries."""

from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from tests.web import browser as browsers
from tests.web import test_verify_js as verify

EVENTS, ROUNDS = 12, 25
TIMED = """async ([shown, vkey, events, rounds]) => {
  const times = [];
  for (let i = 0; i < rounds; i++) {
    const from = performance.now();
    await tongbanVerify.verifyCase(shown, vkey, events);
    times.push(performance.now() - from);
  }
  return times;
}"""


def run() -> dict[str, dict[str, Any]]:
    """The measure of this bench: the median over the rounds, in milliseconds."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**browsers.options())
        page = browser.new_page()
        page.route(f"{verify.SITE}/**", lambda route: route.fulfill(content_type="text/html", body="<!doctype html>"))
        page.goto(f"{verify.SITE}/")  # A secure origin: without one there is no crypto.subtle.
        page.add_script_tag(content=verify.SCRIPT.read_text(encoding="utf-8"))
        times = page.evaluate(TIMED, [verify.case(EVENTS), str(verify.LOG.key), EVENTS, ROUNDS])
        browser.close()
    return {"browser_verify_ms": {"value": median(times), "unit": "ms", "target": "<= 100"}}
