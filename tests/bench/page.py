"""How the page keeps up with every kind of data, in headless Chromium at 1440 x 900.

    python -m tests.bench.page [seconds] [data ..]

A table: pictures a second while the default network of each dataset trains at its own pace, as a visitor gets
it, and as fast as it goes ("full", where training takes a core to itself); main-thread tasks over 50 ms and
layout shift from navigation to the end of the first; the first picture after navigation, bytes transferred by
then, and how long a change takes to be on the screen while it trains at its pace. Nothing of it goes by the
page's arrangement: only by its store, and by what panels mark as drawn (`data-drawn`).
"""

import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.load import started
from tests.browser.chromium import launch
from tests.data import FILLED

SECONDS = 8.0
EDITS = 20
# What a page of points and one of samples are to reach; whoever reads the table has them beside it.
TARGETS = (
    "Targets: 30 pictures a second of planes, curves and tables, 20 of images, sequences and text; "
    "no task over 50 ms; shift 0.05; first picture 800 ms; 200 kB; edits 100 ms."
)

# From the first moment of a page: what the browser itself observes, and when something was first drawn.
OBSERVE = """(() => {
  const seen = window.seen = { tasks: [], shift: 0, first: null, pictures: 0 };
  const observe = (type, each) => new PerformanceObserver((list) => list.getEntries().forEach(each)).observe({ type, buffered: true });
  observe('longtask', (entry) => seen.tasks.push(entry.duration));
  observe('layout-shift', (entry) => { if (!entry.hadRecentInput) seen.shift += entry.value; });
  new MutationObserver((_, observer) => {
    requestAnimationFrame(() => { seen.first ??= performance.now(); });
    observer.disconnect();
  }).observe(document, { subtree: true, attributes: true, attributeFilter: ['data-drawn'] });
})()"""

# A picture counts where the screen was drawn anew after it came: two in one frame are one.
COUNT = """(key) => {
  let fresh = false;
  const { store } = window.glassbox;
  store.on([key], () => {
    if (!store.state[key] || fresh) return;
    fresh = true;
    requestAnimationFrame(() => { fresh = false; window.seen.pictures++; });
  });
  window.seen.pictures = 0;
}"""

# A promise of the moment when what was just written is on the screen.
SHOWN = "() => new Promise((resolve) => requestAnimationFrame(() => { const { port1, port2 } = new MessageChannel(); port1.onmessage = resolve; port2.postMessage(0); }))"

# Milliseconds from asking for each change until it is on the screen.
EDIT = (
    """async ([what, key, times]) => {
  const { store, session } = window.glassbox, shown = """
    + SHOWN
    + """;
  const until = (keys, fits) => new Promise((resolve) => {
    const end = store.on(keys, (s) => {
      if (!fits(s)) return;
      resolve(undefined);
      queueMicrotask(() => end());
    });
  });
  const rate = async (i) => {
    const { optimizer } = store.state.network.spec, wanted = optimizer.learning_rate * (i % 2 ? 0.5 : 2);
    void session.patch({ optimizer: { ...optimizer, learning_rate: wanted } }, 'learningRate');
    await until(['network'], (s) => s.network.spec.optimizer.learning_rate === wanted);
  };
  const units = async (i) => {
    const layers = structuredClone(store.state.network.spec.layers);
    const l = layers.findIndex((layer) => layer.units || layer.filters);
    if (l < 0) return false;
    const name = layers[l].units ? 'units' : 'filters', wanted = layers[l][name] += i % 2 ? -1 : 1;
    void session.patch({ layers }, 'layers');
    await until(['network'], (s) => s.network.spec.layers[l][name] === wanted);
    const before = store.state[key], { revision } = store.state.network;
    await until([key], (s) => s[key] && (key === 'look' ? s.look.revision === revision : s.picture !== before));
    return true;
  };
  const took = [];
  for (let i = 0; i < times; i++) {
    const begin = performance.now();
    if (await { rate, units }[what](i) === false) return null;
    await shown();
    took.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return took.sort((a, b) => a - b)[Math.ceil(0.95 * times) - 1];
}"""
)


def measure(
    browser: Browser, url: str, kind: str, view: str, pace: int, seconds: float
) -> dict[str, Any]:
    made = httpx.post(f"{url}api/networks", json={"dataset": {"kind": kind}}, timeout=60).json()
    key = "picture" if view in ("plane", "curve", "table") else "look"
    page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
    page.add_init_script(OBSERVE)
    received: list[int] = []
    devtools = page.context.new_cdp_session(page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
    page.goto(f"{url}#network={made['id']}")
    until(page, "window.seen.first !== null && window.glassbox?.store.state.network")
    page.wait_for_timeout(1000)
    transferred = sum(received)
    page.evaluate("(pace) => glassbox.session.setPace(pace)", pace)
    page.evaluate("glassbox.session.toggle()")
    until(page, "glassbox.store.state.frame?.state === 'playing'")
    page.wait_for_timeout(1000)
    page.evaluate(COUNT, key)
    page.wait_for_timeout(int(seconds * 1000))
    found = page.evaluate("({ ...window.seen })")
    edits = {what: page.evaluate(EDIT, [what, key, EDITS]) for what in ("rate", "units")}
    page.evaluate("glassbox.session.setSpeed(14)")
    page.wait_for_timeout(1000)
    page.evaluate("window.seen.pictures = 0")
    page.wait_for_timeout(int(seconds * 500))
    full = page.evaluate("window.seen.pictures") / (seconds / 2)
    page.context.close()
    httpx.delete(f"{url}api/networks/{made['id']}", timeout=60)
    return {
        "data": kind,
        "view": view,
        "pictures/s": round(found["pictures"] / seconds, 1),
        "full": round(full, 1),
        "tasks > 50 ms": len(found["tasks"]),
        "longest ms": round(max(found["tasks"], default=0)),
        "shift": round(found["shift"], 3),
        "first ms": round(found["first"]),
        "kB": round(transferred / 1000),
        "rate p95 ms": round(edits["rate"]),
        "units p95 ms": "-" if edits["units"] is None else round(edits["units"]),
    }


def until(page: Page, condition: str) -> None:
    """Polled: the page forbids what playwright's own waiting does."""
    for _ in range(600):
        if page.evaluate(f"Boolean({condition})"):
            return
        page.wait_for_timeout(50)
    raise RuntimeError(f"waited in vain for {condition}")


@contextmanager
def browsing() -> Iterator[tuple[Browser, str]]:
    """A browser for the block, and the address of a server with one worker."""
    with (
        tempfile.TemporaryDirectory() as data,
        started(data, workers=1) as (_, url, _),
        sync_playwright() as playwright,
    ):
        browser = launch(playwright)
        try:
            yield browser, url
        finally:
            browser.close()


def main(seconds: float, chosen: list[str]) -> None:
    with browsing() as (browser, url):
        catalog = httpx.get(f"{url}api/catalog", timeout=60).json()["datasets"]
        kinds = [one for one in catalog if one["name"] in FILLED]
        for i, one in enumerate(k for k in kinds if not chosen or k["name"] in chosen):
            row = measure(browser, url, one["name"], one["view"], one["pace"], seconds)
            if not i:
                print("|", " | ".join(row), "|\n|", " | ".join("---" for _ in row), "|")
            print("|", " | ".join(map(str, row.values())), "|", flush=True)
        print(f"\n{TARGETS}")


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else SECONDS, sys.argv[2:])
