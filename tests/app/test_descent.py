"""Surfaces and descents over HTTP."""

import time
from typing import Any

import numpy as np
import pytest

from app.schemas import DescentOut, DescentStepOut, SurfaceOut, SurfaceValuesOut
from engine.descent import SURFACES, race
from engine.optimizers import OPTIMIZERS, SGD, Adam
from tests.app.test_bad_input import check_problem


def test_the_surfaces_are_told_with_all_that_a_page_draws(client) -> None:
    told = [SurfaceOut.model_validate(one) for one in client.get("/api/surfaces").json()]
    assert [one.name for one in told] == list(SURFACES)
    for one in told:
        assert {"en", "zh"} == one.summary.keys()
        assert one.formula.startswith("<math")
        assert one.minima
        assert one.steepness


@pytest.mark.parametrize(
    "surface", ["himmelblau", {"name": "himmelblau"}, {"formula": "x + 10y", "low": [0, 0], "high": [1, 2]}]
)  # fmt: skip
def test_values_of_a_surface(client, surface) -> None:
    answer = client.post("/api/surfaces/values", json={"surface": surface, "resolution": 5})
    found = SurfaceValuesOut.model_validate(answer.json())
    x, y = np.meshgrid(found.x, found.y)
    meant = (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2 if found.minima else x + 10 * y
    np.testing.assert_allclose(np.array(found.values, float), meant)


def test_where_a_surface_is_not_finite_its_values_are_null(client) -> None:
    surface = {"formula": "ln(x)", "low": [-1, -1], "high": [1, 1]}
    found = client.post("/api/surfaces/values", json={"surface": surface, "resolution": 3}).json()
    assert found["values"] == [[None, None, 0.0]] * 3


def test_a_race_is_the_engines(client) -> None:
    body = {
        "surface": "rosenbrock", "steps": 50, "noise": 0.3, "seed": 4,
        "optimizers": [{"kind": "sgd", "learning_rate": 1e-3, "momentum": 0.5}, {"kind": "adam", "learning_rate": 0.05}],
    }  # fmt: skip
    found = DescentOut.model_validate(client.post("/api/descent", json=body).json())
    surface = SURFACES["rosenbrock"]
    assert found.start == list(surface.start)
    wanted = race(
        surface,
        surface.start,
        [SGD(learning_rate=1e-3, momentum=0.5), Adam(learning_rate=0.05)],
        50,
        0.3,
        4,
    )
    for path, mine in zip(found.paths, wanted, strict=True):
        np.testing.assert_array_equal(path.points, mine.points)
        np.testing.assert_array_equal(np.array(path.values, float), mine.values)
        np.testing.assert_allclose(np.array(path.curvatures, float), mine.curvatures)
        np.testing.assert_array_equal(np.array(path.gradients, float), mine.gradients)
        assert path.slots is not None
        assert path.slots.keys() == set(type(mine.optimizer).slots)
        assert path.state == "done"
    assert found.paths[0].optimizer["momentum"] == 0.5
    without = client.post("/api/descent", json={**body, "slots": False}).json()
    assert all(path["slots"] is None for path in without["paths"])


def test_a_body_is_not_needed(client) -> None:
    for path in ("/api/descent", "/api/descent/step", "/api/surfaces/values"):
        assert client.post(path).status_code == 200


def test_a_kind_may_be_left_out_and_its_settings_are_its_own(client) -> None:
    body = {"surface": "bowl", "optimizers": [{"learning_rate": 0.1}]}
    (path,) = client.post("/api/descent", json=body).json()["paths"]
    assert path["optimizer"]["kind"] == "sgd"
    for wrong in ({"kind": "adam", "momentum": 0.9}, {"learning_rate": "0.1"}, {"learning_rate": -1}, {"kind": "no"}):  # fmt: skip
        check_problem(client.post("/api/descent", json={**body, "optimizers": [wrong]}))


def test_a_path_that_leaves_all_bounds_ends_and_says_so(client) -> None:
    body = {"surface": "rosenbrock", "steps": 100, "optimizers": [{"learning_rate": 0.1}]}
    answer = client.post("/api/descent", json=body)
    (path,) = answer.json()["paths"]
    assert path["state"] == "diverged"
    assert len(path["points"]) == len(path["values"]) == len(path["gradients"]) < 20
    DescentOut.model_validate(answer.json())
    problem = check_problem(
        client.post("/api/descent/step", json={"surface": "rosenbrock", "optimizer": {"learning_rate": 0.1}, "step": 90})
    )  # fmt: skip
    assert problem["code"] == "descent.ended"


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_a_step_leads_from_point_to_point(client, kind) -> None:
    settings = {"surface": "beale", "noise": 0.2, "seed": 1, "start": [0.5, 0.5]}
    optimizer = {"kind": kind, "learning_rate": 1e-3}
    (path,) = client.post(
        "/api/descent", json={**settings, "steps": 8, "optimizers": [optimizer]}
    ).json()["paths"]
    found = DescentStepOut.model_validate(
        client.post(
            "/api/descent/step", json={**settings, "optimizer": optimizer, "step": 7}
        ).json()
    )
    assert found.point == path["points"][7]
    np.testing.assert_allclose(found.after, path["points"][8], rtol=1e-12)
    for letter, value in zip("xy", found.after, strict=True):
        assert found.lines[letter][-1].value == pytest.approx(value)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"surface": {"formula": "__import__('os').system('x')"}}, "formula.unexpected"),
        ({"surface": {"formula": "exec(x)"}}, "formula.unknown_name"),
        ({"surface": {"formula": "sqrt(-1 - x^2)"}}, "formula.nowhere_finite"),
        ({"surface": {"formula": "x", "low": [1, 0], "high": [0, 1]}}, "low_not_below_high"),
        ({"surface": {"formula": "x", "name": "bowl"}}, "surface.one_of"),
        ({"surface": {}}, "surface.one_of"),
        ({"surface": "everest"}, None),
        ({"surface": 3}, None),
        ({"surface": {"formula": "x" * 301}}, None),
        ({"surface": {"formula": "x", "low": [0]}}, None),
        ({"start": [0, 1e7]}, None),
        ({"start": [0, 0, 0]}, None),
        ({"noise": -1}, None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/api/descent", "/api/descent/step"])
def test_what_cannot_be_descended_is_refused_with_its_field(client, path, body, code) -> None:
    problem = check_problem(client.post(path, json=body))
    assert code in (None, problem["code"])
    assert problem["errors"][0]["field"].startswith(next(iter(body)))


@pytest.mark.parametrize(
    "body",
    [
        {"steps": 0}, {"steps": 10_001}, {"optimizers": []}, {"optimizers": [{}] * 17},
        {"steps": 10_000, "optimizers": [{"kind": "lbfgs"}] * 16}, {"slots": 1},
    ],
)  # fmt: skip
def test_limits_are_named(client, body) -> None:
    check_problem(client.post("/api/descent", json=body))


def test_ten_optimizers_and_a_thousand_steps_are_one_answer(client) -> None:
    kinds = [{"kind": kind, "learning_rate": 1e-3} for kind in OPTIMIZERS if kind != "lbfgs"][:10]
    body: dict[str, Any] = {"steps": 1000, "optimizers": kinds, "slots": False}
    began = time.perf_counter()
    answer = client.post("/api/descent", json=body)
    assert answer.status_code == 200
    assert time.perf_counter() - began < 10  # what it takes is measured by the bench, not here
    assert all(len(path["points"]) == 1001 for path in answer.json()["paths"])
