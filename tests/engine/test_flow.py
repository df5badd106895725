"""Gradients and updates through a run, layer by layer: what is measured is what was."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Experiment, NetworkSpec
from engine.datasets.plane import Spiral, Xor
from engine.insight import flow
from engine.insight.flow import spread
from engine.layers import BatchNorm, Dense
from engine.optimizers import LBFGS, SGD, Adam
from engine.spec import Clipping, Regularization

SPEC = NetworkSpec(
    dataset=Spiral(samples=90), layers=(Dense(units=5), Dense(units=4)),
    optimizer=Adam(learning_rate=0.01), regularization=Regularization(l2=0.1),
    clipping=Clipping(norm=0.5),
)  # fmt: skip


def test_every_point_is_the_update_that_was_made() -> None:
    run = Experiment(SPEC)
    run.train(120)
    run.patch(replace(SPEC, optimizer=SGD(learning_rate=0.3, momentum=0.9)))
    run.train(100)
    found = flow(run)
    assert len(found.points) > 4
    assert found.points[-1].step == run.step
    again = Experiment(SPEC)
    at = {point.step: point for point in found.points}
    while again.step < run.step:
        if again.step == 120:
            again.patch(run.spec)
        point, before = at.get(again.step), again.trainer.vector.astype(float)
        loss = again.train(1)[0]
        if point is None:
            continue
        assert point.loss == pytest.approx(loss, rel=1e-6)
        after, gradient = again.trainer.vector.astype(float), again.trainer.gradient.astype(float)
        for name, norms in point.layers.items():
            mine = [
                slice(e.offset, e.offset + e.size)
                for e in run.network.layout if e.name.startswith(f"{name}.")
            ]  # fmt: skip
            length = lambda v, mine=mine: np.linalg.norm(np.concatenate([v[m] for m in mine]))  # noqa: E731
            assert norms.update == pytest.approx(length(after - before), rel=1e-9)
            assert norms.gradient == pytest.approx(length(gradient), rel=1e-9)
            assert norms.ratio == pytest.approx(length(after - before) / length(before), rel=1e-9)
        del at[again.step - 1]
    assert set(at) == {run.step}


def test_the_gradient_is_that_of_the_next_batch_with_penalties() -> None:
    run = Experiment(replace(SPEC, clipping=Clipping()), dtype=np.float64, compiled=False)
    run.train(30)
    rows = run.trainer.samples_ahead().tolist()
    loss, gradients = run.gradients(rows)
    point = flow(run).points[-1]
    assert point.loss == pytest.approx(loss, rel=1e-9)
    views = run.network.layout.views(run.trainer.vector)
    for name, norms in point.layers.items():
        total = 0.0
        for key, gradient in gradients.items():
            if key.startswith(f"{name}."):
                penalty = 0.1 * views[key] if key.endswith("weight") else 0
                total += float(((np.asarray(gradient) + penalty) ** 2).sum())
        assert norms.gradient == pytest.approx(np.sqrt(total), rel=1e-9)


def test_looking_changes_nothing_and_goes_on_from_where_one_knows_it() -> None:
    run, other = Experiment(SPEC), Experiment(SPEC)
    for one in (run, other):
        one.train(50)
    whole = flow(run, bins=20)
    assert flow(run, after=whole.points[-2].step).points == whole.points[-1:]
    for one in (run, other):
        one.train(50)
    assert np.array_equal(run.trainer.vector, other.trainer.vector)


def test_running_statistics_are_no_parameters_that_move() -> None:
    run = Experiment(replace(SPEC, layers=(BatchNorm(), Dense(units=3, trainable=False))))
    run.train(10)
    layers = flow(run).points[-1].layers
    assert set(layers) == {"batch_norm_1", "output"}
    assert 0 < layers["batch_norm_1"].update < 0.2


def test_an_update_that_breaks_is_said_to_have_no_length() -> None:
    run = Experiment(
        replace(SPEC, optimizer=SGD(learning_rate=1e30), loss="mse", clipping=Clipping())
    )
    run.train(50)
    assert run.diverged
    last = flow(run).points[-1]
    assert last.loss is None
    assert last.layers["dense_1"].update is None


def test_one_has_a_flow_without_samples_and_with_a_search() -> None:
    assert flow(Experiment(NetworkSpec(dataset=Xor(samples=300), optimizer=LBFGS()))).points
    from engine.datasets import Drawn

    empty = flow(Experiment(NetworkSpec(dataset=Drawn())), bins=10)
    assert (empty.points, empty.spreads) == ([], {})


def test_a_histogram_counts_every_number() -> None:
    found = spread(np.array([0.0, 0.0, 1.0, -1.0, np.nan, np.inf]), 4)
    assert (found.low, found.high, found.counts) == (-1.0, 1.0, [1, 0, 2, 1])
    assert (found.mean, found.zeros) == (0.0, 0.5)
    assert sum(spread(np.full(7, 3.0), 5).counts) == 7
    assert spread(np.array([np.nan]), 3).counts == [0, 0, 0]


def test_spreads_are_of_the_samples_as_the_next_update_sees_them() -> None:
    run = Experiment(SPEC)
    run.train(20)
    found = flow(run, bins=10).spreads
    weights = run.network.layout.views(run.trainer.vector)["dense_2.weight"]
    assert sum(found["dense_2"].weights.counts) == weights.size
    assert found["dense_2"].weights.mean == pytest.approx(float(weights.astype(float).mean()))
    assert sum(found["dense_2"].activations.counts) == 64 * 4
    assert -1 <= found["dense_1"].activations.low <= found["dense_1"].activations.high <= 1
