"""The README's pictures: `make screenshots`."""

import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.serving import serve

from .chromium import launch

DOCS = Path(__file__).parent.parent.parent / "docs"


def main() -> None:
    with tempfile.TemporaryDirectory() as data, serve(Path(data)) as server, sync_playwright() as p:
        browser = launch(p)
        for scheme in ("light", "dark"):
            page = browser.new_context(
                viewport={"width": 1440, "height": 900}, color_scheme=scheme, locale="en-US"
            ).new_page()
            page.goto(server.url)
            page.wait_for_selector("#plane[data-drawn]")
            page.click("#play")
            page.wait_for_timeout(7000)
            page.screenshot(path=DOCS / f"playground-{scheme}.png")
            page.context.close()
        browser.close()


if __name__ == "__main__":
    main()
