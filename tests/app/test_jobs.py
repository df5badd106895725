"""Jobs over HTTP: answered in time or followed, cancelled, shared fairly with what plays."""

import asyncio
import json
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.registry import Networks
from app.workers.jobs import begin
from tests.serving import Running, serve, wait_for

TEXT = {"dataset": {"kind": "zen"}}
LONG = {"length": 10_000, "temperature": 1.0}


@pytest.fixture
def text(client: httpx.Client) -> Any:
    made = client.post("/api/networks", json=TEXT).json()
    yield f"/api/networks/{made['id']}"
    client.delete(f"/api/networks/{made['id']}")


def job_of(answer: httpx.Response) -> str:
    assert answer.status_code == 202, answer.text
    assert answer.headers["Location"] == f"/api/jobs/{answer.json()['job']}"
    return answer.headers["Location"]


def events(client: httpx.Client, url: str, **headers: str) -> list[tuple[str, dict[str, Any], str]]:
    """(event, data, id) of a whole stream."""
    found = []
    with client.stream("GET", f"{url}/stream", headers=headers) as response:
        fields: dict[str, str] = {}
        for line in response.iter_lines():
            name, _, value = line.partition(": ")
            if name:
                fields[name] = value
            elif "event" in fields:
                found.append((fields["event"], json.loads(fields["data"]), fields.get("id", "")))
                fields = {}
    return found


def test_what_is_soon_done_is_the_answer(client, text) -> None:
    found = client.post(f"{text}/generate", json={"prompt": "Now", "length": 50, "seed": 3})
    assert found.status_code == 200
    assert found.json()["prompt"] == "Now"
    assert len(found.json()["text"]) == len(found.json()["probabilities"]) == 50
    again = client.post(f"{text}/generate", json={"prompt": "Now", "length": 50, "seed": 3})
    assert again.json() == found.json()
    assert len(client.post(f"{text}/generate").json()["text"]) == 200


def test_a_job_is_followed_to_its_end(client, text) -> None:
    url = job_of(client.post(f"{text}/generate?wait=0", json=LONG))
    told = events(client, url)
    assert told[-1][0] == "done"
    assert {kind for kind, _, _ in told[:-1]} == {"progress"}
    assert len(told) > 5  # it came in pieces
    pieces = [data["news"] for _, data, _ in told[:-1]]
    result = client.get(url).json()
    assert (result["state"], result["fraction"]) == ("done", 1)
    assert "".join(p.get("text", "") for p in pieces) == result["result"]["text"]
    probabilities = [share for piece in pieces for share in piece.get("probabilities", [])]
    assert probabilities == result["result"]["probabilities"]
    # From where a reader was cut off:
    middle = told[3][2]
    rest = events(client, url, **{"Last-Event-ID": middle})
    assert [data["news"] for _, data, _ in rest[:-1]] == pieces[4:]


def test_a_job_is_of_the_network_as_it_was_and_changes_nothing(client, text) -> None:
    asked = {"length": 3000, "seed": 1, "prompt": "a"}
    alone = client.post(f"{text}/generate", json=asked).json()
    url = job_of(client.post(f"{text}/generate?wait=0", json=asked))
    client.post(f"{text}/train", json={"steps": 30})
    wait_for(lambda: client.get(url).json()["state"] == "done")
    assert client.get(url).json()["result"] == alone
    other = f"/api/networks/{client.post('/api/networks', json=TEXT).json()['id']}"
    client.post(f"{other}/train", json={"steps": 30})
    assert client.get(f"{other}/weights").json() == client.get(f"{text}/weights").json()


def test_cancelling_ends_it_and_keeps_what_it_found(client, text) -> None:
    url = job_of(client.post(f"{text}/generate?wait=0", json=LONG))
    wait_for(lambda: client.get(url).json()["fraction"] > 0)
    assert client.delete(url).status_code == 204
    told = client.get(url).json()
    assert told["state"] == "cancelled"
    assert 0 < len(told["result"]["text"]) < 10_000
    assert events(client, url)[-1][0] == "cancelled"
    time.sleep(0.1)
    assert client.get(url).json() == told
    assert client.delete(url).status_code == 204  # twice is no mistake


def test_a_long_job_and_a_playing_network_share_the_time(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        playing = f"/api/networks/{client.post('/api/networks').json()['id']}"
        text = f"/api/networks/{client.post('/api/networks', json=TEXT).json()['id']}"
        client.post(f"{playing}/play", json={})
        url = job_of(client.post(f"{text}/generate?wait=0", json=LONG))
        before = client.get(playing).json()["step"]
        wait_for(lambda: client.get(url).json()["state"] == "done")
        assert client.get(playing).json()["step"] > before + 100
        assert client.get(playing).json()["state"] == "playing"


def test_a_job_that_begins_while_another_is_under_way_is_not_taken_for_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed_on = Networks.call

    async def slowly(self: Any, live: Any, function: Any, *args: Any) -> Any:
        if function is begin:
            await asyncio.sleep(0.3)  # rounds go by before the worker has it
        return await passed_on(self, live, function, *args)

    monkeypatch.setattr(Networks, "call", slowly)
    with serve(tmp_path, workers=1) as server, server.client() as client:
        text = f"/api/networks/{client.post('/api/networks', json=TEXT).json()['id']}"
        other = job_of(client.post(f"{text}/generate?wait=0", json=LONG))
        url = job_of(client.post(f"{text}/generate?wait=0", json={"length": 5}))
        assert client.get(other).json()["state"] == "running"
        wait_for(lambda: client.get(url).json()["state"] not in ("queued", "running"))
        found = client.get(url).json()
        assert (found["state"], found["failure"]) == ("done", None)


def test_so_many_jobs_and_no_more(tmp_path: Path) -> None:
    with serve(tmp_path, max_jobs=3) as server, server.client() as client:
        text = f"/api/networks/{client.post('/api/networks', json=TEXT).json()['id']}"
        urls = [job_of(client.post(f"{text}/generate?wait=0", json=LONG)) for _ in range(3)]
        refused = client.post(f"{text}/generate?wait=0", json=LONG)
        assert refused.status_code == 429
        assert (refused.json()["limit"], refused.json()["value"]) == ("max_jobs", 3)
        assert client.get(urls[-1]).json()["state"] == "queued"
        client.delete(urls[0])
        job_of(client.post(f"{text}/generate?wait=0", json=LONG))
        wait_for(lambda: client.get(urls[1]).json()["state"] == "done", 30)


def test_a_lost_worker_fails_its_jobs_and_says_so(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        text = f"/api/networks/{client.post('/api/networks', json=TEXT).json()['id']}"
        urls = [job_of(client.post(f"{text}/generate?wait=0", json=LONG)) for _ in range(3)]
        os.kill(server.networks.workers[0].process_id, signal.SIGKILL)
        for url in urls:
            assert events(client, url)[-1][0] == "failed"
            assert "start it again" in client.get(url).json()["failure"]


def test_a_stopping_server_ends_its_jobs_streams(tmp_path: Path) -> None:
    told: list[str] = []
    with serve(tmp_path) as server, server.client() as client:
        text = f"/api/networks/{client.post('/api/networks', json=TEXT).json()['id']}"
        urls = [job_of(client.post(f"{text}/generate?wait=0", json=LONG)) for _ in range(3)]

        def follow() -> None:
            with server.client() as reader:
                told.append(events(reader, urls[-1])[-1][0])

        reading = threading.Thread(target=follow)
        reading.start()
        wait_for(lambda: client.get(urls[0]).json()["fraction"] > 0)
    reading.join(10)
    assert told == ["cancelled"]


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({"prompt": "ß"}, "prompt"),
        ({"length": 0}, "length"),
        ({"length": 10_001}, "length"),
        ({"temperature": -1}, "temperature"),
        ({"seed": -1}, "seed"),
        ({"words": 3}, "words"),
    ],
)
def test_what_cannot_be_written_names_its_field(client, text, asked, field) -> None:
    answer = client.post(f"{text}/generate", json=asked)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_only_text_networks_write(client, url) -> None:
    answer = client.post(f"{url}/generate")
    assert answer.status_code == 422
    assert "no text" in answer.json()["detail"]


def test_a_foreign_job_is_not_found(client, server: Running) -> None:
    for method, path in (("GET", ""), ("DELETE", ""), ("GET", "/stream")):
        assert client.request(method, f"/api/jobs/nope{path}").status_code == 404
