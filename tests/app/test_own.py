"""One's own tables, texts and drawings are listed until they are deleted."""

import sqlite3
from pathlib import Path
from typing import Any

import httpx

from ..serving import serve

ROWS = {"inputs": [[i, -i] for i in range(30)], "targets": ["a", "b"] * 15, "name": "mine"}
POINTS = [[0.5, 0.5, 0], [-0.5, -0.5, 1], [0.1, -0.2, 1]]
CURVE = {"name": "a curve", "dataset": {"kind": "drawn_curve", "points": [[0.5, 1], [-0.5, 2.25]]}}
DRAWING = {"name": "three points", "dataset": {"kind": "drawn", "points": POINTS}}
TEXT = {
    "name": "a rhyme",
    "dataset": {"kind": "own_text", "text": "row, row, row your boat\n" * 20},
}


def keep(client: httpx.Client, body: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/api/datasets", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_ones_own_data_is_listed_newest_first_and_to_nobody_else(server) -> None:
    with server.client() as client, server.client() as other:
        assert client.get("/api/datasets").json() == []
        made = [keep(client, body) for body in (ROWS, DRAWING, TEXT)]
        listed = client.get("/api/datasets").json()
        assert [one["id"] for one in listed] == [one["id"] for one in reversed(made)]
        assert [(one["kind"], one["view"], one["name"], one["rows"]) for one in listed] == [
            ("own_text", "text", "a rhyme", 480),
            ("drawn", "plane", "three points", 3),
            ("own", "table", "mine", 30),
        ]
        assert [one["dataset"] for one in listed] == [None, None, made[0]["dataset"]]
        assert listed[0]["preview"]["text"] == TEXT["dataset"]["text"][:80]
        assert listed[1]["preview"]["inputs"] == [point[:2] for point in POINTS]
        assert len(listed[2]["preview"]["inputs"]) == 30
        assert other.get("/api/datasets").json() == []
        assert client.delete(f"/api/datasets/own/{made[1]['id']}").status_code == 204
        assert [one["kind"] for one in client.get("/api/datasets").json()] == ["own_text", "own"]
        assert client.delete(f"/api/datasets/own/{made[1]['id']}").status_code == 404


def test_what_is_kept_is_what_a_network_learns_from(client) -> None:
    for body in (DRAWING, CURVE, TEXT):
        own = keep(client, body)
        again = client.get(f"/api/datasets/own/{own['id']}").json()
        made = client.post("/api/networks", json={"dataset": again["dataset"], **own["suits"]})
        assert made.status_code == 201, made.text
        data = client.get(f"/api/networks/{made.json()['id']}/dataset").json()
        assert data["digest"] == own["digest"]


def test_the_same_drawing_is_kept_once(client) -> None:
    first, second = keep(client, DRAWING), keep(client, DRAWING)
    assert first["id"] == second["id"]


def test_a_table_says_who_learns_from_it(client) -> None:
    own = keep(client, ROWS)
    url = f"/api/datasets/own/{own['id']}"
    assert client.get(url).json()["networks"] == 0
    made = client.post("/api/networks", json={"dataset": own["dataset"]}).json()
    assert client.get(url).json()["networks"] == 1
    client.delete(f"/api/networks/{made['id']}")
    assert client.get(url).json()["networks"] == 0


def test_only_what_holds_its_data_is_kept_by_itself(client) -> None:
    for dataset, field in (
        ({"kind": "spiral"}, "dataset.kind"),
        ({"kind": "drawn", "points": [[1]]}, "dataset"),
        ({"kind": "own_text", "text": " "}, "dataset"),
        ({"kind": "nothing"}, "dataset"),
    ):
        answer = client.post("/api/datasets", json={"dataset": dataset})
        assert answer.status_code == 422, answer.text
        assert answer.json()["errors"][0]["field"].startswith(field)
    both = client.post("/api/datasets", json={**ROWS, **DRAWING})
    assert both.status_code == 422


def test_a_table_of_before_there_were_lists_is_listed(tmp_path: Path) -> None:
    with serve(tmp_path, workers=1) as server, server.client() as client:
        own = keep(client, ROWS)
        cookies = dict(client.cookies)
    with sqlite3.connect(tmp_path / "glassbox.sqlite") as database:
        database.execute("UPDATE datasets SET line = NULL")
        database.execute("PRAGMA user_version = 4")
    with serve(tmp_path, workers=1) as server, server.client(cookies=cookies) as client:
        (listed,) = client.get("/api/datasets").json()
        assert (listed["id"], listed["name"], listed["rows"]) == (own["id"], "mine", 30)
