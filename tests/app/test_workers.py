"""What comes back from a worker, whatever it is."""

import asyncio
import os
import time
from collections.abc import Callable
from typing import Any

from app.workers.local import Worker, WorkerDied
from engine.errors import Refused


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
    refused = Refused("layers.2", "no", limit="most", value=3)
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
