"""Jobs and what they find."""

from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import Field

from engine.datasets.base import Seed
from engine.datasets.text import MAX_VOCABULARY
from engine.studies.generate import MAX_ALTERNATIVES, MAX_LENGTH

from .base import Answer, Facts, Wire

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


class JobOut(Answer):
    job: str
    kind: str
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    fraction: float = Field(description="that is done, from 0 to 1")
    result: dict[str, Any] = Field(description="as far as it is known")
    failure: str | None = Field(None, description="why it failed")
    failure_code: str | None = None
    failure_values: Facts | None = None
