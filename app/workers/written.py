"""A table or a drawing of one's own as a CSV that reads as the same again (RFC 4180, in UTF-8)."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from engine.datasets import Table
from engine.datasets.plane import LETTERS
from engine.datasets.reading import guarded
from engine.datasets.reading.numbers import number_of

# Excel takes a text for UTF-8 where it begins so.
_MARK = "\ufeff"
_WHOLE = re.compile(r"(-?\d+)\.0(?=[,\]])")


def table(own: Table) -> bytes:
    """The columns that are learned, in their own units and to the last digit, and the target; of a series what
    names its rows first. An empty cell is empty."""
    names, beside = [*own.columns], _numbers(own.inputs)
    if own.series and _only_counted(own):
        names, beside = [], [""] * len(beside)
    if own.class_names:
        classes = [_cell(name) for name in own.class_names]
        targets = [classes[int(t)] for t in own.targets]
    else:
        targets = _numbers(own.targets[:, None])
    columns = [column for column in (beside if names else None, targets) if column]
    if own.row_names:
        names.insert(0, own.row_title)
        columns.insert(0, [_cell(name) for name in own.row_names])
    return _joined([*names, own.target_name], columns)


def drawing(points: Sequence[Sequence[float]]) -> bytes:
    """x1, x2 and the class by its letter; of a curve x1 and the value."""
    if points and len(points[0]) == 2:
        return _joined(["x1", "value"], [_numbers(np.array(points, np.float64))])
    places = np.array([point[:2] for point in points], np.float64).reshape(-1, 2)
    classes = [_cell(LETTERS[int(point[2])]) for point in points]
    return _joined(["x1", "x2", "class"], [_numbers(places), classes])


def _joined(names: Iterable[str], columns: Sequence[Sequence[str]]) -> bytes:
    rows = [",".join(map(_word, names)), *map(",".join, zip(*columns, strict=True))]
    text = "\r\n".join(rows) + "\r\n"
    return (text if text.isascii() else _MARK + text).encode("utf-8", "replace")


def _only_counted(own: Table) -> bool:
    """A series of one column was given a second one, that counts its rows (timed.py)."""
    counts = np.arange(1.0, len(own.targets) + 1)[:, None]
    return own.columns in (("row",), ("row number",)) and np.array_equal(own.inputs, counts)


def _numbers(values: NDArray[Any]) -> list[str]:
    """A line of each row, as short as it is exact (Steele & White 1990); nothing where there is no number."""
    whole = orjson.dumps(
        np.ascontiguousarray(values, np.float64), option=orjson.OPT_SERIALIZE_NUMPY
    )
    text = _WHOLE.sub(r"\1", whole.decode()).replace("null", "")
    return text[2:-2].split("],[") if len(values) else []


def _cell(text: str) -> str:
    """A number stays one; of words no spreadsheet makes a formula."""
    return text if number_of(text) is not None else _word(text)


def _word(text: str) -> str:
    """In quotes whatever it holds: no sign in it is then taken for the one that parts the cells."""
    cell = io.StringIO()
    csv.writer(cell, quoting=csv.QUOTE_ALL, lineterminator="").writerow([guarded(text)])
    return cell.getvalue()
