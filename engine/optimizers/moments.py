"""Adam and its relatives: running means of the gradient and of its square."""

from dataclasses import dataclass
from math import sqrt
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..mathml import formula
from .base import M_HAT, ROOT_V_HAT, Array, Decay, Epsilon, LearningRate, Rule, descent_formula


def _moments(o: "Adam | AdamW | NAdam | RAdam", g: Array, m: Array, v: Array) -> None:
    """The running means of the gradient and of its square that Adam and its relatives share."""
    m *= o.beta_1
    m += (1 - o.beta_1) * g
    v *= o.beta_2
    v += (1 - o.beta_2) * g * g


def _adam(o: "Adam | AdamW", w: Array, m: Array, v: Array, step: int) -> None:
    """w <- w - rate / (1 - beta_1^t) * m / (sqrt(v / (1 - beta_2^t)) + epsilon)"""
    rate = o.learning_rate / (1 - o.beta_1**step)
    w -= rate * m / (np.sqrt(v) * (1 / sqrt(1 - o.beta_2**step)) + o.epsilon)


@dataclass(frozen=True, slots=True)
class Adam(Rule):
    """Kingma & Ba 2015, algorithm 1, with epsilon added as torch.optim.Adam does:
    w <- w - rate / (1 - beta_1^t) * m / (sqrt(v / (1 - beta_2^t)) + epsilon).
    """

    kind: Literal["adam"] = "adam"
    learning_rate: LearningRate = 0.001
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")
    formula: ClassVar[str] = descent_formula(M_HAT, ROOT_V_HAT)
    summary: ClassVar[dict[str, str]] = {
        "en": "Gives every weight its own step size, from running means of its gradient and its square.",
        "zh": "用梯度及其平方的滑动平均，为每个权重自动调整步长。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        m, v = slots
        _moments(self, g, m, v)
        _adam(self, w, m, v, step)


@dataclass(frozen=True, slots=True)
class AdamW(Rule):
    """Adam with weight decay apart from the gradient: w <- (1 - rate decay) w, then Adam's step.

    Loshchilov & Hutter 2019, algorithm 2, as torch.optim.AdamW has it; biases decay too, as there.
    """

    kind: Literal["adamw"] = "adamw"
    learning_rate: LearningRate = 0.001
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-8
    weight_decay: Annotated[float, Interval(ge=0, le=1)] = 0.01

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")
    formula: ClassVar[str] = formula(
        "<mi>w</mi><mo>←</mo><mo>(</mo><mn>1</mn><mo>−</mo><mi>η</mi><mi>λ</mi><mo>)</mo><mi>w</mi><mo>−</mo>"
        f"<mi>η</mi><mfrac><mrow>{M_HAT}</mrow><mrow>{ROOT_V_HAT}</mrow></mfrac>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Adam that also shrinks every weight a little each step, whatever its gradient.",
        "zh": "在 Adam 之外，每步还把所有权重略微缩小，与梯度无关。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        m, v = slots
        _moments(self, g, m, v)
        w *= 1 - self.learning_rate * self.weight_decay
        _adam(self, w, m, v, step)


@dataclass(frozen=True, slots=True)
class NAdam(Rule):
    """Adam with Nesterov's look ahead and a momentum that warms up.

    Dozat 2016, as torch.optim.NAdam has it: mu_t = beta_1 (1 - 0.96^(t decay) / 2).
    """

    kind: Literal["nadam"] = "nadam"
    learning_rate: LearningRate = 0.002
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-8
    momentum_decay: Annotated[float, Interval(ge=0, le=1)] = 0.004

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment", "momentum_product")
    formula: ClassVar[str] = descent_formula(f"<mi>μ</mi>{M_HAT}<mo>+</mo><mi>g</mi>", ROOT_V_HAT)
    summary: ClassVar[dict[str, str]] = {
        "en": "Adam that looks at the gradient where its momentum is about to carry it.",
        "zh": "会在动量将要到达的位置看梯度的 Adam。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        m, v, product = slots
        _moments(self, g, m, v)
        mu = self.beta_1 * (1 - 0.5 * 0.96 ** (step * self.momentum_decay))
        ahead = self.beta_1 * (1 - 0.5 * 0.96 ** ((step + 1) * self.momentum_decay))
        # The product of all mu so far; a slot that starts at 0 stands for 1.
        product[...] = np.where(product > 0, product, 1) * mu
        denominator = np.sqrt(v) * (1 / sqrt(1 - self.beta_2**step)) + self.epsilon
        w -= self.learning_rate * (1 - mu) / (1 - product) * g / denominator
        w -= self.learning_rate * ahead / (1 - product * ahead) * m / denominator


@dataclass(frozen=True, slots=True)
class RAdam(Rule):
    """Adam that takes plain momentum steps until its second moment can be trusted.

    Liu et al. 2020, algorithm 2, as torch.optim.RAdam has it.
    """

    kind: Literal["radam"] = "radam"
    learning_rate: LearningRate = 0.001
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")
    formula: ClassVar[str] = descent_formula(f"<mi>r</mi>{M_HAT}", ROOT_V_HAT)
    summary: ClassVar[dict[str, str]] = {
        "en": "Adam with a warm-up of its own: careful first steps, no schedule needed.",
        "zh": "自带预热的 Adam：起步谨慎，无需学习率计划。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        m, v = slots
        _moments(self, g, m, v)
        decayed = self.beta_2**step
        longest = 2 / (1 - self.beta_2) - 1
        length = longest - 2 * step * decayed / (1 - decayed)
        rate = self.learning_rate / (1 - self.beta_1**step)
        if length <= 5:
            w -= rate * m
            return
        rate *= sqrt(
            (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        )
        w -= rate * sqrt(1 - decayed) * m / (np.sqrt(v) + self.epsilon)


@dataclass(frozen=True, slots=True)
class Adamax(Rule):
    """Adam with the largest gradient in place of the root mean square.

    Kingma & Ba 2015, algorithm 2, with epsilon where torch.optim.Adamax adds it.
    """

    kind: Literal["adamax"] = "adamax"
    learning_rate: LearningRate = 0.002
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "norm")
    formula: ClassVar[str] = descent_formula(M_HAT, "<mi>max</mi><mo>|</mo><mi>g</mi><mo>|</mo>")
    summary: ClassVar[dict[str, str]] = {
        "en": "Adam that divides by the largest recent gradient: steps are bounded by the rate.",
        "zh": "用近期最大梯度作除数的 Adam：步长不超过学习率。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        m, u = slots
        m *= self.beta_1
        m += (1 - self.beta_1) * g
        np.maximum(self.beta_2 * u, np.abs(g) + self.epsilon, out=u)
        w -= self.learning_rate / (1 - self.beta_1**step) * m / u
