"""What is said of a file that a network went into or came from."""

from pydantic import Field

from .base import Answer
from .network import NetworkOut


class NoteOut(Answer):
    """Something that a file says otherwise, or not at all."""

    code: str = Field(description="stable: keras.no_truncation, import.missing, ..")
    text: str = Field(description="a sentence, in the language that was asked for")
    losses: bool = Field(description="whether the losses that a script prints differ for it")


class ImportedOut(Answer):
    network: NetworkOut = Field(description="the new network")
    notes: list[NoteOut] = Field(description="what of the file could not be taken, or was guessed")
