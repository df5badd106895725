"""Words for what a dataset's numbers are: names of columns and classes, axes and units, in both
languages."""

from dataclasses import dataclass

# In English and Chinese: {"en", "zh"}
Label = dict[str, str]


def label(en: str, zh: str = "") -> Label:
    """Without Chinese it is a name that is the same everywhere: x1, A, pH."""
    return {"en": en, "zh": zh or en}


def labels(*names: tuple[str, str] | str) -> tuple[Label, ...]:
    """Of (English, Chinese), or of one name for both."""
    return tuple(label(n) if isinstance(n, str) else label(*n) for n in names)


@dataclass(frozen=True, slots=True, kw_only=True)
class Labels:
    """`columns` and `classes` are in the order of the dataset's own; empty where those are words
    already. `unit` is that of the target, and of the series that a forecast is of."""

    columns: tuple[Label, ...] = ()
    classes: tuple[Label, ...] = ()
    target: Label | None = None
    unit: Label | None = None
    # Of a series: its name, that of its time, and the time at place p: start + step * p.
    series: Label | None = None
    time: Label | None = None
    start: float = 0.0
    step: float = 1.0
    # What stands at each place instead, dates say; empty where it is that number.
    rows: tuple[str, ...] = ()


__all__ = ["Label", "Labels", "label", "labels"]
