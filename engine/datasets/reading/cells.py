"""The cells of a table as text: which separator parts them is found out, and where each row stands is kept."""

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ...errors import Reason, Refused
from .decoding import check_whole
from .guarding import unguarded
from .numbers import number_of

MAX_COLUMNS = 64
# As many as a file may bring: those beyond the first are to be left out, or to be chosen from.
MAX_CELLS_A_ROW = 512
MAX_ROWS = 20_000
MAX_LINE = 65_536
MAX_NAME = 40
# In the order of preference where a file reads equally well with several.
SEPARATORS = ("\t", ";", ",", "|", " ")
_LOOKED_AT = 64


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows of cells, without the empty ones, and the line of the file (or the row of the sheet) that
    each begins on, counted from 1. `separator` is "" where no text was read."""

    rows: list[list[str]]
    lines: list[int]
    separator: str = ""


def sheet_of(text: str, separator: str | None = None) -> Sheet:
    """The cells of a CSV.  Raises: Refused"""
    text = text.lstrip("\ufeff")
    if "\0" in text:
        raise Refused(
            "id", Reason("table.nul", "the text holds NUL characters; save the table as UTF-8 CSV")
        )
    check_whole(text)
    _check_lines(text)
    head, _, rest = text.partition("\n")
    above = 0
    if head.strip().casefold().startswith("sep=") and len(head.strip()) == 5:  # as Excel writes it
        separator, text, above = separator or head.strip()[4], rest, 1
    separator = separator or separator_of(text)
    rows: list[list[str]] = []
    lines: list[int] = []
    reader = _reader(text, separator)
    begins = 1
    try:
        for row in reader:
            cells = [unguarded(cell.strip()) for cell in row]
            if any(cells):
                rows.append(cells)
                lines.append(begins + above)
            begins = reader.line_num + 1
            _check_size(len(rows), len(row), lines[-1] if lines else begins)
    except csv.Error as error:
        raise Refused(
            "id",
            Reason(
                "table.unreadable",
                "not a readable CSV: {error}, in the row that begins in line {line}",
                error=str(error),
                line=begins + above,
            ),
        ) from error
    if not rows:
        raise Refused("id", Reason("table.empty", "the table is empty; give rows like 1.5,2.0,A"))
    return Sheet(rows, lines, separator)


def separator_of(text: str) -> str:
    """What parts the cells: that with which the first rows are most alike in length, their cells most
    often numbers, and quotes are where they belong."""
    found, best = ",", (0.0, 0.0)
    for one in SEPARATORS:
        try:
            rows = [
                row for row in islice(_reader(text, one), _LOOKED_AT) if any(map(str.strip, row))
            ]
        except csv.Error:
            continue
        if not rows:
            continue
        usual, count = Counter(map(len, rows)).most_common(1)[0]
        if usual < 2:
            continue
        cells = [cell.strip() for row in rows for cell in row]
        numbers = sum(number_of(c) is not None or number_of(c, ",") is not None for c in cells)
        score = (round(count / len(rows), 1), numbers / len(cells))
        # Words hold spaces: they part cells only where nothing else does.
        if score > best and (one != " " or best == (0.0, 0.0)):
            found, best = one, score
    return found


def _reader(text: str, separator: str) -> Any:
    return csv.reader(
        io.StringIO(text, newline=None),
        delimiter=separator,
        strict=True,
        skipinitialspace=separator == " ",
    )


def sheet_of_rows(rows: Sequence[Sequence[str]]) -> Sheet:
    """Of cells that were never text: those of a spreadsheet.  Raises: Refused"""
    found: list[list[str]] = []
    lines: list[int] = []
    for number, row in enumerate(rows):
        cells = [cell.strip() for cell in row]
        if any(cells):
            found.append(cells)
            lines.append(number + 1)
            _check_size(len(found), len(cells), number + 1)
    if not found:
        raise Refused("id", Reason("table.empty", "the table is empty; give rows like 1.5,2.0,A"))
    return Sheet(found, lines)


def _check_size(rows: int, cells: int, line: int) -> None:
    """Raises: Refused"""
    if rows > MAX_ROWS + 1:
        raise Refused(
            "id",
            Reason("table.too_many_rows", "more than {most} rows (limit: max_rows)"),
            limit="max_rows",
            value=MAX_ROWS,
        )
    if cells > MAX_CELLS_A_ROW:
        raise Refused(
            "id",
            Reason(
                "table.row_too_wide",
                "{columns} cells in line {line}, at most {most} (limit: max_cells_a_row)",
                columns=cells,
                line=line,
            ),
            limit="max_cells_a_row",
            value=MAX_CELLS_A_ROW,
        )


def _check_lines(text: str) -> None:
    """Before anything is read: a line without end, or lines without end, are no table.

    Raises: Refused
    """
    most = 4 * MAX_ROWS
    if text.count("\n") + text.count("\r") > 2 * most:
        raise Refused(
            "id",
            Reason(
                "table.too_many_lines",
                "more than {lines} lines; a table has {most} rows (limit: max_rows)",
                lines=most,
            ),
            limit="max_rows",
            value=MAX_ROWS,
        )
    longest = max(map(len, text.splitlines()), default=0)
    if longest > MAX_LINE:
        raise Refused(
            "id",
            Reason(
                "table.line_too_long",
                "a line of {characters} characters, at most {most} (limit: max_line); is the separator right, and every quote closed?",
                characters=longest,
            ),
            limit="max_line",
            value=MAX_LINE,
        )


def each_once(names: Sequence[str], empty: str = "x") -> list[str]:
    """Names of at most 40 characters, each once: what is alike so far is told apart by a number behind
    it. A column that has a name of its own keeps it, whatever those without come to be called."""
    found: list[str] = []
    taken = set(names)
    for i, name in enumerate(names):
        short = name[:MAX_NAME] or f"{empty}{i + 1}"
        number = i + 1
        while short in found or (short != name and short in taken):
            behind = f" {number}"
            short = (name or empty)[: MAX_NAME - len(behind)] + behind
            number += 1
        found.append(short)
    return found


__all__ = [
    "MAX_CELLS_A_ROW", "MAX_COLUMNS", "MAX_ROWS", "SEPARATORS", "Sheet", "each_once", "sheet_of",
    "sheet_of_rows",
]  # fmt: skip
