"""What a tab of the drawer costs a network that plays, in headless Chromium at 1440 x 900.

    python -m tests.bench.tabs [data] [tab ..]

The default network of a dataset trains as fast as it goes, with the tab open and without, by turns in one
run; a row a tab: the median of its turns in updates a second, as a share of those beside it without. Then a
remedy of the Gradients tab, at rest: from its button to the picture of the network that it has changed.
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

from tests.bench.load import start
from tests.bench.page import until
from tests.browser.chromium import ROOTED, found, launch

TURNS = 7
SECONDS = 4.0
TARGETS = "Targets: the Gradients tab costs less than 10 %; a remedy is painted within 150 ms."
WITHOUT = "activations"  # the tab that a page opens with

# What a tab asks for at first is no part of it.
SETTLE_S = 1.5

# Sigmoids driven to where they are flat.
AILING = {"dataset": {"kind": "spiral"}, "optimizer": {"kind": "sgd", "learning_rate": 30}}
REMEDIES = 20
REMEDY = """async (times) => {
  const { store } = window.glassbox, took = [];
  const until = (fits) => new Promise((resolve) => { const look = () => (fits() ? resolve() : requestAnimationFrame(look)); look(); });
  const painted = () => new Promise((resolve) => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = resolve; port2.postMessage(0); }));
  const button = () => document.querySelector('#ailing [data-remedy=activation_relu]');
  const pause = () => new Promise((resolve) => setTimeout(resolve, 600));
  for (let i = 0; i < times; i++) {
    await until(button);
    await pause();
    const { revision } = store.state.network, begin = performance.now();
    button().click();
    await until(() => store.state.network.revision !== revision);
    const { picture } = store.state;
    await until(() => store.state.picture !== picture);
    await painted();
    took.push(performance.now() - begin);
    await pause();
    document.querySelector('#ailing [data-name="take back"]').click();
    await pause();
  }
  return took.sort((a, b) => a - b);
}"""


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


def remedy(playwright: Playwright, url: str) -> None:
    browser = launch(playwright)
    made = httpx.post(f"{url}api/networks", json=AILING, timeout=60).json()
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.goto(f"{url}#network={made['id']}")
    until(page, "window.glassbox?.store.state.frame")
    page.evaluate("document.getElementById('of-gradients').click()")
    page.evaluate("glassbox.session.step({ steps: 20 })")
    took = page.evaluate(REMEDY, REMEDIES)
    print(f"\nA remedy: median {statistics.median(took):.0f} ms, p95 {took[-2]:.0f} ms")
    browser.close()


def main(kind: str, tabs: list[str]) -> None:
    with tempfile.TemporaryDirectory() as data, sync_playwright() as playwright:
        process, url, _ = start(data, workers=1)
        browser = Alone(playwright, f"{data}/profile")
        try:
            made = httpx.post(
                f"{url}api/networks", json={"dataset": {"kind": kind}}, timeout=60
            ).json()

            def begin(page: Any) -> None:
                page.goto(f"{url}#network={made['id']}")
                until(page, "window.glassbox?.store.state.frame")
                page.evaluate("glassbox.session.setSpeed(14)")
                page.evaluate("glassbox.session.toggle()")
                until(page, "glassbox.store.state.frame?.state === 'playing'")

            browser.do(begin)
            network = f"{url}api/networks/{made['id']}"
            print("| tab | updates/s | without | of it | spread |\n| --- | --- | --- | --- | --- |")
            for tab in tabs:
                pairs = [
                    (rate(browser, network, WITHOUT), rate(browser, network, tab))
                    for _ in range(TURNS)
                ]
                shares = sorted(one / other for other, one in pairs)
                other, one = (statistics.median(of) for of in zip(*pairs, strict=True))
                print(
                    f"| {tab} | {one:,.0f} | {other:,.0f} | {statistics.median(shares):.3f} "
                    f"| {shares[1]:.3f} to {shares[-2]:.3f} |",
                    flush=True,
                )
            browser.process.terminate()
            httpx.delete(network, timeout=60)
            remedy(playwright, url)
            print(f"\n{TARGETS}")
        finally:
            browser.process.terminate()
            browser.process.wait(20)
            process.terminate()
            process.wait(20)


if __name__ == "__main__":
    main(sys.argv[1] if sys.argv[1:] else "spiral", sys.argv[2:] or ["gradients"])
