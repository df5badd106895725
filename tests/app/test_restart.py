"""What survives: restarts, lost workers, a full house, a broken data folder."""

import asyncio
import os
import signal
import sqlite3
import time
from pathlib import Path
from typing import Any

import pytest

from app.store import CannotOpen, Store
from tests.serving import serve, wait_for


def test_a_network_goes_on_exactly_after_a_restart(tmp_path: Path) -> None:
    spec = {"optimizer": {"kind": "adam"}, "batch_size": 7}
    with serve(tmp_path) as server, server.client() as client:
        url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
        client.post(f"{url}/train", json={"steps": 123})
        cookies = client.cookies
    with serve(tmp_path) as server, server.client(cookies=cookies) as client:
        found = client.get(url).json()
        assert found["step"] == 123
        assert found["state"] == "paused"
        assert [n["id"] for n in client.get("/api/networks").json()] == [found["id"]]
        assert client.get(f"{url}/history").json()["step"][-1] == 123
        after = client.post(f"{url}/train", json={"steps": 50}).json()["losses"]
        other = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
        whole = client.post(f"{other}/train", json={"steps": 173}).json()["losses"]
        assert whole[123:] == after


def test_an_uploaded_table_survives(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        rows = "\n".join(f"{i},{i % 3},{i % 2}" for i in range(30))
        own = client.post("/api/datasets", json={"csv": rows}).json()
        id = client.post("/api/networks", json={"dataset": own["dataset"]}).json()["id"]
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(f"/api/networks/{id}").json()["spec"]["dataset"]["id"] == own["id"]
        assert client.post(f"/api/networks/{id}/train", json={"steps": 5}).json()["step"] == 5


def test_a_killed_worker_is_replaced_and_its_networks_resume(tmp_path: Path) -> None:
    with serve(tmp_path, checkpoint_every_s=0.2) as server, server.client() as client:
        url = f"/api/networks/{client.post('/api/networks').json()['id']}"
        client.post(f"{url}/play", json={"steps_per_second": 200})
        wait_for(lambda: client.get(url).json()["step"] > 100)
        time.sleep(0.6)
        os.kill(server.networks.workers[0].process_id, signal.SIGKILL)
        killed = time.monotonic()

        def resumed():
            response = client.get(url)
            assert response.status_code in (200, 503)
            return response.status_code == 200 and response.json()["step"] > 100

        wait_for(resumed, 20)
        assert time.monotonic() - killed < 20
        step = client.get(url).json()["step"]
        wait_for(lambda: client.get(url).json()["step"] > step)
        assert client.get("/healthz").status_code == 200


def test_a_full_house_is_429_and_a_freed_place_is_used(tmp_path: Path) -> None:
    with serve(tmp_path, max_networks=2) as server, server.client() as client:
        ids = [client.post("/api/networks").json()["id"] for _ in range(2)]
        refused = client.post("/api/networks")
        assert refused.status_code == 429
        assert refused.json()["limit"] == "max_networks"
        assert refused.json()["value"] == 2
        client.delete(f"/api/networks/{ids[0]}")
        assert client.post("/api/networks").status_code == 201


def test_idle_networks_leave_memory_and_come_back(tmp_path: Path) -> None:
    with (
        serve(tmp_path, checkpoint_every_s=0.2, idle_unload_s=0.1) as server,
        server.client() as client,
    ):
        id = client.post("/api/networks").json()["id"]
        client.post(f"/api/networks/{id}/train", json={"steps": 10})
        wait_for(lambda: id not in server.networks.live)
        assert client.get(f"/api/networks/{id}").json()["step"] == 10


def test_a_network_that_is_asked_while_it_is_put_away_loses_nothing(
    tmp_path: Path, monkeypatch
) -> None:
    with serve(tmp_path, checkpoint_every_s=60) as server, server.client() as client:
        id = client.post("/api/networks").json()["id"]
        networks = server.networks
        live = networks.live[id]
        save = networks.store.save_networks
        answers = []

        def slow(rows: list[Any]) -> None:
            """The training comes after the checkpoint was taken and before it is on the disk."""
            answers.append(client.post(f"/api/networks/{id}/train", json={"steps": 10}).json())
            save(rows)

        live.dirty = True
        monkeypatch.setattr(networks.store, "save_networks", slow)
        put_away = asyncio.run_coroutine_threadsafe(networks.unload(live), server.loop).result(20)
        monkeypatch.undo()
        assert answers[0]["step"] == 10
        assert not put_away
        assert client.get(f"/api/networks/{id}").json()["step"] == 10
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(f"/api/networks/{id}").json()["step"] == 10


def test_a_disk_that_refuses_does_not_stop_training(tmp_path: Path, monkeypatch) -> None:
    from app.store import CannotSave

    with serve(tmp_path, checkpoint_every_s=0.1) as server, server.client() as client:
        id = client.post("/api/networks").json()["id"]

        def refuse(*_):
            raise CannotSave("database or disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(server.networks.store, "save_networks", refuse)
            client.post(f"/api/networks/{id}/train", json={"steps": 10})
            degraded = wait_for(lambda: (r := client.get("/readyz")).status_code == 503 and r)
            assert "disk is full" in degraded.json()["reason"]
            assert client.post(f"/api/networks/{id}/train", json={"steps": 10}).json()["step"] == 20
        wait_for(lambda: client.get("/readyz").status_code == 200)


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "glassbox.sqlite"
    file.write_bytes(b"not a database" * 100)
    with pytest.raises(CannotOpen, match="another --data-dir"):
        Store(tmp_path)
    assert file.read_bytes() == b"not a database" * 100


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    Store(tmp_path).close()
    with sqlite3.connect(tmp_path / "glassbox.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(CannotOpen, match="newer Glassbox"):
        Store(tmp_path)


def test_a_spoilt_checkpoint_costs_the_training_not_the_network(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        id = client.post("/api/networks").json()["id"]
        client.post(f"/api/networks/{id}/train", json={"steps": 10})
    with sqlite3.connect(tmp_path / "glassbox.sqlite") as connection:
        connection.execute("UPDATE networks SET checkpoint = substr(checkpoint, 1, 100)")
    connection.close()
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(f"/api/networks/{id}").json()["step"] == 0


def test_a_silent_worker_is_replaced_and_training_goes_on(tmp_path: Path) -> None:
    with (
        serve(tmp_path, worker_timeout_s=2, checkpoint_every_s=0.3) as server,
        server.client() as client,
    ):
        url = f"/api/networks/{client.post('/api/networks').json()['id']}"
        client.post(f"{url}/play", json={"steps_per_second": 200})
        wait_for(lambda: client.get(url).json()["step"] > 50)
        time.sleep(0.8)
        os.kill(server.networks.workers[0].process_id, signal.SIGSTOP)
        codes = []
        for _ in range(4):
            codes.append(client.get(url).status_code)
        assert set(codes) <= {200, 503}
        wait_for(lambda: client.get(url).status_code == 200, 20)
        step = client.get(url).json()["step"]
        wait_for(lambda: client.get(url).json()["step"] > step, 20)


@pytest.mark.parametrize("harm", [signal.SIGKILL, signal.SIGSTOP], ids=["killed", "stopped"])
def test_a_server_stops_whatever_its_worker_does(tmp_path: Path, harm: signal.Signals) -> None:
    with serve(tmp_path, worker_silence_s=2) as server, server.client() as client:
        url = f"/api/networks/{client.post('/api/networks').json()['id']}"
        client.post(f"{url}/train", json={"steps": 10})
        client.post(f"{url}/play")
        process = server.networks.workers[0].process_id
        os.kill(process, harm)
        begin = time.monotonic()
    assert time.monotonic() - begin < 10
    with pytest.raises(ProcessLookupError):
        os.kill(process, 0)
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(url).status_code == 200


def test_an_idle_worker_that_stands_still_is_noticed(tmp_path: Path) -> None:
    with serve(tmp_path, worker_silence_s=2) as server, server.client() as client:
        url = f"/api/networks/{client.post('/api/networks').json()['id']}"
        worker = server.networks.workers[0]
        before = worker.process_id
        os.kill(before, signal.SIGSTOP)
        wait_for(lambda: worker.process_id not in (None, before) and worker.ready, 20)
        assert client.get(url).status_code == 200


def test_a_list_says_of_networks_what_they_are_before_they_are_loaded(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        first = client.post("/api/networks").json()["id"]
        client.post(f"/api/networks/{first}/train", json={"steps": 40})
        time.sleep(0.01)
        second = client.post("/api/networks", json={"dataset": {"kind": "digits"}}).json()["id"]
        before = client.get("/api/networks").json()
        assert [n["id"] for n in before] == [second, first]
        client.post(f"/api/networks/{second}/play", json={"steps_per_second": 50})
        assert client.get("/api/networks").json()[0]["state"] == "playing"
        client.post(f"/api/networks/{second}/pause")
        client.post(f"/api/networks/{second}/reset")
        cookies = client.cookies
    with serve(tmp_path) as server, server.client(cookies=cookies) as client:
        after = {n["id"]: n for n in client.get("/api/networks").json()}
        assert not server.networks.live  # looking at a list loads nothing
        told = after[first]
        assert told == before[1]
        assert (told["name"], told["dataset"], told["step"]) == ("spiral 8-8-8-3", "spiral", 40)
        assert told["parameters"] == 195
        assert 0 < told["loss"] < 2
        assert after[second]["state"] == "paused"


def test_a_folder_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        id = client.post("/api/networks").json()["id"]
        client.post(f"/api/networks/{id}/train", json={"steps": 40})
        cookies = client.cookies
    with sqlite3.connect(tmp_path / "glassbox.sqlite") as database:
        database.execute("ALTER TABLE networks DROP COLUMN summary")
        database.execute("PRAGMA user_version = 1")
    database.close()
    with serve(tmp_path) as server, server.client(cookies=cookies) as client:
        found = client.get("/api/networks").json()
        assert [(n["id"], n["dataset"], n["parameters"]) for n in found] == [(id, "spiral", None)]
        assert client.get(f"/api/networks/{id}").json()["step"] == 40
