"""A recurrent network unrolled in time: what every step holds, and how much gradient reaches it."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite, prod
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason, Refused
from ..experiment import Experiment
from ..layers.base import Cache, Pass, deactivated
from ..layers.through_time import BACKWARD as FROM_THE_END
from ..layers.through_time import before, of_way
from ..limits import MEASURE_WORK, keep_answer
from ..naming import check_layer
from ..network import Network
from ..weighting import shares
from .backprop import Backprop, losses_of
from .places import inside
from .worked.line import Index, Line, Walk
from .worked.recurrent import GATES, step_lines

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Direction:
    """One direction of one recurrent layer on one sample. Time counts along the sequence, whichever way
    it is read: what is read from its end begins at the last step.

    x: (time, features)  h, c: (time, units), c of an LSTM alone
    gates: (time, units) each, after their activation, by letter: i, f, g, o of an LSTM; r, z, n of a GRU;
    of a simple RNN, which has none, its weighted sum z
    grad_h, grad_c: (time,) the length of dL/dh_t and dL/dc_t, what later steps gave back included
    grad_from: (rows, time) the length of dL_s/dh_t, of each step s that `Unrolled.sources` names
    """

    layer: str
    kind: str
    direction: Literal["forward", "backward"]
    truncate: int
    x: Array
    h: Array
    c: Array | None
    gates: dict[str, Array]
    grad_h: Array
    grad_c: Array | None
    grad_from: Array


@dataclass(frozen=True, slots=True)
class Unrolled:
    """`of`: what the gradients are of, the "loss" for `target` or the "output" number `target` (its
    weighted sum, before the activation), which is asked at every step where there is one.

    outputs: (asked, outputs), the steps they stand at in `output_steps`; losses: each one's share of the
    loss, NaN where nothing is asked, none where it is about an output
    sources: the steps s whose own gradient `Direction.grad_from` has, one a row
    lines: of the cell asked about, gate by gate; none where none is
    """

    step: int
    steps: int
    of: Literal["loss", "output"]
    target: Any
    loss: float | None
    losses: Array | None
    outputs: Array
    output_steps: NDArray[np.int64]
    sources: NDArray[np.int64]
    layers: list[Direction]
    lines: list[Line]


def unrolled(
    experiment: Experiment, columns: Array, *, known: Any = None, of: int | None = None,
    quick: bool = False, place: str = "inputs", cell: tuple[str, Index] | None = None,
) -> Unrolled:  # fmt: skip
    """Every recurrent layer on one sample, step by step, in float64 and as in evaluation; nothing of
    the network changes.

    `quick` is for what is drawn again and again while the network plays, and takes turns with its training:
    in the network's own precision, without each step's share of the loss and the gradients by their source.

    `known` is the sample's target, whose loss is taken unless `of` names an output: the class, or the
    number of the value. Where neither is given, it is the class that the network itself gives, or its first
    value. Where there is an output at every step, the gradient of each by itself is told as well: "by
    the step it came from" (Cashman et al. 2018, RNNbow, who look at the gradient of the weights so);
    at as many steps, evenly spaced, as are affordable. Truncated backpropagation cuts as in training.

    columns: (1, *shape) as the dataset scales it  cell: a recurrent layer and its (step, unit), whose
    way forward is worked out line by line
    Raises: Refused (no recurrent layer, no such output or cell, or more than the limits allow)
    """
    network = experiment.network
    if not any(layer.over_time for layer in network.layers):
        raise Refused(
            "layers",
            Reason(
                "unrolled.not_recurrent",
                "there is no recurrent layer to unroll; add a simple_rnn, lstm or gru",
            ),
        )
    if cell is not None:
        _check_cell(network, cell)
    steps = columns.shape[1]
    each = len(network.shapes[-1]) == 2
    rows = _rows(network, steps) if each and not quick else np.array([steps - 1])
    batch = 1 + (len(rows) if each and not quick else 0)
    keep_answer(1, numbers_of(network, len(rows)), 3 * batch * network.work, place)
    dtype = experiment.trainer.dtype if quick else np.float64
    vector = experiment.trainer.vector.astype(dtype)
    x = experiment.features_of(columns).astype(dtype)
    with np.errstate(all="ignore"):
        passes = network.passes()
        caches = network.forward(vector, np.repeat(x, batch, axis=0), passes)
        of_loss = of is None and known is not None
        asked: Any = known if of_loss else _asked(experiment, caches[-1]["a"][:1], of)
        dz, loss, losses = _slopes(experiment, caches[-1], asked, of_loss, shares=not quick)
        if batch > 1:
            dz = np.concatenate([dz, _by_itself(dz, rows)])
        network.backward(
            network.split(vector), network.split(np.zeros_like(vector)), caches, dz, passes, dz
        )
        lines = [] if cell is None else _worked(experiment, vector, caches, passes, cell)
        found = [
            direction
            for i, layer in enumerate(network.layers)
            if layer.over_time
            for direction in _directions(network, i, vector, caches[i], passes[i])
        ]
    return Unrolled(
        experiment.step, steps, "loss" if of_loss else "output", asked, loss, losses,
        caches[-1]["a"][0].reshape(-1, network.shapes[-1][-1]),
        np.arange(steps) if each else np.array([steps - 1]), rows, found, lines,
    )  # fmt: skip


def _check_cell(network: Network, cell: tuple[str, Index]) -> None:
    """Raises: Refused"""
    name, index = cell
    check_layer(
        name,
        [n for n, one in zip(network.names, network.layers, strict=True) if one.over_time],
        "cell.layer",
    )
    i = network.names.index(name)
    layer: Any = network.layers[i]
    ways = 2 if layer.over_time.both_ways else 1
    inside(index, (network.shapes[i][0], ways * layer.units), "cell.unit", name)


def _worked(
    experiment: Experiment, vector: Array, caches: list[Cache], passes: list[Pass], cell: tuple[str, Index]
) -> list[Line]:  # fmt: skip
    """As `worked` has them of an update, but in evaluation and of any input: these very numbers."""
    network, twin = experiment.network, experiment.trainer.twin()
    made = Backprop(
        network, vector, np.zeros_like(vector), passes, passes[-1].inputs[: len(caches)], caches, [], 0.0
    )  # fmt: skip
    walk = Walk(
        experiment, [0], 0, made, twin, twin.snapshot(), twin.learning_rate, vector, dict([cell])
    )
    return step_lines(walk, network.names.index(cell[0]))


def arrays_of(found: Unrolled) -> dict[str, Array]:
    """What is drawn of it again and again, by name: `h.lstm_1`, `c.lstm_1`, `gate.i.lstm_1`, `grad.lstm_1`
    (the length of dL/dh_t) and `grad_c.lstm_1`; `backward_` before what is read from the end.  float32"""
    arrays: dict[str, Array] = {}
    for one in found.layers:
        way = FROM_THE_END if one.direction == "backward" else ""
        parts = {"h": one.h, "c": one.c, "grad": one.grad_h, "grad_c": one.grad_c}
        parts |= {f"gate.{letter}": gate for letter, gate in one.gates.items()}
        for part, array in parts.items():
            if array is not None:
                arrays[f"{way}{part}.{one.layer}"] = np.ascontiguousarray(array, np.float32)
    return arrays


def _rows(network: Network, steps: int) -> NDArray[np.int64]:
    """The steps whose gradient is told by itself: all, or so many evenly spaced, the last among them."""
    most = max(1, MEASURE_WORK // (3 * max(1, network.work)) - 1)
    if most >= steps:
        return np.arange(steps)
    return np.linspace(steps - 1, 0, most, endpoint=most > 1).round().astype(np.int64)[::-1]


def numbers_of(network: Network, rows: int = 1) -> int:
    """How many numbers an answer holds, with so many rows by source."""
    steps = network.input_shape[0]
    found = prod(network.shapes[-1])
    for layer, shape in zip(network.layers, network.shapes, strict=False):
        if layer.over_time:
            ways = 2 if layer.over_time.both_ways else 1
            found += steps * (layer.over_time.states + ways * (shape[-1] + 2 + rows))
    return found


def _asked(experiment: Experiment, outputs: Array, of: int | None) -> Any:
    """The number of the output whose gradient is wanted, at every step where there is one.  Raises: Refused"""
    dataset = experiment.dataset
    if of is None:
        return experiment.classify(outputs)[0] if dataset.classes else 0
    most = dataset.classes or dataset.outputs
    if not 0 <= of < most:
        raise Refused(
            "of",
            Reason("unrolled.no_such_output", "outputs are numbered 0 to {last}", last=most - 1),
        )
    return np.full(outputs.shape[1], of) if outputs.ndim == 3 else of


def _slopes(
    experiment: Experiment, out: Cache, asked: Any, of_loss: bool, *, shares: bool
) -> tuple[Array, float | None, Array | None]:
    """dL/dz of the output, (1, ..), with the loss and every step's share of it, where `shares` are asked
    for; or the slope of the output asked about, 1 in its place."""
    network = experiment.network
    record, first = network.loss_record, {part: out[part][:1] for part in ("z", "a")}
    z = first["z"]
    if not of_loss:
        dz = np.zeros_like(z)
        if z.shape[-1] == 1:  # one output for two classes: the other way round for the first
            dz[...] = -1.0 if experiment.dataset.classes and not np.any(asked) else 1.0
        else:
            np.put_along_axis(dz, np.asarray(asked).reshape(*z.shape[:-1], 1), 1.0, axis=-1)
        return dz, None, None
    t = experiment.coded(np.asarray(asked)[None]).astype(z.dtype)
    loss = network.loss_of(first, t)
    if record.fused:
        dz = record.gradient(z, t)
    else:
        slope = record.gradient(first["a"], t)
        function = network.output.function
        dz = slope if function is None else deactivated(function, first, slope)
    return dz, loss if isfinite(loss) else None, _shares(network, first, t) if shares else None


def _shares(network: Network, out: Cache, t: Array) -> Array:
    """Of the loss, step by step: they add up to it.  (asked,)"""
    if t.ndim != 2 or network.loss_record.asks != "steps":
        return np.array(losses_of(network, out, t))
    alone = {part: out[part][0][:, None] for part in ("z", "a")}  # each step a sample of its own
    each = np.array(losses_of(network, alone, t[0][:, None]))
    parts = shares(network.loss_record, network.class_weights, t)[0]
    return np.where(t[0] >= 0, each * parts, np.nan)


def _by_itself(dz: Array, rows: NDArray[np.int64]) -> Array:
    """The same slopes with one step's alone left in each.  (1, time, outputs) -> (rows, time, outputs)"""
    alone = np.zeros((len(rows), *dz.shape[1:]))
    alone[np.arange(len(rows)), rows] = dz[0, rows]
    return alone


def _directions(
    network: Network, i: int, vector: Array, cache: Cache, run: Pass
) -> Sequence[Direction]:
    layer: Any = network.layers[i]
    views = network.split(vector)[i]
    found = []
    for way in ("", FROM_THE_END) if layer.over_time.both_ways else ("",):
        kept = cache["kept" + way]
        turn = slice(None, None, -1 if way else 1)
        lengths = _lengths(kept["d"])[turn].T  # (batch, time)
        c = kept.get("c")
        found.append(
            Direction(
                network.names[i], layer.kind, "backward" if way else "forward", layer.over_time.truncate,
                kept["x"][turn, 0], kept["h"][turn, 0], None if c is None else c[turn, 0],
                {name: gate[turn] for name, gate in _gates(layer, views, kept, way).items()},
                lengths[0],
                None if c is None else _lengths(kept["dc"][turn, 0]),
                lengths[1:] if len(lengths) > 1 else lengths,
            )
        )  # fmt: skip
    return found


def _lengths(gradients: Array) -> Array:
    """Of the last axis, in float64: of a gradient that vanishes the squares do so first."""
    return np.sqrt((gradients.astype(np.float64) ** 2).sum(axis=-1))


def _gates(layer: Any, views: Any, kept: Cache, way: str) -> dict[str, Array]:
    """By letter, of the first of the batch, in the order of reading.  (time, units)"""
    if "gates" in kept:
        letters = GATES[layer.kind]
        return dict(zip(letters, np.split(kept["gates"][:, 0], len(letters), axis=1), strict=True))
    p, h = of_way(views, way), kept["h"][:, 0]
    return {"z": kept["x"][:, 0] @ p["weight"] + before(h) @ p["recurrent_weight"] + p["bias"]}


__all__ = ["Direction", "Unrolled", "arrays_of", "numbers_of", "unrolled"]
