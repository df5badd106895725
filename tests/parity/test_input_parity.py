"""The gradient of an answer by the input is PyTorch's autograd's."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.by_input import ByInput
from engine.layers import LAYERS

from .asked import CHOSEN, SAMPLES, asked

RECORDED: dict[str, list[float]] = json.loads(
    (Path(__file__).parent / "input_references.json").read_text()
)
ALL = dict(asked())


def as_parts(network: Any) -> Any:
    """What is asked of a network's data: that its samples are its inputs."""
    return SimpleNamespace(
        network=network, features=lambda x: x, features_backward=lambda columns, d: d
    )


def test_every_layer_is_among_them() -> None:
    assert RECORDED.keys() == ALL.keys()
    kinds = {layer.kind for case in ALL.values() for layer in case.layers}
    assert kinds == set(LAYERS) - {"embedding"}


@pytest.mark.parametrize("name", ALL)
def test_the_gradient_by_the_input_is_pytorchs(name: str) -> None:
    trainer = ALL[name].trainer(np.float64, compiled=False)
    network = trainer.network

    def by(z: Any) -> Any:
        d = np.zeros_like(z)
        d[..., CHOSEN] = 1
        return d

    question = ByInput(as_parts(network), trainer.vector, 0)
    _, found = question.gradient(trainer.inputs[:SAMPLES], len(network.layers) - 1, by)
    expected = np.array(RECORDED[name]).reshape(found.shape)
    assert np.abs(expected).max() > 0
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8 * np.abs(expected).max())
