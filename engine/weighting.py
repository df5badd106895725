"""Classes that count by how rare they are: losses whose samples are weighted by their class.

The mean over samples becomes sum(w_i l_i) / sum(w_i), w_i being the weight of sample i's class, as
`torch.nn.CrossEntropyLoss(weight=w)` has it; the same of every other loss, on data with classes.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .layers.base import Cache, Pass, kernels
from .losses import LOSSES, Loss, check_shapes, smoothed

Array = NDArray[np.floating]
ClassWeight = Literal["none", "balanced"]


@dataclass(frozen=True, slots=True, eq=False)
class Weights:
    """`by_class`: (classes,) in float64, all above 0"""

    by_class: NDArray[np.float64]

    @classmethod
    def balanced(cls, targets: Array, classes: int) -> "Weights":
        """n / (k n_c) for each of the k classes that occur, n_c times of n, as
        `sklearn.utils.class_weight.compute_class_weight` has it; 1 for a class that does not.

        targets: class numbers of any shape, -1 where nothing is asked
        """
        asked = targets[targets >= 0].astype(np.int64)
        counts = np.bincount(asked, minlength=classes)
        there = counts > 0
        weights = len(asked) / (max(1, there.sum()) * np.maximum(counts, 1))
        return cls(np.where(there, weights, 1.0))

    def of(self, t: Array) -> NDArray[np.float64]:
        """Of each sample.  t: as a loss that is not of steps compares them, (n, outputs) -> (n,)"""
        return self.of_classes(classes_of(t))

    def of_classes(self, classes: NDArray[np.int64]) -> NDArray[np.float64]:
        """By class numbers of any shape; 0 where nothing is asked, which is -1."""
        return np.where(classes >= 0, self.by_class[classes], 0.0)

    def softened(self, t: Array) -> Array:
        """The targets of label smoothing: the share of each class has that class's own weight, in units of
        the true class's, as PyTorch has it. They do not add up to 1.  (n, classes)"""
        own = self.of(t)[:, None]
        return smoothed(t) * (self.by_class / own).astype(t.dtype)


def unbalanced(targets: Array, classes: int) -> bool:
    """Whether the largest class has at least twice the samples of the smallest that has any.
    targets: class numbers"""
    counts = np.bincount(targets.astype(np.int64), minlength=classes)
    return len(targets) > 0 and bool(counts.max() >= 2 * counts[counts > 0].min())


def classes_of(t: Array) -> NDArray[np.int64]:
    """Of targets as a loss that is not of steps compares them: one-hot, 0/1 or -1/1.  (n, outputs) -> (n,)"""
    return (t[:, 0] > 0).astype(np.int64) if t.shape[1] == 1 else t.argmax(axis=1)


def shares(loss: Loss, weights: Weights | None, t: Array) -> NDArray[np.float64]:
    """How much of the batch's loss each sample is, or each of its steps.  (n,), or (n, time) for a loss of
    steps; they add up to 1 where anything is asked"""
    steps = loss.asks == "steps"
    if weights is not None:
        of_each = weights.of_classes(t.astype(np.int64)) if steps else weights.of(t)
    else:
        of_each = (t >= 0).astype(np.float64) if steps else np.ones(len(t))
    return of_each / (of_each.sum() or 1.0)


def weighted(loss: Loss, weights: Weights | None) -> Loss:
    """The same loss, its samples weighted by class."""
    if weights is None:
        return loss
    inner = _softened(loss, weights) if loss.name == "label_smoothing" else loss
    steps = loss.asks == "steps"

    def value(y: Array, t: Array) -> float:
        classes = t.astype(np.int64) if steps else classes_of(t)
        summed = whole = 0.0
        for found in np.unique(classes[classes >= 0]):
            rows = classes == found
            weight = float(weights.by_class[found]) * int(rows.sum())
            mine, asked = (y[rows][None], t[rows][None]) if steps else (y[rows], t[rows])
            summed += weight * inner.value(mine, asked)
            whole += weight
        return summed / whole if whole else 0.0

    def gradient(y: Array, t: Array) -> Array:
        share = shares(loss, weights, t)
        factor = share * int((share > 0).sum())  # the plain mean has divided by their number
        return inner.gradient(y, t) * factor[..., None].astype(y.dtype)

    return replace(loss, value=value, gradient=gradient, formula=_formula(loss))


def _softened(loss: Loss, weights: Weights) -> Loss:
    plain = LOSSES["cross_entropy"]
    return replace(
        loss,
        value=lambda z, t: plain.value(z, weights.softened(t)),
        gradient=lambda z, t: plain.gradient(z, weights.softened(t)),
    )


def _formula(loss: Loss) -> str:
    """With 1 / sum of w for 1 / n, and w in the sum."""
    whole = "<mfrac><mn>1</mn><mrow><mo>∑</mo><mi>w</mi></mrow></mfrac>"
    said = loss.formula.replace(
        "<mfrac><mn>1</mn><mi>n</mi></mfrac><mo>∑</mo>", f"{whole}<mo>∑</mo><mi>w</mi>"
    )
    if loss.name == "label_smoothing":  # each class its own
        said = said.replace("<mi>w</mi><munder><mo>∑</mo><mi>k</mi></munder>",
                            "<munder><mo>∑</mo><mi>k</mi></munder><msub><mi>w</mi><mi>k</mi></msub>")  # fmt: skip
    # Of sequences the sum has its own signs below it.
    said = said.replace("<mfrac><mn>1</mn><mi>n</mi></mfrac><munder>", f"{whole}<munder>")
    return said if loss.asks != "steps" else said.replace("</munder>", "</munder><mi>w</mi>", 1)


@dataclass(frozen=True, slots=True, eq=False)
class ForLoop:
    """What the compiled loop over a whole network is told of the loss: its name there, the targets that it
    compares, and the weight of every sample, (0,) where all count alike."""

    loss: str
    targets: Array
    weights: NDArray[np.float64]


def for_loop(loss: Loss, weights: Weights | None, targets: Array) -> ForLoop:
    if weights is None:
        return ForLoop(loss.name, targets, np.zeros(0))
    if loss.name == "label_smoothing":
        return ForLoop("soft_targets", weights.softened(targets), weights.of(targets))
    return ForLoop(loss.name, targets, weights.of(targets))


def compiled_loss(
    loss: Loss, weights: Weights | None, cache: Cache, t: Array, run: Pass
) -> tuple[float, Array] | None:
    """Loss and dL/dz of the two commonest losses in one compiled pass; None for the others.
    cache: the output's"""
    if not run.compiled or loss.name not in ("cross_entropy", "sequence_cross_entropy"):
        return None
    z = cache["z"]
    check_shapes(z, t)
    rows = z.reshape(-1, z.shape[-1])
    dz = run.scratch.take("dz", rows.shape, z.dtype)
    steps = loss.asks == "steps"
    classes = t.reshape(-1) if steps else t.argmax(axis=1)
    by_class = np.zeros(0) if weights is None else weights.by_class
    if weights is not None:
        whole = float(weights.of_classes(classes.astype(np.int64)).sum()) or 1.0
    else:
        whole = float(max(1, int((t >= 0).sum())) if steps else len(rows))
    found = kernels("softmax").cross_entropy(rows, classes, by_class, dz, whole)
    return float(found), dz.reshape(z.shape)


__all__ = [
    "ClassWeight",
    "ForLoop",
    "Weights",
    "compiled_loss",
    "for_loop",
    "shares",
    "unbalanced",
    "weighted",
]
