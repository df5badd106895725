"""A table of one's own out of what came in: text, rows, records or a file, read as was said or found out."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Len
from pydantic import TypeAdapter, ValidationError

from engine.datasets import Own, OwnData, series_of, table_of
from engine.datasets.pictures import pictures_of
from engine.datasets.reading import (
    MAX_ROWS,
    Choices,
    Looked,
    Sheet,
    Understood,
    decided,
    decoded,
    looked_at,
    sheet_of,
    understood,
)
from engine.datasets.table import table_from_rows
from engine.errors import Reason, Refused

from .problems import coded, printable
from .recordings import sounds_of
from .schemas import OwnIn, ReadIn, Record
from .spreadsheets import sheet_of_parquet, sheet_of_records, sheet_of_workbook

# Where one's own says nothing else; of tables the understanding tells its counts.
TEST_FRACTION = 0.25
_SHOWN_LINES = 20
_RECORDS = TypeAdapter(Annotated[list[Record], Len(0, MAX_ROWS)])


@dataclass(frozen=True, slots=True)
class File:
    """A table as a file; `most` is how many bytes it may have unpacked."""

    data: bytes
    most: int


@dataclass(frozen=True, slots=True)
class Read:
    """`own` as it will be kept. `told` is what was understood of a table, but for one of rows and targets or
    a series, of which nothing needs to be found out."""

    own: OwnData
    told: Understood | None = None
    encoding: str | None = None


def read(given: OwnIn, pixels: Any = None, file: File | None = None) -> Read:
    """Raises: Refused"""
    if pixels is not None:
        return Read(pictures_of(pixels, given.labels or [], given.name))
    if given.sounds is not None:
        return Read(sounds_of(given.sounds, given.labels or [], given.name))
    with _placed(given, file):
        _check_one(given, file)
        if given.inputs is not None:
            return Read(table_from_rows(given.inputs, given.targets or [], given.name))
        sheet, encoding = _sheet_of(given, file)
        if given.series:
            return Read(series_of(sheet, _choices(given), given.name), None, encoding)
        told = understood(sheet, _choices(given))
        return Read(table_of(told, given.name), told, encoding)


def understanding(given: OwnIn, file: File | None = None) -> dict[str, Any]:
    """As UnderstoodOut has it.  Raises: Refused, where not even the cells can be told apart"""
    if given.series or not (given.csv is not None or given.records is not None or file):
        raise Refused(
            "dry_run",
            Reason(
                "table.nothing_to_tell",
                "only tables as text, records or files are read; others are taken as they are",
            ),
        )
    with _placed(given, file):
        _check_one(given, file)
        sheet, encoding = _sheet_of(given, file)
        choices = _choices(given)
        looked = looked_at(sheet, choices)
        try:
            told = decided(looked, choices)
        except Refused as refused:
            return {**_cells(looked, encoding), **_NOTHING, "problem": _note(refused.reason)}
    made = Own(test_fraction=TEST_FRACTION).make_from(table_of(told))
    classes = []
    if told.class_names:
        counts = np.bincount(told.targets, minlength=len(told.class_names)).tolist()
        train = np.bincount(made.targets, minlength=len(told.class_names)).tolist()
        classes = [
            {"name": name, "count": count, "train": of_train}
            for name, count, of_train in zip(told.class_names, counts, train, strict=True)
        ]
    return {
        **_cells(looked, encoding),
        "rows": len(told.targets),
        "target": told.target,
        "task": told.task,
        "classes": classes,
        "inputs": list(told.names),
        "missing": told.missing,
        "dropped": len(told.dropped),
        "dropped_lines": list(told.dropped[:_SHOWN_LINES]),
        "train": len(made.inputs),
        "test": len(made.test_inputs),
        "notes": _notes(told, encoding),
        "problem": None,
    }


# Of a table that cannot be taken as it stands.
_NOTHING = {
    "rows": 0, "task": None, "classes": [], "inputs": [], "missing": None, "dropped": 0,
    "dropped_lines": [], "train": 0, "test": 0, "notes": [],
}  # fmt: skip


def _cells(looked: Looked, encoding: str | None) -> dict[str, Any]:
    return {
        "separator": looked.separator,
        "decimal": looked.decimal,
        "encoding": encoding,
        "header": looked.header,
        "columns": [
            {
                "name": one.name,
                "kind": one.kind,
                "empty": one.empty,
                "different": one.different,
                "categories": list(one.categories),
            }
            for one in looked.columns
        ],
        "target": looked.columns[looked.at].name,
        "first_rows": [list(row) for row in looked.first_rows],
    }


@contextmanager
def _placed(given: OwnIn, file: File | None) -> Iterator[None]:
    """A refusal names the field that is meant."""
    place = "csv" if given.csv is not None or file else "records" if given.records is not None else "inputs"  # fmt: skip
    try:
        yield
    except Refused as error:
        if error.place in ("kinds", "missing", "encoding"):
            raise error.at(f"read.{error.place}") from error
        raise error.at("target" if error.place == "target" else place) from error


def _check_one(given: OwnIn, file: File | None) -> None:
    """Raises: Refused"""
    if (given.csv, given.inputs, given.records, file).count(None) != 3:
        raise Refused("csv", Reason("table.csv_or_rows", "give either csv, or inputs and targets"))


def _choices(given: OwnIn) -> Choices:
    said = given.read or ReadIn()
    return Choices(
        separator=said.separator, decimal=said.decimal, header=said.header, target=given.target,
        task=said.task, kinds=said.kinds, missing=said.missing,
    )  # fmt: skip


def _sheet_of(given: OwnIn, file: File | None) -> tuple[Sheet, str | None]:
    """The cells, whatever a file's name or its content type say, and the encoding of one of text.

    Raises: Refused
    """
    said = given.read or ReadIn()
    if given.records is not None:
        return sheet_of_records(given.records), None
    if file is None:
        return sheet_of(given.csv or "", said.separator), None
    if file.data.startswith(b"PK\x03\x04"):
        return sheet_of_workbook(file.data, file.most), None
    if file.data.startswith(b"PAR1"):
        return sheet_of_parquet(file.data, file.most), None
    text, encoding = decoded(file.data, said.encoding)
    if re.match(r"\s*\[\s*\{", text):
        return sheet_of_records(_records(text)), encoding
    return sheet_of(text, said.separator), encoding


def _records(text: str) -> list[dict[str, Any]]:
    """Raises: Refused"""
    try:
        return _RECORDS.validate_json(text.encode("utf-8", "replace"))
    except ValidationError as error:
        first = error.errors()[0]
        raise Refused(
            "id",
            Reason(
                "table.bad_records",
                "the file begins like records in JSON, and at {place} it is none: {error}",
                place=".".join(map(str, first["loc"])) or "its end",
                error=first["msg"][:120],
            ),
        ) from error


def notes(found: Read) -> list[dict[str, Any]]:
    """What one should know of what has come in."""
    return [] if found.told is None else _notes(found.told, found.encoding)


def _notes(told: Understood, encoding: str | None) -> list[dict[str, Any]]:
    """With the encoding, where it had to be guessed."""
    said = list(told.notes)
    if encoding not in (None, "utf-8", "utf-16"):
        said.insert(0, Reason("read.encoding", "the file is not UTF-8; it is read as {encoding}", encoding=encoding or ""))  # fmt: skip
    return [_note(note) for note in said]


def _note(reason: Reason) -> dict[str, Any]:
    return {"text": printable(str(reason)), **coded(reason)}


__all__ = ["File", "Read", "notes", "read", "understanding"]
