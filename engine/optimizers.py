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

from .mathml import formula as _formula

Array = NDArray[np.floating]

LearningRate = Annotated[float, Interval(ge=0, le=1e6)]
Decay = Annotated[float, Interval(ge=0, lt=1)]
Epsilon = Annotated[float, Interval(gt=0, le=1)]


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
    formula: ClassVar[str] = _formula(
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
class Adam:
    """Kingma & Ba 2015, algorithm 1, with epsilon added as torch.optim.Adam does:
    w <- w - rate / (1 - beta_1^t) * m / (sqrt(v / (1 - beta_2^t)) + epsilon).
    """

    kind: Literal["adam"] = "adam"
    learning_rate: LearningRate = 0.001
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")
    formula: ClassVar[str] = _formula(
        "<mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo>"
        "<mi>η</mi><mfrac><mover><mi>m</mi><mo>^</mo></mover><mrow><msqrt><mover><mi>v</mi><mo>^</mo></mover></msqrt>"
        "<mo>+</mo><mi>ε</mi></mrow></mfrac>"
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


def _step(numerator: str, denominator: str) -> str:
    """w <- w - rate * numerator / denominator"""
    return _formula(
        "<mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mi>η</mi>"
        f"<mfrac><mrow>{numerator}</mrow><mrow>{denominator}</mrow></mfrac>"
    )


_M_HAT = "<mover><mi>m</mi><mo>^</mo></mover>"
_ROOT_V_HAT = "<msqrt><mover><mi>v</mi><mo>^</mo></mover></msqrt><mo>+</mo><mi>ε</mi>"
_ROOT_V = "<msqrt><mi>v</mi></msqrt><mo>+</mo><mi>ε</mi>"


def _moments(o: "AdamW | NAdam | RAdam", g: Array, m: Array, v: Array) -> None:
    """The running means of the gradient and of its square that Adam and its relatives share."""
    m *= o.beta_1
    m += (1 - o.beta_1) * g
    v *= o.beta_2
    v += (1 - o.beta_2) * g * g


@dataclass(frozen=True, slots=True)
class AdamW:
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
    formula: ClassVar[str] = _formula(
        "<mi>w</mi><mo>←</mo><mo>(</mo><mn>1</mn><mo>−</mo><mi>η</mi><mi>λ</mi><mo>)</mo><mi>w</mi><mo>−</mo>"
        f"<mi>η</mi><mfrac><mrow>{_M_HAT}</mrow><mrow>{_ROOT_V_HAT}</mrow></mfrac>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Adam that also shrinks every weight a little each step, whatever its gradient.",
        "zh": "在 Adam 之外，每步还把所有权重略微缩小，与梯度无关。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        m, v = slots
        _moments(self, g, m, v)
        w *= 1 - self.learning_rate * self.weight_decay
        rate = self.learning_rate / (1 - self.beta_1**step)
        w -= rate * m / (np.sqrt(v) * (1 / sqrt(1 - self.beta_2**step)) + self.epsilon)


@dataclass(frozen=True, slots=True)
class NAdam:
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
    formula: ClassVar[str] = _step(f"<mi>μ</mi>{_M_HAT}<mo>+</mo><mi>g</mi>", _ROOT_V_HAT)
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
class RAdam:
    """Adam that takes plain momentum steps until its second moment can be trusted.

    Liu et al. 2020, algorithm 2, as torch.optim.RAdam has it.
    """

    kind: Literal["radam"] = "radam"
    learning_rate: LearningRate = 0.001
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "second_moment")
    formula: ClassVar[str] = _step(f"<mi>r</mi>{_M_HAT}", _ROOT_V_HAT)
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
class Adamax:
    """Adam with the largest gradient in place of the root mean square.

    Kingma & Ba 2015, algorithm 2, with epsilon where torch.optim.Adamax adds it.
    """

    kind: Literal["adamax"] = "adamax"
    learning_rate: LearningRate = 0.002
    beta_1: Decay = 0.9
    beta_2: Decay = 0.999
    epsilon: Epsilon = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("first_moment", "norm")
    formula: ClassVar[str] = _step(_M_HAT, "<mi>max</mi><mo>|</mo><mi>g</mi><mo>|</mo>")
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


@dataclass(frozen=True, slots=True)
class RMSprop:
    """v <- rho v + (1 - rho) g^2;  w <- w - rate g / (sqrt v + epsilon)

    Tieleman & Hinton 2012, lecture 6.5, as torch.optim.RMSprop has it (rho is its alpha).
    """

    kind: Literal["rmsprop"] = "rmsprop"
    learning_rate: LearningRate = 0.01
    rho: Decay = 0.99
    momentum: Decay = 0.0
    epsilon: Epsilon = 1e-8

    slots: ClassVar[tuple[str, ...]] = ("mean_square", "velocity")
    formula: ClassVar[str] = _step("<mi>g</mi>", _ROOT_V)
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
class Adagrad:
    """v <- v + g^2;  w <- w - rate g / (sqrt v + epsilon)

    Duchi, Hazan & Singer 2011, as torch.optim.Adagrad has it.
    """

    kind: Literal["adagrad"] = "adagrad"
    learning_rate: LearningRate = 0.01
    learning_rate_decay: Annotated[float, Interval(ge=0, le=1)] = 0.0
    epsilon: Epsilon = 1e-10

    slots: ClassVar[tuple[str, ...]] = ("sum_of_squares",)
    formula: ClassVar[str] = _step(
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
class Adadelta:
    """The step is as long as recent steps were: units of weights, no rate to choose.

    Zeiler 2012, algorithm 1, as torch.optim.Adadelta has it.
    """

    kind: Literal["adadelta"] = "adadelta"
    learning_rate: LearningRate = 1.0
    rho: Decay = 0.9
    epsilon: Epsilon = 1e-6

    slots: ClassVar[tuple[str, ...]] = ("mean_square", "mean_square_step")
    formula: ClassVar[str] = _step(
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


@dataclass(frozen=True, slots=True)
class Rprop:
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
    formula: ClassVar[str] = _formula(
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
class Lion:
    """w <- (1 - rate decay) w - rate sign(beta_1 m + (1 - beta_1) g);  m <- beta_2 m + (1 - beta_2) g

    Chen et al. 2023, algorithm 2. PyTorch has none; it is held to this formula.
    """

    kind: Literal["lion"] = "lion"
    learning_rate: LearningRate = 0.001
    beta_1: Decay = 0.9
    beta_2: Decay = 0.99
    weight_decay: Annotated[float, Interval(ge=0, le=1)] = 0.0

    slots: ClassVar[tuple[str, ...]] = ("first_moment",)
    formula: ClassVar[str] = _formula(
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


LBFGS_HISTORY = 10


@dataclass(frozen=True, slots=True)
class LBFGS:
    """w <- w + rate * d, with d = -H g and H from the last ten changes of weights and gradient.

    Nocedal & Wright 2006, algorithms 7.4 and 7.5, as torch.optim.LBFGS(max_iter=1) computes it: no
    line search, the first step shortened to 1 / |g|_1. Every step takes the whole training set,
    whatever the batch size, for it compares gradients of one and the same function.
    """

    kind: Literal["lbfgs"] = "lbfgs"
    learning_rate: LearningRate = 0.5

    slots: ClassVar[tuple[str, ...]] = (
        "last_step", "last_gradient",
        *(f"gradient_change_{i + 1}" for i in range(LBFGS_HISTORY)),
        *(f"weight_change_{i + 1}" for i in range(LBFGS_HISTORY)),
    )  # fmt: skip
    full_batch: ClassVar[bool] = True
    formula: ClassVar[str] = _formula(
        "<mi>w</mi><mo>←</mo><mi>w</mi><mo>−</mo><mi>η</mi><msub><mi>H</mi><mi>t</mi></msub><mi>g</mi>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Learns the loss's curvature from its last ten steps; needs all samples at once, and few steps.",
        "zh": "由最近十步估计损失的曲率；每步用全部样本，所需步数很少。",
    }

    def update(self, w: Array, g: Array, slots: list[Array], step: int) -> None:
        taken, previous = slots[0], slots[1]
        ys, ss = slots[2 : 2 + LBFGS_HISTORY], slots[2 + LBFGS_HISTORY :]
        if np.abs(g).max() <= 1e-7:
            return
        rate = self.learning_rate
        slope = g.astype(np.float64)
        if not previous.any():
            rate *= min(1.0, 1.0 / float(np.abs(slope).sum()))
        else:
            change = (g - previous).astype(np.float64)
            if change @ taken.astype(np.float64) > 1e-10:
                for rows, newest in ((ys, g - previous), (ss, taken)):
                    for k in range(LBFGS_HISTORY - 1, 0, -1):
                        rows[k][...] = rows[k - 1]
                    rows[0][...] = newest
        pairs = [
            (y.astype(np.float64), s.astype(np.float64))
            for y, s in zip(ys, ss, strict=True)
            if y.any()
        ]
        d = -slope
        shares = []
        for y, s in pairs:
            shares.append((s @ d) / (y @ s))
            d -= shares[-1] * y
        if pairs:
            y, s = pairs[0]
            d *= (y @ s) / (y @ y)
        for (y, s), share in zip(pairs[::-1], shares[::-1], strict=True):
            d += s * (share - (y @ d) / (y @ s))
        previous[...] = g
        taken[...] = d * rate
        if slope @ d <= -1e-9:
            w += taken


# The one place that joins them: a new optimizer is its record and its name here.
Optimizer = (
    SGD | Adam | AdamW | NAdam | RAdam | Adamax | RMSprop | Adagrad | Adadelta | Rprop | Lion
    | LBFGS
)  # fmt: skip
OPTIMIZERS: dict[str, type[Optimizer]] = {
    cls.__dataclass_fields__["kind"].default: cls
    for cls in (
        SGD,
        Adam,
        AdamW,
        NAdam,
        RAdam,
        Adamax,
        RMSprop,
        Adagrad,
        Adadelta,
        Rprop,
        Lion,
        LBFGS,
    )
}
