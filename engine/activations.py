"""Activation functions: one record each, value and derivative side by side.

`value(z)` and `slope(z, a)` take and return arrays of one shape; `a` is `value(z)`, so a derivative
that is cheap from the value is written with it. At a kink the derivative is PyTorch's.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import pi, sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

LEAKY_SLOPE = 0.01  # torch.nn.LeakyReLU's default
ELU_ALPHA = 1.0

ActivationName = Literal[
    "sigmoid", "tanh", "relu", "elu", "leaky_relu",
    "softplus", "gelu", "swish", "sin", "linear",
]  # fmt: skip
OutputActivationName = Literal[
    "sigmoid", "tanh", "relu", "elu", "leaky_relu",
    "softplus", "gelu", "swish", "sin", "linear", "softmax",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Activation:
    """One function of the weighted sum z, elementwise (softmax: over the last axis)."""

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    formula: str
    slope_formula: str
    summary: dict[str, str]


def sigmoid(z: Array) -> Array:
    """1 / (1 + exp(-z)), without overflow: exp only ever sees what is not positive."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0, 1 / (1 + e), e / (1 + e))


def softmax(z: Array) -> Array:
    """exp(z_j) / sum over k of exp(z_k), over the last axis."""
    e = np.exp(z - z.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def softplus(z: Array) -> Array:
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _normal_cdf(z: Array) -> Array:
    from .kernels.special import erf  # compiled when it is first needed, not when this is imported

    return (0.5 * (1 + erf(z.astype(np.float64) / sqrt(2)))).astype(z.dtype)


def _normal_density(z: Array) -> Array:
    return np.exp(-0.5 * z * z) * (1 / sqrt(2 * pi))


def _swish_slope(z: Array, a: Array) -> Array:
    s = sigmoid(z)
    return s + a * (1 - s)


def _math(body: str) -> str:
    return f'<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow>{body}</mrow></math>'


_Z = "<mi>z</mi>"
_A = "<mi>a</mi>"
_ONE_MINUS_A = "<mo>(</mo><mn>1</mn><mo>−</mo><mi>a</mi><mo>)</mo>"
_EXP_Z = "<msup><mi>e</mi><mi>z</mi></msup>"
_EXP_MINUS_Z = "<msup><mi>e</mi><mrow><mo>−</mo><mi>z</mi></mrow></msup>"
_SIGMA_Z = "<mi>σ</mi><mo>(</mo><mi>z</mi><mo>)</mo>"
_PHI_Z = "<mi>Φ</mi><mo>(</mo><mi>z</mi><mo>)</mo>"


def _cases(positive: str, otherwise: str) -> str:
    return (
        "<mo>{</mo><mtable columnalign='left'>"
        f"<mtr><mtd><mrow>{positive}</mrow></mtd><mtd><mi>z</mi><mo>&gt;</mo><mn>0</mn></mtd></mtr>"
        f"<mtr><mtd><mrow>{otherwise}</mrow></mtd><mtd><mi>z</mi><mo>≤</mo><mn>0</mn></mtd></mtr>"
        "</mtable>"
    )


ACTIVATIONS: dict[str, Activation] = {
    record.name: record
    for record in (
        Activation(
            "sigmoid", sigmoid, lambda z, a: a * (1 - a),
            _math(f"<mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo>{_EXP_MINUS_Z}</mrow></mfrac>"),
            _math(_A + _ONE_MINUS_A),
            {"en": "S-shaped, from 0 to 1; its slope is at most 1/4, so gradients shrink layer by layer.",
             "zh": "S 形曲线，取值 0 到 1；斜率最大只有 1/4，因此梯度会逐层变小。"},
        ),
        Activation(
            "tanh", np.tanh, lambda z, a: 1 - a * a,
            _math(f"<mfrac><mrow>{_EXP_Z}<mo>−</mo>{_EXP_MINUS_Z}</mrow>"
                  f"<mrow>{_EXP_Z}<mo>+</mo>{_EXP_MINUS_Z}</mrow></mfrac>"),
            _math("<mn>1</mn><mo>−</mo><msup><mi>a</mi><mn>2</mn></msup>"),
            {"en": "S-shaped, from −1 to 1 and centred on 0, where its slope is 1.",
             "zh": "S 形曲线，取值 −1 到 1，以 0 为中心，在 0 处斜率为 1。"},
        ),
        Activation(
            "relu", lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(z.dtype),
            _math(f"<mi>max</mi><mo>(</mo><mn>0</mn><mo>,</mo>{_Z}<mo>)</mo>"),
            _math(_cases("<mn>1</mn>", "<mn>0</mn>")),
            {"en": "Passes what is positive and stops the rest; a unit that is always stopped is dead.",
             "zh": "正数原样通过，其余为 0；始终输出 0 的单元就“死”了。"},
        ),
        Activation(
            "elu",
            lambda z: np.where(z > 0, z, ELU_ALPHA * np.expm1(np.minimum(z, 0))),
            lambda z, a: np.where(z > 0, 1, a + ELU_ALPHA).astype(z.dtype),
            _math(_cases(_Z, f"{_EXP_Z}<mo>−</mo><mn>1</mn>")),
            _math(_cases("<mn>1</mn>", "<mi>a</mi><mo>+</mo><mn>1</mn>")),
            {"en": "Like ReLU, but bends smoothly to −1, so a unit that is off can still learn.",
             "zh": "类似 ReLU，但在负侧平滑趋于 −1，因此关闭的单元仍能学习。"},
        ),
        Activation(
            "leaky_relu",
            lambda z: np.where(z > 0, z, LEAKY_SLOPE * z),
            lambda z, a: np.where(z > 0, 1, LEAKY_SLOPE).astype(z.dtype),
            _math(_cases(_Z, "<mn>0.01</mn><mi>z</mi>")),
            _math(_cases("<mn>1</mn>", "<mn>0.01</mn>")),
            {"en": "ReLU that leaks 1 % of what is negative, so no unit dies.",
             "zh": "让负数保留 1% 的 ReLU，单元不会死掉。"},
        ),
        Activation(
            "softplus", softplus, lambda z, a: -np.expm1(-a),
            _math(f"<mi>ln</mi><mo>(</mo><mn>1</mn><mo>+</mo>{_EXP_Z}<mo>)</mo>"),
            _math(_SIGMA_Z),
            {"en": "ReLU with a rounded corner; its slope is the sigmoid.",
             "zh": "圆角的 ReLU；它的导数就是 sigmoid。"},
        ),
        Activation(
            "gelu", lambda z: z * _normal_cdf(z),
            lambda z, a: _normal_cdf(z) + z * _normal_density(z),
            _math(f"{_Z}<mo>⋅</mo>{_PHI_Z}"),
            _math(f"{_PHI_Z}<mo>+</mo>{_Z}<mo>⋅</mo><mi>φ</mi><mo>(</mo>{_Z}<mo>)</mo>"),
            {"en": "Weighs z by the normal distribution's chance of being below it; dips slightly under 0.",
             "zh": "用正态分布的累积概率对 z 加权；在负侧略低于 0。"},
        ),
        Activation(
            "swish", lambda z: z * sigmoid(z), _swish_slope,
            _math(f"{_Z}<mo>⋅</mo>{_SIGMA_Z}"),
            _math(f"{_SIGMA_Z}<mo>+</mo>{_A}<mo>⋅</mo><mo>(</mo><mn>1</mn><mo>−</mo>{_SIGMA_Z}<mo>)</mo>"),
            {"en": "z times its own sigmoid (also called SiLU): smooth, with a shallow dip below 0.",
             "zh": "z 乘以自身的 sigmoid（又称 SiLU）：平滑，负侧有浅浅的凹陷。"},
        ),
        Activation(
            "sin", np.sin, lambda z, a: np.cos(z),
            _math(f"<mi>sin</mi><mo>(</mo>{_Z}<mo>)</mo>"),
            _math(f"<mi>cos</mi><mo>(</mo>{_Z}<mo>)</mo>"),
            {"en": "Periodic: the same output comes back every 2π, which suits waves and spirals.",
             "zh": "周期函数：每隔 2π 输出重复，适合波形和螺旋。"},
        ),
        Activation(
            "linear", lambda z: z.copy(), lambda z, a: np.ones_like(z),
            _math(_Z), _math("<mn>1</mn>"),
            {"en": "Passes z unchanged; layers of it alone amount to a single linear one.",
             "zh": "原样输出 z；多层线性叠加仍等价于一层线性。"},
        ),
    )
}  # fmt: skip

SOFTMAX_SUMMARY = {
    "en": "Turns the outputs into probabilities that add up to 1, one a class.",
    "zh": "把输出变成总和为 1 的概率，每个类别一个。",
}
SOFTMAX_FORMULA = _math(
    "<mfrac><msup><mi>e</mi><msub><mi>z</mi><mi>j</mi></msub></msup>"
    "<mrow><munder><mo>∑</mo><mi>k</mi></munder>"
    "<msup><mi>e</mi><msub><mi>z</mi><mi>k</mi></msub></msup></mrow></mfrac>"
)


def activate(name: str, z: Array) -> Array:
    """f(z) by name, softmax over the last axis.  z: (..., units)"""
    return softmax(z) if name == "softmax" else ACTIVATIONS[name].value(z)


def pull_back(name: str, z: Array, a: Array, da: Array) -> Array:
    """dL/dz from dL/da.  z, a, da: (batch, units).

    Softmax couples the units of a sample: dz = a * (da - sum_k a_k da_k).
    """
    if name == "softmax":
        return a * (da - (a * da).sum(axis=-1, keepdims=True))
    return da * ACTIVATIONS[name].slope(z, a)


assert tuple(ACTIVATIONS) == get_args(ActivationName)
