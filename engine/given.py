"""Numbers of parameters that somebody gives, by name."""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import numpy as np
from annotated_types import Interval, Len
from numpy.typing import NDArray

from .errors import Reason, Refused
from .limits import keep_within

Array = NDArray[np.floating]

# A link carries them, so they are those of a small network.
MAX_STARTING_NUMBERS = 2_000
MOST_A_SIDE = 512

_Number = Annotated[float, Interval(ge=-1e6, le=1e6)]
_Row = Annotated[tuple[_Number, ...], Len(0, MOST_A_SIDE)]
_Matrix = Annotated[tuple[_Row, ...], Len(0, MOST_A_SIDE)]
_Kernel = Annotated[tuple[Annotated[tuple[_Matrix, ...], Len(0, 64)], ...], Len(0, 64)]
# By a parameter's name, as the network's layout has it: {"dense_1.weight": ((0.1, 0.2),)}
Starting = Annotated[dict[str, _Row | _Matrix | _Kernel], Len(0, 60)]


def ready(values: Mapping[str, Any], views: Mapping[str, Array], dtype: type) -> dict[str, Array]:
    """Arrays that fit those parameters; a None (or NaN) is the number that is there.

    Raises: Refused, at the parameter's name (unknown, of another shape, or not finite)
    """
    return {name: _ready(name, value, views, dtype) for name, value in values.items()}


def unknown(name: str, names: Iterable[str]) -> Reason:
    """Why a parameter of that name cannot be meant."""
    return Reason(
        "weights.unknown",
        "there is no parameter {name}; there are {names}",
        name=name,
        names=", ".join(names),
    )


def _ready(name: str, value: Any, views: Mapping[str, Array], dtype: type) -> Array:
    if name not in views:
        raise Refused(name, unknown(name, views))
    try:
        array = np.asarray(value, np.float64)  # None becomes NaN: that number stays as it is
    except ValueError as error:
        raise Refused(
            name,
            Reason(
                "weights.rows_differ", "the rows of {name} must all be of one length", name=name
            ),
        ) from error
    if array.shape != views[name].shape:
        raise Refused(
            name,
            Reason(
                "weights.of_other_shape",
                "{name} has shape {shape}, not {found}",
                name=name,
                shape=str(list(views[name].shape)),
                found=str(list(array.shape)),
            ),
        )
    with np.errstate(over="ignore"):
        array = np.where(np.isnan(array), views[name], array).astype(dtype)
    if not np.isfinite(array).all():
        raise Refused(
            name,
            Reason(
                "weights.not_finite",
                "{name} holds a number that is not finite in float32",
                name=name,
            ),
        )
    return array


def check_starting(starting: Mapping[str, Any], views: Mapping[str, Array]) -> None:
    """Raises: Refused, at "start" or below it"""
    try:
        found = ready(starting, views, np.float32)
    except Refused as error:
        raise error.within("start") from error
    keep_within(
        "max_starting_numbers", MAX_STARTING_NUMBERS, sum(a.size for a in found.values()), "start",
        Reason(
            "start_too_many",
            "{asked} starting weights are given, at most {most} (limit: {limit}); give fewer, the "
            "others are drawn",
        ),
    )  # fmt: skip


__all__ = ["MAX_STARTING_NUMBERS", "Starting", "check_starting", "ready", "unknown"]
