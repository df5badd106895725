"""Back and forth in a run's own past: to the bit, whatever it is made of and whatever was changed on the way."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import SGD, Adam, Dense, Experiment, NetworkSpec, Regularization
from engine import trail as trails
from engine.datasets.image import Digits
from engine.datasets.plane import Drawn, Moons, Spiral, Xor
from engine.datasets.sequence import Waveforms
from engine.errors import Refused
from engine.layers import LSTM, BatchNorm, Conv2D, Dropout, Flatten, MaxPool2D
from engine.runs import Ended
from engine.schedules import Plateau, StepDecay
from engine.trail import MAX_BETWEEN

XOR = NetworkSpec(dataset=Xor(samples=60), layers=(Dense(units=4), Dense(units=3)), batch_size=7)
POINTS = tuple((x / 4, y / 4, float(x * y > 0)) for x in (-3, -1, 1, 3) for y in (-3, -1, 1, 3))
SPECS = {
    "dense": XOR,
    "adam": replace(XOR, optimizer=Adam(learning_rate=0.01), schedule=StepDecay(every=20), average=0.9),
    "mixed": NetworkSpec(
        dataset=Moons(samples=60),
        layers=(Dense(units=6), BatchNorm(), Dropout(rate=0.3), Dense(units=3)),
        optimizer=Adam(learning_rate=0.02),
        schedule=Plateau(patience=0, threshold=0.1),
    ),
    "conv": NetworkSpec(
        dataset=Digits(samples=60),
        layers=(Conv2D(filters=2), BatchNorm(), MaxPool2D(), Dropout(rate=0.2), Flatten()),
        optimizer=SGD(learning_rate=0.05, momentum=0.9),
    ),
    "lstm": NetworkSpec(
        dataset=Waveforms(samples=40, length=12),
        layers=(LSTM(units=3), Dropout(rate=0.2)),
        optimizer=Adam(learning_rate=0.01),
        schedule=StepDecay(every=9),
    ),
    "drawn": NetworkSpec(dataset=Drawn(points=POINTS), layers=(Dense(units=4),), batch_size=3),
}  # fmt: skip
# What may be done to a run on its way, besides training.
EDITS: dict[str, Callable[[Experiment], Any]] = {
    "rate": lambda run: run.patch(
        replace(run.spec, optimizer=replace(run.spec.optimizer, learning_rate=0.004))
    ),
    "optimizer": lambda run: run.patch(replace(run.spec, optimizer=Adam(learning_rate=0.02))),
    "batch": lambda run: run.patch(
        replace(run.spec, batch_size=4, regularization=Regularization(l2=0.01))
    ),
    "weights": lambda run: run.set_weights({"output.bias": np.full(run_outputs(run), 0.25)}),
    "update": lambda run: run.apply([2, 5]),
    "nothing": lambda run: None,
}


def run_outputs(run: Experiment) -> int:
    return run.network.layout.views(run.trainer.vector)["output.bias"].size


def same(a: dict[str, Any], b: dict[str, Any]) -> bool:
    """All that moves of a network, and the course of its losses."""
    names = ("state", "order", "clock", "generator", "plateau", "step")
    return all(np.array_equal(a[name], b[name]) for name in names)


def walked(
    run: Experiment, edits: list[Callable[[Experiment], Any]], steps: int = 23
) -> dict[int, tuple[NetworkSpec, dict[str, Any]]]:
    """Trained in small pieces, with an edit between each; how it was at the steps it passed."""
    passed = {}
    for edit in edits:
        for piece in (1, steps - 1):
            passed[run.step] = (run.spec, run.trainer.snapshot().arrays())
            run.train(piece)
        edit(run)
    passed[run.step] = (run.spec, run.trainer.snapshot().arrays())
    return passed


def assert_passed(run: Experiment, passed: dict[int, Any], step: int) -> None:
    run.seek(step)
    spec, state = passed[step]
    assert (run.step, run.spec) == (step, spec)
    assert same(run.trainer.snapshot().arrays(), state)


@pytest.mark.parametrize("compiled", [True, False], ids=["compiled", "numpy"])
@pytest.mark.parametrize("name", SPECS)
def test_every_step_it_passed_is_found_again_to_the_bit(name: str, compiled: bool) -> None:
    run = Experiment(SPECS[name], compiled=compiled)
    passed = walked(run, list(EDITS.values()))
    for step in [*reversed(passed), *passed]:
        assert_passed(run, passed, step)


@pytest.mark.parametrize("name", SPECS)
def test_training_on_from_there_makes_the_same_updates(name: str) -> None:
    run = Experiment(SPECS[name])
    losses = run.train(40)
    end = run.trainer.snapshot().arrays()
    for step in (3, 17, 39):
        run.seek(step)
        np.testing.assert_array_equal(run.train(40 - step), losses[step:])
        assert same(run.trainer.snapshot().arrays(), end)


def test_samples_added_on_the_way_are_there_again_and_gone_again() -> None:
    def add(run: Experiment) -> None:
        points = run.spec.dataset.points
        run.patch(
            replace(run.spec, dataset=replace(run.spec.dataset, points=(*points, (0.1, 0.2, 1.0))))
        )

    run = Experiment(SPECS["drawn"])
    passed = walked(run, [add, add, EDITS["nothing"]])
    samples = {}
    for step in passed:
        assert_passed(run, passed, step)
        samples[step] = run.trainer.samples
    assert list(samples.values()) == sorted(samples.values())
    assert max(samples.values()) > min(samples.values())


def test_where_something_was_changed_it_is_as_it_went_on() -> None:
    run = Experiment(XOR)
    run.train(30)
    run.patch(replace(XOR, batch_size=5))
    changed = replace(XOR, batch_size=5, optimizer=SGD(learning_rate=0.5))
    run.patch(changed)
    run.train(10)
    mark = run.seek(29)
    assert mark is not None
    assert mark.what == ("optimizer.learning_rate", "batch_size")
    assert (mark.step, mark.before, mark.after) == (29, (0.5, 5), (0.03, 7))
    assert run.spec == XOR
    assert run.seek(30) is not None
    assert run.spec == changed
    assert run.seek(35) is None


def test_the_later_part_stays_until_it_trains_on_and_is_a_run_then() -> None:
    run = Experiment(XOR)
    run.train(50)
    run.patch(replace(XOR, batch_size=5))
    run.train(50)
    run.measured()
    whole, end = run.course(), run.state()
    best = run.best
    run.seek(20)
    assert (run.step, run.last_step, run.run) == (20, 100, 0)
    assert run.course() == whole
    assert run.take_left() is None
    run.seek(100)
    assert same(run.state(), end)
    assert run.best is best
    run.seek(20)
    run.train(5)
    assert (run.step, run.last_step, run.run, run.spec) == (25, 25, 1, XOR)
    assert run.course()["step"][-1] == 25
    assert run.course()["test_step"][-1] == 20
    assert run.marks() == []
    left = run.take_left()
    assert left is not None
    assert run.take_left() is None
    assert (left.run, left.spec.batch_size) == (0, 5)
    back = brought_back(left)
    assert (back.run, back.step) == (0, 100)
    assert same(back.state(), end)
    assert {**back.course()} == whole
    assert back.best is not None
    assert best is not None
    assert back.best.loss == best.loss
    with pytest.raises(Refused, match="come to step 25"):
        run.seek(60)


def brought_back(ended: Ended) -> Experiment:
    run = Experiment(ended.spec)
    run.load_state(ended.state)
    return run


@pytest.mark.parametrize("edit", ["rate", "weights", "update"])
def test_an_edit_in_the_past_goes_another_way(edit: str) -> None:
    run, alone = Experiment(XOR), Experiment(XOR)
    run.train(60)
    alone.train(20)
    run.seek(20)
    ended = EDITS[edit](run)
    EDITS[edit](alone)
    left = ended if isinstance(ended, Ended) else run.take_left()
    assert left is not None
    assert int(left.state["step"][0]) == 60
    assert run.run == 1
    assert run.last_step == run.step == alone.step
    np.testing.assert_array_equal(run.train(30), alone.train(30))
    assert same(run.state(), alone.state())
    assert run.marks() == alone.marks()
    assert run.course()["step"][-1] == alone.course()["step"][-1] == run.step
    run.seek(10)  # and what was before it is still its own
    alone.seek(10)
    assert same(run.trainer.snapshot().arrays(), alone.trainer.snapshot().arrays())


def test_what_is_refused_in_the_past_leaves_it_there() -> None:
    run = Experiment(XOR)
    run.train(30)
    run.seek(10)
    before = run.state()
    with pytest.raises(Refused):
        run.patch(replace(XOR, layers=(Flatten(), Conv2D())))
    with pytest.raises(Refused):
        run.set_weights({"nobody": np.zeros(3)})
    assert (run.step, run.last_step, run.run) == (10, 30, 0)
    assert same(run.state(), before)
    assert run.patch(run.spec) is None
    assert run.last_step == 30


def test_another_network_in_the_past_keeps_the_whole_run() -> None:
    run = Experiment(XOR)
    run.train(30)
    run.seek(10)
    ended = run.patch(replace(XOR, layers=(Dense(units=5),)))
    assert ended is not None
    assert int(ended.state["step"][0]) == 30
    assert (run.step, run.last_step) == (0, 0)


def test_the_best_is_found_from_the_past_too() -> None:
    run = Experiment(XOR)
    for _ in range(8):
        run.train(10)
        run.measured()
    best = run.best
    assert best is not None
    run.seek(best.step - 5)
    assert run.best is best
    ended = run.back_to_best()
    assert ended is not None
    assert int(ended.state["step"][0]) == 80
    assert (run.step, run.last_step) == (best.step, best.step)
    np.testing.assert_array_equal(run.trainer.vector, best.state.row(0))


def test_a_checkpoint_holds_where_it_stands_and_how_far_it_came() -> None:
    run = Experiment(XOR)
    passed = walked(run, list(EDITS.values()))
    run.seek(24)
    head = next(reversed(passed))
    again = Experiment(passed[head][0])
    again.load_state(run.state())
    assert (again.step, again.last_step, again.spec) == (24, head, passed[24][0])
    assert again.course() == run.course()
    for step in [*passed, 0]:
        assert_passed(again, passed, step)


def test_a_checkpoint_is_bounded_whatever_was_done() -> None:
    run = Experiment(XOR)
    plain = sum(a.nbytes for a in run.state().values())
    for i in range(60):
        run.train(20)
        run.set_weights({"output.bias": np.full(run_outputs(run), i / 60)})
    trail = {n: a for n, a in run.state().items() if n.startswith("trail")}
    assert sum(a.nbytes for a in trail.values()) < 300_000
    assert plain < 300_000
    again = Experiment(XOR)
    again.load_state(run.state())
    assert again.reachable()[0][0] == 0
    assert again.reachable()[-1][1] == 1200
    again.seek(0)
    np.testing.assert_array_equal(again.trainer.vector, Experiment(XOR).trainer.vector)
    with pytest.raises(Refused, match="cannot be reached any more") as refused:
        again.seek(200)
    assert refused.value.reason.values["nearest"] == again.reachable()[0][1]


def test_a_checkpoint_of_before_knows_only_where_it_is() -> None:
    run = Experiment(XOR)
    run.train(30)
    old = {n: a for n, a in run.state().items() if not n.startswith("trail")}
    again = Experiment(XOR)
    again.load_state(old)
    assert again.reachable() == [(30, 30)]
    again.train(10)
    again.seek(31)
    with pytest.raises(Refused, match="nearest that can be is 30"):
        again.seek(29)


def test_a_run_that_began_with_weights_keeps_its_beginning() -> None:
    run = Experiment(XOR)
    run.train(20)
    run.patch(replace(XOR, dataset=Spiral(samples=60, arms=2)))
    start = run.trainer.vector.copy()
    run.train(500)
    again = Experiment(run.spec)
    again.load_state(run.state())
    again.seek(0)
    np.testing.assert_array_equal(again.trainer.vector, start)


def test_a_long_run_keeps_few_snapshots_evenly() -> None:
    run = Experiment(XOR)
    run.train(50_000)
    trail = run._trail
    assert trail.count <= MAX_BETWEEN + 1
    steps = [one.step for one in trail.stages[0].snapshots]
    assert max(np.diff(steps)) <= 2 * min(np.diff(steps))
    assert trail.width <= 2 * 50_000 / (MAX_BETWEEN / 2)
    for step in range(0, 50_000, 450):  # what makes steps quick to reach is bounded as well
        run.seek(step)
    assert trail.count <= MAX_BETWEEN + 1


def test_snapshots_stay_within_their_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trails, "MAX_TRAIL_BYTES", 40_000)
    run = Experiment(XOR)
    for i in range(40):
        run.train(50)
        run.set_weights({"output.bias": np.full(run_outputs(run), i / 40)})
    assert run._trail.nbytes <= 40_000
    assert run.reachable()[0][0] == 0
    run.seek(0)
    run.seek(run.last_step - 1)
    assert run.step == 1999


def test_a_step_back_after_another_is_quick() -> None:
    run = Experiment(XOR)
    run.train(100_000)
    far = run.way_to(99_000)
    assert far is not None
    while far.left:
        far.advance(far.left)
    run.arrive(far)
    near = run.way_to(98_999)
    assert near is not None
    assert near.left <= 4


def test_a_replay_of_a_run_that_is_over_is_not_taken() -> None:
    run = Experiment(XOR)
    run.train(100)
    replay = run.way_to(50)
    assert replay is not None
    run.reset()
    while replay.left:
        replay.advance(7)
    with pytest.raises(LookupError):
        run.arrive(replay)
    assert run.step == 0


def test_after_it_diverged_one_goes_back_and_on() -> None:
    run = Experiment(replace(XOR, optimizer=SGD(learning_rate=0.1), loss="mse"))
    run.train(40)
    run.patch(replace(run.spec, optimizer=SGD(learning_rate=1e30)))
    run.train(20)
    assert run.diverged is not None
    end = run.step
    run.seek(35)
    assert run.diverged is None
    run.seek(end)
    assert run.diverged is not None
    run.seek(35)
    assert len(run.train(5)) == 5


def test_a_branch_is_the_run_up_to_there() -> None:
    run = Experiment(XOR)
    passed = walked(run, list(EDITS.values()))
    replay = run.way_to(70)
    assert replay is not None
    while replay.left:
        replay.advance(5)
    branch = brought_back(run.branched(replay))
    assert (branch.step, branch.last_step, branch.run) == (70, 70, 0)
    assert branch.course()["step"][-1] == 70
    assert all(mark["step"] <= 70 for mark in branch.marks())
    assert_passed(branch, passed, 24)
    run.seek(70)
    branch.seek(70)
    np.testing.assert_array_equal(branch.train(10), run.train(10))
