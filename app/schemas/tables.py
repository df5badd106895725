"""How a table of one's own is read, and what was understood of it."""

from typing import Annotated, Literal

from annotated_types import Len
from pydantic import Field

from engine.datasets.reading import Encoding
from engine.datasets.reading.choices import ChosenKind, Kind, Missing, Separator, Task

from .base import Answer, Facts, Wire


class ReadIn(Wire):
    """What is said about a table; null stands for what is found out."""

    separator: Separator | None = Field(default=None, description="between the cells of a text")
    decimal: Literal[".", ","] | None = Field(default=None, description="the decimal sign")
    encoding: Encoding | None = Field(default=None, description="of a file of text")
    header: bool | None = Field(default=None, description="whether the first row names the columns")
    task: Task | None = Field(
        default=None,
        description="whether the target holds classes or values. Found out: words are classes, and so are at "
        "most ten different whole numbers that come twice each on the average",
    )
    kinds: Annotated[dict[Annotated[str, Len(1, 80)], ChosenKind], Len(0, 512)] = Field(
        default={},
        description="of columns by name: numbers, words that become columns of 0 and 1, or to be left out",
    )
    missing: Missing | None = Field(
        default=None,
        description="rows with an empty cell: dropped, or filled, a number with its column's mean over the "
        "training samples, a word with a category of its own. Found out: filled where more than a tenth of "
        "the rows would be dropped",
    )


class ReadNoteOut(Answer):
    """What one should know before taking a table."""

    text: str = Field(description="in English")
    code: str = Field(description="stable: names the case, for words in another language")
    values: Facts = Field(description="what a sentence about it needs")


class ColumnOut(Answer):
    name: str
    kind: Kind = Field(
        description="number; category: a few words, as columns of 0 and 1; index: numbers or names of the "
        "rows, left out; words: too many different ones, left out; empty; ignored: left out as was said; "
        "unclear: numbers with a word among them"
    )
    empty: int = Field(description="cells that say nothing")
    different: int = Field(description="different numbers or words")
    categories: list[str] = Field(description="the words of a category, sorted")


class ClassOut(Answer):
    name: str
    count: int
    train: int = Field(
        description="of them for training, at the test fraction that own data begins with"
    )


class UnderstoodOut(Answer):
    """A table as it was understood: nothing is kept yet. Where `problem` says why it cannot be taken as it
    stands, counts are 0, and what it holds can be said otherwise."""

    separator: str = Field(description="between cells; empty where the file is no text")
    decimal: Literal[".", ","]
    encoding: str | None = Field(description="of a file of text; null where text came as such")
    header: bool = Field(description="whether the first row names the columns")
    rows: int = Field(description="samples that are learned from and tested with")
    columns: list[ColumnOut] = Field(description="those of the file")
    target: str
    task: Task | None = Field(description="null where there is a problem")
    classes: list[ClassOut] = Field(description="where the target holds classes")
    inputs: list[str] = Field(description="the columns that the network is given")
    missing: Missing | None = Field(
        description="what becomes of empty cells; null where there are none"
    )
    dropped: int = Field(description="rows that are left out for an empty cell")
    dropped_lines: list[int] = Field(description="the first of them: where they stand in the file")
    first_rows: list[list[str]] = Field(description="under the header, as they stand there")
    train: int = Field(
        description="training samples, at the test fraction that own data begins with"
    )
    test: int
    notes: list[ReadNoteOut]
    problem: ReadNoteOut | None = None


__all__ = ["ClassOut", "ColumnOut", "ReadNoteOut", "ReadIn", "UnderstoodOut"]
