"""What happens at once: frames keep their order, saves and deletions theirs, and nobody is left half done."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest

from app.live import Live
from app.workers.messages import Report
from app.workers.queue import Queue
from engine.spec import NetworkSpec
from tests.serving import complete, serve, wait_for
from tests.trust.test_requests import connected, head, is_cut


def report_at(step: int) -> Report:
    figures = {
        "step": step, "epoch": 0, "loss": 1.0, "test_loss": None, "metrics": {}, "measured_step": step,
        "learning_rate": 0.1, "revision": 0,
    }  # fmt: skip
    return Report(id="x", figures=figures)


def test_R11_a_frame_is_never_that_of_an_older_report() -> None:
    worker: Any = None
    live = Live("x", "someone", NetworkSpec(), worker)
    for step in range(2000):
        report = report_at(step)
        if step % 3:
            assert json.loads(live.encoded(report, False))["step"] == step
        del report
    live.forget_encoded()


def test_R11_after_a_reset_the_mark_is_of_the_new_run(client, url) -> None:
    client.post(f"{url}/train", json={"steps": 50})
    with client.stream("GET", f"{url}/stream?limit=3") as answer:
        lines = answer.iter_lines()
        marks, steps = [], []
        for line in lines:
            if line.startswith("id:"):
                marks.append(line.removeprefix("id:").strip())
            if line.startswith("data:") and "loss_points" in line:
                steps.append(json.loads(line.removeprefix("data:"))["step"])
                if len(steps) == 1:
                    client.post(f"{url}/reset")
                if len(steps) == 2:
                    client.post(f"{url}/train", json={"steps": 5})
    assert steps == [50, 0, 5]
    assert marks == ["0:50", "1:5"]


def test_R14_what_is_deleted_while_it_is_saved_stays_deleted(tmp_path: Path, monkeypatch) -> None:
    with serve(tmp_path, checkpoint_every_s=60) as server, server.client() as client:
        id = client.post("/api/networks").json()["id"]
        networks = server.networks
        checkpoints_wanted = asyncio.Event()
        go_on = asyncio.Event()
        live = networks.live[id]
        call_for = live.worker.call_for

        async def slow(client: str, function: Any, *args: Any) -> Any:
            found = await call_for(client, function, *args)
            if function.__name__ == "checkpoints":
                checkpoints_wanted.set()
                await go_on.wait()
            return found

        monkeypatch.setattr(live.worker, "call_for", slow)

        async def race() -> None:
            live.dirty = True
            saving = asyncio.create_task(networks.keeper.save([live]))
            await checkpoints_wanted.wait()
            deleting = asyncio.create_task(networks.delete(id))
            await asyncio.sleep(0.1)
            go_on.set()
            await asyncio.gather(saving, deleting)

        asyncio.run_coroutine_threadsafe(race(), server.loop).result(20)
        assert networks.store.network(id) is None


def test_R14_a_save_that_fails_in_any_way_is_tried_again(tmp_path: Path, monkeypatch) -> None:
    with serve(tmp_path, checkpoint_every_s=60) as server, server.client() as client:
        id = client.post("/api/networks").json()["id"]
        client.post(f"/api/networks/{id}/train", json={"steps": 10})
        networks = server.networks

        def break_down(*_: Any) -> None:
            raise MemoryError

        async def try_it() -> bool:
            live = networks.live[id]
            with pytest.raises(MemoryError):
                await networks.keeper.save([live])
            return live.dirty

        with monkeypatch.context() as patched:
            patched.setattr(networks.store, "save_networks", break_down)
            assert asyncio.run_coroutine_threadsafe(try_it(), server.loop).result(20)
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(f"/api/networks/{id}").json()["step"] == 10


def test_R30_turns_go_round_the_clients_and_none_is_lost() -> None:
    async def main() -> list[str]:
        queue, order = Queue(), []

        async def one(client: str) -> None:
            await queue.take(client)
            order.append(client)
            await asyncio.sleep(0)
            queue.give()

        await queue.take("first")
        tasks = [asyncio.create_task(one("greedy")) for _ in range(5)]
        await asyncio.sleep(0)
        tasks.append(asyncio.create_task(one("modest")))
        await asyncio.sleep(0)
        tasks[1].cancel()
        queue.give()
        await asyncio.gather(*tasks, return_exceptions=True)
        await queue.take("last")  # the turn was given back
        return order

    assert complete(main()) == ["greedy", "modest", "greedy", "greedy", "greedy"]


def test_R30_who_has_gone_keeps_the_turn_until_the_worker_is_done(tmp_path: Path) -> None:
    with serve(tmp_path, workers=1) as server:
        worker = server.networks.workers[0]

        async def main() -> float:
            asking = asyncio.create_task(worker.call_for("gone", time.sleep, 1.0))
            await asyncio.sleep(0.2)
            asking.cancel()
            begin = time.monotonic()
            await worker.call_for("next", time.sleep, 0.0)
            return time.monotonic() - begin

        waited = asyncio.run_coroutine_threadsafe(main(), server.loop).result(20)
        assert waited > 0.5
        assert worker.generation == 0


def test_S12_half_a_body_after_an_early_answer_is_not_waited_for_long(tmp_path: Path) -> None:
    with serve(tmp_path, request_timeout_s=0.5) as server:
        for method in (b"GET", b"DELETE"):
            request = head(server, "/api/networks/nothing", "Content-Length: 50")
            with connected(server, request.replace(b"GET", method, 1) + b"x") as connection:
                assert b" 404 " in connection.recv(65_536)
                connection.sendall(b"y")
                begin = time.monotonic()
                assert is_cut(connection)
                assert time.monotonic() - begin < 10


def test_R05_delete_and_restore_work_in_a_full_house(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        ids = [client.post("/api/networks").json()["id"] for _ in range(3)]
        cookies = client.cookies
    with (
        serve(tmp_path, max_networks=1, max_kept_networks=2) as server,
        server.client(cookies=cookies) as client,
    ):
        first = client.get(f"/api/networks/{ids[0]}")
        assert first.status_code == 200
        live = server.networks.live[ids[0]]
        live.hands += 1  # in use: it makes no room
        assert client.get(f"/api/networks/{ids[1]}").status_code == 429
        assert client.delete(f"/api/networks/{ids[1]}").status_code == 204
        server.networks.store.make_room(1, 10, [ids[0]])
        assert [n["id"] for n in client.get("/api/trash").json()] == [ids[2]]
        for _ in range(2):
            assert client.post(f"/api/networks/{ids[2]}/restore").status_code == 429
        live.hands -= 1
        live.used = -1e9
        assert client.post(f"/api/networks/{ids[2]}/restore").status_code == 200
        assert client.delete(f"/api/networks/{ids[2]}").status_code == 204
        wait_for(lambda: client.get(f"/api/networks/{ids[2]}").status_code == 404)


def test_R18_a_network_that_cannot_be_loaded_stops_nobody(tmp_path: Path, monkeypatch) -> None:
    with serve(tmp_path) as server, server.client() as client:
        good, bad = (f"/api/networks/{client.post('/api/networks').json()['id']}" for _ in "ab")
        networks = server.networks
        live = networks.live[bad.rsplit("/", 1)[-1]]
        ensure = networks.ensure

        async def broken(asked: Live) -> None:
            if asked is live:
                raise KeyError("loss_steps")
            await ensure(asked)

        client.post(f"{bad}/play")
        client.post(f"{good}/play")
        monkeypatch.setattr(networks, "ensure", broken)
        live.loaded_in = -1
        wait_for(lambda: not live.playing)
        step = client.get(good).json()["step"]
        wait_for(lambda: client.get(good).json()["step"] > step)
