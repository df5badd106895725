"""The engine against PyTorch's recorded figures: same start, same batches, every loss of 50 updates,
the whole first gradient, the weights at the end and what they answer in evaluation."""

import json
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

import engine.updating as updating_module
from engine.activations import ACTIVATIONS, OutputActivationName
from engine.layers import LAYERS, Dense
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES

from . import stacks, tables
from .cases import DTYPES, Case

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "references.json").read_text())[
    "cases"
]
ALL = list(tables.cases())
DENSE = [case for case in ALL if all(isinstance(layer, Dense) for layer in case.layers)]


def hold(case: Case, dtype: str, compiled: bool) -> None:
    limit = case.limit(DTYPES[dtype])
    gaps = case.differences(case.figures(DTYPES[dtype], compiled), RECORDED[case.name][dtype])
    assert max(gaps.values()) < limit, gaps


def test_every_case_has_a_reference_and_every_reference_a_case() -> None:
    assert len({case.name for case in ALL}) == len(ALL)
    assert {case.name for case in ALL} == set(RECORDED)


def test_every_entry_of_the_tables_is_among_the_cases() -> None:
    assert {layer.kind for case in ALL for layer in case.layers} == set(LAYERS)
    assert {case.loss for case in ALL} == set(LOSSES)
    assert {case.optimizer.kind for case in ALL} == set(OPTIMIZERS)
    assert {case.schedule.kind for case in ALL} == set(SCHEDULES)
    alone = {s.name for kind, s in stacks.stacks() if kind == "activation"}
    assert set(ACTIVATIONS) <= set(get_args(OutputActivationName)) <= alone
    freezable = {
        kind for kind, layer in LAYERS.items() if "trainable" in layer.__dataclass_fields__
    }
    frozen = {kind for kind, stack in stacks.stacks() if stack.name == "frozen"}
    assert frozen == freezable
    penalized = {kind for kind, layer in LAYERS.items() if "l2" in layer.__dataclass_fields__}
    assert {kind for kind, stack in stacks.stacks() if stack.name == "penalties"} == penalized


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_the_start_is_the_recorded_one(case: Case) -> None:
    start = case.trainer(np.float64, compiled=False).vector[:6]
    np.testing.assert_allclose(start, RECORDED[case.name]["start"], rtol=1e-7, atol=1e-9)


@pytest.mark.parametrize("form", ["numpy", "compiled"])
@pytest.mark.parametrize("dtype", list(DTYPES))
@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_training_is_that_of_pytorch(case: Case, dtype: str, form: str) -> None:
    hold(case, dtype, form == "compiled")


@pytest.mark.parametrize("dtype", list(DTYPES))
@pytest.mark.parametrize("case", DENSE, ids=lambda case: case.name)
def test_the_loop_for_large_dense_networks_is_that_of_pytorch(
    case: Case, dtype: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updating_module, "BLAS_FROM_WEIGHTS", 0)
    hold(case, dtype, compiled=True)
