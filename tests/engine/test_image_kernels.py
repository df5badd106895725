"""A compiled convolution against its NumPy form, whatever the window and the batch."""

from typing import Any

import numpy as np
import pytest

from engine.datasets.image import Digits
from engine.experiment import Experiment
from engine.layers import Conv2D
from engine.layers.base import Pass
from engine.spec import NetworkSpec
from engine.suits import suiting

# Tiles take 12, 8, 6, 4, 2 or 1 places of 16 or 8 filters, one neighbour or two at a time: batches and
# sizes that need every one of them, rows of an odd length cut at either end, windows all in the zeros.
WINDOWS: dict[str, tuple[tuple[int, ...], dict[str, Any]]] = {
    "one channel, five wide": ((20, 24, 24, 1), {"filters": 8, "kernel_size": 5}),
    "one channel, three wide": ((13, 5, 5, 1), {"filters": 3}),
    "one channel, many filters": ((3, 15, 14, 1), {"filters": 24, "kernel_size": 5}),
    "one image": ((1, 20, 20, 1), {"filters": 1, "kernel_size": 15}),
    "sixteen filters": ((20, 12, 12, 8), {"filters": 16, "kernel_size": 5}),
    "a window wider than half": ((33, 4, 4, 8), {"filters": 16, "kernel_size": 5}),
    "colours": ((15, 14, 9, 3), {"filters": 10, "kernel_size": 7}),
    "odd channels": ((7, 6, 8, 5), {"filters": 17, "kernel_size": 4, "padding": "valid"}),
    "strides": ((11, 9, 7, 3), {"filters": 5, "strides": 2}),
    "strides past the window": ((6, 9, 9, 3), {"filters": 8, "strides": 8}),
    "dilated": ((2, 9, 9, 2), {"filters": 24, "dilation_rate": 2}),
    "dilated beyond the image": ((4, 3, 3, 2), {"filters": 9, "dilation_rate": 4}),
    "groups": ((9, 7, 7, 6), {"filters": 4, "strides": 2, "groups": 2}),
    "a single pixel": ((9, 7, 7, 16), {"filters": 16, "kernel_size": 1, "padding": "valid"}),
}


@pytest.mark.parametrize("activation", ["relu", "tanh"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("window", WINDOWS)
def test_a_compiled_convolution_is_the_numpy_one(window: str, dtype: type, activation: Any) -> None:
    shape, settings = WINDOWS[window]
    layer = Conv2D(**{"padding": "same", "activation": activation, **settings})
    rng = np.random.default_rng(1)
    x = rng.normal(size=shape).astype(dtype)
    p = {
        name: (rng.normal(size=part.shape) / part.fan_in**0.5).astype(dtype)
        for name, part in layer.parameters(shape[1:]).items()
    }
    dy = rng.normal(size=(len(x), *layer.output_shape(shape[1:]))).astype(dtype)
    found = []
    for run in (Pass(), Pass(compiled=True)):
        g = {name: np.full_like(view, 7) for name, view in p.items()}
        a, cache = layer.forward(p, x, run)
        found.append([a.copy(), layer.backward(p, g, cache, dy.copy(), run), *g.values()])
        if run.compiled:  # the first layer gives nothing back
            run.first = True
            before = {name: view.copy() for name, view in g.items()}
            _, cache = layer.forward(p, x, run)
            assert layer.backward(p, g, cache, dy.copy(), run) is None
            for name, view in g.items():
                np.testing.assert_array_equal(view, before[name])
    tolerance = 2e-5 if dtype is np.float32 else 1e-12
    for plain, fast in zip(*found, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=0, atol=tolerance * np.abs(plain).max())


def test_a_look_has_the_weighted_sums_that_training_bends_in_their_place() -> None:
    run = Experiment(NetworkSpec(dataset=Digits(), **suiting(Digits)))
    run.train(3)
    seen = run.activations_scaled(run.dataset.test_inputs[:2], "inputs")["conv2d_1"]
    assert seen["z"].min() < 0
    np.testing.assert_array_equal(seen["a"], np.maximum(seen["z"], 0))
