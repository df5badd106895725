"""Paths down a surface are those of `torch.optim`."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.descent import SURFACES, race
from engine.optimizers import OPTIMIZERS

from .descending import KEPT, STEPS, cases

RECORDED: dict[str, Any] = json.loads((Path(__file__).parent / "descent_references.json").read_text())  # fmt: skip
CASES = {name: (surface, optimizer) for name, surface, optimizer in cases()}


def test_every_optimizer_and_surface_is_recorded() -> None:
    assert RECORDED["paths"].keys() == CASES.keys()
    assert {surface.name for surface, _ in CASES.values()} == SURFACES.keys()
    assert {optimizer.kind for _, optimizer in CASES.values()} == OPTIMIZERS.keys() - {"lion"}
    # Nothing of it is a path that stands still, or one that was lost.
    ends = np.array([kept[-1] for kept in RECORDED["paths"].values()])
    starts = np.array([surface.start for surface, _ in CASES.values()])
    assert np.isfinite(ends).all()
    assert (np.abs(ends[:, :2] - starts).max(axis=1) > 1e-3).all()


@pytest.mark.parametrize("name", CASES)
def test_a_path_is_pytorchs(name: str) -> None:
    surface, optimizer = CASES[name]
    (path,) = race(surface, surface.start, [optimizer], STEPS)
    # L-BFGS divides by differences of gradients, which cancel near the minimum: rounding is all that is left
    # of them in the end.
    count = len(KEPT) - (optimizer.kind == "lbfgs")
    found = np.column_stack([path.points, path.values])[list(KEPT[:count])]
    np.testing.assert_allclose(found, RECORDED["paths"][name][:count], rtol=1e-8, atol=1e-9)
