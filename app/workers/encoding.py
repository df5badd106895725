"""Answers as JSON, made in the worker: a million numbers would stop the event loop.

Numbers keep the shortest form that gives them back, a float32 as a float32; what is not finite is
null, for JSON has no NaN.
"""

from typing import Any

import numpy as np
import orjson


def encoded(value: Any) -> bytes:
    """Plain values and arrays, at any depth."""
    return orjson.dumps(value, _other, orjson.OPT_SERIALIZE_NUMPY)


def _other(value: Any) -> Any:
    """What orjson leaves: arrays that are views of others, tuples of arrays' kin."""
    if isinstance(value, np.ndarray):
        return np.ascontiguousarray(value) if value.ndim else value.item()
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{type(value).__name__} has no JSON")
