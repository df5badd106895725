"""Optimizers as `torch.optim` computes them, each a declared record with its update.

`update(w, g, slots, step)` changes `w` and `slots` in place; `g` is the gradient with penalties
added, `step` counts this optimizer's own updates from 1.  w, g, every slot: (parameters,)
"""

from dataclasses import dataclass
from math import sqrt
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

Array = NDArray[np.floating]

LearningRate = Annotated[float, Interval(ge=0, le=1e6)]
Decay = Annotated[float, Interval(ge=0, lt=1)]


@dataclass(frozen=True, slots=True)
class SGD:
    """v <- momentum v + g;  w <- w - rate v   (torch.optim.SGD; Sutskever et al. 2013, eq. 1-4).

    The rate multiplies v as a whole, as in PyTorch, not the gradient inside v as in the paper.
    Nesterov looks ahead: w <- w - rate (g + momentum v).
    """

    kind: Literal["sgd"] = "sgd"
    learning_rate: LearningRate = 0.03
    momentum: Decay = 0.0
    nesterov: bool = False

    slots: ClassVar[tuple[str, ...]] = ("velocity",)
    formula: ClassVar[str] = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mi>v</mi><mo>←</mo><mi>μ</mi><mi>v</mi>'
        "<mo>+</mo><mi>g</mi><mo>,</mo><mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mi>η</mi><mi>v</mi></mrow></math>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Steps down the gradient; momentum keeps part of the last step, like a ball that rolls.",
        "zh": "沿梯度下降；动量保留上一步的一部分，像滚动的小球。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        if not self.momentum:
            w -= self.learning_rate * g
            return
        (v,) = slots
        v *= self.momentum
        v += g
        w -= self.learning_rate * (g + self.momentum * v if self.nesterov else v)


@dataclass(frozen=True, slots=True)
class Adam:
    """Kingma & Ba 2015, algorithm 1, with epsilon added as torch.optim.Adam does:
    w <- w - rate / (1 - beta_1^t) * m / (sqrt(v / (1 - beta_2^t)) + epsilon).
    """

    kind: Literal["adam"] = "adam"
    learning_rate: LearningRate = 0.001
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Annotated[float, Interval(gt=0, le=1)] = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")
    formula: ClassVar[str] = (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><mrow><mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo>'
        "<mi>η</mi><mfrac><mover><mi>m</mi><mo>^</mo></mover><mrow><msqrt><mover><mi>v</mi><mo>^</mo></mover></msqrt>"
        "<mo>+</mo><mi>ε</mi></mrow></mfrac></mrow></math>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Gives every weight its own step size, from running means of its gradient and its square.",
        "zh": "用梯度及其平方的滑动平均，为每个权重自动调整步长。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        m, v = slots
        m *= self.beta_1
        m += (1 - self.beta_1) * g
        v *= self.beta_2
        v += (1 - self.beta_2) * g * g
        rate = self.learning_rate / (1 - self.beta_1**step)
        w -= rate * m / (np.sqrt(v) * (1 / sqrt(1 - self.beta_2**step)) + self.epsilon)


# The one place that joins them: a new optimizer is its record and its name here.
Optimizer = SGD | Adam
OPTIMIZERS: dict[str, type[SGD] | type[Adam]] = {"sgd": SGD, "adam": Adam}
