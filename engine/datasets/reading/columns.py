"""What each column of a table holds: numbers, words of a few kinds, numbers of the rows, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isnan

import numpy as np
from numpy.typing import NDArray

from ...errors import Reason, Refused
from .choices import ChosenKind, Kind
from .numbers import Decimal, is_empty, numbers_of
from .words import one_form, unseen

MAX_CATEGORIES = 20
_INDEX = {
    "",
    "index",
    "id",
    "row",
    "rows",
    "no",
    "no.",
    "nr",
    "nr.",
    "#",
    "rownames",
    "序号",
    "编号",
    "行号",
}


@dataclass(frozen=True, slots=True)
class Column:
    """values: of numbers (rows,), NaN where a cell is empty; else None.  words: the cells in one form, ""
    where they are empty, of any other kind.  empty: how many cells say nothing.  different: how many
    words or numbers there are. `categories`: those of a column of few words, sorted.  unseen: what was
    taken from words so that those that look alike are alike"""

    name: str
    kind: Kind
    empty: int
    different: int
    values: NDArray[np.float64] | None = None
    words: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    unseen: tuple[str, ...] = ()

    def without(self, keep: NDArray[np.bool_]) -> "Column":
        """Of the rows to keep alone."""
        return Column(
            self.name, self.kind, self.empty, self.different,
            None if self.values is None else self.values[keep],
            tuple(word for word, kept in zip(self.words, keep, strict=True) if kept) if self.words else (),
            self.categories, self.unseen,
        )  # fmt: skip


def column_of(
    cells: Sequence[str],
    name: str,
    title: str | None,
    lines: Sequence[int],
    place: int,
    decimal: Decimal,
    chosen: ChosenKind | None,
    target: bool,
) -> Column:
    """place: which column of the file it is, from 1.  title: as the header has it, None without one

    Raises: Refused (numbers with a word among them, and nobody has said what they are)
    """
    if chosen == "ignored":
        return Column(name, "ignored", sum(is_empty(cell, number=True) for cell in cells), 0)
    if chosen != "category":
        numbers = numbers_of(cells, decimal)
        odd = [i for i, value in enumerate(numbers) if value is None]
        told = sum(value is None or not isnan(value) for value in numbers)
        if told == 0:
            return Column(name, "empty", len(cells), 0, np.full(len(cells), np.nan))
        if not odd:
            return _of_numbers(name, title, np.array(numbers, np.float64), len(cells) - told)
        if chosen == "number" or 2 * (told - len(odd)) >= told:
            raise _odd(cells[odd[0]], lines[odd[0]], place, name, told, len(odd))
    return _of_words(name, title, cells, chosen, target)


def _of_numbers(name: str, title: str | None, values: NDArray[np.float64], empty: int) -> Column:
    kind: Kind = "number"
    counts = not empty and len(values) > 2 and bool((np.diff(values) == 1).all())
    if counts and title is not None and _is_index(title) and values[0] in (0.0, 1.0):
        kind = "index"
    return Column(name, kind, empty, len(np.unique(values[~np.isnan(values)])), values)


def _of_words(
    name: str, title: str | None, cells: Sequence[str], chosen: ChosenKind | None, target: bool
) -> Column:
    words = tuple("" if is_empty(cell, number=False) else one_form(cell) for cell in cells)
    different = sorted({word for word in words if word})
    told = sum(map(bool, words))
    kind: Kind = "category"
    if not different:
        kind = "empty"
    elif chosen is None and not target:
        each = len(different) == len(cells) and len(cells) > 2
        if each and title is not None and _is_index(title):
            kind = "index"
        elif len(different) > MAX_CATEGORIES or (2 * len(different) > told and len(different) > 2):
            kind = "words"
    elif not target and len(different) > MAX_CATEGORIES:
        raise Refused(
            "kinds",
            Reason(
                "table.too_many_categories",
                "{count} different words in column {column}, at most {most} (limit: max_categories); "
                "leave it out",
                count=len(different),
                column=name,
            ),
            limit="max_categories",
            value=MAX_CATEGORIES,
        )
    categories = tuple(different) if kind == "category" else ()
    empty = len(cells) - told
    return Column(name, kind, empty, len(different), None, words, categories, unseen(cells))


def _is_index(title: str) -> bool:
    plain = title.casefold()
    return plain in _INDEX or plain.startswith("unnamed: ")


def _odd(cell: str, line: int, place: int, name: str, told: int, odd: int) -> Refused:
    return Refused(
        "id",
        Reason(
            "table.not_a_number",
            "line {row}, column {column} ('{name}'): '{cell}' is not a finite number, and {numbers} of "
            "its {told} cells are; correct it, or say that the column holds categories or is to be left "
            "out",
            row=line,
            column=place,
            name=name[:40],
            cell=cell[:20],
            numbers=told - odd,
            told=told,
        ),
    )


__all__ = ["MAX_CATEGORIES", "Column", "column_of"]
