"""Layout, activations, initializers, losses, optimizers: each alone, table by table."""

from typing import get_args

import numpy as np
import pytest

from engine.activations import ACTIVATIONS, ActivationName, activate, pull_back
from engine.initializers import INITIALIZERS
from engine.kernels.elementwise import ACTIVATION_CODES
from engine.kernels.losses import LOSS_CODES
from engine.kernels.softmax import cross_entropy
from engine.kernels.updates import OPTIMIZER_CODES
from engine.layout import Layout
from engine.losses import LOSSES, check_shapes
from engine.optimizers import OPTIMIZERS, SGD

Z = np.array([-6.0, -2.5, -1.1, -0.3, 0.2, 0.9, 1.7, 3.2, 6.5])  # none of them on a kink


def test_views_of_a_layout_share_the_vector() -> None:
    layout = Layout([("a.weight", (2, 3)), ("a.bias", (3,))])
    vector = np.arange(layout.capacity, dtype=np.float32)
    views = layout.views(vector)
    views["a.bias"][1] = -1
    assert vector[7] == -1
    assert layout.size == 9
    assert layout.capacity == 16
    assert views["a.weight"].shape == (2, 3)


def test_a_layout_says_what_lies_where() -> None:
    layout = Layout([("a.weight", (2, 3)), ("a.bias", (3,))])
    entry, place = layout.locate(4)
    assert (entry.name, place) == ("a.weight", (1, 1))
    with pytest.raises(IndexError, match="9 numbers"):
        layout.locate(9)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_those_of_central_differences(name: str) -> None:
    record, h = ACTIVATIONS[name], 1e-6
    expected = (record.value(Z + h) - record.value(Z - h)) / (2 * h)
    np.testing.assert_allclose(record.slope(Z, record.value(Z)), expected, atol=1e-8)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_keep_float32_and_do_not_overflow(name: str) -> None:
    z = np.array([-1e4, -90, 0, 90, 1e4], np.float32)
    with np.errstate(over="raise", invalid="raise"):
        a = ACTIVATIONS[name].value(z)
        slope = ACTIVATIONS[name].slope(z, a)
    assert a.dtype == slope.dtype == np.float32
    assert np.isfinite(a).all()
    assert np.isfinite(slope).all()


def test_softmax_couples_the_units_of_a_sample() -> None:
    z = np.array([[0.3, -1.2, 2.0]])
    da = np.array([[1.0, -2.0, 0.5]])
    a = activate("softmax", z)
    assert a.sum() == pytest.approx(1)
    h = 1e-6
    expected = [
        ((activate("softmax", z + h * e) - activate("softmax", z - h * e)) / (2 * h) * da).sum()
        for e in np.eye(3)
    ]
    np.testing.assert_allclose(pull_back("softmax", z, a, da)[0], expected, atol=1e-8)


def test_kernels_know_every_name_of_the_tables() -> None:
    assert set(ACTIVATION_CODES) == {*ACTIVATIONS, "softmax"}
    # The sequence loss is never that of a network of dense layers alone.
    # Weighted label smoothing has targets that do not add up to 1.
    assert {*LOSS_CODES, "sequence_cross_entropy"} == {*LOSSES, "soft_targets"}
    assert set(OPTIMIZER_CODES) == set(OPTIMIZERS)
    assert tuple(ACTIVATIONS) == get_args(ActivationName)


VARIANCE = {
    "zeros": 0, "normal": 0.05**2, "uniform": 0.05**2 / 3, "glorot_uniform": 2 / 300,
    "glorot_normal": 2 / 300, "he_uniform": 2 / 200, "he_normal": 2 / 200, "lecun_uniform": 1 / 200,
    "lecun_normal": 1 / 200,
}  # fmt: skip


@pytest.mark.parametrize("name", INITIALIZERS)
def test_initializers_have_the_variance_of_their_paper(name: str) -> None:
    drawn = INITIALIZERS[name].draw(np.random.default_rng(0), (200, 100), 200, 100)
    assert drawn.var() == pytest.approx(VARIANCE[name], rel=0.03)
    assert abs(drawn.mean()) < 0.003


def _targets(name: str, rng: np.random.Generator) -> np.ndarray:
    labels = np.eye(3)[rng.integers(0, 3, 6)]
    return 2 * labels - 1 if name == "hinge" else labels


@pytest.mark.parametrize("name", [name for name in LOSSES if LOSSES[name].asks != "steps"])
def test_loss_gradients_are_those_of_central_differences(name: str) -> None:
    rng = np.random.default_rng(3)
    y, t, h = rng.normal(0, 2, (6, 3)), _targets(name, rng), 1e-6
    if LOSSES[name].asks == "steps":
        y, t = rng.normal(0, 2, (6, 4, 3)), rng.integers(-1, 3, (6, 4))
    record = LOSSES[name]
    expected = np.zeros_like(y)
    for i in np.ndindex(y.shape):
        step = np.zeros_like(y)
        step[i] = h
        expected[i] = (record.value(y + step, t) - record.value(y - step, t)) / (2 * h)
    np.testing.assert_allclose(record.gradient(y, t), expected, atol=1e-8)


def test_the_sequence_loss_is_cross_entropy_over_the_steps_that_are_asked() -> None:
    rng = np.random.default_rng(3)
    z, t, h = rng.normal(0, 2, (2, 4, 3)), rng.integers(-1, 3, (2, 4)), 1e-6
    t[0, 0], t[1, 1] = -1, 2
    record, plain = LOSSES["sequence_cross_entropy"], LOSSES["cross_entropy"]
    asked = t >= 0
    assert record.value(z, t) == pytest.approx(plain.value(z[asked], np.eye(3)[t[asked]]))
    expected = np.zeros_like(z)
    for i in np.ndindex(z.shape):
        step = np.zeros_like(z)
        step[i] = h
        expected[i] = (record.value(z + step, t) - record.value(z - step, t)) / (2 * h)
    np.testing.assert_allclose(record.gradient(z, t), expected, atol=1e-8)
    dz = np.empty((8, 3))
    loss = cross_entropy(z.reshape(8, 3), t.reshape(8), np.zeros(0), dz, float(asked.sum()))
    assert loss == pytest.approx(record.value(z, t), rel=1e-12)
    np.testing.assert_allclose(dz.reshape(z.shape), expected, atol=1e-8)
    nothing = np.full_like(t, -1)
    assert record.value(z, nothing) == 0
    assert not record.gradient(z, nothing).any()


def test_shapes_that_would_broadcast_are_refused() -> None:
    with pytest.raises(ValueError, match="must be the same"):
        check_shapes(np.zeros((4,)), np.zeros((4, 1)))


def test_momentum_follows_pytorch_not_the_paper() -> None:
    w, g, slots = np.zeros(1), np.ones(1), [np.zeros(1)]
    optimizer = SGD(learning_rate=0.5, momentum=0.5)
    for step in (1, 2):
        optimizer.update(w, g, slots, step)
    assert w[0] == pytest.approx(-0.5 * 1 - 0.5 * 1.5)
