"""Layers that steady training: dropout, batch norm, layer norm."""

from dataclasses import dataclass
from math import prod
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..mathml import equations, formula
from ..mixing import FIRST, GOLDEN, SECOND
from .base import Array, Cache, Parameter, Pass, SameShape, Shape, Views


def noise_bits(key: int, count: int) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """24 random bits for each of `count` numbers: SplitMix64 of key + i (Steele et al. 2014).

    A counter instead of a state: any number can be drawn alone, and a rewound run draws the same.
    """
    with np.errstate(over="ignore"):
        z = np.uint64(key) + np.arange(1, count + 1, dtype=np.uint64) * np.uint64(GOLDEN)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(FIRST)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(SECOND)
        z ^= z >> np.uint64(31)
    return z >> np.uint64(40)


@dataclass(frozen=True, slots=True)
class Dropout(SameShape):
    """In training every number is 0 with probability `rate`, else divided by 1 - rate.

    Srivastava et al. 2014, in the inverted form of Keras and PyTorch: nothing to do in evaluation.
    """

    draws: ClassVar[bool] = True

    kind: Literal["dropout"] = "dropout"
    rate: Annotated[float, Interval(ge=0, lt=1)] = 0.5

    def scale(self, key: int, shape: Shape, dtype: Any) -> Array:
        """What each number is multiplied by in the update of that key: 0 or 1 / (1 - rate)."""
        kept = noise_bits(key, prod(shape)) >= np.uint64(self.rate * 2**24)
        return (kept * (1 / (1 - self.rate))).astype(dtype).reshape(shape)

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        if not run.training or self.rate == 0:
            return x, {"a": x, "scale": None}
        scale = self.scale(run.key, x.shape, x.dtype)
        a = x * scale
        return a, {"a": a, "scale": scale}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        return None if run.first else dy if cache["scale"] is None else dy * cache["scale"]

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Silences random units in each training step, so that none can rely on another.",
                "zh": "每个训练步随机关闭一部分单元，使它们不互相依赖。",
            },
            "formula": formula(
                "<mi>a</mi><mo>=</mo><mfrac><mrow><mi>m</mi><mi>x</mi></mrow><mrow><mn>1</mn><mo>−</mo>"
                "<mi>p</mi></mrow></mfrac><mo>,</mo><mi>P</mi><mo>(</mo><mi>m</mi><mo>=</mo><mn>0</mn>"
                "<mo>)</mo><mo>=</mo><mi>p</mi>"
            ),
            "backward": equations("dx = δ ⊙ m / ( 1 − p )"),
        }


# δ is what the weights are taught with, n what is normal, σ the deviation.
_NORMALIZED_BACKWARD = equations(
    "dγ = ∑ δ ⊙ n", "dβ = ∑ δ", "d = δ ⊙ γ", "dx = ( d − mean d − n ⊙ mean ( d ⊙ n ) ) / σ"
)


def _scale_and_shift(shape: Shape) -> dict[str, Parameter]:
    return {
        "weight": Parameter(shape, 1, 1, decays=False, start=1.0),
        "bias": Parameter(shape, 1, 1, decays=False),
    }


def _normalized_backward(normal: Array, inverse: Array, d: Array, axes: tuple[int, ...]) -> Array:
    """dL/dx through (x - mean) * inverse deviation, mean and deviation taken over `axes`."""
    mean = d.mean(axis=axes, keepdims=True)
    shared = (d * normal).mean(axis=axes, keepdims=True)
    return inverse * (d - mean - normal * shared)


@dataclass(frozen=True, slots=True)
class BatchNorm(SameShape):
    """a = weight * (x - mean) / sqrt(variance + epsilon) + bias, for every channel (the last axis).

    Ioffe & Szegedy 2015, algorithm 1. In training mean and variance are the batch's (variance with
    1/n), and the running ones move: running <- momentum * running + (1 - momentum) * batch, the
    variance with 1/(n - 1), as in PyTorch (whose momentum is 1 - this one, which is Keras'). A channel of
    one value is refused as there, and a last batch that would have one joins the batch before.
    In evaluation, or not trainable, the running ones are used.
    """

    over_batch: ClassVar[bool] = True

    kind: Literal["batch_norm"] = "batch_norm"
    momentum: Annotated[float, Interval(ge=0, lt=1)] = 0.9
    epsilon: Annotated[float, Interval(gt=0, le=1)] = 1e-5
    trainable: bool = True

    @property
    def learns(self) -> bool:
        return self.trainable

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        shape = (input_shape[-1],)
        return {
            **_scale_and_shift(shape),
            "running_mean": Parameter(shape, 1, 1, decays=False, trainable=False),
            "running_variance": Parameter(shape, 1, 1, decays=False, start=1.0, trainable=False),
        }

    def work(self, input_shape: Shape) -> int:
        return 2 * prod(input_shape)

    def least_batch(self, input_shape: Shape) -> int:
        """Two where a sample has one value a channel: a single value has no variance, and what a network
        learns of it is nothing. PyTorch refuses it too."""
        return 2 if self.trainable and prod(input_shape[:-1]) == 1 else 1

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        batch = run.training and self.trainable
        cache: Cache = {"batch": batch}
        if batch:
            axes = tuple(range(x.ndim - 1))
            count = x.size // x.shape[-1]
            mean = x.mean(axis=axes)
            centred = x - mean
            variance = (centred * centred).mean(axis=axes)
            keep, take = self.momentum, 1 - self.momentum
            cache["settled"] = {
                "running_mean": keep * p["running_mean"] + take * mean,
                "running_variance": keep * p["running_variance"]
                + take * variance * (count / max(1, count - 1)),
            }
        else:
            centred, variance = x - p["running_mean"], p["running_variance"]
        inverse = 1 / np.sqrt(variance + self.epsilon)
        normal = centred * inverse
        a = normal * p["weight"] + p["bias"]
        return a, {**cache, "a": a, "normal": normal, "inverse": inverse}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        axes = tuple(range(dy.ndim - 1))
        g["weight"][...] = (dy * cache["normal"]).sum(axis=axes)
        g["bias"][...] = dy.sum(axis=axes)
        if run.first:
            return None
        d = dy * p["weight"]
        if not cache["batch"]:
            return d * cache["inverse"]
        return _normalized_backward(cache["normal"], cache["inverse"], d, axes)

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Gives every channel mean 0 and deviation 1 over the batch, then a learned scale and shift; "
                "a last batch of one joins the one before.",
                "zh": "让每个通道在批内均值为 0、标准差为 1，再乘以可学习的缩放并平移；最后一批只剩一个样本时并入前一批。",
            },
            "formula": formula(
                "<mi>a</mi><mo>=</mo><mi>γ</mi><mfrac><mrow><mi>x</mi><mo>−</mo><mi>μ</mi></mrow><msqrt>"
                "<msup><mi>σ</mi><mn>2</mn></msup><mo>+</mo><mi>ε</mi></msqrt></mfrac><mo>+</mo><mi>β</mi>"
            ),
            "backward": _NORMALIZED_BACKWARD,
        }


@dataclass(frozen=True, slots=True)
class LayerNorm(SameShape):
    """a = weight * (x - mean) / sqrt(variance + epsilon) + bias over the last axis of each sample.

    Ba et al. 2016, eq. 4, as torch.nn.LayerNorm has it.  weight, bias: (channels,)
    """

    kind: Literal["layer_norm"] = "layer_norm"
    epsilon: Annotated[float, Interval(gt=0, le=1)] = 1e-5
    trainable: bool = True

    @property
    def learns(self) -> bool:
        return self.trainable

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        return _scale_and_shift((input_shape[-1],))

    def work(self, input_shape: Shape) -> int:
        return 2 * prod(input_shape)

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = (centred * centred).mean(axis=-1, keepdims=True)
        inverse = 1 / np.sqrt(variance + self.epsilon)
        normal = centred * inverse
        a = normal * p["weight"] + p["bias"]
        return a, {"a": a, "normal": normal, "inverse": inverse}

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        axes = tuple(range(dy.ndim - 1))
        g["weight"][...] = (dy * cache["normal"]).sum(axis=axes)
        g["bias"][...] = dy.sum(axis=axes)
        if run.first:
            return None
        return _normalized_backward(cache["normal"], cache["inverse"], dy * p["weight"], (-1,))

    @classmethod
    def describe(cls) -> dict[str, Any]:
        return {
            "summary": {
                "en": "Gives every sample mean 0 and deviation 1 over its own units: no batch needed.",
                "zh": "让每个样本在自身单元上均值为 0、标准差为 1，与批无关。",
            },
            "formula": formula(
                "<mi>a</mi><mo>=</mo><mi>γ</mi><mfrac><mrow><mi>x</mi><mo>−</mo><msub><mi>μ</mi><mi>x</mi></msub>"
                "</mrow><msqrt><msubsup><mi>σ</mi><mi>x</mi><mn>2</mn></msubsup><mo>+</mo><mi>ε</mi></msqrt>"
                "</mfrac><mo>+</mo><mi>β</mi>"
            ),
            "backward": _NORMALIZED_BACKWARD,
        }
