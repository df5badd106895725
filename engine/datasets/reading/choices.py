"""How a table is to be read: what a person may say about it, and what is found out where they do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ...errors import Reason, Refused
from .numbers import Decimal

# `index` and `words` are what is found, and left out: numbers of rows, and words too many for inputs;
# `unclear` is a column of numbers with a word among them, until someone says what it holds.
Kind = Literal["number", "category", "index", "words", "empty", "ignored", "unclear"]
ChosenKind = Literal["number", "category", "ignored"]
Missing = Literal["drop", "fill"]
Task = Literal["classification", "regression"]
Separator = Literal[",", ";", "\t", "|", " "]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """None stands for what is found out.

    kinds: of columns, by name.  missing: rows with an empty cell are dropped, or the cell is filled:
    a number with the mean of the training samples, a word with a category of its own
    """

    separator: Separator | None = None
    decimal: Decimal | None = None
    header: bool | None = None
    target: str | None = None
    task: Task | None = None
    kinds: Mapping[str, ChosenKind] = field(default_factory=dict[str, ChosenKind])
    missing: Missing | None = None


def check_names(choices: Choices, names: Sequence[str]) -> None:
    """Raises: Refused, where a chosen column is none of them"""
    chosen = [("target", choices.target), *(("kinds", name) for name in choices.kinds)]
    for place, name in chosen:
        if name is not None and name not in names:
            raise Refused(
                place,
                Reason(
                    "table.no_such_column",
                    "there is no column '{column}'; there are {columns}",
                    column=name[:40],
                    columns=", ".join(names)[:200],
                ),
            )


__all__ = ["Choices", "ChosenKind", "Kind", "Missing", "Separator", "Task", "check_names"]
