"""A user's own table: read from a file or given as arrays, scaled, shown on a plane."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import Reason, Refused
from .base import Array, Dataset, Plane, split, split_by_class
from .faults import Fault, leaked, shuffled, stretches
from .labels import Labels, label
from .reading import MAX_COLUMNS, MAX_ROWS, Choices, Understood, sheet_of, understood
from .reading.numbers import number_of
from .reading.targets import classes_of, task_of
from .reading.words import one_form


@dataclass(frozen=True, slots=True)
class Table:
    """columns: names of the inputs.  inputs: (rows, columns)  targets: (rows,)

    `class_names` is empty where the target is a value; an input is NaN where its cell is empty; `dropped`
    are the lines of the file that were left out for one. `row_names` are what stands beside the rows, dates
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
    dropped: tuple[int, ...] = ()


def principal_plane(inputs: Array) -> Plane:
    """The plane of the first two principal components, through the mean.  inputs: (n, columns)

    With two columns it is the plane of the columns themselves; with one it is that column, and its second
    axis says nothing.  (Pearson 1901)
    """
    columns = inputs.shape[1]
    if columns <= 2 or len(inputs) < 2:
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


def table_of(read: Understood, name: str = "own") -> Table:
    """What was understood, as it is kept."""
    return Table(
        name, read.names, read.inputs, read.targets, read.target, read.class_names, dropped=read.dropped
    )  # fmt: skip


def parse_csv(text: str, name: str = "own", target: str | None = None) -> Table:
    """A table of a CSV's text, read without being told more than which column is the target.

    Raises: Refused
    """
    return table_of(understood(sheet_of(text), Choices(target=target)), name)


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
    missing = next((i for i, label in enumerate(labels) if not one_form(label)), None)
    if missing is not None:
        raise Refused(
            "id",
            Reason(
                "table.no_target",
                "sample {sample} has no {target}; every sample needs its target",
                sample=missing + 1,
                target="target",
            ),
        )
    columns = tuple(f"x{i + 1}" for i in range(width))
    inputs = np.array(rows, np.float64)
    values = [number_of(label) for label in labels]
    if task_of(values) == "regression":
        return Table(name, columns, inputs, np.array(values, np.float64), "target", ())
    numbers, classes = classes_of(labels, values, "target")
    return Table(name, columns, inputs, numbers, "target", classes)


def scaled(
    table: Table,
    test_fraction: float,
    seed: int,
    words: Labels | None = None,
    fault: Fault = "none",
    *,
    by_class: bool = False,
) -> Dataset:
    """Scaled by the training part's mean and deviation, so that nothing leaks from the test, but for
    a `fault`. An empty cell becomes that mean. `by_class`: each class has its share in both parts."""
    rng = np.random.default_rng([seed, 2])
    cut = split_by_class if by_class and table.class_names else split
    train, test = cut(table.inputs, table.targets, test_fraction, rng)
    test = leaked(train, test, fault, seed)
    mean, deviation = mean_and_deviation(table.inputs[train])
    deviation = deviation / stretches(len(deviation), fault, seed)
    inputs = np.nan_to_num((table.inputs - mean) / deviation)
    targets = shuffled(table.targets, fault, seed)
    centre, spread = 0.0, 1.0
    if not table.class_names:
        found = mean_and_deviation(targets[train, None])
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


# Of the largest number of a column: what differs by less differs by rounding.
_ROUNDING = 16 * np.finfo(np.float64).eps


def mean_and_deviation(known: Array) -> tuple[Array, Array]:
    """Of each column, without its empty cells (NaN).  known: (rows, columns), one row at least

    Both are taken of the differences to the first number, which are exact where numbers are alike: so
    a spread of 1e-10 around 1000 is a spread. A column that is constant but for rounding is taken to
    be its own mean, with deviation 1: it becomes 0, and not the rounding error of a mean blown up.
    """
    told = ~np.isnan(known)
    counts = np.maximum(told.sum(axis=0), 1)
    first = np.where(told.any(axis=0), known[told.argmax(axis=0), np.arange(known.shape[1])], 0.0)
    apart = np.where(told, known - first, 0.0)
    mean = apart.sum(axis=0) / counts
    deviation = np.sqrt((np.where(told, apart - mean, 0.0) ** 2).sum(axis=0) / counts)
    constant = deviation <= _ROUNDING * np.abs(np.where(told, known, 0.0)).max(axis=0)
    return np.where(constant, first, first + mean), np.where(constant, 1.0, deviation)
