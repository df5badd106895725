"""What a notebook does: build, train, look inside, change, over HTTP."""

import json
import time

import httpx
import numpy as np
import pytest

from engine import Experiment
from engine.presets import PRESETS
from tests.serving import wait_for

HALF_A_SECOND = 0.5


def test_the_catalog_names_everything_that_can_be_built(client) -> None:
    found = client.get("/api/catalog").json()
    names = {
        key: [entry["name"] for entry in found[key]]
        for key in found
        if key not in ("spec_schema", "defaults")
    }
    assert found["defaults"] == client.post("/api/networks").json()["spec"]
    assert names["activations"][-1] == "softmax"
    assert {"sgd", "adam"} <= set(names["optimizers"])
    assert {"xor", "spiral", "article_bp", "article_linear", "article_pairs"} <= set(
        names["presets"]
    )
    assert {"circle", "xor", "gaussians", "spiral", "moons", "rings", "blobs", "checkerboard", "slope",
            "ripple", "sine", "step", "absolute", "cubic"} <= set(names["datasets"])  # fmt: skip
    for key in ("layers", "activations", "losses", "optimizers", "initializers", "datasets"):
        for entry in found[key]:
            assert entry["summary"]["en"]
            assert entry["summary"]["zh"]
    rate = found["optimizers"][0]["schema"]["properties"]["learning_rate"]
    assert rate["default"] == 0.03


def test_activation_curves_have_value_and_derivative(client) -> None:
    found = client.get("/api/activations/sigmoid/curve?low=-2&high=2&points=5").json()
    assert found["x"] == [-2, -1, 0, 1, 2]
    assert found["y"][2] == 0.5
    assert found["dy"][2] == 0.25
    assert client.get("/api/activations/sigmoid/curve?low=2&high=-2").status_code == 422
    assert client.get("/api/activations/none/curve").status_code == 422


def test_a_dataset_can_be_fetched_as_a_network_sees_it(client) -> None:
    found = client.get("/api/datasets/rings?samples=40&noise=0&test_fraction=0.5&seed=3").json()
    assert found["classes"] == 3
    assert len(found["inputs"]) == len(found["test_inputs"]) == 20
    assert (
        found
        == client.get("/api/datasets/rings?samples=40&noise=0&test_fraction=0.5&seed=3").json()
    )
    assert client.get("/api/datasets/nope").status_code == 404


def test_a_network_is_made_with_defaults(client) -> None:
    response = client.post("/api/networks")
    assert response.status_code == 201
    made = response.json()
    assert response.headers["location"] == f"/api/networks/{made['id']}"
    assert made["parameters"] == 195
    assert made["state"] == "paused"
    assert len(made["id"]) >= 22
    assert made["id"] in [n["id"] for n in client.get("/api/networks").json()]
    assert [p["name"] for p in made["layout"]][-2:] == ["output.weight", "output.bias"]


def test_networks_are_listed_for_their_visitor_only(server, client, network) -> None:
    with server.client() as stranger:
        assert stranger.get("/api/networks").json() == []
        assert stranger.get(f"/api/networks/{network['id']}").status_code == 200


def test_a_deleted_network_is_gone(client) -> None:
    id = client.post("/api/networks").json()["id"]
    assert client.delete(f"/api/networks/{id}").status_code == 204
    assert client.get(f"/api/networks/{id}").status_code == 404
    assert id not in [n["id"] for n in client.get("/api/networks").json()]


def test_training_over_http_is_the_engines_training(client, url) -> None:
    frame = client.post(f"{url}/train", json={"steps": 150}).json()
    run = Experiment()
    losses = run.train(150)
    np.testing.assert_array_equal(frame["losses"], losses)
    np.testing.assert_array_equal(np.float32(frame["weights"]), run.trainer.vector)
    assert (frame["step"], frame["epoch"], frame["state"]) == (150, 5, "paused")
    assert frame["loss"] == pytest.approx(run.measure().loss)


def test_epochs_end_with_the_epoch(client, url) -> None:
    client.post(f"{url}/train", json={"steps": 7})
    assert client.post(f"{url}/train", json={"epochs": 2}).json()["step"] == 60


def test_long_calls_run_in_slices_and_others_go_on(client, url) -> None:
    import threading

    done = {}
    thread = threading.Thread(
        target=lambda: done.update(
            client.post(f"{url}/train", json={"steps": 100_000, "losses": "all"}).json()
        )
    )
    thread.start()
    begin = time.monotonic()
    httpx.get(f"{client.base_url}{url}", timeout=10)
    assert time.monotonic() - begin < 5
    thread.join(60)
    assert done["step"] == 100_000
    assert len(done["losses"]) == 100_000


def test_play_trains_until_paused_at_the_given_pace(client, url) -> None:
    assert client.post(f"{url}/play", json={"steps_per_second": 200}).json()["state"] == "playing"
    begin = client.get(url).json()["step"]
    start = time.monotonic()
    wait_for(lambda: client.get(url).json()["step"] >= begin + 150)
    passed = time.monotonic() - start
    paused = client.post(f"{url}/pause").json()
    assert paused["state"] == "paused"
    assert paused["step"] <= begin + 200 * (passed + HALF_A_SECOND) + 60
    time.sleep(0.2)
    assert client.get(url).json()["step"] == paused["step"]


def test_reset_with_the_same_seed_gives_the_same_weights(client, url) -> None:
    first = client.get(f"{url}/weights").json()
    client.post(f"{url}/train", json={"steps": 20})
    assert client.post(f"{url}/reset").json()["step"] == 0
    assert client.get(f"{url}/weights").json() == first
    client.post(f"{url}/reset", json={"seed": 7})
    assert client.get(f"{url}/weights").json() != first
    assert client.get(url).json()["spec"]["seed"] == 7


def test_history_has_the_course_of_the_run(client, url) -> None:
    client.post(f"{url}/train", json={"steps": 500})
    found = client.get(f"{url}/history").json()
    assert found["step"][-1] == 500
    assert len(found["step"]) == len(found["loss"])
    assert found["test_step"][0] == 0
    assert len(found["test_loss"]) == len(found["test_accuracy"]) == len(found["test_step"])


def test_settings_change_while_it_plays_and_the_weights_are_kept(client, url) -> None:
    client.post(f"{url}/play", json={"steps_per_second": 100})
    for change in (
        {"optimizer": {"learning_rate": 0.1}}, {"optimizer": {"kind": "adam", "learning_rate": 0.001}},
        {"batch_size": 25}, {"regularization": {"l2": 0.001}}, {"dataset": {"noise": 0.2}},
        {"loss": "mse"}, {"initializer": "he_normal"},
    ):  # fmt: skip
        changed = client.patch(url, json=change)
        assert changed.status_code == 200, changed.text
        assert changed.json()["state"] == "playing"
    spec = client.get(url).json()["spec"]
    assert spec["optimizer"]["kind"] == "adam"
    assert spec["dataset"]["kind"] == "spiral"
    assert spec["dataset"]["noise"] == 0.2
    with client.stream("GET", f"{url}/stream?limit=3&weights=false") as events:  # it goes on
        frames = [json.loads(line[6:]) for line in events.iter_lines() if "measured_step" in line]
    assert frames[-1]["step"] > frames[0]["step"]
    client.post(f"{url}/pause")


def test_other_layers_keep_the_overlapping_weights(client, url) -> None:
    client.post(f"{url}/train", json={"steps": 50})
    before = client.get(f"{url}/weights").json()
    layers = [{"units": 10, "activation": "tanh"}, {"units": 8, "activation": "relu"}]
    assert client.patch(url, json={"layers": layers}).json()["layers"][1]["activation"] == "relu"
    after = client.get(f"{url}/weights").json()
    assert [row[:8] for row in after["dense_1.weight"]] == before["dense_1.weight"]
    found = client.get(url).json()
    assert (found["step"], found["run"]) == (0, 1)  # another network is another run


def test_weights_can_be_set_the_outputs_bias_too(client, url) -> None:
    frame = client.put(f"{url}/weights", json={"output.bias": [5, -5, 0]}).json()
    assert frame["step"] == 0
    assert client.get(f"{url}/weights").json()["output.bias"] == [5, -5, 0]
    outputs = client.post(f"{url}/predict", json={"inputs": [[0, 0]]}).json()["outputs"]
    assert outputs[0][0] > 0.9


def test_looking_inside(client, url) -> None:
    rows = [[0.5, -0.5], [1, 2]]
    outputs = client.post(f"{url}/predict", json={"inputs": rows}).json()["outputs"]
    assert sum(outputs[0]) == pytest.approx(1)
    layers = client.post(f"{url}/activations", json={"inputs": rows}).json()
    assert list(layers) == ["dense_1", "dense_2", "dense_3", "output"]
    np.testing.assert_allclose(np.tanh(layers["dense_1"]["z"]), layers["dense_1"]["a"], rtol=1e-5)
    assert layers["output"]["a"] == outputs
    found = client.get(f"{url}/boundary?resolution=11").json()
    assert np.shape(found["outputs"]) == (11, 11, 3)
    corner = client.post(f"{url}/predict", json={"inputs": [[found["x"][2], found["y"][9]]]}).json()
    np.testing.assert_allclose(found["outputs"][9][2], corner["outputs"][0], rtol=1e-5)
    whole = client.post(f"{url}/gradients").json()
    assert np.shape(whole["gradients"]["dense_1.weight"]) == (2, 8)
    one = client.post(f"{url}/gradients", json={"samples": [0]}).json()
    assert one["loss"] != whole["loss"]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_one_call(client, name) -> None:
    preset = next(p for p in client.get("/api/catalog").json()["presets"] if p["name"] == name)
    made = client.post("/api/networks", json=preset["spec"]).json()
    url = f"/api/networks/{made['id']}"
    steps = 60 if name in ("char_lstm", "mnist_cnn") else 1000  # those take longest
    frame = client.post(f"{url}/train", json={"steps": steps}).json()
    if name != "vanishing_gradient_rnn":  # which never learns what it is asked
        assert frame["losses"][-1] < frame["losses"][0]
    if name == "article_linear":
        weights = client.get(f"{url}/weights").json()
        np.testing.assert_allclose(np.ravel(weights["output.weight"]), [1, 2, 3], atol=1e-3)
        np.testing.assert_allclose(weights["output.bias"], [2], atol=1e-3)


def test_own_csv_becomes_a_dataset(client) -> None:
    rows = "\n".join(f"{i % 7},{i % 5},{i % 3},{'a' if i % 2 else 'b'}" for i in range(60))
    for body in (
        {"json": {"csv": rows, "name": "mine"}},
        {"content": rows, "headers": {"content-type": "text/csv"}},
    ):
        response = client.post("/api/datasets", **body)
        assert response.status_code == 201, response.text
        own = response.json()
        assert own["class_names"] == ["a", "b"]
        made = client.post("/api/networks", json={"dataset": own["dataset"]}).json()
        assert made["inputs"] == ["x1", "x2", "x3"]
        found = client.get(f"/api/networks/{made['id']}/dataset").json()
        assert found["view"] == "table"
        assert len(found["plane"]["axes"]) == 2
        assert client.get(response.headers["location"]).json()["classes"] == 2


def test_own_rows_become_a_dataset(client) -> None:
    own = client.post(
        "/api/datasets",
        json={"inputs": [[i, -i] for i in range(30)], "targets": [i * 0.5 for i in range(30)]},
    ).json()
    made = client.post("/api/networks", json={"dataset": own["dataset"], "loss": "mse"}).json()
    assert made["layers"][-1]["units"] == 1


def test_points_are_added_and_erased_while_it_plays(client, url) -> None:
    client.post(f"{url}/play", json={"steps_per_second": 50})
    client.patch(url, json={"dataset": {"points": [[0, 0, 1], [1, 1, 3]], "erased": [0, 1, 2, 3]}})
    found = client.get(f"{url}/dataset").json()
    assert found["classes"] == 4
    assert found["inputs"][-1] == [1, 1]
    assert not {0, 1, 2, 3} & set(found["identities"])
    assert client.get(url).json()["layers"][-1]["units"] == 4


def test_health_and_readiness(client) -> None:
    assert client.get("/healthz").json()["status"] == "ok"
    assert client.get("/readyz").json() == {"status": "ready", "reason": None}


def test_docs_work_offline(client) -> None:
    page = client.get("/docs").text
    assert "http://" not in page
    assert "https://" not in page
    assert client.get("/openapi.json").json()["info"]["title"] == "Glassbox"
