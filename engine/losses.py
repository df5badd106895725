"""Losses as PyTorch defines them: means over the batch, and over the outputs but for cross-entropy.

`value(y, t)` is one number, `gradient(y, t)` is dL/dy.  y, t: (batch, outputs)
A loss that belongs to one output activation is computed from z and hands back dL/dz directly
(`fused`), which is exact where y itself would round to 0 or 1.
The sequence loss alone takes class numbers, one a time step, with -1 where nothing is asked.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .mathml import formula

Array = NDArray[np.floating]

HUBER_DELTA = 1.0  # torch.nn.HuberLoss's default

LABEL_SMOOTHING = 0.1  # Szegedy et al. 2016, section 7
FOCAL_GAMMA = 2.0  # Lin et al. 2017, section 3.2

LossName = Literal[
    "cross_entropy", "binary_cross_entropy", "mse", "mae", "huber", "hinge",
    "label_smoothing", "focal", "kl_divergence", "poisson", "sequence_cross_entropy",
]  # fmt: skip
# What a loss compares: classes, values, counts from 0 up, or a class at every step of a sequence.
Asks = Literal["classes", "any", "counts", "steps"]


@dataclass(frozen=True, slots=True)
class Loss:
    """`output` is the output activation that suits it; `requires` the only one it takes, if any;
    `asks` the kind of target it is for."""

    name: str
    value: Callable[[Array, Array], float]
    gradient: Callable[[Array, Array], Array]
    output: str
    requires: str | None
    formula: str
    summary: dict[str, str]
    asks: Asks = "any"

    @property
    def fused(self) -> bool:
        """Whether `value` and `gradient` take z, the output before its activation."""
        return self.requires is not None


def check_shapes(y: Array, t: Array) -> None:
    """Refuse (n,) against (n, 1): NumPy would broadcast the difference to (n, n).

    Raises: ValueError
    """
    if y.shape != t.shape and not (y.ndim == 3 and t.shape == y.shape[:2]):
        raise ValueError(f"outputs have shape {y.shape}, targets {t.shape}; they must be the same")


def log_softmax(z: Array) -> Array:
    """Over the last axis, without overflow."""
    shifted = z - z.max(axis=-1, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))


def _cross_entropy(z: Array, t: Array) -> float:
    return float(-(t * log_softmax(z)).sum() / len(z))


def _cross_entropy_gradient(z: Array, t: Array) -> Array:
    return (np.exp(log_softmax(z)) * t.sum(axis=-1, keepdims=True) - t) / len(z)


def _binary_cross_entropy(z: Array, t: Array) -> float:
    return float((np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))).mean())


def _binary_cross_entropy_gradient(z: Array, t: Array) -> Array:
    e = np.exp(-np.abs(z))
    return (np.where(z >= 0, 1 / (1 + e), e / (1 + e)) - t) / z.size


def smoothed(t: Array) -> Array:
    """The share LABEL_SMOOTHING of each target is spread over all classes."""
    return t * (1 - LABEL_SMOOTHING) + t.sum(axis=-1, keepdims=True) * (
        LABEL_SMOOTHING / t.shape[-1]
    )


def _focal(z: Array, t: Array) -> float:
    log_p = (t * log_softmax(z)).sum(axis=-1)
    return float(-((1 - np.exp(log_p)) ** FOCAL_GAMMA * log_p).sum() / len(z))


def _focal_gradient(z: Array, t: Array) -> Array:
    """With p of the true class: dL/dlog p = gamma p (1 - p)^(gamma - 1) log p - (1 - p)^gamma."""
    log_y = log_softmax(z)
    log_p = (t * log_y).sum(axis=-1, keepdims=True)
    p = np.exp(log_p)
    slope = FOCAL_GAMMA * p * (1 - p) ** (FOCAL_GAMMA - 1) * log_p - (1 - p) ** FOCAL_GAMMA
    return slope * (t - np.exp(log_y) * t.sum(axis=-1, keepdims=True)) / len(z)


def _kl_divergence(z: Array, t: Array) -> float:
    entropy = (t * np.log(np.where(t > 0, t, 1))).sum()
    return float((entropy - (t * log_softmax(z)).sum()) / len(z))


def _sequence_cross_entropy(z: Array, t: Array) -> float:
    """z: (batch, time, classes)  t: (batch, time) class numbers, -1 where nothing is asked"""
    asked = t >= 0
    chosen = np.take_along_axis(
        log_softmax(z), np.where(asked, t, 0).astype(np.int64)[..., None], axis=-1
    )[..., 0]
    return float(-(chosen * asked).sum() / max(1, asked.sum()))


def _sequence_cross_entropy_gradient(z: Array, t: Array) -> Array:
    asked = t >= 0
    dz = np.exp(log_softmax(z))
    places = np.where(asked, t, 0).astype(np.int64)[..., None]
    np.put_along_axis(dz, places, np.take_along_axis(dz, places, axis=-1) - 1, axis=-1)
    return dz * (asked[..., None] / max(1, asked.sum())).astype(z.dtype)


def _huber(y: Array, t: Array) -> float:
    e = np.abs(y - t)
    inner = np.minimum(e, HUBER_DELTA)
    return float((0.5 * inner * inner + HUBER_DELTA * (e - inner)).mean())


_MEAN = "<mfrac><mn>1</mn><mi>n</mi></mfrac><mo>∑</mo>"
_DIFFERENCE = "<mi>y</mi><mo>−</mo><mi>t</mi>"

LOSSES: dict[str, Loss] = {
    record.name: record
    for record in (
        Loss(
            "cross_entropy", _cross_entropy, _cross_entropy_gradient, "softmax", "softmax",
            formula(f"<mo>−</mo>{_MEAN}<mi>ln</mi><msub><mi>y</mi><mi>t</mi></msub>"),
            {"en": "How surprised the network is by the true class: −ln of the probability it gave it.",
             "zh": "网络对真实类别的“惊讶”程度：所给概率的 −ln。"},
            "classes",
        ),
        Loss(
            "binary_cross_entropy", _binary_cross_entropy, _binary_cross_entropy_gradient, "sigmoid", "sigmoid",
            formula(f"<mo>−</mo>{_MEAN}<mo>[</mo><mi>t</mi><mi>ln</mi><mi>y</mi><mo>+</mo>"
                  "<mo>(</mo><mn>1</mn><mo>−</mo><mi>t</mi><mo>)</mo><mi>ln</mi>"
                  "<mo>(</mo><mn>1</mn><mo>−</mo><mi>y</mi><mo>)</mo><mo>]</mo>"),
            {"en": "Cross-entropy of one yes-or-no probability from a sigmoid output.",
             "zh": "sigmoid 输出的二元概率的交叉熵。"},
            "classes",
        ),
        Loss(
            "mse", lambda y, t: float(((y - t) ** 2).mean()), lambda y, t: 2 * (y - t) / y.size, "linear", None,
            formula(f"{_MEAN}<msup><mrow><mo>(</mo>{_DIFFERENCE}<mo>)</mo></mrow><mn>2</mn></msup>"),
            {"en": "Mean squared error: large misses count most.", "zh": "均方误差：偏差越大惩罚越重。"},
        ),
        Loss(
            "mae", lambda y, t: float(np.abs(y - t).mean()), lambda y, t: np.sign(y - t) / y.size, "linear", None,
            formula(f"{_MEAN}<mo>|</mo>{_DIFFERENCE}<mo>|</mo>"),
            {"en": "Mean absolute error: every miss counts by its size, outliers do not rule.",
             "zh": "平均绝对误差：按大小计，不受离群点支配。"},
        ),
        Loss(
            "huber", _huber,
            lambda y, t: np.clip(y - t, -HUBER_DELTA, HUBER_DELTA) / y.size, "linear", None,
            formula(f"{_MEAN}<mo>{{</mo><mtable columnalign='left'><mtr><mtd><mfrac><mn>1</mn><mn>2</mn></mfrac>"
                  "<msup><mi>e</mi><mn>2</mn></msup></mtd><mtd><mo>|</mo><mi>e</mi><mo>|</mo><mo>≤</mo><mn>1</mn></mtd></mtr>"
                  "<mtr><mtd><mo>|</mo><mi>e</mi><mo>|</mo><mo>−</mo><mfrac><mn>1</mn><mn>2</mn></mfrac></mtd></mtr></mtable>"),
            {"en": "Squared for small misses, absolute for large ones: smooth, and calm about outliers.",
             "zh": "小偏差用平方，大偏差用绝对值：平滑且不怕离群点。"},
        ),
        Loss(
            "hinge", lambda y, t: float(np.maximum(0, 1 - t * y).mean()),
            lambda y, t: np.where(t * y < 1, -t, 0).astype(y.dtype) / y.size, "tanh", None,
            formula(f"{_MEAN}<mi>max</mi><mo>(</mo><mn>0</mn><mo>,</mo><mn>1</mn><mo>−</mo><mi>t</mi><mi>y</mi><mo>)</mo>"),
            {"en": "With classes −1 and 1: nothing to pay once the output is past the margin of 1.",
             "zh": "类别为 −1 和 1：输出越过间隔 1 后不再有损失。"},
            "classes",
        ),
        Loss(
            "label_smoothing", lambda z, t: _cross_entropy(z, smoothed(t)),
            lambda z, t: _cross_entropy_gradient(z, smoothed(t)), "softmax", "softmax",
            formula(f"<mo>−</mo>{_MEAN}<munder><mo>∑</mo><mi>k</mi></munder><mo>[</mo><mo>(</mo><mn>1</mn><mo>−</mo>"
                  "<mi>ε</mi><mo>)</mo><msub><mi>t</mi><mi>k</mi></msub><mo>+</mo><mfrac><mi>ε</mi><mi>K</mi></mfrac>"
                  "<mo>]</mo><mi>ln</mi><msub><mi>y</mi><mi>k</mi></msub>"),
            {"en": "Cross-entropy against targets softened by a tenth: being right is enough, being sure is not asked.",
             "zh": "目标被平滑十分之一的交叉熵：答对即可，不要求过分自信。"},
            "classes",
        ),
        Loss(
            "focal", _focal, _focal_gradient, "softmax", "softmax",
            formula(f"<mo>−</mo>{_MEAN}<msup><mrow><mo>(</mo><mn>1</mn><mo>−</mo><msub><mi>y</mi><mi>t</mi></msub>"
                  "<mo>)</mo></mrow><mn>2</mn></msup><mi>ln</mi><msub><mi>y</mi><mi>t</mi></msub>"),
            {"en": "Cross-entropy that lets go of what is already right, and works on the hard samples.",
             "zh": "对已分对的样本降低权重、专注困难样本的交叉熵。"},
            "classes",
        ),
        Loss(
            "kl_divergence", _kl_divergence, _cross_entropy_gradient, "softmax", "softmax",
            formula(f"{_MEAN}<munder><mo>∑</mo><mi>k</mi></munder><msub><mi>t</mi><mi>k</mi></msub><mi>ln</mi>"
                  "<mfrac><msub><mi>t</mi><mi>k</mi></msub><msub><mi>y</mi><mi>k</mi></msub></mfrac>"),
            {"en": "How far the predicted distribution is from the target one; for sure classes, cross-entropy.",
             "zh": "预测分布与目标分布的差距；目标确定时就是交叉熵。"},
            "classes",
        ),
        Loss(
            "poisson", lambda z, t: float((np.exp(z) - t * z).mean()),
            lambda z, t: (np.exp(z) - t) / z.size, "exponential", "exponential",
            formula(f"{_MEAN}<mo>(</mo><mi>y</mi><mo>−</mo><mi>t</mi><mi>ln</mi><mi>y</mi><mo>)</mo>"),
            {"en": "For counts: the output is the mean of a Poisson distribution, the loss how unlikely the count.",
             "zh": "用于计数：输出是泊松分布的均值，损失是计数的不可能程度。"},
            "counts",
        ),
        Loss(
            "sequence_cross_entropy", _sequence_cross_entropy, _sequence_cross_entropy_gradient,
            "softmax", "softmax",
            formula("<mo>−</mo><mfrac><mn>1</mn><mi>n</mi></mfrac><munder><mo>∑</mo><mrow><mi>i</mi><mo>,</mo><mi>τ</mi>"
                  "</mrow></munder><mi>ln</mi><msub><mi>y</mi><mrow><mi>i</mi><mi>τ</mi><mi>t</mi></mrow></msub>"),
            {"en": "Cross-entropy at every step of a sequence; padding is not counted.",
             "zh": "对序列每一步的交叉熵；填充部分不计。"},
            "steps",
        ),
    )
}  # fmt: skip

assert tuple(LOSSES) == get_args(LossName)
