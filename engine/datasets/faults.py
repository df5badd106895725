"""What can be wrong with data, put in on purpose so that it can be found and taken out again."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

STRETCH = 1000.0  # a length in millimetres beside others in metres


@dataclass(frozen=True, slots=True)
class Hidden:
    """In an Annotated: a field that no control shows, for showing it would give away what is to be
    found. JSON Schema says it as `hidden`."""

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        """Asked by whoever makes the schema; the engine itself needs no Pydantic."""
        return {**handler(core), "hidden": True}


Fault = Annotated[Literal["none", "shuffled_labels", "leaked_test", "unscaled"], Hidden()]


def _generator(seed: int) -> np.random.Generator:
    """Of its own, so that a fault changes nothing else that the seed draws."""
    return np.random.default_rng([seed, 9])


def shuffled(targets: Array, fault: str, seed: int) -> Array:
    """`shuffled_labels`: the same targets, each now of another sample, of both parts.  (samples, ..)"""
    return (
        targets[_generator(seed).permutation(len(targets))]
        if fault == "shuffled_labels"
        else targets
    )


def leaked(
    train: NDArray[np.int64], test: NDArray[np.int64], fault: str, seed: int
) -> NDArray[np.int64]:
    """`leaked_test`: places of training samples in place of those of the test part, as many."""
    if fault != "leaked_test" or not len(train):
        return test
    count = len(test)
    return np.sort(_generator(seed).choice(train, count, replace=count > len(train)))


def stretches(columns: int, fault: str, seed: int) -> Array:
    """`unscaled`: what every column is multiplied by, one of them by a thousand.  (columns,)"""
    factors = np.ones(columns)
    if fault == "unscaled" and columns:
        factors[_generator(seed).integers(columns)] = STRETCH
    return factors


__all__ = ["Fault", "Hidden", "leaked", "shuffled", "stretches"]
