"""Asking about one answer: which samples pull at it, where the network does worst, what excites a unit;
what of a text it expects."""

from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import ConfigDict, Field

from .base import Answer, Wire
from .inspection import RowsIn
from .job import MAX_PROMPT, Temperature, TopK


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


class NextIn(Wire):
    model_config = ConfigDict(
        json_schema_extra={"example": {"prompt": "Now is bett", "temperature": 0.5, "top_k": 3}}
    )

    prompt: Annotated[str, Len(0, MAX_PROMPT), Field(json_schema_extra={"minLength": 1})] = Field(
        description="characters of the data; the last ones are read, as many as a window has"
    )
    temperature: Temperature = 1.0
    top_k: TopK = None


class NextCharacterOut(Answer):
    character: str
    name: str = Field(description="that one can see: ␣ for a space, U+200B for what is invisible")
    probability: float = Field(description="the network's own, at temperature 1")
    drawn: float = Field(description="what temperature and top-k make of it")


class NextCharactersOut(Answer):
    step: int
    prompt: str = Field(description="in its one form: lines end with LF, characters are NFC's")
    read: int = Field(description="of its last characters, that were looked at")
    characters: list[NextCharacterOut] = Field(description="all of the data, the likeliest first")


class SurpriseIn(Wire):
    model_config = ConfigDict(json_schema_extra={"example": {"text": "Now is better than never."}})

    text: Annotated[str, Len(0, MAX_PROMPT), Field(json_schema_extra={"minLength": 2})]


class SurprisingOut(Answer):
    character: str
    name: str = Field(description="that one can see")
    probability: float | None = Field(description="given those before it; null for the first")
    bits: float | None = Field(description="-log2 of it")


class SurpriseOut(Answer):
    step: int
    characters: list[SurprisingOut] = Field(description="of the text in its one form")
    bits_per_character: float = Field(description="mean over all but the first")
    perplexity: float = Field(description="2 to that power")
