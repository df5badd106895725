"""Looks at what is not in the data: what a learner draws, stroke by stroke."""

import asyncio
import time
from typing import Any

import numpy as np
import pytest

from app.broadcast import Channel
from app.looks import OWED_S, SAVED_S, SHARE
from app.wire import look_of
from app.workers.messages import Look
from tests.app.test_looks import ask, digits, look, look_where, seen, told
from tests.app.test_streams import connect
from tests.serving import complete

__all__ = ["digits"]


@pytest.mark.parametrize("value", ["NaN", "1e400", "-Infinity", "1e31", "true"])
def test_a_drawing_has_numbers_that_a_network_can_take(server, digits, value) -> None:
    async def run() -> dict[str, Any]:
        async with connect(server, digits["id"]) as socket:
            row = f"[{','.join(['[0.5]'] * 7)},[{value}]]"
            image = f"[{','.join([row] * 8)}]"
            await socket.send(f'{{"look": {{"sample": {{"inputs": [{image}]}}}}}}')
            return (await told(socket, "problem"))["problem"]

    found = complete(run())
    assert found["status"] == 422
    assert found["errors"][0]["field"].startswith("look.sample.inputs.0")


OWN = {
    "images": ("digits", np.linspace(0, 1, 64).reshape(8, 8, 1).tolist()),
    "a table": ("iris", [5.1, 3.5, 1.4, 0.2]),
    "points": ("spiral", [0.25, -0.5]),
    "sequences": ("sines", None),
    "text": ("topics", None),
}


@pytest.mark.parametrize("kind", OWN)
def test_what_is_not_in_the_data_is_looked_at_too(server, client, kind) -> None:
    name, sample = OWN[kind]
    made = client.post("/api/networks", json={"dataset": {"kind": name}}).json()
    url = f"/api/networks/{made['id']}"
    client.post(f"{url}/train", json={"steps": 5})
    if sample is None:
        sample = client.get(f"{url}/dataset").json()["inputs"][0]
    request = {"sample": {"inputs": [sample]}}

    async def run() -> tuple[dict[str, Any], Any]:
        async with connect(server, made["id"]) as socket:
            await ask(socket, request)
            return await look_where(socket, lambda _: True)

    found, arrays = complete(run())
    assert found["request"]["sample"] == request["sample"]
    layers = client.post(f"{url}/activations", json={"inputs": [sample]}).json()
    assert {n.partition(".")[2] for n in arrays} == set(layers)
    for layer, says in layers.items():
        for of, rows in says.items():
            if rows is not None:
                np.testing.assert_allclose(arrays[f"{of}.{layer}"], rows[0], atol=1e-6)
    client.delete(url)


def test_every_stroke_of_a_drawing_is_answered_while_the_network_trains(
    server, client, digits
) -> None:
    """In the order they were asked for; of strokes that come too fast the last one always is."""
    url = f"/api/networks/{digits['id']}"
    strokes = [np.full((8, 8, 1), i / 64).tolist() for i in range(65)]

    async def run() -> list[float]:
        async with connect(server, digits["id"]) as socket:
            await asyncio.to_thread(client.post, f"{url}/play", json={})
            seen: list[float] = []
            for stroke in strokes:
                await ask(socket, {"sample": {"inputs": [stroke]}})
            while not seen or seen[-1] != 1.0:
                found, arrays = await look_where(socket, lambda _: True)
                seen.append(found["request"]["sample"]["inputs"][0][0][0][0])
                assert arrays["a.output"].shape == (10,)
            return seen

    seen = complete(run())
    client.post(f"{url}/pause")
    assert seen == sorted(seen)


def test_a_drawing_on_its_way_comes_before_the_next_and_not_after_it() -> None:
    """A sample of the data does not: what is on its way for it is dropped, as ever."""
    strokes = [Look(None, (), False, 0.02, b"[%d]" % i) for i in range(3)]

    def shown(watcher) -> int | None:
        data, watcher._look = watcher._look, None
        return None if data is None else (look_of(data) or {})["step"]

    channel = Channel()
    looks, watcher = channel.looks, channel.watch(True, None)
    looks.ask(watcher, strokes[0], {})
    first = watcher.wanted
    assert first is not None
    first.busy = True
    looks.ask(watcher, strokes[1], {})
    looks.tell([first], [seen(1)], 0, 0)
    assert shown(watcher) == 1
    second = watcher.wanted
    assert second is not None
    second.busy = True
    looks.ask(watcher, strokes[2], {})
    third = watcher.wanted
    assert third is not None
    third.seen = 0
    looks.tell([third], [seen(3)], 0, 0)
    looks.tell([second], [seen(2)], 0, 0)
    assert shown(watcher) == 3
    third.busy = True
    looks.ask(watcher, look(0), {})
    looks.tell([third], [seen(4)], 0, 0)
    assert shown(watcher) is None


def test_what_is_asked_for_the_first_time_may_be_made_on_credit_but_not_for_ever() -> None:
    channel = Channel()
    looks, watcher = channel.looks, channel.watch(True, None)
    cost, spent, begin = 0.01, 0.0, time.monotonic()
    for stroke in range(1000):  # of 10 ms: each would be answered at once
        now = begin + stroke * 0.01
        looks.ask(watcher, Look(None, (), False, 0.02, b"[%d]" % stroke), {})
        wanted = watcher.wanted
        assert wanted is not None
        if looks.pause(wanted, now, 1) == 0:
            looks.tell([wanted], [seen(0, cost)], 0, 0)
            spent += cost
            if stroke < 8:
                assert spent == pytest.approx(cost * (stroke + 1))
    assert SHARE * 10 <= spent <= SHARE * 10 + SAVED_S + OWED_S + cost
