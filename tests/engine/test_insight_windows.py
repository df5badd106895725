"""What one cell of a feature map sees is what the arrays of the update hold, and all cells together give
back what the layer gives back."""

from typing import Any

import numpy as np
import pytest

from engine.datasets.image import Digits
from engine.insight import worked
from engine.insight.worked import leaves, walk_of
from engine.insight.worked.windows import MOST, windows
from engine.layers import AvgPool2D, Conv2D, Flatten, MaxPool2D

from .kinds import experiment

LAYERS: dict[str, tuple[Any, ...]] = {
    "valid": (Conv2D(filters=3), Conv2D(filters=2)),
    "same": (
        Conv2D(filters=4, padding="same", activation="tanh"),
        Conv2D(filters=2, padding="same"),
    ),
    "strided and dilated": (
        Conv2D(filters=4, padding="same"),
        Conv2D(filters=2, padding="same", strides=2, dilation_rate=2),
    ),
    "groups": (Conv2D(filters=4, padding="same"), Conv2D(filters=4, groups=2)),
    "max pool": (Conv2D(filters=3), MaxPool2D()),
    "max pool, overlapping": (Conv2D(filters=2), MaxPool2D(pool_size=3, strides=1, padding="same")),
    "mean pool": (Conv2D(filters=3), AvgPool2D(pool_size=3, strides=2, padding="same")),
}
BATCH = [3, 8]


def of_all_cells(layers: tuple[Any, ...]) -> Any:
    run = experiment(dataset=Digits(samples=40), layers=(*layers, Flatten()))
    run.train(3)
    for n, sample in enumerate(BATCH):
        walk = walk_of(run, BATCH, sample)
        name = walk.names[1]
        for unit in np.ndindex(*walk.shape(1)):
            walk.units.clear()
            walk.look_at({name: unit}, {})
            yield n, walk, unit, windows(walk)[name]


@pytest.mark.parametrize("layers", LAYERS.values(), ids=LAYERS)
def test_a_window_is_the_layers_own(layers: tuple[Any, ...]) -> None:
    """Cell by cell its inputs, weights and sum; over all cells of all samples what goes back, and what
    the kernels are taught, is what backpropagation found."""
    back: dict[int, np.ndarray] = {}
    taught: np.ndarray | None = None
    for n, walk, unit, seen in of_all_cells(layers):
        x, cache = walk.made.inputs[1][n], walk.made.caches[1]
        assert seen.unit == unit
        assert seen.of == len(seen.pixels) == len(set(seen.pixels)) > 0
        assert seen.inputs == [x[pixel] for pixel in seen.pixels]
        assert seen.delta == walk.deltas(1)[(n, *unit)]
        sums = back.setdefault(n, np.zeros(x.shape))
        for pixel, gives in zip(seen.pixels, seen.back, strict=True):
            sums[pixel] += gives
        if seen.weights is None:
            assert seen.value == cache["a"][(n, *unit)]
            if seen.won is not None:
                assert seen.inputs[seen.won] == max(seen.inputs) == seen.value
                assert [k for k, gives in enumerate(seen.back) if gives] in ([], [seen.won])
            else:
                assert np.mean(seen.inputs) == pytest.approx(seen.value, abs=1e-6)
            continue
        weight = walk.parameters(1)["weight"]
        assert seen.weights == [weight[(*place, unit[2])] for place in seen.places]
        assert seen.products is not None
        assert seen.bias is not None
        assert seen.teaches is not None
        assert sum(seen.products) + seen.bias == pytest.approx(seen.value, abs=1e-5)
        assert seen.value == cache["z"][(n, *unit)]
        taught = np.zeros(weight.shape) if taught is None else taught
        for place, by in zip(seen.places, seen.teaches, strict=True):
            taught[(*place, unit[2])] += by
    given = walk.given_back(1)
    for n, sums in back.items():
        np.testing.assert_allclose(sums, given[n], atol=1e-6)
    if taught is not None:
        np.testing.assert_allclose(taught, walk.made.gradients(1)["weight"], atol=1e-5)


def test_the_lines_of_a_convolution_show_the_window_that_was_chosen() -> None:
    """Its nine products and the bias, or the largest of them, and nothing of another window."""
    run = experiment(dataset=Digits(samples=40), layers=(Conv2D(filters=3), MaxPool2D(), Flatten()))
    found = worked(run, [5], units={"conv2d_1": (2, 4, 1), "max_pool2d_1": (1, 2, 1)})
    seen = found.windows["conv2d_1"]
    assert seen.pixels == [(2 + u, 4 + v, 0) for u in range(3) for v in range(3)]
    line = next(one for one in found.lines if one.what == "window_sum")
    assert line.value == pytest.approx(seen.value)
    shown = [n for n in leaves(line.term) if n.at and n.at.array == "x"]
    assert shown
    assert {n.at.index[1:] for n in shown if n.at} <= set(seen.pixels)
    pool = found.windows["max_pool2d_1"]
    assert pool.pixels == [(2 + u, 4 + v, 1) for u in range(2) for v in range(2)]
    assert found.units["conv2d_1"] == seen.unit == (2, 4, 1)


def test_of_a_deep_window_the_first_channels_are_told() -> None:
    run = experiment(
        dataset=Digits(samples=20),
        layers=(Conv2D(filters=128, padding="same"), Conv2D(filters=2, kernel_size=5), Flatten()),
    )
    seen = worked(run, [0], units={"conv2d_2": (1, 1, 0)}).windows["conv2d_2"]
    assert seen.of == 25 * 128 > MOST >= len(seen.pixels) == 25 * (MOST // 25)
