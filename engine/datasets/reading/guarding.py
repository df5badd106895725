"""Words that a spreadsheet would take for a formula: with an apostrophe before them it does not (OWASP, CSV
injection). What is written so is read without it again, and a word that has apostrophes of its own keeps them."""

import re

from .numbers import number_of

# The wide signs are those of East Asian keyboards, which Excel takes for the others.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")


def guarded(word: str) -> str:
    return f"'{word}" if _FORMULA.match(word) and number_of(word) is None else word


def unguarded(cell: str) -> str:
    """A cell of a file as it was before it was guarded; numbers and other words are what they are."""
    if not cell.startswith("'") or not _FORMULA.match(cell[1:]) or number_of(cell[1:]) is not None:
        return cell
    return cell[1:]


__all__ = ["guarded", "unguarded"]
