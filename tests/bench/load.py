"""The server under a class: start, memory, and many networks playing and streaming at once.

    python -m tests.bench.load [networks] [seconds]

The server runs as the command starts it, with two workers; the clients are another process.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import websockets

from ..serving import descendants
from .crowd import gaps, joins, stalled, throughput, waiting


@contextmanager
def started(
    data: str, port: int = 8790, workers: int = 2
) -> Iterator[tuple[subprocess.Popen[str], str, float]]:
    """A server for the block: its process, its address, how many seconds it took until it was ready."""
    begin = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "--no-browser", "--workers", str(workers), "--port", str(port), "--data-dir", data],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stdout
    try:
        url = next(line.split()[3] for line in process.stdout if "Glassbox is at" in line)
        while httpx.get(f"{url}readyz").status_code != 200:
            time.sleep(0.01)
        yield process, url, time.monotonic() - begin
    finally:
        process.terminate()
        process.wait(20)


def memory_mb(pid: int) -> tuple[float, float]:
    """Resident and proportional memory of a process and all that it has started."""
    pids = [pid, *descendants(pid)]
    resident = shared = 0.0
    for each in pids:
        for line in Path(f"/proc/{each}/smaps_rollup").read_text().splitlines():
            if line.startswith("Rss:"):
                resident += int(line.split()[1]) / 1000
            if line.startswith("Pss:"):
                shared += int(line.split()[1]) / 1000
    return resident, shared


async def watch(url: str, id: str, seconds: float) -> tuple[int, int]:
    """Frames and the largest one's bytes."""
    address = url.replace("http", "ws") + f"api/networks/{id}/socket"
    frames, largest = 0, 0
    async with websockets.connect(address, proxy=None, compression=None) as socket:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                async with asyncio.timeout(end - time.monotonic()):
                    message = await socket.recv()
            except TimeoutError:
                break
            if isinstance(message, bytes):
                # The first frame brings the losses so far with it; the rest are the stream.
                largest = max(largest, len(message)) if frames else 0
                frames += 1
    return frames, largest


async def health(url: str, seconds: float) -> list[float]:
    times = []
    async with httpx.AsyncClient() as client:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begin = time.monotonic()
            assert (await client.get(f"{url}healthz", timeout=10)).status_code == 200
            times.append(time.monotonic() - begin)
            await asyncio.sleep(0.05)
    return sorted(times)


async def load(url: str, networks: int, seconds: float) -> dict[str, Any]:
    async with httpx.AsyncClient(base_url=url, timeout=60) as client:
        ids = [(await client.post("/api/networks")).json()["id"] for _ in range(networks)]
        for id in ids:
            await client.post(f"/api/networks/{id}/play")
        *watched, times = await asyncio.gather(
            *(watch(url, id, seconds) for id in ids), health(url, seconds)
        )
        steps = [(await client.get(f"/api/networks/{id}")).json()["step"] for id in ids]
        for id in ids:
            await client.delete(f"/api/networks/{id}")
    rates = [frames / seconds for frames, _ in watched]
    return {
        "networks": networks,
        "frames_per_second_least": round(min(rates), 1),
        "frames_per_second_mean": round(sum(rates) / len(rates), 1),
        "largest_frame_bytes": max(size for _, size in watched),
        "healthz_p50_ms": round(times[len(times) // 2] * 1000, 1),
        "healthz_p95_ms": round(times[int(len(times) * 0.95)] * 1000, 1),
        "steps_least_to_most": round(min(steps) / max(steps), 2),
    }


def worker_of(process: int) -> int:
    """The one that was forked off the process that has everything compiled."""
    return descendants(process)[-1]


def crowd(data: str) -> dict[str, Any]:
    """On a server with one worker, as a machine of two cores starts it."""
    found: dict[str, Any] = {}
    with started(data, port=8791, workers=1) as (_, url, _):
        found |= asyncio.run(joins(url))
    with started(data + "/crowd", port=8792, workers=1) as (process, url, _):
        worker = worker_of(process.pid)
        found |= throughput(url)
        found |= gaps(url, worker)
        found |= waiting(url)
        for kind in ("stream", "socket"):
            found |= stalled(url, process.pid, kind)
    return found


def table(found: dict[str, Any]) -> str:
    return "\n".join(f"| {what} | {value} |" for what, value in found.items())


def main() -> None:
    networks = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 20
    with tempfile.TemporaryDirectory() as data:
        print(table(crowd(data)), flush=True)
        with started(data):
            pass  # a first start makes what the second one finds
        with started(data) as (process, url, ready_s):
            httpx.post(f"{url}api/networks")
            resident, shared = memory_mb(process.pid)
            found = {
                "ready_s_at_second_start": round(ready_s, 2),
                "resident_mb": round(resident),
                "proportional_mb": round(shared),
            }
            child = subprocess.run(
                [sys.executable, "-m", "tests.bench.load", "--clients", url, str(networks), str(seconds)],
                check=True, capture_output=True, text=True,
            )  # fmt: skip
            found |= json.loads(child.stdout)
            print(table(found))


if __name__ == "__main__":
    if "--clients" in sys.argv:
        _, _, url, networks, seconds = sys.argv
        print(json.dumps(asyncio.run(load(url, int(networks), float(seconds)))))
    else:
        main()
