"""A user's own table: parsed from CSV or given as arrays, scaled, shown on a plane."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import Reason, Refused
from .base import Array, Dataset, Plane, split
from .cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    cells_of,
    columns_in,
    each_once,
    header_of,
    number_of,
    other_length,
)
from .faults import Fault, leaked, shuffled, stretches
from .labels import Labels, label

MAX_CLASSES = 10


@dataclass(frozen=True, slots=True)
class Table:
    """columns: names of the inputs.  inputs: (rows, columns)  targets: (rows,)

    `class_names` is empty where the target is a value. `row_names` are what stands beside the rows, dates
    say, and `row_title` over them; without names they are empty. `series`: its rows are steps of time.
    """

    name: str
    columns: tuple[str, ...]
    inputs: Array
    targets: Array
    target_name: str
    class_names: tuple[str, ...]
    row_names: tuple[str, ...] = ()
    row_title: str = ""
    series: bool = False


def principal_plane(inputs: Array) -> Plane:
    """The plane of the first two principal components, through the mean.  inputs: (n, columns)

    With two columns it is the plane of the columns themselves.  (Pearson 1901)
    """
    columns = inputs.shape[1]
    if columns == 2 or len(inputs) < 2:
        origin, axes = np.zeros(columns), np.eye(2, columns)
    else:
        origin = inputs.mean(axis=0)
        # Of the small square matrix, which has the same directions: of the tall one it takes
        # 150 ms for 427 x 30 where a threaded BLAS shares its cores.
        around = inputs - origin
        _, _, directions = np.linalg.svd(around.T @ around)
        axes = np.zeros((2, columns))
        axes[: len(directions[:2])] = directions[:2]
        # The largest component of each axis points up, so that the picture doesn't flip.
        signs = np.sign(axes[np.arange(2), np.abs(axes).argmax(axis=1)])
        axes *= np.where(signs == 0, 1, signs)[:, None]
    points = (inputs - origin) @ axes.T if len(inputs) else np.zeros((1, 2))
    low, high = points.min(axis=0), points.max(axis=0)
    margin = np.maximum((high - low) * 0.1, 0.5)
    low, high = low - margin, high + margin
    return Plane(origin, axes, (float(low[0]), float(low[1])), (float(high[0]), float(high[1])))


def parse_csv(text: str, name: str = "own", target: str | None = None) -> Table:
    """Numbers in columns, a header row or none; the target is the last column or the named one.

    Words, or up to ten different whole numbers, in the target make classes; else it is a value.

    Raises: Refused
    """
    rows, _ = cells_of(text)
    header = header_of(rows)
    width = len(rows[0])
    if width < 2:
        raise Refused(
            "id",
            Reason(
                "table.one_column",
                "one column only; give at least one input and the target, e.g. 1.5,2.0,A",
            ),
        )
    names, at = columns_in(header, width, target)
    inputs = np.zeros((len(rows), width - 1))
    labels = []
    for i, row in enumerate(rows):
        line = i + (2 if header else 1)
        if len(row) != width:
            raise other_length(line, len(row), width)
        labels.append(row[at])
        for j, cell in enumerate(row[:at] + row[at + 1 :]):
            value = number_of(cell)
            if value is None:
                raise Refused(
                    "id",
                    Reason(
                        "table.not_a_number",
                        "row {row}, column {column}: '{cell}' is not a finite number",
                        row=line,
                        column=j + 1,
                        cell=cell[:20],
                    ),
                )
            inputs[i, j] = value
    columns = tuple(names[:at] + names[at + 1 :])
    return _with_targets(name, columns, inputs, labels, names[at])


def table_from_rows(
    rows: Sequence[Sequence[float]], targets: Sequence[float | str], name: str = "own"
) -> Table:
    """The same from arrays: rows of inputs, and a class or value for each.

    Raises: Refused
    """
    if not rows or not rows[0]:
        raise Refused(
            "id", Reason("table.no_rows", "there are no rows; give inputs like [[1.5, 2.0], ..]")
        )
    if len(rows) > MAX_ROWS:
        raise Refused(
            "id",
            Reason(
                "table.too_many_rows",
                "{rows} rows, at most {most} (limit: max_rows)",
                rows=len(rows),
            ),
            limit="max_rows",
            value=MAX_ROWS,
        )
    width = len(rows[0])
    if width > MAX_COLUMNS:
        raise Refused(
            "id",
            Reason(
                "table.too_many_columns",
                "{columns} columns, at most {most} (limit: max_columns)",
                columns=width,
            ),
            limit="max_columns",
            value=MAX_COLUMNS,
        )
    if any(len(row) != width for row in rows):
        raise Refused(
            "id",
            Reason(
                "table.rows_differ",
                "rows differ in length; the first has {columns} numbers",
                columns=width,
            ),
        )
    if len(targets) != len(rows):
        raise Refused(
            "id",
            Reason(
                "table.targets_differ",
                "{rows} rows but {targets} targets; give one a row",
                rows=len(rows),
                targets=len(targets),
            ),
        )
    labels = [t if isinstance(t, str) else f"{t:.17g}" for t in targets]
    columns = tuple(f"x{i + 1}" for i in range(width))
    return _with_targets(name, columns, np.array(rows, np.float64), labels, "target")


def _with_targets(
    name: str, columns: tuple[str, ...], inputs: Array, labels: list[str], target_name: str
) -> Table:
    values = [number_of(label) for label in labels]
    missing = next((i for i, label in enumerate(labels) if not label), None)
    if missing is not None:
        raise Refused(
            "id",
            Reason(
                "table.no_target",
                "sample {sample} has no {target}; every sample needs its target",
                sample=missing + 1,
                target=target_name,
            ),
        )
    whole = all(v is not None and v == int(v) for v in values)
    if None in values or (whole and len(set(values)) <= MAX_CLASSES):
        if whole:  # 1, 1.0 and 01 are one class
            labels = [str(int(v)) for v in values if v is not None]
        distinct = sorted(set(labels), key=int) if whole else sorted(set(labels))
        if len(distinct) > MAX_CLASSES:
            raise Refused(
                "id",
                Reason(
                    "table.too_many_classes",
                    "{classes} classes in {target}, at most {most} (limit: max_classes)",
                    classes=len(distinct),
                    target=target_name,
                ),
                limit="max_classes",
                value=MAX_CLASSES,
            )
        if len(distinct) < 2:
            raise Refused(
                "id",
                Reason(
                    "table.one_class",
                    "only one class in {target}: '{name}'; there is nothing to tell apart",
                    target=target_name,
                    name=distinct[0][:20],
                ),
            )
        numbers = {label: i for i, label in enumerate(distinct)}
        targets = np.array([numbers[label] for label in labels])
        return Table(name, columns, inputs, targets, target_name, tuple(each_once(distinct)))
    return Table(name, columns, inputs, np.array(values, np.float64), target_name, ())


def scaled(
    table: Table,
    test_fraction: float,
    seed: int,
    words: Labels | None = None,
    fault: Fault = "none",
) -> Dataset:
    """Scaled by the training part's mean and deviation, so that nothing leaks from the test, but for
    a `fault`."""
    rng = np.random.default_rng([seed, 2])
    train, test = split(table.inputs, table.targets, test_fraction, rng)
    test = leaked(train, test, fault, seed)
    mean, deviation = _mean_and_deviation(table.inputs[train])
    deviation = deviation / stretches(len(deviation), fault, seed)
    inputs = (table.inputs - mean) / deviation
    targets = shuffled(table.targets, fault, seed)
    centre, spread = 0.0, 1.0
    if not table.class_names:
        found = _mean_and_deviation(targets[train, None])
        centre, spread = float(found[0][0]), float(found[1][0])
        targets = ((targets - centre) / spread)[:, None]
    curve = inputs.shape[1] == 1 and not table.class_names
    return Dataset(
        inputs=inputs[train],
        targets=targets[train],
        test_inputs=inputs[test],
        test_targets=targets[test],
        view="curve" if curve else "table",
        task="classification" if table.class_names else "regression",
        columns=table.columns,
        class_names=table.class_names,
        plane=None if curve else principal_plane(inputs[train]),
        mean=mean,
        deviation=deviation,
        identities=train,
        target_mean=centre,
        target_deviation=spread,
        labels=words or Labels(target=label(table.target_name)),
    )


def _mean_and_deviation(known: Array) -> tuple[Array, Array]:
    """Of each column.  known: (rows, columns), one row at least

    A constant column is taken to be its own mean, with deviation 1: it becomes 0, not NaN, and not
    the rounding error of a mean blown up.
    """
    mean, deviation = known.mean(axis=0), known.std(axis=0)
    constant = deviation <= 1e-12 * np.abs(known).max(axis=0)
    return np.where(constant, known[0], mean), np.where(constant, 1.0, deviation)
