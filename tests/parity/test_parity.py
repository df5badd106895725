"""The engine against PyTorch's recorded figures: same start, same batches, every loss of 100 steps, or 50."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from .cases import BATCHES, Case, cases

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "references.json").read_text())[
    "cases"
]
DTYPES = {"float32": np.float32, "float64": np.float64}
ALL = list(cases())


def test_every_case_has_a_reference() -> None:
    assert {case.name for case in ALL} == set(RECORDED)


@pytest.mark.parametrize("form", ["numpy", "compiled"])
@pytest.mark.parametrize("batch", list(BATCHES))
@pytest.mark.parametrize("dtype", list(DTYPES))
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_losses_are_those_of_pytorch(case: Case, dtype: str, batch: str, form: str) -> None:
    recorded = RECORDED[case.name][f"{dtype} {batch}"]
    trainer = case.trainer(DTYPES[dtype], batch, compiled=form == "compiled")
    np.testing.assert_allclose(
        trainer.vector[:12], RECORDED[case.name]["start"], rtol=1e-6, atol=1e-9
    )
    losses = trainer.train(case.steps)
    difference = np.abs(losses / recorded["losses"][: case.steps] - 1)
    assert difference.max() < case.limit(DTYPES[dtype]), f"at step {difference.argmax()}"


@pytest.mark.parametrize("dtype", list(DTYPES))
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_first_gradient_is_that_of_pytorch(case: Case, dtype: str) -> None:
    trainer = case.trainer(DTYPES[dtype], "full", compiled=True)
    trainer.train(1)
    gradient = trainer.gradient[:200]
    expected = np.array(RECORDED[case.name][f"{dtype} full"]["gradient"])
    scale = np.abs(expected).max()
    tolerance = 2e-5 if dtype == "float32" else 1e-11
    np.testing.assert_allclose(gradient, expected, rtol=0, atol=tolerance * scale)
