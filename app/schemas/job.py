"""Jobs and what they find."""

from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import Field

from engine.datasets.base import Seed
from engine.studies.generate import MAX_LENGTH

from .base import Answer, Facts, Wire


class GenerateIn(Wire):
    prompt: Annotated[str, Len(0, 2000)] = Field(
        default="", description="characters of the data; empty: one of them is drawn"
    )
    length: Annotated[int, Interval(ge=1, le=MAX_LENGTH)] = 200
    temperature: Annotated[float, Interval(ge=0, le=100)] = 0.8
    seed: Seed = 0


class TextOut(Answer):
    prompt: str = Field(description="what it was given, or drew, to begin with")
    text: str = Field(description="what it wrote after that")
    probabilities: list[float] = Field(
        description="of every character written, as the network gave it at temperature 1"
    )


class JobOut(Answer):
    job: str
    kind: str
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    fraction: float = Field(description="that is done, from 0 to 1")
    result: dict[str, Any] = Field(description="as far as it is known")
    failure: str | None = Field(None, description="why it failed")
    failure_code: str | None = None
    failure_values: Facts | None = None
