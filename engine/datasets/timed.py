"""A series of one's own out of a CSV: a row is a step of time, and what stands beside the values names the rows."""

import numpy as np

from ..errors import Reason, Refused
from .reading import MAX_COLUMNS, Choices, Sheet
from .reading.choices import check_names
from .reading.headers import names_of, titles_in
from .reading.numbers import Decimal, decimal_of, number_of
from .table import Table

# As many as the least window and the least horizon take (series.py).
LEAST_ROWS = 16


def series_of(sheet: Sheet, choices: Choices, name: str = "own") -> Table:
    """A column of numbers, one is enough; the series is the chosen one, or the last that begins with a number.

    The first other column that holds words, dates say, or numbers that only grow, years say, names the rows.
    Other columns of numbers are kept beside the series; other words are left out. Lines are counted
    as an editor does.

    Raises: Refused
    """
    decimal = choices.decimal or decimal_of(cell for row in sheet.rows[:2000] for cell in row)
    header, rows, lines = titles_in(sheet, decimal, choices.header)
    width = len(rows[0])
    names = names_of(header, width)
    check_names(choices, names)
    numeric = [at for at in range(width) if number_of(rows[0][at], decimal) is not None]
    at = width - 1 if not numeric else numeric[-1]
    if choices.target is not None:
        at = names.index(choices.target)
    series = _numbers(rows, lines, at, names[at], decimal)
    if len(rows) < LEAST_ROWS:
        raise Refused(
            "id",
            Reason(
                "series.too_few",
                "column '{column}' has {rows} values; a series takes {least} at least",
                column=names[at],
                rows=len(rows),
                least=LEAST_ROWS,
            ),
        )
    if (series == series[0]).all():
        raise Refused(
            "id",
            Reason(
                "series.constant",
                "column '{column}' is {cell} from line {first} to line {last}; there is nothing to forecast",
                column=names[at],
                cell=rows[0][at][:20],
                first=lines[0],
                last=lines[-1],
            ),
        )
    beside: dict[int, np.ndarray] = {}
    naming: int | None = None
    for other in range(width):
        if other == at:
            continue
        values = [number_of(row[other], decimal) for row in rows]
        grows = None not in values and (np.diff(np.array(values, np.float64)) > 0).all()
        if naming is None and (None in values or grows):
            naming = other
        elif None not in values:
            beside[other] = np.array(values, np.float64)
    columns = tuple(names[other] for other in beside)[: MAX_COLUMNS - 1]
    inputs = np.stack([*beside.values()][: MAX_COLUMNS - 1], axis=1) if beside else None
    if inputs is None:  # a table has an input: the row's own number
        columns = ("row" if names[at] != "row" else "row number",)
        inputs = np.arange(1.0, len(rows) + 1)[:, None]
    return Table(
        name, columns, inputs, series, names[at], (),
        row_names=() if naming is None else tuple(row[naming][:40] for row in rows),
        row_title=names[naming] if naming is not None and header and header[naming] else "",
        series=True,
    )  # fmt: skip


def _numbers(
    rows: list[list[str]], lines: list[int], at: int, name: str, decimal: Decimal
) -> np.ndarray:
    """Raises: Refused, with the line of the first cell that is none"""
    values = [number_of(row[at], decimal) for row in rows]
    wrong = next((i for i, value in enumerate(values) if value is None), None)
    if wrong is not None:
        cell = rows[wrong][at][:20]
        if not cell:
            raise Refused(
                "id",
                Reason(
                    "series.empty_cell",
                    "line {line}, column '{column}' is empty; a series needs a number in every row",
                    line=lines[wrong],
                    column=name,
                ),
            )
        raise Refused(
            "id",
            Reason(
                "series.no_number",
                "line {line}, column '{column}': '{cell}' is no number",
                line=lines[wrong],
                column=name,
                cell=cell,
            ),
        )
    return np.array(values, np.float64)


__all__ = ["LEAST_ROWS", "series_of"]
