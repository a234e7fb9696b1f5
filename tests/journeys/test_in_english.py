"""The same pages in English: no Chinese sentence of the interface is left over where it is read."""

import re

import pytest

from tests.journeys.visitors import DESKTOP, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.slow]
CHINESE = re.compile(r"[一-鿿]")
# What may stand in Chinese on an English page says so: law is quoted, organs and people have the names they have.
FOREIGN = "[lang^=zh], .crumb, .mono, code, q"


def sentences(visitor):
    """Chinese words of the page outside what is marked as Chinese."""
    return visitor.page.evaluate(
        """foreign => [...document.querySelectorAll("main h1, main h2, main h3, main label, main legend, main button, main th, main dt, main .btn, main .tag, header nav a, footer a")]
             .filter(one => one.checkVisibility() && !one.closest(foreign))
             .map(one => { const copy = one.cloneNode(true); copy.querySelectorAll(foreign).forEach(part => part.remove()); return copy.textContent.trim(); })
             .filter(words => /[一-鿿]/.test(words))""", FOREIGN)


def english(browser, site, username=""):
    visitor = Visitor(browser, site, DESKTOP)
    if username:
        visitor.sign_in(username)
    visitor.context.add_cookies([{"name": "django_language", "value": "en", "url": site.url}])
    return visitor


PATHS = {
    "": ("/", "/search?q=restaurant", "/matters/food-business-140106", "/account/register", "/licences/", "/verify", "/oversight/rules/"),
    "wang": ("/my/",),
    "yz-window": ("/desk/",),
    "yz-supervise": ("/oversight/",),
}


@pytest.mark.parametrize("username", PATHS)
def test_in_english(browser, site, username):
    visitor = english(browser, site, username)
    left = {path: found for path in PATHS[username] if (found := sentences(visitor.go(path).look()))}
    if username in {"wang", "yz-window"}:
        with visitor.page.expect_navigation():
            visitor.page.locator("main table a").first.click()
        found = sentences(visitor.look())
        left |= {visitor.page.url: found} if found else {}
    visitor.close()
    assert left == {}
