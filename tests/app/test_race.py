"""POST races, rate-finder and what-if over HTTP: held to networks trained alone; refused, followed, cancelled."""

import asyncio
import csv
import io
import os
import signal
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.workers.jobs import advance
from tests.app.test_jobs import events, job_of
from tests.serving import serve, wait_for

SPEC = {"dataset": {"samples": 80}, "layers": [{"units": 4}, {"units": 3}]}
RATE = "optimizer.learning_rate"


def alone(client: httpx.Client, spec: dict[str, Any], steps: int) -> dict[str, Any]:
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    client.post(f"{url}/train", json={"steps": steps, "losses": "none"})
    found = {**client.get(url).json(), "weights": client.get(f"{url}/weights").json()}
    client.delete(url)
    return found


def test_a_race_is_the_networks_trained_alone(client) -> None:
    asked = {
        "spec": SPEC,
        "vary": {RATE: [0.01, 0.1], "seed": [0, 1, 2]},
        "steps": 300,
        "target_loss": 1.0,
    }
    answer = client.post("/api/races", json=asked)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert [one["values"] for one in found["variants"]] == [
        {RATE: rate, "seed": seed} for rate in (0.01, 0.1) for seed in (0, 1, 2)
    ]
    for one in found["variants"]:
        values = one["values"]
        spec = {**SPEC, "optimizer": {"learning_rate": values[RATE]}, "seed": values["seed"]}
        network = alone(client, spec, 300)
        assert (one["state"], one["step"]) == ("done", 300)
        assert one["loss"] == network["loss"]
        assert one["test_loss"] == network["test_loss"]
        assert one["metrics"] == network["metrics"]
    groups = found["summary"]["groups"]
    losses = [one["test_loss"] for one in found["variants"]]
    for group, of in zip(groups, (losses[:3], losses[3:]), strict=True):
        assert group["mean"]["test_loss"] == pytest.approx(np.mean(of))
        assert group["spread"]["test_loss"] == pytest.approx(np.std(of, ddof=1))
    difference = abs(groups[0]["mean"]["test_loss"] - groups[1]["mean"]["test_loss"])
    spread = max(group["spread"]["test_loss"] for group in groups)
    assert found["summary"]["within"] == (difference <= spread)
    assert "best" in found["summary"]["sentence"]


def test_weights_of_classes_are_compared_by_the_balanced_accuracy(client) -> None:
    points = [[-1.0 + 0.1 * i, 0.5, float(i > 16)] for i in range(21)]
    data = {"kind": "drawn", "points": points, "test_fraction": 0.0}
    spec = {
        **SPEC,
        "dataset": data,
        "layers": [{"units": 4}, {"kind": "batch_norm"}],
        "batch_size": 5,
    }
    vary = {"class_weight": ["none", "balanced"]}
    found = client.post("/api/races", json={"spec": spec, "vary": vary, "steps": 60}).json()
    assert found["summary"]["by"] == "balanced_accuracy"
    for one in found["variants"]:
        network = alone(client, {**spec, **one["values"]}, 60)
        assert (one["loss"], one["metrics"]) == (network["loss"], network["metrics"])


def test_a_race_is_followed_opened_and_written_down(client) -> None:
    vary = {"optimizer": ["adam", {"kind": "sgd", "momentum": 0.9}, {"learning_rate": 1e4}]}
    job = job_of(client.post("/api/races?wait=0", json={"spec": SPEC, "vary": vary, "steps": 200}))
    told = events(client, job)
    assert told[-1][0] == "done"
    pieces = [one for _, data, _ in told[:-1] for one in data["news"].get("variants", ())]
    result = client.get(job).json()["result"]
    for k in range(3):
        steps = [step for one in pieces if one["k"] == k for step in one["course"]["step"]]
        assert steps == result["variants"][k]["course"]["step"]
    assert told[-2][1]["news"]["summary"] == result["summary"]
    id = job.rsplit("/", 1)[1]
    opened = client.post(f"/api/races/{id}/variants/0")
    assert opened.status_code == 201
    url = opened.headers["Location"]
    spec = {**SPEC, "optimizer": {"kind": "adam"}}
    assert client.get(f"{url}/weights").json() == alone(client, spec, 200)["weights"]
    assert client.get(url).json()["step"] == 200
    assert len(client.get(f"{url}/history").json()["step"]) > 10
    client.post(f"{url}/train", json={"steps": 50})
    assert client.get(f"{url}/weights").json() == alone(client, spec, 250)["weights"]
    client.delete(url)
    rows = list(csv.DictReader(io.StringIO(client.get(f"/api/races/{id}/csv").text)))
    assert len(rows) == 3
    for row, one in zip(rows, result["variants"], strict=True):
        assert (row["state"], float(row["loss"])) == (one["state"], one["loss"])
    assert rows[0]["optimizer"] == "adam"
    assert client.post(f"/api/races/{id}/variants/3").status_code == 404
    assert client.post("/api/races/nothing/variants/0").json()["code"] == "no_such_job"


SETTINGS: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "activations": ({"layers.*.activation": ["relu", "tanh"]}, ["relu-relu", "tanh-tanh"]),
    "one layer": ({"layers.0.activation": ["relu", "sigmoid"]}, ["relu-tanh", "sigmoid-tanh"]),
    "widths and depths": (
        {"layers.*.units": [2, 5], "depth": [1, 3]}, ["2", "2-2-2", "5", "5-5-5"],
    ),
    "kinds and rates": (
        {RATE: [0.1, 0.2], "optimizer.kind": ["sgd", "rmsprop"]}, ["sgd 0.1", "rmsprop 0.1", "sgd 0.2", "rmsprop 0.2"],
    ),
    "a penalty": ({"regularization.l2": [0, 0.1]}, [0, 0.1]),
    "starts": ({"initializer": ["zeros", "he_normal"]}, ["zeros", "he_normal"]),
    "whole layers": ({"layers": [[], [{"units": 2}]]}, ["", "2"]),
}  # fmt: skip


@pytest.mark.parametrize("name", SETTINGS)
def test_any_setting_can_be_varied(client, name) -> None:
    vary, wanted = SETTINGS[name]
    job = job_of(client.post("/api/races?wait=0", json={"spec": SPEC, "vary": vary, "steps": 8}))
    wait_for(lambda: client.get(job).json()["state"] == "done")
    seen = []
    for k in range(len(wanted)):
        network = client.post(job.replace("jobs", "races") + f"/variants/{k}").json()
        spec = network["spec"]
        seen.append(
            {
                "activations": "-".join(layer["activation"] for layer in spec["layers"]),
                "one layer": "-".join(layer["activation"] for layer in spec["layers"]),
                "widths and depths": "-".join(str(layer["units"]) for layer in spec["layers"]),
                "whole layers": "-".join(str(layer["units"]) for layer in spec["layers"]),
                "kinds and rates": f"{spec['optimizer']['kind']} {spec['optimizer']['learning_rate']}",
                "a penalty": spec["regularization"]["l2"],
                "starts": spec["initializer"],
            }[name]
        )
        client.delete(f"/api/networks/{network['id']}")
    assert seen == wanted


REFUSED: dict[str, tuple[Any, str, str]] = {
    "too many": ({"seed": list(range(13)), RATE: [0.1, 0.2, 0.3, 0.4, 0.5]}, "race.too_many", "vary"),
    "one": ({"seed": [3]}, "race.too_few", "vary"),
    "none": ({"seed": []}, "too_short", "vary.seed"),
    "three settings": ({"seed": [1], "batch_size": [1, 2], RATE: [1]}, "too_long", "vary"),
    "no such setting": ({"optimizer.rate": [1, 2]}, "race.no_such_setting", "vary.optimizer.rate"),
    "no such layer": ({"layers.7.units": [1, 2]}, "race.no_such_setting", "vary.layers.7.units"),
    "of no layer": ({"layers.*.filters": [1, 2]}, "race.no_such_setting", "vary.layers.*.filters"),
    "too large a value": ({"layers.*.units": [4, 5000]}, "number_too_large", "vary.layers.*.units.1"),
    "not such a value": ({"batch_size": [4, "x"]}, "not_a_whole_number", "vary.batch_size.1"),
    "no such choice": ({"initializer": ["zeros", "nope"]}, "unknown_choice", "vary.initializer.1"),
    "no such optimizer": ({"optimizer": ["sgd", "nope"]}, "unknown_kind", "vary.optimizer.1.kind"),
    "twice": ({"seed": [1, 2, 1]}, "race.twice", "vary.seed.2"),
    "contradicting": (
        {"optimizer": ["sgd", {"learning_rate": 1}], RATE: [0.1, 0.2]}, "race.contradict", "vary",
    ),
    "all and one": ({"layers.*.units": [2, 3], "layers.0.units": [2, 3]}, "race.contradict", "vary"),
    "depth and a layer": ({"depth": [1, 2], "layers.1.units": [2, 3]}, "race.contradict", "vary"),
    "no depth": ({"depth": [1, "x"]}, "race.depth", "vary.depth"),
    "that do not suit": ({"loss": ["cross_entropy", "poisson_nll"]}, "unknown_choice", "vary.loss.1"),
    "a loss for values": (
        {"loss": ["cross_entropy", "sequence_cross_entropy"]}, "loss_needs_steps", "vary",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_raced_is_said_in_clear_words(client, name) -> None:
    vary, code, field = REFUSED[name]
    answer = client.post("/api/races", json={"spec": SPEC, "vary": vary, "steps": 5})
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert (problem["code"], problem["errors"][0]["field"]) == (code, field)


def test_a_race_is_cancelled_and_plays_fair(client) -> None:
    playing = f"/api/networks/{client.post('/api/networks').json()['id']}"
    client.post(f"{playing}/play", json={})
    asked = {"vary": {"seed": list(range(32))}, "steps": 20_000, "spec": {"batch_size": 100}}
    job = job_of(client.post("/api/races?wait=0", json=asked))
    before = client.get(playing).json()["step"]
    wait_for(lambda: client.get(job).json()["fraction"] > 0.01)
    wait_for(lambda: client.get(playing).json()["step"] > before + 50)
    assert (
        client.post(job.replace("jobs", "races") + "/variants/31").json()["code"]
        == "race.not_there"
    )
    assert client.delete(job).status_code == 204
    told = client.get(job).json()
    assert told["state"] == "cancelled"
    step = client.get(playing).json()["step"]
    wait_for(lambda: client.get(playing).json()["step"] > step)
    assert client.get(job).json() == told
    client.delete(playing)


def test_a_race_whose_worker_is_lost_fails_and_frees_the_others(tmp_path: Path) -> None:
    with serve(tmp_path, workers=2) as server, server.client() as client:
        asked = {"vary": {"seed": list(range(8))}, "steps": 20_000, "spec": {"batch_size": 100}}
        job = job_of(client.post("/api/races?wait=0", json=asked))
        wait_for(lambda: client.get(job).json()["fraction"] > 0)
        first, second = server.networks.workers
        os.kill(first.process_id, signal.SIGKILL)
        wait_for(lambda: client.get(job).json()["state"] == "failed")
        assert client.get(job).json()["failure_code"] == "job_lost"
        race = server.app.state.jobs.get(job.rsplit("/", 1)[1])
        part = next(one for one in race.parts if one.worker is second)
        gone = asyncio.run_coroutine_threadsafe(second.call(advance, part.id, 0.0), server.loop)
        assert gone.result(10) is None
        # And another one is trained by both.
        asked["steps"] = 100
        found = wait_for(lambda: client.post("/api/races", json=asked))
        assert {one["state"] for one in found.json()["variants"]} == {"done"}


def test_what_if_and_the_rate_finder_change_nothing(client) -> None:
    url = f"/api/networks/{client.post('/api/networks', json=SPEC).json()['id']}"
    client.post(f"{url}/train", json={"steps": 20})
    before = [client.get(url).json(), client.get(f"{url}/weights").json()]
    change = {"optimizer": {"learning_rate": 0.2}, "layers": [{"units": 6}]}
    found = client.post(f"{url}/what-if", json={"change": change, "steps": 200, "resolution": 10})
    assert found.status_code == 200, found.text
    network = alone(client, {**SPEC, **change}, 200)
    assert (found.json()["loss"], found.json()["test_loss"]) == (
        network["loss"],
        network["test_loss"],
    )
    assert np.shape(found.json()["boundary"]["outputs"]) == (10, 10, 3)
    wild = client.post(
        f"{url}/what-if",
        json={
            "change": {
                "optimizer": {"learning_rate": 1000},
                "layers": [{"activation": "linear"}] * 4,
            }
        },
    ).json()
    assert (wild["state"], wild["divergence"]["code"][:8]) == ("diverged", "diverged")
    bad = client.post(f"{url}/what-if", json={"change": {"batch_size": 0}}).json()
    assert bad["errors"][0]["field"] == "change.batch_size"
    wide = {"layers": [{"units": 0}]}
    bad = client.post(f"{url}/what-if", json={"change": wide}).json()
    assert bad["errors"][0]["field"] == "change.layers.0.units"
    rates = client.post(f"{url}/rate-finder", json={"steps": 100}).json()
    assert len(rates["rates"]) == len(rates["losses"]) == len(rates["smoothed"]) <= 100
    assert rates["reason"] in ("steepest", "tenth", "none")
    wrong = client.post(f"{url}/rate-finder", json={"low": 1, "high": 1})
    assert wrong.json()["code"] == "rate_finder.order"
    assert [client.get(url).json(), client.get(f"{url}/weights").json()] == before
    # The newest question wins.
    slow = {"steps": 20_000, "change": {"batch_size": 60}}
    older = job_of(client.post(f"{url}/what-if?wait=0", json=slow))
    assert client.post(f"{url}/what-if", json={"steps": 10}).status_code == 200
    assert client.get(older).json()["state"] == "cancelled"
    client.delete(url)
