"""Units off and frozen: what they say, what moves, and that all of it can be taken back."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import SGD, Dense, NetworkSpec
from engine.datasets.sequence import Waveforms
from engine.errors import Refused
from engine.insight import check_gradient, trace, worked
from engine.insight.worked import leaves, value_of
from engine.layers import GRU, LSTM, BatchNorm, Flatten, Residual, SimpleRNN
from engine.network import Network
from engine.optimizers import OPTIMIZERS
from engine.spec import Regularization
from engine.spec_json import of_text, to_text
from engine.surgery import Surgery

from .checking import IDS, KEY, STACKS, batch, build, start, worst_gap
from .kinds import CARE, OF_LAYER, experiment, same_state

MOMENTUM = SGD(learning_rate=0.1, momentum=0.9)


def operated(network: Network) -> Surgery:
    """Of every layer with units the last one off, the first one frozen where something learns."""
    counts = {name: count for name, count in network.units.items() if count}
    learns = {entry.name.split(".")[0] for entry in network.layout}
    return Surgery(
        off={name: (count - 1,) for name, count in counts.items()},
        frozen={name: (0,) for name in counts if name in learns},
    )


def places_of(network: Network, layer: str, unit: int, recurrent_rows: bool) -> np.ndarray:
    """By hand: the numbers of the vector that are a unit's own."""
    made: Any = network.layers[network.names.index(layer)]
    mask = np.zeros(network.layout.size, bool)
    for name, view in network.layout.views(mask).items():  # type: ignore[arg-type]
        owner, part = name.split(".")
        if owner != layer:
            continue
        if not hasattr(made, "return_sequences"):
            view[..., unit] = True
            continue
        back, place = divmod(unit, made.units)
        if part.startswith("backward_") != bool(back):
            continue
        for gate in range(view.shape[-1] // made.units):
            view[..., gate * made.units + place] = True
        if recurrent_rows and part.endswith("recurrent_weight"):
            view[place] = True
    return np.flatnonzero(mask)


@pytest.mark.parametrize("stack", [stack for _, stack in STACKS], ids=IDS)
def test_the_gradient_is_that_of_what_is_left(stack) -> None:
    network = build(stack)
    network.operate(operated(network))
    vector = start(network)
    x, t = batch(network, stack, 5)
    truncated = any(layer.over_time and layer.over_time.truncate for layer in network.layers)
    if not truncated:  # of truncated backpropagation there is no function
        assert worst_gap(network, vector, x, t) < 1e-6
    caches = network.forward(vector, x)
    for name, cache in zip(network.names, caches, strict=True):
        for unit in network.surgery.off.get(name, ()):
            assert not cache["a"][..., unit].any()


@pytest.mark.parametrize("stack", [stack for _, stack in STACKS], ids=IDS)
def test_the_compiled_way_is_the_numpy_way(stack) -> None:
    network = build(stack)
    network.operate(operated(network))
    vector = start(network).astype(np.float32)
    x, t = (array.astype(np.float32) for array in batch(network, stack, 6))
    found = []
    for compiled in (False, True):
        passes = network.passes(training=True, compiled=compiled, key=KEY)
        gradient = np.zeros_like(vector)
        loss = network.loss_and_gradient(vector.copy(), gradient, x, t, passes)
        found.append((loss, gradient))
    assert found[1][0] == pytest.approx(found[0][0], rel=1e-4)
    scale = np.abs(found[0][1]).max()
    np.testing.assert_allclose(found[1][1], found[0][1], atol=2e-4 * scale)


def independent(run, steps: int, off: dict[int, int], frozen: dict[int, int]) -> np.ndarray:
    """Softmax regression through tanh layers by SGD with momentum and L2, in float64, written out."""
    trainer = run.trainer
    twin = trainer.state.twin()
    w = trainer.vector.astype(np.float64).copy()
    velocity = np.zeros_like(w)
    depth = len(run.network.layers)
    for _ in range(steps):
        rows = twin.next_batch(trainer.batch, False)
        twin.pass_by(len(rows))
        views = run.network.layout.views(w)
        weights = list(views.values())
        a = [trainer.inputs[rows].astype(np.float64)]
        for layer in range(depth):
            z = a[-1] @ weights[2 * layer] + weights[2 * layer + 1]
            if layer < depth - 1:
                z = np.tanh(z)
                if layer in off:
                    z[:, off[layer]] = 0
            a.append(z)
        e = np.exp(a[-1] - a[-1].max(axis=1, keepdims=True))
        delta = (e / e.sum(axis=1, keepdims=True) - trainer.targets[rows]) / len(rows)
        gradients: list[np.ndarray] = []
        for layer in range(depth - 1, -1, -1):
            gradients = [a[layer].T @ delta, delta.sum(axis=0), *gradients]
            delta = (delta @ weights[2 * layer].T) * (1 - a[layer] ** 2)
            if layer - 1 in off:
                delta[:, off[layer - 1]] = 0
        for k in range(0, 2 * depth, 2):
            gradients[k] = gradients[k] + run.spec.regularization.l2 * weights[k]
        for which in (off, frozen):
            for layer, unit in which.items():
                gradients[2 * layer][:, unit] = 0
                gradients[2 * layer + 1][unit] = 0
        flat = np.concatenate([g.ravel() for g in gradients])
        velocity = run.spec.optimizer.momentum * velocity + flat
        moved = run.spec.optimizer.learning_rate * velocity
        moved_views = run.network.layout.views(moved)
        for which in (off, frozen):
            for layer, unit in which.items():
                list(moved_views.values())[2 * layer][:, unit] = 0
                list(moved_views.values())[2 * layer + 1][unit] = 0
        w = w - moved
    return w


@pytest.mark.parametrize("compiled", [False, True])
def test_training_is_what_is_written_out_by_hand(compiled: bool) -> None:
    run = experiment(
        compiled=compiled,
        optimizer=MOMENTUM,
        regularization=Regularization(l2=0.01),
        layers=(Dense(units=7), Dense(units=5)),
    )
    run.train(20)  # so that there is a velocity to be held
    run.trainer.state.buffer[2] = 0
    run.operate("dense_1", 3, "off")
    run.operate("dense_2", 1, "freeze")
    expected = independent(run, 60, {0: 3}, {1: 1})
    run.train(60)
    np.testing.assert_allclose(run.trainer.vector, expected, atol=2e-4)


@pytest.mark.parametrize("wide", [8, 90], ids=["lanes", "blas"])
def test_both_compiled_loops_are_the_numpy_way(wide: int) -> None:
    layers = (Dense(units=wide, activation="sigmoid"), Dense(units=40))
    surgery = Surgery(off={"dense_1": (0, 5), "dense_2": (39,)}, frozen={"dense_1": (2,)})
    spec: dict[str, Any] = {"layers": layers, "surgery": surgery, "optimizer": MOMENTUM}
    runs = [experiment(compiled=compiled, **spec) for compiled in (False, True)]
    before = runs[0].trainer.vector.copy()
    for run in runs:
        run.train(40)
    np.testing.assert_allclose(runs[1].trainer.vector, runs[0].trainer.vector, atol=2e-4)
    for run in runs:
        for layer, unit in (("dense_1", 0), ("dense_1", 5), ("dense_2", 39), ("dense_1", 2)):
            mine = places_of(run.network, layer, unit, recurrent_rows=False)
            np.testing.assert_array_equal(run.trainer.vector[mine], before[mine])


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer_holds_what_is_held(kind: str, compiled: bool) -> None:
    optimizer: Any = OPTIMIZERS[kind](learning_rate=0.05)
    if hasattr(optimizer, "weight_decay"):
        optimizer = replace(optimizer, weight_decay=0.1)
    if hasattr(optimizer, "momentum"):
        optimizer = replace(optimizer, momentum=0.9)
    run = experiment(compiled=compiled, optimizer=optimizer, **CARE)
    run.train(10)
    before = run.trainer.vector.copy()
    run.operate("dense_1", 2, "off")
    run.operate("dense_2", 4, "freeze")
    run.train(15)
    held = np.union1d(
        places_of(run.network, "dense_1", 2, True), places_of(run.network, "dense_2", 4, True)
    )
    np.testing.assert_array_equal(run.network.held, held)
    assert run.trainer.vector[held].tobytes() == before[held].tobytes()
    others = np.setdiff1d(np.arange(run.network.layout.size), held)
    moved = (run.trainer.vector[others] != before[others]).mean()
    assert moved > 0.9


RECURRENT: dict[str, Any] = {
    "simple_rnn": SimpleRNN(units=4, bidirectional=True, return_sequences=True),
    "lstm": LSTM(units=4, bidirectional=True),
    "gru": GRU(units=4, return_sequences=True),
}


@pytest.mark.parametrize("compiled", [False, True])
@pytest.mark.parametrize("kind", RECURRENT)
def test_a_recurrent_unit_is_held_with_all_its_gates(kind: str, compiled: bool) -> None:
    layers = (RECURRENT[kind], *((Flatten(),) if RECURRENT[kind].return_sequences else ()))
    run = experiment(
        compiled=compiled, dataset=Waveforms(samples=30), layers=layers, optimizer=MOMENTUM, **CARE
    )
    run.train(3)
    before = run.trainer.vector.copy()
    units = run.network.units[f"{kind}_1"]
    run.operate(f"{kind}_1", units - 1, "off")
    run.operate(f"{kind}_1", 0, "freeze")
    run.train(5)
    held = np.union1d(
        places_of(run.network, f"{kind}_1", units - 1, True),
        places_of(run.network, f"{kind}_1", 0, False),
    )
    np.testing.assert_array_equal(run.network.held, held)
    np.testing.assert_array_equal(run.trainer.vector[held], before[held])
    assert (run.trainer.vector != before).sum() > 0.9 * (len(before) - len(held))


def test_others_do_not_hear_a_recurrent_unit_that_is_off() -> None:
    """As a layer without it: h, written out for a simple RNN of two units."""
    run = experiment(dataset=Waveforms(samples=10), layers=(SimpleRNN(units=2),))
    run.operate("simple_rnn_1", 1, "off")
    views = {
        n: v.astype(np.float64) for n, v in run.network.layout.views(run.trainer.vector).items()
    }
    x = run.trainer.inputs.astype(np.float64)
    h = np.zeros(len(x))
    for t in range(x.shape[1]):
        h = np.tanh(
            x[:, t] @ views["simple_rnn_1.weight"][:, 0]
            + h * views["simple_rnn_1.recurrent_weight"][0, 0]
            + views["simple_rnn_1.bias"][0]
        )
    a = run.network.forward(run.trainer.vector, run.trainer.inputs)[0]["a"]
    np.testing.assert_allclose(a[:, 0], h, atol=1e-5)
    assert not a[:, 1].any()


def test_on_again_is_what_it_was_to_the_bit() -> None:
    run = experiment(compiled=True, optimizer=MOMENTUM)
    run.train(50)
    before, measured = run.trainer.snapshot(), run.measure()
    run.operate("dense_2", 3, "off")
    assert run.measure() != measured
    run.operate("dense_2", 3, "on")
    assert same_state(before.arrays(), run.trainer.snapshot().arrays())
    assert run.measure() == measured
    assert run.marks() == [], "at one step, off and on again is no change"


def test_sliced_otherwise_it_is_the_same_run() -> None:
    surgery = Surgery(off={"dense_1": (1,)}, frozen={"dense_2": (0, 2)})
    one, other = (experiment(compiled=True, surgery=surgery, optimizer=MOMENTUM) for _ in range(2))
    one.train(100)
    other.train(60)
    other.train(40)
    assert one.trainer.state.buffer[0].tobytes() == other.trainer.state.buffer[0].tobytes()


def test_marks_rewinding_and_checkpoints_have_it() -> None:
    run = experiment(compiled=True, optimizer=MOMENTUM)
    run.train(30)
    run.operate("dense_1", 3, "off")
    run.train(20)
    at_50 = run.trainer.snapshot()
    run.operate("dense_1", 3, "on")
    run.operate("dense_2", 1, "freeze")
    run.train(20)
    assert [(m["step"], m["what"], m["before"], m["after"]) for m in run.marks()] == [
        (30, ["surgery.off.dense_1"], [[]], [[3]]),
        (50, ["surgery.off.dense_1", "surgery.frozen.dense_2"], [[3], []], [[], [1]]),
    ]
    end = run.trainer.snapshot()
    run.seek(40)
    assert run.spec.surgery == Surgery(off={"dense_1": (3,)})
    run.seek(20)
    assert not run.spec.surgery
    run.seek(70)
    assert run.spec.surgery == Surgery(frozen={"dense_2": (1,)})
    assert same_state(end.arrays(), run.trainer.snapshot().arrays())
    run.seek(49)
    assert of_text(to_text(run.spec)) == run.spec
    state = {name: array.copy() for name, array in run.state().items()}
    again = experiment(compiled=True, **{"optimizer": MOMENTUM, "surgery": run.end_spec.surgery})
    again.load_state(state)
    assert again.spec.surgery == Surgery(off={"dense_1": (3,)})
    again.train(1)
    assert again.trainer.vector.tobytes() == at_50.state[0][: again.network.layout.size].tobytes()


def test_units_that_are_gone_are_forgotten() -> None:
    run = experiment(surgery=Surgery(off={"dense_1": (7, 1), "dense_3": (0,)}))
    assert run.spec.surgery.off == {"dense_1": (1, 7), "dense_3": (0,)}
    run.patch(replace(run.spec, layers=(Dense(units=4), Dense(units=8))))
    assert run.spec.surgery == Surgery(off={"dense_1": (1,)})
    run.patch(replace(run.spec, layers=()))
    assert run.spec.surgery == Surgery()
    # The other way about, both at once, as undoing it does.
    layers = (Dense(units=8),)
    run.patch(replace(run.spec, layers=layers, surgery=Surgery(off={"dense_1": (7,)})))
    assert run.spec.surgery == Surgery(off={"dense_1": (7,)})


@pytest.mark.parametrize(
    ("surgery", "place", "code"),
    [
        (Surgery(off={"output": (0,)}), "surgery.off.output", "surgery.output"),
        (Surgery(off={"dense_9": (0,)}), "surgery.off.dense_9", "no_such_layer"),
        (Surgery(off={"dense_1": (8,)}), "surgery.off.dense_1", "no_such_unit"),
        (Surgery(frozen={"batch_norm_1": (0,)}), "surgery.frozen.batch_norm_1", "surgery.no_units"),
        (Surgery(frozen={"residual_1": (0,)}), "surgery.frozen.residual_1", "surgery.nothing_to_freeze"),
    ],
)  # fmt: skip
def test_what_there_is_none_of_is_refused(surgery: Surgery, place: str, code: str) -> None:
    layers = (Dense(units=8), BatchNorm(), Residual())
    with pytest.raises(Refused) as found:
        experiment(layers=layers, surgery=surgery)
    assert (found.value.place, found.value.reason.code) == (place, code)


# Looking inside


@pytest.mark.parametrize("kind", OF_LAYER)
def test_the_trace_and_the_worked_lines_have_it(kind: str) -> None:
    run = experiment(**OF_LAYER[kind], **CARE, optimizer=MOMENTUM)
    surgery = operated(run.network)
    run.patch(replace(run.spec, surgery=surgery))
    run.train(3)
    for entry in trace(run, [1, 5]).entries:
        for unit in surgery.off.get(entry.layer, ()):
            if entry.stage == "forward":
                assert not entry.values["a"][..., unit].any()
            if (
                entry.stage == "backward"
                and "delta" in entry.values
                and entry.kind in ("dense", "conv2d")
            ):
                assert not entry.values["delta"][..., unit].any()
    shapes = worked(run, [1]).shapes
    off = {name: (*(0 for _ in shapes[name][:-1]), units[0]) for name, units in surgery.off.items()}
    whats = set()
    for units in ({}, off):
        for line in worked(run, [1, 5], units=units).lines:
            whats.add(line.what)
            scale = max(abs(line.value), *(1e-2 * abs(n.value) for n in leaves(line.term)))
            assert value_of(line.term) == pytest.approx(
                line.value, rel=0, abs=2e-5 * scale + 1e-9
            ), line
    if off:
        assert {"off", "off_back"} <= whats


@pytest.mark.parametrize("kind", OF_LAYER)
def test_the_gradient_check_passes_over_what_is_held(kind: str) -> None:
    run = experiment(**OF_LAYER[kind])
    run.patch(replace(run.spec, surgery=operated(run.network)))
    run.train(2)
    found = check_gradient(run, numbers=20)
    assert found.passed, found
    held = run.network.layout.locate(int(run.network.held[0])) if len(run.network.held) else None
    if held is not None and kind != "batch_norm":
        with pytest.raises(Refused) as refused:
            check_gradient(run, at={held[0].name: held[1]})
        assert refused.value.reason.code == "parameter_fixed"


def test_a_spec_says_it() -> None:
    spec = NetworkSpec(surgery=Surgery(off={"dense_1": (3,)}))
    assert of_text(to_text(spec)) == spec
