"""Jobs and what they find."""

from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import Field

from engine.datasets.base import Seed
from engine.datasets.text import MAX_VOCABULARY
from engine.studies.excite import MAX_STEPS
from engine.studies.generate import MAX_ALTERNATIVES, MAX_LENGTH
from engine.studies.saliency import DRAWS, NOISE, Method

from .base import Answer, Facts, Wire
from .inspection import RowsIn

Class = Annotated[int, Interval(ge=0, le=2**31)] | None

MAX_PROMPT = 2000

Temperature = Annotated[
    float,
    Interval(ge=0, le=100),
    Field(description="the scores z are divided by it; 0: the likeliest is taken"),
]
TopK = Annotated[
    Annotated[int, Interval(ge=1, le=MAX_VOCABULARY)] | None,
    Field(
        description="of these the so many largest are left, at most as many as the data has characters; "
        "null: all"
    ),
]


class GenerateIn(Wire):
    prompt: Annotated[str, Len(0, MAX_PROMPT)] = Field(
        default="", description="characters of the data; empty: one of them is drawn"
    )
    length: Annotated[int, Interval(ge=1, le=MAX_LENGTH)] = 200
    temperature: Temperature = 0.8
    top_k: TopK = None
    alternatives: Annotated[int, Interval(ge=0, le=MAX_ALTERNATIVES)] = Field(
        default=0, description="the likeliest to tell of each character written"
    )
    seed: Seed = 0


class AlternativesOut(Answer):
    """Of one character that was written, the likeliest in its place, the likeliest first."""

    characters: list[str]
    probabilities: list[float] = Field(description="at temperature 1")
    drawn: list[float] = Field(description="what temperature and top-k made of these")


class TextOut(Answer):
    prompt: str = Field(description="what it was given, in its one form, or drew, to begin with")
    text: str = Field(description="what it wrote after that")
    probabilities: list[float] = Field(
        description="of every character written, as the network gave it at temperature 1"
    )
    alternatives: list[AlternativesOut] = Field([], description="where they were asked for")


class SaliencyIn(RowsIn):
    """One input, raw or scaled, or one sample of the data."""

    of: Class = Field(
        None,
        description="the class, or the number of a value; null: the class given, the first value",
    )
    method: Method = "gradient"
    draws: Annotated[int, Interval(ge=1, le=256)] = Field(DRAWS, description="of smooth")
    noise: Annotated[float, Interval(ge=0, le=1)] = Field(
        NOISE, description="of smooth: its deviation, as a share of the sample's span"
    )
    seed: Seed = Field(0, description="of smooth")


class SaliencyOut(Answer):
    step: int
    of: int
    method: Method
    output: float = Field(
        description="z of that class: what goes into the output's activation, before softmax"
    )
    outputs: list[float] = Field(description="what the network says of the sample, by class")
    saliency: list[Any] = Field(
        description="dz/dinput by the input as the network is given it, shaped as the sample: (height, "
        "width, channels) of images; with gradient_x_input times the input"
    )


class OcclusionIn(RowsIn):
    """One image, raw or scaled, or one sample of the data."""

    of: Class = Field(None, description="the class; null: the one given")
    size: Annotated[int, Interval(ge=1, le=64)] = Field(
        2, description="of the patch's sides, in pixels"
    )
    stride: Annotated[int, Interval(ge=1, le=64)] = Field(
        1, description="pixels between two places"
    )
    fill: Annotated[float, Interval(ge=-1e3, le=1e3)] = Field(
        0.0, description="what the patch is filled with, as the network is given images: 0 to 1"
    )


class OcclusionOut(Answer):
    step: int
    of: int
    whole: float = Field(description="probability of that class with nothing covered")
    outputs: list[float] = Field(description="what the network says of the sample, by class")
    rows: int = Field(description="places of the patch, from above to below")
    columns: int = Field(description="from left to right")
    drop: list[list[float]] = Field(
        description="[row][column]: by how much the probability falls with the patch there, whose upper "
        "left pixel is (row * stride, column * stride); below 0 it rises"
    )


class ExciteIn(Wire):
    layer: Annotated[str, Len(1, 80)] = Field(description="conv2d_1, .., output")
    unit: Annotated[int, Interval(ge=0, le=2**31)] = Field(description="or filter, or class")
    steps: Annotated[int, Interval(ge=1, le=MAX_STEPS)] = 100
    rate: Annotated[float, Interval(gt=0, le=1)] = Field(
        0.02,
        description="of a step: root mean square of what is added, as a share of the data's range",
    )
    l2: Annotated[float, Interval(ge=0, lt=1)] = Field(
        0.01, description="share of the input that each step takes away"
    )
    blur: Annotated[float, Interval(ge=0, le=5)] = Field(
        0.5,
        description="of pictures: deviation in pixels of the Gaussian, every fourth step; 0: none",
    )
    seed: Seed = Field(0, description="of the noise that it begins with")


class ExciteOut(Answer):
    step: int
    layer: str
    unit: int
    low: Any = Field(description="the least the input may be: a number, or one a column")
    high: Any
    image: list[Any] = Field(
        description="as the network is given it, shaped as a sample: (height, width, channels) of images"
    )
    value: float = Field(
        description="mean, over the unit's places, of what it gives before its activation; of layers "
        "without one, of what leaves them. This is what is maximised"
    )
    values: list[float] = Field(description="at the start and after every step")


class JobOut(Answer):
    job: str
    kind: str
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    fraction: float = Field(description="that is done, from 0 to 1")
    result: dict[str, Any] = Field(description="as far as it is known")
    failure: str | None = Field(None, description="why it failed")
    failure_code: str | None = None
    failure_values: Facts | None = None
