"""The same calls at their edges: nothing to train on, too much asked, taken away meanwhile."""

import time

import httpx
import numpy as np
import pytest

from tests.app.test_bad_input import check_problem
from tests.serving import wait_for


def test_divergence_stops_with_the_last_finite_state_and_says_where(client) -> None:
    made = client.post(
        "/api/networks",
        json={"dataset": {"kind": "slope"}, "loss": "mse", "optimizer": {"learning_rate": 1e6},
              "layers": [{"units": 8, "activation": "relu"}]},
    ).json()  # fmt: skip
    url = f"/api/networks/{made['id']}"
    frame = client.post(f"{url}/train", json={"steps": 500}).json()
    assert frame["state"] == "diverged"
    found = frame["divergence"]
    assert found["step"] == frame["step"]
    assert found["value"] in ("NaN", "Infinity", "-Infinity")
    assert "lower the learning rate" in found["detail"]
    assert np.isfinite(frame["weights"]).all()
    for call in ("play", "train"):
        refused = client.post(f"{url}/{call}", json={"steps": 1} if call == "train" else None)
        assert refused.status_code == 409
    assert (
        client.patch(url, json={"optimizer": {"learning_rate": 0.001}}).json()["state"] == "paused"
    )
    client.post(f"{url}/reset")
    assert client.post(f"{url}/train", json={"steps": 10}).json()["state"] == "paused"


def test_training_without_samples_is_a_conflict(client) -> None:
    made = client.post("/api/networks", json={"dataset": {"kind": "drawn"}}).json()
    for call, body in (("train", {"steps": 1}), ("train", {"epochs": 1}), ("play", None)):
        response = client.post(f"/api/networks/{made['id']}/{call}", json=body)
        assert response.status_code == 409
        assert "draw some points" in response.json()["detail"]


def test_a_network_that_loses_its_samples_stops_and_the_others_go_on(tmp_path) -> None:
    from tests.serving import serve

    with serve(tmp_path) as server, server.client() as client:
        points = {"kind": "drawn", "points": [[0, 0, 0], [1, 1, 1]]}
        empty = (
            f"/api/networks/{client.post('/api/networks', json={'dataset': points}).json()['id']}"
        )
        other = f"/api/networks/{client.post('/api/networks').json()['id']}"
        client.post(f"{empty}/play")
        client.post(f"{other}/play")
        assert client.patch(empty, json={"dataset": {"points": []}}).json()["state"] == "paused"
        before = client.get(other).json()["step"]
        wait_for(lambda: client.get(other).json()["step"] > before + 1000)


@pytest.mark.parametrize("kind", ["circle", "drawn", "spiral"])
@pytest.mark.parametrize("label", [0, 2, 7, -1, 0.5, 1.6, 8, 1e6])
def test_a_drawn_class_is_one_of_eight_or_refused(client, kind, label) -> None:
    spec = {"dataset": {"kind": kind, "points": [[0, 0, label], [1, 1, 0]]}}
    made = client.post("/api/networks", json=spec)
    if label not in range(8):
        problem = check_problem(made)
        assert problem["code"] == "drawn.no_such_class"
        assert problem["errors"][0]["field"] == "dataset.points.0.2"
        return
    assert made.status_code == 201
    url = f"/api/networks/{made.json()['id']}"
    assert client.post(f"{url}/train", json={"steps": 2}).status_code == 200
    classes = client.get(f"{url}/dataset").json()["classes"]
    assert max(2, label + 1) <= classes <= 8
    client.delete(url)


def test_a_deleted_network_stays_deleted_while_others_read_it(client) -> None:
    import threading

    for _ in range(5):
        id = client.post("/api/networks", json={"dataset": {"samples": 4000}}).json()["id"]
        client.post(f"/api/networks/{id}/play")
        stop = threading.Event()

        def read(id: str = id, stop: threading.Event = stop) -> None:
            while not stop.is_set():
                httpx.get(f"{client.base_url}/api/networks/{id}", timeout=30)

        readers = [threading.Thread(target=read) for _ in range(2)]
        for reader in readers:
            reader.start()
        assert client.delete(f"/api/networks/{id}").status_code == 204
        stop.set()
        for reader in readers:
            reader.join()
        assert client.get(f"/api/networks/{id}").status_code == 404


def test_another_dataset_keeps_what_both_have(client, url) -> None:
    client.patch(url, json={"dataset": {"samples": 100, "noise": 0.3, "seed": 5}})
    spec = client.patch(url, json={"dataset": {"kind": "circle"}}).json()["spec"]
    assert (spec["dataset"]["samples"], spec["dataset"]["noise"], spec["dataset"]["seed"]) == (
        100,
        0.3,
        5,
    )
    assert client.patch(url, json={"dataset": {"kind": "drawn"}}).status_code == 200


def test_an_empty_patch_does_not_heal_a_divergence(client) -> None:
    spec = {"dataset": {"kind": "slope"}, "loss": "mse", "optimizer": {"learning_rate": 1e6},
            "layers": [{"units": 8, "activation": "relu"}]}  # fmt: skip
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    client.post(f"{url}/train", json={"steps": 500})
    assert client.patch(url, json={}).json()["state"] == "diverged"


def test_work_that_would_take_too_long_is_refused_with_its_limit(client) -> None:
    wide = {"layers": [{"units": 512}] * 3, "dataset": {"samples": 20_000}, "batch_size": 20_000}
    refused = client.post("/api/networks", json=wide)
    assert refused.status_code == 422
    assert "max_work" in refused.json()["detail"]
    made = client.post("/api/networks", json={**wide, "batch_size": 32}).json()
    url = f"/api/networks/{made['id']}"
    for response in (
        client.get(f"{url}/boundary?resolution=512"),
        client.post(f"{url}/activations", json={"inputs": [[0, 0]] * 10_000}),
    ):
        assert response.status_code == 422
        assert "limit: max_" in response.json()["detail"]
    client.delete(url)


def test_an_uploaded_dataset_can_be_forgotten(client) -> None:
    own = client.post("/api/datasets", json={"csv": "1,2,a\n3,4,b\n5,6,a"}).json()
    assert client.delete(f"/api/datasets/own/{own['id']}").status_code == 204
    assert client.delete(f"/api/datasets/own/{own['id']}").status_code == 404
    assert client.post("/api/networks", json={"dataset": own["dataset"]}).status_code in (201, 422)


def test_samples_taken_away_during_a_long_call_end_it_quietly(client) -> None:
    import threading

    spec = {"layers": [{"units": 64}, {"units": 64}]}
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    found = []
    thread = threading.Thread(
        target=lambda: found.append(
            httpx.post(f"{client.base_url}{url}/train", json={"steps": 100_000}, timeout=60)
        )
    )
    thread.start()
    time.sleep(0.4)
    client.patch(url, json={"dataset": {"kind": "drawn"}})
    thread.join(60)
    assert found[0].status_code == 200
    frame = found[0].json()
    assert (frame["step"], frame["run"], frame["remaining"]) == (0, 1, 0)  # another run has begun
    assert 0 < len(frame["losses"]) < 100_000


def test_a_null_leaves_a_weight_as_it_is(client, url) -> None:
    before = client.get(f"{url}/weights").json()["dense_1.weight"]
    change = [[None] * 8, [None] * 8]
    change[1][2] = 0.25
    assert client.put(f"{url}/weights", json={"dense_1.weight": change}).status_code == 200
    before[1][2] = 0.25
    assert client.get(f"{url}/weights").json()["dense_1.weight"] == before


def test_the_limit_of_networks_holds_when_many_come_at_once(tmp_path, monkeypatch) -> None:
    from concurrent.futures import ThreadPoolExecutor

    import app.room
    from tests.serving import serve

    monkeypatch.setattr(app.room, "IDLE_S", 0.0)
    with serve(tmp_path, max_networks=3) as server, server.client() as client:
        first = client.post("/api/networks").json()["id"]
        with ThreadPoolExecutor(8) as pool:
            codes = list(
                pool.map(lambda _: httpx.post(f"{server.url}/api/networks").status_code, range(12))
            )
        assert set(codes) <= {201, 429}
        assert len(server.networks.live) <= 3
        assert client.get(f"/api/networks/{first}").status_code == 200


def test_large_networks_leave_their_weights_out_of_frames(client) -> None:
    made = client.post("/api/networks", json={"layers": [{"units": 400}, {"units": 400}]}).json()
    url = f"/api/networks/{made['id']}"
    assert client.post(f"{url}/train", json={"steps": 1}).json()["weights"] is None
    assert len(client.get(f"{url}/weights").json()["dense_2.weight"]) == 400
    client.delete(url)
