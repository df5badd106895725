"""A page in a real Chromium; whatever it complains about fails the test."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from ..serving import Running
from .chromium import launch

LOOPBACK = {"127.0.0.1", "localhost", "", None}


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


class Visitor:
    """One page and what it complained about."""

    def __init__(self, browser: Browser, **options: Any) -> None:
        self.context = browser.new_context(
            **{"viewport": {"width": 1440, "height": 900}, "locale": "en-US", **options}
        )
        self.context.grant_permissions(["clipboard-read", "clipboard-write"])
        self.complaints: list[str] = []
        self.foreign: list[str] = []
        self.context.on("request", self._asked)
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on(
            "console",
            lambda m: (
                m.type in ("error", "warning")
                and self.complaints.append(f"{m.text} {m.location['url']}")
            ),
        )

    def _asked(self, request: Any) -> None:
        if urlsplit(request.url).hostname not in LOOPBACK:
            self.foreign.append(request.url)

    def open(self, url: str) -> Page:
        self.page.goto(url)
        self.page.wait_for_selector("body[data-ready]")
        self.page.wait_for_selector("#plane[data-drawn]")
        return self.page

    def state(self, expression: str) -> Any:
        """An expression of the page's state, e.g. "frame.step"."""
        return self.page.evaluate(f"glassbox.store.state.{expression}")

    def until(self, expression: str, seconds: float = 15) -> Any:
        """Wait until a JavaScript expression of the state `s` is true; returns its value."""
        script = f"(s => {expression})(glassbox.store.state)"
        for _ in range(int(seconds * 50)):
            found = self.page.evaluate(script)
            if found:
                return found
            self.page.wait_for_timeout(20)
        raise AssertionError(f"waited in vain for {expression}")


@pytest.fixture
def visitor(browser: Browser, server: Running) -> Iterator[Visitor]:
    found = Visitor(browser)
    yield found
    found.context.close()
    server.rest()
    assert not found.complaints
    assert not found.foreign, "a request left the machine"
