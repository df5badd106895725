"""Updates worked out line by line, and exercises made of them."""

from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import Field

from .base import Answer, Wire
from .inspection import Number, SampleNumbers

MAX_WORKED_SAMPLES = 64

Index = Annotated[list[Annotated[int, Interval(ge=0, le=2**31)]], Len(0, 4)]
ByName = Annotated[dict[Annotated[str, Len(1, 80)], Index], Len(0, 64)]
Few = Annotated[SampleNumbers, Len(0, MAX_WORKED_SAMPLES)]
Seed = Annotated[int, Interval(ge=0, le=2**31)]


class WorkedIn(Wire):
    samples: Few | None = Field(
        default=None, description="the batch: training samples; null: sample 0"
    )
    sample: Annotated[int, Interval(ge=0, le=2**31)] | None = Field(
        default=None, description="which of them is looked at; null: the first"
    )
    units: ByName = Field(
        default={},
        description="by layer the unit looked at: [unit], [row, column, filter], or [time, unit]",
    )
    places: ByName = Field(
        default={}, description="by parameter the number looked at: its index, as in its array"
    )


class WhereOut(Answer):
    layer: str
    array: str = Field(
        description="as the trace names it; of parameters in an update weight:grad, .."
    )
    index: list[int] = Field(
        description="the sample's place in the batch first, but for parameters"
    )


class LineOut(Answer):
    """`left` = `term` = `value`. A term is a number {value, symbol?, at?}, or {op, of, more?}: an
    operation over terms; `more` {count, value} are those terms of a sum that are not shown."""

    what: str = Field(
        description="which step it is: weighted_sum, activation.tanh, delta, gradient, .."
    )
    stage: Literal["forward", "loss", "backward", "update"]
    chapter: Annotated[int, Interval(ge=1, le=8)]
    layer: str
    unit: list[int]
    left: str = Field(description="the symbol: a letter, ^ its layer, _ its indices from 1")
    term: dict[str, Any] | None
    value: float | None
    at: WhereOut | None
    notes: list[str]


class FactorOut(Answer):
    what: Literal["input", "slope", "weight", "error", "factor"]
    layer: str
    term: dict[str, Any]
    value: float | None


class ChainOut(Answer):
    place: list[int] = Field(description="which number of the parameter")
    gradient: float | None = Field(description="the sum over all ways to the loss")
    value: float | None = Field(description="of the strongest way: the product of `factors`")
    factors: list[FactorOut] = Field(description="from the weight up to the loss")
    local: list[FactorOut] = Field(
        description="error at the unit, slope, what came in: the whole gradient, where it is one product"
    )


class WindowOut(Answer):
    """What one cell of a feature map sees, and what goes back through it. Lists go by the pixels of its
    window that lie in the image."""

    unit: list[int] = Field(
        description="the cell: row, column, channel or filter; `units` chooses it"
    )
    of: int = Field(description="pixels that it sees, where not all are told")
    pixels: list[list[int]] = Field(description="row, column, channel in the layer's input")
    places: list[list[int]] = Field(
        description="row, column, channel in the window: of a convolution the weight's first three indices"
    )
    inputs: list[float | None]
    weights: list[float | None] | None = Field(description="of a convolution: its kernel's")
    products: list[float | None] | None = Field(description="inputs times weights")
    bias: float | None
    value: float | None = Field(description="of a convolution z, products and bias; of a pool a")
    won: int | None = Field(
        description="of a max pool: which of the pixels, from 0, is the largest"
    )
    delta: float | None = Field(description="dL/dz of the cell; of a pool dL/da")
    back: list[float | None] = Field(description="what this cell alone gives back to each pixel")
    teaches: list[float | None] | None = Field(
        description="what this cell adds to the gradient of each weight"
    )


class WorkedOut(Answer):
    step: int = Field(description="updates made before this one")
    samples: list[int]
    sample: int
    units: dict[str, list[int]]
    shapes: dict[str, list[int]] = Field(description="of every layer's units")
    places: dict[str, list[int]]
    next_samples: list[int] = Field(description="those that training itself takes next")
    lines: list[LineOut]
    chains: dict[str, ChainOut] = Field(description="by parameter")
    windows: dict[str, WindowOut] = Field(
        description="by layer (conv2d, max_pool2d, avg_pool2d): what the unit looked at sees"
    )


class ApplyIn(Wire):
    samples: Few | None = Field(default=None, description="the batch; null: sample 0")
    step: Annotated[int, Interval(ge=0, le=2**53)] | None = Field(
        default=None, description="refused with 409 unless the network is still at that step"
    )


class ExerciseIn(Wire):
    seed: Seed = Field(default=0, description="the same seed at the same step: the same exercise")
    level: Annotated[int, Interval(ge=1, le=3)] = Field(
        default=1, description="1 one number, 2 a whole delta, 3 the update of a weight"
    )
    solutions: bool = Field(default=False, description="with the values and how they come about")


class ExerciseLineOut(LineOut):
    blank: str | None = Field(default=None, description="its name, where the value is to be found")
    tolerance: float | None = Field(default=None, description="what an answer may be off by")


class ExerciseOut(Answer):
    step: int
    seed: int
    level: int
    samples: list[int]
    sample: int
    blanks: list[str]
    lines: list[ExerciseLineOut]


class ExerciseCheckIn(Wire):
    seed: Seed = 0
    level: Annotated[int, Interval(ge=1, le=3)] = 1
    step: Annotated[int, Interval(ge=0, le=2**53)] | None = Field(
        default=None, description="of the exercise; refused with 409 if the network has gone on"
    )
    answers: Annotated[dict[Annotated[str, Len(1, 8)], Number], Len(0, 64)] = Field(
        description="by blank"
    )
    hints: Annotated[
        dict[Annotated[str, Len(1, 8)], Annotated[int, Interval(ge=0, le=9)]], Len(0, 64)
    ] = Field(default={}, description="by blank, how many hints were given")


class HintOut(Answer):
    kind: Literal["formula", "numbers", "substitution"]
    term: dict[str, Any] | None = None
    numbers: list[dict[str, Any]] | None = None


class ResultOut(Answer):
    right: bool
    hint: HintOut | None


class ExerciseResultOut(Answer):
    results: dict[str, ResultOut]
    right: int
    of: int
