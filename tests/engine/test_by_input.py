"""What an answer hangs on: gradients by the input against differences, patches against predictions, and
inputs that excite a unit."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import Dense, Experiment, NetworkSpec
from engine.datasets.image import Digits, Shapes
from engine.datasets.plane import Circle, Spiral
from engine.datasets.text import Zen
from engine.errors import Refused
from engine.features import FEATURES
from engine.layers import Conv2D, Flatten, MaxPool2D
from engine.studies import excite, gather, occlusion, saliency
from engine.surgery import Surgery

from .checking import result
from .kinds import OF_LAYER, experiment

H = 1e-6
PICTURES: dict[str, Any] = {
    "dataset": Digits(samples=60),
    "layers": (Conv2D(filters=3, padding="same"), MaxPool2D(), Flatten()),
}
NUMBERS = {kind: spec for kind, spec in OF_LAYER.items() if kind != "embedding"}


def differences(function: Any, x: np.ndarray) -> np.ndarray:
    """(f(x + h) - f(x - h)) / 2h, number by number."""
    found = np.zeros(x.shape)
    for place in np.ndindex(*x.shape):
        step = np.zeros(x.shape)
        step[place] = H
        found[place] = (function(x + step) - function(x - step)) / (2 * H)
    return found


def unit_value(run: Experiment, place: int, unit: int, x: np.ndarray) -> float:
    asked = run.by_input()
    return float(asked.given(asked.forward(x), place)[..., unit].mean())


def trained(**spec: Any) -> Experiment:
    run = experiment(**spec)
    run.train(5)
    return run


@pytest.mark.parametrize("kind", NUMBERS)
def test_the_gradient_by_the_input_is_the_difference_quotient(kind: str) -> None:
    """Of one unit of every layer, of truncated recurrent ones too."""
    run = trained(**NUMBERS[kind])
    asked = run.by_input()
    x = run.dataset.inputs[1:2].astype(np.float64)
    x = x + np.random.default_rng(0).normal(0, 0.01, x.shape)  # away from kinks and ties
    for place, name in enumerate(run.network.names):
        unit = run.network.shapes[place + 1][-1] - 1

        def by(given: np.ndarray, unit: int = unit) -> np.ndarray:
            d = np.zeros_like(given)
            d[..., unit] = 1 / given[..., unit].size
            return d

        _, found = asked.gradient(x, place, by)
        expected = differences(lambda at, p=place, u=unit: unit_value(run, p, u, at), x)
        scale = max(float(np.abs(expected).max()), 1e-3)
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-5 * scale, err_msg=name)


def test_every_feature_of_the_plane_is_differentiated() -> None:
    run = trained(dataset=Spiral(samples=60), features=tuple(FEATURES), layers=(Dense(units=5),))
    x = np.array([[0.7, -1.2]])
    found = result(saliency(run, x, of=1))
    z = lambda at: run.by_input().forward(at)[-1]["z"][0, 1]  # noqa: E731
    np.testing.assert_allclose([found["saliency"]], differences(z, x), rtol=1e-6, atol=1e-8)


def test_saliency_of_a_network_without_hidden_layers_is_its_weights() -> None:
    run = trained(dataset=Digits(samples=60), layers=(Flatten(),))
    x = run.dataset.inputs[:1]
    weight = run.network.layout.views(run.trainer.vector)["output.weight"].astype(np.float64)
    found = result(saliency(run, x, of=7))
    np.testing.assert_allclose(found["saliency"], weight[:, 7].reshape(8, 8, 1), atol=1e-12)
    z = run.by_input().forward(x)[-1]["z"][0]
    assert found["output"] == pytest.approx(z[7])
    assert found["outputs"] == pytest.approx((np.exp(z) / np.exp(z).sum()).tolist())
    given = result(saliency(run, x))
    assert given["of"] == int(z.argmax())
    times = result(saliency(run, x, of=7, method="gradient_x_input"))
    np.testing.assert_allclose(times["saliency"], weight[:, 7].reshape(8, 8, 1) * x[0], atol=1e-12)


def test_of_two_classes_on_one_output_one_is_the_others_opposite() -> None:
    run = trained(dataset=Circle(samples=40), layers=(Dense(units=4),), loss="binary_cross_entropy")
    x = run.dataset.inputs[:1]
    against, for_it = (result(saliency(run, x, of=of)) for of in (0, 1))
    np.testing.assert_array_equal(against["saliency"], -np.array(for_it["saliency"]))
    assert against["output"] == -for_it["output"]
    with pytest.raises(Refused, match="0 to 1"):
        saliency(run, x, of=2)


def test_smooth_is_the_mean_of_gradients_at_noisy_copies() -> None:
    run = trained(**PICTURES)
    x = run.dataset.inputs[:1].astype(np.float64)
    plain = result(saliency(run, x, of=3))["saliency"]
    assert result(saliency(run, x, of=3, method="smooth", noise=0.0))["saliency"] == pytest.approx(
        np.array(plain)
    )
    found = result(saliency(run, x, of=3, method="smooth", draws=3, noise=0.2, seed=4))
    rng = np.random.default_rng([4, 6])
    noisy = [x + 0.2 * (x.max() - x.min()) * rng.standard_normal(x.shape) for _ in range(3)]
    each = [result(saliency(run, one, of=3))["saliency"] for one in noisy]
    np.testing.assert_allclose(found["saliency"], np.mean(each, axis=0), atol=1e-12)
    assert np.abs(np.array(found["saliency"]) - plain).max() > 1e-3


@pytest.mark.parametrize(("size", "stride", "fill"), [(2, 1, 0.0), (3, 2, 1.0), (8, 5, 0.5)])
def test_occlusion_is_what_predict_says_of_every_covered_picture(size, stride, fill) -> None:
    run = trained(**PICTURES)
    x = run.dataset.inputs[:1].astype(np.float64)
    found = result(occlusion(run, x, of=2, size=size, stride=stride, fill=fill))
    whole = float(run.predict_scaled(x)[0, 2])
    assert found["whole"] == pytest.approx(whole, rel=1e-5)
    assert (found["rows"], found["columns"]) == ((8 - size) // stride + 1,) * 2
    expected = np.zeros((found["rows"], found["columns"]))
    for row, column in np.ndindex(*expected.shape):
        covered = x.copy()
        covered[0, row * stride : row * stride + size, column * stride : column * stride + size] = (
            fill
        )
        expected[row, column] = whole - run.predict_scaled(covered)[0, 2]
    np.testing.assert_allclose(found["drop"], expected, atol=1e-5)
    assert np.abs(expected).max() > 1e-3


@pytest.mark.parametrize(("layer", "unit"), [("conv2d_1", 2), ("max_pool2d_1", 0), ("output", 7)])
def test_an_input_is_found_that_a_unit_answers_to_more(layer: str, unit: int) -> None:
    run = experiment(**PICTURES)
    run.train(60)
    found = result(excite(run, layer, unit, steps=60, seed=3))
    values, image = found["values"], np.array(found["image"])
    assert len(values) == 61
    assert values[-1] == found["value"] > values[0]
    assert image.shape == (8, 8, 1)
    assert found["low"] <= image.min() <= image.max() <= found["high"]
    place = run.network.names.index(layer)
    assert unit_value(run, place, unit, image[None]) == pytest.approx(found["value"])
    # More than any of the samples makes of it, where nothing lies between unit and picture.
    if layer == "conv2d_1":
        seen = [unit_value(run, place, unit, one[None]) for one in run.dataset.inputs]
        assert found["value"] > max(seen)


def test_a_step_is_the_gradient_in_units_of_the_datas_range() -> None:
    """Of a table, whose columns are of different ranges; one step without decay, away from the bounds."""
    run = trained(dataset=Spiral(samples=60), layers=(Dense(units=5),))
    first, second = (
        np.array(result(excite(run, "dense_1", 2, steps=steps, rate=0.03, l2=0.0))["image"])
        for steps in (1, 2)
    )
    inputs = run.dataset.inputs.astype(np.float64)
    span = inputs.max(axis=0) - inputs.min(axis=0)
    slope = differences(lambda at: unit_value(run, 0, 2, at), first[None])[0] * span
    moved = 0.03 * slope / np.sqrt((slope**2).mean()) * span
    np.testing.assert_allclose(second - first, moved, rtol=1e-5)


def test_the_seed_decides_and_training_on_changes_nothing() -> None:
    run, other = trained(**PICTURES), trained(**PICTURES)
    whole = result(excite(run, "conv2d_1", 1, steps=20, seed=5))
    assert whole != result(excite(run, "conv2d_1", 1, steps=20, seed=6))
    study, found = excite(run, "conv2d_1", 1, steps=20, seed=5), dict[str, Any]()
    for _ in range(8):
        gather(found, next(study)[1])
        run.train(1)
    for _, news in study:
        gather(found, news)
    assert found == whole
    other.train(8)
    np.testing.assert_array_equal(run.trainer.vector, other.trainer.vector)


def test_a_unit_that_is_off_still_has_something_it_looks_for() -> None:
    run = trained(**PICTURES)
    whole = result(excite(run, "conv2d_1", 1, steps=10))
    run.patch(replace(run.spec, surgery=Surgery(off={"conv2d_1": (1,)})))
    assert result(excite(run, "conv2d_1", 1, steps=10))["values"] == whole["values"]


def test_blur_takes_fine_lines_away() -> None:
    run = trained(**PICTURES)
    rough, smooth = (
        np.array(result(excite(run, "conv2d_1", 1, steps=40, blur=blur))["image"])[..., 0]
        for blur in (0.0, 1.5)
    )
    roughness = [np.abs(np.diff(image, axis=1)).mean() for image in (rough, smooth)]
    assert roughness[1] < roughness[0]


def test_what_cannot_be_asked_is_refused() -> None:
    run, text = trained(**PICTURES), experiment(dataset=Zen(samples=12), **_text())
    plane = trained(dataset=Spiral(samples=60), layers=(Dense(units=5),))
    one, two = run.dataset.inputs[:1], run.dataset.inputs[:2]
    refused = [
        (lambda: saliency(run, two), "inputs", "one_input"),
        (lambda: saliency(run, one, of=10), "of", "target.no_such_class"),
        (lambda: saliency(text, text.dataset.inputs[:1]), "dataset", "by_input.text"),
        (lambda: excite(text, "embedding_1", 0), "dataset", "by_input.text"),
        (lambda: occlusion(plane, plane.dataset.inputs[:1]), "dataset", "occlusion.no_image"),
        (lambda: occlusion(run, one, size=9), "size", "occlusion.size_too_large"),
        (lambda: excite(run, "conv2d_2", 0), "layer", "no_such_layer"),
        (lambda: excite(run, "conv2d_1", 3), "unit", "no_such_unit"),
        (lambda: excite(run, "conv2d_1", -1), "unit", "no_such_unit"),
    ]
    for ask, place, code in refused:
        with pytest.raises(Refused) as found:
            ask()
        assert (found.value.place, found.value.reason.code) == (place, code)


def _text() -> dict[str, Any]:
    return {key: part for key, part in OF_LAYER["embedding"].items() if key != "dataset"}


def test_what_costs_too_much_is_refused_with_the_limits_name() -> None:
    wide = (
        Conv2D(filters=64, kernel_size=7, padding="same"),
        Conv2D(filters=8, kernel_size=7),
        Flatten(),
    )
    run = Experiment(NetworkSpec(dataset=Shapes(samples=20, size=28), layers=wide, batch_size=1))
    one = run.dataset.inputs[:1]
    for ask in (
        lambda: saliency(run, one, method="smooth", draws=256),
        lambda: occlusion(run, one, size=1),
        lambda: excite(run, "conv2d_1", 0, steps=1000),
    ):
        with pytest.raises(Refused) as found:
            ask()
        assert found.value.limit == "max_work"


def test_weights_that_are_not_finite_are_said_so() -> None:
    run = trained(**PICTURES)
    run.trainer.vector[:] = np.inf
    for ask in (
        lambda: saliency(run, run.dataset.inputs[:1]),
        lambda: excite(run, "conv2d_1", 0),
    ):
        with pytest.raises(Refused, match="not finite"):
            ask()
