"""When training stops by itself: what holds, when, and what cannot hold."""

from dataclasses import fields, replace

import numpy as np
import pytest

from engine import Experiment, NetworkSpec
from engine.datasets.plane import Slope, Spiral, Xor
from engine.errors import Refused
from engine.measuring import Measures
from engine.stopping import Stop, Stopper, Until

SPEC = NetworkSpec(dataset=Xor(samples=80), batch_size=7)


def stopped(run: Experiment, epochs: int = 200) -> Stop | None:
    """Epoch by epoch, in steps of one."""
    for _ in range(epochs):
        run.train(run.trainer.steps_to_epoch_end())
        stop = run.epoch_over()
        if stop is not None:
            return stop
    return None


@pytest.mark.parametrize(
    ("until", "rule"),
    [
        (Until(loss=0.6), "loss"), (Until(test_loss=0.6), "test_loss"), (Until(accuracy=0.7), "accuracy"),
        (Until(test_accuracy=0.7, epochs=500), "test_accuracy"),
        (Until(test_balanced_accuracy=0.7), "test_balanced_accuracy"), (Until(epochs=3, loss=-1.0), "epochs"),
    ],
)  # fmt: skip
def test_the_first_epoch_at_which_a_rule_holds_is_the_last(until: Until, rule: str) -> None:
    run, alone = Experiment(SPEC), Experiment(SPEC)
    run.watch_for(until)
    stop = stopped(run)
    assert stop is not None
    assert (stop.rule, stop.step) == (rule, run.step)
    assert run.stopper is None  # it is done with
    for epoch in range(1, 201):
        alone.train(alone.trainer.steps_to_epoch_end())
        measures = alone.measure()
        known = {"loss": measures.loss, "test_loss": measures.test_loss, **measures.metrics}
        value = known.get(rule, float(epoch))
        assert value is not None
        limit = getattr(until, rule)
        if value <= limit if rule.endswith("loss") else value >= limit:
            break
    assert (alone.step, value) == (stop.step, stop.value)
    assert str(round(stop.value, 6))[:3] in stop.reason or rule == "epochs"


def test_epochs_count_their_ends_so_one_that_has_begun_counts() -> None:
    run = Experiment(SPEC)
    run.train(3)
    run.watch_for(Until(epochs=2))
    stop = stopped(run)
    assert stop is not None
    assert run.trainer.epoch == 2


def test_patience_ends_where_the_test_loss_came_no_lower_for_so_long() -> None:
    losses = [0.9, 0.8, 0.85, 0.8, 0.7, 0.75, None, 0.72, 0.9]
    stopper = Stopper(Until(patience=3))
    found = [
        stopper.epoch_over(Measures(0.1, loss, {}), loss, 10 * i) for i, loss in enumerate(losses)
    ]
    assert [stop is not None for stop in found] == [False] * 7 + [True, True]
    assert found[7] is not None
    assert (found[7].rule, found[7].value, found[7].step) == ("patience", 3, 70)


def test_patience_goes_by_the_training_loss_where_there_is_no_test_part() -> None:
    run = Experiment(replace(SPEC, dataset=Xor(samples=80, test_fraction=0.0)))
    run.watch_for(Until(patience=1))
    assert stopped(run, 2) is None  # the training loss does come lower
    assert run.stopper is not None
    assert run.stopper.best == run.measured().loss


def test_patience_begins_anew_with_other_losses_and_epochs_go_on() -> None:
    run = Experiment(SPEC)
    run.watch_for(Until(patience=50, epochs=10))
    stopped(run, 4)
    run.patch(replace(SPEC, loss="mse"))
    assert run.stopper is not None
    assert (run.stopper.epochs, run.stopper.since) == (4, 0)
    run.patch(replace(SPEC, dataset=Spiral(samples=80)))  # another run
    assert run.stopper.epochs == 4
    stop = stopped(run)
    assert stop is not None
    assert (stop.rule, stop.value) == ("epochs", 10)


def test_a_rule_and_how_far_it_has_come_travel_in_checkpoints() -> None:
    run, other = Experiment(SPEC), Experiment(SPEC)
    run.watch_for(Until(patience=4, test_accuracy=0.999, epochs=30))
    stopped(run, 7)
    other.load_state(run.state())
    assert other.stopper == run.stopper
    assert stopped(other) == stopped(run)
    np.testing.assert_array_equal(other.trainer.vector, run.trainer.vector)
    other.load_state(run.state())
    assert other.stopper is None


@pytest.mark.parametrize(
    ("spec", "until", "place"),
    [
        (SPEC, Until(), "until"),
        (SPEC, Until(r2=0.5), "until.r2"),
        (NetworkSpec(dataset=Slope(), loss="mse"), Until(accuracy=0.5), "until.accuracy"),
        (replace(SPEC, dataset=Xor(test_fraction=0.0)), Until(epochs=1, test_loss=0.5), "until.test_loss"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_hold_is_refused(spec: NetworkSpec, until: Until, place: str) -> None:
    run = Experiment(spec)
    with pytest.raises(Refused) as caught:
        run.watch_for(until)
    assert caught.value.place == place
    assert run.stopper is None


def test_fits_stop_at_r_squared() -> None:
    run = Experiment(NetworkSpec(dataset=Slope(), loss="mse"))
    run.watch_for(Until(test_r2=0.5))
    stop = stopped(run)
    assert stop is not None
    assert stop.rule == "test_r2"
    assert stop.value >= 0.5


def test_every_rule_has_a_sentence() -> None:
    kinds = ("accuracy", "balanced_accuracy", "r2")
    metrics = {f"{part}{kind}": 1.0 for part in ("", "test_") for kind in kinds}
    measures = Measures(0.0, 0.0, dict(metrics))
    for rule in (f.name for f in fields(Until)):
        stop = Stopper(Until(**{rule: 1}), since=5).epoch_over(measures, None, 3)
        assert stop is not None
        assert stop.rule == rule
        assert "epoch" in stop.reason if rule in ("epochs", "patience") else rule in stop.reason


def test_a_checkpoint_of_before_has_fewer_rules() -> None:
    stopper = Stopper(Until(loss=0.1, patience=4), epochs=3, best=0.5, since=2)
    whole = stopper.array()
    assert Stopper.of_array(whole) == stopper
    assert Stopper.of_array(np.delete(whole, [8, 9])) == stopper  # both balanced accuracies
