"""What axe-core finds on a page as it stands, in both themes."""

from pathlib import Path
from typing import Any

from .page import drawn

AXE = Path(__file__).parents[2] / "node_modules" / "axe-core" / "axe.min.js"
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
ALL = {"type": "tag", "values": TAGS}
OF_COLOUR = {"type": "rule", "values": ["color-contrast"]}  # all that a theme can break


def violations(page: Any) -> list[str]:
    """By all rules in the theme that is shown, and by those of colour in the other."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text())
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    found = _found(page, ALL)
    _show(page, not dark)
    found += _found(page, OF_COLOUR)
    _show(page, dark)
    return found


def _show(page: Any, dark: bool) -> None:
    page.emulate_media(color_scheme="dark" if dark else "light")
    drawn(page)


def _found(page: Any, only: dict[str, Any]) -> list[str]:
    found = page.evaluate(
        "(runOnly) => axe.run(document, {runOnly, resultTypes: ['violations']})", only
    )
    return [
        f"{one['id']}: {node['target']} {node['failureSummary'][:200]}"
        for one in found["violations"]
        for node in one["nodes"][:3]
    ]
