"""Every kind of layer alone: its derivative, its compiled form, training against evaluation."""

import numpy as np
import pytest

from engine.layers import BatchNorm, Dense, Dropout, Output
from engine.network import Network
from engine.optimizers import SGD, Adam
from tests.parity.stacks import Stack

from .checking import IDS, KEY, STACKS, batch, build, start, trainer_of, worst_gap

# A truncated gradient is not the derivative: it is held to PyTorch's detached states instead.
WHOLE = [(name, stack) for name, stack in STACKS if "truncated" not in name]


@pytest.mark.parametrize(("name", "stack"), WHOLE, ids=[name for name, _ in WHOLE])
def test_the_way_back_is_the_derivative(name: str, stack: Stack) -> None:
    network = build(stack)
    x, t = batch(network, stack, 4)
    assert worst_gap(network, start(network), x, t) < 1e-6


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "stack"), STACKS, ids=IDS)
def test_the_compiled_form_is_the_numpy_form(
    name: str, stack: Stack, dtype: type, training: bool
) -> None:
    network = build(stack)
    vector = start(network).astype(dtype)
    x, t = (array.astype(dtype) for array in batch(network, stack, 7))
    found = []
    for compiled in (False, True):
        moved, gradient = vector.copy(), np.full_like(vector, 7.0)
        passes = network.passes(training=training, compiled=compiled, key=KEY)
        for _ in range(2):  # the second time memory is used again
            loss = network.loss_and_gradient(moved, gradient, x, t, passes)
        moved = vector.copy()
        outs = [cache["a"].copy() for cache in network.forward(moved, x, passes)]
        loss = network.loss_and_gradient(moved, gradient, x, t, passes)
        assert all(out.dtype == dtype for out in outs)
        size = network.layout.size
        found.append([np.array(loss), gradient[:size], moved[:size], *outs])
    tolerance = 5e-5 if dtype is np.float32 else 1e-11
    for plain, fast in zip(*found, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=0, atol=tolerance * np.abs(plain).max())


@pytest.mark.parametrize("compiled", [True, False])
def test_dropout_does_nothing_in_evaluation(compiled: bool) -> None:
    with_it = Network((3,), [Dense(), Dropout(rate=0.6), Dense()], Output(2, "linear"), "mse")
    without = Network((3,), [Dense(), Dense()], Output(2, "linear"), "mse")
    vector, x = start(with_it), np.random.default_rng(1).normal(size=(6, 3))
    looking = with_it.passes(compiled=compiled)
    np.testing.assert_array_equal(
        with_it.predict(vector, x, looking),
        without.predict(vector, x, without.passes(compiled=compiled)),
    )
    dropping = with_it.passes(training=True, compiled=compiled, key=KEY)
    assert not np.allclose(with_it.predict(vector, x, dropping), with_it.predict(vector, x))


def test_dropout_drops_its_rate_and_keeps_the_mean_and_never_twice_the_same() -> None:
    layer = Dropout(rate=0.3)
    scales = [layer.scale(key, (100, 100), np.float64) for key in range(8)]
    for scale in scales:
        assert set(np.unique(scale)) == {0.0, 1 / 0.7}
        assert (scale == 0).mean() == pytest.approx(0.3, abs=0.02)
        assert scale.mean() == pytest.approx(1, abs=0.03)
    dropped = np.mean([a == 0 for a in scales], axis=0)
    assert 0 < dropped.mean() < 1
    agreement = [(a == b).mean() for a in scales for b in scales if a is not b]
    assert max(agreement) < 0.3**2 + 0.7**2 + 0.03


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_batch_norm_uses_its_batch_in_training_and_running_statistics_else(dtype: type) -> None:
    network = Network((3,), [BatchNorm(momentum=0.75)], Output(2, "linear"), "mse")
    vector = start(network).astype(dtype)
    views = network.layout.views(vector)
    x = np.random.default_rng(1).normal(2, 3, (8, 3)).astype(dtype)
    looked = network.forward(vector, x)[0]["a"]
    mean, variance = (views[f"batch_norm_1.running_{what}"] for what in ("mean", "variance"))
    normal = (x - mean) / np.sqrt(variance + 1e-5)
    expected = normal * views["batch_norm_1.weight"] + views["batch_norm_1.bias"]
    np.testing.assert_allclose(looked, expected, rtol=1e-5)
    np.testing.assert_array_equal(network.forward(vector, x[2:3])[0]["a"], looked[2:3])
    kept = mean.copy(), variance.copy()
    passes = network.passes(training=True)
    trained = network.forward(vector, x, passes)[0]["normal"]
    np.testing.assert_allclose(trained.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(trained.std(axis=0), 1, rtol=1e-4)
    np.testing.assert_array_equal(mean, kept[0])
    network.loss_and_gradient(vector, np.zeros_like(vector), x, np.zeros((8, 2), dtype), passes)
    np.testing.assert_allclose(mean, 0.75 * kept[0] + 0.25 * x.mean(axis=0), rtol=1e-5)
    np.testing.assert_allclose(variance, 0.75 * kept[1] + 0.25 * x.var(axis=0, ddof=1), rtol=1e-5)


def test_a_frozen_batch_norm_moves_nothing() -> None:
    stack = Stack("", (Dense(units=3), BatchNorm(trainable=False)))
    trainer = trainer_of(stack, True, Adam())
    views = trainer.network.layout.views(trainer.vector)
    before = {k: v.copy() for k, v in views.items() if k.startswith("batch_norm")}
    trainer.train(20)
    for key, value in before.items():
        np.testing.assert_array_equal(views[key], value)


@pytest.mark.parametrize("compiled", [True, False])
@pytest.mark.parametrize(("name", "stack"), STACKS, ids=IDS)
def test_looking_leaves_training_as_it_is(name: str, stack: Stack, compiled: bool) -> None:
    watched, alone = (trainer_of(stack, compiled, SGD(learning_rate=0.01)) for _ in range(2))
    for steps in (2, 3):
        np.testing.assert_array_equal(watched.train(steps), alone.train(steps))
        before = watched.snapshot()
        network = watched.network
        seen = network.predict(watched.vector, watched.inputs)
        np.testing.assert_array_equal(network.predict(watched.vector, watched.inputs), seen)
        copy = watched.vector.copy()
        gradient = np.zeros_like(copy)
        network.loss_and_gradient(copy, gradient, watched.inputs, watched.targets)
        np.testing.assert_array_equal(copy, watched.vector)
        passes = network.passes(training=True, compiled=compiled, key=KEY)
        network.loss_and_gradient(copy, gradient, watched.inputs, watched.targets, passes)
        after = watched.snapshot()
        np.testing.assert_array_equal(before.state, after.state)
        np.testing.assert_array_equal(before.order, after.order)
    np.testing.assert_array_equal(watched.vector, alone.vector)
