"""What a cell says: a number, a word, or nothing."""

import re
from collections.abc import Iterable, Sequence
from math import nan
from typing import Literal

Decimal = Literal[".", ","]

MOST = 1e30
# What programs write where there is nothing. In a column of words "None" and "-" may be words.
_EMPTY = {
    "", "na", "n/a", "#n/a", "#na", "<na>", "nan", "-nan", "null", "#null!", "1.#ind", "-1.#ind",
    "1.#qnan", "-1.#qnan", "?",
}  # fmt: skip
_NO_NUMBER = _EMPTY | {"none", "-", "–", "—", ".", "nil"}
_COMMA = re.compile(r"[-+]?(?:\d+|\d{1,3}(?:\.\d{3})+)?,\d+(?:[eE][-+]?\d+)?$")
_GROUPED = re.compile(r"[-+]?\d{1,3}(?:\.\d{3})+$")
_POINT = re.compile(r"[-+]?\d*\.\d+(?:[eE][-+]?\d+)?$")


def is_empty(cell: str, *, number: bool) -> bool:
    """Whether nothing stands there, as a `number` column or one of words has it."""
    return cell.casefold() in (_NO_NUMBER if number else _EMPTY)


def number_of(cell: str, decimal: Decimal = ".") -> float | None:
    """What a cell says; None where that is a word, or no finite number."""
    if "_" in cell:  # Python reads 1_0 as ten; in a table it is a word
        return None
    if decimal == ",":
        if "." in cell and not (_GROUPED.match(cell) or _COMMA.match(cell)):
            return None
        cell = cell.replace(".", "").replace(",", ".")
    try:
        value = float(cell.replace("−", "-"))
    except ValueError:
        return None
    return value if abs(value) < MOST else None


def numbers_of(cells: Sequence[str], decimal: Decimal = ".") -> list[float | None]:
    """The same of a whole column; NaN where a cell is empty."""
    if decimal == ".":  # most columns hold plain numbers, and are read three times as fast
        try:
            plain: list[float | None] = [float(cell) for cell in cells]
        except ValueError:
            plain = [None]
        if all(value is not None and -MOST < value < MOST for value in plain) and "_" not in "".join(cells):  # fmt: skip
            return plain
    return [
        value
        if (value := number_of(cell, decimal)) is not None
        else (nan if is_empty(cell, number=True) else None)
        for cell in cells
    ]


def decimal_of(cells: Iterable[str]) -> Decimal:
    """The decimal sign of some cells: a comma where one stands in numbers and no point does."""
    comma = False
    for cell in cells:
        if _POINT.match(cell):
            return "."
        comma = comma or bool(_COMMA.match(cell))
    return "," if comma else "."


__all__ = ["MOST", "Decimal", "decimal_of", "is_empty", "number_of", "numbers_of"]
