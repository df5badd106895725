"""Frames live: Server-Sent Events and the socket, against a real server."""

import asyncio
import json
import time
from pathlib import Path
from types import SimpleNamespace

import httpx
import numpy as np
import pytest
import websockets
from safetensors.numpy import load

from app import pacing
from app.broadcast import MAX_POINTS_A_FRAME, Channel
from app.wire import frame_of
from app.workers.messages import Advanced, Report, Spent
from tests.serving import complete, serve, wait_for


def events(response):
    """(event, id, data) of a stream of Server-Sent Events."""
    event = id = data = None
    for line in response.iter_lines():
        key, _, value = line.partition(": ")
        if key == "event":
            event = value
        elif key == "id":
            id = value
        elif key == "data":
            data = json.loads(value)
        elif not line and data is not None:
            yield event, id, data
            event = id = data = None


def connect(server, id: str, query: str = ""):
    return websockets.connect(
        f"ws://127.0.0.1:{server.port}/api/networks/{id}/socket{query}", proxy=None, max_size=None
    )


async def frames(socket, seconds: float):
    """Binary frames that come within a time."""
    found = []
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            async with asyncio.timeout(end - time.monotonic()):
                message = await socket.recv()
        except TimeoutError:
            break
        if isinstance(message, bytes):
            found.append(message)
    return found


def test_a_stream_begins_with_the_present_and_ends_at_its_limit(client, url) -> None:
    client.post(f"{url}/train", json={"steps": 30})
    with client.stream("GET", f"{url}/stream?limit=1") as response:
        assert response.headers["content-type"].startswith("text/event-stream")
        found = list(events(response))
    assert len(found) == 1
    event, _, frame = found[0]
    assert event == "frame"
    assert frame["step"] == 30
    assert len(frame["weights"]) == 195


def test_weights_can_be_left_out(client, url) -> None:
    with client.stream("GET", f"{url}/stream?limit=1&weights=false") as response:
        assert next(events(response))[2]["weights"] is None


def test_losses_are_never_dropped_and_a_stream_goes_on_where_it_ended(client, url) -> None:
    client.post(f"{url}/play", json={"steps_per_second": 300})
    steps, last = [], None
    for _ in range(4):
        headers = {"last-event-id": last} if last else {}
        with client.stream(
            "GET", f"{url}/stream?limit=8&weights=false", headers=headers
        ) as response:
            for _, id, frame in events(response):
                if "loss_points" in frame:
                    steps += [step for step, _ in frame["loss_points"]]
                last = id or last
        time.sleep(0.3)
    client.post(f"{url}/pause")
    assert steps == sorted(set(steps)), "no gap may be filled twice"
    history = client.get(f"{url}/history").json()["step"]
    assert steps == history[: len(steps)]


def test_state_changes_are_told(client, url) -> None:
    with client.stream("GET", f"{url}/stream?weights=false") as response:
        found = events(response)
        next(found)
        client.post(f"{url}/play", json={"steps_per_second": 10})
        assert ("state", {"state": "playing"}) in ((e, d) for e, _, d in found)
        client.post(f"{url}/pause")
        assert ("state", {"state": "paused"}) in ((e, d) for e, _, d in found)


def test_divergence_is_told(client) -> None:
    made = client.post("/api/networks", json={
        "dataset": {"kind": "slope"}, "loss": "mse", "optimizer": {"learning_rate": 1e6},
        "layers": [{"units": 8, "activation": "relu"}]}).json()  # fmt: skip
    url = f"/api/networks/{made['id']}"
    with client.stream("GET", f"{url}/stream?weights=false") as response:
        found = events(response)
        next(found)
        client.post(f"{url}/play")
        told = next(data for event, _, data in found if event == "diverged")
    assert told["value"] in ("NaN", "Infinity", "-Infinity")
    assert client.get(url).json()["state"] == "diverged"


def test_a_socket_frame_is_a_safetensors_buffer_of_less_than_2_kb(
    server, client, network, url
) -> None:
    async def run() -> list[bytes]:
        async with connect(server, network["id"]) as socket:
            client.post(f"{url}/play", json={"steps_per_second": 500})
            found = await frames(socket, 1.0)
            client.post(f"{url}/pause")
            return found

    found = complete(run())
    assert len(found) >= 10
    for data in found:
        assert len(data) < 2000
        arrays = load(data)
        assert arrays["weights"].dtype == np.float32
        assert arrays["weights"].shape == (195,)
        if "losses" in arrays:
            assert arrays["losses"].shape == arrays["loss_steps"].shape
    steps = [frame_of(data)["step"] for data in found]
    assert steps == sorted(steps)
    assert frame_of(found[-1])["state"] == "playing"


def test_a_socket_takes_commands(server, client, network, url) -> None:
    async def run() -> list[dict]:
        problems = []
        async with connect(server, network["id"]) as socket:
            for command in (
                {"type": "step", "steps": 25}, {"type": "patch", "spec": {"batch_size": 3}},
                {"type": "weights", "values": {"output.bias": [1, 2, 3]}}, {"type": "nope"},
                {"type": "play", "steps_per_second": -1}, {"type": "patch", "spec": {"seed": -1}}, [1],
            ):  # fmt: skip
                await socket.send(json.dumps(command))
            for text in ("{", "[" * 50_000, "\ud800".encode("utf-8", "replace").decode()):
                await socket.send(text)
            end = time.monotonic() + 10
            while len(problems) < 7 and time.monotonic() < end:
                message = await socket.recv()
                if isinstance(message, str) and json.loads(message).get("event") == "problem":
                    problems.append(json.loads(message)["problem"])
        return problems

    problems = complete(run())
    assert len(problems) == 7
    assert all(problem["status"] == 422 for problem in problems)
    found = client.get(url).json()
    assert found["step"] == 25
    assert found["spec"]["batch_size"] == 3
    assert client.get(f"{url}/weights").json()["output.bias"] == [1, 2, 3]


def test_what_one_client_does_the_other_sees(server, client, network, url) -> None:
    async def run() -> tuple[int, int]:
        async with connect(server, network["id"]) as one, connect(server, network["id"]) as other:
            await one.recv(), await other.recv()
            await one.send(json.dumps({"type": "step", "steps": 40}))
            seen = [frame_of(d) for d in await frames(other, 1.5)]
            client.patch(url, json={"batch_size": 7})
            changed = [frame_of(d) for d in await frames(other, 1.0)]
            return seen[-1]["step"], changed[-1]["revision"]

    assert complete(run()) == (40, 1)


def test_an_unknown_network_closes_the_socket_with_a_problem(server) -> None:
    async def run() -> tuple[str, int]:
        async with connect(server, "x" * 22) as socket:
            first = json.loads(await socket.recv())
            with pytest.raises(websockets.ConnectionClosed):
                await socket.recv()
            return first["problem"]["detail"], socket.close_code

    detail, code = complete(run())
    assert "no such network" in detail
    assert code == 4404


def test_a_message_over_the_limit_closes_the_socket(server, network) -> None:
    async def run() -> int | None:
        async with connect(server, network["id"]) as socket:
            await socket.send("x" * 70_000)
            with pytest.raises(websockets.ConnectionClosed):  # noqa: PT012
                while True:
                    await socket.recv()
            return socket.close_code

    assert complete(run()) == 1009


def test_watchers_that_leave_are_forgotten(server, client, network, url) -> None:
    async def come_and_go() -> None:
        for _ in range(30):
            async with connect(server, network["id"]) as socket:
                await socket.recv()

    client.post(f"{url}/play", json={"steps_per_second": 100})
    complete(come_and_go())
    for _ in range(5):
        with client.stream("GET", f"{url}/stream?weights=false") as response:
            next(events(response))
    wait_for(lambda: not server.networks.live[network["id"]].channel.watchers)
    assert server.networks.clients == 0


def report(step: int, points) -> Report:
    return Report(id="x", figures={"step": step, "loss": 0.5}, points=points, weights=b"\0" * 8)


def test_a_slow_watcher_gets_the_newest_state_and_all_its_losses() -> None:
    async def run() -> None:
        channel = Channel()
        watcher = channel.watch(True, None)
        for step in range(1, 101):
            channel.publish(report(step, [(step, float(step))]))
        message = await watcher.next()
        assert message.report is not None
        assert message.report.step == 100
        assert [step for step, _ in message.points] == list(range(1, 101))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await watcher.next()

    complete(run())


def test_a_watcher_far_behind_gets_thinned_losses_not_a_growing_queue() -> None:
    channel = Channel()
    for step in range(1, 50_001):
        channel.publish(report(step, [(step, 1.0, 0.5, 2.0)]))
    points = channel.points_after(None)
    assert {point[1:] for point in points} == {(1.0, 0.5, 2.0)}
    assert len(points) <= MAX_POINTS_A_FRAME
    assert points[-1][0] == 50_000
    assert points == sorted(points)


def test_a_client_that_reads_nothing_is_dropped_and_training_goes_on(tmp_path: Path) -> None:
    import socket

    with serve(tmp_path, send_timeout_s=0.5) as server, server.client() as client:
        made = client.post(
            "/api/networks", json={"layers": [{"units": 400}, {"units": 400}]}
        ).json()
        raw = socket.create_connection(("127.0.0.1", server.port))
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        raw.sendall(
            f"GET /api/networks/{made['id']}/socket HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
            "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        client.post(f"/api/networks/{made['id']}/play")
        live = server.networks.live[made["id"]]
        wait_for(lambda: live.channel.watchers, 5)
        wait_for(lambda: not live.channel.watchers, 30)
        before = client.get(f"/api/networks/{made['id']}").json()["step"]
        time.sleep(0.5)
        assert client.get(f"/api/networks/{made['id']}").json()["step"] > before
        raw.close()


def test_more_streams_than_the_limit_are_refused(tmp_path: Path) -> None:
    with serve(tmp_path, max_stream_clients=1) as server, server.client() as client:
        id = client.post("/api/networks").json()["id"]
        with client.stream("GET", f"/api/networks/{id}/stream") as response:
            open_events = events(response)  # kept: a generator thrown away closes its stream
            next(open_events)
            refused = httpx.get(f"{server.url}/api/networks/{id}/stream")
            assert refused.status_code == 429
            assert refused.json()["limit"] == "max_stream_clients"
            assert refused.headers["retry-after"]


def test_a_stopping_server_says_goodbye_at_once(tmp_path: Path) -> None:
    told = []

    async def watch(server, id: str) -> None:
        async with connect(server, id) as socket:
            try:
                while True:
                    message = await socket.recv()
                    if isinstance(message, str):
                        told.append(json.loads(message)["event"])
            except websockets.ConnectionClosed:
                pass

    import threading

    with serve(tmp_path) as server, server.client() as client:
        id = client.post("/api/networks").json()["id"]
        client.post(f"/api/networks/{id}/play", json={"steps_per_second": 50})
        thread = threading.Thread(target=lambda: complete(watch(server, id)))
        thread.start()
        wait_for(lambda: server.networks.live[id].channel.watchers)
        begin = time.monotonic()
    assert time.monotonic() - begin < 5
    thread.join(5)
    assert "bye" in told


def test_what_was_done_at_full_speed_is_no_debt_at_a_limited_one() -> None:
    """The pace was limited while a round of full speed was under way."""
    live = SimpleNamespace(allowance=3.0, used=0.0)
    networks = SimpleNamespace(live={"x": live})
    jobs = SimpleNamespace(progress=lambda told, lost: None)
    pacing._tell(Advanced([], {"x": Spent(13_000, 0.1, 1e-6)}, {}, [], []), networks, jobs, 1.0)  # type: ignore[arg-type]
    assert live.allowance == 0


def test_reading_the_history_takes_no_losses_from_a_stream(client, url) -> None:
    client.post(f"{url}/play", json={"steps_per_second": 2000})
    steps = []
    with client.stream("GET", f"{url}/stream?limit=30&weights=false") as response:
        for _, _, frame in events(response):
            client.get(f"{url}/history")
            steps += [step for step, _ in frame.get("loss_points", [])]
    client.post(f"{url}/pause")
    history = client.get(f"{url}/history").json()["step"]
    assert steps == history[: len(steps)]


@pytest.mark.parametrize(
    "command",
    [
        {"type": "weights", "values": {"output.bias": {"a": 1}}},
        {"type": "weights", "values": {"output.bias": ["1x", 2, 3]}},
        {"type": "weights", "values": {"output.bias": [10**400, 1, 1]}},
        {"type": "weights", "values": {"\ud800": 1}},
        {"type": "step", "steps": 100_001},
        {"type": "step", "steps": 1, "epochs": 1},
        {"type": "pause", "zz": 1},
        {"type": "patch", "spec": {"zz": 1}},
        {"type": "patch", "zz": 1},
    ],
    ids=str,
)
def test_a_socket_checks_as_http_does(server, network, command) -> None:
    async def run() -> dict:
        async with connect(server, network["id"]) as socket:
            await socket.send(json.dumps(command))
            while True:
                message = await socket.recv()
                if isinstance(message, str):
                    return json.loads(message)

    assert complete(asyncio.wait_for(run(), 10))["problem"]["status"] == 422
