"""Every code that the server says something with, found in its source: what stands in `Reason(..)`."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from app.validation import KINDS

ROOT = Path(__file__).parent.parent
# Said by whoever keeps a limit (`keep_within`, `limit=`, `value=`), or by the page (the field's name).
KNOWN_BY_ITSELF = {"most", "asked", "limit", "field"}
# `told` of words.js and what it is built of, and what the page says of itself.
OF_THE_PAGE = {"untold", "inLayer", "inOutput", "no_answer"}


def reasons(source: str) -> Iterator[tuple[int, list[ast.expr], list[ast.keyword]]]:
    """Line, arguments and values of every Reason in a file."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Reason":
            yield node.lineno, node.args, node.keywords


def sources() -> list[Path]:
    found = [*(ROOT / "engine").rglob("*.py"), *(ROOT / "app").rglob("*.py")]
    # These two make reasons of reasons and of what pydantic says.
    makers = (ROOT / "engine" / "errors.py", ROOT / "app" / "validation.py")
    return sorted(set(found) - set(makers))


def codes() -> dict[str, list[tuple[str, str, set[str]]]]:
    """By code: where it is said, its English, the names of its values."""
    found: dict[str, list[tuple[str, str, set[str]]]] = {}
    for path in [*sources(), ROOT / "app" / "validation.py"]:
        for line, arguments, keywords in reasons(path.read_text(encoding="utf-8")):
            code, english = arguments
            if not isinstance(code, ast.Constant) or not isinstance(english, ast.Constant):
                continue
            spread = {"why", "because"} if any(k.arg is None for k in keywords) else set()
            values = {k.arg for k in keywords if k.arg} | spread
            where = f"{path.relative_to(ROOT)}:{line}"
            found.setdefault(str(code.value), []).append((where, str(english.value), values))
    for kind, (code, values) in KINDS.items():
        names = set(values({})) if values else set[str]()
        found.setdefault(code, []).append((f"pydantic's {kind}", "", names))
    return found


def words(language: str) -> dict[str, str]:
    path = ROOT / "static" / "i18n" / f"{language}.json"
    return json.loads(path.read_text(encoding="utf-8"))


def gaps(text: str) -> set[str]:
    """The names in {braces}."""
    return set(re.findall(r"\{(\w+)\}", text))
