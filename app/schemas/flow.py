"""How gradients and updates have gone through a run, and how numbers are spread."""

from pydantic import Field

from .base import Answer


class NormsOut(Answer):
    gradient: float | None = Field(
        description="length of the gradient as the optimizer is given it: clipped, penalties included"
    )
    update: float | None = Field(description="length of what the update added to the parameters")
    weights: float | None = Field(description="length of the parameters before it, biases too")
    ratio: float | None = Field(description="update / weights")


class FlowPointOut(Answer):
    step: int = Field(description="updates made before this one")
    loss: float | None = Field(
        description="of its batch; null where the update would not be finite"
    )
    layers: dict[str, NormsOut] = Field(description="of layers with parameters that updates move")


class SpreadOut(Answer):
    """A histogram of the numbers that are finite."""

    low: float
    high: float
    counts: list[int] = Field(description="of equal bins from low to high")
    mean: float | None
    deviation: float | None
    zeros: float = Field(description="the share that is exactly 0")


class SpreadsOut(Answer):
    weights: SpreadOut | None = Field(description="biases left out; null where there are none")
    gradients: SpreadOut | None = Field(description="of those weights, over up to 64 samples")
    activations: SpreadOut = Field(description="what left the layer, over the same samples")


class FlowOut(Answer):
    step: int
    run: int
    points: list[FlowPointOut] = Field(
        description="at most 64, in order; the last is the update that comes next"
    )
    spreads: dict[str, SpreadsOut] = Field(description="by layer; empty unless bins are asked for")
