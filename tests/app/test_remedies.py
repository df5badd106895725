"""What a finding offers is taken by PATCH as it is, and helps."""

from collections import Counter
from typing import Any

import pytest

from app.schemas import SPEC, DiagnosisOut, PatchIn
from engine import Experiment
from engine.insight import Remedy, diagnose
from tests.engine.planted import FAULTS, planted, trained

SEEDS = range(4000, 4003)
STEPS = 600


def treated(run: Experiment, remedy: Remedy) -> Experiment:
    """As PATCH takes it, then trained on."""
    other = Experiment(run.spec)
    other.load_state(run.state())
    spec = SPEC.validate_python(PatchIn.model_validate(remedy.patch).merged(run.spec)).to_engine()
    assert spec != run.spec
    other.patch(spec)
    if remedy.reset:
        other.reset()
    other.train(STEPS)
    other.measured()
    return other


@pytest.mark.parametrize("fault", FAULTS)
def test_every_remedy_is_taken_and_the_best_one_helps(fault: str) -> None:
    name = FAULTS[fault][0]
    gone: Counter[bool] = Counter()
    for seed in SEEDS:
        run = trained(*planted(fault, seed))
        for finding in diagnose(run):
            for k, remedy in enumerate(finding.remedies):
                assert remedy.label.keys() == {"en", "zh"}
                other = treated(run, remedy)
                if finding.name == name and k == 0:
                    gone[name not in [f.name for f in diagnose(other)]] += 1
    assert gone[True] >= 2, gone
    assert gone[True] + gone[False] >= 2


def test_over_http_a_remedy_goes_from_the_diagnosis_into_a_patch(client: Any) -> None:
    made = client.post("/api/networks", json={"optimizer": {"kind": "sgd", "learning_rate": 10}})
    url = f"/api/networks/{made.json()['id']}"
    client.post(f"{url}/train", json={"steps": 300})
    answer = client.get(f"{url}/diagnosis")
    DiagnosisOut.model_validate(answer.json())
    found = answer.json()["findings"][0]
    assert found["name"] == "too_fast"
    assert found["figure"] > found["threshold"]
    remedy = found["remedies"][0]
    assert remedy["reset"] is True
    before = client.get(url).json()
    patched = client.patch(url, params={"reset": remedy["reset"]}, json=remedy["patch"])
    assert patched.status_code == 200
    now = patched.json()
    assert now["learning_rate"] < 1
    # In one go it is where a network made so begins, and the run before is kept as it was.
    assert (now["step"], now["run"], now["marks"]) == (0, before["run"] + 1, [])
    other = client.post("/api/networks", json=now["spec"]).json()["id"]
    for train in (0, 25):
        for id in (made.json()["id"], other):
            client.post(f"/api/networks/{id}/train", json={"steps": train}) if train else None
        weights = [client.get(f"/api/networks/{id}/weights").json() for id in (url[14:], other)]
        assert weights[0] == weights[1]
    kept = client.post(f"{url}/runs/{before['run']}/restore").json()
    for key in ("spec", "step", "marks"):
        assert kept[key] == before[key], key


def test_a_remedy_that_is_refused_begins_no_run(client: Any) -> None:
    url = f"/api/networks/{client.post('/api/networks', json={}).json()['id']}"
    client.post(f"{url}/train", json={"steps": 5})
    before = client.get(f"{url}").json()
    for change in ({"layers": [{"kind": "conv2d"}]}, {"optimizer": {"learning_rate": -1}}):
        assert client.patch(url, params={"reset": True}, json=change).status_code == 422
    assert client.patch(url, params={"reset": "perhaps"}, json={}).status_code == 422
    assert client.get(f"{url}").json() == before
    client.post(f"{url}/reset")
    client.post(f"{url}/train", json={"steps": 2000})
    assert "too_fast" not in [f["name"] for f in client.get(f"{url}/diagnosis").json()["findings"]]
    client.delete(url)
