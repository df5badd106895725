"""Looks among themselves: who gets the newest, how often each comes, what they may cost."""

import asyncio
import time
from dataclasses import replace

import pytest

from app.broadcast import Channel
from app.looks import SAVED_S, SHARE
from app.wire import look_of
from app.workers.messages import Look, Looked
from tests.app.test_streams import report
from tests.serving import complete


def look(number: int) -> Look:
    return Look(("test", number), (), False, 0.02)


def seen(step: int, seconds: float = 0.0) -> Looked:
    return Looked({"step": step}, b"\2\0\0\0\0\0\0\0{}", seconds)


def test_a_slow_reader_gets_the_newest_look_and_frames_between() -> None:
    async def run() -> None:
        channel = Channel()
        watcher = channel.watch(True, None)
        channel.looks.ask(watcher, look(0), {})
        (wanted,) = channel.looks.due(time.monotonic(), 0.0, 1)
        for step in range(50):
            channel.publish(report(step, []))
            channel.looks.tell([wanted], [seen(step)], 0, 0)
        events = [await watcher.next() for _ in range(2)]
        assert {message.event for message in events} == {"frame", "look"}
        (data,) = (message.look for message in events if message.look)
        assert (look_of(data) or {})["step"] == 49
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await watcher.next()

    complete(run())


@pytest.mark.parametrize("requests", [1, 40])
def test_looks_take_their_share_of_the_time_and_no_more(requests: int) -> None:
    channel = Channel()
    for number in range(requests):
        channel.looks.ask(channel.watch(True, None), look(number), {})
    cost, spent, begin = 0.004, 0.0, time.monotonic()
    made = dict.fromkeys(range(requests), 0)
    for round in range(1000):  # of 16 ms
        chosen = channel.looks.due(begin + round * 0.016, 0.025, 1)
        channel.looks.tell(chosen, [seen(0, cost)] * len(chosen), 0, 0)
        for wanted in chosen:
            made[wanted.look.sample[1] if wanted.look.sample else 0] += 1
        spent += cost * len(chosen)
    assert spent <= SHARE * 16 + SAVED_S + 0.02
    assert spent >= 0.8 * min(SHARE * 16, requests * 16 / 0.025 * cost)
    assert max(made.values()) - min(made.values()) <= 2
    # Where others train too, a network's time is a part of the second, and looks a part of that.
    later = begin + 1000
    for round in range(1000):
        chosen = channel.looks.due(later + round * 0.016, 0.025, 10)
        channel.looks.tell(chosen, [seen(0, cost)] * len(chosen), 0, 0)
        spent += cost * len(chosen)
    assert spent <= SHARE * 16 * 1.1 + 2 * SAVED_S + 0.05


def test_while_somebody_draws_only_new_drawings_are_seen_at_once() -> None:
    """What comes by itself is little then: every stroke is answered, and none twice within a tenth of a second."""
    looks = Channel().looks
    watcher = Channel().watch(True, None)
    begin = time.monotonic()
    assert looks.interval(begin, 0.02) == 0.02
    for number in range(5):
        looks.ask(watcher, replace(look(0), sample=None, inputs=b"[%d]" % number), {})
        now = time.monotonic()
        wanted = watcher.wanted
        assert wanted is not None
        assert looks.pause(wanted, now, 1) == 0
        wanted.put_off(now, looks.interval(now, 0.0))  # it is looked at
        assert looks.due(now + 0.09, looks.interval(now, 0.02), 1) == []
        assert looks.due(now + 0.11, looks.interval(now, 0.02), 1) == [wanted]
    # The pen rests: as often as anything else.
    assert looks.interval(now + 1, 0.02) == 0.02


def test_large_looks_of_all_clients_have_a_bound() -> None:
    channel = Channel()
    watcher = channel.watch(True, None)
    channel.looks.ask(watcher, look(0), {})
    large = Looked({}, b"\2\0\0\0\0\0\0\0{}" + bytes(1_000_000), 0.0)
    (wanted,) = channel.looks.due(time.monotonic(), 0.0, 1)
    for _ in range(3):
        channel.looks.tell([wanted], [large], 0, 999)
    assert len(watcher.notices) == 1
    assert watcher.notices[0].data["problem"]["limit"] == "max_look_bytes"
    channel.looks.tell([wanted], [large], 0, 2_000_000)
    assert channel.looks.size > 1_000_000
