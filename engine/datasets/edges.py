"""Pictures of one edge each, between a lighter and a darker side: what a single kernel can find."""

from dataclasses import dataclass
from math import sqrt
from typing import ClassVar, Literal

import numpy as np

from .base import Array, Dataset, Noise, Samples, Seed, Task, TestFraction, View, divided
from .image import PIXEL
from .labels import Label, Labels, label, labels

SIDE = 12
# Across the edge, towards the ink: (right, down). A side's picture is the other way round.
DIRECTIONS: dict[str, tuple[float, float]] = {
    "horizontal": (0.0, 1.0),
    "vertical": (1.0, 0.0),
    "rising": (1 / sqrt(2), 1 / sqrt(2)),
    "falling": (-1 / sqrt(2), 1 / sqrt(2)),
}
DIRECTION_LABELS: tuple[Label, ...] = labels(
    ("horizontal", "水平"),
    ("vertical", "垂直"),
    ("rising /", "斜向上 /"),
    ("falling \\", "斜向下 \\"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edges:
    """A straight edge somewhere, horizontal, vertical or along a diagonal, the ink below it or on its
    right. How dark its two sides are is drawn too, so that only their difference tells.

    `noise` is the deviation added to every pixel, before cutting it to 0..1.
    """

    kind: Literal["edges"] = "edges"
    samples: Samples = 1000
    noise: Noise = 0.1
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "image"
    task: ClassVar[Task] = "classification"
    summary: ClassVar[dict[str, str]] = {
        "en": "One edge each: horizontal, vertical or diagonal.",
        "zh": "每张图有一条边缘：水平、垂直或斜向。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Watch the kernels under Weights: each gets one side above zero and one below, as Sobel's, made by hand.",
        "zh": "在“权重数值”里观察四个卷积核：每个都变得一侧为正、另一侧为负，就像人工设计的 Sobel 算子。",
    }

    def make(self) -> Dataset:
        rng = np.random.default_rng([self.seed, 2])
        targets = np.arange(self.samples) % len(DIRECTIONS)
        across = np.array(list(DIRECTIONS.values()))[targets]
        light = rng.uniform(0.0, 0.4, self.samples)
        contrast = rng.uniform(0.3, 0.6, self.samples)
        offset = rng.uniform(-0.25, 0.25, self.samples) * SIDE
        grid = np.arange(SIDE) + 0.5 - SIDE / 2
        distance = (
            across[:, 0, None, None] * grid[None, None, :]
            + across[:, 1, None, None] * grid[None, :, None]
            - offset[:, None, None]
        )
        # One pixel wide, as a camera sees it.
        images = light[:, None, None] + contrast[:, None, None] * np.clip(distance + 0.5, 0, 1)
        images += rng.standard_normal(images.shape) * self.noise
        return divided(
            np.clip(images, 0, 1).astype(np.float32)[..., None],
            targets,
            self.test_fraction,
            rng,
            view="image",
            task="classification",
            columns=("pixel",),
            class_names=tuple(DIRECTIONS),
            labels=Labels(
                columns=PIXEL, classes=DIRECTION_LABELS, target=label("direction", "方向")
            ),
        )


def sobel(direction: str) -> Array:
    """The kernel made by hand for one of the directions, as a library of image processing has it: (3, 3)

    Positive towards the ink.  (Sobel & Feldman 1968)
    """
    right, down = DIRECTIONS[direction]
    level = np.array([[-1.0, -2.0, -1.0], [0.0, 0.0, 0.0], [1.0, 2.0, 1.0]])
    slanted = np.array([[-2.0, -1.0, 0.0], [-1.0, 0.0, 1.0], [0.0, 1.0, 2.0]])
    if right == 0:
        return level
    if down == 0:
        return level.T
    return slanted if right > 0 else slanted[:, ::-1]


__all__ = ["DIRECTIONS", "SIDE", "Edges", "sobel"]
