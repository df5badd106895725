"""How the page keeps up: pictures a second, main-thread tasks over 50 ms, bytes, first picture.

    python -m tests.bench.page [seconds]

Plays the default experiment (spiral, 2-8-8-8-3) in headless Chromium.
"""

import json
import sys
import tempfile
import time

from playwright.sync_api import sync_playwright

from tests.bench.load import start
from tests.browser.chromium import launch

COUNT = """() => {
  window.pictures = 0; window.longTasks = [];
  glassbox.store.on(['picture'], () => { window.pictures++; });
  new PerformanceObserver((list) => list.getEntries().forEach((e) => window.longTasks.push(e.duration)))
    .observe({type: 'longtask'});
}"""


def measure(url: str, seconds: float) -> dict[str, object]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_context(viewport={"width": 1440, "height": 900}).new_page()
        received = []
        devtools = page.context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
        begin = time.monotonic()
        page.goto(url)
        page.wait_for_selector("#plane[data-drawn]")
        first_picture_s = time.monotonic() - begin
        page.wait_for_timeout(1000)
        transferred = sum(received)
        page.click("#play")
        page.wait_for_timeout(1000)
        page.evaluate(COUNT)
        page.wait_for_timeout(int(seconds * 1000))
        found = page.evaluate(
            "() => ({pictures: window.pictures, long: window.longTasks,"
            " resolution: glassbox.store.state.picture.resolution,"
            " worker_ms: glassbox.store.state.picture.milliseconds})"
        )
        browser.close()
    return {
        "pictures_per_second": round(found["pictures"] / seconds, 1),
        "main_thread_tasks_over_50_ms": len(found["long"]),
        "longest_task_ms": max(found["long"], default=0),
        "plane": f"{found['resolution']} x {found['resolution']}",
        "first_picture_s": round(first_picture_s, 2),
        "transferred_kb": round(transferred / 1000, 1),
    }


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as data:
        process, url, _ = start(data)
        try:
            seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 30
            print(json.dumps(measure(url, seconds), indent=1))
        finally:
            process.terminate()
            process.wait(20)
