"""Runs: what begins one, what is kept of it, its best, its marks."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import SGD, Adam, Dense, Experiment, NetworkSpec, OutputSpec, Regularization
from engine.datasets import Own, parse_csv
from engine.datasets.curve import Sine
from engine.datasets.plane import Circle, Drawn, Moons, Slope, Spiral, Xor
from engine.datasets.text import OwnText
from engine.errors import Refused
from engine.layers import Dropout
from engine.marks import MAX_MARKS, Mark, Marks
from engine.optimizers import OPTIMIZERS
from engine.presets import PRESETS
from engine.runs import Ended
from engine.suits import suiting
from tests.parity.tables import OPTIMIZER_CASES

TWO = NetworkSpec(dataset=Xor(samples=60), layers=(Dense(units=4), Dense(units=3)))


def begun(spec: NetworkSpec = TWO, steps: int = 30) -> Experiment:
    run = Experiment(spec)
    run.train(steps)
    return run


def brought_back(ended: Ended) -> Experiment:
    run = Experiment(ended.spec)
    run.load_state(ended.state)
    return run


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": Circle(samples=60)}, {"layers": (Dense(units=5), Dense(units=3))},
        {"layers": (Dense(units=4),)}, {"layers": (Dense(units=4), Dropout(), Dense(units=3))},
        {"features": ("x1", "x2", "x1_x2")}, {"features": ("x1", "x1_squared")},
        {"loss": "binary_cross_entropy"}, {"dataset": Slope(), "loss": "mse"},
        {"dataset": Xor(samples=60, points=((0.0, 0.0, 2.0),))},
    ],
    ids=str,
)  # fmt: skip
def test_other_data_or_another_network_begin_a_run_at_step_0(change: dict[str, Any]) -> None:
    run = begun()
    run.patch(replace(TWO, optimizer=Adam()))
    run.train(20)
    ended = run.patch(replace(run.spec, **change))
    assert ended is not None
    assert (ended.run, ended.spec.optimizer, int(ended.state["step"][0])) == (0, Adam(), 50)
    assert (run.run, run.step, run.trainer.epoch, run.trainer.state.updates) == (1, 0, 0, 0)
    assert not any(slot.any() for slot in run.trainer.slots.values())
    assert run.course()["step"] == []
    assert run.course()["test_step"] == [0]
    assert run.course()["marks"] == []
    run.train(5)


@pytest.mark.parametrize(
    "change",
    [
        {"optimizer": SGD(learning_rate=0.2)}, {"optimizer": Adam()}, {"batch_size": 3}, {"seed": 7},
        {"loss": "mse"}, {"dataset": Xor(samples=80, noise=0.3, seed=4)}, {"average": 0.9},
        {"dataset": Xor(samples=60, points=((0.0, 0.0, 1.0),))}, {"initializer": "he_normal"},
        {"layers": (Dense(units=4, activation="relu"), Dense(units=3, l2=0.1))},
        {"regularization": Regularization(l2=0.1)}, {"output": OutputSpec(l1=0.1)},
    ],
    ids=str,
)  # fmt: skip
def test_other_settings_go_on_in_the_same_run(change: dict[str, Any]) -> None:
    run = begun()
    assert run.patch(replace(TWO, **change)) is None
    assert (run.run, run.step) == (0, 30)
    assert [mark["step"] for mark in run.course()["marks"]] == [30]


def test_a_new_run_keeps_the_overlapping_part_of_each_weight() -> None:
    run = begun()
    before = {name: w.copy() for name, w in run.network.layout.views(run.trainer.vector).items()}
    run.patch(replace(TWO, layers=(Dense(units=6), Dense(units=3))))
    after = run.network.layout.views(run.trainer.vector)
    np.testing.assert_array_equal(after["dense_1.weight"][:, :4], before["dense_1.weight"])
    np.testing.assert_array_equal(after["output.weight"], before["output.weight"])


def test_another_uploaded_table_begins_a_run_and_another_text_does_where_the_kind_changes() -> None:
    table = parse_csv("\n".join(f"{i % 7},{i % 5},{'ab'[i % 2]}" for i in range(60)))
    run = Experiment(NetworkSpec(dataset=Own(id="one")), tables={"one": table, "two": table})
    run.train(9)
    assert run.patch(replace(run.spec, dataset=Own(id="one", test_fraction=0.5))) is None
    assert run.patch(replace(run.spec, dataset=Own(id="two"))) is not None
    text = OwnText(text="so much depends upon a red wheel barrow " * 9)
    assert run.patch(NetworkSpec(dataset=text, **suiting(text))) is not None
    assert (run.run, run.step) == (2, 0)


def test_a_curve_does_not_mind_features_it_cannot_have() -> None:
    run = begun(NetworkSpec(dataset=Sine(), loss="mse"))
    assert run.patch(replace(run.spec, features=("x1", "x1_x2"))) is None


def test_a_new_run_that_cannot_be_leaves_everything_as_it_was(monkeypatch) -> None:
    run = begun()
    before, course = run.state(), run.course()

    def fail(self: Experiment, *, fresh: bool) -> None:
        raise MemoryError

    with monkeypatch.context() as patched:
        patched.setattr(Experiment, "_begin_course", fail)
        with pytest.raises(MemoryError):
            run.patch(replace(TWO, layers=()))
    with pytest.raises(Refused):
        run.patch(replace(TWO, dataset=Slope()))
    assert (run.run, run.newest_run, run.spec) == (0, 0, TWO)
    assert run.course() == course
    after = run.state()
    assert before.keys() == after.keys()
    for name, array in before.items():
        np.testing.assert_array_equal(after[name], array)


@pytest.mark.parametrize("way", ["patch", "reset", "best"])
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_what_ended_goes_on_to_the_bit_with_any_optimizer(kind: str, way: str) -> None:
    spec = replace(TWO, optimizer=OPTIMIZER_CASES[kind][-1], average=0.9, batch_size=7)
    run, alone = begun(spec, 23), begun(spec, 23)
    for one in (run, alone):
        one.measured()
        one.patch(replace(spec, seed=3))
        one.train(11)
    ended = {
        "patch": lambda: run.patch(replace(run.spec, layers=())),
        "reset": lambda: run.reset(9),
        "best": run.back_to_best,
    }[way]()
    run.train(5)
    back = brought_back(ended)
    assert (back.run, back.step, back.spec) == (0, 34, alone.spec)
    assert back.course() == alone.course()
    assert back.trainer.epoch == alone.trainer.epoch
    np.testing.assert_array_equal(back.train(20), alone.train(20))
    np.testing.assert_array_equal(back.trainer.vector, alone.trainer.vector)
    for mine, theirs in zip(back.trainer.slots.values(), alone.trainer.slots.values(), strict=True):
        np.testing.assert_array_equal(mine, theirs)


# Its best


def worsened(spec: NetworkSpec = PRESETS["xor"].spec) -> Experiment:
    """Trained and measured, then driven away from where it was best."""
    run = Experiment(spec)
    for _ in range(20):
        run.train(30)
        run.measured()
    run.patch(replace(run.spec, optimizer=replace(run.spec.optimizer, learning_rate=5.0)))
    run.train(60)
    run.measured()
    assert run.best is not None
    assert run.best.step < run.step
    return run


def test_the_best_is_the_lowest_measured_test_loss() -> None:
    run = worsened()
    assert run.best is not None
    losses = dict(zip(run.course()["test_step"], run.course()["test_loss"], strict=True))
    assert run.best.loss == min(losses.values())
    assert losses[run.best.step] == run.best.loss


def test_where_there_is_no_test_part_the_best_is_of_the_training_loss() -> None:
    run = begun(replace(TWO, dataset=Xor(samples=60, test_fraction=0.0)))
    run.measured()
    assert run.best is not None
    assert run.best.loss == min(run.course()["train_loss"])


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_it_goes_back_to_its_best_whole(kind: str) -> None:
    spec = replace(TWO, optimizer=OPTIMIZER_CASES[kind][-1])
    run = Experiment(spec)
    run.train(12)
    run.measured()
    best = run.best
    assert best is not None
    twin = Experiment(spec)
    twin.train(best.step)
    run.set_weights({"output.bias": [50.0, -50.0]})
    run.train(10)
    assert run.best is best
    ended = run.back_to_best()
    assert ended is not None
    assert (run.step, run.run, ended.run) == (best.step, 1, 0)
    assert max(run.course()["step"] + run.course()["test_step"], default=0) <= best.step
    assert run.measured().test_loss == best.loss
    np.testing.assert_array_equal(run.train(20), twin.train(20))


def test_at_its_best_there_is_nothing_to_go_back_to() -> None:
    run = Experiment(TWO)
    assert run.back_to_best() is None
    assert run.run == 0
    run.set_weights({"output.bias": [9.0, -9.0]})  # the same step, another state
    assert run.back_to_best() is not None


def test_without_samples_there_is_no_best() -> None:
    run = Experiment(NetworkSpec(dataset=Drawn()))
    assert run.best is None
    with pytest.raises(LookupError):
        run.back_to_best()


def test_another_optimizer_goes_on_from_the_best_with_slots_of_its_own() -> None:
    run = worsened()
    step = run.best.step if run.best else -1
    run.patch(replace(run.spec, optimizer=Adam(), average=0.5))
    run.back_to_best()
    assert run.step == step
    assert not any(slot.any() for slot in run.trainer.slots.values())
    assert run.trainer.state.updates == 0
    run.train(10)


@pytest.mark.parametrize(
    "change", [{"dataset": Spiral(noise=0.4)}, {"loss": "mse"}], ids=["samples", "loss"]
)
def test_losses_that_cannot_be_compared_begin_a_new_best(change: dict[str, Any]) -> None:
    run = begun(NetworkSpec(), 100)
    run.measured()
    run.patch(replace(run.spec, **change))
    assert run.best is not None
    assert (run.best.step, run.best.loss) == (100, run.measured().test_loss)


def test_the_best_is_counted_and_travels_in_checkpoints() -> None:
    run = worsened()
    assert run.best is not None
    whole, of_the_best = run.nbytes, run.best.state.nbytes
    other = Experiment(run.spec)
    other.load_state(run.state())
    assert other.best is not None
    assert (other.best.step, other.best.loss) == (run.best.step, run.best.loss)
    run.back_to_best()
    other.back_to_best()
    np.testing.assert_array_equal(other.train(20), run.train(20))
    without = {n: a for n, a in run.state().items() if not n.startswith("best_") and n != "run"}
    other.load_state(without)  # of an older version
    assert other.best is None
    assert other.nbytes == whole - of_the_best
    assert (other.run, other.newest_run) == (0, 0)


# Its marks


def test_marks_say_what_changed_from_what_to_what() -> None:
    run = begun()
    run.patch(replace(TWO, optimizer=SGD(learning_rate=0.5), batch_size=4))
    run.train(5)
    layers = (Dense(units=4, activation="relu"), Dense(units=3))
    run.patch(replace(run.spec, layers=layers, dataset=Xor(samples=60, points=((0.0, 0.0, 1.0),))))
    assert run.course()["marks"] == [
        {"step": 30, "what": ["optimizer.learning_rate", "batch_size"], "before": [0.03, 10],
         "after": [0.5, 4]},
        {"step": 35, "what": ["dataset.points", "layers.0.activation"], "before": [None, "tanh"],
         "after": [None, "relu"]},
    ]  # fmt: skip
    other = Experiment(run.spec)
    other.load_state(run.state())
    assert other.course()["marks"] == run.course()["marks"]


def test_changes_at_one_step_are_one_mark_and_none_where_they_cancel() -> None:
    run = begun()
    for rate in (0.1, 0.2, 0.3):
        run.patch(replace(run.spec, optimizer=SGD(learning_rate=rate)))
    assert [(m["before"], m["after"]) for m in run.course()["marks"]] == [([0.03], [0.3])]
    run.patch(TWO)
    run.patch(TWO)
    assert run.course()["marks"] == []


def test_another_kind_is_named_with_what_both_have() -> None:
    run = begun()
    run.patch(replace(TWO, optimizer=Adam(learning_rate=0.03)))
    assert [m["what"] for m in run.course()["marks"]] == [["optimizer.kind"]]


def test_marks_stay_bounded_and_the_latest_stay() -> None:
    marks = Marks()
    for step in range(3 * MAX_MARKS):
        marks.put(Mark(step, ("seed",), (step,), (step + 1,)))
    assert len(marks) == MAX_MARKS
    assert marks[-1].step == 3 * MAX_MARKS - 1
    assert Marks.of_array(marks.array()) == marks


def test_data_of_another_kind_has_no_marks_of_the_run_before() -> None:
    run = begun()
    run.patch(replace(TWO, batch_size=3))
    run.patch(replace(run.spec, dataset=Moons(samples=60)))
    assert run.course()["marks"] == []
