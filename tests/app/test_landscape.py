"""POST landscape over HTTP: held to the same network set to weights of the plane, followed, cancelled."""

from typing import Any

import httpx
import numpy as np
import pytest

from tests.app.test_jobs import events, job_of
from tests.serving import wait_for

NETWORKS: dict[str, dict[str, Any]] = {
    "dense": {},
    "conv": {
        "dataset": {"kind": "digits", "samples": 80},
        "layers": [{"kind": "conv2d", "filters": 3}, {"kind": "flatten"}],
    },
    "recurrent": {
        "dataset": {"kind": "waveforms", "samples": 40},
        "layers": [{"kind": "gru", "units": 4}],
    },
    "text": {"dataset": {"kind": "zen", "samples": 12}},
}


@pytest.fixture
def made(client: httpx.Client) -> Any:
    urls: list[str] = []

    def make(kind: str, steps: int = 8) -> str:
        network = client.post("/api/networks", json=NETWORKS[kind]).json()
        urls.append(f"/api/networks/{network['id']}")
        client.post(f"{urls[-1]}/train", json={"steps": steps})
        return urls[-1]

    yield make
    for url in urls:
        client.delete(url)


def set_weights(client: httpx.Client, url: str, vector: np.ndarray) -> Any:
    """Put a flat vector in, parameter by parameter; the frame that answers."""
    values, start = {}, 0
    for name, value in client.get(f"{url}/weights").json().items():
        shape = np.shape(value)
        size = int(np.prod(shape))
        values[name] = vector[start : start + size].reshape(shape).tolist()
        start += size
    assert start == len(vector)
    answer = client.put(f"{url}/weights", json=values)
    assert answer.status_code == 200, answer.text
    return client.get(url).json()


@pytest.mark.parametrize("kind", NETWORKS)
def test_every_place_can_be_gone_to_and_has_the_loss_that_is_told(client, made, kind) -> None:
    url = made(kind)
    here = client.get(url).json()
    found = client.post(f"{url}/landscape", json={"resolution": 5, "span": 0.5}).json()
    assert found["centre_loss"] == pytest.approx(here["loss"], rel=1e-6)
    assert found["rows"] == [0, 1, 2, 3, 4]
    assert np.shape(found["loss"]) == (5, 5)
    assert (found["step"], found["explained"]) == (8, None)
    centre, axes = np.array(found["centre"]), np.array(found["axes"])
    for j, i in ((0, 4), (3, 1), (2, 2)):
        there = centre + found["a"][i] * axes[0] + found["b"][j] * axes[1]
        told = set_weights(client, url, there)
        assert found["loss"][j][i] == pytest.approx(told["loss"], rel=2e-5)


def test_along_the_path_walked(client, made) -> None:
    url = made("dense", 400)
    found = client.post(f"{url}/landscape", json={"directions": "pca", "resolution": 9}).json()
    path = found["path"]
    assert (path["steps"][0], path["steps"][-1]) == (0, 400)
    assert len(path["a"]) == len(path["b"]) == len(path["loss"]) == len(path["steps"])
    assert (path["a"][-1], path["b"][-1], path["within"][-1]) == (0, 0, None)
    assert path["loss"][-1] == pytest.approx(found["centre_loss"])
    assert path["loss"][0] > path["loss"][-1]
    assert 0.5 < sum(found["explained"]) <= 1
    assert found["a"][0] < min(path["a"]) < max(path["a"]) < found["a"][-1]


def test_two_weights_and_nothing_at_all(client, made) -> None:
    url = made("dense")
    asked = {"directions": "weights", "weights": [0, 5], "span": 3, "resolution": 7, "samples": 20}
    found = client.post(f"{url}/landscape", json=asked).json()
    assert (found["a"][0], found["b"][-1], found["samples"]) == (-3, 3, 20)
    assert np.count_nonzero(found["axes"]) == 2
    assert np.shape(client.post(f"{url}/landscape").json()["loss"]) == (41, 41)


def test_it_is_followed_row_by_row_and_nothing_of_the_network_moves(client, made) -> None:
    url = made("dense")
    before = client.get(f"{url}/weights").json()
    asked = {"resolution": 101, "seed": 3}
    job = job_of(client.post(f"{url}/landscape?wait=0", json=asked))
    wait_for(lambda: client.get(job).json()["result"].get("rows"))
    client.post(f"{url}/train", json={"steps": 20})
    told = events(client, job)
    assert told[-1][0] == "done"
    pieces = [data["news"] for kind, data, _ in told if kind == "progress"]
    assert len(pieces) > 2
    grid: dict[int, Any] = {}
    for piece in pieces:
        for row, losses in zip(piece.get("rows", ()), piece.get("loss", ()), strict=True):
            assert grid.setdefault(row, losses) == losses
    whole = client.get(job).json()["result"]
    assert whole["loss"] == [grid[j] for j in range(101)]
    client.post(f"{url}/seek", json={"step": 8})
    assert client.get(f"{url}/weights").json() == before
    assert client.post(f"{url}/landscape", json=asked).json()["loss"] == whole["loss"]


def test_a_cancelled_one_keeps_the_rows_it_has(client, made) -> None:
    url = made("conv")
    job = job_of(client.post(f"{url}/landscape?wait=0", json={"resolution": 101}))
    wait_for(lambda: len(client.get(job).json()["result"].get("rows", ())) > 1)
    assert client.delete(job).status_code == 204
    told = client.get(job).json()
    assert told["state"] == "cancelled"
    rows = told["result"]["rows"]
    assert 0 < len(rows) < 101
    assert rows[:2] == [0, 8]
    assert np.shape(told["result"]["loss"]) == (len(rows), 101)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ({"resolution": 4}, "resolution", "number_too_small"),
        ({"resolution": 102}, "resolution", "number_too_large"),
        ({"resolution": "9"}, "resolution", "not_a_whole_number"),
        ({"span": 0}, "span", "number_not_above"),
        ({"directions": "up"}, "directions", "unknown_choice"),
        ({"seed": -1}, "seed", "number_too_small"),
        ({"samples": 0}, "samples", "number_too_small"),
        ({"weights": [0]}, "weights", "too_short"),
        ({"weights": [0, 1, 2]}, "weights", "too_long"),
        ({"weights": [0, -1]}, "weights.1", "number_too_small"),
        ({"nope": 1}, "nope", "unknown_field"),
        ({"directions": "weights"}, "weights", "landscape.which_weights"),
        (
            {"directions": "weights", "weights": [0, 10**6]},
            "weights.1",
            "landscape.no_such_weight",
        ),
        ({"directions": "pca"}, "directions", "landscape.path_too_short"),
    ],
)
def test_what_cannot_be_drawn_names_its_field(client, made, body, field, code) -> None:
    answer = client.post(f"{made('dense')}/landscape", json=body)
    assert answer.status_code == 422
    mistake = answer.json()["errors"][0]
    assert (mistake["field"], mistake["code"]) == (field, code)


def test_what_costs_too_much_names_the_limit(client, url) -> None:
    wide = {"dataset": {"kind": "moons", "samples": 20_000}, "layers": [{"units": 512}] * 3}
    assert client.patch(url, json=wide).status_code == 200
    answer = client.post(f"{url}/landscape", json={"samples": 20_000}).json()
    assert (answer["code"], answer["limit"]) == ("landscape.too_costly", "max_study_work")
    assert answer["errors"][0]["field"] == "samples"


def test_a_network_in_which_nothing_learns_is_told_so(client, url) -> None:
    held = {"layers": [{"trainable": False}], "output": {"trainable": False}}
    assert client.patch(url, json=held).status_code == 200
    answer = client.post(f"{url}/landscape")
    assert (answer.status_code, answer.json()["code"]) == (422, "landscape.nothing_moves")
