"""Operations on single units, and what the network is without them."""

from typing import Annotated

from annotated_types import Interval
from pydantic import Field

from engine.surgery import MAX_UNIT, What

from .base import Answer, Wire

Unit = Annotated[int, Interval(ge=0, le=MAX_UNIT)]


class SurgeryIn(Wire):
    layer: str = Field(max_length=60, description="a hidden layer's name: dense_1")
    unit: Unit = Field(description="of its last axis, from 0: a unit, a filter")
    what: What
    other: Unit | None = Field(
        None, alias="with", description="to swap: the unit that it changes places with"
    )


class QualityOut(Answer):
    loss: float | None = Field(description="null where it is not finite, or there are no samples")
    accuracy: float | None = Field(description="null where values are fitted")
    by_class: list[float | None] | None = Field(
        description="the accuracy of each class; null of one without a sample; null altogether where "
        "there are no classes, or one at every step of a text"
    )


class WorthOut(Answer):
    layer: str
    unit: int
    train: QualityOut
    test: QualityOut


class AblationOut(Answer):
    step: int
    samples: tuple[int, int] = Field(
        description="how many of the training and of the test part were looked at: fewer than there are "
        "where all would cost too much"
    )
    of: tuple[int, int] = Field(description="how many there are")
    train: QualityOut = Field(description="as it is")
    test: QualityOut
    units: list[WorthOut] = Field(description="without that unit, on top of those that are off")
