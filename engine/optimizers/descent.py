"""Plain descent, momentum, and what goes by the sign."""

from dataclasses import dataclass
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval

from ..mathml import formula
from .base import Array, Decay, LearningRate, Rule


@dataclass(frozen=True, slots=True)
class SGD(Rule):
    """v <- momentum v + g;  w <- w - rate v   (torch.optim.SGD; Sutskever et al. 2013, eq. 1-4).

    The rate multiplies v as a whole, as in PyTorch, not the gradient inside v as in the paper.
    Nesterov looks ahead: w <- w - rate (g + momentum v).
    """

    kind: Literal["sgd"] = "sgd"
    learning_rate: LearningRate = 0.03
    momentum: Decay = 0.0
    nesterov: bool = False

    slots: ClassVar[tuple[str, ...]] = ("velocity",)
    formula: ClassVar[str] = formula(
        "<mi>v</mi><mo>←</mo><mi>μ</mi><mi>v</mi>"
        "<mo>+</mo><mi>g</mi><mo>,</mo><mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mi>η</mi><mi>v</mi>"
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
class Rprop(Rule):
    """Only the gradient's sign counts; each weight's step grows while it holds, shrinks when it turns.

    Riedmiller & Braun 1993, as torch.optim.Rprop has it; made for full batches.
    """

    kind: Literal["rprop"] = "rprop"
    learning_rate: LearningRate = 0.01
    shrink: Annotated[float, Interval(gt=0, lt=1)] = 0.5
    grow: Annotated[float, Interval(gt=1, le=10)] = 1.2
    least_step: Annotated[float, Interval(gt=0, le=1)] = 1e-6
    most_step: Annotated[float, Interval(gt=0, le=1e6)] = 50.0

    slots: ClassVar[tuple[str, ...]] = ("previous_gradient", "step_size")
    formula: ClassVar[str] = formula(
        "<mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mi>Δ</mi><mo>⋅</mo><mi>sign</mi><mo>(</mo><mi>g</mi><mo>)</mo>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Looks at the gradient's sign alone; best with the whole data as one batch.",
        "zh": "只看梯度的符号；最适合全量批次。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        previous, size = slots
        agreement = g * previous
        # A slot that starts at 0 stands for the learning rate.
        size[...] = np.where(size > 0, size, self.learning_rate)
        size *= np.where(agreement > 0, self.grow, np.where(agreement < 0, self.shrink, 1))
        np.clip(size, self.least_step, self.most_step, out=size)
        # Where the sign turned the step is only made smaller.
        previous[...] = np.where(agreement < 0, 0, g)
        w -= np.sign(previous) * size


@dataclass(frozen=True, slots=True)
class Lion(Rule):
    """w <- (1 - rate decay) w - rate sign(beta_1 m + (1 - beta_1) g);  m <- beta_2 m + (1 - beta_2) g

    Chen et al. 2023, algorithm 2. PyTorch has none; it is held to this formula.
    """

    kind: Literal["lion"] = "lion"
    learning_rate: LearningRate = 0.001
    beta_1: Decay = 0.9
    beta_2: Decay = 0.99
    weight_decay: Annotated[float, Interval(ge=0, le=1)] = 0.0

    slots: ClassVar[tuple[str, ...]] = ("first_moment",)
    formula: ClassVar[str] = formula(
        "<mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mi>η</mi><mo>⋅</mo><mi>sign</mi><mo>(</mo>"
        "<msub><mi>β</mi><mn>1</mn></msub><mi>m</mi><mo>+</mo><mo>(</mo><mn>1</mn><mo>−</mo>"
        "<msub><mi>β</mi><mn>1</mn></msub><mo>)</mo><mi>g</mi><mo>)</mo>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Steps of one size for every weight, in the direction of the momentum's sign; wants a small rate.",
        "zh": "所有权重步长相同，方向取动量的符号；需要较小的学习率。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        (m,) = slots
        direction = np.sign(self.beta_1 * m + (1 - self.beta_1) * g)
        m *= self.beta_2
        m += (1 - self.beta_2) * g
        w *= 1 - self.learning_rate * self.weight_decay
        w -= self.learning_rate * direction
