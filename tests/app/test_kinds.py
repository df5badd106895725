"""Every kind of layer, data and setting over HTTP: built, trained, looked at, refused in words."""

import json
from typing import Any

import httpx
import pytest

from engine.layers import LAYERS
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS
from engine.schedules import SCHEDULES

from ..data import FILLED

CONV = {"kind": "conv2d", "filters": 4}
SEQUENCE = {"dataset": {"kind": "waveforms", "samples": 40, "length": 16}}
# Of every kind of layer a network that has it.
NETWORKS: dict[str, dict[str, Any]] = {
    "dense": {"layers": [{"kind": "dense", "units": 3}]},
    "conv2d": {"layers": [{**CONV, "strides": 2, "padding": "same"}, {"kind": "flatten"}]},
    "max_pool2d": {"layers": [CONV, {"kind": "max_pool2d"}, {"kind": "flatten"}]},
    "avg_pool2d": {"layers": [CONV, {"kind": "avg_pool2d", "padding": "same"}, {"kind": "flatten"}]},
    "global_avg_pool2d": {"layers": [CONV, {"kind": "global_avg_pool2d"}]},
    "flatten": {"layers": [{"kind": "flatten"}]},
    "dropout": {"layers": [{"kind": "dense"}, {"kind": "dropout", "rate": 0.25}]},
    "batch_norm": {"layers": [{"kind": "dense"}, {"kind": "batch_norm"}]},
    "layer_norm": {"layers": [{"kind": "dense"}, {"kind": "layer_norm"}]},
    "embedding": {
        "dataset": {"kind": "zen", "samples": 40},
        "layers": [{"kind": "embedding"}, {"kind": "gru", "units": 6, "return_sequences": True}],
    },
    "simple_rnn": {**SEQUENCE, "layers": [{"kind": "simple_rnn", "units": 5}]},
    "lstm": {**SEQUENCE, "layers": [{"kind": "lstm", "units": 5, "bidirectional": True}]},
    "gru": {**SEQUENCE, "layers": [{"kind": "gru", "units": 5, "truncate": 4}]},
    "residual": {"layers": [{"kind": "dense", "units": 2}, {"kind": "residual", "span": 1}]},
    "activation": {"layers": [{"kind": "dense"}, {"kind": "activation", "activation": "mish"}]},
    "prelu": {"layers": [{"kind": "dense", "activation": "linear"}, {"kind": "prelu"}]},
}  # fmt: skip
IMAGES = ("conv2d", "max_pool2d", "avg_pool2d", "global_avg_pool2d", "flatten")


def spec_of(kind: str) -> dict[str, Any]:
    data = {"dataset": {"kind": "digits", "samples": 60}} if kind in IMAGES else {}
    return {**data, **NETWORKS[kind]}


def create(client: httpx.Client, spec: dict[str, Any]) -> dict[str, Any]:
    answer = client.post("/api/networks", json=spec)
    assert answer.status_code == 201, answer.text
    return answer.json()


@pytest.mark.parametrize("kind", LAYERS)
def test_every_layer_is_built_trained_and_looked_into(client: httpx.Client, kind: str) -> None:
    network = create(client, spec_of(kind))
    assert kind in [layer["kind"] for layer in network["layers"]]
    here = f"/api/networks/{network['id']}"
    assert network["parameters"] == sum(layer["parameters"] for layer in network["layers"])
    frame = client.post(f"{here}/train", json={"steps": 12}).json()
    assert frame["step"] == 12
    assert all(loss is not None for loss in frame["losses"])
    dataset = client.get(f"{here}/dataset").json()
    sample = dataset["inputs"][0]
    outputs = client.post(f"{here}/predict", json={"inputs": [sample]}).json()["outputs"]
    assert len(outputs) == 1
    looked = client.post(f"{here}/activations", json={"inputs": [sample]}).json()
    assert list(looked) == [layer["name"] for layer in network["layers"]]
    for layer in network["layers"]:
        a, shape = looked[layer["name"]]["a"][0], []
        while isinstance(a, list):
            shape.append(len(a))
            a = a[0]
        assert shape == layer["shape"], layer["name"]
    weights = client.get(f"{here}/weights").json()
    assert {p["name"] for p in network["layout"]} == set(weights)
    gradients = client.post(f"{here}/gradients").json()
    assert set(gradients["gradients"]) == set(weights)
    frozen = network["spec"]["layers"]
    if "trainable" in frozen[0]:
        frozen[0]["trainable"] = False
        assert client.patch(here, json={"layers": frozen}).status_code == 200
        name = network["layers"][0]["name"]
        before = {
            n: v for n, v in client.get(f"{here}/weights").json().items() if n.startswith(name)
        }
        assert client.post(f"{here}/train", json={"steps": 5}).status_code == 200
        after = client.get(f"{here}/weights").json()
        assert before
        assert all(after[n] == v for n, v in before.items())


@pytest.mark.parametrize("kind", FILLED)
def test_every_dataset_has_a_network_that_suits_it(client: httpx.Client, kind: str) -> None:
    network = create(client, {"dataset": {"kind": kind}})
    here = f"/api/networks/{network['id']}"
    if kind == "counts":
        assert network["spec"]["loss"] == "poisson"
    frame = client.post(f"{here}/train", json={"steps": 3}).json()
    assert frame["step"] == 3
    dataset = client.get(f"{here}/dataset").json()
    assert dataset["kind"] == kind
    assert len(dataset["inputs"]) == len(dataset["targets"])


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer_moves_a_convolutional_network(client: httpx.Client, kind: str) -> None:
    network = create(client, {**spec_of("conv2d"), "optimizer": {"kind": kind}})
    frame = client.post(f"/api/networks/{network['id']}/train", json={"steps": 4}).json()
    assert frame["step"] == 4
    assert len(set(frame["losses"])) == 4


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_has_data_it_is_for(client: httpx.Client, loss: str) -> None:
    kinds = {"counts": "counts", "steps": "zen", "classes": "digits", "any": "sines"}
    network = create(client, {"dataset": {"kind": kinds[LOSSES[loss].asks]}, "loss": loss})
    frame = client.post(f"/api/networks/{network['id']}/train", json={"steps": 4}).json()
    assert frame["loss"] is not None


@pytest.mark.parametrize("kind", SCHEDULES)
def test_every_schedule_says_its_learning_rate(client: httpx.Client, kind: str) -> None:
    network = create(client, {"schedule": {"kind": kind}, "optimizer": {"learning_rate": 0.1}})
    here = f"/api/networks/{network['id']}"
    first = network["learning_rate"]
    client.post(f"{here}/train", json={"steps": 1500})
    now = client.get(here).json()["learning_rate"]
    assert (now == first == 0.1) if kind == "constant" else (0 <= now <= 0.1)
    assert kind in ("constant", "plateau") or now != first


def test_clipping_and_averaging_are_settings_of_a_live_network(client: httpx.Client) -> None:
    network = create(client, {})
    here = f"/api/networks/{network['id']}"
    client.post(f"{here}/train", json={"steps": 50})
    before = client.get(f"{here}/weights").json()
    answer = client.patch(here, json={"clipping": {"norm": 0.5}, "average": 0.99})
    assert answer.status_code == 200
    assert answer.json()["spec"]["clipping"] == {"value": 0.0, "norm": 0.5}
    assert client.get(f"{here}/weights").json() == before
    frame = client.post(f"{here}/train", json={"steps": 200}).json()
    assert 0 < frame["metrics"]["average_test_accuracy"] <= 1
    averaged = client.get(f"{here}/weights", params={"average": True}).json()
    assert averaged.keys() == before.keys()
    assert averaged != client.get(f"{here}/weights").json()
    client.patch(here, json={"average": 0})
    assert client.get(f"{here}/weights", params={"average": True}).status_code == 409


REFUSED: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"dataset": {"kind": "digits"}, "layers": [{"kind": "conv2d", "kernel_size": 9}, {"kind": "flatten"}]},
     "layers.0", ["layer 1 (conv2d_1)", "8 x 8 x 1", "kernel_size 8 or less"]),
    ({"dataset": {"kind": "digits"}, "layers": [{"kind": "dense"}]},
     "layers.0", ["layer 1 (dense_1)", "8 x 8 x 1", "flatten"]),
    ({"dataset": {"kind": "digits"}, "layers": [{"kind": "flatten"}, {"kind": "lstm"}]},
     "layers.1", ["layer 2 (lstm_1)", "64", "sequence"]),
    ({"dataset": {"kind": "digits"}, "layers": []}, "output", ["output", "8 x 8 x 1", "flatten"]),
    ({"dataset": {"kind": "digits"}, "layers": [{"kind": "conv2d", "filters": 6, "groups": 4}, {"kind": "flatten"}]},
     "layers.0", ["4 groups", "groups may be 1"]),
    ({"dataset": {"kind": "zen"}, "layers": [{"kind": "lstm"}]}, "layers.0", ["embedding", "first"]),
    ({"dataset": {"kind": "zen"}, "layers": [{"kind": "embedding"}, {"kind": "lstm"}]},
     "layers", ["return_sequences"]),
    ({"dataset": {"kind": "waveforms"}, "layers": [{"kind": "lstm", "return_sequences": True}]},
     "layers", ["return_sequences false", "flatten"]),
    ({"dataset": {"kind": "waveforms"}, "layers": [{"kind": "lstm"}, {"kind": "gru"}]},
     "layers.1", ["layer 2 (gru_1)", "return_sequences"]),
    ({"layers": [{"kind": "embedding"}]}, "layers.0", ["text data"]),
    ({"layers": [{"kind": "dense"}, {"kind": "residual", "span": 1}]},
     "layers.1", ["layer 2 (residual_1)", "same"]),
    ({"dataset": {"kind": "sines"}, "loss": "poisson"}, "loss", ["below 0", "mse"]),
    ({"dataset": {"kind": "zen"}, "loss": "cross_entropy"}, "loss", ["sequence_cross_entropy"]),
    ({"loss": "sequence_cross_entropy"}, "loss", ["one target", "cross_entropy"]),
    ({"dataset": {"kind": "own_text", "text": ""}}, "dataset.text", []),
    ({"dataset": {"kind": "shapes", "samples": 5000, "size": 28},
      "layers": [{"kind": "conv2d", "filters": 256, "kernel_size": 15, "padding": "same"}, {"kind": "flatten"}]},
     "layers", ["max_parameters"]),
    ({"dataset": {"kind": "digits"}, "batch_size": 20000,
      "layers": [{"kind": "conv2d", "filters": 128, "kernel_size": 7, "padding": "same"},
                 {"kind": "conv2d", "filters": 128, "kernel_size": 7, "padding": "same"},
                 {"kind": "global_avg_pool2d"}]},
     "batch_size", ["max_work"]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "field", "words"), REFUSED, ids=lambda v: str(v)[:40])
def test_what_cannot_be_built_is_refused_in_words(
    client: httpx.Client, spec: dict[str, Any], field: str, words: list[str]
) -> None:
    answer = client.post("/api/networks", json=spec)
    assert answer.status_code == 422, answer.text
    problem = answer.json()
    assert field in str(problem["errors"])
    for word in words:
        assert word in problem["detail"], problem["detail"]


def test_a_refused_change_loses_nothing(client: httpx.Client) -> None:
    network = create(client, spec_of("max_pool2d"))
    here = f"/api/networks/{network['id']}"
    client.post(f"{here}/train", json={"steps": 5})
    before = client.get(f"{here}/weights").json()
    broken = [{"kind": "conv2d", "kernel_size": 15}, {"kind": "flatten"}]
    answer = client.patch(here, json={"layers": broken})
    assert answer.status_code == 422
    assert client.get(f"{here}/weights").json() == before
    assert client.post(f"{here}/train", json={"steps": 1}).json()["step"] == 6


def test_samples_of_the_wrong_shape_are_refused_with_the_right_one(client: httpx.Client) -> None:
    network = create(client, spec_of("conv2d"))
    answer = client.post(f"/api/networks/{network['id']}/predict", json={"inputs": [[1.0, 2.0]]})
    assert answer.status_code == 422
    assert "8 x 8 x 1" in answer.json()["detail"]
    text = create(client, spec_of("embedding"))
    wrong = {"inputs": [[0.5] * 32]}
    answer = client.post(f"/api/networks/{text['id']}/predict", json=wrong)
    assert answer.status_code == 422
    assert "whole" in answer.json()["detail"]


def test_a_kernel_is_set_by_its_shape(client: httpx.Client) -> None:
    network = create(client, spec_of("conv2d"))
    here = f"/api/networks/{network['id']}"
    kernel = [[[[float(u + v)] * 4] for v in range(3)] for u in range(3)]
    assert client.put(f"{here}/weights", json={"conv2d_1.weight": kernel}).status_code == 200
    assert client.get(f"{here}/weights").json()["conv2d_1.weight"] == kernel


def test_the_frame_of_a_pause_is_measured_anew(client: httpx.Client) -> None:
    network = create(client, {"dataset": {"kind": "zen", "samples": 200}})
    here = f"/api/networks/{network['id']}"
    client.post(f"{here}/play", json={})
    with client.stream("GET", f"{here}/stream?limit=12&weights=false") as stream:
        frames = [
            json.loads(line[6:]) for line in stream.iter_lines() if line.startswith("data: {")
        ]
    frames = [frame for frame in frames if "measured_step" in frame]
    assert len(frames) > 5
    assert all(frame["measured_step"] <= frame["step"] for frame in frames)
    last = client.post(f"{here}/pause").json()
    assert last["measured_step"] == last["step"] > 0
