"""One input, one value: curves to fit.  `noise` is the deviation added to the value."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from .base import (
    Array,
    CurvePoints,
    Dataset,
    Noise,
    Samples,
    Seed,
    Task,
    TestFraction,
    View,
    divided,
    split,
)
from .labels import Labels, label


@dataclass(frozen=True, slots=True, kw_only=True)
class _Curve:
    samples: Samples = 200
    noise: Noise = 0.1
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "curve"
    task: ClassVar[Task] = "regression"

    def _value(self, x: Array) -> Array:
        raise NotImplementedError

    def make(self) -> Dataset:
        rng = np.random.default_rng([self.seed, 2])
        x = rng.uniform(-3, 3, self.samples)
        y = self._value(x) + rng.normal(0, 1, self.samples) * self.noise
        return _curve(x, y, self.test_fraction, rng, Labels(target=label("value", "数值")))


def _curve(
    x: Array, y: Array, test_fraction: float, rng: np.random.Generator, labels: Labels
) -> Dataset:
    """x, y: (samples,)"""
    return divided(
        x[:, None],
        y[:, None],
        test_fraction,
        rng,
        view="curve",
        task="regression",
        columns=("x1",),
        labels=labels,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Sine(_Curve):
    """sin 2x"""

    kind: Literal["sine"] = "sine"
    summary: ClassVar[dict[str, str]] = {"en": "Two waves of a sine.", "zh": "两个周期的正弦。"}
    to_try: ClassVar[dict[str, str]] = {
        "en": "Which wave is learned last? Try sine as the activation: how much sooner is it done?",
        "zh": "哪个波最后学会？改用正弦激活函数：能快多少？",
    }

    def _value(self, x: Array) -> Array:
        return np.sin(2 * x)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(_Curve):
    """-1 below 0, 1 above"""

    kind: Literal["step"] = "step"
    summary: ClassVar[dict[str, str]] = {
        "en": "A jump at 0: smooth units must get steep.",
        "zh": "在 0 处跳变：平滑单元必须变陡。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Smooth units must get steep: watch the weights of the first layer grow as the jump sharpens.",
        "zh": "平滑的单元必须变陡：看第一层的权重如何随跳变变尖而增大。",
    }

    def _value(self, x: Array) -> Array:
        return np.where(x < 0, -1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Absolute(_Curve):
    """|x| / 1.5 - 1"""

    kind: Literal["absolute"] = "absolute"
    summary: ClassVar[dict[str, str]] = {
        "en": "The absolute value: two ReLUs draw it exactly.",
        "zh": "绝对值：两个 ReLU 就能精确画出。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Two ReLUs would do. Take units away one by one and reset: which runs still find the corner?",
        "zh": "两个 ReLU 就够了。逐个减少单元并重置：哪几次还能找到拐角？",
    }

    def _value(self, x: Array) -> Array:
        return np.abs(x) / 1.5 - 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Cubic(_Curve):
    """A noisy cubic: x (x - 2) (x + 2) / 6"""

    kind: Literal["cubic"] = "cubic"
    noise: Noise = 0.2
    summary: ClassVar[dict[str, str]] = {
        "en": "A cubic under much noise: overfitting shows here.",
        "zh": "噪声较大的三次曲线：容易看到过拟合。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Set samples to 20 and play on: the training loss falls, the test loss climbs. Why?",
        "zh": "把样本数改为 20 再训练：训练损失下降，测试损失却上升。为什么？",
    }

    def _value(self, x: Array) -> Array:
        return x * (x - 2) * (x + 2) / 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """Whole numbers 0, 1, 2, .. drawn from the Poisson distribution of mean exp(1 + sin 2x)."""

    kind: Literal["counts"] = "counts"
    samples: Samples = 400
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "curve"
    task: ClassVar[Task] = "regression"
    summary: ClassVar[dict[str, str]] = {
        "en": "Counts whose mean goes up and down: what the Poisson loss is for.",
        "zh": "均值起伏的计数：泊松损失的用武之地。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Chance alone keeps R² below 0.6 here. Change the loss to MSE: what does it say of small counts?",
        "zh": "仅偶然性就使 R² 低于 0.6。把损失换成 MSE：它对小的计数怎么说？",
    }

    def make(self) -> Dataset:
        rng = np.random.default_rng([self.seed, 2])
        x = rng.uniform(-3, 3, self.samples)
        y = rng.poisson(np.exp(1 + np.sin(2 * x))).astype(np.float64)
        return _curve(x, y, self.test_fraction, rng, Labels(target=label("count", "次数")))


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnCurve:
    """Only what one draws: x and its value. Which points are held out, each says for itself: one more changes
    nothing of the others."""

    kind: Literal["drawn_curve"] = "drawn_curve"
    points: CurvePoints = ()
    test_fraction: TestFraction = 0.0
    seed: Seed = 0

    view: ClassVar[View] = "curve"
    task: ClassVar[Task] = "regression"
    summary: ClassVar[dict[str, str]] = {
        "en": "An empty plot for points of your own.",
        "zh": "空白坐标图，自己画点。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Draw a slow wave, then one point far off it. How far does the curve bend for it?",
        "zh": "先画一条平缓的波，再在远处加一个点：曲线会为它弯多少？",
    }

    def make(self) -> Dataset:
        points = np.array(self.points, np.float64).reshape(-1, 2)
        held = np.random.default_rng([self.seed, 2]).random(len(points)) < self.test_fraction
        if held.all():
            held[:1] = False  # one to learn from
        x, y = points[:, :1], points[:, 1:]
        return Dataset(
            inputs=x[~held],
            targets=y[~held],
            test_inputs=x[held],
            test_targets=y[held],
            view="curve",
            task="regression",
            columns=("x1",),
            class_names=(),
            plane=None,
            mean=np.zeros(1),
            deviation=np.ones(1),
            identities=-1 - np.flatnonzero(~held),
            labels=Labels(target=label("value", "数值")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleLinear:
    """The article's first listing: three inputs, t = 1 x1 + 2 x2 + 3 x3 + 2."""

    kind: Literal["article_linear"] = "article_linear"
    samples: Samples = 200
    noise: Noise = 0.0
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "table"
    task: ClassVar[Task] = "regression"
    summary: ClassVar[dict[str, str]] = {
        "en": "Three inputs whose weights 1, 2, 3 and bias 2 are to be found.",
        "zh": "三个输入，要找出权重 1、2、3 和偏置 2。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Watch the weights walk to 1, 2, 3 and the bias to 2. Does a rate of 0.1 get there sooner?",
        "zh": "看权重走向 1、2、3，偏置走向 2。学习率改为 0.1 会更快吗？",
    }

    def make(self) -> Dataset:
        from .table import principal_plane

        rng = np.random.default_rng([self.seed, 2])
        x = rng.normal(0, 1, (self.samples, 3))
        y = x @ np.array([1.0, 2.0, 3.0]) + 2 + rng.normal(0, 1, self.samples) * self.noise
        train, test = split(x, y, self.test_fraction, rng)
        return Dataset(
            inputs=x[train],
            targets=y[train, None],
            test_inputs=x[test],
            test_targets=y[test, None],
            view="table",
            task="regression",
            columns=("x1", "x2", "x3"),
            class_names=(),
            plane=principal_plane(x),
            mean=np.zeros(3),
            deviation=np.ones(3),
            identities=train,
            labels=Labels(target=label("t")),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticlePairs:
    """The article's second listing: the pairs (1, 2), (2, 4), (3, 6)."""

    kind: Literal["article_pairs"] = "article_pairs"
    test_fraction: TestFraction = 0.0
    seed: Seed = 0

    view: ClassVar[View] = "curve"
    task: ClassVar[Task] = "regression"
    summary: ClassVar[dict[str, str]] = {
        "en": "Three pairs (1, 2), (2, 4), (3, 6): the network finds t = 2x.",
        "zh": "三对数据 (1, 2)、(2, 4)、(3, 6)：网络学到 t = 2x。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "The weight goes to 2, the bias to 0. From which learning rate on does it blow up?",
        "zh": "权重趋向 2，偏置趋向 0。学习率大到多少就会发散？",
    }

    def make(self) -> Dataset:
        x = np.array([[1.0], [2.0], [3.0]])
        return Dataset(
            inputs=x,
            targets=2 * x,
            test_inputs=x[:0],
            test_targets=x[:0],
            view="curve",
            task="regression",
            columns=("x1",),
            class_names=(),
            plane=None,
            mean=np.zeros(1),
            deviation=np.ones(1),
            identities=np.arange(3),
            labels=Labels(target=label("t")),
        )


__all__ = [
    "Absolute",
    "ArticleLinear",
    "ArticlePairs",
    "Counts",
    "Cubic",
    "DrawnCurve",
    "Sine",
    "Step",
]
