"""Two inputs on a plane about six wide: classes to tell apart, and surfaces to fit.

`noise` moves every point by a normal deviation of that many units of the plane's half width (3),
for regression it is added to the value. Drawn points join the training set; erased ones leave it.
A `fault` is one of what is generated: points are drawn where the network has them.
"""

from dataclasses import dataclass
from math import pi
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..errors import Reason, Refused
from .base import (
    Array,
    Dataset,
    DrawnPoints,
    Erased,
    Noise,
    Plane,
    Samples,
    Seed,
    Task,
    TestFraction,
    View,
    split,
)
from .faults import Fault, leaked, shuffled, stretches
from .labels import Labels, label

HALF_WIDTH = 3.0
LETTERS = "ABCDEFGH"  # what drawn classes are called: so many there are
MOST_CLASSES = len(LETTERS)
VALUE = Labels(target=label("value", "数值"))


@dataclass(frozen=True, slots=True, kw_only=True)
class OnPlane:
    samples: Samples = 400
    noise: Noise = 0.1
    test_fraction: TestFraction = 0.25
    seed: Seed = 0
    points: DrawnPoints = ()
    erased: Erased = ()
    fault: Fault = "none"

    view: ClassVar[View] = "plane"
    task: ClassVar[Task] = "classification"
    class_names: ClassVar[tuple[str, ...]] = ("A", "B")

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        """Points (samples, 2) and class numbers, or values, (samples,)"""
        raise NotImplementedError

    def _own_classes(self) -> int:
        return len(self.class_names)

    def _fits(self) -> Task:
        """What is to be learned of it."""
        return self.task

    def _drawn_labels(self) -> Array:
        """Classes of drawn points.  Raises: Refused, where one is none of the eight there are"""
        for i, (_, _, given) in enumerate(self.points):
            if given not in range(MOST_CLASSES):
                raise Refused(
                    f"points.{i}.2",
                    Reason(
                        "drawn.no_such_class",
                        "{given} is no class; there are the whole numbers 0 to {last}",
                        given=f"{given:g}",
                        last=MOST_CLASSES - 1,
                    ),
                )
        return np.array([int(p[2]) for p in self.points], np.int64)

    def _names(self) -> tuple[str, ...]:
        drawn = int(self._drawn_labels().max(initial=-1)) + 1
        return tuple(LETTERS[: max(self._own_classes(), drawn)])

    def make(self) -> Dataset:
        task = self._fits()
        rng = np.random.default_rng([self.seed, 2])
        inputs, targets = self._draw(rng)
        train, test = split(inputs, targets, self.test_fraction, rng)
        train = np.setdiff1d(train, np.array(self.erased, np.int64))
        test = leaked(train, test, self.fault, self.seed)
        targets = shuffled(targets, self.fault, self.seed)
        stretch = stretches(2, self.fault, self.seed)
        inputs, corner = inputs * stretch, HALF_WIDTH * stretch
        drawn = np.array(self.points, np.float64).reshape(-1, 3)
        if task == "regression":
            names: tuple[str, ...] = ()
            drawn_targets = drawn[:, 2]
        else:
            names = self._names()
            drawn_targets = self._drawn_labels()
        all_targets = np.concatenate([targets[train], drawn_targets])
        shape = (-1, 1) if task == "regression" else (-1,)
        return Dataset(
            inputs=np.concatenate([inputs[train], drawn[:, :2]]),
            targets=all_targets.reshape(shape),
            test_inputs=inputs[test],
            test_targets=targets[test].reshape(shape),
            view="plane",
            task=task,
            columns=("x1", "x2"),
            class_names=names,
            plane=Plane(
                np.zeros(2),
                np.eye(2),
                (-float(corner[0]), -float(corner[1])),
                (float(corner[0]), float(corner[1])),
            ),
            mean=np.zeros(2),
            deviation=np.ones(2),
            identities=np.concatenate([train, -1 - np.arange(len(drawn))]),
            labels=VALUE if task == "regression" else Labels(),
        )

    def _labels(self, classes: int) -> Array:
        return np.arange(self.samples) % classes

    def _jitter(self, rng: np.random.Generator) -> Array:
        return rng.normal(0, 1, (self.samples, 2)) * self.noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle(OnPlane):
    """A disc inside a ring."""

    kind: Literal["circle"] = "circle"
    summary: ClassVar[dict[str, str]] = {"en": "A disc inside a ring.", "zh": "圆环包着圆盘。"}
    to_try: ClassVar[dict[str, str]] = {
        "en": "Take units away: with how few can the boundary still close around the disc?",
        "zh": "减少单元：最少几个还能把圆盘围起来？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = self._labels(2)
        radius = np.where(
            labels == 0, rng.uniform(0, 1.2, self.samples), rng.uniform(1.8, 2.7, self.samples)
        )
        angle = rng.uniform(0, 2 * pi, self.samples)
        points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return points + self._jitter(rng), labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Xor(OnPlane):
    """Opposite quadrants belong together."""

    kind: Literal["xor"] = "xor"
    summary: ClassVar[dict[str, str]] = {
        "en": "Opposite quadrants belong together: no single line can part them.",
        "zh": "对角象限同类：一条直线分不开。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Remove both hidden layers: one line is left. How many points does it get right?",
        "zh": "去掉两个隐藏层，只剩一条直线：它能分对多少点？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        points = rng.uniform(0.2, 2.7, (self.samples, 2)) * rng.choice([-1, 1], (self.samples, 2))
        labels = (points[:, 0] * points[:, 1] < 0).astype(np.int64)
        return points + self._jitter(rng), labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Gaussians(OnPlane):
    """Two round clouds."""

    kind: Literal["gaussians"] = "gaussians"
    summary: ClassVar[dict[str, str]] = {
        "en": "Two round clouds: one line parts them.",
        "zh": "两团高斯云：一条直线即可分开。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Hidden layers are not needed here: remove them. Then turn up the noise: which errors must stay?",
        "zh": "这里不需要隐藏层：把它们去掉。再加大噪声：哪些错误无法避免？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = self._labels(2)
        centres = np.where(labels[:, None] == 0, -1.2, 1.2)
        return centres + rng.normal(0, 0.45 + self.noise, (self.samples, 2)), labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Spiral(OnPlane):
    """Arms wound into one another: two or three."""

    kind: Literal["spiral"] = "spiral"
    arms: Annotated[int, Interval(ge=2, le=3)] = 3
    summary: ClassVar[dict[str, str]] = {
        "en": "Arms wound into one another, one class an arm: the hard one.",
        "zh": "互相缠绕的螺旋臂，每臂一类：最难的一个。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Three arms, wound once. Take a layer away: what can it no longer do?",
        "zh": "三条旋臂，各绕一圈。去掉一层：它做不到什么了？",
    }

    def _own_classes(self) -> int:
        return self.arms

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = self._labels(self.arms)
        along = np.sqrt(rng.uniform(0.01, 1, self.samples))
        turns = 1.5 if self.arms == 2 else 1.0
        angle = along * turns * 2 * pi + labels * 2 * pi / self.arms
        points = (2.6 * along)[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return points + self._jitter(rng), labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Moons(OnPlane):
    """Two interleaved half circles."""

    kind: Literal["moons"] = "moons"
    summary: ClassVar[dict[str, str]] = {
        "en": "Two half moons that reach into each other.",
        "zh": "两弯互相嵌入的月牙。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Watch a straight boundary bend into an S. At which step does it get round both tips?",
        "zh": "看直线边界弯成 S 形：到第几步才绕过两个尖端？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = self._labels(2)
        angle = rng.uniform(0, pi, self.samples)
        upper = np.stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25], axis=1)
        lower = np.stack([0.5 - np.cos(angle), 0.25 - np.sin(angle)], axis=1)
        points = np.where(labels[:, None] == 0, upper, lower) * 1.6
        return points + self._jitter(rng), labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Rings(OnPlane):
    """Three rings, one in another."""

    kind: Literal["rings"] = "rings"
    class_names: ClassVar[tuple[str, ...]] = ("A", "B", "C")
    summary: ClassVar[dict[str, str]] = {"en": "Three rings, one in another.", "zh": "三个同心环。"}
    to_try: ClassVar[dict[str, str]] = {
        "en": "Point at the units of the first layer: each draws one line. How does the next make rings of them?",
        "zh": "指向第一层的各个单元：每个只画一条线。下一层怎样用它们围成圆环？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = self._labels(3)
        radius = np.array([0.5, 1.5, 2.5])[labels] + rng.uniform(-0.2, 0.2, self.samples)
        angle = rng.uniform(0, 2 * pi, self.samples)
        points = radius[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1)
        return points + self._jitter(rng), labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Blobs(OnPlane):
    """Four clouds, one a class."""

    kind: Literal["blobs"] = "blobs"
    class_names: ClassVar[tuple[str, ...]] = ("A", "B", "C", "D")
    summary: ClassVar[dict[str, str]] = {
        "en": "Four clouds, one a class.",
        "zh": "四团云，每团一类。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Turn the noise up to 0.5. Where clouds overlap, how sure of itself is the network?",
        "zh": "把噪声加到 0.5：在云团重叠处，网络有多大把握？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        labels = self._labels(4)
        centres = np.array([[-1.4, -1.2], [1.5, -1.4], [-1.2, 1.5], [1.3, 1.2]])[labels]
        return centres + rng.normal(0, 0.4 + self.noise, (self.samples, 2)), labels


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkerboard(OnPlane):
    """Four by four squares in two colours."""

    kind: Literal["checkerboard"] = "checkerboard"
    samples: Samples = 2000
    noise: Noise = 0.05
    summary: ClassVar[dict[str, str]] = {
        "en": "Four by four squares in two colours.",
        "zh": "4×4 的双色棋盘。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "It comes square by square. Change tanh to ReLU: do the corners get sharper?",
        "zh": "它一格一格地学会。把 tanh 换成 ReLU：边角会更分明吗？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        points = rng.uniform(-2.8, 2.8, (self.samples, 2))
        cells = np.floor((points + 2.8) / 1.4).clip(0, 3).astype(np.int64)
        return points + self._jitter(rng), cells.sum(axis=1) % 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Slope(OnPlane):
    """A tilted plane to fit."""

    kind: Literal["slope"] = "slope"
    task: ClassVar[Task] = "regression"
    summary: ClassVar[dict[str, str]] = {
        "en": "A tilted plane: the value grows along the diagonal.",
        "zh": "倾斜的平面：数值沿对角线增大。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "A plane needs no curves. Remove the hidden layers: does the test loss get better or worse?",
        "zh": "平面不需要弯曲。去掉隐藏层：测试损失变好还是变差？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        points = rng.uniform(-2.8, 2.8, (self.samples, 2))
        return points, (points.sum(axis=1)) / 5 + rng.normal(0, 1, self.samples) * self.noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Ripple(OnPlane):
    """A ring of waves to fit."""

    kind: Literal["ripple"] = "ripple"
    task: ClassVar[Task] = "regression"
    summary: ClassVar[dict[str, str]] = {
        "en": "Waves round a centre, as from a dropped stone.",
        "zh": "像石子激起的圈圈波纹。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Which ring is learned last? Add the features x₁² and x₂²: is it learned sooner?",
        "zh": "哪一圈最后学会？加入特征 x₁² 和 x₂²：会学得更快吗？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        points = rng.uniform(-2.8, 2.8, (self.samples, 2))
        radius = np.sqrt((points**2).sum(axis=1))
        return points, np.cos(2 * radius) + rng.normal(0, 1, self.samples) * self.noise


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn(OnPlane):
    """Only what one draws."""

    kind: Literal["drawn"] = "drawn"
    samples: Annotated[int, Interval(ge=0, le=0)] = 0
    summary: ClassVar[dict[str, str]] = {
        "en": "An empty plane for your own points.",
        "zh": "空白平面，自己画点。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Draw two classes that a line can part, then one point on the wrong side. What does it do about it?",
        "zh": "先画两类能用直线分开的点，再在错误的一侧加一个点：网络怎样应对？",
    }

    def _draw(self, rng: np.random.Generator) -> tuple[Array, Array]:
        return np.zeros((0, 2)), np.zeros(0, np.int64)


__all__ = [
    "Blobs", "Checkerboard", "Circle", "Drawn", "Gaussians", "Moons", "OnPlane", "Rings", "Ripple", "Slope",
    "Spiral", "Xor",
]  # fmt: skip
