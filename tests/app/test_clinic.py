"""The clinic over HTTP: cases to open, a judge to ask, and what it will not judge."""

from typing import Any

import pytest

from app.schemas import CaseOut, ClinicResultOut
from engine.clinic import CASES
from tests.app.test_bad_input import check_problem


def opened(client: Any, spec: dict[str, Any]) -> str:
    made = client.post("/api/networks", json=spec)
    assert made.status_code == 201, made.text
    return made.json()["id"]


def judged(client: Any, case: str, id: str) -> Any:
    return client.post(f"/api/clinic/{case}/check", json={"network": id})


def test_the_cases_keep_their_secret_unless_asked(client) -> None:
    cases = client.get("/api/clinic").json()
    assert [case["name"] for case in cases] == list(CASES)
    for case in cases:
        assert CaseOut.model_validate(case).goal.steps > 0
        assert (case["explanation"], case["finding"], case["remedy"]) == (None, None, None)
    told = client.get("/api/clinic?answers=true").json()
    for case in told:
        assert case["explanation"] == CASES[case["name"]].explanation
        assert case["finding"] == CASES[case["name"]].finding
        assert case["remedy"]


@pytest.mark.parametrize("name", CASES)
def test_a_case_is_opened_found_and_cured(client, name) -> None:
    case = next(c for c in client.get("/api/clinic?answers=true").json() if c["name"] == name)
    id = opened(client, case["spec"])
    client.post(f"/api/networks/{id}/train", json={"steps": 40})
    before = client.get(f"/api/networks/{id}").json()
    first = judged(client, name, id)
    assert first.status_code == 200, first.text
    result = ClinicResultOut.model_validate(first.json())
    assert (result.passed, result.explanation) == (False, None)
    assert result.reasons
    assert client.get(f"/api/networks/{id}").json()["step"] == before["step"] == 40
    assert client.patch(f"/api/networks/{id}", json=case["remedy"]).status_code == 200
    second = judged(client, name, id).json()
    assert second["passed"], second["reached"]
    assert second["explanation"] == case["explanation"]
    client.delete(f"/api/networks/{id}")


@pytest.mark.parametrize("name", CASES)
def test_what_the_diagnosis_offers_first_cures_it(client, name) -> None:
    case = next(c for c in client.get("/api/clinic").json() if c["name"] == name)
    id = opened(client, case["spec"])
    client.post(f"/api/networks/{id}/train", json={"steps": CASES[name].shown})
    found = client.get(f"/api/networks/{id}/diagnosis").json()["findings"][0]
    assert found["name"] == CASES[name].finding
    assert client.patch(f"/api/networks/{id}", json=found["remedies"][0]["patch"]).is_success
    result = judged(client, name, id).json()
    assert result["passed"], result
    client.delete(f"/api/networks/{id}")


def test_without_waiting_it_is_a_job(client) -> None:
    case = client.get("/api/clinic").json()[1]
    id = opened(client, case["spec"])
    asked = client.post(f"/api/clinic/{case['name']}/check?wait=0", json={"network": id})
    assert asked.status_code == 202
    job = client.get(asked.headers["Location"]).json()
    assert job["kind"] == "clinic"
    client.delete(f"/api/networks/{id}")


def test_what_cannot_be_judged_is_a_problem(client) -> None:
    case = client.get("/api/clinic").json()[0]
    id = opened(client, {**case["spec"], "seed": 5})
    unknown = check_problem(judged(client, "nope", id))
    assert (unknown["status"], unknown["code"]) == (404, "clinic.no_such_case")
    assert case["name"] in unknown["detail"]
    gone = check_problem(judged(client, case["name"], "nope"))
    assert (gone["status"], gone["code"]) == (404, "no_such_network")
    changed = check_problem(judged(client, case["name"], id))
    assert (changed["status"], changed["code"]) == (422, "clinic.changed")
    assert changed["errors"][0]["field"] == "network.seed"
    wide = {"layers": [{"units": 512}] * 2, "batch_size": 300, "seed": 0}
    assert client.patch(f"/api/networks/{id}", json=wide).status_code == 200
    costly = check_problem(judged(client, case["name"], id))
    assert (costly["limit"], costly["code"]) == ("max_check_work", "clinic.too_costly")
    for body in ({}, {"network": 3}, {"network": ""}, {"network": id, "nope": 1}):
        bad = client.post(f"/api/clinic/{case['name']}/check", json=body)
        assert check_problem(bad)["status"] == 422
    client.delete(f"/api/networks/{id}")
