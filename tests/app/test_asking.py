"""POST influence, GET worst and excites: over HTTP, held to steps that are really made."""

import numpy as np
import pytest


def made(client, **spec) -> str:
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    client.post(f"{url}/train", json={"steps": 300})
    return url


def test_a_step_on_the_strongest_sample_changes_the_loss_as_told(client) -> None:
    rate = 1e-4
    url = made(client, dataset={"kind": "spiral"}, optimizer={"kind": "sgd", "learning_rate": 0.03})
    client.patch(url, json={"optimizer": {"learning_rate": rate}})
    found = client.post(f"{url}/influence", json={"inputs": [[0.7, -0.3]], "most": 5}).json()
    assert (found["of"], found["samples"]) == ("loss", 300)
    pull = found["pulls"][0]
    client.post(f"{url}/apply", json={"samples": [pull["sample"]]})
    after = client.post(
        f"{url}/influence", json={"inputs": [[0.7, -0.3]], "target": found["target"]}
    ).json()
    assert after["loss"] - found["loss"] == pytest.approx(rate * pull["effect"], rel=0.05)


def test_a_sample_of_the_data_has_its_own_target_and_its_share(client) -> None:
    url = made(client, dataset={"kind": "wine"})
    found = client.post(f"{url}/influence", json={"part": "train", "samples": [7]}).json()
    target = client.get("/api/datasets/wine").json()["targets"][7]
    assert found["target"] == target
    gradients = client.post(f"{url}/gradients", json={"samples": [7]}).json()
    assert found["loss"] == pytest.approx(gradients["loss"], rel=1e-4)
    length = np.linalg.norm(np.array(gradients["gradients"]["dense_1.bias"]))
    assert found["gradient"]["dense_1"] >= length
    assert 0 <= found["share"] <= 1
    tested = client.post(f"{url}/influence", json={"part": "test", "samples": [0]}).json()
    assert tested["share"] is None


def test_the_worst_samples_and_what_excites_a_unit(client) -> None:
    url = made(client, dataset={"kind": "iris"})
    worst = client.get(f"{url}/worst", params={"part": "train", "most": 4}).json()["worst"]
    one = client.post(f"{url}/gradients", json={"samples": [worst[0]["sample"]]}).json()
    assert worst[0]["loss"] == pytest.approx(one["loss"], rel=1e-4)
    assert [w["loss"] for w in worst] == sorted((w["loss"] for w in worst), reverse=True)
    found = client.get(f"{url}/excites", params={"layer": "dense_1", "unit": 1}).json()
    count = len(client.get("/api/datasets/iris").json()["targets"])
    a = client.post(
        f"{url}/activations", json={"part": "train", "samples": list(range(count))}
    ).json()["dense_1"]["a"]
    values = np.array(a)[:, 1]
    assert found["most"][0]["sample"] == values.argmax()
    assert found["least"][0]["value"] == pytest.approx(values.min(), abs=1e-5)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"inputs": [[0, 0], [1, 1]]}, "inputs"),
        ({"inputs": [[0, 0]], "target": 7}, "target"),
        ({"inputs": [[0, 0]], "most": 0}, "most"),
        ({"part": "train", "samples": [100_000]}, "samples"),
        ({"part": "train", "samples": [1, 2]}, "samples"),
        ({}, "inputs"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_its_place(client, url, body, field) -> None:
    answer = client.post(f"{url}/influence", json=body)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("path", "params", "field"),
    [
        ("excites", {"layer": "dense_9", "unit": 0}, "layer"),
        ("excites", {"layer": "dense_1", "unit": 99}, "unit"),
        ("worst", {"part": "other"}, "part"),
    ],
)
def test_unknown_layers_units_and_parts_are_refused(client, url, path, params, field) -> None:
    answer = client.get(f"{url}/{path}", params=params)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
