"""What is said of a file that a network went into or came from."""

from typing import Annotated, Literal

from annotated_types import Interval
from pydantic import Field

from .base import Answer, Wire
from .network import NetworkOut


class NoteOut(Answer):
    """Something that a file says otherwise, or not at all."""

    code: str = Field(description="stable: keras.no_truncation, import.missing, ..")
    text: str = Field(description="a sentence, in the language that was asked for")
    losses: bool = Field(description="whether the losses that a script prints differ for it")


class ImportedOut(Answer):
    network: NetworkOut = Field(description="the new network")
    notes: list[NoteOut] = Field(description="what of the file could not be taken, or was guessed")


class FilmIn(Wire):
    """A run as a moving picture."""

    what: Literal["output", "network"] = Field(default="output", description="what is drawn")
    format: Literal["webp", "stills"] = Field(
        default="webp", description="an animation, or numbered PNG files in an archive"
    )
    frames: Annotated[int, Interval(ge=1, le=64)] = Field(
        default=40, description="at most: of the states that are kept of the run, evenly"
    )
    seconds: Annotated[float, Interval(gt=0, le=60)] = Field(
        default=6.0, description="that an animation takes"
    )


class FilmOut(Answer):
    steps: list[int] = Field(description="of each frame")
    media: str = Field(description="image/webp or application/zip")
    file: str = Field(description="in base64")
