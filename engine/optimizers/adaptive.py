"""A rate for every weight, from the squares of its gradients."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from .base import ROOT_V, Array, Decay, Epsilon, LearningRate, Rule, descent_formula


@dataclass(frozen=True, slots=True)
class RMSprop(Rule):
    """v <- rho v + (1 - rho) g^2;  w <- w - rate g / (sqrt v + epsilon)

    Tieleman & Hinton 2012, lecture 6.5, as torch.optim.RMSprop has it (rho is its alpha).
    """

    kind: Literal["rmsprop"] = "rmsprop"
    learning_rate: LearningRate = 0.01
    rho: Decay = 0.99
    momentum: Decay = 0.0
    epsilon: Epsilon = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("mean_square", "velocity")
    formula: ClassVar[str] = descent_formula("<mi>g</mi>", ROOT_V)
    summary: ClassVar[dict[str, str]] = {
        "en": "Divides each weight's gradient by its recent size, so that steep and flat directions keep pace.",
        "zh": "用近期梯度大小作除数，使陡峭与平缓方向步调一致。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        v, velocity = slots
        v *= self.rho
        v += (1 - self.rho) * g * g
        velocity *= self.momentum
        velocity += g / (np.sqrt(v) + self.epsilon)
        w -= self.learning_rate * velocity


@dataclass(frozen=True, slots=True)
class Adagrad(Rule):
    """v <- v + g^2;  w <- w - rate g / (sqrt v + epsilon)

    Duchi, Hazan & Singer 2011, as torch.optim.Adagrad has it.
    """

    kind: Literal["adagrad"] = "adagrad"
    learning_rate: LearningRate = 0.01
    learning_rate_decay: Annotated[float, Interval(ge=0, le=1)] = 0.0
    epsilon: Epsilon = 1e-10

    slots: ClassVar[tuple[str, ...]] = ("sum_of_squares",)
    formula: ClassVar[str] = descent_formula(
        "<mi>g</mi>",
        "<msqrt><mo>∑</mo><msup><mi>g</mi><mn>2</mn></msup></msqrt><mo>+</mo><mi>ε</mi>",
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Divides by all the gradient a weight has ever seen: steps only get smaller.",
        "zh": "除以权重见过的全部梯度：步长只会越来越小。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        (v,) = slots
        v += g * g
        rate = self.learning_rate / (1 + (step - 1) * self.learning_rate_decay)
        w -= rate * g / (np.sqrt(v) + self.epsilon)


@dataclass(frozen=True, slots=True)
class Adadelta(Rule):
    """The step is as long as recent steps were: units of weights, no rate to choose.

    Zeiler 2012, algorithm 1, as torch.optim.Adadelta has it.
    """

    kind: Literal["adadelta"] = "adadelta"
    learning_rate: LearningRate = 1.0
    rho: Decay = 0.9
    epsilon: Epsilon = 1e-6

    slots: ClassVar[tuple[str, ...]] = ("mean_square", "mean_square_step")
    formula: ClassVar[str] = descent_formula(
        "<msqrt><mi>u</mi><mo>+</mo><mi>ε</mi></msqrt><mi>g</mi>",
        "<msqrt><mi>v</mi><mo>+</mo><mi>ε</mi></msqrt>",
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Takes its step size from its own recent steps, so that no rate has to be chosen.",
        "zh": "根据自己近期的步长决定步长，无需挑选学习率。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        v, u = slots
        v *= self.rho
        v += (1 - self.rho) * g * g
        move = np.sqrt(u + self.epsilon) / np.sqrt(v + self.epsilon) * g
        u *= self.rho
        u += (1 - self.rho) * move * move
        w -= self.learning_rate * move
