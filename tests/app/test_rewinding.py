"""Rewinding over HTTP: seek, branch, what becomes of the later part, and what survives."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.workers import rewinding, shelf
from app.workers.messages import Sought
from engine import NetworkSpec
from tests.app.test_runs import ADAM, losses, made, numbers
from tests.serving import serve, wait_for


def seek(client: httpx.Client, url: str, step: int) -> dict[str, Any]:
    found = client.post(f"{url}/seek", json={"step": step})
    assert found.status_code == 200, found.text
    return found.json()


def weights(client: httpx.Client, url: str) -> dict[str, Any]:
    return client.get(f"{url}/weights").json()


def test_it_goes_back_and_forth_to_the_bit(client: httpx.Client) -> None:
    url = made(client)
    passed = {0: weights(client, url)}
    for step in (40, 41, 300):
        losses(client, url, step - max(passed))
        passed[step] = weights(client, url)
    told = client.get(url).json()
    for step in (41, 0, 40, 300, 40):
        frame = seek(client, url, step)
        assert (frame["step"], frame["last_step"], frame["state"]) == (step, 300, "paused")
        assert frame["restored"] is None
        assert weights(client, url) == passed[step]
        now = client.get(url).json()
        assert (now["step"], now["last_step"], now["run"]) == (step, 300, told["run"])
        assert now["reachable"] == [[0, 300]]
    assert client.get(f"{url}/history").json()["step"][-1] == 300


def test_where_it_stands_is_looked_into(client: httpx.Client) -> None:
    url, alone = made(client), made(client)
    losses(client, url, 90)
    losses(client, alone, 30)
    seek(client, url, 30)
    for path in ("diagnosis", "confusion"):
        assert client.get(f"{url}/{path}").json() == client.get(f"{alone}/{path}").json()
    inputs = {"inputs": [[0.3, -0.2]]}
    answers = [client.post(f"{one}/predict", json=inputs).json() for one in (url, alone)]
    assert answers[0] == answers[1]


def test_training_on_from_there_is_a_run_of_its_own(client: httpx.Client) -> None:
    url, alone = made(client), made(client)
    first = losses(client, url, 80)
    losses(client, alone, 80)
    before = client.get(f"{url}/history").json()
    seek(client, url, 30)
    assert numbers(client, url) == [0]
    assert losses(client, url, 20) == first[30:50]
    now = client.get(url).json()
    assert (now["step"], now["last_step"], now["run"], now["generation"]) == (50, 50, 1, 1)
    assert client.get(f"{url}/history").json()["step"][-1] == 50
    listed = client.get(f"{url}/runs").json()
    assert [(run["run"], run["step"], run["current"]) for run in listed] == [
        (1, 50, True),
        (0, 80, False),
    ]
    refused = client.post(f"{url}/seek", json={"step": 60})
    assert refused.status_code == 409
    assert refused.headers["content-type"].startswith("application/problem+json")
    problem = refused.json()
    assert (problem["code"], problem["values"]) == ("seek.ahead", {"step": 60, "last": 50})
    # And what was left is there whole.
    client.post(f"{url}/runs/0/restore")
    back = client.get(f"{url}/history").json()
    assert {**back, "generation": 0} == {**before, "generation": 0}
    assert losses(client, url, 10) == losses(client, alone, 10)
    seek(client, url, 12)
    assert losses(client, url, 3) == first[12:15]


def test_the_settings_of_then_are_in_force_again_and_it_says_so(client: httpx.Client) -> None:
    url = made(client)
    losses(client, url, 30)
    client.patch(url, json={"optimizer": {"learning_rate": 0.5}, "batch_size": 5})
    losses(client, url, 30)
    before = client.get(url).json()
    frame = seek(client, url, 20)
    assert frame["restored"] == {"step": 20, "what": ["optimizer.learning_rate", "batch_size"],
                                 "before": [0.5, 5], "after": [0.01, 7]}  # fmt: skip
    assert frame["notice_code"] == "seek.restored"
    assert "optimizer.learning_rate 0.5 -> 0.01, batch_size 5 -> 7" in frame["notice"]
    now = client.get(url).json()
    assert (now["spec"]["batch_size"], now["revision"]) == (7, before["revision"] + 1)
    assert now["marks"] == before["marks"]
    # A change there is of the settings of then, and another run.
    after = client.patch(url, json={"regularization": {"l2": 0.01}}).json()
    assert after["spec"]["optimizer"]["learning_rate"] == 0.01
    assert (after["run"], after["step"], after["last_step"]) == (1, 20, 20)
    assert [mark["what"] for mark in after["marks"]] == [["regularization.l2"]]
    assert [run["step"] for run in client.get(f"{url}/runs").json()] == [20, 60]
    assert client.get(f"{url}/history").json()["step"][-1] <= 20


@pytest.mark.parametrize(
    "change",
    [
        lambda client, url: client.put(f"{url}/weights", json={"output.bias": [0.1, 0.2]}),
        lambda client, url: client.post(f"{url}/apply", json={"samples": [1]}),
        lambda client, url: client.post(f"{url}/play", json={"steps_per_second": 1}),
        lambda client, url: client.post(f"{url}/reset"),
        lambda client, url: client.post(f"{url}/best"),
        lambda client, url: client.patch(url, json={"dataset": {"kind": "circle"}}),
    ],
    ids=["weights", "apply", "play", "reset", "best", "data"],
)
def test_whatever_is_done_in_the_past_the_later_part_is_kept(
    client: httpx.Client, change: Any
) -> None:
    url = made(client)
    losses(client, url, 60)
    end = weights(client, url)
    seek(client, url, 20)
    assert change(client, url).status_code == 200
    assert 0 in numbers(client, url)
    back = client.post(f"{url}/runs/0/restore").json()
    assert (back["step"], back["last_step"]) == (60, 60)
    assert weights(client, url) == end
    assert [run["loss"] for run in client.get(f"{url}/runs").json() if run["run"] == 0] == [
        back["loss"]
    ]


def test_what_is_refused_changes_nothing(client: httpx.Client) -> None:
    url = made(client)
    losses(client, url, 40)
    seek(client, url, 20)
    assert client.post(f"{url}/seek", json={"step": 41}).status_code == 409
    for body in ({"step": -1}, {"step": 1.5}, {}, {"step": 3, "of": 1}):
        assert client.post(f"{url}/seek", json=body).status_code == 422
    assert client.put(f"{url}/weights", json={"nobody": [1]}).status_code == 422
    now = client.get(url).json()
    assert (now["step"], now["last_step"], now["run"]) == (20, 40, 0)


def test_it_plays_no_longer_and_goes_on_from_there(client: httpx.Client) -> None:
    url = made(client)
    client.post(f"{url}/play", json={"steps_per_second": 2000})
    wait_for(lambda: client.get(url).json()["step"] > 400)
    frame = seek(client, url, 100)
    assert (frame["state"], frame["step"]) == ("paused", 100)
    time.sleep(0.2)
    now = client.get(url).json()
    assert (now["state"], now["step"], now["run"]) == ("paused", 100, 0)
    client.post(f"{url}/play", json={"steps_per_second": 2000})
    wait_for(lambda: client.get(url).json()["step"] > 150)
    client.post(f"{url}/pause")
    now = client.get(url).json()
    assert now["run"] == 1
    assert now["last_step"] == now["step"]
    one = made(client)
    losses(client, one, now["step"])
    assert weights(client, one) == weights(client, url)


def test_seeking_too_far_ahead_does_not_stop_what_plays(client: httpx.Client) -> None:
    url = made(client)
    client.post(f"{url}/play", json={"steps_per_second": 50})
    assert client.post(f"{url}/seek", json={"step": 10**9}).status_code == 409
    assert client.get(url).json()["state"] == "playing"


def test_it_stands_where_it_stood_after_a_restart(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = made(client)
        first = losses(client, url, 100)
        client.patch(url, json={"batch_size": 5})
        second = losses(client, url, 100)
        end = weights(client, url)
        frame = seek(client, url, 60)
        there = weights(client, url)
    with serve(tmp_path) as server, server.client() as client:
        now = client.get(url).json()
        assert (now["step"], now["last_step"], now["spec"]["batch_size"]) == (60, 200, 7)
        assert now["loss"] == frame["loss"]
        assert weights(client, url) == there
        seek(client, url, 200)
        assert weights(client, url) == end
        seek(client, url, 150)
        seek(client, url, 0)
        seek(client, url, 60)
    with serve(tmp_path) as server, server.client() as client:
        assert losses(client, url, 40) == first[60:]
        listed = client.get(f"{url}/runs").json()
        assert [(run["run"], run["step"]) for run in listed] == [(1, 100), (0, 200)]
        assert listed[1]["loss"] > 0
        client.post(f"{url}/runs/0/restore")
        seek(client, url, 130)
        assert losses(client, url, 70) == second[30:]


def test_a_worker_lost_in_the_past_comes_back_there(tmp_path: Path) -> None:
    with serve(tmp_path, checkpoint_every_s=0.1) as server, server.client() as client:
        url = made(client)
        losses(client, url, 100)
        seek(client, url, 60)
        live = next(iter(server.networks.live.values()))
        wait_for(lambda: not live.dirty)
        os.kill(live.worker.process_id, signal.SIGKILL)

        def back() -> dict[str, Any] | None:
            found = client.get(url)
            return found.json() if found.status_code == 200 else None

        now = wait_for(back, 30)
        assert (now["step"], now["last_step"]) == (60, 100)
        assert numbers(client, url) == [0]


def test_what_cannot_be_reached_is_said(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = made(client)
        for i in range(40):
            losses(client, url, 10)
            client.put(f"{url}/weights", json={"output.bias": [i / 40, 0.0]})
    with serve(tmp_path) as server, server.client() as client:
        now = client.get(url).json()
        (first, gap), (after, last) = now["reachable"]
        assert (first, last) == (0, 400)
        refused = client.post(f"{url}/seek", json={"step": gap + 1})
        assert refused.status_code == 409
        problem = refused.json()
        assert problem["code"] == "seek.forgotten"
        assert problem["values"] == {"step": gap + 1, "nearest": gap}
        for step in (0, gap, after, last):
            seek(client, url, step)


def test_a_long_way_is_gone_in_slices_and_has_a_bound(tmp_path: Path) -> None:
    with serve(tmp_path, max_replay_steps=50) as server, server.client() as client:
        url = made(client, {**ADAM, "layers": [{"units": 4}]})
        losses(client, url, 100_000)
        refused = client.post(f"{url}/seek", json={"step": 99_000})
        assert refused.status_code == 409
        problem = refused.json()
        assert (problem["code"], problem["values"]["most"]) == ("seek.far", 50)
        nearest = problem["values"]["nearest"]
        assert seek(client, url, nearest)["step"] == nearest
        assert seek(client, url, nearest + 50)["step"] == nearest + 50


def test_a_way_is_gone_in_slices_and_may_be_given_up() -> None:
    shelf.create("long", NetworkSpec(), {}, None)
    experiment = shelf.experiment_of("long")
    experiment.train(20_000)
    end = experiment.trainer.vector.copy()
    left = [rewinding.seek("long", 19_999, 10**6, 1e-6, first=True)]
    assert isinstance(left[0], int)
    assert experiment.step == 20_000
    while isinstance(found := rewinding.seek("long", 19_999, 10**6, 1e-6, first=False), int):
        left.append(found)
        np.testing.assert_array_equal(experiment.trainer.vector, end)
    assert sorted(left, reverse=True) == left
    assert len(set(left)) == len(left) > 1
    assert isinstance(found, Sought)
    assert experiment.step == 19_999
    assert isinstance(rewinding.seek("long", 12_345, 10**6, 1e-6, first=True), int)
    rewinding.give_up("long")
    assert (experiment.step, experiment.last_step) == (19_999, 20_000)
    shelf.discard("long")


def test_a_branch_is_a_network_of_its_own(client: httpx.Client) -> None:
    url = made(client)
    first = losses(client, url, 30)
    client.patch(url, json={"batch_size": 5})
    second = losses(client, url, 50)
    end = weights(client, url)
    for step, spec, following in ((20, 7, first[20:]), (55, 5, second[25:])):
        found = client.post(f"{url}/branch", json={"step": step})
        assert found.status_code == 201, found.text
        told = found.json()
        other = found.headers["Location"]
        assert other == f"/api/networks/{told['id']}"
        assert other != url
        assert (told["step"], told["last_step"], told["run"]) == (step, step, 0)
        assert told["spec"]["batch_size"] == spec
        assert step - 4 < client.get(f"{other}/history").json()["step"][-1] <= step
        assert all(mark["step"] <= step for mark in told["marks"])
        assert losses(client, other, len(following)) == following
        seek(client, other, 5)
        client.delete(other)
    now = client.get(url).json()
    assert (now["step"], now["run"]) == (80, 0)
    assert weights(client, url) == end
    names = [n["name"] for n in client.get("/api/networks").json()]
    assert len(set(names)) == 1


def test_a_branch_from_where_it_stands_survives(tmp_path: Path) -> None:
    with serve(tmp_path) as server, server.client() as client:
        url = made(client)
        first = losses(client, url, 50)
        seek(client, url, 20)
        other = client.post(f"{url}/branch").headers["Location"]
        assert client.get(url).json()["last_step"] == 50
    with serve(tmp_path) as server, server.client() as client:
        assert client.get(other).json()["step"] == 20
        assert losses(client, other, 10) == first[20:30]
        assert losses(client, url, 10) == first[20:30]


def test_the_list_of_networks_bounds_branches(tmp_path: Path) -> None:
    with serve(tmp_path, max_networks=2) as server, server.client() as client:
        url = made(client)
        losses(client, url, 10)
        server.networks.live[url.rsplit("/", 1)[1]].playing = True
        other = client.post(f"{url}/branch", json={"step": 5})
        server.networks.live[other.json()["id"]].playing = True
        assert client.post(f"{url}/branch", json={"step": 5}).status_code == 429


def test_it_is_worth_a_moment(client: httpx.Client) -> None:
    url = made(client, {"layers": [{"units": 8}] * 3})
    losses(client, url, 3000)
    begin = time.perf_counter()
    seek(client, url, 2000)
    assert time.perf_counter() - begin < 1
    assert np.isfinite(client.get(url).json()["loss"])
