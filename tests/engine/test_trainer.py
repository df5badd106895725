"""Training: the compiled loops against NumPy, slices, divergence, changes on the way."""

import tracemalloc

import numpy as np
import pytest

import engine.updating as updating_module
from engine.activations import ACTIVATIONS
from engine.errors import Refused
from engine.layers import Dense, Output
from engine.losses import LOSSES
from engine.network import Network
from engine.optimizers import OPTIMIZERS, SGD, Adam
from engine.state import shuffle
from engine.trainer import Trainer

from .checking import held_by_the_engine

KERNELS = {"lanes": 10**9, "blas": 0}


def make(
    units=(5, 4), activation="tanh", loss="cross_entropy", output=None, optimizer=None, outputs=3,
    samples=23, **settings,
) -> Trainer:  # fmt: skip
    rng = np.random.default_rng(7)
    inputs = rng.normal(0, 1, (samples, 2))
    one_hot = np.eye(outputs)[rng.integers(0, outputs, samples)]
    targets = 2 * one_hot - 1 if loss == "hinge" else one_hot
    output = output or LOSSES[loss].output
    layers = [Dense(units=u, activation=activation) for u in units]
    network = Network((2,), layers, Output(outputs, output), loss)
    return Trainer(network, inputs, targets, optimizer or SGD(learning_rate=0.1), **settings)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_compiled_training_is_numpy_training(activation, dtype, kernel, monkeypatch) -> None:
    monkeypatch.setattr(updating_module, "BLAS_FROM_WEIGHTS", KERNELS[kernel])
    settings = {"activation": activation, "dtype": dtype, "batch_size": 10, "l1": 0.001, "l2": 0.01}
    fast, plain = make(**settings), make(**settings, compiled=False)
    a, b = fast.train(40), plain.train(40)
    tolerance = 2e-5 if dtype is np.float32 else 1e-11
    np.testing.assert_allclose(a, b, rtol=tolerance)
    np.testing.assert_allclose(fast.vector, plain.vector, rtol=0, atol=10 * tolerance)


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(
    ("loss", "output"),
    [(name, None) for name in LOSSES if LOSSES[name].asks != "steps"]
    + [(n, "softmax") for n in ("mse", "mae", "huber")],
)
def test_compiled_losses_are_numpy_losses(loss, output, kernel, monkeypatch) -> None:
    monkeypatch.setattr(updating_module, "BLAS_FROM_WEIGHTS", KERNELS[kernel])
    settings = {
        "loss": loss,
        "output": output,
        "dtype": np.float64,
        "optimizer": Adam(learning_rate=0.01),
    }
    fast, plain = make(**settings), make(**settings, compiled=False)
    np.testing.assert_allclose(fast.train(60), plain.train(60), rtol=1e-11)


def test_the_compiled_shuffle_is_the_python_one() -> None:
    from engine.kernels.shuffling import shuffle as compiled

    for seed in (0, 1, 2**32 - 1):
        orders = [np.arange(37), np.arange(37)]
        generators = [np.array([seed], np.uint64) for _ in orders]
        for _ in range(3):
            shuffle(orders[0], generators[0])
            compiled(orders[1], generators[1])
        np.testing.assert_array_equal(*orders)
        np.testing.assert_array_equal(*generators)
        assert sorted(orders[0]) == list(range(37))


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_compiled_updates_are_numpy_updates(kind, kernel, monkeypatch) -> None:
    monkeypatch.setattr(updating_module, "BLAS_FROM_WEIGHTS", KERNELS[kernel])
    settings = {"optimizer": OPTIMIZERS[kind](), "dtype": np.float64, "batch_size": 8}
    fast, plain = make(**settings), make(**settings, compiled=False)
    # L-BFGS divides by small changes of the gradient, so that rounding grows from step to step.
    steps = 25 if kind == "lbfgs" else 80
    np.testing.assert_allclose(fast.train(steps), plain.train(steps), rtol=1e-10)
    np.testing.assert_allclose(fast.vector, plain.vector, rtol=0, atol=1e-10)
    for name in fast.slots:
        # Rounding, and processors round differently, is that of a slot's largest numbers.
        atol = 1e-12 + 1e-9 * float(np.abs(plain.slots[name]).max(initial=0))
        np.testing.assert_allclose(fast.slots[name], plain.slots[name], rtol=1e-9, atol=atol)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer_learns(kind) -> None:
    rate = {"adadelta": 1.0, "sgd": 0.1}.get(kind, 0.01)
    trainer = make(optimizer=OPTIMIZERS[kind](learning_rate=rate), batch_size=23)
    losses = trainer.train(400)
    assert losses[-1] < 0.9 * losses[0]


@pytest.mark.parametrize("optimizer", [cls() for cls in OPTIMIZERS.values()], ids=lambda o: o.kind)
@pytest.mark.parametrize("compiled", [True, False])
def test_slices_leave_no_trace(optimizer, compiled) -> None:
    whole, sliced = (make(optimizer=optimizer, compiled=compiled, batch_size=4) for _ in range(2))
    a = whole.train(100)
    b = np.concatenate([sliced.train(n) for n in (1, 59, 7, 33)])
    np.testing.assert_array_equal(a, b)
    np.testing.assert_array_equal(whole.vector, sliced.vector)
    assert whole.epoch == sliced.epoch


def test_an_epoch_visits_every_sample_once_the_last_small_batch_too() -> None:
    trainer = make(samples=23, batch_size=5)
    assert trainer.steps_per_epoch == 5
    trainer.train(4)
    assert trainer.epoch == 0
    assert trainer.steps_to_epoch_end() == 1
    trainer.train(1)
    assert trainer.epoch == 1
    assert sorted(trainer.snapshot().order) == list(range(23))


@pytest.mark.parametrize("optimizer", [cls() for cls in OPTIMIZERS.values()], ids=lambda o: o.kind)
def test_a_snapshot_in_mid_epoch_replays_the_same_run(optimizer) -> None:
    trainer = make(optimizer=optimizer, batch_size=4)
    trainer.train(13)
    kept = trainer.snapshot()
    first = trainer.train(50)
    trainer.restore(kept)
    assert trainer.step == 13
    np.testing.assert_array_equal(trainer.train(50), first)


@pytest.mark.parametrize("compiled", [True, False])
def test_divergence_keeps_the_last_finite_state_and_names_the_place(compiled) -> None:
    settings = {"loss": "mse", "activation": "relu", "compiled": compiled}
    trainer = make(optimizer=SGD(learning_rate=1e6), **settings)
    losses = trainer.train(500)
    found = trainer.diverged
    assert found is not None
    assert found.step == trainer.step == len(losses)
    assert found.value in ("NaN", "Infinity", "-Infinity")
    assert found.what in ("loss", "weight", "bias")
    assert np.isfinite(trainer.vector).all()
    assert np.isfinite(losses).all()
    assert len(trainer.train(10)) == 0
    alike = make(optimizer=SGD(learning_rate=1e6), **settings)
    alike.train(found.step)
    np.testing.assert_array_equal(alike.vector, trainer.vector)


def test_a_loss_that_overflows_with_finite_weights_is_a_divergence() -> None:
    trainer = make(loss="mse", activation="linear", optimizer=SGD(learning_rate=0))
    trainer.vector[:] = 1e30
    trainer.train(5)
    assert trainer.diverged is not None
    assert trainer.diverged.what == "loss"


def test_other_layers_keep_the_overlapping_part() -> None:
    trainer = make(units=(5, 4), optimizer=Adam())
    trainer.train(20)
    before = {k: v.copy() for k, v in trainer.network.layout.views(trainer.vector).items()}
    trainer.change_network(
        Network((2,), [Dense(units=7), Dense(units=3)], Output(3, "softmax"), "cross_entropy")
    )
    after = trainer.network.layout.views(trainer.vector)
    np.testing.assert_array_equal(after["dense_1.weight"][:, :5], before["dense_1.weight"])
    np.testing.assert_array_equal(after["dense_2.weight"][:5, :3], before["dense_2.weight"][:, :3])
    np.testing.assert_array_equal(after["output.bias"], before["output.bias"])
    assert after["dense_1.weight"][:, 5:].any()
    assert np.isfinite(trainer.train(20)).all()


def test_another_optimizer_starts_with_empty_slots_another_rate_keeps_them() -> None:
    trainer = make(optimizer=Adam(learning_rate=0.01))
    trainer.train(10)
    kept = trainer.slots["first_moment"].copy()
    trainer.change_optimizer(Adam(learning_rate=0.5))
    np.testing.assert_array_equal(trainer.slots["first_moment"], kept)
    trainer.change_optimizer(SGD(momentum=0.5))
    assert not trainer.slots["velocity"].any()


def test_parameters_are_set_all_or_none() -> None:
    trainer = make()
    before = trainer.vector.copy()
    with pytest.raises(ValueError, match=r"output.bias has shape \[3\]"):
        trainer.set_parameters({"dense_1.bias": np.ones(5), "output.bias": np.ones(4)})
    with pytest.raises(Refused, match="no parameter nope"):
        trainer.set_parameters({"nope": np.ones(1)})
    with pytest.raises(ValueError, match="not finite"):
        trainer.set_parameters({"output.bias": np.array([1e39, 0, 0])})
    np.testing.assert_array_equal(trainer.vector, before)
    trainer.set_parameters({"output.bias": np.array([1, 2, 3])})
    assert trainer.vector[-3:].tolist() == [1, 2, 3]


def test_no_samples_is_said() -> None:
    trainer = make(samples=0)
    with pytest.raises(ValueError, match="no training samples"):
        trainer.train(1)


def test_dense_layers_alone_train_on_sequences_as_in_numpy() -> None:
    rng = np.random.default_rng(3)
    inputs, targets = rng.normal(0, 1, (9, 4, 2)), rng.integers(-1, 3, (9, 4))
    network = Network((4, 2), [Dense(units=5)], Output(3, "softmax"), "sequence_cross_entropy")
    fast, plain = (
        Trainer(network, inputs, targets, SGD(), batch_size=4, dtype=np.float64, compiled=form)
        for form in (True, False)
    )
    np.testing.assert_allclose(fast.train(20), plain.train(20), rtol=1e-11)


def test_memory_does_not_grow_with_steps() -> None:
    trainer = make()
    trainer.train(1000)
    tracemalloc.start()
    trainer.train(1000)
    first = held_by_the_engine()
    for _ in range(10):
        trainer.train(1000)
    last = held_by_the_engine()
    tracemalloc.stop()
    assert last - first < 20_000
