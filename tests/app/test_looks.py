"""Looks: what a socket's client sees of a network's inside, beside its frames."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load

from app.wire import look_of
from tests.app.test_streams import connect
from tests.serving import complete, wait_for

DIGITS = {
    "sample": {"part": "test", "sample": 3, "unrolled": False},
    "outputs": [{"part": "test", "samples": [0, 5]}, {"part": "train", "samples": [7]}],
    "confusion": True,
    "every_ms": 20,
}
SMALL = {"dataset": {"kind": "digits", "samples": 200}}


@pytest.fixture
def digits(client):
    made = client.post("/api/networks", json=SMALL).json()
    yield made
    client.delete(f"/api/networks/{made['id']}")


async def ask(socket, look: Any) -> None:
    await socket.send(json.dumps({"look": look}))


async def look_where(socket, fits: Callable[[dict[str, Any]], bool]) -> tuple[dict[str, Any], Any]:
    """The first look that fits, its arrays with it."""
    async with asyncio.timeout(20):
        while True:
            message = await socket.recv()
            found = look_of(message) if isinstance(message, bytes) else None
            if found is not None and fits(found):
                return found, load(message)


async def told(socket, event: str) -> dict[str, Any]:
    async with asyncio.timeout(20):
        while True:
            message = await socket.recv()
            if isinstance(message, str) and json.loads(message)["event"] == event:
                return json.loads(message)


def holds_what_http_says(client, url: str, arrays: dict[str, np.ndarray]) -> None:
    layers = client.post(f"{url}/activations", json={"part": "test", "samples": [3]}).json()
    for name, layer in layers.items():
        for of in ("z", "a"):
            if layer.get(of) is None:
                assert f"{of}.{name}" not in arrays
            else:
                assert arrays[f"{of}.{name}"].dtype == np.float32
                np.testing.assert_allclose(arrays[f"{of}.{name}"], layer[of][0], atol=1e-6)
    for i, group in enumerate(DIGITS["outputs"]):
        said = client.post(f"{url}/predict", json=group).json()["outputs"]
        np.testing.assert_allclose(arrays[f"outputs.{i}"], said, atol=1e-6)
    for part, counts in client.get(f"{url}/confusion").json().items():
        assert arrays[f"confusion.{part}"].tolist() == counts


def test_a_look_comes_at_once_and_says_what_http_says(server, client, digits) -> None:
    url = f"/api/networks/{digits['id']}"
    client.post(f"{url}/train", json={"steps": 20})

    async def run() -> tuple[dict[str, Any], Any]:
        async with connect(server, digits["id"]) as socket:
            await ask(socket, DIGITS)
            return await look_where(socket, lambda _: True)

    look, arrays = complete(run())
    assert look["request"] == DIGITS
    assert (look["step"], look["confusion_step"]) == (20, 20)
    assert (look["revision"], look["generation"]) == (0, 0)
    assert arrays["a.output"].shape == (10,)
    holds_what_http_says(client, url, arrays)


@pytest.mark.parametrize(
    ("change", "fits"),
    [
        (lambda c, u: c.post(f"{u}/train", json={"steps": 7}), lambda look: look["step"] == 7),
        (lambda c, u: c.patch(u, json={"seed": 5}), lambda look: look["revision"] == 1),
        (lambda c, u: c.patch(u, json={"layers": [{"kind": "flatten"}]}), lambda look: look["revision"] == 1),
        (lambda c, u: c.post(f"{u}/reset", json={}), lambda look: look["generation"] == 1),
        (
            lambda c, u: c.put(f"{u}/weights", json={"output.bias": [1.0] * 9 + [9.0]}),
            lambda look: look["step"] == 0,
        ),
    ],
    ids=["train", "patch", "other layers", "reset", "weights"],
)  # fmt: skip
def test_what_changes_a_network_is_seen(server, client, digits, change, fits) -> None:
    url = f"/api/networks/{digits['id']}"

    async def run() -> Any:
        async with connect(server, digits["id"]) as socket:
            await ask(socket, DIGITS)
            await look_where(socket, lambda _: True)
            assert (await asyncio.to_thread(change, client, url)).is_success
            return await look_where(
                socket, lambda look: fits(look) and look["confusion_step"] == look["step"]
            )

    holds_what_http_says(client, url, complete(run())[1])


def test_looks_follow_training_and_end_with_what_it_left(server, client, digits) -> None:
    url = f"/api/networks/{digits['id']}"

    async def run() -> tuple[list[int], Any]:
        async with connect(server, digits["id"]) as socket:
            await ask(socket, DIGITS)
            await asyncio.to_thread(client.post, f"{url}/play", json={})
            steps: list[int] = []
            while len(set(steps)) < 10:
                steps.append((await look_where(socket, lambda _: True))[0]["step"])
            left = (await asyncio.to_thread(client.post, f"{url}/pause")).json()["step"]
            found, arrays = await look_where(
                socket, lambda look: look["step"] == look["confusion_step"] == left
            )
            return [*steps, found["step"]], arrays

    steps, arrays = complete(run())
    assert steps == sorted(steps)
    holds_what_http_says(client, url, arrays)


def test_a_recurrent_network_is_seen_step_by_step(server, client) -> None:
    spec = {
        "dataset": {"kind": "waveforms", "samples": 40, "length": 16},
        "layers": [{"kind": "lstm", "units": 3, "bidirectional": True}],
    }
    made = client.post("/api/networks", json=spec).json()
    url = f"/api/networks/{made['id']}"
    sample = {"part": "test", "sample": 3, "unrolled": True}

    async def run() -> Any:
        async with connect(server, made["id"]) as socket:
            await ask(socket, {"sample": sample})
            return await look_where(socket, lambda _: True)

    look, arrays = complete(run())
    assert look["request"]["sample"] == sample
    said = client.post(f"{url}/unrolled", json={"part": "test", "samples": [3]}).json()
    for way, one in zip(("", "backward_"), said["layers"], strict=True):
        parts = {"h": one["h"], "c": one["c"], "grad": one["grad_h"], "grad_c": one["grad_c"]}
        parts |= {f"gate.{letter}": gate for letter, gate in one["gates"].items()}
        for part, expected in parts.items():
            found = arrays.pop(f"{way}{part}.lstm_1")
            assert found.dtype == np.float32
            np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6, err_msg=part)
    assert set(arrays) == {"a.lstm_1", "z.output", "a.output"}
    client.delete(url)


def test_what_is_not_recurrent_is_told_so(server, client) -> None:
    made = client.post("/api/networks", json={"dataset": {"kind": "iris"}}).json()

    async def run() -> Any:
        async with connect(server, made["id"]) as socket:
            await ask(socket, {"sample": {"part": "test", "sample": 0, "unrolled": True}})
            return await told(socket, "problem")

    found = complete(run())
    assert found["problem"]["errors"][0]["code"] == "unrolled.not_recurrent"
    client.delete(f"/api/networks/{made['id']}")


def test_null_ends_it(server, client, digits) -> None:
    url = f"/api/networks/{digits['id']}"

    async def run() -> None:
        async with connect(server, digits["id"]) as socket:
            await ask(socket, DIGITS)
            await look_where(socket, lambda _: True)
            await ask(socket, None)
            looks = server.networks.live[digits["id"]].channel.looks
            await asyncio.to_thread(wait_for, lambda: not looks)
            await asyncio.to_thread(client.post, f"{url}/train", json={"steps": 3})
            await ask(socket, {**DIGITS, "outputs": []})
            # What was under way for the request that has ended does not come after the next one's.
            found, _ = await look_where(socket, lambda look: look["step"] == 3)
            assert found["request"]["outputs"] == []

    complete(run())


def test_two_watchers_see_what_each_asked_for_and_the_same_is_looked_at_once(
    server, client, digits
) -> None:
    url = f"/api/networks/{digits['id']}"
    other = {"sample": {"part": "train", "sample": 0}}

    async def run() -> None:
        async with (
            connect(server, digits["id"]) as one,
            connect(server, digits["id"]) as two,
            connect(server, digits["id"]) as three,
        ):
            await ask(one, DIGITS)
            await ask(two, other)
            await ask(three, DIGITS)
            await asyncio.to_thread(client.post, f"{url}/train", json={"steps": 4})
            first, _ = await look_where(one, lambda look: look["step"] == 4)
            second, arrays = await look_where(two, lambda look: look["step"] == 4)
            third, _ = await look_where(three, lambda look: look["step"] == 4)
            assert first["request"] == third["request"] == DIGITS
            assert second["request"]["sample"] == {**other["sample"], "unrolled": False}
            assert not any(name.startswith(("outputs", "confusion")) for name in arrays)
            watchers = server.networks.live[digits["id"]].channel.watchers
            assert len({watcher.wanted for watcher in watchers}) == 2

    complete(run())
    wait_for(lambda: not server.networks.live[digits["id"]].channel.looks)


@pytest.mark.parametrize(
    ("look", "field"),
    [
        (1, "look"),
        ([], "look"),
        ({}, "look"),
        ({"outputs": [{"part": "test", "samples": []}]}, "look"),
        ({"sample": {"part": "all", "sample": 0}}, "look.sample.part"),
        ({"sample": {"part": "test", "sample": -1}}, "look.sample.sample"),
        ({"sample": {"part": "test", "sample": True}}, "look.sample.sample"),
        ({"sample": {"part": "test", "sample": 10**6}}, "look.sample"),
        ({"outputs": [{"part": "train", "samples": [0, 10**6]}]}, "look.outputs.0"),
        ({"outputs": [{"part": "test", "samples": [0]}] * 3}, "look.outputs"),
        ({"outputs": [{"part": "test", "samples": [0] * 10_001}]}, "look.outputs"),
        ({**DIGITS, "every_ms": 19}, "look.every_ms"),
        ({**DIGITS, "every_ms": 1e9}, "look.every_ms"),
        ({**DIGITS, "weights": True}, "look.weights"),
        ({"sample": {"inputs": [0.5] * 64}}, "look.sample.inputs"),
        ({"sample": {"inputs": [[[0.5]] * 8] * 7}}, "look.sample.inputs"),
        ({"sample": {"inputs": [[[0.5]] * 8] * 7 + [[[0.5]] * 7]}}, "look.sample.inputs"),
        ({"sample": {"inputs": [[[0.5]] * 90] * 90}}, "look.sample.inputs"),
        ({"sample": {"inputs": []}}, "look.sample.inputs"),
        ({"sample": {"inputs": [[0.5]], "part": "test"}}, "look.sample.part"),
        ({"sample": {"inputs": [[[0.5]] * 8] * 8, "scaled": 1}}, "look.sample.scaled"),
    ],
    ids=lambda value: str(value)[:60],
)
def test_a_bad_look_is_a_problem_and_the_socket_stays(server, digits, look, field) -> None:
    async def run() -> dict[str, Any]:
        async with connect(server, digits["id"]) as socket:
            await ask(socket, look)
            problem = await told(socket, "problem")
            await ask(socket, DIGITS)
            await look_where(socket, lambda _: True)
            return problem

    found = complete(run())
    assert "look" in found
    assert found["problem"]["status"] == 422
    assert found["problem"]["errors"][0]["field"] == field


def test_a_look_is_no_larger_than_an_answer_and_its_refusal_names_the_limit(server, client) -> None:
    text = {"dataset": {"kind": "zen"}}
    id = client.post("/api/networks", json=text).json()["id"]
    look = {"outputs": [{"part": "train", "samples": [0] * 2000}]}

    async def run() -> dict[str, Any]:
        async with connect(server, id) as socket:
            await ask(socket, look)
            return await told(socket, "problem")

    found = complete(run())
    assert found["look"]["outputs"] == look["outputs"]
    assert found["problem"]["limit"] == "max_answer_numbers"
    client.delete(f"/api/networks/{id}")


def test_what_does_not_fit_other_data_is_told_once_and_comes_back(server, client, digits) -> None:
    url = f"/api/networks/{digits['id']}"
    data = client.get(url).json()["spec"]["dataset"]
    far = {"sample": {"part": "train", "sample": 120}}

    async def run() -> None:
        async with connect(server, digits["id"]) as socket:
            await ask(socket, far)
            await look_where(socket, lambda _: True)
            await asyncio.to_thread(client.patch, url, json={"dataset": {**data, "samples": 100}})
            assert "numbered" in (await told(socket, "problem"))["problem"]["detail"]
            await asyncio.to_thread(client.post, f"{url}/train", json={"steps": 1})
            await asyncio.to_thread(client.patch, url, json={"dataset": data})
            events = []
            async with asyncio.timeout(20):
                while True:
                    message = await socket.recv()
                    if isinstance(message, str):
                        events.append(json.loads(message)["event"])
                    elif (look_of(message) or {}).get("revision") == 2:
                        break
            assert "problem" not in events

    complete(run())


def test_many_messages_are_read_one_after_another_and_the_last_one_counts(server, digits) -> None:
    async def run() -> dict[str, Any]:
        async with connect(server, digits["id"]) as socket:
            for number in range(150):
                await ask(socket, {"sample": {"part": "test", "sample": number % 40}})
            await ask(socket, DIGITS)
            found, _ = await look_where(socket, lambda look: look["request"] == DIGITS)
            return found

    assert complete(run())["step"] == 0
    wait_for(lambda: not server.networks.live[digits["id"]].channel.watchers)
