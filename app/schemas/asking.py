"""Asking about one answer: which samples pull at it, where the network does worst, what excites a unit."""

from typing import Annotated, Any, Literal

from annotated_types import Interval
from pydantic import Field

from .base import Answer
from .inspection import RowsIn


class InfluenceIn(RowsIn):
    """One input, raw, or one sample of the data."""

    target: Annotated[float, Interval(ge=-1e30, le=1e30)] | None = Field(
        None,
        description="the class, or the value, that the answer is compared with; null: that of the sample, "
        "else the class the network gives it, else nothing, and the output itself is asked about",
    )
    most: Annotated[int, Interval(ge=1, le=200)] = Field(12, description="pulls to tell")


class PullOut(Answer):
    sample: int = Field(description="of the training samples")
    effect: float = Field(
        description="by how much the loss (or the output) changes per unit of the learning rate, to first "
        "order, where a step of plain SGD is made on that sample alone: below 0 it lowers it"
    )
    loss: float | None = Field(description="of that sample")


class InfluenceOut(Answer):
    step: int
    outputs: Any
    of: Literal["loss", "output"]
    target: float | None
    loss: float | None = Field(description="of the answer for the target")
    share: float | None = Field(
        description="of a training sample: its part of the loss of all that were looked at"
    )
    gradient: dict[str, float | None] = Field(description="length of its gradient by layer")
    pulls: list[PullOut] = Field(description="the strongest first")
    samples: int = Field(description="training samples that were looked at")


class WorstOut(Answer):
    sample: int
    loss: float | None
    share: float | None = Field(description="of the loss of all that were looked at")
    target: Any
    answer: Any = Field(description="the class given, or the outputs")


class WorstSamplesOut(Answer):
    part: Literal["train", "test"]
    worst: list[WorstOut]


class ExcitingOut(Answer):
    sample: int
    value: float | None = Field(description="mean over the unit's places or time steps")


class ExcitesOut(Answer):
    layer: str
    unit: int
    part: Literal["train", "test"]
    most: list[ExcitingOut]
    least: list[ExcitingOut]
