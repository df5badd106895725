"""What axe-core finds on a page as it stands, in both themes."""

from pathlib import Path
from typing import Any

from .page import drawn

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {"type": "tag", "values": TAGS}
OF_COLOUR = {"type": "rule", "values": ["color-contrast"]}  # all that a theme can break


def violations(page: Any, within: str = "html") -> list[str]:
    """By all rules in the theme that is shown, and by those of colour in the other.

    Args:
        within: what has changed since the whole page was looked at; the rest takes seconds again
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    found = _found(page, within, ALL)
    _show(page, not dark)
    found += _found(page, within, OF_COLOUR)
    _show(page, dark)
    return found


def _show(page: Any, dark: bool) -> None:
    page.emulate_media(color_scheme="dark" if dark else "light")
    drawn(page)


def _found(page: Any, within: str, only: dict[str, Any]) -> list[str]:
    # Nothing is to be fetched for it: the page has no style sheets of elsewhere.
    options = {"runOnly": only, "resultTypes": ["violations"], "preload": False}
    found = page.evaluate("([within, options]) => axe.run(within, options)", [within, options])
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'][:200]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]
