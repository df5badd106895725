"""How soon the page answers a hand, in headless Chromium at 1440 x 900.

    python -m tests.bench.hand [pad] [remedy] [what-if]

Milliseconds from an event until what it asks for is on the screen, median and the 95th in a hundred: a pen that moves
on the pad until the probabilities are of a drawing that has the move in it, at rest and while the network
plays; a remedy of the Gradients tab from its button to the picture of the network that it has changed; a slider
of What if until the answer to it, or to a later place of it, is there.
"""

import math
import sys
from collections.abc import Callable
from typing import Any

import httpx
from playwright.sync_api import Browser, Page

from tests.bench.crowd import quantile
from tests.bench.page import SHOWN, browsing, until

MOVES = 200
# A hand moves so often: faster than the screen shows.
EVERY_MS = 16
REMEDIES = 20
TARGETS = "Targets: pad 50 ms, remedy 150 ms, what if 100 ms (p95)."

# `ask(at)` when something is asked, `tell(at)` when what was asked by then is about to be drawn.
COUNT = (
    """(() => {
  const seen = window.seen = { took: [], waiting: [] }, shown = """
    + SHOWN
    + """;
  seen.ask = (at) => seen.waiting.push(at);
  seen.tell = (by) => {
    const told = seen.waiting.filter((at) => at <= by);
    seen.waiting = seen.waiting.filter((at) => at > by);
    void shown().then(() => told.forEach((at) => seen.took.push(performance.now() - at)));
  };
})()"""
)

PAD = """() => {
  const { store } = window.glassbox, drawn = new WeakMap();
  let last = 0;
  document.addEventListener('pointermove', (event) => { if (event.buttons) last = event.timeStamp; }, true);
  store.on(['drawing'], ({ drawing }) => {
    if (!drawing || !last) return;
    drawn.set(drawing, last);
    window.seen.ask(last);
  });
  store.on(['look'], ({ look }) => {
    const at = look?.drawing && drawn.get(look.drawing);
    if (at) window.seen.tell(at);
  });
}"""

SLIDER = """() => {
  const box = document.querySelector('.race-whatif'), slider = document.querySelector('#main-fields input[type=range]'), at = new Map();
  slider.addEventListener('input', (event) => {
    const { learning_rate } = window.glassbox.store.state.wished.optimizer ?? {};
    at.set(learning_rate, event.timeStamp);
    window.seen.ask(event.timeStamp);
  });
  new MutationObserver(() => {
    const [wished] = JSON.parse(box.dataset.drawn || '[{}]');
    const by = at.get(wished.optimizer?.learning_rate);
    if (by) window.seen.tell(by);
  }).observe(box, { attributes: true, attributeFilter: ['data-drawn'] });
}"""

# Sigmoids driven to where they are flat.
AILING = {"dataset": {"kind": "spiral"}, "optimizer": {"kind": "sgd", "learning_rate": 30}}
REMEDY = """async (times) => {
  const { store } = window.glassbox, { seen } = window;
  const until = (fits) => new Promise((resolve) => { const look = () => (fits() ? resolve() : requestAnimationFrame(look)); look(); });
  const button = () => document.querySelector('#ailing [data-remedy=activation_relu]');
  const pause = () => new Promise((resolve) => setTimeout(resolve, 600));
  for (let i = 0; i < times; i++) {
    await until(button);
    await pause();
    const { revision } = store.state.network, begin = performance.now();
    seen.ask(begin);
    button().click();
    await until(() => store.state.network.revision !== revision);
    const { picture } = store.state;
    await until(() => store.state.picture !== picture);
    seen.tell(begin);
    await pause();
    document.querySelector('#ailing [data-name="take back"]').click();
    await pause();
  }
}"""


def opened(browser: Browser, url: str, body: dict[str, Any]) -> Page:
    made = httpx.post(f"{url}api/networks", json=body, timeout=60).json()
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(COUNT)
    page.goto(f"{url}#network={made['id']}")
    until(page, "window.glassbox?.store.state.frame")
    page.wait_for_timeout(1000)
    return page


def told(page: Page, what: str) -> None:
    page.wait_for_timeout(1000)
    took = page.evaluate("window.seen.took")
    median, p95 = (quantile(took, share) for share in (0.5, 0.95))
    print(f"| {what} | {len(took)} | {median:.0f} | {p95:.0f} |", flush=True)
    id = page.evaluate("glassbox.session.id")
    origin = page.evaluate("location.origin")
    page.context.close()
    httpx.delete(f"{origin}/api/networks/{id}", timeout=60)


def pad(browser: Browser, url: str) -> None:
    for plays in (False, True):
        page = opened(browser, url, {"dataset": {"kind": "digits"}})
        if plays:
            page.evaluate("glassbox.session.toggle()")
            until(page, "glassbox.store.state.frame?.state === 'playing'")
        page.click("#draw")
        page.evaluate(PAD)
        draw_spiral(page)
        told(page, "pad, playing" if plays else "pad, at rest")


def draw_spiral(page: Page) -> None:
    box = page.locator("#pad").bounding_box() or {}
    x, y, width = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, box["width"]
    page.mouse.move(x, y)
    page.mouse.down()
    for k in range(MOVES):
        reach = 0.35 * width * (0.4 + 0.6 * k / MOVES)
        page.mouse.move(x + reach * math.cos(k / 9), y + reach * math.sin(k / 9))
        page.wait_for_timeout(EVERY_MS)
    page.mouse.up()


def remedy(browser: Browser, url: str) -> None:
    page = opened(browser, url, AILING)
    page.evaluate("document.getElementById('of-gradients').click()")
    page.evaluate("glassbox.session.step({ steps: 20 })")
    page.evaluate(REMEDY, REMEDIES)
    told(page, "remedy")


def what_if(browser: Browser, url: str) -> None:
    page = opened(browser, url, {"dataset": {"kind": "spiral"}})
    page.evaluate("document.getElementById('of-race').click()")
    page.click('[data-name="way whatif"]')
    page.evaluate(SLIDER)
    box = page.locator("#main-fields input[type=range]").first.bounding_box() or {}
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.4 * box["width"], y)
    page.mouse.down()
    for k in range(MOVES):
        page.mouse.move(box["x"] + box["width"] * (0.5 + 0.3 * math.sin(k / 12)), y)
        page.wait_for_timeout(EVERY_MS)
    page.mouse.up()
    told(page, "what if")


PARTS: dict[str, Callable[[Browser, str], None]] = {
    "pad": pad, "remedy": remedy, "what-if": what_if,
}  # fmt: skip


def main(chosen: list[str]) -> None:
    with browsing() as (browser, url):
        print("| what | answers | median ms | p95 ms |\n| --- | --- | --- | --- |")
        for name in chosen:
            PARTS[name](browser, url)
        print(f"\n{TARGETS}")


if __name__ == "__main__":
    main(sys.argv[1:] or list(PARTS))
