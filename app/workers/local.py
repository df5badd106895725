"""Workers: processes of this machine, each asked one thing at a time, watched and replaced."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import ParamSpec, TypeVar

from ..finishing import to_its_end
from .process import START_WITHIN_S, Lost, Process
from .queue import Queue

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

WATCH_EVERY_S = 0.25
START_AGAIN_S = 2.0
SILENT_S = 2.0  # four beats missed


class WorkerDied(RuntimeError):
    """The process ended or fell silent; it has been replaced by an empty one."""


class Worker:
    """One process. Calls are answered in order; `generation` grows when it is replaced."""

    def __init__(self, number: int, call_s: float, silence_s: float) -> None:
        """
        Args:
            call_s: a call that takes longer has its process replaced
            silence_s: and so has a process that gave no sign of life for so long
        """
        self.number = number
        self.call_s = call_s
        self.silence_s = silence_s
        self.generation = 0
        self._ready = asyncio.Event()
        self._closed = False
        self._queue = Queue()
        self._process = Process(number)
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def ready(self) -> bool:
        return self._ready.is_set() and not self._closed

    @property
    def shows_life(self) -> bool:
        """Whether it has given a sign of life of late, or is starting."""
        return self._process.silent_s < SILENT_S

    def shared(self, client: str) -> bool:
        """Whether another client has asked of late: then one's calls are to be short."""
        return self._queue.shared(client)

    @property
    def process_id(self) -> int | None:
        return self._process.id

    async def start(self) -> None:
        """Until it can train."""
        self._spawn(self._watch())
        await self._begin()

    async def _begin(self) -> None:
        while not self._closed:
            try:
                await asyncio.wrap_future(self._process.begin())
                self._ready.set()
                return
            except Lost:
                log.error("worker %d died while starting", self.number)
                self._process.kill()
                await asyncio.sleep(START_AGAIN_S)
                self._process = Process(self.number)

    def _spawn(self, coroutine: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(coroutine)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(WATCH_EVERY_S)
            fault = self._process.fault(self.silence_s)
            if fault and self.ready:
                self.replace(self.generation, fault)
            elif fault:
                self._process.kill()  # whoever starts it tries again

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """`call_for` nobody in particular."""
        return await self.call_for("", function, *args, **kwargs)

    async def call_for(
        self, client: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a function in the process; one call is under way at a time, and only its own time
        counts. Clients take turns, however many calls each has waiting.

        Raises: WorkerDied, and whatever the function raised
        """
        await self._queue.take(client)
        try:
            async with asyncio.timeout(START_WITHIN_S):
                await self._ready.wait()
            if self._closed:
                raise WorkerDied(f"worker {self.number} has ended")
            done = asyncio.wrap_future(self._process.ask(function, args, kwargs))
        except TimeoutError as error:
            self._queue.give()
            raise WorkerDied(f"worker {self.number} does not start") from error
        except BaseException:
            self._queue.give()
            raise
        return await to_its_end(self._answered(done, self.generation))

    async def _answered(self, done: asyncio.Future[T], generation: int) -> T:
        """The turn lasts until the process has answered, also where whoever asked has gone: the next
        one's time must not run before its own call does."""
        try:
            # Not wait_for: until Python 3.12 it forgets that it was cancelled where the answer comes
            # at that moment, and a loop that is to end goes on.
            async with asyncio.timeout(self.call_s):
                return await asyncio.shield(done)
        except (Lost, TimeoutError) as error:
            reason = "ended" if isinstance(error, Lost) else "did not answer"
            self.replace(generation, reason)
            raise WorkerDied(f"worker {self.number} was replaced") from error
        finally:
            self._queue.give()

    def replace(self, generation: int, reason: str) -> None:
        """End the process and start another; only the first of several callers does."""
        if generation != self.generation or self._closed:
            return
        self.generation += 1
        self._ready.clear()
        log.warning("worker %d %s, starting another", self.number, reason)
        self._process.kill()
        self._process = Process(self.number)
        self._spawn(self._begin())

    async def close(self) -> None:
        """Let the process end by itself; end it where it doesn't."""
        self._closed = True
        self._ready.set()  # whoever waits for it is told that it has ended
        for task in list(self._tasks):
            task.cancel()
        await asyncio.to_thread(self._process.end)
