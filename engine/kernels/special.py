"""Functions that NumPy lacks, over whole arrays."""

import math
from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS


@njit(**OPTIONS)
def _erf(x: Any, out: Any) -> None:
    for i in range(x.size):
        out[i] = math.erf(x[i])


def erf(x: Any) -> Any:
    """The error function of every number of a float64 array of any shape."""
    out = np.empty(x.shape, np.float64)
    _erf(np.ascontiguousarray(x).reshape(-1), out.reshape(-1))
    return out
