"""A real server on a free port: endless streams and sockets cannot be tested without one."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import httpx

from app.__main__ import listen
from app.main import create_app
from app.server import Server
from app.settings import Settings

T = TypeVar("T")


@dataclass
class Running:
    url: str
    port: int
    app: Any
    loop: asyncio.AbstractEventLoop

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)

    @property
    def networks(self) -> Any:
        return self.app.state.networks

    def rest(self) -> None:
        """Let no network play on: what one test started would take the others' time."""
        for live in list(self.networks.live.values()):
            live.playing = False


def wait_for(condition: Callable[[], T], seconds: float = 10) -> T:
    """The first true value of a condition, polled."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.02)
    raise AssertionError("waited in vain")


def complete(coroutine: Coroutine[Any, Any, T]) -> T:
    """`asyncio.run` where a loop may be running already, as Playwright's does between browser tests."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, coroutine).result()


@contextlib.contextmanager
def serve(data_dir: Path, port: int = 0, **settings: Any) -> Iterator[Running]:
    listener = listen("127.0.0.1", port)
    port = listener.getsockname()[1]
    app = create_app(Settings(data_dir=data_dir, **{"workers": 1, **settings}))
    started = threading.Event()
    loops: list[asyncio.AbstractEventLoop] = []

    def running() -> None:
        loops.append(asyncio.get_running_loop())
        started.set()

    server = Server(app, running)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert started.wait(60), "the server did not start"
    try:
        yield Running(f"http://127.0.0.1:{port}", port, app, loops[0])
    finally:
        begin = time.monotonic()
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive(), "the server did not stop"
        assert time.monotonic() - begin < 15


def descendants(process: int) -> list[int]:
    """Ids of all that a process has started, and of what that has."""
    children: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            parent = int(entry.read_text().rsplit(")", 1)[1].split()[1])
            children.setdefault(parent, []).append(int(entry.parent.name))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found[1:]


@dataclass
class Command:
    """The server as its command starts it: a process of its own, with its workers."""

    process: subprocess.Popen[str]
    url: str

    def client(self, **options: Any) -> httpx.Client:
        return httpx.Client(base_url=self.url, timeout=30, **options)

    def workers(self) -> list[int]:
        """Ids of all processes it has started, and of those that they have."""
        return descendants(self.process.pid)

    def stop(self, how: int = signal.SIGTERM) -> tuple[int, str]:
        """Its exit code, and what it said after it had started."""
        self.process.send_signal(how)
        said, _ = self.process.communicate(timeout=20)
        return self.process.returncode, said


@contextlib.contextmanager
def command(data_dir: Path, *options: str, **environment: str) -> Iterator[Command]:
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "--no-browser", "--port", "0", "--workers", "1",
         "--data-dir", str(data_dir), *options],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True,
        cwd=Path(__file__).parent.parent, env={**os.environ, **environment},
    )  # fmt: skip
    assert process.stdout is not None
    said = []
    for line in process.stdout:
        said.append(line)
        if "Glassbox is at" in line:
            break
    else:
        raise AssertionError("".join(said))
    try:
        yield Command(process, line.split()[3])
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(20)
        process.stdout.close()
