"""Every number that a trace shows is PyTorch's, and every line of its working comes to it."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.insight import trace, worked
from engine.insight.worked import leaves, value_of
from engine.layers import LAYERS
from engine.optimizers import OPTIMIZERS

from .traced import BEFORE, DRAWN, as_experiment, traced

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "trace_references.json").read_text())
ALL = dict(traced())
LIMIT = 1e-8


def close(found: Any, expected: list[float], what: str) -> None:
    mine, theirs = np.asarray(found).reshape(-1), np.array(expected)
    assert mine.shape == theirs.shape, what
    scale = max(float(np.abs(theirs).max(initial=0)), 1e-6)
    np.testing.assert_allclose(mine, theirs, rtol=0, atol=LIMIT * scale, err_msg=what)


def test_every_layer_and_optimizer_is_among_them() -> None:
    assert RECORDED.keys() == ALL.keys()
    assert len(ALL) >= DRAWN
    assert {layer.kind for t in ALL.values() for layer in t.network.layers} >= set(LAYERS)
    assert {t.optimizer.kind for t in ALL.values()} == set(OPTIMIZERS)


@pytest.mark.parametrize("name", ALL)
def test_every_number_of_the_update_is_pytorchs(name: str) -> None:
    trainer, expected = ALL[name].copy(), RECORDED[name]
    trainer.train(BEFORE)
    run = as_experiment(trainer)
    assert trainer.samples_ahead().tolist() == expected["samples"]
    for entry in trace(run, expected["samples"]).entries:
        values, layer = entry.values, entry.layer
        if entry.stage == "loss":
            close(values["value"], [expected["loss"]], "loss")
            close(values["y"], expected["y"], "y")
        elif entry.stage == "forward" and "a" in values and layer in expected["a"]:
            close(values["a"], expected["a"][layer], f"a of {layer}")
        elif entry.stage == "backward" and layer == "output":
            close(values["delta"], expected["delta"], "delta of the output")
        elif entry.stage == "backward" and layer in expected["da"]:
            close(values["da"], expected["da"][layer], f"da of {layer}")
        elif entry.stage == "update" and "parameter" in values:
            key = f"{layer}.{values['parameter']}"
            close(values["weight_after"], expected["after"][key], f"{key} after")
            if key in expected["grad"]:
                close(values["grad"], expected["grad"][key], f"gradient of {key}")


@pytest.mark.parametrize("name", ALL)
def test_every_line_of_the_working_comes_to_its_number(name: str) -> None:
    trainer, expected = ALL[name].copy(), RECORDED[name]
    trainer.train(BEFORE)
    samples = expected["samples"]
    found = worked(as_experiment(trainer), samples, samples[-1])
    for line in found.lines:
        scale = max(abs(line.value), *(1e-2 * abs(n.value) for n in leaves(line.term)), 1e-9)
        assert value_of(line.term) == pytest.approx(line.value, rel=0, abs=1e-9 * scale), line
        if line.what == "new_weight" and line.at:
            key = f"{line.layer}.{line.at.array.split(':')[0]}"
            shape = next(e.shape for e in trainer.network.layout if e.name == key)
            after = np.array(expected["after"][key]).reshape(shape)
            assert line.value == pytest.approx(after[line.at.index], rel=1e-7, abs=1e-9), key
