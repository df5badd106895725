"""One whole update in numbers, in order: what the trainer would do next on given samples.

Chapters are the eight steps of backpropagation as textbooks count them:

    1  initialise the weights         how they were drawn, and where the run stands
    2  present a sample               x and t of the samples
    3  outputs of the hidden layers   forward, layer by layer
    4  output                         forward, the output layer
    5  error at the output            the loss, and delta and gradients of the output layer
    6  error of the hidden layers     backward, from the last hidden layer down
    7  update the weights             one entry a parameter
    8  the next sample                what follows in the run: its next samples and learning rate
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..activations import activation
from ..errors import Reason
from ..experiment import Experiment
from ..initializers import INITIALIZERS
from ..layers.base import Cache
from ..layers.through_time import BACKWARD as FROM_THE_END
from ..limits import MAX_TRACE_NUMBERS, keep_within, keep_work
from ..network import Network
from ..trainer import DEFAULT_SAMPLES, Trainer
from ..weighting import shares
from .backprop import Array, Backprop, backprop
from .formulas import FUSED, NEXT, PRESENT, RUNNING

Stage = Literal["forward", "loss", "backward", "update"]


@dataclass(frozen=True, slots=True)
class Entry:
    """`kind`: of the layer; of an update the optimizer's. `values`: arrays, batch first, and what is
    one number or word. Which there are depends on stage and kind:

    forward: x, z and a, the layer's parameters by name; of recurrent layers h (batch, time, units),
    gates, and c of an LSTM; of dropout `scale`; of norms `normal`.
    loss: value, y, t, `each` (the loss of every sample alone); where classes are weighted `share`, how much
    of the batch's loss each sample is, or each of its steps.
    backward: delta (dL/dz where the layer has an activation, else dL/da), da, grad_<parameter>, dx.
    update: parameter, learning_rate, grad (clipped, penalties added), weight_before, weight_after,
    <slot>_before and <slot>_after of every slot of the optimizer.
    """

    stage: Stage
    chapter: int
    layer: str
    kind: str
    formula: str
    values: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Trace:
    """`step`: updates made before this one."""

    step: int
    samples: list[int]
    entries: list[Entry]


def trace(experiment: Experiment, samples: Sequence[int] | None = None) -> Trace:
    """The next update, made on a copy: in NumPy, bit for bit what a trainer that is not compiled
    does with those samples as its batch. None means sample 0 alone.

    Raises: Refused (no such sample, or more work or numbers than the limits)
    """
    rows = experiment.trainer.chosen(DEFAULT_SAMPLES if samples is None else samples)
    check_size(experiment, len(rows))
    twin = experiment.trainer.twin()
    network = twin.network
    before = twin.snapshot()
    rate = twin.learning_rate
    with np.errstate(all="ignore"):
        made = backprop(
            network, twin.vector, twin.gradient, twin.inputs[rows], twin.targets[rows],
            twin.passes_ahead(),
        )  # fmt: skip
        entries = [*_forward(twin, made, rows, before.state[0]), *_loss(made, twin.targets[rows])]
        entries += _backward(made)
        settled = twin.vector.copy()
        twin.finish_update()
        entries += _update(twin, before.state, settled, rate)
    entries.append(_next(experiment.trainer, twin))
    return Trace(before.step, rows.tolist(), entries)


def check_size(experiment: Experiment, count: int) -> None:
    """Raises: Refused, naming the limit, before anything is computed"""
    network, slots = experiment.network, len(experiment.trainer.optimizer.slots)
    work = 3 * count * network.work
    keep_work(
        work,
        "samples",
        Reason(
            "trace_too_costly",
            "tracing {samples} samples would take {asked} multiply-adds, at most {most} (limit: "
            "{limit}); name fewer samples",
            samples=count,
        ),
    )
    # x, z, a, then da, delta, dx of every layer; every parameter and what its update shows.
    sample = 6 * sum(prod(shape) for shape in network.shapes)
    sample += sum(
        shape[0] * layer.over_time.states
        for layer, shape in zip(network.layers, network.shapes, strict=False)
        if layer.over_time
    )
    numbers = count * sample + network.layout.size * (7 + 2 * slots)
    keep_within(
        "max_trace_numbers", MAX_TRACE_NUMBERS, numbers, "samples",
        Reason(
            "trace_too_large",
            "this trace would hold {asked} numbers, at most {most} (limit: {limit}); name fewer "
            "samples or trace a smaller network",
        ),
    )  # fmt: skip


def _forward(
    trainer: Trainer, made: Backprop, rows: NDArray[np.int64], start: Array
) -> list[Entry]:
    network = trainer.network
    drawn = INITIALIZERS[trainer.initializer]
    origin = {"seed": trainer.seed, "step": trainer.step, "parameters": network.layout.size}
    given = {"x": made.inputs[0], "t": trainer.targets[rows]}
    entries = [
        Entry("forward", 1, "network", drawn.name, drawn.formula, origin),
        Entry("forward", 2, "input", "input", PRESENT, given),
    ]
    used = network.layout.views(start)  # running statistics as they were, not as they settled
    for i, (name, layer, cache) in enumerate(
        zip(network.names, network.layers, made.caches, strict=True)
    ):
        last = i == len(network.layers) - 1
        parameters = {part: used[f"{name}.{part}"].copy() for part in made.parameters(i)}
        values = {"x": made.inputs[i], **_seen(cache), **_function(layer), **parameters}
        formula = type(layer).describe()["formula"]
        entries.append(Entry("forward", 4 if last else 3, name, layer.kind, formula, values))
    return entries


def _seen(cache: Cache) -> dict[str, Any]:
    """What a layer left of its way forward, batch first."""
    seen = {part: cache[part] for part in ("z", "a", "normal") if part in cache}
    if cache.get("scale") is not None:
        seen["scale"] = cache["scale"]
    for way in ("", FROM_THE_END):
        kept = cache.get("kept" + way, {})
        for part in ("h", "c", "gates"):
            if part in kept:
                along = kept[part][::-1] if way else kept[part]
                seen[way + part] = along.transpose(1, 0, 2)
    return seen


def _function(layer: Any) -> dict[str, str]:
    name = layer.function
    if name is None:
        return {}
    return {"activation": name, "activation_formula": activation(name).formula}


def _loss(made: Backprop, t: Array) -> list[Entry]:
    network, out = made.network, made.caches[-1]
    record = network.loss_record
    values = {"value": made.loss, "y": out["a"], "t": t, "each": np.array(made.losses(t))}
    if network.class_weights is not None:
        values["share"] = shares(record, network.class_weights, t)
    return [Entry("loss", 5, "output", record.name, record.formula, values)]


def _backward(made: Backprop) -> list[Entry]:
    network: Network = made.network
    entries = []
    for i in range(len(network.layers) - 1, -1, -1):
        layer, fused = network.layers[i], made.fused(i)
        values: dict[str, Any] = {"delta": made.delta(i)}
        if not fused:
            values["da"] = made.back[i]
        for part, gradient in made.gradients(i).items():
            if network.moves(f"{network.names[i]}.{part}"):
                values["grad_" + part] = gradient.copy()
        dx = made.given_back(i)
        if dx is not None:
            values["dx"] = dx
        chapter = 5 if layer is network.output else 6
        formula = FUSED if fused else type(layer).describe()["backward"]
        entries.append(Entry("backward", chapter, network.names[i], layer.kind, formula, values))
    return entries


def _update(trainer: Trainer, before: Array, settled: Array, rate: float) -> list[Entry]:
    """before: the weights, then every slot (and the average) as they were"""
    network, optimizer = trainer.network, trainer.optimizer
    rows = {**trainer.slots, **({} if trainer.average is None else {"average": trainer.average})}
    view = network.layout.views
    was, is_now = view(before[0]), view(trainer.vector)
    gradient, moved = view(trainer.gradient), view(settled)
    old_rows = {name: view(before[1 + k]) for k, name in enumerate(rows)}
    new_rows = {name: view(row) for name, row in rows.items()}
    entries = []
    for entry in network.layout:
        name = entry.name
        layer, part = name.split(".", 1)
        values: dict[str, Any] = {"parameter": part}
        weights = {"weight_before": was[name].copy(), "weight_after": is_now[name].copy()}
        if not network.moves(name):
            if not np.array_equal(was[name], moved[name], equal_nan=True):
                entries.append(Entry("update", 7, layer, "running", RUNNING, {**values, **weights}))
            continue
        values |= {"learning_rate": rate, "grad": gradient[name].copy()}
        for slot, row in new_rows.items():
            values[slot + "_before"] = old_rows[slot][name].copy()
            values[slot + "_after"] = row[name].copy()
        entries.append(
            Entry("update", 7, layer, optimizer.kind, optimizer.formula, {**values, **weights})
        )
    return entries


def _next(live: Trainer, twin: Trainer) -> Entry:
    """`next_samples` are those that training takes next from where the live network stands; a
    plateau schedule may still lower the rate at the epoch's end."""
    values = {
        "step": live.step + 1,
        "next_samples": live.samples_ahead(),
        "learning_rate": twin.learning_rate,
    }
    return Entry("update", 8, "network", "next", NEXT, values)


__all__ = ["Entry", "Trace", "check_size", "trace"]
