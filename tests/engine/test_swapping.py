"""Two units in each other's place: the network says what it said, and twice is nothing at all."""

from typing import Any

import numpy as np
import pytest

from engine import Dense
from engine.datasets.image import Digits
from engine.datasets.sequence import Waveforms
from engine.errors import Refused
from engine.layers import GRU, LSTM, BatchNorm, Conv2D, Flatten, Residual
from engine.optimizers import OPTIMIZERS
from engine.surgery import Surgery

from .kinds import experiment, same_state

SWAPS: dict[str, tuple[dict[str, Any], str]] = {
    "dense": ({"layers": (Dense(units=6), Dense(units=5))}, "dense_1"),
    "last": ({"layers": (Dense(units=6), Dense(units=5))}, "dense_2"),
    "norm": ({"layers": (Dense(units=6), BatchNorm(), Dense(units=5))}, "dense_1"),
    "conv": (
        {
            "dataset": Digits(samples=40),
            "layers": (Conv2D(filters=4), Conv2D(filters=4, groups=2), Flatten()),
        },
        "conv2d_1",
    ),
    "flatten": ({"dataset": Digits(samples=40), "layers": (Conv2D(filters=4), Flatten())}, "conv2d_1"),
    "lstm": (
        {
            "dataset": Waveforms(samples=30),
            "layers": (LSTM(units=4, bidirectional=True, return_sequences=True), GRU(units=3)),
        },
        "lstm_1",
    ),
    "gru": ({"dataset": Waveforms(samples=30), "layers": (GRU(units=4),)}, "gru_1"),
    "residual": (
        {"layers": (Dense(units=5), Dense(units=5), Residual(span=1), Residual(span=1), Dense(units=4))},
        "dense_1",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", SWAPS)
def test_units_change_places_and_nothing_else_changes(name: str) -> None:
    spec, layer = SWAPS[name]
    run = experiment(**spec, average=0.9, optimizer=OPTIMIZERS["adam"]())
    run.train(8)
    run.operate(layer, 0, "off")
    run.operate(layer, 1, "freeze")
    x = run.trainer.inputs[:20]
    said, state = run.network.predict(run.trainer.vector, x), run.trainer.snapshot()
    by_average = run.network.predict(run.trainer.average, x)
    index = run.network.names.index(layer)
    a = run.network.forward(run.trainer.vector, x)[index]["a"]
    run.operate(layer, 0, "swap", 1)
    assert run.spec.surgery == Surgery(off={layer: (1,)}, frozen={layer: (0,)})
    np.testing.assert_allclose(run.network.predict(run.trainer.vector, x), said, atol=1e-5)
    np.testing.assert_allclose(run.network.predict(run.trainer.average, x), by_average, atol=1e-5)
    now = run.network.forward(run.trainer.vector, x)[index]["a"]
    np.testing.assert_allclose(now[..., [1, 0]], a[..., :2], atol=1e-6)
    assert not np.array_equal(state.state, run.trainer.snapshot().state)
    for row in range(len(state.state)):  # every slot has the same numbers, elsewhere
        np.testing.assert_array_equal(
            np.sort(run.trainer.snapshot().state[row]), np.sort(state.state[row])
        )
    run.operate(layer, 1, "swap", 0)
    assert same_state(state.arrays(), run.trainer.snapshot().arrays())
    assert run.spec.surgery == Surgery(off={layer: (0,)}, frozen={layer: (1,)})


def test_a_swapped_network_trains_on_as_the_other_would() -> None:
    spec = SWAPS["dense"][0]
    one, other = (experiment(**spec, optimizer=OPTIMIZERS["adam"]()) for _ in range(2))
    for run in (one, other):
        run.train(10)
    one.operate("dense_1", 0, "swap", 4)
    for run in (one, other):
        run.train(20)
    one.operate("dense_1", 0, "swap", 4)
    np.testing.assert_allclose(one.trainer.vector, other.trainer.vector, atol=1e-4)


@pytest.mark.parametrize(
    ("spec", "layer", "pair", "place", "code"),
    [
        ({}, "dense_1", (0, 0), "with", "surgery.swap_with"),
        ({}, "dense_1", (0, 8), "with", "no_such_unit"),
        (SWAPS["lstm"][0], "lstm_1", (0, 4), "with", "surgery.other_direction"),
        (SWAPS["conv"][0], "conv2d_1", (0, 2), "with", "surgery.other_group"),
        (SWAPS["conv"][0], "conv2d_2", (1, 2), "with", "surgery.other_group"),
        ({"layers": (Dense(units=2), Residual(span=1))}, "dense_1", (0, 1), "layer", "surgery.bound"),
    ],
)  # fmt: skip
def test_what_cannot_change_places_is_refused(spec, layer, pair, place, code) -> None:
    run = experiment(**spec)
    state = run.state()
    with pytest.raises(Refused) as found:
        run.operate(layer, pair[0], "swap", pair[1])
    assert (found.value.place, found.value.reason.code) == (place, code)
    assert same_state(state, run.state())
