"""The pages: each a template and a composition root, whose imports are preloaded."""

import re
from dataclasses import dataclass
from functools import cache
from posixpath import dirname, join, normpath

from .settings import web_root

_IMPORT = re.compile(r'^(?:import|export) [^;]*?"(\.[^"]+)\.js";', re.M)


@dataclass(frozen=True, slots=True)
class Page:
    """`title` is a word of the page's language files; "" where the page has no such words."""

    path: str
    template: str
    script: str
    title: str = ""


PAGES = (
    Page("/", "playground.html", "pages/playground", "title"),
    Page("/activations", "activations.html", "pages/activations", "titleActivations"),
    Page("/docs", "docs.html", "pages/docs"),
)


@cache
def modules_of(script: str) -> list[str]:
    """What a script imports, directly or not, by path under static/js without `.js`."""
    found: list[str] = []
    waiting = [script]
    while waiting:
        module = waiting.pop(0)
        text = (web_root() / "static" / "js" / f"{module}.js").read_text(encoding="utf-8")
        for relative in _IMPORT.findall(text):
            name = normpath(join(dirname(module), relative))
            if name not in found and name != script:
                found.append(name)
                waiting.append(name)
    return found
