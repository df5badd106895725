"""A table as it was understood: what was found out or chosen, what is learned of it, and what is left out."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from ...errors import Reason, Refused
from .cells import MAX_COLUMNS, Sheet, each_once
from .choices import Choices, Missing, Task, check_names
from .columns import Column, column_of
from .headers import names_of, titles_in
from .numbers import Decimal, decimal_of
from .targets import classes_of, task_of

# Rows lost for an empty cell, above which cells are filled instead, where nobody has said.
MOST_DROPPED = 0.1
_FIRST = 8


@dataclass(frozen=True, slots=True)
class Understood:
    """columns: all of the file's, with the target.  names, inputs (rows, inputs) and `targets` (rows,) are
    what is learned: a word of a category is a column of 0 and 1; NaN is a cell to be filled with the
    training samples' mean.

    missing: None where no cell is empty.  notes: what one should know before taking it
    """

    separator: str
    decimal: Decimal
    header: bool
    columns: tuple[Column, ...]
    target: str
    task: Task
    missing: Missing | None
    dropped: tuple[int, ...]
    names: tuple[str, ...]
    inputs: NDArray[np.float64]
    targets: NDArray[np.float64] | NDArray[np.int64]
    class_names: tuple[str, ...]
    first_rows: tuple[tuple[str, ...], ...]
    notes: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What a table holds before it is decided what to make of it.

    rows: its cells, of the file's columns.  lines: where they stand.  at: which column is the target.
    unclear: why a column cannot be read as it stands, until someone says what it holds; else None
    """

    separator: str
    decimal: Decimal
    header: bool
    rows: tuple[tuple[str, ...], ...]
    lines: tuple[int, ...]
    columns: tuple[Column, ...]
    at: int
    notes: tuple[Reason, ...]
    unclear: Refused | None

    @property
    def first_rows(self) -> tuple[tuple[str, ...], ...]:
        return tuple(tuple(cell[:40] for cell in row) for row in self.rows[:_FIRST])


def looked_at(sheet: Sheet, choices: Choices) -> Looked:
    """Raises: Refused (rows of other lengths, no such column)"""
    decimal = choices.decimal or decimal_of(cell for row in sheet.rows[:2000] for cell in row)
    titles, rows, lines = titles_in(sheet, decimal, choices.header)
    names = names_of(titles, len(rows[0]))
    notes: list[Reason] = []
    if decimal == "," and choices.decimal is None:
        notes.append(Reason("read.decimal_comma", "1,5 is read as one and a half"))
    if titles is not None and all(title.isdigit() for title in titles):
        notes.append(
            Reason("read.counted_header", "the first row, {row}, is the header", row=", ".join(titles[:6]))
        )  # fmt: skip
    check_names(choices, names)
    at = names.index(choices.target) if choices.target is not None else len(names) - 1
    columns: list[Column] = []
    unclear: Refused | None = None
    for i, (name, cells) in enumerate(zip(names, zip(*rows, strict=True), strict=True)):
        chosen = choices.kinds.get(name)
        if i == at and chosen is None and choices.task == "regression":
            chosen = "number"
        title = titles[i] if titles else None
        try:
            found = column_of(cells, name, title, lines, i + 1, decimal, chosen, target=i == at)
        except Refused as refused:
            found = Column(name, "unclear", 0, 0)
            unclear = unclear or refused
        columns.append(found)
    if choices.target is None:
        at = _last_told(columns, at)
    return Looked(
        sheet.separator, decimal, titles is not None, tuple(map(tuple, rows)), tuple(lines),
        tuple(columns), at, tuple(notes), unclear,
    )  # fmt: skip


def understood(sheet: Sheet, choices: Choices | None = None) -> Understood:
    """Raises: Refused"""
    choices = choices or Choices()
    return decided(looked_at(sheet, choices), choices)


def decided(looked: Looked, choices: Choices) -> Understood:
    """Raises: Refused"""
    if looked.unclear is not None:
        raise looked.unclear
    at, lines, notes = looked.at, looked.lines, list(looked.notes)
    columns = looked.columns
    columns, curve = _with_inputs(columns, at, notes)
    target = columns[at]
    if target.kind in ("empty", "ignored"):
        raise Refused("target" if choices.target else "id", Reason("table.empty_target", "column {column} holds nothing to predict", column=target.name))  # fmt: skip
    inputs = [
        one for i, one in enumerate(columns) if i != at and one.kind in ("number", "category")
    ]
    keep = _told(target)
    lost = int((~keep).sum())
    if lost:
        notes.append(
            Reason(
                "read.no_target",
                "{rows} rows have nothing in {column}: left out",
                rows=lost,
                column=target.name,
            )
        )
    missing, keep = _missing(inputs, keep, choices.missing, notes)
    if not keep.any():
        raise Refused("missing", Reason("table.all_dropped", "every row has an empty cell; fill them, or leave out a column"))  # fmt: skip
    if keep.sum() < 2:
        raise Refused("id", Reason("table.one_row", "there is one sample only; give at least two"))
    dropped = tuple(line for line, kept in zip(lines, keep, strict=True) if not kept)
    made = [one.without(keep) for one in inputs]
    target = target.without(keep)
    parts, spelled = _as_numbers(made, notes)
    if parts.shape[1] > MAX_COLUMNS:
        raise Refused(
            "kinds",
            Reason(
                "table.too_many_columns",
                "{columns} columns, at most {most} (limit: max_columns)",
                columns=parts.shape[1],
            ),
            limit="max_columns",
            value=MAX_COLUMNS,
        )
    left = [float(v) for v in target.values] if target.values is not None else [None] * len(made[0].words or target.words)  # fmt: skip
    task = choices.task
    if task is None:
        words = target.kind == "category"
        task = "classification" if words else "regression" if curve else task_of(left)
    class_names: tuple[str, ...] = ()
    values: NDArray[np.float64] | NDArray[np.int64]
    if task == "classification":
        values, class_names = classes_of(target.words, left, target.name)
        _say_classes(values, class_names, notes)
    else:
        values = np.array(left, np.float64)
    _say_unseen(columns, notes)
    _say_left_out(columns, at, notes)
    return Understood(
        looked.separator, looked.decimal, looked.header, looked.columns, target.name, task, missing,
        dropped, spelled, parts, values, class_names, looked.first_rows,
        tuple(notes),
    )  # fmt: skip


def _last_told(columns: Sequence[Column], at: int) -> int:
    """The target where nobody has named it: the last column that is not left out."""
    return next((i for i in range(at, 0, -1) if columns[i].kind != "ignored"), at)


def _with_inputs(
    columns: Sequence[Column], at: int, notes: list[Reason]
) -> tuple[list[Column], bool]:
    """Where nothing is left to learn from, the numbers of the rows are taken, and it is a curve.

    Raises: Refused, where the target is no number
    """
    found = list(columns)
    if any(one.kind in ("number", "category") for i, one in enumerate(found) if i != at):
        return found, False
    target = found[at]
    if target.values is None:
        raise Refused(
            "kinds",
            Reason(
                "table.no_inputs",
                "there is no column to learn from beside {column}; give one of numbers, or of a few words",
                column=target.name,
            ),
        )
    index = next((i for i, one in enumerate(found) if one.kind == "index" and one.values is not None and i != at), None)  # fmt: skip
    if index is not None:
        found[index] = replace(found[index], kind="number")
    else:
        name = "row" if target.name != "row" else "row number"
        rows = np.arange(1.0, len(target.values) + 1)
        found.append(Column(name, "number", 0, len(rows), rows))
    notes.append(Reason("read.curve", "one column of numbers: a curve over the rows"))
    return found, True


def _told(column: Column) -> NDArray[np.bool_]:
    """Where a column says something.  (rows,)"""
    if column.values is not None:
        return ~np.isnan(column.values)
    return np.array([bool(word) for word in column.words])


def _missing(
    inputs: Sequence[Column],
    keep: NDArray[np.bool_],
    chosen: Missing | None,
    notes: list[Reason],
) -> tuple[Missing | None, NDArray[np.bool_]]:
    """What is done with rows that have an empty cell, and which are kept."""
    whole = np.logical_and.reduce([_told(one) for one in inputs])
    short = int((keep & ~whole).sum())
    if not short:
        return None, keep
    found: Missing = chosen or ("drop" if short <= MOST_DROPPED * keep.sum() else "fill")
    if found == "drop":
        notes.append(Reason("read.dropped", "{rows} of {all} rows have an empty cell: left out", rows=short, all=int(keep.sum())))  # fmt: skip
        return found, keep & whole
    notes.append(
        Reason(
            "read.filled",
            "{rows} of {all} rows have an empty cell: a number becomes its column's mean over the training "
            "samples, a word a category of its own",
            rows=short,
            all=int(keep.sum()),
        )
    )
    return found, keep


def _as_numbers(
    inputs: Sequence[Column], notes: list[Reason]
) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """A category of two words is one column of 0 and 1, of more it is one for each word (one-hot)."""
    parts: list[NDArray[np.float64]] = []
    names: list[str] = []
    for one in inputs:
        if one.values is not None:
            parts.append(one.values)
            names.append(one.name)
            continue
        words = np.array(one.words)
        categories = [*one.categories, *([""] if "" in one.words else [])]
        shown = categories[1:] if len(categories) == 2 else categories
        for word in shown:
            parts.append((words == word).astype(np.float64))
            names.append(f"{one.name}={word or '?'}")
        notes.append(
            Reason(
                "read.categories",
                "{column} has {words} different words: {inputs} columns of 0 and 1",
                column=one.name,
                words=len(one.categories),
                inputs=len(shown),
            )
        )
    return np.stack(parts, axis=1), tuple(each_once(names))


def _say_classes(targets: NDArray[np.int64], names: tuple[str, ...], notes: list[Reason]) -> None:
    counts = Counter(targets.tolist())
    for i, name in enumerate(names):
        if counts[i] == 1:
            notes.append(Reason("read.one_sample", "class {name} has one sample only: the test part has none of it", name=name))  # fmt: skip
    most, count = counts.most_common(1)[0]
    share = count / len(targets)
    if share >= 0.8 or count >= 5 * min(counts.values()) > 5:
        notes.append(
            Reason(
                "read.unbalanced",
                "{percent} % of the samples are {name}: whoever always says so is right as often",
                percent=round(100 * share),
                name=names[most],
            )
        )


def _say_unseen(columns: Sequence[Column], notes: list[Reason]) -> None:
    for one in columns:
        if one.kind == "category" and one.unseen:
            notes.append(
                Reason(
                    "read.one_form",
                    "{column} has words that only look alike ({what}): they are brought to one form",
                    column=one.name,
                    what=", ".join(one.unseen[:6]),
                )
            )


def _say_left_out(columns: Sequence[Column], at: int, notes: list[Reason]) -> None:
    for i, one in enumerate(columns):
        if i == at:
            continue
        if one.kind == "index":
            notes.append(
                Reason("read.index", "{column} only numbers the rows: left out", column=one.name)
            )
        elif one.kind == "words":
            notes.append(Reason("read.words", "{column} has {words} different words: left out", column=one.name, words=one.different))  # fmt: skip
        elif one.kind == "empty":
            notes.append(Reason("read.empty", "{column} is empty: left out", column=one.name))
        elif one.values is not None and one.kind == "number" and one.different == 1:
            notes.append(Reason("read.constant", "{column} is the same in every row: nothing can be learned from it", column=one.name))  # fmt: skip


__all__ = ["Looked", "Understood", "decided", "looked_at", "understood"]
