"""A table of one's own out of what came in: text, rows, records or a file, read as was said or found out."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.datasets import Own, OwnData, Table, series_of, table_of
from engine.datasets.pictures import pictures_of
from engine.datasets.reading import Choices, Sheet, Understood, decoded, sheet_of, understood
from engine.datasets.table import table_from_rows
from engine.errors import Reason, Refused

from .problems import coded, printable
from .recordings import sounds_of
from .schemas import OwnIn, ReadIn
from .spreadsheets import sheet_of_parquet, sheet_of_records, sheet_of_workbook

# Where one's own says nothing else; of tables the understanding tells its counts.
TEST_FRACTION = 0.25
_SHOWN_LINES = 20


@dataclass(frozen=True, slots=True)
class Read:
    """`own` as it will be kept. `told` is what was understood of a table, but for one of rows and targets or
    a series, of which nothing needs to be found out."""

    own: OwnData
    told: Understood | None = None
    encoding: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A table as a file; `most` is how many bytes it may have unpacked."""

    data: bytes
    most: int


def read(given: OwnIn, pixels: Any = None, file: File | None = None) -> Read:
    """Raises: Refused"""
    if pixels is not None:
        return Read(pictures_of(pixels, given.labels or [], given.name))
    if given.sounds is not None:
        return Read(sounds_of(given.sounds, given.labels or [], given.name))
    place = "csv" if given.csv is not None or file else "records" if given.records is not None else "inputs"  # fmt: skip
    try:
        return _table(given, file)
    except Refused as error:
        if error.place in ("kinds", "missing", "encoding"):
            raise error.at(f"read.{error.place}") from error
        raise error.at("target" if error.place == "target" else place) from error


def _table(given: OwnIn, file: File | None) -> Read:
    """Raises: Refused"""
    if (given.csv, given.inputs, given.records, file).count(None) != 3:
        raise Refused("csv", Reason("table.csv_or_rows", "give either csv, or inputs and targets"))
    if given.inputs is not None:
        return Read(table_from_rows(given.inputs, given.targets or [], given.name))
    said = given.read or ReadIn()
    encoding = None
    if file is not None:
        sheet, encoding = _sheet_in(file, said)
    elif given.records is not None:
        sheet = sheet_of_records(given.records)
    else:
        sheet = sheet_of(given.csv or "", said.separator)
    choices = Choices(
        separator=said.separator, decimal=said.decimal, header=said.header, target=given.target,
        task=said.task, kinds=said.kinds, missing=said.missing,
    )  # fmt: skip
    if given.series:
        return Read(series_of(sheet, choices, given.name), None, encoding)
    told = understood(sheet, choices)
    return Read(table_of(told, given.name), told, encoding)


def _sheet_in(file: File, said: ReadIn) -> tuple[Sheet, str | None]:
    """The cells of a file, whatever its name or its content type say, and the encoding of text."""
    if file.data.startswith(b"PK\x03\x04"):
        return sheet_of_workbook(file.data, file.most), None
    if file.data.startswith(b"PAR1"):
        return sheet_of_parquet(file.data, file.most), None
    text, encoding = decoded(file.data, said.encoding)
    sheet = sheet_of(text, said.separator)
    return sheet, encoding


def understanding(found: Read) -> dict[str, Any]:
    """As UnderstoodOut has it.  Raises: Refused, where there is none to tell"""
    told = found.told
    if told is None:
        raise Refused(
            "dry_run",
            Reason("table.nothing_to_tell", "only tables as text, records or files are read; others are taken as they are"),
        )  # fmt: skip
    assert isinstance(found.own, Table)
    made = Own(test_fraction=TEST_FRACTION).make_from(found.own)
    classes = []
    if told.class_names:
        counts = np.bincount(told.targets, minlength=len(told.class_names)).tolist()
        train = np.bincount(made.targets, minlength=len(told.class_names)).tolist()
        classes = [
            {"name": name, "count": count, "train": of_train}
            for name, count, of_train in zip(told.class_names, counts, train, strict=True)
        ]
    return {
        "separator": told.separator,
        "decimal": told.decimal,
        "encoding": found.encoding,
        "header": told.header,
        "rows": len(told.targets),
        "columns": [
            {
                "name": one.name,
                "kind": one.kind,
                "empty": one.empty,
                "different": one.different,
                "categories": list(one.categories),
            }
            for one in told.columns
        ],
        "target": told.target,
        "task": told.task,
        "classes": classes,
        "inputs": list(told.names),
        "missing": told.missing,
        "dropped": len(told.dropped),
        "dropped_lines": list(told.dropped[:_SHOWN_LINES]),
        "first_rows": [list(row) for row in told.first_rows],
        "train": len(made.inputs),
        "test": len(made.test_inputs),
        "notes": notes(found),
    }


def notes(found: Read) -> list[dict[str, Any]]:
    """What one should know, with the encoding where it had to be guessed."""
    if found.told is None:
        return []
    said = list(found.told.notes)
    if found.encoding not in (None, "utf-8", "utf-16"):
        said.insert(0, Reason("read.encoding", "the file is not UTF-8; it is read as {encoding}", encoding=found.encoding or ""))  # fmt: skip
    return [{"text": printable(str(note)), **coded(note)} for note in said]


__all__ = ["File", "Read", "notes", "read", "understanding"]
