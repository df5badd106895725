"""What a recurrent network holds at every step, and the gradient that reaches it, are PyTorch's."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.insight.unrolled import unrolled

from .unrolling import Case, cases

RECORDED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "unrolling_references.json").read_text()
)
ALL = {case.name: case for case in cases()}
LIMIT = 1e-8


def close(found: Any, expected: Any, what: str) -> None:
    mine, theirs = np.asarray(found).reshape(-1), np.array(expected).reshape(-1)
    assert mine.shape == theirs.shape, what
    scale = max(float(np.abs(theirs).max(initial=0)), 1e-6)
    np.testing.assert_allclose(mine, theirs, rtol=0, atol=LIMIT * scale, err_msg=what)


def test_every_network_has_its_figures() -> None:
    assert RECORDED.keys() == ALL.keys()


@pytest.mark.parametrize("case", ALL.values(), ids=lambda case: case.name)
def test_states_gates_and_gradients_by_time_step_are_pytorchs(case: Case) -> None:
    run, expected = case.experiment(), RECORDED[case.name]
    data = run.dataset
    found = unrolled(run, data.test_inputs[:1], known=data.test_targets[0], of=case.of)
    close(found.outputs, expected["y"], "outputs")
    if case.of is None:
        assert found.loss == pytest.approx(expected["loss"], rel=LIMIT)
        assert np.nansum(found.losses) == pytest.approx(found.loss, rel=1e-12)
    assert [(one.layer, one.direction) for one in found.layers] == [
        (one["layer"], one["direction"]) for one in expected["layers"]
    ]
    for one, theirs in zip(found.layers, expected["layers"], strict=True):
        parts = {"x": one.x, "h": one.h, "c": one.c, **one.gates}
        parts |= {name: getattr(one, name) for name in ("grad_h", "grad_c", "grad_from")}
        for name, array in parts.items():
            if array is None:
                assert theirs.get(name) is None
            else:
                close(array, theirs[name], f"{name} of {one.layer}, {one.direction}")
        recorded = set(theirs) - {"layer", "direction"}
        assert recorded - {"c", "grad_c"} <= parts.keys()
