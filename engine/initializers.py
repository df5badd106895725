"""Starting weights.  Each draws an array of `shape` for a layer of `fan_in` inputs a unit.

Sources: Glorot & Bengio 2010, eq. 16; He et al. 2015, eq. 10; LeCun et al. 1998, section 4.6.
Normal forms are not truncated (Keras truncates at two standard deviations; PyTorch does not).
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from .mathml import formula

InitializerName = Literal[
    "zeros", "normal", "uniform",
    "glorot_uniform", "glorot_normal", "he_uniform", "he_normal", "lecun_uniform", "lecun_normal",
]  # fmt: skip

Draw = Callable[[np.random.Generator, tuple[int, ...], int, int], NDArray[np.float64]]


@dataclass(frozen=True, slots=True)
class Initializer:
    """`draw(generator, shape, fan_in, fan_out)` in float64, from the generator alone."""

    name: str
    draw: Draw
    formula: str
    summary: dict[str, str]


def _normal(deviation: Callable[[int, int], float]) -> Draw:
    return lambda rng, shape, fan_in, fan_out: rng.normal(0, deviation(fan_in, fan_out), shape)


def _uniform(bound: Callable[[int, int], float]) -> Draw:
    def draw(
        rng: np.random.Generator, shape: tuple[int, ...], fan_in: int, fan_out: int
    ) -> NDArray[np.float64]:
        limit = bound(fan_in, fan_out)
        return rng.uniform(-limit, limit, shape)

    return draw


def _formula(spread: str, variance: str) -> str:
    return formula(
        f"<mi>w</mi><mo>∼</mo><mi>{spread}</mi><mo>,</mo><mi>Var</mi><mo>=</mo>{variance}"
    )


_GLOROT = (
    "<mfrac><mn>2</mn><mrow><msub><mi>n</mi><mi>in</mi></msub><mo>+</mo>"
    "<msub><mi>n</mi><mi>out</mi></msub></mrow></mfrac>"
)
_HE = "<mfrac><mn>2</mn><msub><mi>n</mi><mi>in</mi></msub></mfrac>"
_LECUN = "<mfrac><mn>1</mn><msub><mi>n</mi><mi>in</mi></msub></mfrac>"

INITIALIZERS: dict[str, Initializer] = {
    record.name: record
    for record in (
        Initializer(
            "zeros", lambda rng, shape, fan_in, fan_out: np.zeros(shape),
            _formula("0", "<mn>0</mn>"),
            {"en": "All weights 0: every unit of a layer then learns the same thing, for good.",
             "zh": "全部为 0：同一层的单元将永远学到同样的东西。"},
        ),
        Initializer(
            "normal", _normal(lambda fan_in, fan_out: 0.05), _formula("N", "<msup><mn>0.05</mn><mn>2</mn></msup>"),
            {"en": "Normal with standard deviation 0.05, whatever the layer's size.",
             "zh": "标准差 0.05 的正态分布，与层的大小无关。"},
        ),
        Initializer(
            "uniform", _uniform(lambda fan_in, fan_out: 0.05),
            _formula("U", "<mfrac><msup><mn>0.05</mn><mn>2</mn></msup><mn>3</mn></mfrac>"),
            {"en": "Uniform between −0.05 and 0.05, whatever the layer's size.",
             "zh": "−0.05 到 0.05 的均匀分布，与层的大小无关。"},
        ),
        Initializer(
            "glorot_uniform", _uniform(lambda fan_in, fan_out: sqrt(6 / (fan_in + fan_out))),
            _formula("U", _GLOROT),
            {"en": "Keeps the spread of activations and gradients through tanh and sigmoid layers (Xavier).",
             "zh": "让激活值和梯度在 tanh、sigmoid 层间保持幅度（Xavier）。"},
        ),
        Initializer(
            "glorot_normal", _normal(lambda fan_in, fan_out: sqrt(2 / (fan_in + fan_out))),
            _formula("N", _GLOROT),
            {"en": "Glorot's variance, drawn from a normal distribution.",
             "zh": "Glorot 的方差，正态分布。"},
        ),
        Initializer(
            "he_uniform", _uniform(lambda fan_in, fan_out: sqrt(6 / fan_in)), _formula("U", _HE),
            {"en": "Made for ReLU: twice the variance, since half of the units are off.",
             "zh": "为 ReLU 设计：方差加倍，因为约一半单元关闭。"},
        ),
        Initializer(
            "he_normal", _normal(lambda fan_in, fan_out: sqrt(2 / fan_in)), _formula("N", _HE),
            {"en": "He's variance, drawn from a normal distribution.", "zh": "He 的方差，正态分布。"},
        ),
        Initializer(
            "lecun_uniform", _uniform(lambda fan_in, fan_out: sqrt(3 / fan_in)), _formula("U", _LECUN),
            {"en": "Variance 1 over the number of inputs: keeps a linear layer's spread.",
             "zh": "方差为输入数的倒数：保持线性层的幅度。"},
        ),
        Initializer(
            "lecun_normal", _normal(lambda fan_in, fan_out: sqrt(1 / fan_in)), _formula("N", _LECUN),
            {"en": "LeCun's variance, drawn from a normal distribution.", "zh": "LeCun 的方差，正态分布。"},
        ),
    )
}  # fmt: skip

assert tuple(INITIALIZERS) == get_args(InitializerName)
