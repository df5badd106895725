"""Small grey pictures, (height, width, 1) with ink 1 on paper 0."""

from dataclasses import dataclass
from math import pi
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from .base import (
    Array,
    Dataset,
    Noise,
    Samples,
    Seed,
    Task,
    TestFraction,
    View,
    check_size,
    divided,
)
from .labels import Label, Labels, label, labels
from .packaged import read

DIGITS = 1797
PIXEL = labels(("pixel", "像素"))
DIGIT = label("digit", "数字")
DIGIT_NAMES = tuple("0123456789")
# Pictures drawn at once: the arrays on the way stay within the processor's cache.
BLOCK = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Digits:
    """Handwritten digits, 8 x 8 with 17 shades.  (Alpaydin & Kaynak 1998)

    Scikit-learn's file holds the test part, 1797 of 5620; fewer are drawn by the seed.
    """

    kind: Literal["digits"] = "digits"
    samples: Annotated[int, Interval(ge=0, le=DIGITS)] = DIGITS
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "image"
    task: ClassVar[Task] = "classification"
    summary: ClassVar[dict[str, str]] = {
        "en": "Handwritten digits, 8 by 8 pixels.",
        "zh": "手写数字，8×8 像素。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Watch the first kernels take shape. Which digits are still mixed up after ten seconds?",
        "zh": "看第一层卷积核逐渐成形。十秒后还有哪些数字会混淆？",
    }

    def make(self) -> Dataset:
        """Raises: Refused where scikit-learn is missing"""
        pixels, labels, _ = read("digits.csv.gz")
        return drawn_digits(
            pixels.reshape(-1, 8, 8, 1), labels, 16, self.samples, self.test_fraction, self.seed
        )


def drawn_digits(
    pixels: Array, targets: Array, brightest: Any, samples: int, test_fraction: float, seed: int
) -> Dataset:
    """So many of a set of digits, by the seed.

    pixels: (n, height, width, 1), from 0 to `brightest`, whose type says that of the network's inputs
    targets: (n,)
    """
    rng = np.random.default_rng([seed, 2])
    chosen = np.sort(rng.permutation(len(pixels))[:samples])
    return divided(
        pixels[chosen] / brightest,
        targets[chosen],
        test_fraction,
        rng,
        view="image",
        task="classification",
        columns=("pixel",),
        class_names=DIGIT_NAMES,
        labels=Labels(columns=PIXEL, target=DIGIT),
        deviation=np.full(1, float(brightest)),
    )


def _around(corners: int, first: float = pi / 2, step: int = 1) -> Array:
    """Lines from corner to corner of a regular polygon in the unit circle.  (corners, 2, 2)

    With step 2 every other corner is joined: a star in one stroke.
    """
    angles = first + 2 * pi * step * np.arange(corners + 1) / corners
    points = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    return np.stack([points[:-1], points[1:]], axis=1)


# Lines (n, 2 ends, 2 coordinates) of every shape, in a unit circle; the circle itself has none.
SHAPES: dict[str, Array | None] = {
    "circle": None,
    "square": _around(4, pi / 4),
    "triangle": _around(3),
    "cross": np.array([[[-1.0, 0.0], [1.0, 0.0]], [[0.0, -1.0], [0.0, 1.0]]]),
    "star": _around(5, step=2),
}
SHAPE_LABELS: tuple[Label, ...] = labels(
    ("circle", "圆形"),
    ("square", "正方形"),
    ("triangle", "三角形"),
    ("cross", "十字形"),
    ("star", "星形"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shapes:
    """Drawn outlines at random places, in random sizes, turned and with thin or thick pens.

    `noise` is the deviation added to every pixel, before cutting it to 0..1.
    """

    kind: Literal["shapes"] = "shapes"
    samples: Samples = 2000
    size: Literal[16, 28] = 16
    noise: Noise = 0.05
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "image"
    task: ClassVar[Task] = "classification"
    summary: ClassVar[dict[str, str]] = {
        "en": "Circles, squares, triangles, crosses and stars, wherever and however turned.",
        "zh": "圆、方、三角、十字和星形，位置与方向随机。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Turn the noise up to 0.5: which shape is lost first? Then put one dense layer for the convolutions.",
        "zh": "把噪声加到 0.5：哪种形状最先认不出？再用一个全连接层代替卷积。",
    }

    def make(self) -> Dataset:
        """Raises: Refused"""
        check_size(self.samples, (self.size, self.size, 1))
        rng = np.random.default_rng([self.seed, 2])
        labels = np.arange(self.samples) % len(SHAPES)
        radius = rng.uniform(0.25, 0.44, self.samples) * self.size
        pen = rng.uniform(0.05, 0.11, self.samples) * self.size
        turn = rng.uniform(0, 2 * pi, self.samples)
        room = np.maximum(0, self.size / 2 - radius - pen / 2)[:, None]
        centre = self.size / 2 + rng.uniform(-1, 1, (self.samples, 2)) * room
        images = np.zeros((self.samples, self.size, self.size, 1), np.float32)
        for number, lines in enumerate(SHAPES.values()):
            places = np.flatnonzero(labels == number)
            for start in range(0, len(places), BLOCK):
                at = places[start : start + BLOCK]
                images[at, :, :, 0] = _drawn(
                    lines, self.size, centre[at], radius[at], turn[at], pen[at]
                )
        for start in range(0, self.samples, BLOCK):
            block = images[start : start + BLOCK]
            block += rng.standard_normal(block.shape, np.float32) * np.float32(self.noise)
            np.clip(block, 0, 1, out=block)
        return divided(
            images,
            labels,
            self.test_fraction,
            rng,
            view="image",
            task="classification",
            columns=("pixel",),
            class_names=tuple(SHAPES),
            labels=Labels(columns=PIXEL, classes=SHAPE_LABELS, target=label("shape", "形状")),
        )


def _drawn(
    lines: Array | None, size: int, centre: Array, radius: Array, turn: Array, pen: Array
) -> Array:
    """One shape n times: (n, size, size) ink.  centre: (n, 2); radius, turn, pen: (n,), in pixels

    Antialiased by distance: ink falls from 1 to 0 across one pixel at the edge of the pen.
    """
    grid = (np.arange(size) + 0.5).astype(np.float32)
    x = grid[None, None, :] - _column(centre[:, 0])
    y = grid[None, :, None] - _column(centre[:, 1])
    if lines is None:
        distance = np.abs(np.hypot(x, y) - _column(radius))
        return np.clip(_column(pen / 2 + 0.5) - distance, 0, 1)
    cos, sin = np.cos(turn), np.sin(turn)
    square = np.full((len(centre), size, size), np.inf, np.float32)
    for start, end in lines:
        ends = [
            ((cos * px - sin * py) * radius, (sin * px + cos * py) * radius)
            for px, py in (start, end)
        ]
        (ax, ay), (bx, by) = ends
        dx, dy = bx - ax, by - ay
        length = dx * dx + dy * dy
        # How far along the line the nearest point lies, 0 to 1.
        along = (x - _column(ax)) * _column(dx / length) + (y - _column(ay)) * _column(dy / length)
        np.clip(along, 0, 1, out=along)
        off_x = x - _column(ax) - along * _column(dx)
        off_y = y - _column(ay) - along * _column(dy)
        np.minimum(square, off_x * off_x + off_y * off_y, out=square)
    return np.clip(_column(pen / 2 + 0.5) - np.sqrt(square), 0, 1)


def _column(values: Array) -> Array:
    """(n,) -> (n, 1, 1)"""
    return values.astype(np.float32)[:, None, None]


__all__ = ["DIGITS", "PIXEL", "SHAPES", "Digits", "Shapes", "drawn_digits"]
