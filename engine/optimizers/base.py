"""What optimizers share."""

from typing import Annotated, ClassVar

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from ..mathml import formula

Array = NDArray[np.floating]
LearningRate = Annotated[float, Interval(ge=0, le=1e6)]
Decay = Annotated[float, Interval(ge=0, lt=1)]
Epsilon = Annotated[float, Interval(gt=0, le=1)]

M_HAT = "<mover><mi>m</mi><mo>^</mo></mover>"
ROOT_V_HAT = "<msqrt><mover><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ε</mi>"
ROOT_V = "<msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ε</mi>"


class Rule:
    """What all share."""

    __slots__ = ()

    full_batch: ClassVar[bool] = (
        False  # whether an update takes all samples, whatever the batch size
    )


def descent_formula(numerator: str, denominator: str) -> str:
    """w <- w - rate * numerator / denominator"""
    return formula(
        "<mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mi>η</mi>"
        f"<mfrac><mrow>{numerator}</mrow><mrow>{denominator}</mrow></mfrac>"
    )
