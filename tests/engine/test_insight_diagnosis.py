"""Every illness made for real, and healthy networks that have none."""

from typing import Any

import numpy as np
import pytest

from engine import SGD, Adam, Dense, Experiment
from engine.datasets.image import Digits
from engine.datasets.plane import Moons
from engine.datasets.sequence import Waveforms
from engine.insight import diagnose, examine
from engine.layers import GRU, LSTM, Conv2D, Flatten, MaxPool2D, Residual, SimpleRNN
from engine.presets import PRESETS

from .kinds import OF_LAYER, OF_LOSS, experiment, same_state

ADAM = Adam(learning_rate=0.01)


def named(run: Experiment) -> dict[str, Any]:
    found = {finding.name: finding for finding in diagnose(run)}
    for finding in found.values():
        for words in (finding.text, finding.advice):
            assert words.keys() == {"en", "zh"}
            assert all(words.values())
            assert not any("{" in word or "None" in word for word in words.values())
    return found


def scaled(run: Experiment, factor: float, names: str = "dense") -> None:
    views = run.network.layout.views(run.trainer.vector)
    run.set_weights({n: factor * v for n, v in views.items() if n.startswith(names)})


# One is there to be ill: test_suits.py holds it to that.
@pytest.mark.parametrize("preset", [name for name in PRESETS if name != "vanishing_gradient_rnn"])
@pytest.mark.parametrize("steps", [0, 1000])
def test_presets_are_healthy(preset, steps) -> None:
    run = Experiment(PRESETS[preset].spec)
    # A step of a large network takes as long as a hundred of the others.
    run.train(min(steps, 100) if run.network.work > 1_000_000 else steps)
    assert diagnose(run) == []


@pytest.mark.parametrize(
    "spec",
    [
        {"dataset": Digits(), "layers": (Conv2D(), MaxPool2D(), Flatten()), "batch_size": 32},
        {"dataset": Waveforms(), "layers": (LSTM(units=12),), "batch_size": 32},
    ],
    ids=["images", "sequences"],
)
def test_images_and_sequences_are_healthy(spec) -> None:
    run = experiment(**spec, optimizer=ADAM, compiled=True)
    assert diagnose(run) == []
    run.train(150)
    assert diagnose(run) == []


def test_eight_sigmoid_layers_vanish_and_residual_connections_help() -> None:
    run = experiment(layers=(Dense(units=8, activation="sigmoid"),) * 8)
    found = named(run)["vanishing"]
    assert found.layer == "dense_1"
    assert found.figure < found.threshold
    pair = (Dense(units=8, activation="sigmoid"), Residual())
    eased = experiment(layers=(Dense(units=8, activation="sigmoid"), *pair * 4))
    assert "vanishing" not in named(eased)
    assert "vanishing" not in named(experiment(layers=(Dense(units=8),) * 8))


def test_gradients_that_fade_through_time_vanish() -> None:
    sequences = {"dataset": Waveforms(samples=60)}
    short = experiment(**sequences, layers=(SimpleRNN(units=6),))
    views = short.network.layout.views(short.trainer.vector)
    short.set_weights(
        {"simple_rnn_1.recurrent_weight": 0.3 * views["simple_rnn_1.recurrent_weight"]}
    )
    found = named(short)["vanishing"]
    assert found.layer == "simple_rnn_1"
    assert found.figure == examine(short).measured["simple_rnn_1"].memory
    long = experiment(**sequences, layers=(LSTM(units=6),))
    assert "vanishing" not in named(long)
    cut = experiment(**sequences, layers=(GRU(units=6, truncate=4),))
    assert examine(cut).measured["gru_1"].memory is None  # cut on purpose


def test_memory_is_the_share_that_reaches_the_first_step() -> None:
    run = experiment(dataset=Waveforms(samples=60), layers=(SimpleRNN(units=1, activation="relu"),))
    # A unit that keeps nine tenths of its state, and is never off.
    run.set_weights(
        {
            "simple_rnn_1.weight": [[0.0]],
            "simple_rnn_1.recurrent_weight": [[0.9]],
            "simple_rnn_1.bias": [1.0],
        }
    )
    assert examine(run).measured["simple_rnn_1"].memory is None  # no input weight: nothing to tell
    run.set_weights({"simple_rnn_1.weight": [[0.01]]})
    memory = examine(run).measured["simple_rnn_1"].memory
    assert memory == pytest.approx(0.9**47, rel=1e-4)


def test_gradients_that_grow_through_time_explode() -> None:
    run = experiment(dataset=Waveforms(samples=60), layers=(SimpleRNN(units=1, activation="relu"),))
    run.set_weights(
        {
            "simple_rnn_1.weight": [[0.01]],
            "simple_rnn_1.recurrent_weight": [[1.3]],
            "simple_rnn_1.bias": [1.0],
        }
    )
    assert named(run)["exploding"].layer == "simple_rnn_1"


def test_huge_relu_weights_explode() -> None:
    run = experiment(layers=(Dense(units=8, activation="relu"),) * 4)
    scaled(run, 20)
    found = named(run)["exploding"]
    assert found.figure > found.threshold


def test_gradients_that_grow_on_the_way_back_explode() -> None:
    run = experiment(layers=(Dense(units=8, activation="tanh"),) * 8)
    # A stretched middle between layers that stay small: each multiplies what goes back.
    views = run.network.layout.views(run.trainer.vector)
    values = {n: 8 * v for n, v in views.items() if n.endswith("weight") and n != "output.weight"}
    run.set_weights({**values, "dense_1.weight": 1e-6 * views["dense_1.weight"]})
    found = [f for f in diagnose(run) if f.name == "exploding"]
    assert found[-1].layer == "dense_1"


def test_weights_that_overflow_explode_without_a_figure() -> None:
    run = experiment(layers=(Dense(units=4, activation="relu"),) * 6, loss="mse")
    views = run.network.layout.views(run.trainer.vector)
    run.set_weights({n: np.full(v.shape, 1e38) for n, v in views.items() if "weight" in n})
    assert named(run)["exploding"].figure is None


def test_relu_with_a_large_negative_bias_is_dead() -> None:
    run = experiment(layers=(Dense(units=8, activation="relu"),) * 2)
    assert "dead" not in named(run)
    run.set_weights({"dense_2.bias": [-50.0] * 6 + [None] * 2})
    found = named(run)["dead"]
    assert found.layer == "dense_2"
    assert found.figure >= 0.75
    assert "75%" in found.text["en"] or found.figure > 0.75
    assert examine(run).measured["dense_1"].dead < 0.5


def test_dead_filters_and_dead_recurrent_units_count_too() -> None:
    run = experiment(**OF_LAYER["max_pool2d"])
    run.set_weights({"conv2d_1.bias": [-99.0] * 3})
    assert named(run)["dead"].layer == "conv2d_1"
    run = experiment(dataset=Waveforms(samples=30), layers=(SimpleRNN(units=3, activation="relu"),))
    run.set_weights({"simple_rnn_1.bias": [-99.0] * 3})
    assert named(run)["dead"].figure == 1


@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softsign", "hard_sigmoid", "hard_tanh"])
def test_huge_weights_saturate(activation) -> None:
    run = experiment(layers=(Dense(units=8, activation=activation),))
    assert "saturated" not in named(run)
    scaled(run, 500)
    assert named(run)["saturated"].layer == "dense_1"


def test_a_rate_far_too_high_diverges() -> None:
    run = experiment(layers=(Dense(units=8, activation="relu"),), optimizer=SGD(learning_rate=1e6))
    run.train(200)
    found = named(run)["diverged"]
    assert found.figure == run.diverged.step
    assert found.layer == run.diverged.layer
    assert found.threshold is None


@pytest.mark.parametrize("compiled", [False, True])
def test_without_a_learning_rate_the_loss_stands_still(compiled) -> None:
    run = experiment(optimizer=SGD(learning_rate=0), compiled=compiled)
    run.train(100)
    assert named(run) == {}  # too early to say
    run.train(500)
    found = named(run)["plateau"]
    assert found.figure < found.threshold


def test_a_network_that_has_arrived_is_not_on_a_plateau() -> None:
    run = experiment(**{**OF_LOSS["binary_cross_entropy"]}, optimizer=ADAM, compiled=True)
    run.train(3000)
    assert "plateau" not in named(run)


def test_too_few_noisy_samples_are_learnt_by_heart() -> None:
    run = experiment(
        dataset=Moons(samples=30, noise=0.8, test_fraction=0.5), layers=(Dense(units=32),) * 2,
        optimizer=ADAM, compiled=True,
    )  # fmt: skip
    assert "overfitting" not in named(run)
    run.train(1500)
    assert named(run)["overfitting"].figure > 1.5


@pytest.mark.parametrize("specs", [OF_LAYER, OF_LOSS], ids=["layers", "losses"])
def test_every_kind_is_measured_and_nothing_moves(specs) -> None:
    for spec in specs.values():
        run = experiment(**spec)
        run.train(3)
        before = run.state()
        found = examine(run)
        assert list(found.measured) == run.network.names
        assert found.measured["output"].weight_rms > 0
        assert found.step == 3
        assert same_state(before, run.state())


def test_without_samples_there_is_nothing_to_say() -> None:
    run = experiment(dataset=Moons(samples=0))
    assert examine(run).measured == {}
    assert diagnose(run) == []
