"""What ails a network, with the figure that says so. A healthy one has no findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np

from ..activations import FLAT_SLOPE, activation
from ..experiment import Experiment
from ..limits import affordable
from .backprop import Array, Backprop, look
from .findings import Finding, finding

SAMPLES = 64

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
FLAT_SAMPLES = 0.9
# Two halves of the last stretch whose mean losses are this near: less than batches differ by.
PLATEAU = 0.01
PLATEAU_SHARE = 0.25  # of the run so far
PLATEAU_EPOCHS = 10  # at least, so that the same samples are in both halves, several times
PLATEAU_UPDATES = 200
PLATEAU_LOSS = 0.5  # of the first loss; lower than that, standing still is having arrived
OVERFITTING = 1.5  # test loss over training loss; a quarter more is common and harmless
OVERFITTING_RISE = 1.1
OVERFITTING_GAP = 0.05  # of the first test loss: between losses near 0 ratios mean nothing


@dataclass(frozen=True, slots=True)
class Health:
    """Of one layer; None where it means nothing. `gradient_rms` and `weight_rms` are over its
    weights without biases, `dead` and `saturated` shares of its units, `memory` the share of the last time
    step's gradient that reaches the first."""

    gradient_rms: float | None = None
    weight_rms: float | None = None
    dead: float | None = None
    saturated: float | None = None
    memory: float | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    step: int
    findings: list[Finding]
    measured: dict[str, Health]


def diagnose(experiment: Experiment) -> list[Finding]:
    """Vanishing and exploding gradients, dead and saturated units, on up to 64 training samples as
    the next update would see them; divergence, plateau and overfitting, from the run."""
    return examine(experiment).findings


def examine(experiment: Experiment) -> Diagnosis:
    """`diagnose`, with what was measured of every layer."""
    findings = [*_divergence(experiment)]
    measured: dict[str, Health] = {}
    trainer = experiment.trainer
    if trainer.samples:
        network = experiment.network
        most = affordable(3 * network.work, 3 * network.numbers)
        rows = np.arange(min(SAMPLES, most, trainer.samples))
        with np.errstate(all="ignore"):
            measured = _measured(look(experiment, rows))
        findings += [*_depth(measured), *_time(experiment, measured), *_units(measured)]
        if not trainer.diverged:
            findings += [*_plateau(experiment), *_overfitting(experiment)]
    return Diagnosis(experiment.step, findings, measured)


# Measuring


def _measured(made: Backprop) -> dict[str, Health]:
    network = made.network
    decaying = [range(start, stop) for start, stop, _, _ in network.decaying()]
    found = {}
    for i, (name, layer) in enumerate(zip(network.names, network.layers, strict=True)):
        mine = [
            slice(entry.offset, entry.offset + entry.size)
            for entry in network.layout
            if entry.name.startswith(name + ".") and any(entry.offset in r for r in decaying)
        ]
        dead, saturated = _shares(layer, made, i)
        found[name] = Health(
            _rms([made.gradient[part] for part in mine]),
            _rms([made.vector[part] for part in mine]),
            dead,
            saturated,
            _memory(layer, made, i),
        )
    return found


def _rms(parts: list[Array]) -> float | None:
    whole = np.concatenate(parts) if parts else np.zeros(0)
    return float(np.sqrt((whole * whole).mean())) if len(whole) else None


def _shares(layer: Any, made: Backprop, i: int) -> tuple[float | None, float | None]:
    """Shares of dead and of saturated units; a unit is one place of the last axis."""
    record = activation(layer.function) if layer.function else None
    cache = made.caches[i]
    a = cache["kept"]["h"] if "kept" in cache else cache["a"]
    z = cache.get("z", a)
    a, z = (array.reshape(-1, array.shape[-1]) for array in (a, z))
    dead = float((a == 0).all(axis=0).mean()) if record and record.dies else None
    # Of the output it is the aim to be sure, and its loss sees past the flat part.
    if not record or not record.saturates or layer is made.network.output:
        return dead, None
    slope = np.abs(record.slope(z, a))
    flat = (slope < FLAT_SLOPE * (record.steepest or 1)).mean(axis=0) >= FLAT_SAMPLES
    return dead, float(flat.mean())


def _memory(layer: Any, made: Backprop, i: int) -> float | None:
    """How much of a gradient that comes in at the last step reaches the first step's input.

    Truncation cuts it on purpose, so nothing is said then; of two directions the first is looked at.
    """
    time = layer.over_time
    if time is None or time.truncate:
        return None
    came = np.zeros_like(made.back[i])
    mine = slice(0, came.shape[-1] // (2 if time.both_ways else 1))
    if time.every_step:
        came[:, -1, mine] = made.back[i].sum(axis=1)[:, mine]
    else:
        came[:, mine] = made.back[i][:, mine]
    dx = made.given_back(i, came, first=True)
    if dx is None or dx.shape[1] < 2:
        return None
    first, last = (float(np.sqrt((dx[:, t] ** 2).sum())) for t in (0, -1))
    return first / last if last > 0 else None


# Judging


def _divergence(experiment: Experiment) -> Iterator[Finding]:
    found = experiment.diverged
    if found is not None:
        yield finding(
            "diverged", found.layer, float(found.step), None,
            step=found.step, what=found.what, value=found.value,
        )  # fmt: skip


def _depth(measured: dict[str, Health]) -> Iterator[Finding]:
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


def _time(experiment: Experiment, measured: dict[str, Health]) -> Iterator[Finding]:
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


def _units(measured: dict[str, Health]) -> Iterator[Finding]:
    for name, health in measured.items():
        if health.dead is not None and health.dead >= DEAD:
            yield finding("dead", name, health.dead, DEAD, share=f"{health.dead:.0%}")
        if health.saturated is not None and health.saturated >= SATURATED:
            share = f"{health.saturated:.0%}"
            yield finding("saturated", name, health.saturated, SATURATED, share=share)


def _plateau(experiment: Experiment) -> Iterator[Finding]:
    """The mean batch loss of the last stretch's second half against that of its first."""
    course = experiment.course()
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


def _overfitting(experiment: Experiment) -> Iterator[Finding]:
    measures = experiment.measure()
    loss, test = measures.loss, measures.test_loss
    past = [value for value in experiment.course()["test_loss"] if value is not None]
    if not loss or test is None or not past or loss < 0:
        return
    best = min(past)
    rising = test > OVERFITTING_RISE * best and test - loss > OVERFITTING_GAP * past[0]
    if rising and test > OVERFITTING * loss:
        rise = f"{test / best - 1:.0%}" if best > 0 else "∞"
        yield finding("overfitting", None, test / loss, OVERFITTING, rise=rise)


__all__ = ["Diagnosis", "Finding", "Health", "diagnose", "examine"]
