"""What of a plane's point the network is given: the coordinates, and products and sines of them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .mathml import formula

Array = NDArray[np.floating]

FeatureName = Literal[
    "x1", "x2", "x1_squared", "x2_squared", "x1_x2", "sin_x1", "sin_x2"
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Feature:
    """`value(columns)`: (n, columns) -> (n,).  `columns` it needs at least. `slopes`: by the number of a
    column that it depends on, the derivative by it, (n, columns) -> (n,) or a number."""

    name: str
    value: Callable[[Array], Array]
    columns: int
    formula: str
    slopes: Mapping[int, Callable[[Array], Array | float]]


_X1, _X2 = "<msub><mi>x</mi><mn>1</mn></msub>", "<msub><mi>x</mi><mn>2</mn></msub>"
_X1_SQUARED = "<msubsup><mi>x</mi><mn>1</mn><mn>2</mn></msubsup>"
_X2_SQUARED = "<msubsup><mi>x</mi><mn>2</mn><mn>2</mn></msubsup>"

FEATURES: dict[str, Feature] = {
    record.name: record
    for record in (
        Feature("x1", lambda x: x[:, 0], 1, formula(_X1), {0: lambda x: 1.0}),
        Feature("x2", lambda x: x[:, 1], 2, formula(_X2), {1: lambda x: 1.0}),
        Feature(
            "x1_squared",
            lambda x: x[:, 0] ** 2,
            1,
            formula(_X1_SQUARED),
            {0: lambda x: 2 * x[:, 0]},
        ),
        Feature(
            "x2_squared",
            lambda x: x[:, 1] ** 2,
            2,
            formula(_X2_SQUARED),
            {1: lambda x: 2 * x[:, 1]},
        ),
        Feature(
            "x1_x2",
            lambda x: x[:, 0] * x[:, 1],
            2,
            formula(_X1 + _X2),
            {0: lambda x: x[:, 1], 1: lambda x: x[:, 0]},
        ),
        Feature(
            "sin_x1",
            lambda x: np.sin(x[:, 0]),
            1,
            formula(f"<mi>sin</mi>{_X1}"),
            {0: lambda x: np.cos(x[:, 0])},
        ),
        Feature(
            "sin_x2",
            lambda x: np.sin(x[:, 1]),
            2,
            formula(f"<mi>sin</mi>{_X2}"),
            {1: lambda x: np.cos(x[:, 1])},
        ),
    )
}

assert tuple(FEATURES) == get_args(FeatureName)


def apply_features(names: tuple[str, ...], columns: Array) -> Array:
    """(n, columns) -> (n, features)"""
    return np.stack([FEATURES[name].value(columns) for name in names], axis=1)


def features_backward(names: tuple[str, ...], columns: Array, d: Array) -> Array:
    """dL/dcolumns from dL/dfeatures.  columns: (n, columns)  d: (n, features)  ->  (n, columns)"""
    dx = np.zeros(columns.shape, d.dtype)
    for i, name in enumerate(names):
        for column, slope in FEATURES[name].slopes.items():
            dx[:, column] += d[:, i] * slope(columns)
    return dx
