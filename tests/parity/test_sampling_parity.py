"""What a character is drawn from, and how much a text surprises, are PyTorch's figures."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine import Experiment, NetworkSpec
from engine.datasets import Zen
from engine.insight import expected, surprise
from engine.suits import suiting
from engine.writing import Writer, sampled

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "sampling_references.json").read_text()
)
CASES = [(line["scores"], case) for line in RECORDED["drawn"] for case in line["cases"]]


def test_enough_of_all_is_recorded() -> None:
    assert len(CASES) > 80
    assert {case["top_k"] for _, case in CASES} >= {None, 1, 2, 200}


def test_temperature_and_top_k_are_pytorchs() -> None:
    for scores, case in CASES:
        found = sampled(np.array(scores), case["temperature"], case["top_k"])
        np.testing.assert_allclose(found, case["drawn"], rtol=1e-9, atol=1e-12, err_msg=str(case))
        # What is cut off has nothing, exactly.
        np.testing.assert_array_equal(found == 0, np.array(case["drawn"]) == 0)


def test_surprise_is_pytorchs_cross_entropy_in_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    text = RECORDED["text"]
    run = Experiment(NetworkSpec(dataset=Zen(), **suiting(Zen)))
    # The network is left out of it: of these scores PyTorch's figures are known.
    monkeypatch.setattr(expected, "_scores", lambda *_: np.array(text["scores"]))
    monkeypatch.setattr(Writer, "tokens", lambda *_: [0, *text["tokens"]])
    found = surprise(run, "any")
    np.testing.assert_allclose([c.bits for c in found.characters[1:]], text["bits"], rtol=1e-9)
    assert found.perplexity == pytest.approx(text["perplexity"], rel=1e-9)
