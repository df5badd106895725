"""Why a network does not learn: how it starts, how fast it goes, what holds it."""

from collections.abc import Iterator
from math import isfinite

import numpy as np
from numpy.typing import NDArray

from ..optimizers import SGD
from .backprop import Array
from .exam import Exam, Slope, rms
from .findings import Finding, finding
from .health import Health
from .sharpness import bound, sharpness
from .symptoms import DEAD, PLATEAU_LOSS, SATURATED, VANISHING

SAME = 1e-5  # of two units' weights, in their own size
NOT_LEARNT = 0.7  # of the first loss is left: something is the matter
SURVIVED = (
    6.0  # times the bound: beyond that not even a network of relu lands (Lewkowycz et al. 2020)
)
EARLY = 50  # updates; before that a run has no symptoms to show
THROWN = (
    0.2  # of their size that one step moves the weights, where steps have no curvature to go by
)
CREEPING = 1e-4  # of their size; a thousandth is what goes well (Karpathy 2016, CS231n notes)
SOME_GRADIENT = 1e-3  # of the weights' size: it is there, only the rate is small
SLOW_UPDATES = 200
SMALL_BATCH = 4
PULL = 5.0  # of the penalty on the weights, over that of the data
SHRUNK = 0.25  # of the size that the weights began with
FREED = 0.1  # of the loss that the biases alone would take away ...
HELD = 3.0  # ... so many times what as many steps of the weights do
DESCENT = 8


def symmetry(exam: Exam) -> Iterator[Finding]:
    """Hidden layers whose units have the same weights in and, where the next layer has weights on
    them, the same weights out; that are all 0 only if they began so."""
    network = exam.network
    views = network.layout.views(exam.trainer.vector.astype(np.float64))
    drawn = [
        entry.name
        for entry in network.layout
        if exam.weights[entry.offset] and len(entry.shape) > 1
    ]
    for name in dict.fromkeys(entry.split(".")[0] for entry in drawn):
        mine = [views[entry] for entry in drawn if entry.startswith(name + ".")]
        units = mine[0].shape[-1]
        if name == "output" or units < 2 or not all(_alike(w) for w in mine):
            continue
        later = drawn[drawn.index(next(e for e in drawn if e.startswith(name + "."))) + len(mine) :]
        out = views[later[0]] if later else None
        if out is not None and out.shape[-2] % units == 0:
            by_unit = out.reshape(-1, units, out.shape[-1])
            if not _alike(np.moveaxis(by_unit, 1, -1)):
                continue
        began = network.layout.views(exam.start)
        if any(w.any() for w in mine) or not any(
            began[entry].any() for entry in drawn if entry.startswith(name + ".")
        ):
            yield finding("symmetry", name, float(units), 1.0, units=units)
            return


def _alike(w: Array) -> bool:
    """Whether the numbers along the last axis are the same."""
    columns = w.reshape(-1, w.shape[-1])
    return float(np.abs(columns - columns[:, :1]).max(initial=0)) <= SAME * rms(columns)


def batch_norm_batch(exam: Exam) -> Iterator[Finding]:
    network = exam.network
    batch = min(exam.trainer.batch, exam.trainer.samples)
    for name, layer, shape in zip(network.names, network.layers, network.shapes, strict=False):
        numbers = batch * int(np.prod(shape[:-1]))
        if layer.over_batch and layer.learns and numbers <= SMALL_BATCH:
            yield finding("batch_norm_batch", name, float(numbers), float(SMALL_BATCH))
            return


def l2_too_strong(exam: Exam) -> Iterator[Finding]:
    """Weights that a penalty has shrunk and that learnt nothing; or a penalty that, at the start, pulls
    far harder than the data do. Wherever training arrives both pull alike, so that alone is no sign."""
    penalty = np.zeros(exam.network.layout.size)
    for start, stop, _, l2 in exam.network.decaying():
        penalty[start:stop] = exam.trainer.l2 + l2
    chosen = exam.weights & (penalty > 0)
    if not chosen.any():
        return
    w = exam.made.vector[chosen]
    began, rest = rms(exam.start[chosen]), exam.rest
    if began and rest is not None and rms(w) < SHRUNK * began and rest > PLATEAU_LOSS:
        yield finding("l2_shrunk", None, rms(w) / began, SHRUNK, rest=f"{rest:.0%}")
        return
    data = rms(exam.made.gradient[chosen])
    pull = rms(penalty[chosen] * w) / data if data > 0 else 0.0
    if isfinite(pull) and pull > PULL and (rest is None or rest > PLATEAU_LOSS):
        yield finding("l2_too_strong", None, pull, PULL)


def no_bias(exam: Exam) -> Iterator[Finding]:
    """Whether biases that are held would lower the loss, and the weights that are free would not: of
    both as many steps of steepest descent are tried, on a copy."""
    network, held = exam.network, np.zeros(exam.network.layout.size, bool)
    for entry in network.layout:
        name = entry.name.split(".")[-1]
        if name == "bias" and not exam.moving[entry.offset]:
            held[entry.offset : entry.offset + entry.size] = True
    if not held.any() or not exam.weights.any() or exam.looks(len(exam.rows)) < 4 * DESCENT:
        return
    slope = exam.slope(exam.rows)
    w = exam.trainer.vector.astype(np.float64)
    loss, _ = slope(w)
    if not isfinite(loss) or loss <= 0:
        return
    by_bias = 1 - _descended(slope, w, held) / loss
    if by_bias < FREED:
        return
    by_weight = 1 - _descended(slope, w, exam.moving) / loss
    if by_bias > HELD * by_weight:
        yield finding("no_bias", None, by_bias, FREED, share=f"{by_bias:.0%}")


def _descended(slope: Slope, w: Array, free: NDArray[np.bool_]) -> float:
    """The loss after some steps down the gradient of what is free, each as long as does good."""
    loss, g = slope(w)
    length = 1.0
    for _ in range(DESCENT):
        step = np.where(free, g, 0)
        for _ in range(4):
            new, there = slope(w - length * step)
            if isfinite(new) and new < loss:
                w, loss, g, length = w - length * step, new, there, 2 * length
                break
            length /= 4
        else:
            break
    return float(loss)


def too_fast(exam: Exam, measured: dict[str, Health]) -> Iterator[Finding]:
    """A rate beyond what the curvature allows (see `sharpness`), or one step of an adaptive optimizer
    that moves the weights by a fifth of their size: now or where the run began, and only where it has
    not learnt, or is about to be thrown out. What has landed on the flat ends of its units has no
    curvature any more: then it is the start that tells."""
    trainer, rest = exam.trainer, exam.rest
    rate, diverged = trainer.learning_rate, trainer.diverged is not None
    if not rate:
        return
    early = exam.experiment.step < EARLY and not diverged
    ill = diverged or _flat(measured) or (rest is not None and rest > NOT_LEARNT)
    if not early and not ill:
        return
    said = f"{rate:.3g}"
    if not _by_curvature(exam):
        move = exam.next_move if early else exam.first_move
        if move is not None and move > (1.0 if early else THROWN):
            yield finding("too_fast_step", None, move, THROWN, rate=said)
        return
    optimizer = trainer.optimizer
    assert isinstance(optimizer, SGD)
    most = bound(optimizer)
    for words, at in (("too_fast", None), ("too_fast_start", exam.start)):
        if words == "too_fast_start" and early:
            return
        bend = sharpness(exam, trainer.vector.astype(np.float64) if at is None else at)
        if bend is not None and rate * bend > most * (SURVIVED if early else 1):
            yield finding(words, None, rate * bend, most, rate=said, sharpness=f"{bend:.3g}")
            return


def _by_curvature(exam: Exam) -> bool:
    return isinstance(exam.trainer.optimizer, SGD) and not exam.trainer.care.clip_norm


def _flat(measured: dict[str, Health]) -> bool:
    """Whether units are stuck where no gradient comes through."""
    for health in measured.values():
        if (health.dead or 0) >= DEAD or (health.saturated or 0) >= SATURATED:
            return True
    sizes = [h.gradient_rms for h in measured.values() if h.gradient_rms is not None]
    return len(sizes) > 1 and sizes[-1] > 0 and sizes[0] < VANISHING * sizes[-1]


def too_slow(exam: Exam) -> Iterator[Finding]:
    """Far from done, a gradient is there, and an update hardly moves the weights."""
    rest = exam.rest
    if exam.experiment.step < SLOW_UPDATES or rest is None or rest < PLATEAU_LOSS:
        return
    w, g = exam.trainer.vector[exam.weights], exam.made.gradient[exam.weights]
    if rms(g) < SOME_GRADIENT * rms(w.astype(np.float64)):
        return
    move = exam.next_move
    if move is not None and move < CREEPING:
        yield finding(
            "too_slow", None, move, CREEPING,
            rest=f"{rest:.0%}", rate=f"{exam.trainer.learning_rate:.2g}",
        )  # fmt: skip


__all__ = [
    "batch_norm_batch", "l2_too_strong", "no_bias", "symmetry", "too_fast", "too_slow",
]  # fmt: skip
