"""Samples by number, the confusion, and what a frame says, over HTTP."""

import asyncio
import threading

import httpx
import numpy as np
import pytest

from app.commands import Commands
from app.live import Live
from app.schemas import PatchIn
from app.workers.messages import Report

from ..serving import Running


def test_samples_are_asked_about_by_number(client: httpx.Client, url: str) -> None:
    data = client.get(f"{url}/dataset").json()
    for part, inputs in (("train", data["inputs"]), ("test", data["test_inputs"])):
        by_number = {"part": part, "samples": [3, 0]}
        by_value = {"inputs": [inputs[3], inputs[0]], "scaled": True}
        for what in ("predict", "activations"):
            answers = [client.post(f"{url}/{what}", json=asked) for asked in (by_number, by_value)]
            assert answers[0].status_code == 200, answers[0].text
            assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        ({}, "inputs"),
        ({"part": "test"}, "inputs"),
        ({"samples": [0]}, "inputs"),
        ({"inputs": [[0, 0]], "part": "test", "samples": [0]}, "inputs"),
        ({"part": "test", "samples": []}, "samples"),
        ({"part": "test", "samples": [100]}, "samples"),
        ({"part": "train", "samples": [300]}, "samples"),
        ({"part": "other", "samples": [0]}, "part"),
    ],
)
def test_no_such_samples_are_said(client: httpx.Client, url: str, asked: dict, field: str) -> None:
    for what in ("predict", "activations"):
        answer = client.post(f"{url}/{what}", json=asked)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == field


def test_confusion_is_asked_for_by_itself(client: httpx.Client, url: str) -> None:
    assert "confusion" not in client.get(url).json()
    found = client.get(f"{url}/confusion").json()
    assert sum(map(sum, found["train"])) == 300
    assert sum(map(sum, found["test"])) == 100
    client.patch(url, json={"dataset": {"kind": "sine"}, "loss": "mse"})
    assert client.get(f"{url}/confusion").json() == {"train": None, "test": None}


def test_a_frame_says_the_learning_rate(client: httpx.Client, url: str) -> None:
    client.patch(url, json={"schedule": {"kind": "exponential"}})
    frame = client.post(f"{url}/train", json={"steps": 7}).json()
    network = client.get(url).json()
    assert frame["learning_rate"] == network["learning_rate"]
    assert frame["learning_rate"] < network["spec"]["optimizer"]["learning_rate"]


def test_a_change_is_one_call_of_the_worker_and_its_answer_comes_before_its_frame(
    client: httpx.Client, url: str, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    networks = server.networks
    order: list[str] = []
    asked, publish = networks._ask, Live.publish

    async def ask(live, function, *args, **kwargs):
        order.append(function.__name__)
        return await asked(live, function, *args, **kwargs)

    def told(live, report):
        order.append("frame")
        publish(live, report)

    monkeypatch.setattr(networks, "_ask", ask)
    monkeypatch.setattr(Live, "publish", told)
    answer = client.patch(url, json={"optimizer": {"learning_rate": 0.01}}).json()
    assert answer["spec"]["optimizer"]["learning_rate"] == 0.01
    client.get("/healthz")  # what follows the answer has its turn
    assert order == ["patch", "frame"]


def test_frames_keep_the_order_in_which_they_were_made(
    client: httpx.Client, url: str, server: Running
) -> None:
    """The frame of a change waits for its answer; what is done meanwhile does not overtake it."""
    live = server.networks.live[url.rsplit("/", 1)[1]]
    commands = Commands(server.networks)

    async def change_and_set() -> list[Report]:
        told = []
        for size in (3, 4):
            await commands.patch(live, PatchIn(batch_size=size))
            told.append(live.channel.report)
        await commands.set_weights(live, {"output.bias": [1, 2, 3]})
        told.append(live.channel.report)
        await live.release()
        return [*told, live.channel.report]

    running = asyncio.run_coroutine_threadsafe(change_and_set(), server.loop)
    first, second, third, last = running.result(20)
    assert first.figures["revision"] + 1 == second.figures["revision"]
    assert third is last
    assert np.frombuffer(last.weights, np.float32)[-3:].tolist() == [1, 2, 3]


def test_every_frame_is_told_on_the_event_loop(
    client: httpx.Client, url: str, server: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event set in another thread wakes nobody until something else does."""
    threads = []
    publish = Live.publish

    def told(live: Live, report: Report) -> None:
        threads.append(threading.current_thread().name)
        publish(live, report)

    async def here() -> str:
        return threading.current_thread().name

    monkeypatch.setattr(Live, "publish", told)
    client.patch(url, json={"batch_size": 3})
    client.post(f"{url}/train", json={"steps": 1})
    client.post(f"{url}/reset", json={"seed": 1})
    client.put(f"{url}/weights", json={"output.bias": [1, 2, 3]})
    loops = asyncio.run_coroutine_threadsafe(here(), server.loop).result(20)
    assert len(threads) >= 4
    assert set(threads) == {loops}
