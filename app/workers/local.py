"""Workers as processes of the standard library, one executor of one process each."""

import asyncio
import logging
import multiprocessing
import os
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import ParamSpec, TypeVar

from . import host

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

# One process per core trains; BLAS threads inside it would only fight over the same cores, and
# a fixed number of them keeps sums in the same order.
_THREAD_LIMITS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


class WorkerDied(RuntimeError):
    """The process ended or fell silent; it has been replaced by an empty one."""


class Worker:
    """One process. Calls are answered in order; `generation` grows when it is replaced."""

    def __init__(self, number: int, timeout_s: float) -> None:
        self.number = number
        self.timeout_s = timeout_s
        self.generation = 0
        self.ready = False
        self._turn = asyncio.Lock()
        self._executor = self._new()

    @staticmethod
    def _new() -> ProcessPoolExecutor:
        for name in _THREAD_LIMITS:
            os.environ.setdefault(name, "1")
        return ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn"))

    async def start(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._executor, host.start)
        self.ready = True

    async def call(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a function in the process; one call is under way at a time, and only its own time
        counts.

        Raises: WorkerDied, and whatever the function raised
        """
        async with self._turn:
            generation = self.generation
            try:
                done = asyncio.wrap_future(self._executor.submit(function, *args, **kwargs))
                # Whoever asked may have gone; the answer is then read by nobody, quietly.
                done.add_done_callback(lambda f: f.cancelled() or f.exception())
                return await asyncio.wait_for(asyncio.shield(done), self.timeout_s)
            except (BrokenProcessPool, TimeoutError) as error:
                self.replace(generation)
                raise WorkerDied(f"worker {self.number} was replaced") from error

    def replace(self, generation: int) -> None:
        """End the process and start another; only the first of several callers does."""
        if generation != self.generation:
            return
        self.generation += 1
        self.ready = False
        log.warning("worker %d died or fell silent, starting another", self.number)
        self._end()
        self._executor = self._new()
        self._restarting = asyncio.get_running_loop().create_task(self._restart())

    async def _restart(self) -> None:
        try:
            await self.start()
        except BrokenProcessPool:
            log.error("worker %d died while starting", self.number)

    def _end(self) -> None:
        processes = list((self._executor._processes or {}).values())
        self._executor.shutdown(wait=False)
        for process in processes:
            process.kill()

    def process_ids(self) -> list[int]:
        return list(self._executor._processes or {})

    async def close(self) -> None:
        """Let the process end by itself; end it where it doesn't."""
        try:
            async with asyncio.timeout(3):
                await asyncio.to_thread(self._executor.shutdown, wait=True)
        except TimeoutError:
            self._end()
