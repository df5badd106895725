"""One worker's time, shared: shares, gaps, stalls, who waits for whom, and who is not watched."""

import asyncio
import os
import random
import signal
import threading
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.turns import LATE_S, LATEST_S, Turn, Turns
from tests.serving import serve, wait_for

SMALL, LARGE = 1.3e-6, 0.2  # seconds a step


def simulated(
    steps: list[float], seconds: float = 20, stall: float = 0.0, overhead: float = 0.001
) -> tuple[list[float], list[float]]:
    """Time had and longest gap of networks with steps that long, in a worker that stands still once."""
    turns, now, stalled = Turns(), 0.0, False
    all_turns = [Turn() for _ in steps]
    numbers = {id(turn): i for i, turn in enumerate(all_turns)}
    for turn in all_turns:
        turn.begin(now)
    had, gaps, last = [0.0] * len(steps), [0.0] * len(steps), [0.0] * len(steps)
    while now < seconds:
        spent = []
        for turn, turn_s in turns.choose(all_turns, now, 0.016):
            i = numbers[id(turn)]
            used = max(1, int(turn_s / steps[i])) * steps[i]
            if stall and now > seconds / 4 and not stalled:
                now, stalled = now + stall, True
            gaps[i] = max(gaps[i], now - last[i])
            now += used
            last[i] = now
            had[i] += used
            spent.append((turn, used, steps[i]))
        now += overhead
        turns.charge(spent, len(steps), now)
    return had, [max(gap, seconds - at) for gap, at in zip(gaps, last, strict=True)]


@pytest.mark.parametrize("count", [2, 10, 50, 100, 300])
def test_R02_equal_networks_have_equal_time_and_short_gaps(count: int) -> None:
    had, gaps = simulated([SMALL] * count)
    assert max(had) / min(had) <= 1.2
    assert max(gaps) <= 2


def test_R02_small_and_middling_ones_have_equal_time() -> None:
    had, gaps = simulated([SMALL] * 25 + [1e-3] * 20 + [0.02] * 5)
    assert max(had) / min(had) <= 1.2
    assert max(gaps) <= 2


def test_R03_a_huge_one_advances_and_the_others_keep_their_time() -> None:
    alone, _ = simulated([SMALL] * 299)
    had, gaps = simulated([SMALL] * 299 + [LARGE])
    assert gaps[-1] <= 10
    assert min(had[:-1]) >= 0.8 * min(alone)
    assert max(gaps[:-1]) <= 2


def test_R02_nobody_pays_for_a_stall_of_the_machine() -> None:
    _, gaps = simulated([SMALL] * 50, stall=2.0)
    assert max(gaps) <= 2 + 2
    had, _ = simulated([SMALL] * 50, stall=2.0)
    assert max(had) / min(had) <= 1.2


def test_R02_who_has_waited_saves_up_nothing() -> None:
    turns = Turns()
    a, b = Turn(), Turn()
    a.begin(0)
    for i in range(1000):
        turns.charge([(a, 0.016, SMALL)], 1, i * 0.016)
        turns.choose([a], i * 0.016, 0.016)
    b.begin(16)
    had = {id(a): 0.0, id(b): 0.0}
    for i in range(100):
        now = 16 + i * 0.016
        chosen = turns.choose([a, b], now, 0.016)
        for turn, turn_s in chosen:
            had[id(turn)] += turn_s
        turns.charge([(turn, s, SMALL) for turn, s in chosen], 2, now)
    assert 0.8 < had[id(a)] / had[id(b)] < 1.25
    assert LATE_S < LATEST_S


def test_R02_playing_networks_share_and_never_stand_still(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        urls = [f"/api/networks/{client.post('/api/networks').json()['id']}" for _ in range(30)]
        for url in urls:
            client.post(f"{url}/play")

        def steps() -> list[int]:
            return [client.get(url).json()["step"] for url in urls]

        time.sleep(1)
        process = server.networks.workers[0].process_id
        os.kill(process, signal.SIGSTOP)
        time.sleep(1.5)
        os.kill(process, signal.SIGCONT)
        first = steps()
        time.sleep(2)
        made = [b - a for a, b in zip(first, steps(), strict=True)]
        assert min(made) > 0
        assert max(made) / min(made) < 4  # 1.2 where nothing else runs: tests/bench/load.py
        assert server.networks.workers[0].generation == 0


def test_R30_a_client_of_many_calls_waits_by_itself(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as greedy, server.client() as neighbour:
        theirs = f"/api/networks/{greedy.post('/api/networks').json()['id']}"
        mine = f"/api/networks/{neighbour.post('/api/networks').json()['id']}"
        stop = threading.Event()

        def hammer() -> None:
            with httpx.Client(base_url=server.url, timeout=60) as client:
                while not stop.is_set():
                    client.post(f"{theirs}/train", json={"steps": 100_000, "losses": "none"})

        threads = [threading.Thread(target=hammer) for _ in range(12)]
        for thread in threads:
            thread.start()
        try:
            time.sleep(0.5)
            taken = []
            for _ in range(20):
                begin = time.monotonic()
                neighbour.post(f"{mine}/train", json={"steps": 1})
                taken.append(time.monotonic() - begin)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        assert sorted(taken)[10] < 3  # behind one call of the other's, not behind twelve


def test_R02_what_a_page_started_pauses_when_nobody_watches(tmp_path: Path) -> None:
    with serve(tmp_path, unwatched_s=0.5) as server, server.client() as client:
        page, kept = (f"/api/networks/{client.post('/api/networks').json()['id']}" for _ in "ab")
        client.post(f"{page}/play", json={"keep": False})
        client.post(f"{kept}/play")
        with client.stream("GET", f"{page}/stream") as watching:
            lines = watching.iter_lines()
            begin = time.monotonic()
            while time.monotonic() - begin < 1.2:
                next(lines)
            assert httpx.get(f"{server.url}{page}").json()["state"] == "playing"
        wait_for(lambda: client.get(page).json()["state"] == "paused")
        assert client.get(kept).json()["state"] == "playing"


@pytest.mark.parametrize(
    ("asked", "steps", "kind", "count"),
    [
        (None, 2000, "all", 2000), (None, 2001, "thinned", 2000), ("all", 5000, "all", 5000),
        ("thinned", 5000, "thinned", 2000), ("thinned", 50, "thinned", 50), ("none", 50, "none", None),
    ],
)  # fmt: skip
def test_R01_the_losses_of_a_call_are_all_thinned_or_none(
    client: httpx.Client, url: str, asked: str | None, steps: int, kind: str, count: int | None
) -> None:
    body: dict[str, Any] = {"steps": steps}
    found = client.post(f"{url}/train", json=body if asked is None else {**body, "losses": asked})
    frame = found.json()
    assert frame["losses_kind"] == kind
    assert (frame["losses"] and len(frame["losses"])) == count
    if kind == "thinned":
        assert frame["losses_steps"][-1] == steps
        client.post(f"{url}/reset")
        every = client.post(f"{url}/train", json={**body, "losses": "all"}).json()["losses"]
        assert sum(every) / steps == pytest.approx(
            sum(
                loss * (b - a)
                for loss, a, b in zip(
                    frame["losses"],
                    [0, *frame["losses_steps"]],
                    frame["losses_steps"],
                    strict=False,
                )
            )
            / steps,
            rel=1e-6,
        )


def test_S12_a_train_call_answers_within_its_wait(client: httpx.Client) -> None:
    spec = {"dataset": {"kind": "waveforms"}, "layers": [{"kind": "lstm", "units": 100}]}
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    body = {"steps": 100_000, "losses": "none"}
    begin = time.monotonic()
    answer = client.post(f"{url}/train?wait=0.2", json=body)
    assert time.monotonic() - begin < 10
    assert answer.status_code == 202
    frame = answer.json()
    assert frame["step"] > 0
    assert frame["step"] + frame["remaining"] == 100_000
    done = client.post(f"{url}/train?wait=20", json={"steps": 1})
    assert (done.status_code, done.json()["remaining"]) == (200, 0)
    client.delete(url)


def die(id: str) -> None:
    os._exit(1)


def test_R17_a_network_that_kills_its_worker_three_times_is_set_aside(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        poison, other = (client.post("/api/networks").json()["id"] for _ in "ab")
        networks = server.networks
        for _ in range(3):
            live = networks.live[poison]
            asyncio.run_coroutine_threadsafe(
                _swallowed(networks.call(live, die)), server.loop
            ).result(30)
        found = client.get(f"/api/networks/{poison}")
        assert found.status_code == 409
        assert "died 3 times" in found.json()["detail"]
        assert wait_for(lambda: client.get(f"/api/networks/{other}").status_code == 200, 20)
        assert networks.workers[0].generation == 3
        mended = client.patch(f"/api/networks/{poison}", json={"seed": 1})
        assert mended.status_code == 200
        assert client.post(f"/api/networks/{poison}/train", json={"steps": 2}).json()["step"] == 2


def advance_or_die(plays: list[Any], jobs: Any) -> Any:
    """A worker in which networks of a limited rate are poison."""
    from app.workers.playing import advance

    if any(play.steps is not None for play in plays):
        os._exit(1)
    return advance(plays, jobs)


def test_R17_one_that_kills_its_worker_in_training_takes_no_other_down_with_it(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setattr("app.workers.playing.advance", advance_or_die)
    with serve(tmp_path) as server, server.client() as client:
        others = [f"/api/networks/{client.post('/api/networks').json()['id']}" for _ in range(3)]
        poison = f"/api/networks/{client.post('/api/networks').json()['id']}"
        for url in others:
            client.post(f"{url}/play")
        client.post(f"{poison}/play", json={"steps_per_second": 500})
        wait_for(lambda: client.get(poison).status_code == 409, 60)
        assert server.networks.workers[0].generation <= 4
        for url in others:
            step = wait_for(lambda url=url: client.get(url).json().get("step"), 20)
            wait_for(lambda url=url, step=step: client.get(url).json()["step"] > step, 20)
            assert client.get(url).json()["state"] == "playing"


async def _swallowed(coroutine: Any) -> None:
    from app.errors import Unavailable

    try:
        await coroutine
    except Unavailable:
        pass


def test_R15_killed_workers_are_replaced_and_nobody_is_set_aside(tmp_path: Path) -> None:
    generator = random.Random(0)
    with serve(tmp_path, checkpoint_every_s=0.2) as server, server.client() as client:
        urls = [f"/api/networks/{client.post('/api/networks').json()['id']}" for _ in range(3)]
        for url in urls:
            client.post(f"{url}/play", json={"steps_per_second": 1000})
        for _ in range(3):
            time.sleep(generator.uniform(0.5, 1))
            os.kill(server.networks.workers[0].process_id, signal.SIGKILL)
            for url in urls:
                wait_for(lambda url=url: client.get(url).status_code == 200, 20)
        before = [client.get(url).json()["step"] for url in urls]
        for url, step in zip(urls, before, strict=True):
            wait_for(lambda url=url, step=step: client.get(url).json()["step"] > step, 20)


def test_R16_readiness_knows_of_a_worker_that_stands_still(tmp_path: Path) -> None:
    with serve(tmp_path, worker_silence_s=4) as server, server.client() as client:
        os.kill(server.networks.workers[0].process_id, signal.SIGSTOP)
        said = wait_for(lambda: (r := client.get("/readyz")).status_code == 503 and r, 6)
        assert "training process" in said.json()["reason"]
        wait_for(lambda: client.get("/readyz").status_code == 200, 30)
