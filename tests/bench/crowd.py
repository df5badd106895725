"""What a class does to a server, as figures: how much many networks train, who waits how long, what
stalled readers and three hundred joins cost. `tests.bench.load` prints them."""

import asyncio
import json
import os
import re
import signal
import socket
import time
from pathlib import Path
from typing import Any

import httpx

LSTM = {
    "dataset": {"kind": "waveforms", "length": 128},
    "layers": [{"kind": "lstm", "units": 128}],
    "batch_size": 100,
}
HUGE = {
    "dataset": {"kind": "waveforms", "length": 128, "samples": 2000},
    "layers": [{"kind": "lstm", "units": 256}],
    "batch_size": 32,
}
HALF = b"Host: 127.0.0.1\r\n"
UPGRADE = (
    b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
)


def quantile(values: list[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


class Crowd:
    """Networks on a server, made and taken away again."""

    def __init__(self, url: str) -> None:
        self.client = httpx.Client(base_url=url, timeout=120)
        self.ids: list[str] = []

    def add(
        self, count: int, spec: dict[str, Any] | None = None, *, play: bool = True
    ) -> list[str]:
        made = [
            self.client.post("/api/networks", json=spec or {}).json()["id"] for _ in range(count)
        ]
        for id in made if play else ():
            self.client.post(f"/api/networks/{id}/play")
        self.ids += made
        return made

    def steps(self, ids: list[str]) -> list[int]:
        return [self.client.get(f"/api/networks/{id}").json()["step"] for id in ids]

    def clear(self) -> None:
        for id in self.ids:
            self.client.delete(f"/api/networks/{id}")
        self.ids = []


def throughput(url: str, counts: tuple[int, ...] = (1, 10, 50, 100, 300)) -> dict[str, Any]:
    """Total steps a second of default networks nobody watches; most to least."""
    found: dict[str, Any] = {}
    crowd = Crowd(url)
    for count in counts:
        ids = crowd.add(count)
        time.sleep(2)
        first, begin = crowd.steps(ids), time.monotonic()
        time.sleep(10)
        made = [b - a for a, b in zip(first, crowd.steps(ids), strict=True)]
        found[f"steps a second, {count} networks"] = round(sum(made) / (time.monotonic() - begin))
        if count > 1:
            found[f"most to least in 10 s, {count} networks"] = round(
                max(made) / max(1, min(made)), 2
            )
        crowd.clear()
    return found


def gaps(url: str, worker: int) -> dict[str, Any]:
    """The longest gap between two steps of any of 50 playing networks, its worker held up for
    two seconds meanwhile; and of a huge one beside 299."""
    crowd = Crowd(url)
    found = {}
    ids = crowd.add(50)
    os.kill(worker, signal.SIGSTOP)
    time.sleep(2)
    os.kill(worker, signal.SIGCONT)
    found["longest gap of 50 after a stall of 2 s, s"] = _longest_gap(crowd, ids, 10)
    crowd.clear()
    ids = crowd.add(299)
    time.sleep(1)
    alone = _rate(crowd, ids, 5)
    huge = crowd.add(1, HUGE)
    time.sleep(2)
    found["longest gap of a huge one beside 299, s"] = _longest_gap(crowd, huge, 25)
    found["rate that the 299 keep beside it"] = round(_rate(crowd, ids, 10) / alone, 2)
    crowd.clear()
    return found


def _rate(crowd: Crowd, ids: list[str], seconds: float) -> float:
    first, begin = sum(crowd.steps(ids)), time.monotonic()
    time.sleep(seconds)
    return (sum(crowd.steps(ids)) - first) / (time.monotonic() - begin)


def _longest_gap(crowd: Crowd, ids: list[str], seconds: float) -> float:
    last = {id: (step, time.monotonic()) for id, step in zip(ids, crowd.steps(ids), strict=True)}
    end, longest = time.monotonic() + seconds, 0.0
    while time.monotonic() < end:
        for id, step in zip(ids, crowd.steps(ids), strict=True):
            known, at = last[id]
            now = time.monotonic()
            longest = max(longest, now - at)
            if step > known:
                last[id] = (step, now)
    return round(longest, 2)


def waiting(url: str) -> dict[str, Any]:
    """How long a small network's GET takes beside six trainings of LSTMs, and what 20 parallel
    train calls of one client leave a neighbour."""
    crowd = Crowd(url)
    (small,) = crowd.add(1, play=False)
    crowd.add(6, LSTM)
    time.sleep(2)
    times = []
    for _ in range(60):
        begin = time.monotonic()
        crowd.client.get(f"/api/networks/{small}")
        times.append(time.monotonic() - begin)
        time.sleep(0.05)
    crowd.clear()
    kept = asyncio.run(_neighbour(url))
    return {
        "GET beside six LSTMs: median, ms": round(quantile(times, 0.5) * 1e3),
        "GET beside six LSTMs: p95, ms": round(quantile(times, 0.95) * 1e3),
        "of its rate a neighbour of 20 train calls keeps": round(kept, 2),
    }


async def _neighbour(url: str) -> float:
    async def made() -> str:
        async with httpx.AsyncClient(base_url=url) as client:
            return (await client.post("/api/networks")).json()["id"]

    greedy, neighbour = await made(), await made()
    limits = httpx.Limits(max_connections=100)
    async with httpx.AsyncClient(base_url=url, timeout=120, limits=limits) as client:

        async def rate(seconds: float) -> float:
            steps, end = 0, time.monotonic() + seconds
            while time.monotonic() < end:
                body = {"steps": 20_000, "losses": "none"}
                await client.post(f"/api/networks/{neighbour}/train", json=body)
                steps += 20_000
            return steps / seconds

        async def hammer() -> None:
            while True:
                body = {"steps": 100_000, "losses": "none"}
                await client.post(f"/api/networks/{greedy}/train", json=body)

        alone = await rate(4)
        tasks = [asyncio.create_task(hammer()) for _ in range(20)]
        await asyncio.sleep(1)
        beside = await rate(6)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for id in (greedy, neighbour):
            await client.delete(f"/api/networks/{id}")
    return beside / alone


def resident_mb(process: int) -> float:
    return int(re.findall(r"VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text())[0]) / 1e3


def stalled(url: str, process: int, kind: str, count: int = 400) -> dict[str, Any]:
    """Clients that read nothing, 30 s later."""
    crowd = Crowd(url)
    (id,) = crowd.add(1)
    port = int(url.rsplit(":", 1)[1].strip("/"))
    files = f"/proc/{process}/fd"
    time.sleep(2)
    memory, descriptors = resident_mb(process), len(os.listdir(files))
    readers = []
    for _ in range(count):
        reader = socket.socket()
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.connect(("127.0.0.1", port))
        line = f"GET /api/networks/{id}/{kind} HTTP/1.1\r\n".encode()
        reader.sendall(line + HALF + (UPGRADE if kind == "socket" else b"") + b"\r\n")
        readers.append(reader)
    time.sleep(5)
    open_mb = resident_mb(process) - memory
    time.sleep(28)
    found = {
        f"{count} stalled {kind}s, open: MB more": round(open_mb, 1),
        f"{count} stalled {kind}s, 33 s later: MB more": round(resident_mb(process) - memory, 1),
        f"{count} stalled {kind}s, 33 s later: descriptors": len(os.listdir(files)) - descriptors,
    }
    with crowd.client.stream("GET", f"/api/networks/{id}/stream?limit=1") as answer:
        answer.read()
        found[f"a new reader after {count} stalled {kind}s"] = answer.status_code
    for reader in readers:
        reader.close()
    crowd.clear()
    return found


class Visitor:
    """One kept connection that asks what a browser asks; an HTTP library's own work would show."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked = 0

    async def ask(self, method: str, path: str) -> bytes:
        self.asked += 1
        lines = [f"{method} {path} HTTP/1.1", f"host: 127.0.0.1:{self.port}", "content-length: 0"]
        self.writer.write("\r\n".join([*lines, "", ""]).encode())
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        assert int(head.split()[1]) < 300, (path, head)
        return await self.reader.readexactly(int(head.split("content-length: ")[1].split()[0]))

    async def join(self, delay: float) -> float:
        await asyncio.sleep(delay)
        begin = time.monotonic()
        self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        page = (await self.ask("GET", "/")).decode()
        named = set(re.findall(r'<(?:link|script)[^>]* (?:href|src)="(/assets/[^"]+)"', page))
        named |= set(re.findall(r"/assets/[0-9a-f]+/(?:en\.json|worker\.js)", page))
        for path in (*sorted(named), "/api/catalog"):
            await self.ask("GET", path)
        id = json.loads(await self.ask("POST", "/api/networks"))["id"]
        await self.ask("GET", f"/api/networks/{id}/dataset")
        self.writer.close()
        return time.monotonic() - begin


async def joins(url: str, count: int = 300, seconds: float = 10) -> dict[str, Any]:
    """Whole page loads: the page, what it names, the catalog, a network of one's own."""
    visitors = [Visitor(int(url.rsplit(":", 1)[1].strip("/"))) for _ in range(count)]
    each = seconds / count
    times = await asyncio.gather(*(one.join(i * each) for i, one in enumerate(visitors)))
    return {
        "requests of a page load, its socket left out": visitors[0].asked,
        f"{count} joins in {seconds:g} s: median, ms": round(quantile(times, 0.5) * 1e3),
        f"{count} joins in {seconds:g} s: p95, ms": round(quantile(times, 0.95) * 1e3),
    }
