"""How a picture is to look: its colours, as static/css/tokens.css has them, its words and its size."""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.datasets import Dataset

from .words import WORDS, Language

Theme = Literal["light", "dark"]
Scale = Literal["linear", "log"]

# (light, dark); the classes are those of Okabe & Ito 2008.
_COLOURS = {
    "paper": ("#ffffff", "#12151a"),
    "ink": ("#1c2126", "#e8e6e1"),
    "faint": ("#59626b", "#a5abb5"),
    "line": ("#e1e4e6", "#2a2f37"),
    "edge": ("#c3c9ce", "#464d58"),
    "accent": ("#0b5a94", "#6cb8ec"),
    "negative": ("#0868ac", "#4aa3df"),
    "positive": ("#d46a00", "#f29a3c"),
    "positive_ink": ("#a34f00", "#f29a3c"),
}
CLASSES = (
    ("#0072b2", "#3d9fd8"), ("#e08a00", "#f2a93b"), ("#009e73", "#2fc79b"), ("#c0608f", "#dd8fb8"),
    ("#3f9fd6", "#7cc4ef"), ("#b8a800", "#f0e442"), ("#d55e00", "#ee7d2b"), ("#444444", "#cccccc"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """`width` and `height` in pixels of the SVG; None where the picture's own will do. `caption`: the
    step stands above, as in a film."""

    theme: Theme = "light"
    language: Language = "en"
    scale: Scale = "linear"
    width: int | None = None
    height: int | None = None
    caption: bool = False

    def colour(self, name: str) -> str:
        return _COLOURS[name][self.theme == "dark"]

    def of_class(self, k: int) -> str:
        return CLASSES[k % len(CLASSES)][self.theme == "dark"]

    def say(self, key: str, **values: Any) -> str:
        return WORDS[key][self.language].format(**values)

    def pick(self, label: dict[str, str]) -> str:
        return label[self.language]


def rgb(colour: str) -> NDArray[np.float64]:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float64)


def hexed(parts: NDArray[np.float64]) -> str:
    return "#" + "".join(f"{round(c):02x}" for c in parts.tolist())


def mixed(look: Look, colour: str, share: float) -> str:
    """So much of a colour on the paper."""
    paper = rgb(look.colour("paper"))
    return hexed(paper + (rgb(colour) - paper) * min(1.0, max(0.0, share)))


def signed(look: Look, value: float) -> str:
    """The paper at 0, blue below, orange above."""
    return mixed(look, look.colour("negative" if value < 0 else "positive"), abs(value))


def shaded(look: Look, values: NDArray[Any], full: float = 1.0) -> NDArray[np.uint8]:
    """Values of -1 to 1 as pixels on the diverging scale.  (..,) -> (.., 3)"""
    ends = np.where(
        values[..., None] < 0, rgb(look.colour("negative")), rgb(look.colour("positive"))
    )
    return blended(look, ends, np.minimum(1, np.abs(values)) * full)


def blended(look: Look, colours: NDArray[Any], shares: NDArray[Any]) -> NDArray[np.uint8]:
    """colours: (.., 3)  shares: (..,) of 0 to 1, how much of each lies on the paper"""
    paper = rgb(look.colour("paper"))
    return np.round(paper + (colours - paper) * shares[..., None]).astype(np.uint8)


def finite(values: NDArray[Any]) -> NDArray[np.float64]:
    """What is drawn of outputs that have overflowed."""
    return np.clip(np.nan_to_num(values.astype(np.float64)), -1e30, 1e30)


_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_FEATURES = {
    "x1_squared": "x₁²", "x2_squared": "x₂²", "x1_x2": "x₁x₂", "sin_x1": "sin x₁", "sin_x2": "sin x₂",
}  # fmt: skip


def spelled(name: str) -> str:
    """A letter with a number behind it as people write it: x3 is x₃."""
    if name in _FEATURES:
        return _FEATURES[name]
    return name.translate(_LOWERED) if name[:1].islower() and name[1:].isdigit() else name


def column_name(look: Look, dataset: Dataset, i: int, *, own: bool = False) -> str:
    """Somebody's own names stand as they were written."""
    return dataset.columns[i] if own else spelled(look.pick(dataset.column_labels[i]))


def class_names(look: Look, dataset: Dataset) -> list[str]:
    return [look.pick(label) for label in dataset.class_labels]


def target_name(look: Look, dataset: Dataset, k: int = 0) -> str:
    """With its number, where there are several, and with its unit, where the data have one."""
    target, unit = dataset.labels.target, dataset.labels.unit
    name = look.pick(target) if target else "y"
    name = spelled(f"{name}{k + 1}") if dataset.outputs > 1 and not dataset.classes else name
    return f"{name} ({look.pick(unit)})" if unit else name


__all__ = [
    "Look", "Scale", "Theme", "blended", "class_names", "column_name", "finite", "hexed", "mixed",
    "rgb", "shaded", "signed", "spelled", "target_name",
]  # fmt: skip
