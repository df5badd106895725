"""The server's side of one worker process: its pipes, its pulse, its end."""

import atexit
import multiprocessing
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.context import ForkServerContext, SpawnContext
from time import monotonic
from typing import Any

from ..threads import hold_to_one
from . import host

START_WITHIN_S = 120.0  # a first start may compile the kernels
END_WITHIN_S = 1.0


def _context() -> ForkServerContext | SpawnContext:
    """How processes are started: forked off one that has everything compiled, where that is safe."""
    if not sys.platform.startswith("linux"):
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.warmed"])
    return context


class Lost(RuntimeError):
    """The process is gone, and what it was asked with it."""


class Process:
    """One process. A thread of its own speaks with it, so that the event loop never waits."""

    def __init__(self, number: int) -> None:
        hold_to_one()
        context = _context()
        self._calls, self._theirs = context.Pipe()
        self._beats, self._beating = context.Pipe(duplex=False)
        self._process = context.Process(
            target=host.serve, args=(self._theirs, self._beating), name=f"worker {number}"
        )
        self._thread = ThreadPoolExecutor(1, f"worker {number}")
        self._heard: float | None = None
        self._begun = monotonic()
        self._killed = False
        # At the interpreter's end multiprocessing waits for its processes; ours never end by a signal.
        atexit.register(self._process_kill)

    def begin(self) -> Future[int]:
        """Start it; its id, when it can train.  Raises: Lost"""
        return self._thread.submit(self._begin)

    def _begin(self) -> int:
        try:
            self._process.start()
        except (OSError, EOFError) as error:
            raise Lost("it could not be started") from error
        self._theirs.close()
        self._beating.close()
        if self._killed:  # meanwhile, when it had no id yet
            self._process_kill()
        return self._answer()

    def ask(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Future[Any]:
        """Raises: Lost, and whatever the function raised"""
        return self._thread.submit(self._ask, function, args, kwargs)

    def _ask(self, *asked: Any) -> Any:
        try:
            self._calls.send(asked)
        except OSError as error:
            raise Lost("it is gone") from error
        return self._answer()

    def _answer(self) -> Any:
        try:
            well, found, where = self._calls.recv()
        except (EOFError, OSError) as error:
            raise Lost("it is gone") from error
        if well:
            return found
        found.add_note(where)
        raise found

    @property
    def id(self) -> int | None:
        return self._process.pid

    @property
    def silent_s(self) -> float:
        """Since it was last heard; 0 before it has started."""
        return 0.0 if self._heard is None else monotonic() - self._heard

    def fault(self, silence_s: float) -> str | None:
        """Why it must be replaced: it ended, or has not been heard for so long."""
        now = monotonic()
        if self._process.pid is not None and not self._process.is_alive():
            return "ended"
        try:
            while self._beats.poll():
                self._beats.recv_bytes()
                self._heard = now
        except (EOFError, OSError):
            return "ended"
        if self._heard is None:
            return "did not start" if now - self._begun > START_WITHIN_S else None
        return "fell silent" if now - self._heard > silence_s else None

    def kill(self) -> None:
        """End it at once; whoever waits for an answer gets Lost."""
        if self._killed:
            return
        self._killed = True
        self._process_kill()
        self._beats.close()  # one that no signal reached ends at its next beat
        if self._process.pid is not None:
            self._thread.submit(self._process.join)  # leave no zombie
        self._thread.shutdown(wait=False)
        atexit.unregister(self._process_kill)

    def _process_kill(self) -> None:
        if self._process.pid is not None:
            self._process.kill()

    def end(self) -> None:
        """Let it end by itself; end it where it doesn't. Blocks a second, or two."""
        self._thread.submit(self._say_end)
        if self._process.pid is not None:
            self._process.join(END_WITHIN_S)
        self.kill()
        self._thread.shutdown()

    def _say_end(self) -> None:
        try:
            self._calls.send(None)
        except OSError:
            pass
