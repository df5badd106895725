"""Learning, not only arithmetic: each from one fixed seed, in seconds."""

import numpy as np
import pytest

from engine import Adam, Dense, Experiment, NetworkSpec
from engine.datasets import DATASETS
from engine.layers import GRU, LSTM, Conv2D, Dropout, Embedding, Flatten, MaxPool2D
from engine.optimizers import LBFGS, SGD
from engine.schedules import OneCycle
from engine.spec import Clipping


def trained(
    dataset: object, layers: tuple[object, ...], steps: int, **settings: object
) -> Experiment:
    spec = NetworkSpec(dataset=dataset, layers=layers, **settings)  # type: ignore[arg-type]
    run = Experiment(spec)
    run.train(steps)
    assert run.diverged is None
    return run


def test_a_small_convolutional_network_reads_digits() -> None:
    layers = (
        Conv2D(filters=8, padding="same"), MaxPool2D(), Conv2D(filters=16, padding="same"), MaxPool2D(),
        Flatten(), Dropout(rate=0.2),
    )  # fmt: skip
    run = trained(
        DATASETS["digits"](), layers, 1200, optimizer=Adam(learning_rate=0.004), batch_size=32,
        initializer="he_uniform",
    )  # fmt: skip
    assert run.measure().metrics["test_accuracy"] > 0.97


def test_a_dense_network_reads_digits() -> None:
    layers = (Flatten(), Dense(units=48, activation="relu"))
    run = trained(
        DATASETS["digits"](), layers, 1500, optimizer=Adam(learning_rate=0.003), batch_size=32,
        initializer="he_uniform",
    )  # fmt: skip
    assert run.measure().metrics["test_accuracy"] > 0.95


def test_an_lstm_solves_the_adding_problem() -> None:
    """Always answering the mean, 1, has a squared error of 1/6 (Hochreiter & Schmidhuber 1997, 5.4)."""
    run = trained(
        DATASETS["adding"](length=30), (LSTM(units=24),), 4000, loss="mse",
        optimizer=Adam(learning_rate=0.01), batch_size=20, clipping=Clipping(norm=1.0),
    )  # fmt: skip
    test_loss = run.measure().test_loss
    assert test_loss is not None
    assert test_loss < 0.01


def test_a_recurrent_network_tells_waveforms_apart() -> None:
    run = trained(
        DATASETS["waveforms"](samples=800), (GRU(units=24),), 2500,
        optimizer=Adam(learning_rate=0.01), batch_size=20, clipping=Clipping(norm=1.0),
    )  # fmt: skip
    assert run.measure().metrics["test_accuracy"] > 0.95


def test_a_forecast_of_sunspots_beats_persistence() -> None:
    dataset = DATASETS["sunspots"]()
    run = trained(
        dataset, (LSTM(units=16),), 600, loss="mse", optimizer=Adam(learning_rate=0.01), batch_size=20,
        clipping=Clipping(norm=1.0),
    )  # fmt: skip
    data = run.dataset
    persistence = float(np.mean((data.test_inputs[:, -1] - data.test_targets) ** 2))
    test_loss = run.measure().test_loss
    assert test_loss is not None
    assert test_loss < 0.7 * persistence


def test_a_text_is_learned_character_by_character() -> None:
    run = trained(
        DATASETS["zen"](samples=200), (Embedding(), LSTM(units=48, return_sequences=True)), 400,
        loss="sequence_cross_entropy", optimizer=Adam(learning_rate=0.01), batch_size=20,
        clipping=Clipping(norm=1.0),
    )  # fmt: skip
    assert run.measure().metrics["accuracy"] > 0.5


def test_lbfgs_takes_few_steps_where_gradient_descent_takes_many() -> None:
    spec = {"loss": "mse", "layers": ()}
    slow = trained(
        DATASETS["article_linear"](),
        optimizer=SGD(learning_rate=0.05),
        batch_size=1000,
        steps=30,
        **spec,
    )
    fast = trained(
        DATASETS["article_linear"](), optimizer=LBFGS(learning_rate=1.0), steps=30, **spec
    )
    a, b = slow.measure().loss, fast.measure().loss
    assert a is not None
    assert b is not None
    assert b < 1e-6 < a


def test_one_cycle_ends_lower_than_it_began() -> None:
    run = trained(
        DATASETS["moons"](), (Dense(units=8),), 1000, optimizer=SGD(learning_rate=0.5),
        schedule=OneCycle(updates=1000),
    )  # fmt: skip
    assert run.measure().metrics["accuracy"] > 0.95
    assert run.trainer.learning_rate < 1e-5


@pytest.mark.parametrize("layers", [(GRU(units=16),), (LSTM(units=8, bidirectional=True),)])
def test_brackets_are_told_apart(layers: tuple[object, ...]) -> None:
    run = trained(
        DATASETS["brackets"](), layers, 1500, optimizer=Adam(learning_rate=0.005), batch_size=20,
        clipping=Clipping(norm=1.0),
    )  # fmt: skip
    assert run.measure().metrics["test_accuracy"] > 0.9
