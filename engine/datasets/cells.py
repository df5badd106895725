"""The cells of a CSV: rows of texts, what their columns are called, and which of them are numbers."""

import csv
import io
from collections.abc import Sequence

from ..errors import Reason, Refused

MAX_COLUMNS = 64
MAX_ROWS = 20_000
MAX_LINE = 65_536


def cells_of(text: str) -> tuple[list[list[str]], list[int]]:
    """The cells of a CSV, without empty rows, and the line that each row ends on.

    Raises: Refused
    """
    if "\0" in text:
        raise Refused(
            "id", Reason("table.nul", "the text holds NUL characters; save the table as UTF-8 CSV")
        )
    _check_lines(text)
    first = text.lstrip("\ufeff \r\n").split("\n", 1)[0]
    separator = max(",;\t", key=first.count)
    try:
        rows: list[list[str]] = []
        lines: list[int] = []
        reader = csv.reader(
            io.StringIO(text.lstrip("\ufeff"), newline=None), delimiter=separator, strict=True
        )
        for row in reader:
            if any(cell.strip() for cell in row):
                rows.append([cell.strip() for cell in row])
                lines.append(reader.line_num)
            if len(rows) > MAX_ROWS + 1:
                raise Refused(
                    "id",
                    Reason("table.too_many_rows", "more than {most} rows (limit: max_rows)"),
                    limit="max_rows",
                    value=MAX_ROWS,
                )
            if len(row) > MAX_COLUMNS + 1:
                raise Refused(
                    "id",
                    Reason(
                        "table.row_too_wide",
                        "{columns} columns in a row, at most {most} (limit: max_columns)",
                        columns=len(row),
                    ),
                    limit="max_columns",
                    value=MAX_COLUMNS + 1,
                )
    except csv.Error as error:
        raise Refused(
            "id", Reason("table.unreadable", "not a readable CSV: {error}", error=str(error))
        ) from error
    if not rows:
        raise Refused("id", Reason("table.empty", "the table is empty; give rows like 1.5,2.0,A"))
    return rows, lines


def header_of(rows: list[list[str]]) -> list[str] | None:
    """The first row, taken off, where it holds no number.  Raises: Refused"""
    header = None if any(number_of(cell) is not None for cell in rows[0]) else rows.pop(0)
    if not rows:
        raise Refused("id", Reason("table.only_header", "there is a header but no rows under it"))
    return header


def columns_in(header: list[str] | None, width: int, target: str | None) -> tuple[list[str], int]:
    """The names of the columns, and which of them is the target: the last, if nobody says so.

    Raises: Refused
    """
    names = [f"x{i + 1}" for i in range(width)]
    if header and len(header) == width:
        names = each_once(header)
    if target is not None and target not in names:
        raise Refused(
            "id",
            Reason(
                "table.no_such_column",
                "there is no column '{column}'; there are {columns}",
                column=target[:40],
                columns=", ".join(names)[:200],
            ),
        )
    return names, names.index(target) if target is not None else width - 1


def other_length(line: int, cells: int, columns: int) -> Refused:
    return Refused(
        "id",
        Reason(
            "table.row_of_other_length",
            "row {row} has {cells} cells, the first has {columns}",
            row=line,
            cells=cells,
            columns=columns,
        ),
    )


def _check_lines(text: str) -> None:
    """Before anything is read: a line without end, or lines without end, are no table.

    Raises: Refused
    """
    most = 4 * MAX_ROWS
    if text.count("\n") > most:
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
    longest = max(map(len, text.split("\n")))
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


MAX_NAME = 40


def each_once(names: Sequence[str], empty: str = "x") -> list[str]:
    """Names of at most 40 characters, each once: what is alike so far is told apart by a number behind it."""
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


def number_of(cell: str) -> float | None:
    """What a cell says; None where that is a word."""
    if "_" in cell:  # Python reads 1_0 as ten; in a table it is a word
        return None
    try:
        value = float(cell)
    except ValueError:
        return None
    return value if abs(value) < 1e30 else None
