"""Signs that a network ails: gradients that fade or grow, units that no longer learn, a loss that stands
still or that only the training samples lower."""

from collections.abc import Iterator
from math import isfinite

import numpy as np

from ..experiment import Experiment
from .exam import Exam
from .findings import Finding, finding
from .health import Health

# While the last layer's weights change by their own size, the first layer's would change by a
# thousandth of it: it stands still for as long as the run lasts.
VANISHING = 1e-3
EXPLODING = 1e3
# A gradient a hundred times the weights: even at a learning rate of 0.01 one step replaces them.
EXPLODING_STEP = 100.0
# Through time gradients fade even where all is well (a fresh LSTM forgets a quarter a step, a GRU
# half). Below the seven digits of float32 the first step's part is lost in the last one's rounding.
VANISHING_TIME = 1e-7
# One layer with half its units dead or flat is half as wide as it looks; below that, the rest cope.
DEAD = 0.5
SATURATED = 0.5
# Two halves of the last stretch whose mean losses are this near: less than batches differ by.
PLATEAU = 0.01
PLATEAU_SHARE = 0.25  # of the run so far
PLATEAU_EPOCHS = 10  # at least, so that the same samples are in both halves, several times
PLATEAU_UPDATES = 200
PLATEAU_LOSS = 0.5  # of the first loss; lower than that, standing still is having arrived
OVERFITTING = 1.5  # test loss over training loss; a quarter more is common and harmless
OVERFITTING_RISE = 1.1
OVERFITTING_GAP = 0.05  # of the first test loss: between losses near 0 ratios mean nothing


def depth(measured: dict[str, Health]) -> Iterator[Finding]:
    weighted = {
        name: health.gradient_rms / health.weight_rms if health.weight_rms else health.gradient_rms
        for name, health in measured.items()
        if health.gradient_rms is not None
    }
    if weighted:
        worst = max(weighted, key=lambda name: _or_infinity(weighted[name]))
        if _or_infinity(weighted[worst]) > EXPLODING_STEP:
            yield finding("exploding", worst, _finite(weighted[worst]), EXPLODING_STEP)
    first, last = next(iter(weighted), ""), next(reversed(weighted), "")
    if first != last and weighted[last] > 0:
        ratio = weighted[first] / weighted[last]
        if ratio < VANISHING:
            yield finding("vanishing", first, ratio, VANISHING)
        elif isfinite(ratio) and ratio > EXPLODING:
            yield finding("exploding_depth", first, ratio, EXPLODING)


def time(experiment: Experiment, measured: dict[str, Health]) -> Iterator[Finding]:
    layers = experiment.network.layers
    for layer, (name, health) in zip(layers, measured.items(), strict=True):
        if health.memory is None:
            continue
        # Where every step has an output of its own, or the sequence is read from its end too, the
        # first step is taught without going through all the others.
        time = layer.over_time
        direct = time is not None and (time.every_step or time.both_ways)
        if health.memory < VANISHING_TIME and not direct:
            yield finding("vanishing_time", name, health.memory, VANISHING_TIME)
        elif health.memory > EXPLODING:
            yield finding("exploding_time", name, _finite(health.memory), EXPLODING)


def _or_infinity(value: float) -> float:
    return value if isfinite(value) else float("inf")


def _finite(value: float) -> float | None:
    return value if isfinite(value) else None


def units(measured: dict[str, Health]) -> Iterator[Finding]:
    for name, health in measured.items():
        if health.dead is not None and health.dead >= DEAD:
            yield finding("dead", name, health.dead, DEAD, share=f"{health.dead:.0%}")
        if health.saturated is not None and health.saturated >= SATURATED:
            share = f"{health.saturated:.0%}"
            yield finding("saturated", name, health.saturated, SATURATED, share=share)


def plateau(exam: Exam) -> Iterator[Finding]:
    """The mean batch loss of the last stretch's second half against that of its first."""
    experiment, course = exam.experiment, exam.course
    steps, losses = np.array(course["step"]), np.array(course["loss"], np.float64)
    started = course["train_loss"][0] if course["train_loss"] else None
    epochs = PLATEAU_EPOCHS * experiment.trainer.steps_per_epoch
    stretch = max(PLATEAU_SHARE * experiment.step, epochs, PLATEAU_UPDATES)
    if experiment.step < stretch or not len(steps) or not started:
        return
    # A point stands for the updates since the one before it.
    counts = np.diff(steps, prepend=0)
    middle = experiment.step - stretch / 2
    early, late = (steps > middle - stretch / 2) & (steps <= middle), steps > middle
    if not counts[early].sum() or not counts[late].sum():
        return
    was, now = (float(np.average(losses[p], weights=counts[p])) for p in (early, late))
    change = abs(now - was) / abs(was) if was else 0.0
    if change < PLATEAU and now > PLATEAU_LOSS * started:
        yield finding(
            "plateau", None, change, PLATEAU,
            share=f"{change:.1%}", steps=round(stretch), rest=f"{now / started:.0%}",
        )  # fmt: skip


def overfitting(exam: Exam) -> Iterator[Finding]:
    measures = exam.measures
    loss, test = measures.loss, measures.test_loss
    past = [value for value in exam.course["test_loss"] if value is not None]
    if not loss or test is None or not past or loss < 0:
        return
    best = min(past)
    rising = test > OVERFITTING_RISE * best and test - loss > OVERFITTING_GAP * past[0]
    if rising and test > OVERFITTING * loss:
        rise = f"{test / best - 1:.0%}" if best > 0 else "∞"
        yield finding("overfitting", None, test / loss, OVERFITTING, rise=rise)


__all__ = ["depth", "overfitting", "plateau", "time", "units"]
