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

from .mathml import formula

Array = NDArray[np.floating]

FLAT_SLOPE = 0.02  # of the steepest: tanh beyond |z| = 2.65, sigmoid beyond 5.28

LEAKY_SLOPE = 0.01  # torch.nn.LeakyReLU's default
ELU_ALPHA = 1.0
# Klambauer et al. 2017, appendix A1.1, to the digits PyTorch uses.
SELU_ALPHA = 1.6732632423543772
SELU_SCALE = 1.0507009873554805

ActivationName = Literal[
    "sigmoid", "tanh", "relu", "elu", "leaky_relu", "softplus", "gelu", "swish", "sin", "linear",
    "hard_sigmoid", "hard_tanh", "relu6", "selu", "mish", "softsign", "exponential",
]  # fmt: skip
OutputActivationName = Literal[ActivationName, "softmax"]


@dataclass(frozen=True, slots=True)
class Activation:
    """All that is known of one function of the weighted sum z, elementwise.

    `low` and `high` bound its values; None where there is no bound. `steepest` is its greatest
    slope, None where it grows without end. Below `flat_below` and above `flat_above` the slope is
    less than FLAT_SLOPE of that for good: what lies there hardly learns. A unit `dies` where it can be 0,
    slope and all, for every sample, so that nothing brings it back.
    """

    name: str
    value: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    formula: str
    slope_formula: str
    summary: dict[str, str]
    low: float | None = None
    high: float | None = None
    steepest: float | None = 1.0
    flat_below: float | None = None
    flat_above: float | None = None
    dies: bool = False

    @property
    def bounded(self) -> bool:
        return self.low is not None and self.high is not None

    @property
    def saturates(self) -> bool:
        """Flat at both ends, so that a large weighted sum of either sign stops learning."""
        return self.flat_below is not None and self.flat_above is not None and not self.dies


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


def _mish_slope(z: Array, a: Array) -> Array:
    t = np.tanh(softplus(z))
    return t + z * (1 - t * t) * sigmoid(z)


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
            formula(f"<mfrac><mn>1</mn><mrow><mn>1</mn><mo>+</mo>{_EXP_MINUS_Z}</mrow></mfrac>"),
            formula(_A + _ONE_MINUS_A),
            {"en": "S-shaped, from 0 to 1; its slope is at most 1/4, so gradients shrink layer by layer.",
             "zh": "S 形曲线，取值 0 到 1；斜率最大只有 1/4，因此梯度会逐层变小。"},
            low=0, high=1, steepest=0.25, flat_below=-5.288, flat_above=5.288,
        ),
        Activation(
            "tanh", np.tanh, lambda z, a: 1 - a * a,
            formula(f"<mfrac><mrow>{_EXP_Z}<mo>−</mo>{_EXP_MINUS_Z}</mrow>"
                  f"<mrow>{_EXP_Z}<mo>+</mo>{_EXP_MINUS_Z}</mrow></mfrac>"),
            formula("<mn>1</mn><mo>−</mo><msup><mi>a</mi><mn>2</mn></msup>"),
            {"en": "S-shaped, from −1 to 1 and centred on 0, where its slope is 1.",
             "zh": "S 形曲线，取值 −1 到 1，以 0 为中心，在 0 处斜率为 1。"},
            low=-1, high=1, flat_below=-2.644, flat_above=2.644,
        ),
        Activation(
            "relu", lambda z: np.maximum(z, 0), lambda z, a: (z > 0).astype(z.dtype),
            formula(f"<mi>max</mi><mo>(</mo><mn>0</mn><mo>,</mo>{_Z}<mo>)</mo>"),
            formula(_cases("<mn>1</mn>", "<mn>0</mn>")),
            {"en": "Passes what is positive and stops the rest; a unit that is always stopped is dead.",
             "zh": "正数原样通过，其余为 0；始终输出 0 的单元就“死”了。"},
            low=0, flat_below=0, dies=True,
        ),
        Activation(
            "elu",
            lambda z: np.where(z > 0, z, ELU_ALPHA * np.expm1(np.minimum(z, 0))),
            lambda z, a: np.where(z > 0, 1, a + ELU_ALPHA).astype(z.dtype),
            formula(_cases(_Z, f"{_EXP_Z}<mo>−</mo><mn>1</mn>")),
            formula(_cases("<mn>1</mn>", "<mi>a</mi><mo>+</mo><mn>1</mn>")),
            {"en": "Like ReLU, but bends smoothly to −1, so a unit that is off can still learn.",
             "zh": "类似 ReLU，但在负侧平滑趋于 −1，因此关闭的单元仍能学习。"},
            low=-1, flat_below=-3.912,
        ),
        Activation(
            "leaky_relu",
            lambda z: np.where(z > 0, z, LEAKY_SLOPE * z),
            lambda z, a: np.where(z > 0, 1, LEAKY_SLOPE).astype(z.dtype),
            formula(_cases(_Z, "<mn>0.01</mn><mi>z</mi>")),
            formula(_cases("<mn>1</mn>", "<mn>0.01</mn>")),
            {"en": "ReLU that leaks 1 % of what is negative, so no unit dies.",
             "zh": "让负数保留 1% 的 ReLU，单元不会死掉。"},
        ),
        Activation(
            "softplus", softplus, lambda z, a: -np.expm1(-a),
            formula(f"<mi>ln</mi><mo>(</mo><mn>1</mn><mo>+</mo>{_EXP_Z}<mo>)</mo>"),
            formula(_SIGMA_Z),
            {"en": "ReLU with a rounded corner; its slope is the sigmoid.",
             "zh": "圆角的 ReLU；它的导数就是 sigmoid。"},
            low=0, flat_below=-3.892,
        ),
        Activation(
            "gelu", lambda z: z * _normal_cdf(z),
            lambda z, a: _normal_cdf(z) + z * _normal_density(z),
            formula(f"{_Z}<mo>⋅</mo>{_PHI_Z}"),
            formula(f"{_PHI_Z}<mo>+</mo>{_Z}<mo>⋅</mo><mi>φ</mi><mo>(</mo>{_Z}<mo>)</mo>"),
            {"en": "Weighs z by the normal distribution's chance of being below it; dips slightly under 0.",
             "zh": "用正态分布的累积概率对 z 加权；在负侧略低于 0。"},
            low=-0.17, steepest=1.129, flat_below=-2.739,
        ),
        Activation(
            "swish", lambda z: z * sigmoid(z), _swish_slope,
            formula(f"{_Z}<mo>⋅</mo>{_SIGMA_Z}"),
            formula(f"{_SIGMA_Z}<mo>+</mo>{_A}<mo>⋅</mo><mo>(</mo><mn>1</mn><mo>−</mo>{_SIGMA_Z}<mo>)</mo>"),
            {"en": "z times its own sigmoid (also called SiLU): smooth, with a shallow dip below 0.",
             "zh": "z 乘以自身的 sigmoid（又称 SiLU）：平滑，负侧有浅浅的凹陷。"},
            low=-0.279, steepest=1.1, flat_below=-5.253,
        ),
        Activation(
            "sin", np.sin, lambda z, a: np.cos(z),
            formula(f"<mi>sin</mi><mo>(</mo>{_Z}<mo>)</mo>"),
            formula(f"<mi>cos</mi><mo>(</mo>{_Z}<mo>)</mo>"),
            {"en": "Periodic: the same output comes back every 2π, which suits waves and spirals.",
             "zh": "周期函数：每隔 2π 输出重复，适合波形和螺旋。"},
            low=-1, high=1,
        ),
        Activation(
            "linear", lambda z: z.copy(), lambda z, a: np.ones_like(z),
            formula(_Z), formula("<mn>1</mn>"),
            {"en": "Passes z unchanged; layers of it alone amount to a single linear one.",
             "zh": "原样输出 z；多层线性叠加仍等价于一层线性。"},
        ),
        Activation(
            "hard_sigmoid", lambda z: np.clip(z / 6 + 0.5, 0, 1),
            lambda z, a: ((z > -3) & (z < 3)).astype(z.dtype) / 6,
            formula("<mi>clip</mi><mo>(</mo><mfrac><mi>z</mi><mn>6</mn></mfrac><mo>+</mo><mfrac><mn>1</mn><mn>2</mn></mfrac><mo>,</mo><mn>0</mn><mo>,</mo><mn>1</mn><mo>)</mo>"),
            formula("<mfrac><mn>1</mn><mn>6</mn></mfrac><mo>[</mo><mo>|</mo><mi>z</mi><mo>|</mo><mo>&lt;</mo><mn>3</mn><mo>]</mo>"),
            {"en": "A sigmoid of three straight lines: cheap, and quite flat beyond ±3.",
             "zh": "由三段直线组成的 sigmoid：计算简单，±3 之外完全平坦。"},
            low=0, high=1, steepest=1 / 6, flat_below=-3, flat_above=3,
        ),
        Activation(
            "hard_tanh", lambda z: np.clip(z, -1, 1),
            lambda z, a: ((z > -1) & (z < 1)).astype(z.dtype),
            formula("<mi>clip</mi><mo>(</mo><mi>z</mi><mo>,</mo><mo>−</mo><mn>1</mn><mo>,</mo><mn>1</mn><mo>)</mo>"),
            formula("<mo>[</mo><mo>|</mo><mi>z</mi><mo>|</mo><mo>&lt;</mo><mn>1</mn><mo>]</mo>"),
            {"en": "z itself between −1 and 1, cut off beyond.", "zh": "在 −1 与 1 之间就是 z，之外截断。"},
            low=-1, high=1, flat_below=-1, flat_above=1,
        ),
        Activation(
            "relu6", lambda z: np.clip(z, 0, 6), lambda z, a: ((z > 0) & (z < 6)).astype(z.dtype),
            formula("<mi>min</mi><mo>(</mo><mi>max</mi><mo>(</mo><mn>0</mn><mo>,</mo><mi>z</mi><mo>)</mo><mo>,</mo><mn>6</mn><mo>)</mo>"),
            formula("<mo>[</mo><mn>0</mn><mo>&lt;</mo><mi>z</mi><mo>&lt;</mo><mn>6</mn><mo>]</mo>"),
            {"en": "ReLU with a ceiling of 6, made for numbers of few bits.", "zh": "上限为 6 的 ReLU，适合低精度数值。"},
            low=0, high=6, flat_below=0, flat_above=6, dies=True,
        ),
        Activation(
            "selu",
            lambda z: SELU_SCALE * np.where(z > 0, z, SELU_ALPHA * np.expm1(np.minimum(z, 0))),
            lambda z, a: np.where(z > 0, SELU_SCALE, a + SELU_SCALE * SELU_ALPHA).astype(z.dtype),
            formula("<mi>λ</mi>" + _cases(_Z, f"<mi>α</mi><mo>(</mo>{_EXP_Z}<mo>−</mo><mn>1</mn><mo>)</mo>")),
            formula(_cases("<mi>λ</mi>", "<mi>a</mi><mo>+</mo><mi>λ</mi><mi>α</mi>")),
            {"en": "An ELU scaled so that layer after layer keeps mean 0 and deviation 1 (with LeCun weights).",
             "zh": "经缩放的 ELU，配合 LeCun 权重可逐层保持均值 0、标准差 1。"},
            low=-SELU_SCALE * SELU_ALPHA, steepest=SELU_SCALE * SELU_ALPHA, flat_below=-3.912,
        ),
        Activation(
            "mish", lambda z: z * np.tanh(softplus(z)), _mish_slope,
            formula(f"{_Z}<mo>⋅</mo><mi>tanh</mi><mo>(</mo><mi>ln</mi><mo>(</mo><mn>1</mn><mo>+</mo>{_EXP_Z}<mo>)</mo><mo>)</mo>"),
            formula(f"<mi>t</mi><mo>+</mo>{_Z}<mo>(</mo><mn>1</mn><mo>−</mo><msup><mi>t</mi><mn>2</mn></msup><mo>)</mo>{_SIGMA_Z}"),
            {"en": "Smooth like swish, with a slightly deeper dip below 0.", "zh": "与 swish 类似的平滑曲线，负侧凹陷略深。"},
            low=-0.309, steepest=1.089, flat_below=-5.273,
        ),
        Activation(
            "softsign", lambda z: z / (1 + np.abs(z)), lambda z, a: 1 / (1 + np.abs(z)) ** 2,
            formula("<mfrac><mi>z</mi><mrow><mn>1</mn><mo>+</mo><mo>|</mo><mi>z</mi><mo>|</mo></mrow></mfrac>"),
            formula("<mfrac><mn>1</mn><msup><mrow><mo>(</mo><mn>1</mn><mo>+</mo><mo>|</mo><mi>z</mi><mo>|</mo><mo>)</mo></mrow><mn>2</mn></msup></mfrac>"),
            {"en": "S-shaped like tanh, but it approaches ±1 slowly, so its gradients fade slowly too.",
             "zh": "类似 tanh 的 S 形，但缓慢趋近 ±1，梯度也衰减得慢。"},
            low=-1, high=1, flat_below=-6.071, flat_above=6.071,
        ),
        Activation(
            "exponential", lambda z: np.exp(np.minimum(z, 80)),
            lambda z, a: a * (z < 80),
            formula(_EXP_Z), formula("<mi>a</mi>"),
            {"en": "Grows without bound, and its slope with it: one to watch diverge. Cut off at z = 80.",
             "zh": "无界增长，斜率亦然：容易发散，值得一看。在 z = 80 处截断。"},
            low=0, steepest=None,
        ),
    )
}  # fmt: skip


def _softmax_slope(z: Array, a: Array) -> Array:
    """dy_j / dz_j alone; the units of a sample are coupled, see `pull_back`."""
    return a * (1 - a)


# Of the output alone: it looks at all its units at once.
SOFTMAX = Activation(
    "softmax",
    softmax,
    _softmax_slope,
    formula(
        "<mfrac><msup><mi>e</mi><msub><mi>z</mi><mi>j</mi></msub></msup>"
        "<mrow><munder><mo>∑</mo><mi>k</mi></munder>"
        "<msup><mi>e</mi><msub><mi>z</mi><mi>k</mi></msub></msup></mrow></mfrac>"
    ),
    "",
    {
        "en": "Turns the outputs into probabilities that add up to 1, one a class.",
        "zh": "把输出变成总和为 1 的概率，每个类别一个。",
    },
    low=0,
    high=1,
    steepest=0.25,
)


def activation(name: str) -> Activation:
    """The record of any activation, softmax too."""
    return SOFTMAX if name == "softmax" else ACTIVATIONS[name]


def activate(name: str, z: Array) -> Array:
    """f(z) by name, softmax over the last axis.  z: (..., units)"""
    return activation(name).value(z)


def pull_back(name: str, z: Array, a: Array, da: Array) -> Array:
    """dL/dz from dL/da.  z, a, da: (batch, units).

    Softmax couples the units of a sample: dz = a * (da - sum_k a_k da_k).
    """
    if name == "softmax":
        return a * (da - (a * da).sum(axis=-1, keepdims=True))
    return da * ACTIVATIONS[name].slope(z, a)


assert tuple(ACTIVATIONS) == get_args(ActivationName)
