"""The gradient check: right of every layer and loss, and able to find what is wrong."""

import dataclasses

import numpy as np
import pytest

from engine import Dense
from engine.activations import ACTIVATIONS
from engine.insight import check_gradient
from engine.layers import Conv2D, Flatten
from engine.limits import MAX_WORK

from .kinds import CARE, IMAGES, OF_LAYER, OF_LOSS, experiment, same_state


@pytest.mark.parametrize("kind", OF_LAYER)
def test_every_kind_of_layer_passes(kind) -> None:
    run = experiment(**OF_LAYER[kind], **CARE)
    run.train(5)
    before = run.state()
    found = check_gradient(run)
    assert found.passed, found
    assert found.samples == list(range(8))
    assert found.untruncated == (["simple_rnn_1"] if kind == "simple_rnn" else [])
    assert same_state(before, run.state())


@pytest.mark.parametrize("loss", OF_LOSS)
def test_every_loss_passes(loss) -> None:
    assert check_gradient(experiment(**OF_LOSS[loss])).passed


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_passes(activation) -> None:
    layers = (Dense(units=6, activation=activation), Dense(units=6, activation=activation))
    assert check_gradient(experiment(layers=layers), samples=range(40)).passed


def test_the_compiled_network_is_checked_too() -> None:
    run = experiment(compiled=True)
    run.train(100)
    assert check_gradient(run).passed


def test_a_wrong_gradient_is_found_and_its_place_named(monkeypatch) -> None:
    right = Dense.backward

    def wrong(self, p, g, cache, dy, run):
        dx = right(self, p, g, cache, dy, run)
        g["weight"][1, 2] *= 1.001
        return dx

    run = experiment(layers=(Dense(units=4),))
    monkeypatch.setattr(Dense, "backward", wrong)
    found = check_gradient(run)
    assert not found.passed
    worst = found.parameters["dense_1.weight"]
    assert worst.worst == found.worst
    assert worst.at == (1, 2)
    assert worst.backprop == pytest.approx(1.001 * worst.difference)
    assert found.parameters["dense_1.bias"].worst < 1e-8


def test_a_faint_gradient_that_is_missing_is_found(monkeypatch) -> None:
    run = experiment(layers=(Dense(units=6, activation="sigmoid"),) * 5)
    assert check_gradient(run).passed
    right = Dense.backward

    def wrong(self, p, g, cache, dy, run):
        dx = right(self, p, g, cache, dy, run)
        if run.first:
            g["weight"][...] = 0
        return dx

    monkeypatch.setattr(Dense, "backward", wrong)
    assert not check_gradient(run).passed


def test_a_kink_is_marked_not_called_wrong() -> None:
    run = experiment(layers=(Dense(units=3, activation="relu"),))
    zeros = {name: np.zeros_like(view) for name, view in _views(run).items() if "dense" in name}
    run.set_weights(zeros)  # every z is 0: relu is bent right there
    found = check_gradient(run)
    assert found.passed
    assert sum(check.kinks for check in found.parameters.values()) > 0
    assert found.parameters["dense_1.bias"].worst is None
    assert found.parameters["output.bias"].kinks == 0


def _views(run):
    return run.network.layout.views(run.trainer.vector)


def test_of_a_large_parameter_a_seeded_subset_is_checked() -> None:
    run = experiment(layers=(Dense(units=100),))
    found = check_gradient(run, samples=[3], numbers=10)
    weight = found.parameters["dense_1.weight"]
    assert (weight.checked, weight.of) == (10, 200)
    assert found == check_gradient(run, samples=[3], numbers=10)
    every = check_gradient(run, samples=[3], numbers=1000)
    assert every.parameters["dense_1.weight"].checked == 200


def test_frozen_layers_and_running_statistics_are_left_out() -> None:
    run = experiment(**OF_LAYER["batch_norm"])
    assert not [name for name in check_gradient(run).parameters if "running" in name]
    first, *rest = OF_LAYER["dense"]["layers"]
    run = experiment(layers=(dataclasses.replace(first, trainable=False), *rest))
    assert "dense_1.weight" not in check_gradient(run).parameters


def test_too_much_work_is_refused_by_name() -> None:
    layers = (Conv2D(filters=64, padding="same"), Conv2D(filters=64, padding="same"), Flatten())
    run = experiment(layers=layers, **IMAGES)
    found = check_gradient(run, samples=[0, 1])
    assert 0 < found.parameters["conv2d_2.weight"].checked < 64
    with pytest.raises(ValueError, match=rf"at most {MAX_WORK} \(limit: max_work\)"):
        check_gradient(run, numbers=1000)
    with pytest.raises(ValueError, match="max_work"):
        check_gradient(run, samples=[0] * 20_000)


def test_of_a_large_network_fewer_samples_are_taken_unasked() -> None:
    run = experiment(**IMAGES, layers=(*[Conv2D(filters=64, padding="same")] * 6, Flatten()))
    found = check_gradient(run)
    assert found.passed
    assert 0 < len(found.samples) < 8


@pytest.mark.parametrize(("samples", "says"), [([], "no samples"), ([300], "0 to 299")])
def test_samples_that_are_not_there_are_refused(samples, says) -> None:
    with pytest.raises(ValueError, match=says):
        check_gradient(experiment(), samples=samples)


def test_a_loss_that_overflows_fails_the_check() -> None:
    run = experiment(loss="mse", layers=(Dense(units=4, activation="relu"),) * 5)
    views = _views(run)
    run.set_weights({n: np.full(v.shape, 1e38) for n, v in views.items() if "weight" in n})
    found = check_gradient(run)
    assert not found.passed
    assert found.worst == np.inf
