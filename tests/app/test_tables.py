"""Tables as people have them: each file of tests/tables is understood as the JSON beside it says."""

import json
from pathlib import Path
from typing import Any

import pytest

TABLES = Path(__file__).parent.parent / "tables"
FILES = sorted(path for path in TABLES.iterdir() if path.suffix != ".json")


def post(client, path: Path, **query: Any):
    return client.post(
        "/api/datasets",
        content=path.read_bytes(),
        headers={"content-type": "text/csv"},
        params=query,
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_table_is_understood_or_refused_with_place_and_reason(client, path: Path) -> None:
    wanted = json.loads(path.with_name(f"{path.name}.json").read_text())
    query = wanted.pop("query", {})
    answer = post(client, path, **query, dry_run=True)
    kept = post(client, path, **query)
    told = answer.json()
    if "problem" in wanted:
        for one in (answer, kept):
            assert one.status_code == 422, one.text
            assert one.json()["code"] == wanted["problem"]
            assert wanted.get("values", {}).items() <= one.json()["values"].items()
        return
    assert answer.status_code == 200, answer.text
    found = {
        **told,
        "kinds": [one["kind"] for one in told["columns"]],
        "classes": [one["name"] for one in told["classes"]],
        "notes": [one["code"] for one in told["notes"]],
    }
    assert {key: found[key] for key in wanted} == wanted
    if "notes" not in wanted:
        assert not set(found["notes"]) - {"read.one_sample", "read.decimal_comma"}, found["notes"]
    assert kept.status_code == 201, kept.text
    own = kept.json()
    assert own["columns"] == told["inputs"]
    assert own["class_names"] == found["classes"]
    assert [one["code"] for one in own["notes"]] == found["notes"]
    made = client.post("/api/networks", json={"dataset": own["dataset"], **own["suits"]})
    assert made.status_code == 201, made.text
    data = client.get(f"/api/networks/{made.json()['id']}/dataset").json()
    assert (data["samples"], data["test_samples"]) == (told["train"], told["test"])
    client.delete(f"/api/networks/{made.json()['id']}")


def test_units_in_are_units_out(client) -> None:
    rows = "".join(f"{m2},{1000.5 * m2 + 20000}\n" for m2 in range(20, 160, 2))
    text = f"m2,price\n{rows}"
    own = client.post("/api/datasets", json={"csv": text}).json()
    spec = {"dataset": own["dataset"], **own["suits"], "layers": []}
    spec["optimizer"] = {"kind": "sgd", "learning_rate": 0.1}
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    client.post(f"{url}/train", json={"steps": 800})
    asked = {"inputs": [[80], [100]]}
    said = client.post(f"{url}/predict", json=asked).json()["outputs"]
    assert said[0] == pytest.approx([100040], rel=1e-4)
    assert said[1] == pytest.approx([120050], rel=1e-4)
    data = client.get(f"{url}/dataset").json()
    inputs = [[(x - data["mean"][0]) / data["deviation"][0]] for x in (80, 100)]
    own_units = client.post(f"{url}/predict", json={"inputs": inputs, "scaled": True}).json()
    for (raw,), (scaled,) in zip(said, own_units["outputs"], strict=True):
        assert scaled * data["target_deviation"] + data["target_mean"] == pytest.approx(raw)
    part = {"part": "test", "samples": [0]}
    (first,) = client.post(f"{url}/predict", json=part).json()["outputs"]
    raw = data["test_targets"][0] * data["target_deviation"] + data["target_mean"]
    assert first == pytest.approx([raw], rel=1e-4)


def test_the_same_file_gives_the_same_losses_twice(client) -> None:
    path = TABLES / "words.csv"
    losses = []
    for _ in range(2):
        own = post(client, path).json()
        made = client.post("/api/networks", json={"dataset": own["dataset"], **own["suits"]}).json()
        url = f"/api/networks/{made['id']}"
        losses.append(client.post(f"{url}/train", json={"steps": 30}).json()["losses"])
    assert losses[0] == losses[1]
