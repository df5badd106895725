"""How a file is to be read, as a query says it: what JSON has in `read`."""

from typing import Annotated, Literal

from annotated_types import Len
from fastapi import Query

from engine.datasets.reading import Encoding
from engine.datasets.reading.choices import ChosenKind, Missing, Separator, Task

from ..schemas import ReadIn

Names = Annotated[list[Annotated[str, Len(1, 80)]], Len(0, 512)]


def reading_of(
    separator: Annotated[Separator | None, Query(description="of a file of text")] = None,
    decimal: Annotated[Literal[".", ","] | None, Query(description="the decimal sign")] = None,
    encoding: Annotated[Encoding | None, Query(description="of a file of text")] = None,
    header: Annotated[
        bool | None, Query(description="of a file: whether its first row names the columns")
    ] = None,
    task: Annotated[
        Task | None, Query(description="of a file: whether the target holds classes or values")
    ] = None,
    missing: Annotated[
        Missing | None, Query(description="of a file: what becomes of rows with an empty cell")
    ] = None,
    number: Annotated[Names | None, Query(description="columns of a file that are numbers")] = None,
    category: Annotated[
        Names | None, Query(description="columns of a file that are categories")
    ] = None,
    ignore: Annotated[Names | None, Query(description="columns of a file to leave out")] = None,
) -> ReadIn:
    """Found out are those that are not said; of a column the last word counts."""
    said: list[tuple[ChosenKind, list[str] | None]] = [
        ("number", number),
        ("category", category),
        ("ignored", ignore),
    ]
    kinds: dict[str, ChosenKind] = {name: kind for kind, names in said for name in names or []}
    return ReadIn(
        separator=separator, decimal=decimal, encoding=encoding, header=header, task=task,
        missing=missing, kinds=kinds,
    )  # fmt: skip


__all__ = ["reading_of"]
