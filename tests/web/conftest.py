"""The running site and the browsers, for the tests of this folder."""

from tests.web.running import browser, new_page, page, phone, site  # noqa: F401
