"""Whether a table has a header, what its columns are called, and rows that are shorter or longer."""

from collections import Counter

from ...errors import Reason, Refused
from .cells import Sheet, each_once
from .numbers import Decimal, is_empty, number_of

# Rows that are looked at to tell a header by.
_LOOKED_AT = 200


def titles_in(
    sheet: Sheet, decimal: Decimal, header: bool | None
) -> tuple[list[str] | None, list[list[str]], list[int]]:
    """The header's cells or None, the rows under it, and where they stand.

    A data frame that R wrote has a title less than columns: the first column is that of row names.

    Raises: Refused (rows of other lengths, nothing under the header)
    """
    rows, lines = sheet.rows, sheet.lines
    width = Counter(map(len, rows)).most_common(1)[0][0]
    while width > 1 and all(len(row) <= width and not any(row[width - 1 :]) for row in rows):
        width -= 1  # separators at the ends of lines
    rows = [row[:width] if len(row) > width and not any(row[width:]) else row for row in rows]
    if len(rows[0]) == width - 1 and header is not False and len(rows) > 1:
        first = rows[0]
        if all(number_of(cell, decimal) is None for cell in first):
            rows = [["", *first], *rows[1:]]
    for row, line in zip(rows, lines, strict=True):
        if len(row) != width:
            raise Refused(
                "id",
                Reason(
                    "table.row_of_other_length",
                    "line {row} has {cells} cells, most lines have {columns}",
                    row=line,
                    cells=len(row),
                    columns=width,
                ),
            )
    headed = _is_header(rows[0], rows[1 : 1 + _LOOKED_AT], decimal) if header is None else header
    if not headed:
        return None, rows, lines
    if len(rows) < 2:
        raise Refused("id", Reason("table.only_header", "there is a header but no rows under it"))
    return rows[0], rows[1:], lines[1:]


def names_of(titles: list[str] | None, width: int) -> list[str]:
    """Of the columns: a column without a title is x and its place."""
    return each_once(titles or [""] * width)


def _is_header(first: list[str], below: list[list[str]], decimal: Decimal) -> bool:
    """Whether a row says what stands below it.

    It does where it has no number; where a title is a word over numbers, and no number over words or
    numbers that are missing; where it counts from 0, as a data frame without names does; and where its
    numbers are years and the like, each one more than the one before, over a nameless column of words.
    """
    numbers = [number_of(cell, decimal) for cell in first]
    if not any(value is not None for value in numbers):
        return True
    if not below:
        return False
    counted = [value for value in numbers if value is not None]
    whole = all(value == int(value) for value in counted)
    one_by_one = whole and counted == [counted[0] + i for i in range(len(counted))]
    years = one_by_one and len(counted) > 1 and counted[0] >= 1000
    columns = list(zip(*below, strict=True))
    if first[0] == "" and len(first) > 1 and one_by_one and len(counted) == len(first) - 1:
        return True
    if counted == [float(i) for i in range(len(first))]:
        # 0, 1, 2 over 0, 1, 2 may be a row like the others; over words or fractions it is none.
        return (
            any(
                any(
                    (value := number_of(cell, decimal)) is None or value != int(value)
                    for cell in column
                )
                for column in columns
            )
            or len(first) > 2
        )
    over = under = 0
    for title, value, column in zip(first, numbers, columns, strict=True):
        told = [cell for cell in column if not is_empty(cell, number=True)]
        if not told:
            continue
        share = sum(number_of(cell, decimal) is not None for cell in told) / len(told)
        if share > 0.5 and value is None and not is_empty(title, number=True):
            over += 1
        elif (share > 0.5 and value is not None and not years) or (
            share <= 0.5 and value is None and title in column
        ):
            under += 1
        elif share <= 0.5 and value is None and years:
            over += 1
    return over > under


__all__ = ["names_of", "titles_in"]
