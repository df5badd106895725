"""Learning-rate schedules as `torch.optim.lr_scheduler` computes them, counted in updates.

`factor(u)` is what the learning rate is multiplied by in update u (from 0 on); u and the result are
arrays of one shape. `plateau` alone looks at the losses, so it has a state that travels with
snapshots.
"""

from dataclasses import dataclass
from math import inf, pi
from typing import Annotated, Any, ClassVar, Literal, get_args

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from .mathml import formula

Array = NDArray[np.floating]
Updates = Annotated[int, Interval(ge=1, le=1_000_000)]
Share = Annotated[float, Interval(ge=0, le=1)]


def _formula(body: str) -> str:
    return formula(f"<msub><mi>η</mi><mi>u</mi></msub><mo>=</mo><mi>η</mi><mo>⋅</mo>{body}")


LEAST_FALL = 1e-8  # ReduceLROnPlateau's eps

_SHARE_DONE = "<mfrac><mi>u</mi><mi>T</mi></mfrac>"


# What a plateau keeps, by place: the factor so far, the best loss, bad epochs, epochs to cool down,
# sum and count of the running epoch's losses.
FACTOR, BEST, BAD, COOLING, SUM, COUNT = range(6)


def fresh_state() -> Array:
    state = np.zeros(6)
    state[FACTOR], state[BEST] = 1.0, inf
    return state


class _Schedule:
    """What all share: only a plateau looks at losses."""

    __slots__ = ()

    watches: ClassVar[bool] = False

    def watch(self, state: Array, losses: Array, rate: float, *, epoch_over: bool) -> None:
        """Batch losses of the running epoch, for a schedule that watches; `state` is changed.
        rate: the optimizer's own, before any factor"""

    def reached(self, state: Array) -> float:
        """The factor that its watching has come to."""
        return float(state[FACTOR])


@dataclass(frozen=True, slots=True)
class Constant(_Schedule):
    kind: Literal["constant"] = "constant"

    formula: ClassVar[str] = _formula("<mn>1</mn>")
    summary: ClassVar[dict[str, str]] = {
        "en": "The learning rate stays as it is.",
        "zh": "学习率保持不变。",
    }

    def factor(self, u: Array) -> Array:
        return np.ones_like(u)


@dataclass(frozen=True, slots=True)
class StepDecay(_Schedule):
    """gamma^floor(u / every)   (StepLR)"""

    kind: Literal["step"] = "step"
    every: Updates = 500
    gamma: Annotated[float, Interval(gt=0, le=1)] = 0.5

    formula: ClassVar[str] = _formula(
        "<msup><mi>γ</mi><mrow><mo>⌊</mo><mi>u</mi><mo>/</mo><mi>k</mi><mo>⌋</mo></mrow></msup>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Falls by a factor every so many updates.",
        "zh": "每隔若干次更新乘以一个系数。",
    }

    def factor(self, u: Array) -> Array:
        return self.gamma ** (u // self.every)


@dataclass(frozen=True, slots=True)
class ExponentialDecay(_Schedule):
    """gamma^u   (ExponentialLR)"""

    kind: Literal["exponential"] = "exponential"
    gamma: Annotated[float, Interval(gt=0, le=1)] = 0.999

    formula: ClassVar[str] = _formula("<msup><mi>γ</mi><mi>u</mi></msup>")
    summary: ClassVar[dict[str, str]] = {
        "en": "Falls by the same small factor at every update.",
        "zh": "每次更新都乘以同一个略小于 1 的系数。",
    }

    def factor(self, u: Array) -> Array:
        return self.gamma**u


@dataclass(frozen=True, slots=True)
class Cosine(_Schedule):
    """floor + (1 - floor) (1 + cos(pi u / updates)) / 2, then floor.

    Loshchilov & Hutter 2017, eq. 5, without restarts (CosineAnnealingLR up to its T_max).
    """

    kind: Literal["cosine"] = "cosine"
    updates: Updates = 2000
    floor: Share = 0.0

    formula: ClassVar[str] = _formula(
        f"<mfrac><mrow><mn>1</mn><mo>+</mo><mi>cos</mi><mi>π</mi>{_SHARE_DONE}</mrow><mn>2</mn></mfrac>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Glides down half a cosine wave: fast in the middle, gentle at both ends.",
        "zh": "沿半个余弦波下降：中间快，两端缓。",
    }

    def factor(self, u: Array) -> Array:
        done = np.minimum(u, self.updates) / self.updates
        return self.floor + (1 - self.floor) * (1 + np.cos(pi * done)) / 2


@dataclass(frozen=True, slots=True)
class WarmUp(_Schedule):
    """From `start` in a straight line to 1 over the first updates   (LinearLR)"""

    kind: Literal["warm_up"] = "warm_up"
    updates: Updates = 200
    start: Annotated[float, Interval(gt=0, le=1)] = 0.01

    formula: ClassVar[str] = _formula(
        f"<mi>min</mi><mo>(</mo><mn>1</mn><mo>,</mo>{_SHARE_DONE}<mo>)</mo>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Begins small and rises to the full rate, so that the first steps do no harm.",
        "zh": "从很小升到完整的学习率，避免最初几步造成破坏。",
    }

    def factor(self, u: Array) -> Array:
        return self.start + (1 - self.start) * np.minimum(u, self.updates) / self.updates


@dataclass(frozen=True, slots=True)
class OneCycle(_Schedule):
    """Up from 1/divide to 1 by half a cosine, then down to 1/(divide final_divide).

    Smith & Topin 2018, as OneCycleLR has it (two phases, cosine); the learning rate is its largest.
    After its last update the rate stays at the lowest.
    """

    kind: Literal["one_cycle"] = "one_cycle"
    updates: Annotated[int, Interval(ge=4, le=1_000_000)] = 2000
    rise: Annotated[float, Interval(gt=0, lt=1)] = 0.3
    divide: Annotated[float, Interval(ge=1, le=1e6)] = 25.0
    final_divide: Annotated[float, Interval(ge=1, le=1e8)] = 1e4

    formula: ClassVar[str] = _formula(
        "<mi>cycle</mi><mo>(</mo><mfrac><mi>u</mi><mi>T</mi></mfrac><mo>)</mo>"
    )
    summary: ClassVar[dict[str, str]] = {
        "en": "Rises to the full rate, then falls far below the start: one great wave for the whole run.",
        "zh": "先升到最大学习率，再降到远低于起点：整个训练一个大波。",
    }

    def factor(self, u: Array) -> Array:
        top = self.rise * self.updates - 1
        last = self.updates - 1
        low, least = 1 / self.divide, 1 / (self.divide * self.final_divide)
        up = u / top if top > 0 else np.ones_like(u)
        down = np.clip((u - top) / (last - top), 0, 1)
        rising = 1 + (low - 1) * (1 + np.cos(pi * np.clip(up, 0, 1))) / 2
        falling = least + (1 - least) * (1 + np.cos(pi * down)) / 2
        return np.where(u <= top, rising, falling)


@dataclass(frozen=True, slots=True)
class Plateau(_Schedule):
    """Times `gamma` when an epoch's mean batch loss has not fallen by a share of `threshold` for
    more than `patience` epochs   (ReduceLROnPlateau, mode min, relative threshold). A rate that would
    fall by no more than LEAST_FALL stays."""

    kind: Literal["plateau"] = "plateau"
    gamma: Annotated[float, Interval(gt=0, lt=1)] = 0.5
    patience: Annotated[int, Interval(ge=0, le=10_000)] = 10
    threshold: Annotated[float, Interval(ge=0, lt=1)] = 1e-4
    cooldown: Annotated[int, Interval(ge=0, le=10_000)] = 0

    watches: ClassVar[bool] = True
    formula: ClassVar[str] = _formula("<msup><mi>γ</mi><mi>plateaus</mi></msup>")
    summary: ClassVar[dict[str, str]] = {
        "en": "Falls whenever the loss has stopped falling for some epochs.",
        "zh": "当损失连续若干轮不再下降时降低学习率。",
    }

    def factor(self, u: Array) -> Array:
        return np.ones_like(u)

    def watch(self, state: Array, losses: Array, rate: float, *, epoch_over: bool) -> None:
        state[SUM] += losses.sum()
        state[COUNT] += len(losses)
        if epoch_over:
            self.after_epoch(state, state[SUM] / state[COUNT], rate)
            state[SUM] = state[COUNT] = 0

    def after_epoch(self, state: Array, loss: float, rate: float) -> None:
        """The mean batch loss of an epoch; `state` is changed in place."""
        if loss < state[BEST] * (1 - self.threshold):
            state[BEST], state[BAD] = loss, 0
        else:
            state[BAD] += 1
        if state[COOLING] > 0:
            state[COOLING], state[BAD] = state[COOLING] - 1, 0
        if state[BAD] > self.patience:
            now = rate * state[FACTOR]
            if now - now * self.gamma > LEAST_FALL:
                state[FACTOR] *= self.gamma
            state[COOLING], state[BAD] = self.cooldown, 0


Schedule = Constant | StepDecay | ExponentialDecay | Cosine | WarmUp | OneCycle | Plateau
SCHEDULES: dict[str, type[Schedule]] = {
    cls.__dataclass_fields__["kind"].default: cls for cls in get_args(Schedule)
}


__all__: list[Any] = ["SCHEDULES", "Plateau", "Schedule", "fresh_state"]
