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
