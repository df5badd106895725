"""Tables in the files of other programs: the first sheet of an .xlsx, records in JSON, a Parquet file. Each
becomes rows of cells as text, read within bounds and without trust."""

import re
import zlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Any
from zipfile import BadZipFile, ZipFile

from engine.datasets.reading import MAX_CELLS_A_ROW, MAX_ROWS, Sheet, sheet_of_rows
from engine.errors import Reason, Refused

# Cells of the rectangle that a sheet spans: what reads it makes room for all of them.
MAX_CELLS = 2_000_000
MAX_PARTS = 2_000
# A row that is dropped for an empty cell counts, and so does one for the header.
MAX_SHEET_ROWS = MAX_ROWS + 1
_PIECE = 1 << 20
_LAST_ROW = re.compile(rb'<(?:\w+:)?row\b[^>]*?\br="(\d{1,9})"')
_CELL = re.compile(rb'<(?:\w+:)?c\b[^>]*?\br="([A-Z]{1,4})\d')
_OVERLAP = 512
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml$")


def is_workbook(data: bytes) -> bool:
    """Whether an archive is an .xlsx, whatever it is called."""
    try:
        with ZipFile(BytesIO(data)) as opened:
            return "xl/workbook.xml" in opened.namelist()
    except (BadZipFile, EOFError, NotImplementedError, OSError, ValueError):
        return False


def sheet_of_workbook(data: bytes, most_bytes: int) -> Sheet:
    """The first sheet, formulas as the values they had when it was saved.

    Args:
        most_bytes: that the workbook's parts may have together, unpacked

    Raises: Refused
    """
    _check_workbook(data, most_bytes)
    import python_calamine  # most servers never see a workbook

    try:
        book = python_calamine.CalamineWorkbook.from_filelike(BytesIO(data))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except Exception as error:  # of each kind of damage it has another
        raise Refused("id", _no_workbook()) from error
    return sheet_of_rows([[_spelled(cell) for cell in row] for row in rows])


def _check_workbook(data: bytes, most_bytes: int) -> None:
    """Reads every part once, as bytes: none is larger than it says, none defines entities, and no
    sheet spans more than there is room for.

    Raises: Refused
    """
    try:
        with ZipFile(BytesIO(data)) as opened:
            parts = opened.infolist()
            if len(parts) > MAX_PARTS or "xl/workbook.xml" not in opened.namelist():
                raise Refused("id", _no_workbook())
            if sum(part.file_size for part in parts) > most_bytes:
                raise _unpacked(most_bytes)
            left = most_bytes
            for part in parts:
                sheet = _SHEET.match(part.filename) is not None
                tail, rows, columns = b"", 0, 0
                with opened.open(part) as stream:
                    while piece := stream.read(_PIECE):
                        left -= len(piece)
                        if left < 0:
                            raise _unpacked(most_bytes)
                        seen = tail + piece
                        if part.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in seen:
                            raise Refused("id", _no_workbook())
                        if sheet:
                            rows = max([rows, *map(int, _LAST_ROW.findall(seen))])
                            columns = max([columns, *map(_column, set(_CELL.findall(seen)))])
                        tail = seen[-_OVERLAP:]
                if rows * columns > MAX_CELLS or columns > MAX_CELLS_A_ROW:
                    raise _too_wide(rows, columns)
    except (BadZipFile, EOFError, NotImplementedError, OSError, RuntimeError, zlib.error) as error:
        raise Refused("id", _no_workbook()) from error


def _column(letters: bytes) -> int:
    """The number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def sheet_of_records(records: Sequence[Mapping[str, Any]]) -> Sheet:
    """A row for each record, a column for each of their names in the order in which they come up first.

    Raises: Refused
    """
    names = list(dict.fromkeys(name for record in records for name in record))
    if not names:
        raise Refused(
            "records", Reason("table.empty", "the table is empty; give rows like 1.5,2.0,A")
        )
    if len(names) > MAX_CELLS_A_ROW:
        raise _too_wide(len(records), len(names))
    return sheet_of_rows(
        [names, *([_spelled(record.get(name)) for name in names] for record in records)]
    )


def sheet_of_parquet(data: bytes, most_bytes: int) -> Sheet:
    """All columns of numbers, words, truth values and times.  Raises: Refused"""
    try:
        import pyarrow
        import pyarrow.parquet
    except ImportError as error:
        raise Refused(
            "id",
            Reason(
                "table.no_parquet",
                'this server reads no Parquet; install it with "pip install glassbox-playground[data]", '
                "or save the table as CSV",
            ),
        ) from error
    try:
        file = pyarrow.parquet.ParquetFile(
            BytesIO(data), thrift_string_size_limit=1 << 20, thrift_container_size_limit=1 << 16
        )
        told = file.metadata
        if told.num_rows > MAX_ROWS or told.num_columns > MAX_CELLS_A_ROW:
            raise _too_wide(told.num_rows, told.num_columns)
        groups = [told.row_group(i) for i in range(told.num_row_groups)]
        if sum(group.total_byte_size for group in groups) > most_bytes:
            raise _unpacked(most_bytes)
        table = file.read()
        columns = [[_spelled(cell) for cell in column.to_pylist()] for column in table.columns]
        names = [str(name) for name in table.column_names]
    except Refused:
        raise
    except Exception as error:  # Arrow's errors have no root of their own
        raise Refused(
            "id", Reason("table.bad_parquet", "this is no readable Parquet file; save it once more")
        ) from error
    return sheet_of_rows([names, *map(list, zip(*columns, strict=True))])


def _spelled(cell: Any) -> str:
    """A cell as a text file would have it: 3.0 is 3, truth is true, nothing is empty."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime) and cell.time() == time():
        return cell.date().isoformat()
    if isinstance(cell, datetime | date | time):
        return cell.isoformat()
    return str(cell)[:1000]


def _too_wide(rows: int, columns: int) -> Refused:
    return Refused(
        "id",
        Reason(
            "table.spans_too_much",
            "the table spans {rows} rows and {columns} columns, at most {most} cells (limit: max_cells); "
            "delete what is empty beside it",
            rows=rows,
            columns=columns,
        ),
        limit="max_cells",
        value=MAX_CELLS,
    )


def _unpacked(most_bytes: int) -> Refused:
    return Refused(
        "id",
        Reason(
            "table.unpacks_too_large",
            "unpacked it has more than {most} bytes (limit: max_unpacked_bytes); leave out what is not needed",
        ),
        limit="max_unpacked_bytes",
        value=most_bytes,
    )


def _no_workbook() -> Reason:
    return Reason(
        "table.no_workbook", "this is no readable .xlsx workbook; save it once more, or as CSV"
    )


__all__ = ["is_workbook", "sheet_of_parquet", "sheet_of_records", "sheet_of_workbook"]
