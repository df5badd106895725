"""The loss over a plane of weights, held to networks that are set to those very weights."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import SGD, Dense, Experiment, NetworkSpec
from engine.datasets.image import Digits, Shapes
from engine.datasets.plane import Spiral
from engine.errors import Refused
from engine.layers import BatchNorm, Conv2D, Flatten, LayerNorm, PReLU
from engine.losses import LOSSES
from engine.spec import OutputSpec
from engine.studies import gather, landscape
from engine.studies.landscape import coarse_to_fine
from engine.surgery import Surgery

from .checking import result
from .kinds import OF_LAYER, OF_LOSS, experiment, same_state

SMALL: dict[str, Any] = {"layers": (Dense(units=5), Dense(units=4, activation="relu"))}


def trained(steps: int = 6, *, compiled: bool = True, **spec: Any) -> Experiment:
    run = experiment(compiled=compiled, **spec)
    run.train(steps)
    return run


def twin(run: Experiment) -> Experiment:
    other = Experiment(run.spec)
    other.load_state(run.state())
    return other


def loss_at(run: Experiment, vector: np.ndarray) -> float | None:
    """What the engine says of a network with those weights."""
    run.set_weights(run.network.layout.views(vector))
    return run.measure().loss


def weights_at(found: dict[str, Any], a: float, b: float) -> np.ndarray:
    one, other = np.array(found["axes"])
    return np.array(found["centre"]) + a * one + b * other


def check_grid(run: Experiment, found: dict[str, Any]) -> None:
    grid = np.array(found["loss"], float)
    assert grid.shape == (len(found["b"]), len(found["a"]))
    assert list(found["rows"]) == list(range(len(found["b"])))
    other = twin(run)
    for j, i in [(0, 0), (1, 3), (2, 2), (4, 1), (len(grid) - 1, len(grid[0]) - 1)]:
        said = loss_at(other, weights_at(found, found["a"][i], found["b"][j]))
        assert grid[j, i] == pytest.approx(said, rel=2e-5, abs=1e-6)
    assert found["centre_loss"] == run.measure().loss


@pytest.mark.parametrize("kind", OF_LAYER)
def test_every_place_has_the_loss_of_a_network_with_those_weights(kind: str) -> None:
    run = trained(**OF_LAYER[kind])
    found = result(landscape(run, resolution=5, span=0.5, seed=3))
    assert found["samples"] == run.trainer.samples
    assert found["loss"][2][2] == pytest.approx(found["centre_loss"], rel=1e-6)
    check_grid(run, found)


@pytest.mark.parametrize("loss", LOSSES)
def test_of_every_loss(loss: str) -> None:
    run = trained(**OF_LOSS[loss])
    check_grid(run, result(landscape(run, resolution=5, span=0.3)))


def test_the_stack_of_many_settings_gives_what_each_gives_alone() -> None:
    """41 places of a small network go through in a few stacks, those of NumPy in float64 too."""
    for run in (trained(**SMALL), Experiment(NetworkSpec(**SMALL), dtype=np.float64)):
        found = result(landscape(run, resolution=41))
        grid = np.array(found["loss"])
        network, trainer = run.network, run.trainer
        for j, i in ((0, 0), (17, 3), (40, 12), (9, 40)):
            vector = weights_at(found, found["a"][i], found["b"][j]).astype(trainer.dtype)
            cache = network.forward(vector, trainer.inputs)[-1]
            assert grid[j, i] == pytest.approx(network.loss_of(cache, trainer.targets), rel=1e-5)


def test_penalties_are_not_among_it_and_units_that_are_off_say_nothing() -> None:
    run = trained(**SMALL)
    plain = result(landscape(run, resolution=5))
    run.patch(replace(run.spec, surgery=Surgery(off={"dense_1": (1,)}, frozen={"dense_2": (0,)})))
    found = result(landscape(run, resolution=5))
    assert found["centre_loss"] != plain["centre_loss"]
    check_grid(run, found)
    views = [run.network.layout.views(axis) for axis in np.array(found["axes"])]
    for view in views:
        assert not view["dense_1.weight"][:, 1].any()
        assert not view["dense_2.weight"][:, 0].any()
        assert view["dense_2.weight"][:, 1].all()


@pytest.mark.parametrize("kind", ["dense", "conv2d", "lstm", "batch_norm"])
def test_each_filters_part_is_as_long_as_its_weights(kind: str) -> None:
    run = trained(**OF_LAYER[kind])
    found = result(landscape(run, resolution=5))
    assert found["a"] == found["b"] == (-1.0, -0.5, 0.0, 0.5, 1.0)
    for axis in np.array(found["axes"]):
        mine, theirs = (
            run.network.layout.views(v) for v in (axis, run.trainer.vector.astype(np.float64))
        )
        for name, direction in mine.items():
            units = direction.shape[-1]
            lengths = np.linalg.norm(direction.reshape(-1, units), axis=0)
            if not name.endswith("weight") or name.startswith("batch_norm"):
                assert not lengths.any(), name
                continue
            told = np.linalg.norm(theirs[name].reshape(-1, units), axis=0)
            np.testing.assert_allclose(lengths, told, rtol=1e-12)


def test_parameters_of_normalisation_and_slopes_stay_as_they_are() -> None:
    layers = (Dense(units=4), BatchNorm(), LayerNorm(), PReLU(), Dense(units=3, trainable=False))
    run = trained(layers=layers)
    for axis in np.array(result(landscape(run, resolution=5))["axes"]):
        views = run.network.layout.views(axis)
        assert {name for name, view in views.items() if view.any()} == {
            "dense_1.weight",
            "output.weight",
        }


def line(run: Experiment, *places: float, seed: int = 4) -> np.ndarray:
    """Walk the network along a straight line of weights: a stage of the trail each. The direction."""
    rng = np.random.default_rng(seed)
    start = run.trainer.vector.copy()
    direction = rng.normal(size=len(start)).astype(np.float32)
    for place in places:
        run.train(1)  # so that there is a step to keep it at
        run.set_weights(run.network.layout.views(start + np.float32(place) * direction))
    return direction.astype(np.float64)


def test_the_first_direction_of_a_straight_path_is_the_path() -> None:
    # Rates of 0: the steps move nothing, what moves it is put there.
    run = experiment(**SMALL, optimizer=SGD(learning_rate=0.0))
    direction = line(run, 1.0, 2.0)
    found = result(landscape(run, resolution=9, directions="pca"))
    length = float(np.linalg.norm(direction))
    axes = np.array(found["axes"])
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-9)
    np.testing.assert_allclose(axes[0], direction / length, atol=1e-6)
    np.testing.assert_allclose(found["explained"], (1, 0), atol=1e-9)
    path = found["path"]
    assert path["steps"] == (0, 1, 2)
    np.testing.assert_allclose(path["a"], [-2 * length, -length, 0], rtol=1e-5, atol=1e-9)
    np.testing.assert_allclose(path["b"], 0, atol=1e-4)
    np.testing.assert_allclose(path["within"][:2], 1, atol=1e-9)
    assert path["within"][2] is None
    a = np.array(found["a"])
    assert (a[0] < -2 * length, a[-1] > 0, 0.0 in a, 0.0 in found["b"]) == (True,) * 4
    check_grid(run, found)


def test_a_path_that_was_trained_lies_in_its_plane_as_far_as_it_is_explained() -> None:
    run = Experiment(NetworkSpec(**SMALL, dataset=Spiral(samples=200)))
    run.train(700)
    found = result(landscape(run, resolution=5, directions="pca"))
    states = np.array([s.state[0, : run.network.layout.size] for _, s in run.passed()], np.float64)
    centre, axes = np.array(found["centre"]), np.array(found["axes"])
    moved = states - centre
    np.testing.assert_allclose(axes @ axes.T, np.eye(2), atol=1e-9)
    values = np.linalg.svd(moved, compute_uv=False) ** 2
    np.testing.assert_allclose(found["explained"], values[:2] / values.sum(), rtol=1e-6)
    path = found["path"]
    places = np.stack([path["a"], path["b"]], axis=1)
    np.testing.assert_allclose(places, moved @ axes.T, atol=1e-6)
    shares = (places**2).sum(axis=1)[:-1] / (moved**2).sum(axis=1)[:-1]
    np.testing.assert_allclose(path["within"][:-1], shares, rtol=1e-6)
    for coordinates, line_ in ((path["a"], found["a"]), (path["b"], found["b"])):
        assert line_[0] < min(coordinates)
        assert max(coordinates) < line_[-1]
        assert 0.0 in line_
    near = result(landscape(run, resolution=21, directions="pca", span=0.01))
    wide = result(landscape(run, resolution=21, directions="pca"))
    np.testing.assert_allclose(np.array(wide["a"]) * 0.01, near["a"], atol=1e-12)
    assert 0.0 in near["b"]
    other = twin(run)
    for k in (0, 5, -1):
        assert path["loss"][k] == pytest.approx(loss_at(other, states[k]), rel=1e-5)
    # Biases are a part of the way.
    assert run.network.layout.views(axes[0])["dense_1.bias"].any()


@pytest.mark.parametrize("directions", ["random", "weights"])
def test_a_path_is_projected_by_least_squares(directions: Any) -> None:
    run = Experiment(NetworkSpec(**SMALL))
    run.train(100)
    found = result(landscape(run, resolution=5, directions=directions, weights=[0, 7], seed=2))
    axes = np.array(found["axes"])
    size = run.network.layout.size
    moved = np.array([s.state[0, :size] for _, s in run.passed()]) - np.array(found["centre"])
    told = np.linalg.lstsq(axes.T, moved.T, rcond=None)[0]
    np.testing.assert_allclose(np.stack([found["path"]["a"], found["path"]["b"]]), told, atol=1e-9)
    rest = ((moved.T - axes.T @ told) ** 2).sum(axis=0)[:-1] / (moved**2).sum(axis=1)[:-1]
    np.testing.assert_allclose(found["path"]["within"][:-1], 1 - rest, atol=1e-9)


def test_two_weights_are_moved_in_their_own_units() -> None:
    run = trained(**SMALL)
    found = result(landscape(run, resolution=7, directions="weights", weights=[3, 11], span=2.5))
    assert (found["a"][0], found["a"][-1]) == (-2.5, 2.5)
    axes = np.zeros((2, run.network.layout.size))
    axes[0, 3] = axes[1, 11] = 1
    np.testing.assert_array_equal(found["axes"], axes)
    check_grid(run, found)


def test_the_seed_decides() -> None:
    run = trained(**SMALL)
    assert result(landscape(run, 5, seed=1)) == result(landscape(run, 5, seed=1))
    assert result(landscape(run, 5, seed=1))["axes"] != result(landscape(run, 5, seed=2))["axes"]


def test_rows_come_coarse_to_fine_and_each_says_which_it_is() -> None:
    for count in (5, 6, 41, 101):
        assert sorted(coarse_to_fine(count)) == list(range(count))
    assert coarse_to_fine(41)[:8] == [0, 8, 16, 24, 32, 40, 4, 12]
    run = trained(**SMALL)
    whole = result(landscape(run, resolution=21))
    study, found = landscape(run, resolution=21), dict[str, Any]()
    for _, news in study:
        gather(found, news)
        if len(found.get("rows", ())) == 3:
            break
    assert found["rows"] == [0, 8, 16]
    assert found["loss"] == [whole["loss"][j] for j in (0, 8, 16)]
    assert found["path"] == whole["path"]


def test_training_on_and_measuring_do_not_touch_each_other() -> None:
    for spec in (SMALL, OF_LAYER["batch_norm"], OF_LAYER["conv2d"]):
        run, other = trained(**spec), trained(**spec)
        whole = result(landscape(run, resolution=7))
        study, found = landscape(run, resolution=7), dict[str, Any]()
        for _, news in study:
            gather(found, news)
            if run.step < 20:
                run.train(1)
        assert found == whole
        other.train(run.step - other.step)
        assert same_state(run.trainer.snapshot().arrays(), other.trainer.snapshot().arrays())


def test_so_many_samples_and_no_more_and_the_plane_of_large_ones_is_not_told() -> None:
    run = trained(**SMALL)
    found = result(landscape(run, resolution=5, samples=30))
    trainer, network = run.trainer, run.network
    cache = network.forward(trainer.vector, trainer.inputs[:30])[-1]
    assert found["samples"] == 30
    assert found["centre_loss"] == pytest.approx(network.loss_of(cache, trainer.targets[:30]))
    assert result(landscape(run, 5, samples=20_000))["samples"] == trainer.samples
    large = Experiment(NetworkSpec(layers=(Dense(units=250), Dense(units=250))))
    found = result(landscape(large, resolution=5, samples=4))
    assert (found["centre"], found["axes"]) == (None, None)


def test_what_is_not_finite_has_no_number() -> None:
    run = Experiment(NetworkSpec(layers=(Dense(units=4, activation="exponential"),), loss="mse"))
    found = result(landscape(run, resolution=5, span=1000.0))
    losses = [loss for row in found["loss"] for loss in row]
    assert None in losses
    assert found["loss"][2][2] is not None
    assert all(loss is None or np.isfinite(loss) for loss in losses)


def frozen() -> Experiment:
    spec = NetworkSpec(layers=(Dense(trainable=False),), output=OutputSpec(trainable=False))
    return Experiment(spec)


def test_what_cannot_be_drawn_is_refused_at_once() -> None:
    run = trained(**SMALL)
    zeros = Experiment(NetworkSpec(**SMALL, initializer="zeros"))
    held = trained(layers=(Dense(units=3, trainable_bias=False),))
    size = run.network.layout.size
    for ask, place, code in [
        (lambda: landscape(frozen()), "", "landscape.nothing_moves"),
        (lambda: landscape(zeros), "directions", "landscape.no_length"),
        (lambda: landscape(run, directions="pca"), "directions", "landscape.path_too_short"),
        (lambda: landscape(run, directions="weights"), "weights", "landscape.which_weights"),
        (
            lambda: landscape(run, directions="weights", weights=[0, size]),
            "weights.1",
            "landscape.no_such_weight",
        ),
        (
            lambda: landscape(run, directions="weights", weights=[2, 2]),
            "weights",
            "landscape.one_weight_twice",
        ),
        (
            lambda: landscape(held, directions="weights", weights=[6, 0]),
            "weights.0",
            "landscape.weight_held",
        ),
    ]:
        with pytest.raises(Refused) as found:
            ask()
        assert (found.value.place, found.value.reason.code) == (place, code)


def test_no_samples_and_weights_that_are_not_finite_are_said_so() -> None:
    with pytest.raises(Refused) as found:
        landscape(Experiment(NetworkSpec(dataset=Spiral(samples=0))))
    assert found.value.reason.code == "no_samples"
    run = trained(**SMALL)
    run.trainer.vector[:] = np.nan
    with pytest.raises(Refused, match="not finite"):
        landscape(run)


def test_what_costs_too_much_has_fewer_samples_or_is_refused_with_the_limits_name() -> None:
    layers = (Conv2D(filters=32, kernel_size=5, padding="same"), Flatten())
    run = Experiment(NetworkSpec(dataset=Shapes(samples=400, size=28), layers=layers))
    study = landscape(run, resolution=41)
    assert next(iter(study))[1]["samples"] < run.trainer.samples
    for samples, place in ((300, "samples"), (None, "resolution")):
        with pytest.raises(Refused) as found:
            landscape(run, resolution=101, samples=samples)
        assert (found.value.limit, found.value.place) == ("max_study_work", place)


def test_a_large_network_is_measured_in_pieces() -> None:
    """Between two of them whoever runs it can do something else."""
    layers = (Conv2D(filters=16, kernel_size=5, padding="same"), Flatten())
    run = Experiment(NetworkSpec(dataset=Digits(samples=1500), layers=layers))
    found, rests = dict[str, Any](), 0
    for _, news in landscape(run, resolution=5, samples=1000):
        rests += not news
        gather(found, news)
    said = run.network.forward(run.trainer.vector, run.trainer.inputs[:1000])[-1]
    whole = run.network.loss_of(said, run.trainer.targets[:1000])
    assert found["centre_loss"] == pytest.approx(whole, rel=1e-5)
    assert found["loss"][2][2] == pytest.approx(whole, rel=1e-5)
    assert rests >= 27  # within every place, the middle and the one state of the path too
