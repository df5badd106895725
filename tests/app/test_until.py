"""Playing until a rule holds: where it stops, what is told, and what is refused."""

import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.app.test_streams import events
from tests.serving import serve, wait_for

SPEC = {"dataset": {"kind": "xor", "samples": 200}, "layers": [{"units": 4}], "batch_size": 7,
        "optimizer": {"learning_rate": 0.3}}  # fmt: skip


def made(client: httpx.Client, spec: dict[str, Any] = SPEC) -> str:
    return f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"


def paused(client: httpx.Client, url: str, seconds: float = 30) -> dict[str, Any]:
    return wait_for(lambda: (n := client.get(url).json())["state"] == "paused" and n, seconds)


def by_hand(client: httpx.Client, until: dict[str, Any]) -> int:
    """The step at which a loop of single epochs would stop."""
    url = made(client)
    [(rule, limit)] = until.items()
    best, since = float("inf"), 0
    for epoch in range(1, 200):
        frame = client.post(f"{url}/train", json={"epochs": 1}).json()
        best, since = (frame["test_loss"], 0) if frame["test_loss"] < best else (best, since + 1)
        value = {**frame, **frame["metrics"], "epochs": epoch, "patience": since}[rule]
        if value <= limit if rule.endswith("loss") else value >= limit:
            return frame["step"]
    raise AssertionError("it never held")


@pytest.mark.parametrize(
    "until",
    [{"test_accuracy": 0.8}, {"loss": 0.64}, {"patience": 1}, {"epochs": 5}],
    ids=lambda until: next(iter(until)),
)
def test_where_it_stops_depends_on_no_pace_and_nobody_who_watches(
    client: httpx.Client, until: dict[str, Any]
) -> None:
    step = by_hand(client, until)
    found = []
    for rate, watched in ((None, False), (200, False), (200, True)):
        url = made(client)
        if watched:
            with client.stream("GET", f"{url}/stream") as response:
                told = events(response)
                next(told)
                client.post(f"{url}/play", json={"steps_per_second": rate, "until": until})
                next(data for event, _, data in told if data.get("code") == "until")
        else:
            client.post(f"{url}/play", json={"steps_per_second": rate, "until": until})
        network = paused(client, url)
        found.append((network["step"], network["loss"], client.get(f"{url}/weights").json()))
    assert found[0] == found[1] == found[2]
    assert found[0][0] == step


def test_watchers_are_told_why_and_the_frame_says_so(client: httpx.Client) -> None:
    url = made(client)
    with client.stream("GET", f"{url}/stream?weights=false") as response:
        found = events(response)
        next(found)
        client.post(
            f"{url}/play", json={"steps_per_second": 500, "until": {"epochs": 3, "loss": 0}}
        )
        stopped, state = None, None
        for _, _, data in found:
            stopped = data.get("stopped") or stopped
            state = data if data.get("code") == "until" else state
            if stopped and state:
                break
    steps = 3 * client.get(url).json()["steps_per_epoch"]
    assert stopped == {"rule": "epochs", "value": 3, "step": steps}
    assert state == {
        "state": "paused",
        "reason": "3 more epochs are trained",
        "code": "until",
        **stopped,
    }
    assert client.get(url).json()["step"] == steps
    assert client.post(f"{url}/train", json={"steps": 1}).json()["stopped"] is None


def test_the_network_says_its_rule_while_it_plays(client: httpx.Client) -> None:
    url = made(client)
    client.post(
        f"{url}/play", json={"steps_per_second": 20, "until": {"accuracy": 1, "patience": 900}}
    )
    until = client.get(url).json()["until"]
    assert {name: value for name, value in until.items() if value is not None} == {
        "accuracy": 1, "patience": 900,
    }  # fmt: skip
    client.post(f"{url}/play", json={"steps_per_second": 20})  # another play takes its place
    assert client.get(url).json()["until"] is None
    client.post(f"{url}/play", json={"until": {"epochs": 1_000_000}})
    client.post(f"{url}/pause")
    assert client.get(url).json()["until"] is None
    step = client.post(f"{url}/play", json={"steps_per_second": 400}).json()["step"]
    wait_for(lambda: client.get(url).json()["step"] > step + 60)


def test_a_rule_goes_on_in_another_run(client: httpx.Client) -> None:
    url = made(client)
    client.post(f"{url}/play", json={"steps_per_second": 100, "until": {"epochs": 6}})
    wait_for(lambda: client.get(url).json()["epoch"] >= 1)
    changed = client.patch(url, json={"dataset": {"kind": "circle"}}).json()
    assert changed["state"] == "playing"
    assert changed["until"]["epochs"] == 6
    network = paused(client, url)
    assert 1 <= network["epoch"] <= 5  # those of the run before count


@pytest.mark.parametrize(
    ("spec", "until", "field"),
    [
        (SPEC, {}, "until"),
        (SPEC, {"loss": None}, "until"),
        (SPEC, {"r2": 0.5}, "until.r2"),
        (SPEC, {"accuracy": 1.5}, "until.accuracy"),
        (SPEC, {"epochs": 0}, "until.epochs"),
        (SPEC, {"steps": 5}, "until.steps"),
        ({"dataset": {"kind": "slope"}}, {"accuracy": 0.9}, "until.accuracy"),
        ({"dataset": {"kind": "xor", "test_fraction": 0}}, {"test_loss": 0.1}, "until.test_loss"),
    ],
)
def test_a_rule_that_cannot_hold_is_refused_and_nothing_plays(
    client: httpx.Client, spec: dict[str, Any], until: dict[str, Any], field: str
) -> None:
    url = made(client, spec)
    refused = client.post(f"{url}/play", json={"until": until})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == field
    assert client.get(url).json()["state"] == "paused"


def test_a_rule_survives_a_restart(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = made(client)
        client.post(f"{url}/play", json={"steps_per_second": 60, "until": {"epochs": 9}})
        wait_for(lambda: client.get(url).json()["epoch"] >= 2)
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(url).json()["until"]["epochs"] == 9
        network = paused(client, url)
        assert network["step"] == 9 * network["steps_per_epoch"]
        time.sleep(0.2)
        assert client.get(url).json()["step"] == network["step"]
