"""What a tab of the drawer costs a network that plays, in headless Chromium at 1440 x 900.

    python -m tests.bench.tabs [data] [tab ..]

The default network of a dataset trains as fast as it goes, with the tab open and without, by turns in one
run; a row a tab: the median of its turns in updates a second, as a share of those beside it without.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import httpx
from playwright.sync_api import Playwright, sync_playwright

from tests.bench.load import started
from tests.bench.page import until
from tests.browser.chromium import ROOTED, found

TURNS = 7
SECONDS = 4.0
TARGET = "Target: the Gradients tab costs less than 10 %."
WITHOUT = "activations"  # the tab that a page opens with

# What a tab asks for at first is no part of it.
SETTLE_S = 1.5


class Alone:
    """A browser that nobody follows while it is measured: every request of a page that is followed by
    Playwright is told to it, which costs as much as the request."""

    def __init__(self, playwright: Playwright, profile: str) -> None:
        self._playwright = playwright
        self.process = subprocess.Popen(
            [found(playwright), *ROOTED, "--headless", "--remote-debugging-port=0",
             f"--user-data-dir={profile}", "--window-size=1440,900", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        port = Path(profile) / "DevToolsActivePort"
        for _ in range(200):
            if port.is_file() and port.read_text():
                break
            time.sleep(0.05)
        self._url = f"http://127.0.0.1:{port.read_text().split()[0]}"

    def do(self, act: Any) -> None:
        browser = self._playwright.chromium.connect_over_cdp(self._url)
        act(browser.contexts[0].pages[0])
        browser.close()  # of what is only connected: it goes on


def rate(browser: Alone, network: str, tab: str) -> float:
    browser.do(
        lambda page: page.evaluate("(tab) => document.getElementById(`of-${tab}`).click()", tab)
    )
    time.sleep(SETTLE_S)
    begin, step = time.perf_counter(), httpx.get(network).json()["step"]
    time.sleep(SECONDS)
    return (httpx.get(network).json()["step"] - step) / (time.perf_counter() - begin)


def main(kind: str, tabs: list[str]) -> None:
    with (
        tempfile.TemporaryDirectory() as data,
        started(data, workers=1) as (_, url, _),
        sync_playwright() as playwright,
    ):
        made = httpx.post(f"{url}api/networks", json={"dataset": {"kind": kind}}, timeout=60).json()

        def begin(page: Any) -> None:
            page.goto(f"{url}#network={made['id']}")
            until(page, "window.glassbox?.store.state.frame")
            page.evaluate("glassbox.session.setSpeed(14)")
            page.evaluate("glassbox.session.toggle()")
            until(page, "glassbox.store.state.frame?.state === 'playing'")

        browser = Alone(playwright, f"{data}/profile")
        try:
            browser.do(begin)
            compare(browser, f"{url}api/networks/{made['id']}", tabs)
        finally:
            browser.process.terminate()
            browser.process.wait(20)


def compare(browser: Alone, network: str, tabs: list[str]) -> None:
    print("| tab | updates/s | without | of it | spread |\n| --- | --- | --- | --- | --- |")
    for tab in tabs:
        pairs = [
            (rate(browser, network, WITHOUT), rate(browser, network, tab)) for _ in range(TURNS)
        ]
        shares = sorted(one / other for other, one in pairs)
        other, one = (statistics.median(of) for of in zip(*pairs, strict=True))
        print(
            f"| {tab} | {one:,.0f} | {other:,.0f} | {statistics.median(shares):.3f} "
            f"| {shares[1]:.3f} to {shares[-2]:.3f} |",
            flush=True,
        )
    print(f"\n{TARGET}")


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "spiral", sys.argv[2:] or ["gradients"])
