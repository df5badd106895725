"""The twelve cases, the plain ones first."""

from .base import Case
from .of_data import OF_DATA
from .of_training import OF_TRAINING

CASES: dict[str, Case] = {case.name: case for case in (*OF_TRAINING, *OF_DATA)}

__all__ = ["CASES"]
