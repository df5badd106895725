"""L-BFGS: curvature from the last steps."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from ..mathml import formula
from .base import Array, LearningRate, Rule

LBFGS_HISTORY = 10


@dataclass(frozen=True, slots=True)
class LBFGS(Rule):
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
    formula: ClassVar[str] = formula(
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
