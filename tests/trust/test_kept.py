"""What is acknowledged is kept: kills, damage, full and missing disks, two servers, a wrong clock."""

import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.opening import CannotOpen
from app.store import CannotSave, Saved, Store
from tests.serving import Command, command, serve, wait_for

KILLS = 3


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return "(zombie)" not in Path(f"/proc/{process}/status").read_text()


def test_R14_killed_servers_lose_no_acknowledged_edit_and_leave_nobody_behind(
    tmp_path: Path,
) -> None:
    generator = random.Random(0)
    with command(tmp_path) as server, server.client() as client:
        url = f"/api/networks/{client.post('/api/networks').json()['id']}"
        client.post(f"{url}/play", json={"steps_per_second": 500})
        cookies = client.cookies
        known = client.get(url).json()
        _kill(server)
    for _ in range(KILLS):
        with command(tmp_path) as server, server.client(cookies=cookies) as client:
            known = _edited(client, url, known, generator)
            _kill(server)
    with sqlite3.connect(tmp_path / "glassbox.sqlite") as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    database.close()


def _edited(
    client: httpx.Client, url: str, known: dict[str, Any], generator: random.Random
) -> dict[str, Any]:
    """All that was acknowledged is there, and then something else is."""
    found = client.get(url).json()
    assert found["state"] == "playing"  # what played plays again
    assert found["spec"] == known["spec"]
    assert found["step"] >= known["step"]
    wait_for(lambda: client.get(url).json()["step"] > found["step"])
    rate, bias = generator.uniform(0.01, 0.1), generator.uniform(-1, 1)
    client.post(f"{url}/pause")
    if "bias" in known:
        assert client.get(f"{url}/weights").json()["output.bias"] != [0, 0, 0]
    client.put(f"{url}/weights", json={"output.bias": [bias, 0, 0]})
    client.post(f"{url}/play", json={"steps_per_second": 500})
    answer = client.patch(url, json={"optimizer": {"learning_rate": rate}})
    assert answer.status_code == 200
    return {**answer.json(), "bias": bias}


def _kill(server: Command) -> None:
    children = server.workers()
    assert children
    server.process.kill()
    server.process.wait(10)
    wait_for(lambda: not any(is_alive(child) for child in children), 2)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_R18_a_signal_to_the_whole_group_loses_no_step(tmp_path: Path, how: int) -> None:
    with command(tmp_path, GLASSBOX_CHECKPOINT_EVERY_S="60") as server, server.client() as client:
        url = f"/api/networks/{client.post('/api/networks').json()['id']}"
        client.post(f"{url}/play")
        cookies = client.cookies
        wait_for(lambda: client.get(url).json()["step"] > 1000)
        last = client.get(url).json()["step"]
        os.killpg(server.process.pid, how)
        said, _ = server.process.communicate(timeout=20)
        assert (server.process.returncode, said) == (0, "")
    with command(tmp_path) as server, server.client(cookies=cookies) as client:
        found = client.get(url).json()
        assert found["step"] >= last
        assert found["state"] == "playing"
        assert server.stop() == (0, "")


def test_R24_the_second_server_on_a_folder_refuses_and_names_the_first(tmp_path: Path) -> None:
    with command(tmp_path) as server:
        second = subprocess.run(
            [sys.executable, "-m", "app", "--no-browser", "--port", "0", "--data-dir", str(tmp_path)],
            capture_output=True, text=True, timeout=60, check=False,
            cwd=Path(__file__).parent.parent.parent,
        )  # fmt: skip
        assert second.returncode == 2
        assert server.url in second.stderr
        assert "Traceback" not in second.stderr
        server.process.kill()
        server.process.wait(10)
    with command(tmp_path) as server:  # a killed one holds nothing
        assert server.stop()[0] == 0


def test_R26_a_clock_40_days_ahead_deletes_nothing(tmp_path: Path, monkeypatch) -> None:
    with serve(tmp_path) as server, server.client() as client:
        id = client.post("/api/networks").json()["id"]
        own = client.post("/api/datasets", json={"csv": "1,a\n2,b\n3,a\n4,b"}).json()["id"]
    now = time.time
    monkeypatch.setattr("time.time", lambda: now() + 40 * 86_400)
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(f"/api/networks/{id}").status_code == 200
        assert client.get(f"/api/datasets/own?id={own}").status_code == 200


def saved(id: str, step: int, visitor: str = "someone") -> Saved:
    checkpoint = np.random.default_rng(step).bytes(2000)
    return Saved(id, visitor, {"dataset": {"kind": "spiral"}, "seed": step}, checkpoint, 0)


def test_R20_of_100_flipped_bits_all_are_noticed_and_the_one_before_is_given(
    tmp_path: Path,
) -> None:
    store = Store(tmp_path)
    store.save_networks([saved("a", 1)])
    store.save_networks([saved("a", 2)])
    store.close()
    file = tmp_path / "glassbox.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    whole = file.read_bytes()
    newest, earlier = saved("a", 2).checkpoint, saved("a", 1).checkpoint
    assert newest is not None
    places = [
        i for i in range(len(whole)) if whole[i : i + 40] in newest and len(whole[i : i + 40]) == 40
    ]
    assert len(places) > 1000
    generator = random.Random(1)
    for place in generator.sample(places, 100):
        spoilt = bytearray(whole)
        spoilt[place] ^= 1 << generator.randrange(8)
        file.write_bytes(spoilt)
        store = Store(tmp_path)
        found = store.network("a")
        store.close()
        assert found is not None
        assert found.fault is not None
        assert found.checkpoint == earlier
        assert found.spec["seed"] == 1


def test_R20_the_page_is_told_what_was_restored(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = f"/api/networks/{client.post('/api/networks').json()['id']}"
        for learnt in (10, 20):
            client.post(f"{url}/train", json={"steps": 10})
            client.patch(url, json={"regularization": {"l2": learnt / 1e4}})
    with sqlite3.connect(tmp_path / "glassbox.sqlite") as database:
        database.execute("UPDATE networks SET checkpoint = substr(checkpoint, 1, 100)")
    database.close()
    with serve(tmp_path) as server, server.client() as client:
        found = client.get(url).json()
        assert found["step"] in (10, 20)
        assert "damaged" in found["notice"]


@pytest.mark.parametrize("page", range(2, 12))
def test_R21_a_damaged_page_is_refused_or_its_rows_are_left_out(tmp_path: Path, page: int) -> None:
    store = Store(tmp_path)
    for i in range(30):
        store.save_networks([saved(f"network-{i:02}", i)])
    store.close()
    file = tmp_path / "glassbox.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.close()
    whole = bytearray(file.read_bytes())
    whole[4096 * page : 4096 * page + 4096] = os.urandom(4096)
    file.write_bytes(whole)
    try:
        store = Store(tmp_path)
    except CannotOpen as error:
        refused = str(error)
    else:
        refused = ""
    if refused:
        assert "damaged" in refused
        assert file.read_bytes() == whole
        return
    found = [store.network(f"network-{i:02}") for i in range(30)]
    kept = [one for one in found if one is not None and one.fault is None]
    assert len(kept) >= 20
    assert all(one.checkpoint == saved(one.id, one.spec["seed"]).checkpoint for one in kept)
    store.save_networks([saved("new", 99)])  # and it can be written to
    store.close()


def test_R21_a_newer_database_is_refused_untouched(tmp_path: Path) -> None:
    file = tmp_path / "glassbox.sqlite"
    with sqlite3.connect(file) as database:
        database.execute("CREATE TABLE things (id)")
        database.execute("PRAGMA user_version = 99")
    database.close()
    before = file.read_bytes(), sorted(path.name for path in tmp_path.iterdir())
    with pytest.raises(CannotOpen, match="newer Glassbox"):
        Store(tmp_path)
    assert (file.read_bytes(), sorted(path.name for path in tmp_path.iterdir())) == before


def test_R19_a_folder_that_is_gone_is_said_and_nothing_in_memory_is_lost(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    with serve(folder, checkpoint_every_s=0.2) as server, server.client() as client:
        url = f"/api/networks/{client.post('/api/networks').json()['id']}"
        shutil.rmtree(folder)
        refused = wait_for(lambda: (r := client.get("/readyz")).status_code == 503 and r)
        assert "data folder is gone" in refused.json()["reason"]
        assert client.post(f"{url}/train", json={"steps": 30}).json()["step"] == 30
        folder.mkdir()
        wait_for(lambda: client.get("/readyz").status_code == 200)
        time.sleep(0.5)
    with serve(folder) as server, server.client() as client:
        assert client.get(url).json()["step"] == 30


def test_R19_what_was_deleted_on_a_full_disk_does_not_come_back(
    tmp_path: Path, monkeypatch
) -> None:
    with serve(tmp_path, checkpoint_every_s=0.2) as server, server.client() as client:
        url = f"/api/networks/{client.post('/api/networks').json()['id']}"

        def refuse(*_):
            raise CannotSave("database or disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(server.networks.store, "delete_networks", refuse)
            assert client.delete(url).status_code == 204
            assert client.get(url).status_code == 404
            assert client.get("/readyz").status_code == 503
            assert client.get("/api/networks").json() == []
        wait_for(lambda: client.get("/readyz").status_code == 200)
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(url).status_code == 404


def test_R19_a_full_disk_is_503_of_the_server_not_422_of_the_table(
    client, server, monkeypatch
) -> None:
    def refuse(*_):
        raise CannotSave("database or disk is full")

    monkeypatch.setattr(server.networks.store, "add_own", refuse)
    answer = client.post("/api/datasets", json={"csv": "1,a\n2,b\n3,a\n4,b"})
    assert answer.status_code == 503
    assert "disk is full" in answer.json()["detail"]


def test_R05_what_must_make_room_goes_to_the_trash_and_comes_back(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        ids = [client.post("/api/networks").json()["id"] for _ in range(3)]
        client.post(f"/api/networks/{ids[0]}/train", json={"steps": 7})
        cookies = client.cookies
    with (
        serve(tmp_path, max_kept_networks=2) as server,
        server.client(cookies=cookies) as client,
    ):
        client.get(f"/api/networks/{ids[2]}")
        client.post("/api/networks")
        trashed = client.get("/api/trash").json()
        assert trashed
        lost = trashed[0]["id"]
        assert lost in ids[:2]
        assert lost not in {n["id"] for n in client.get("/api/networks").json()}
        gone = client.get(f"/api/networks/{lost}")
        assert gone.status_code == 404
        assert "restore" in gone.json()["detail"]
        back = client.post(f"/api/networks/{lost}/restore")
        assert back.status_code == 200
        assert back.json()["step"] == (7 if lost == ids[0] else 0)
        assert client.post(f"/api/networks/{lost}/restore").status_code == 404


def test_R05_quotas_of_a_visitor_leave_the_others_room(tmp_path: Path) -> None:
    table = {"csv": "1,a\n2,b\n3,a\n4,b"}
    with (
        serve(tmp_path, max_networks=4, max_visitor_datasets=2) as server,
        server.client() as greedy,
        server.client() as other,
    ):
        for _ in range(4):
            assert greedy.post("/api/networks").status_code == 201
        full = greedy.post("/api/networks")
        assert (full.status_code, full.json()["limit"]) == (429, "max_networks")
        mine = other.post("/api/networks")  # one of the other's four makes room
        assert mine.status_code == 201
        assert len(server.networks.live) == 4
        assert len(greedy.get("/api/networks").json()) == 4  # and is kept
        answers = [greedy.post("/api/datasets", json=table) for _ in range(3)]
        assert [a.status_code for a in answers] == [201, 201, 429]
        assert answers[2].json()["limit"] == "max_visitor_datasets"
        assert other.post("/api/datasets", json=table).status_code == 201
        # A saved network that comes back counts as well.
        for network in greedy.get("/api/networks").json():
            answer = greedy.get(f"/api/networks/{network['id']}")
            assert answer.status_code in (200, 429)
        assert len(server.networks.live) <= 4


def test_R05_bytes_of_a_visitor_have_a_quota(tmp_path: Path) -> None:
    with (
        serve(tmp_path, max_visitor_bytes=100_000) as server,
        server.client() as greedy,
        server.client() as other,
    ):
        url = f"/api/networks/{greedy.post('/api/networks', json={'layers': [{'units': 200}] * 2}).json()['id']}"
        greedy.patch(url, json={"regularization": {"l2": 0.1}})  # it is saved with its weights
        refused = greedy.post("/api/networks")
        assert (refused.status_code, refused.json()["limit"]) == (429, "max_visitor_bytes")
        assert other.post("/api/networks").status_code == 201
        greedy.delete(url)
        assert greedy.post("/api/networks").status_code == 201


def test_R05_memory_has_a_budget(tmp_path: Path) -> None:
    with serve(tmp_path, max_memory_bytes=3_000_000) as server, server.client() as client:
        big = {"dataset": {"kind": "moons", "samples": 5000}, "layers": [{"units": 200}] * 2}
        answers = [client.post("/api/networks", json=big) for _ in range(6)]
        refused = next(a for a in answers if a.status_code != 201)
        assert refused.status_code == 429
        assert refused.json()["limit"] == "max_memory_bytes"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400", "1e39"])
def test_R25_nothing_that_is_no_number_enters_a_weight(
    client: httpx.Client, url: str, value: str
) -> None:
    before = client.get(f"{url}/weights").json()
    body = f'{{"output.bias": [{value}, 0, 0]}}'
    answer = client.put(
        f"{url}/weights", content=body, headers={"content-type": "application/json"}
    )
    assert answer.status_code == 422
    assert client.get(f"{url}/weights").json() == before
