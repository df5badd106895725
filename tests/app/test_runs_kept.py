"""Runs on the disk: restarts, older files, damage, a full disk, and what goes with their network."""

import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from app.past import Past
from app.store import CannotSave, Saved, Store
from tests.app.test_runs import losses, made, numbers
from tests.serving import serve, wait_for


def saved(id: str, ended: tuple[Past, ...] = (), run: int = 0) -> Saved:
    return Saved(id, "someone", {"seed": 1}, b"state", 0, run=run, ended=ended)


def past(run: int, size: int = 100) -> Past:
    return Past(run, {"seed": run}, bytes([run % 256]) * size, {"run": run})


def changed(folder: Path, statement: str) -> None:
    with sqlite3.connect(folder / "glassbox.sqlite") as database:
        database.execute(statement)
    database.close()


def test_runs_survive_a_restart_to_the_bit(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url, alone = made(client), made(client)
        losses(client, url, 33)
        losses(client, alone, 33)
        client.patch(url, json={"dataset": {"kind": "circle"}})
        losses(client, url, 5)
        before = client.get(f"{url}/runs").json()
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(url).json()["run"] == 1
        assert client.get(f"{url}/runs").json() == before
        client.post(f"{url}/runs/0/restore")
        assert losses(client, url, 20) == losses(client, alone, 20)
        client.post(f"{url}/reset")
        assert numbers(client, url) == [2, 1, 0]


def test_a_file_of_the_version_before_is_taken_over(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = made(client)
        losses(client, url, 12)
    changed(tmp_path, "DROP TABLE runs")
    changed(tmp_path, "PRAGMA user_version = 3")
    with serve(tmp_path) as server, server.client() as client:
        assert (client.get(url).json()["step"], numbers(client, url)) == (12, [0])
        client.post(f"{url}/reset")
        assert client.post(f"{url}/runs/0/restore").json()["step"] == 12


def test_a_damaged_run_is_no_longer_there_and_the_others_are(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = made(client)
        for _ in range(2):
            losses(client, url, 7)
            client.post(f"{url}/reset")
    changed(tmp_path, "UPDATE runs SET checkpoint = substr(checkpoint, 1, 100) WHERE run = 0")
    with serve(tmp_path) as server, server.client() as client:
        assert client.post(f"{url}/runs/0/restore").status_code == 404
        assert client.post(f"{url}/runs/1/restore").json()["step"] == 7


def test_a_run_of_a_spec_that_cannot_be_built_is_told_and_nothing_changes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    odd = Past(3, {"dataset": {"kind": "of the future"}}, b"", {})
    store.save_networks([saved("a", (odd,), run=4)])
    assert store.run("a", 3) == odd
    store.close()
    with serve(tmp_path) as server, server.client() as client:
        refused = client.post("/api/networks/a/runs/3/restore")
        assert refused.status_code == 409
        assert "another version" in refused.json()["detail"]


def test_a_run_whose_table_is_gone_says_so_and_the_present_one_plays_on(tmp_path: Path) -> None:
    rows = "\n".join(f"{i % 7},{i % 5},{'ab'[i % 2]}" for i in range(40))
    with serve(tmp_path) as server, server.client() as client:
        own = client.post("/api/datasets", json={"csv": rows}).json()
        url = made(client, {"dataset": own["dataset"], "layers": []})
        client.patch(url, json={"dataset": {"kind": "circle"}})
        client.delete(f"/api/datasets/own/{own['id']}")
    with serve(tmp_path) as server, server.client() as client:
        client.post(f"{url}/play")
        refused = client.post(f"{url}/runs/0/restore")
        assert refused.status_code == 409
        assert "no such dataset" in refused.json()["detail"]
        found = client.get(url).json()
        assert (found["state"], found["run"]) == ("playing", 1)
        assert numbers(client, url) == [1, 0]


def test_numbers_are_not_used_again_where_checkpoints_were_damaged(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = made(client)
        client.post(f"{url}/reset")
        client.post(f"{url}/reset")
    changed(tmp_path, "UPDATE networks SET checkpoint = x'00'")
    changed(tmp_path, "UPDATE earlier SET checkpoint = x'00'")
    with serve(tmp_path) as server, server.client() as client:
        found = client.get(url).json()
        assert "damaged" in found["notice"]
        assert found["run"] == 3
        assert numbers(client, url) == [3, 1, 0]


def test_an_earlier_checkpoint_of_a_run_that_is_kept_gets_a_number_of_its_own(
    tmp_path: Path,
) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = made(client)
        losses(client, url, 30)
        client.patch(url, json={"batch_size": 9})  # saved: run 0
        client.post(f"{url}/reset")  # saved: run 1
    # What was saved when the server ended is the same state once more: two rows of run 1.
    changed(tmp_path, "UPDATE runs SET run = 1, digest = NULL")
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(url).json()["run"] == 2
        assert numbers(client, url) == [2, 1]


def test_runs_go_with_their_network_and_stay_with_it_in_the_trash(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.save_networks([saved("a", (past(0),), 1), saved("b", (past(0), past(1)), 2)])
    before = store.kept_bytes()
    assert store.kept_bytes("someone") == before > 300
    store.make_room(1, 10, ["b"])
    assert store.networks_of("someone")[0].trashed is not None
    assert list(store.runs("a")) == [0]
    store.delete_networks(["a"])
    assert store.runs("a") == {}
    assert list(store.runs("b")) == [0, 1]
    store.close()


def test_those_that_ended_first_go_first_by_number_and_by_bytes(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for run in range(20):
        store.save_networks([saved("a", (past(run),), run + 1)])
    assert list(store.runs("a")) == list(range(4, 20))
    store.save_networks([saved("a", (past(30, 9_000_000),), 31)])
    store.save_networks([saved("a", (past(31, 8_000_000),), 32)])
    assert list(store.runs("a")) == [31]
    assert store.run("a", 31) == past(31, 8_000_000)
    store.save_networks([saved("a", (past(32),), 31)])  # brought back: it is kept no longer
    assert list(store.runs("a")) == [32]
    store.close()


@pytest.mark.parametrize("page", range(4, 9))
def test_a_damaged_page_costs_the_runs_on_it(tmp_path: Path, page: int) -> None:
    store = Store(tmp_path)
    for i in range(10):
        store.save_networks([saved(f"n{i}", (past(i, 3000),), i + 1)])
    store.close()
    file = tmp_path / "glassbox.sqlite"
    changed(tmp_path, "PRAGMA wal_checkpoint(TRUNCATE)")
    whole = bytearray(file.read_bytes())
    leaf = next(
        i for i in range(page, len(whole) // 4096) if bytes([7]) * 900 in whole[4096 * i : 4096 * i + 4096]
    )  # fmt: skip
    whole[4096 * leaf : 4096 * leaf + 4096] = os.urandom(4096)
    file.write_bytes(whole)
    store = Store(tmp_path)
    found = [store.run(f"n{i}", i) for i in range(10)]
    kept = [one for one in found if one is not None]
    assert len(kept) >= 4
    assert all(one == past(one.run, 3000) for one in kept)
    assert store.run("n7", 7) is None
    store.save_networks([saved("n7", (past(9),), 10)])  # and it can be written to
    store.close()


def test_on_a_full_disk_runs_wait_in_memory_and_are_kept_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(tmp_path, checkpoint_every_s=0.2) as server, server.client() as client:
        url = made(client)
        losses(client, url, 9)

        def refuse(*_: Any) -> None:
            raise CannotSave("database or disk is full")

        with monkeypatch.context() as patched:
            patched.setattr(server.networks.store, "save_networks", refuse)
            client.post(f"{url}/reset")
            assert numbers(client, url) == [1, 0]
            assert client.post(f"{url}/runs/0/restore").json()["step"] == 9
            client.post(f"{url}/runs/1/restore")
        live = server.networks.live[url.rsplit("/", 1)[1]]
        wait_for(lambda: not live.ended)
        assert numbers(client, url) == [1, 0]
    with serve(tmp_path) as server, server.client() as client:
        assert client.post(f"{url}/runs/0/restore").json()["step"] == 9


def test_a_lost_worker_costs_no_run(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = made(client)
        losses(client, url, 9)
        client.patch(url, json={"dataset": {"kind": "circle"}})
        os.kill(server.networks.workers[0].process_id, signal.SIGKILL)
        wait_for(lambda: client.get(url).status_code == 200, 20)
        assert client.get(url).json()["run"] == 1
        assert client.post(f"{url}/runs/0/restore").json()["step"] == 9
