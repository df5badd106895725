"""Convolution and pooling compiled, against their NumPy form, whatever the window and the batch; and
stacks of them trained in the compiled loop."""

from typing import Any

import numpy as np
import pytest

from engine.layers import Conv2D, Dense, Flatten, Layer, MaxPool2D, Output
from engine.layers.base import Pass
from engine.losses import LOSSES
from engine.network import Network
from engine.optimizers import SGD
from engine.surgery import Surgery
from engine.trainer import Trainer
from engine.updating import Updater

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


HIDDEN: dict[str, tuple[tuple[int, ...], list[Layer]]] = {
    "one channel": ((9, 8, 1), [
        Conv2D(filters=8, kernel_size=5, padding="same"), MaxPool2D(),
        Conv2D(filters=5, activation="tanh", strides=2), Flatten(), Dense(units=7, activation="relu")]),
    "colours": ((7, 7, 3), [
        MaxPool2D(padding="same"), Conv2D(filters=3, kernel_size=2, activation="linear", dilation_rate=2),
        MaxPool2D(strides=1), Flatten()]),
    "deep": ((6, 6, 2), [
        Conv2D(filters=4, padding="same"), Conv2D(filters=12, padding="same", activation="gelu"),
        Conv2D(filters=20, kernel_size=1), MaxPool2D(pool_size=3, strides=2, padding="same"), Flatten()]),
    "no image left": ((4, 4, 1), [Flatten(), Dense(units=6)]),
    "wide": ((10, 10, 1), [Flatten(), Dense(units=64)]),
}  # fmt: skip


@pytest.mark.parametrize("off", [False, True], ids=["whole", "units off"])
@pytest.mark.parametrize("loss", ["cross_entropy", "mse"])
@pytest.mark.parametrize("name", HIDDEN)
def test_stacks_of_images_train_in_the_loop_as_in_numpy(
    name: str, loss: str, off: bool, monkeypatch: Any
) -> None:
    shape, layers = HIDDEN[name]
    rng = np.random.default_rng(1)
    x, t = rng.normal(size=(23, *shape)), np.eye(4)[rng.integers(0, 4, 23)]
    layer_by_layer, runs = Updater._run_layers, []

    def watched(self: Updater, how: Any, *rest: Any) -> Any:
        assert not how.compiled
        return layer_by_layer(self, how, *rest)

    monkeypatch.setattr(Updater, "_run_layers", watched)
    for compiled in (True, False):
        network = Network(shape, layers, Output(4, LOSSES[loss].output), loss)
        if off:
            network.operate(
                Surgery(off={n: (0, 2) for n, units in network.units.items() if units > 2})
            )
        run = Trainer(network, x, t, SGD(learning_rate=0.05, momentum=0.9), batch_size=6, l2=0.01,
                      dtype=np.float64, compiled=compiled, seed=3)  # fmt: skip
        losses = np.concatenate([run.train(7), run.train(9)])
        assert run.diverged is None
        runs.append((losses, run.vector))
    for fast, plain in zip(*runs, strict=True):
        np.testing.assert_allclose(fast, plain, rtol=0, atol=1e-11 * np.abs(plain).max())
