"""Batch norm where one sample would be a batch. PyTorch refuses it in training: "Expected more than 1
value per channel when training, got input size torch.Size([1, 4])"."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import engine.updating as updating_module
from engine.datasets.plane import Drawn, Moons
from engine.errors import Refused
from engine.experiment import Experiment
from engine.insight import trace
from engine.layers import BatchNorm, Conv2D, Dense, Flatten, GlobalAvgPool2D, Output
from engine.layers.base import Shape
from engine.network import Network
from engine.optimizers import LBFGS, SGD
from engine.spec import NetworkSpec
from engine.trainer import Trainer

from .kinds import IMAGES, SEQUENCES, UNEVEN
from .test_insight_worked import hold_to_the_trace

NORMED = NetworkSpec(dataset=Moons(samples=40), layers=(Dense(units=4), BatchNorm()), batch_size=4)


def trainer(*layers: Any, samples: int = 13, batch: int = 4, compiled: bool = True) -> Trainer:
    rng = np.random.default_rng(3)
    network = Network((3,), layers, Output(2, "linear"), "mse")
    x, t = rng.normal(size=(samples, 3)), rng.normal(size=(samples, 2))
    return Trainer(network, x, t, SGD(), batch_size=batch, compiled=compiled, dtype=np.float64)


# What torch.nn.BatchNorm1d and BatchNorm2d of PyTorch 2.13 say of one sample, channels last as here.
ALONE = [((4,), 2), ((1, 4), 2), ((2, 4), 1), ((1, 1, 4), 2), ((1, 2, 4), 1)]


@pytest.mark.parametrize(("shape", "least"), ALONE)
def test_one_sample_is_enough_where_pytorch_says_so(shape: Shape, least: int) -> None:
    assert BatchNorm().least_batch(shape) == least
    assert BatchNorm(trainable=False).least_batch(shape) == 1  # as PyTorch's in evaluation


def test_a_batch_size_of_one_is_refused_and_two_is_not() -> None:
    with pytest.raises(Refused) as found:
        Experiment(replace(NORMED, batch_size=1))
    assert (found.value.place, found.value.reason.code) == ("batch_size", "batch_norm.batch_of_one")
    run = Experiment(replace(NORMED, batch_size=2))
    with pytest.raises(Refused):
        run.patch(replace(run.spec, batch_size=1))
    assert run.spec.batch_size == 2
    plain = Experiment(replace(NORMED, layers=(Dense(units=4),), batch_size=1))
    with pytest.raises(Refused):
        plain.patch(replace(plain.spec, layers=NORMED.layers))
    held = (Dense(units=4), BatchNorm(trainable=False))
    assert len(Experiment(replace(NORMED, layers=held, batch_size=1)).train(2)) == 2
    assert len(Experiment(replace(NORMED, optimizer=LBFGS(), batch_size=1)).train(2)) == 2


@pytest.mark.parametrize(
    ("data", "layers", "fits"),
    [
        (IMAGES, (Conv2D(filters=2), BatchNorm(), Flatten()), True),
        (IMAGES, (Conv2D(filters=2), GlobalAvgPool2D(), BatchNorm()), False),
        (SEQUENCES, (BatchNorm(), Flatten()), True),
        (SEQUENCES, (Flatten(), BatchNorm()), False),
    ],
)
def test_positions_count_as_samples_do(data: Any, layers: Any, fits: bool) -> None:
    spec = NetworkSpec(**data, layers=layers, batch_size=1)
    if fits:
        assert np.isfinite(Experiment(spec).train(3)).all()
        return
    with pytest.raises(Refused):
        Experiment(spec)


@pytest.mark.parametrize("compiled", [True, False])
def test_a_last_batch_of_one_joins_the_one_before(compiled: bool) -> None:
    normed = trainer(Dense(units=4), BatchNorm(), compiled=compiled)
    assert normed.steps_per_epoch == normed.steps_to_epoch_end() == 3
    seen: list[int] = []
    sizes = []
    for _ in range(3):
        ahead = normed.samples_ahead()
        sizes.append(len(ahead))
        seen += ahead.tolist()
        normed.train(1)
    assert sizes == [4, 4, 5]
    assert sorted(seen) == list(range(13))
    assert (normed.epoch, normed.state.position) == (1, 0)
    definition = trainer(Dense(units=4), BatchNorm(), compiled=False)
    np.testing.assert_allclose(definition.train(9), trainer(*normed.network.layers[:-1]).train(9))


def test_what_is_told_of_the_next_update_is_of_the_joined_batch() -> None:
    points = tuple((i % 5 - 2.0, i % 3 - 1.0, float(i % 13 > 9)) for i in range(13))
    data = Drawn(points=points, test_fraction=0.0)
    run = Experiment(replace(NORMED, dataset=data, class_weight="balanced"), compiled=False)
    run.train(2)
    found = trace(run, run.trainer.samples_ahead().tolist())
    entry = next(one for one in found.entries if one.stage == "loss")
    assert len(entry.values["each"]) == 5
    hold_to_the_trace(run, run.trainer.samples_ahead())
    assert run.train(1)[0] == pytest.approx(float(entry.values["value"]), rel=1e-6)


def test_surgery_leaves_weights_and_joined_batches() -> None:
    spec = replace(
        NORMED, dataset=Drawn(points=UNEVEN, test_fraction=0.0), batch_size=5, class_weight="balanced"
    )  # fmt: skip
    run = Experiment(spec)
    run.operate("dense_1", 1, "off")
    run.operate("dense_1", 2, "freeze")
    alone = Experiment(run.spec)
    assert np.array_equal(run.train(40), alone.train(40))
    run.operate("dense_1", 0, "swap", 3)
    np.testing.assert_allclose(run.train(40), alone.train(40), rtol=1e-4)


@pytest.mark.parametrize("form", ["numpy", "lanes", "blas"])
def test_without_batch_norm_a_last_batch_of_one_is_one(
    form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if form == "blas":
        monkeypatch.setattr(updating_module, "BLAS_FROM_WEIGHTS", 0)
    plain = trainer(Dense(units=4), compiled=form != "numpy")
    assert plain.steps_per_epoch == 4
    plain.train(3)
    last = plain.samples_ahead()
    assert len(last) == 1
    alone = plain.twin()
    gradient = np.zeros_like(alone.vector)
    loss = alone.network.loss_and_gradient(
        alone.vector, gradient, plain.inputs[last], plain.targets[last]
    )
    np.testing.assert_allclose(plain.train(1), [loss])
    assert plain.epoch == 1


@pytest.mark.parametrize("batch", [2, 3, 4, 6, 12, 13, 20])
def test_an_epoch_has_as_many_updates_as_it_says(batch: int) -> None:
    one = trainer(BatchNorm(), batch=batch)
    steps = one.steps_per_epoch
    one.train(steps)
    assert (one.epoch, one.state.position) == (1, 0)
    assert steps == {2: 6, 3: 4, 4: 3, 6: 2, 12: 1, 13: 1, 20: 1}[batch]


def test_one_that_a_change_has_left_over_is_taken_with_another() -> None:
    held = replace(NORMED, dataset=Moons(samples=20, test_fraction=0.35))
    held = replace(held, layers=(Dense(units=4), BatchNorm(trainable=False)))
    run = Experiment(held)
    assert run.trainer.samples == 13
    run.train(3)
    run.patch(replace(held, layers=NORMED.layers))
    assert run.trainer.state.position == 12
    assert (run.trainer.steps_to_epoch_end(), len(run.trainer.samples_ahead())) == (1, 2)
    assert np.isfinite(run.train(1)).all()
    assert (run.trainer.epoch, run.trainer.state.position) == (1, 0)


def test_one_training_sample_can_be_had_and_not_trained_on() -> None:
    drawn = replace(NORMED, dataset=Drawn(points=((0.1, 0.2, 1.0),), test_fraction=0.0))
    run = Experiment(drawn)
    for code, ask in (
        ("batch_norm.one_sample", lambda: run.train(1)),
        ("batch_norm.one_named", lambda: run.apply([0])),
    ):
        with pytest.raises(Refused) as found:
            ask()
        assert found.value.reason.code == code
    assert run.step == 0
    two = replace(drawn.dataset, points=((0.1, 0.2, 1.0), (0.3, -0.2, 0.0)))
    run.patch(replace(drawn, dataset=two))
    assert len(run.train(1)) == 1
    assert np.isfinite(run.apply([0, 1]))
