"""Every line of a worked update: what its arithmetic comes to is the number of the update itself."""

import numpy as np
import pytest

from engine import SGD, Dense, NetworkSpec
from engine.activations import ACTIVATIONS
from engine.errors import Refused
from engine.insight import trace, worked
from engine.insight.exercise import exercise, hidden, hint, marked, tolerance
from engine.insight.worked import leaves, value_of
from engine.layers import LAYERS
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS
from engine.presets import PRESETS
from engine.schedules import SCHEDULES, Plateau

from .kinds import CARE, OF_LAYER, OF_LOSS, experiment, same_state

FIELDS = tuple(NetworkSpec.__dataclass_fields__)
MOMENTUM = SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
BATCHES = ([0], [3], [1, 5, 7])


def hold_to_itself(run) -> None:
    """Every line's arithmetic gives its value; nothing of the run is touched."""
    before = run.state()
    for batch in BATCHES:
        for sample in {batch[0], batch[-1]}:
            found = worked(run, batch, sample)
            assert {line.chapter for line in found.lines} == set(range(1, 9))
            for line in found.lines:
                made = value_of(line.term)
                # Sums whose terms cancel keep float32's error of the terms.
                scale = max(abs(line.value), *(1e-2 * abs(n.value) for n in leaves(line.term)))
                assert made == pytest.approx(line.value, rel=0, abs=2e-5 * scale + 1e-9), line
    assert same_state(before, run.state())


def numbers_of(found) -> dict:
    """The trace's numbers by layer and name; of an update by parameter too."""
    numbers = {}
    for entry in found.entries:
        for name, value in entry.values.items():
            if isinstance(value, np.ndarray):
                part = (
                    f"{entry.values['parameter']}:"
                    if entry.stage == "update" and "parameter" in entry.values
                    else ""
                )
                numbers[entry.layer, part + name] = value
    return numbers


def hold_to_the_trace(run, batch) -> None:
    """Wherever a line or a number in it says where in the trace it stands, it stands there."""
    numbers = numbers_of(trace(run, batch))
    seen = 0
    for line in worked(run, batch).lines:
        places = [(line.at, line.value), *((n.at, n.value) for n in leaves(line.term))]
        for at, value in places:
            if at is None or (at.layer, at.array) not in numbers:
                continue
            seen += 1
            found = numbers[at.layer, at.array][at.index]
            assert value == pytest.approx(float(found), rel=1e-6, abs=1e-12), (line.what, at)
    assert seen > 10


@pytest.mark.parametrize("kind", OF_LAYER)
def test_of_every_layer(kind) -> None:
    run = experiment(**OF_LAYER[kind], **CARE, optimizer=MOMENTUM)
    run.train(4)
    hold_to_itself(run)
    hold_to_the_trace(run, [1, 5, 7])


@pytest.mark.parametrize("loss", OF_LOSS)
def test_of_every_loss(loss) -> None:
    run = experiment(**OF_LOSS[loss])
    run.train(3)
    hold_to_itself(run)
    hold_to_the_trace(run, [2])


@pytest.mark.parametrize("updates", [0, 1, 40])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_of_every_optimizer(kind, updates) -> None:
    run = experiment(optimizer=OPTIMIZERS[kind](), layers=(Dense(units=3),))
    run.train(updates)
    hold_to_itself(run)
    hold_to_the_trace(run, [2, 4])


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_of_every_activation_at_every_unit(name) -> None:
    run = experiment(layers=(Dense(units=4, activation=name), Dense(units=3, activation=name)))
    run.train(5)
    for unit in range(3):
        for sample in range(6):
            units = {"dense_1": (unit + 1,), "dense_2": (unit,), "output": (unit,)}
            for line in worked(run, [sample], units=units).lines:
                assert value_of(line.term) == pytest.approx(line.value, rel=2e-5, abs=1e-6), line


@pytest.mark.parametrize("kind", SCHEDULES)
def test_the_rate_is_that_of_the_schedule(kind) -> None:
    schedule = Plateau(patience=0, threshold=0.9) if kind == "plateau" else SCHEDULES[kind]()
    run = experiment(schedule=schedule, layers=(Dense(units=3),))
    run.train(60)
    rate = run.trainer.learning_rate
    lines = worked(run).lines
    new = [line for line in lines if line.what == "new_weight"]
    assert all(n.value == rate for line in new for n in leaves(line.term) if n.symbol == "η")


def test_every_kind_of_layer_and_loss_was_among_them() -> None:
    assert OF_LAYER.keys() == LAYERS.keys()
    assert OF_LOSS.keys() == LOSSES.keys()


def test_another_unit_sample_and_number_can_be_looked_at() -> None:
    run = experiment(layers=(Dense(units=4), Dense(units=3)))
    found = worked(run, [4, 9], 9, {"dense_1": (2,), "output": (1,)}, {"dense_2.weight": (3, 1)})
    assert found.sample == 9
    assert found.units == {"dense_1": (2,), "dense_2": (0,), "output": (1,)}
    whole = numbers_of(trace(run, [4, 9]))
    z = next(line for line in found.lines if line.what == "weighted_sum")
    assert (z.left, z.value) == ("z^(1)_3", pytest.approx(float(whole["dense_1", "z"][1, 2])))
    assert found.chains["dense_2.weight"].place == (3, 1)
    assert found.chains["dense_2.weight"].gradient == pytest.approx(
        float(whole["dense_2", "grad_weight"][3, 1]), rel=1e-5
    )


def test_a_weights_chain_is_a_product_and_its_own_three_factors_are_the_gradient() -> None:
    run = experiment(layers=(Dense(units=4), Dense(units=3)))
    run.train(3)
    for name, chain in worked(run, [5]).chains.items():
        product = np.prod([factor.value for factor in chain.factors])
        assert chain.value == pytest.approx(product)
        assert np.prod([f.value for f in chain.local]) == pytest.approx(chain.gradient, rel=1e-5)
        if name == "dense_1.weight":  # x, f', w, f', w, error
            assert [factor.what for factor in chain.factors] == [
                "input", "slope", "weight", "slope", "weight", "error",
            ]  # fmt: skip


def test_a_wide_layer_shows_its_largest_terms_and_how_many_more() -> None:
    run = experiment(layers=(Dense(units=40), Dense(units=2)))
    line = next(x for x in worked(run).lines if x.what == "weighted_sum" and x.layer == "dense_2")
    assert line.term.more.count == 40 - (len(line.term.of) - 1)
    assert value_of(line.term) == pytest.approx(line.value, rel=1e-5)


def test_flat_curves_and_dropped_units_are_remarked() -> None:
    run = experiment(layers=(Dense(units=3, activation="relu"),))
    notes = {
        note
        for unit in range(3) for sample in range(12)
        for line in worked(run, [sample], units={"dense_1": (unit,)}).lines
        for note in line.notes
    }  # fmt: skip
    assert {"stopped", "drawn"} <= notes


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"samples": [100_000]}, "samples"),
        ({"samples": [1], "sample": 2}, "sample"),
        ({"units": {"dense_7": (0,)}}, "units.dense_7"),
        ({"units": {"dense_1": (9,)}}, "units.dense_1"),
        ({"units": {"dense_1": (0, 0)}}, "units.dense_1"),
        ({"places": {"dense_1.kernel": (0,)}}, "places.dense_1.kernel"),
        ({"places": {"dense_1.weight": (0,)}}, "places.dense_1.weight"),
    ],
)
def test_what_is_not_there_is_refused_at_its_place(asked, field) -> None:
    with pytest.raises(Refused) as refused:
        worked(experiment(layers=(Dense(units=3),)), **asked)
    assert refused.value.place == field


def test_an_applied_update_is_the_one_shown_to_the_bit() -> None:
    run = experiment(**OF_LAYER["dropout"], **CARE, optimizer=MOMENTUM)
    run.train(4)
    shown = trace(run, [2, 6])
    order = run.trainer.samples_ahead().tolist()
    loss = run.apply([2, 6])
    after = run.network.layout.views(run.trainer.vector)
    for entry in shown.entries:
        if entry.stage == "update" and "parameter" in entry.values:
            name = f"{entry.layer}.{entry.values['parameter']}"
            np.testing.assert_array_equal(entry.values["weight_after"], after[name])
    assert loss == next(e for e in shown.entries if e.stage == "loss").values["value"]
    assert run.step == 5
    assert run.trainer.samples_ahead().tolist() == order


def test_an_update_that_is_not_finite_is_refused_and_changes_nothing() -> None:
    run = experiment(
        layers=(Dense(units=3, activation="linear"),), optimizer=SGD(learning_rate=1e6)
    )
    run.set_weights({"output.bias": [1e30, -1e30, 0.0]})
    run.set_weights({"dense_1.weight": np.full((2, 3), 3e38)})
    before = run.state()
    with pytest.raises(Refused) as refused:
        run.apply([0])
    assert refused.value.reason.code == "update_not_finite"
    assert same_state(before, run.state())


# Exercises


@pytest.mark.parametrize("level", [1, 2, 3])
@pytest.mark.parametrize("kind", OF_LAYER)
def test_exercises_of_every_layer_are_right_where_answered_right(kind, level) -> None:
    run = experiment(**OF_LAYER[kind])
    run.train(3)
    for seed in range(3):
        made = exercise(run, seed, level)
        assert made.blanks
        right = {str(n + 1): made.lines[k].value for n, k in enumerate(made.blanks)}
        assert all(mark.right and mark.hint is None for mark in marked(made, right, {}))
        wrong = {
            name: value + 3 * tolerance(made.lines[k])
            for (name, value), k in zip(right.items(), made.blanks, strict=True)
        }
        assert not any(mark.right for mark in marked(made, wrong, {}))
        assert exercise(run, seed, level) == made


def test_what_is_left_out_is_nowhere_to_be_read() -> None:
    run = experiment(layers=(Dense(units=3), Dense(units=3)))
    for level in (1, 2, 3):
        for seed in range(6):
            made = exercise(run, seed, level)
            asked = {made.lines[k].left for k in made.blanks}
            for k, (_, term) in enumerate(hidden(made)):
                assert (term is None) == (k in made.blanks)
                waiting = [term] if term else []
                while waiting:
                    one = waiting.pop()
                    waiting += one.get("of", [])
                    if one.get("symbol") in asked:
                        assert one["value"] is None


def test_hints_come_one_by_one() -> None:
    run = experiment(layers=(Dense(units=3),))
    made = exercise(run, 1, 2)
    assert [marked(made, {"1": 1e6}, {"1": n})[0].hint for n in range(5)] == [0, 1, 2, 2, 2]
    line = made.lines[made.blanks[0]]
    assert [hint(line, n)["kind"] for n in range(3)] == ["formula", "numbers", "substitution"]
    given = {n["symbol"]: n["value"] for n in hint(line, 1)["numbers"]}
    assert given == {n.symbol: n.value for n in leaves(line.term) if n.symbol}


def test_later_levels_leave_out_more() -> None:
    run = experiment(layers=(Dense(units=3), Dense(units=3)))
    counts = [
        max(len(exercise(run, seed, level).blanks) for seed in range(5)) for level in (1, 2, 3)
    ]
    assert counts[0] == 1 < counts[1] <= counts[2]


def test_the_published_worked_example_shows_its_figures() -> None:
    run = experiment(**{f: getattr(PRESETS["worked_example"].spec, f) for f in FIELDS})
    found = worked(run, units={"dense_1": (0,), "output": (0,)})
    by = {(line.what, line.layer): line for line in reversed(found.lines)}
    assert by["loss.mse", "output"].value == pytest.approx(0.298371109, abs=1e-7)
    assert by["new_weight", "dense_1"].value == pytest.approx(0.149780716, abs=1e-7)
    assert by["new_weight", "output"].value == pytest.approx(0.35891648, abs=1e-7)
    assert not any("drawn" in line.notes for line in found.lines)  # they were given
