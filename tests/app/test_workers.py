"""What comes back from a worker, whatever it is."""

import asyncio
import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from app.workers import local
from app.workers.local import Worker, WorkerDied
from engine.errors import Reason, Refused


class Odd(Exception):
    """Cannot be made of its own message."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__("odd")


def _raise(error: BaseException) -> None:
    raise error


def _odd() -> None:
    raise Odd(1, 2)


def _unsendable() -> Any:
    return lambda: None


async def _asked(*calls: tuple[Callable[..., Any], tuple[Any, ...]]) -> list[Any]:
    worker = Worker(0, call_s=1.0, silence_s=5.0)
    await worker.start()
    found = []
    try:
        for function, args in calls:
            try:
                found.append(await worker.call(function, *args))
            except Exception as error:
                found.append(error)
    finally:
        await worker.close()
    return found


def test_values_refusals_and_errors_come_back_and_the_worker_goes_on() -> None:
    refused = Refused("layers.2", Reason("no", "no {what}", what="way"), limit="most", value=3)
    found = asyncio.run(
        _asked(
            (max, (2, 3)),
            (_raise, (refused,)),
            (_raise, (OSError("a file"),)),
            (_odd, ()),
            (_unsendable, ()),
            (max, (4, 5)),
        )
    )
    assert (found[0], found[-1]) == (3, 5)
    assert isinstance(found[1], Refused)
    assert (found[1].place, found[1].limit, found[1].value) == ("layers.2", "most", 3)
    assert (found[1].reason.code, found[1].message) == ("no", "no way")
    assert "_raise" in found[1].__notes__[0]  # where it was raised, for the log
    assert isinstance(found[2], OSError)
    assert all(isinstance(error, Exception) for error in found[3:5])
    assert not any(isinstance(error, WorkerDied) for error in found)


def test_a_call_that_does_not_end_and_a_process_that_does_cost_only_themselves() -> None:
    found = asyncio.run(_asked((time.sleep, (60,)), (max, (2, 3)), (os._exit, (1,)), (max, (4, 5))))
    assert isinstance(found[0], WorkerDied)
    assert isinstance(found[2], WorkerDied)
    assert found[1::2] == [3, 5]


def test_one_that_cannot_be_sent_is_the_callers_error() -> None:
    found = asyncio.run(_asked((lambda: None, ()), (max, (4, 5))))
    assert isinstance(found[0], Exception)
    assert not isinstance(found[0], WorkerDied)
    assert found[1] == 5


class Answering:
    """In place of a process: its answer comes when the test says so."""

    id = None

    def __init__(self) -> None:
        self.answer: Future[Any] = Future()

    def begin(self) -> Future[int]:
        begun: Future[int] = Future()
        begun.set_result(0)
        return begun

    def ask(self, *_: Any) -> Future[Any]:
        return self.answer

    def fault(self, _: float) -> None:
        return None

    def end(self) -> None:
        pass


def test_a_call_that_is_cancelled_ends_also_while_its_answer_comes(monkeypatch) -> None:
    """What did not end here kept a server from stopping, once in ten times."""

    async def cancelled_after(ticks: int) -> None:
        monkeypatch.setattr(local, "Process", lambda _: process)
        process = Answering()
        worker = Worker(0, call_s=1.0, silence_s=5.0)
        await worker.start()
        task = asyncio.create_task(worker.call(max, 2, 3))
        await asyncio.sleep(0.01)
        process.answer.set_result(3)
        for _ in range(ticks):
            await asyncio.sleep(0)
        asked_to_end = task.cancel()
        await asyncio.wait({task})
        assert task.cancelled() == asked_to_end
        await worker.close()

    for ticks in range(8):
        asyncio.run(cancelled_after(ticks))
