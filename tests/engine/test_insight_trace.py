"""The trace is the update that training makes next, and looking at it changes nothing."""

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from engine import SGD, Dense
from engine.datasets.plane import Blobs
from engine.insight import trace
from engine.layers import BatchNorm
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES, Plateau

from .kinds import CARE, OF_LAYER, OF_LOSS, experiment, same_state

MOMENTUM = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)


def hold_to_training(run, tolerance: float = 0.0) -> None:
    """Trace the next batch, then make the update: every number after it must be the trace's."""
    before = run.state()
    found = trace(run, run.trainer.samples_ahead().tolist())
    assert same_state(before, run.state())
    rate = run.trainer.learning_rate
    losses = run.train(1)
    assert next(e for e in found.entries if e.stage == "loss").values["value"] == pytest.approx(
        losses[0], rel=tolerance, abs=0
    )
    views = run.network.layout.views
    after, slots = views(run.trainer.vector), run.trainer.slots
    if run.trainer.average is not None:
        slots = {**slots, "average": run.trainer.average}
    seen = set()
    for entry in found.entries:
        values = entry.values
        if entry.stage != "update" or "parameter" not in values:
            continue
        name = f"{entry.layer}.{values['parameter']}"
        seen.add(name)
        np.testing.assert_allclose(values["weight_after"], after[name], rtol=0, atol=tolerance)
        if entry.kind == "running":
            continue
        assert values["learning_rate"] == rate
        moved = views(run.trainer.gradient)[name]
        np.testing.assert_allclose(values["grad"], moved, rtol=0, atol=tolerance)
        for slot, row in slots.items():
            np.testing.assert_allclose(
                values[slot + "_after"], views(row)[name], rtol=0, atol=tolerance
            )
    assert seen == after.keys()


@pytest.mark.parametrize("kind", OF_LAYER)
def test_the_trace_is_the_next_update_bit_for_bit(kind) -> None:
    run = experiment(**OF_LAYER[kind], **CARE, optimizer=MOMENTUM)
    run.train(4)
    hold_to_training(run)


@pytest.mark.parametrize("kind", OF_LAYER)
def test_the_trace_is_the_compiled_update_nearly(kind) -> None:
    run = experiment(**OF_LAYER[kind], **CARE, optimizer=MOMENTUM, compiled=True)
    run.train(4)
    hold_to_training(run, 1e-6)


@pytest.mark.parametrize("loss", OF_LOSS)
def test_of_every_loss(loss) -> None:
    hold_to_training(experiment(**OF_LOSS[loss]))


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_of_every_optimizer(kind) -> None:
    run = experiment(optimizer=OPTIMIZERS[kind](), layers=(Dense(units=3),))
    run.train(3)
    hold_to_training(run)


@pytest.mark.parametrize("kind", SCHEDULES)
def test_of_every_schedule(kind) -> None:
    schedule = Plateau(patience=0, threshold=0.9) if kind == "plateau" else SCHEDULES[kind]()
    run = experiment(schedule=schedule, layers=(Dense(units=3),))
    run.train(60)
    hold_to_training(run)


def test_the_eight_chapters_come_in_order() -> None:
    run = experiment(
        dataset=Blobs(samples=60), layers=(Dense(units=4, activation="sigmoid"),), batch_size=1
    )
    run.train(7)
    found = trace(run, [3])
    assert (found.step, found.samples) == (7, [3])
    assert [(e.stage, e.chapter, e.layer) for e in found.entries] == [
        ("forward", 1, "network"), ("forward", 2, "input"), ("forward", 3, "dense_1"),
        ("forward", 4, "output"), ("loss", 5, "output"), ("backward", 5, "output"),
        ("backward", 6, "dense_1"), ("update", 7, "dense_1"), ("update", 7, "dense_1"),
        ("update", 7, "output"), ("update", 7, "output"), ("update", 8, "network"),
    ]  # fmt: skip
    assert trace(run).samples == [0]
    last = found.entries[-1].values
    np.testing.assert_array_equal(last["next_samples"], run.trainer.samples_ahead())


def test_the_numbers_fit_together_as_the_formulas_say() -> None:
    found = trace(experiment(layers=(Dense(units=4),), optimizer=SGD(learning_rate=0.5)), [3, 5])
    _, given, hidden, out, loss, at_output, at_hidden, update = found.entries[:8]
    h, o, d, e = hidden.values, out.values, at_hidden.values, at_output.values
    np.testing.assert_array_equal(given.values["x"], h["x"])
    np.testing.assert_allclose(h["x"] @ h["weight"] + h["bias"], h["z"], rtol=1e-6)
    np.testing.assert_allclose(np.tanh(h["z"]), h["a"], rtol=1e-6)
    np.testing.assert_array_equal(h["a"], o["x"])
    np.testing.assert_allclose(loss.values["each"].mean(), loss.values["value"], rtol=1e-6)
    np.testing.assert_allclose(e["delta"], (loss.values["y"] - loss.values["t"]) / 2, atol=1e-7)
    np.testing.assert_allclose(e["dx"], e["delta"] @ o["weight"].T, rtol=1e-5)
    np.testing.assert_array_equal(d["da"], e["dx"])
    np.testing.assert_allclose(d["delta"], d["da"] * (1 - h["a"] ** 2), rtol=1e-5)
    np.testing.assert_allclose(d["grad_weight"], h["x"].T @ d["delta"], rtol=1e-5)
    assert "dx" not in d  # nothing is before the first layer
    v = update.values
    np.testing.assert_array_equal(v["grad"], d["grad_weight"])
    np.testing.assert_allclose(v["weight_after"], v["weight_before"] - 0.5 * v["grad"], rtol=1e-6)


def test_what_a_shortcut_gives_back_is_in_da_and_not_in_dx() -> None:
    found = trace(experiment(**OF_LAYER["residual"]), [0, 1])
    backward = {e.layer: e.values for e in found.entries if e.stage == "backward"}
    # Both reach back to what went into dense_2.
    total = sum(backward[name]["dx"] for name in ("dense_2", "residual_1", "residual_2"))
    np.testing.assert_allclose(backward["dense_1"]["da"], total, rtol=1e-5)


def test_recurrent_layers_show_their_states_over_time() -> None:
    found = trace(experiment(**OF_LAYER["lstm"]), [0, 1])
    values = next(e.values for e in found.entries if e.layer == "lstm_1")
    for name in ("h", "c", "backward_h", "backward_c"):
        assert values[name].shape == (2, 48, 3)
    both = np.concatenate([values["h"], values["backward_h"]], axis=2)
    np.testing.assert_array_equal(both, values["a"])
    assert values["gates"].shape == (2, 48, 12)


def test_frozen_layers_do_not_move_and_running_statistics_do() -> None:
    layers = (Dense(units=4, trainable=False), BatchNorm())
    found = trace(experiment(layers=layers), [0, 1, 2])
    moved = [f"{e.layer}.{e.values['parameter']}" for e in found.entries if e.chapter == 7]
    assert moved == [
        "batch_norm_1.weight", "batch_norm_1.bias", "batch_norm_1.running_mean",
        "batch_norm_1.running_variance", "output.weight", "output.bias",
    ]  # fmt: skip


@pytest.mark.parametrize("kind", OF_LAYER)
def test_every_formula_is_mathml(kind) -> None:
    for entry in trace(experiment(**OF_LAYER[kind])).entries:
        for formula in (entry.formula, entry.values.get("activation_formula", "<math/>")):
            root = ElementTree.fromstring(re.sub("'", '"', formula))
            assert root.tag.endswith("math")


def test_more_than_the_limits_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"limit: max_trace_numbers"):
        trace(experiment(), [0] * 20_000)
    wide = experiment(layers=(Dense(units=512), Dense(units=512)))
    with pytest.raises(ValueError, match=r"limit: max_trace_numbers"):
        trace(wide)
    for samples, says in (([], "no samples"), ([300], "0 to 299"), ([-1], "0 to 299")):
        with pytest.raises(ValueError, match=says):
            trace(experiment(), samples)


def test_a_diverged_network_still_shows_what_would_come() -> None:
    run = experiment(loss="mse", optimizer=SGD(learning_rate=1e6))
    run.train(1000)
    assert run.diverged
    assert trace(run).entries
