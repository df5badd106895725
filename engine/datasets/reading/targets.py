"""The column to be predicted: classes or values."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ...errors import Reason, Refused
from .cells import each_once
from .choices import Task
from .words import one_form

MAX_CLASSES = 10
Array = NDArray[np.float64]


def task_of(values: Sequence[float | None]) -> Task:
    """What a column of numbers, None where it is a word, is when nobody says.

    Classes, where there are words; or where there are at most ten different numbers, all of them whole,
    that come twice each on the average: 1, 2, 2, 1 are classes, and 2, 4, 6 are values.
    """
    if None in values:
        return "classification"
    different = set(values)
    whole = all(value is not None and value == int(value) for value in different)
    few = len(different) <= MAX_CLASSES and len(values) >= 2 * len(different)
    return "classification" if whole and few else "regression"


def classes_of(
    labels: Sequence[str], values: Sequence[float | None], name: str
) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The class number of each row, and the classes' names in order.

    values: the same as numbers; where all are, 1, 1.0 and 01 are one class

    Raises: Refused (one class, or too many)
    """
    if None not in values:
        words = [f"{value:.15g}" for value in values]
        distinct = sorted(set(words), key=float)
    else:
        words = [one_form(label) for label in labels]
        distinct = sorted(set(words))
    if len(distinct) > MAX_CLASSES:
        raise Refused(
            "id",
            Reason(
                "table.too_many_classes",
                "{classes} classes in {target}, at most {most} (limit: max_classes)",
                classes=len(distinct),
                target=name,
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
                target=name,
                name=distinct[0][:20],
            ),
        )
    numbers = {word: i for i, word in enumerate(distinct)}
    return np.array([numbers[word] for word in words]), tuple(each_once(distinct))


__all__ = ["MAX_CLASSES", "classes_of", "task_of"]
