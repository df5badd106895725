"""Gradient check, trace and diagnosis over HTTP: for every kind of network, and nothing moves."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import pytest

from app.schemas import DiagnosisOut, GradientCheckOut, TraceOut
from engine import Experiment
from engine.layers import LAYERS
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS

IMAGES = {"dataset": {"kind": "digits", "samples": 40}}
SEQUENCES = {"dataset": {"kind": "waveforms", "samples": 40}}
OF_LAYER: dict[str, dict[str, Any]] = {
    "dense": {},
    "conv2d": {**IMAGES, "layers": [{"kind": "conv2d"}, {"kind": "flatten"}]},
    "max_pool2d": {
        **IMAGES,
        "layers": [{"kind": "conv2d"}, {"kind": "max_pool2d"}, {"kind": "flatten"}],
    },
    "avg_pool2d": {
        **IMAGES,
        "layers": [{"kind": "conv2d"}, {"kind": "avg_pool2d"}, {"kind": "flatten"}],
    },
    "global_avg_pool2d": {
        **IMAGES,
        "layers": [{"kind": "conv2d"}, {"kind": "global_avg_pool2d"}],
    },
    "flatten": {**SEQUENCES, "layers": [{"kind": "flatten"}]},
    "dropout": {"layers": [{"units": 6}, {"kind": "dropout"}]},
    "batch_norm": {"layers": [{"units": 6}, {"kind": "batch_norm"}]},
    "layer_norm": {"layers": [{"units": 6}, {"kind": "layer_norm"}]},
    "embedding": {
        "dataset": {"kind": "zen", "samples": 20},
        "loss": "sequence_cross_entropy",
        "layers": [
            {"kind": "embedding", "output_dim": 4},
            {"kind": "gru", "units": 4, "return_sequences": True},
        ],
    },
    "simple_rnn": {**SEQUENCES, "layers": [{"kind": "simple_rnn", "units": 4, "truncate": 5}]},
    "lstm": {**SEQUENCES, "layers": [{"kind": "lstm", "units": 4, "bidirectional": True}]},
    "gru": {**SEQUENCES, "layers": [{"kind": "gru", "units": 4}]},
    "residual": {"layers": [{"units": 5}, {"units": 5}, {"kind": "residual"}]},
    "activation": {"layers": [{"units": 5}, {"kind": "activation", "activation": "softmax"}]},
    "prelu": {"layers": [{"units": 5}, {"kind": "prelu"}]},
}
assert OF_LAYER.keys() == LAYERS.keys()
DATA = {
    "poisson": {"kind": "counts"},
    "mae": {"kind": "sine"},
    "hinge": {"kind": "circle"},
    "binary_cross_entropy": {"kind": "circle"},
}


@contextmanager
def made(client: Any, spec: dict[str, Any]) -> Iterator[str]:
    response = client.post("/api/networks", json=spec)
    assert response.status_code == 201, response.text
    url = f"/api/networks/{response.json()['id']}"
    yield url
    client.delete(url)


def ask(client: Any, method: str, url: str, body: Any = None) -> Any:
    response = client.request(method, url, json=body)
    assert response.status_code == 200, response.text
    assert "NaN" not in response.text
    return response.json()


def look(client: Any, url: str) -> None:
    """All three, held to their declared models; the weights stay and the check passes."""
    before = client.get(f"{url}/weights").text
    check = ask(client, "POST", f"{url}/check-gradient", {"samples": [0, 1, 2]})
    GradientCheckOut.model_validate(check, strict=True, extra="forbid")
    assert check["passed"], check
    assert check["samples"] == [0, 1, 2]
    traced = ask(client, "POST", f"{url}/trace", {"samples": [3, 4]})
    TraceOut.model_validate(traced)
    assert sorted({entry["stage"] for entry in traced["entries"]}) == [
        "backward", "forward", "loss", "update",
    ]  # fmt: skip
    chapters = [entry["chapter"] for entry in traced["entries"]]
    assert chapters == sorted(chapters)
    assert {1, 2, 4, 5, 7, 8} <= set(chapters)
    found = ask(client, "GET", f"{url}/diagnosis")
    DiagnosisOut.model_validate(found, strict=True, extra="forbid")
    assert list(found["measured"])[-1] == "output"
    assert client.get(f"{url}/weights").text == before


@pytest.mark.parametrize("kind", OF_LAYER)
def test_every_kind_of_layer_can_be_looked_into(client, kind) -> None:
    with made(client, OF_LAYER[kind]) as url:
        client.post(f"{url}/train", json={"steps": 5})
        look(client, url)


@pytest.mark.parametrize("loss", LOSSES)
def test_every_loss_can_be_looked_into(client, loss) -> None:
    spec = OF_LAYER["embedding"] if loss == "sequence_cross_entropy" else {"loss": loss}
    spec = {**spec, **({"dataset": DATA[loss]} if loss in DATA else {})}
    with made(client, spec) as url:
        look(client, url)


@pytest.mark.parametrize("kind", OPTIMIZERS)
def test_every_optimizer_shows_its_slots(client, kind) -> None:
    with made(client, {"optimizer": {"kind": kind}, "layers": [{"units": 3}]}) as url:
        client.post(f"{url}/train", json={"steps": 3})
        look(client, url)
        traced = ask(client, "POST", f"{url}/trace")
        update = next(e for e in traced["entries"] if e["chapter"] == 7)
        assert update["kind"] == kind
        for slot in OPTIMIZERS[kind].slots:
            assert np.shape(update[slot + "_before"]) == np.shape(update[slot + "_after"]) == (2, 3)


def test_the_trace_is_what_training_does_next(client, url) -> None:
    client.post(f"{url}/train", json={"steps": 7})
    ahead = ask(client, "POST", f"{url}/trace")["entries"][-1]
    assert len(ahead["next_samples"]) == 10
    traced = ask(client, "POST", f"{url}/trace", {"samples": ahead["next_samples"]})
    assert traced["step"] == 7
    assert client.get(url).json()["step"] == 7
    client.post(f"{url}/train", json={"steps": 1})
    after = client.get(f"{url}/weights").json()
    updates = [entry for entry in traced["entries"] if entry["chapter"] == 7]
    assert len(updates) == len(after)
    for entry in updates:
        name = f"{entry['layer']}.{entry['parameter']}"
        np.testing.assert_allclose(entry["weight_after"], after[name], rtol=0, atol=1e-6)


def test_looking_does_not_change_the_run(client, url) -> None:
    look(client, url)
    client.post(f"{url}/train", json={"steps": 40})
    look(client, url)
    frame = client.post(f"{url}/train", json={"steps": 60}).json()
    run = Experiment()
    run.train(100)
    np.testing.assert_array_equal(np.float32(frame["weights"]), run.trainer.vector)


def test_the_check_says_how_much_it_checked(client, url) -> None:
    found = ask(client, "POST", f"{url}/check-gradient", {"numbers": 5})
    assert found["samples"] == list(range(8))
    assert found["worst"] == max(p["worst"] for p in found["parameters"].values())
    weight = found["parameters"]["dense_2.weight"]
    assert (weight["checked"], weight["of"]) == (5, 64)
    assert len(weight["at"]) == 2
    assert weight["backprop"] == pytest.approx(weight["difference"], rel=1e-4)
    assert ask(client, "POST", f"{url}/check-gradient")["parameters"]["dense_2.weight"]["of"] == 64


def test_a_diagnosis_names_layer_and_figure_in_two_languages(client) -> None:
    with made(client, {"layers": [{"units": 8, "activation": "sigmoid"}] * 8}) as url:
        found = ask(client, "GET", f"{url}/diagnosis")
        assert [f["name"] for f in found["findings"]] == ["vanishing"]
        assert found["findings"][0]["layer"] == "dense_1"
        assert found["findings"][0]["figure"] < found["findings"][0]["threshold"]
        assert "dense_1" in found["findings"][0]["text"]["zh"]
        assert found["measured"]["dense_3"]["saturated"] == 0
    with made(client, {}) as url:
        assert ask(client, "GET", f"{url}/diagnosis")["findings"] == []


def test_a_diverged_network_can_be_looked_into(client) -> None:
    spec = {"loss": "mse", "optimizer": {"learning_rate": 1e6}, "layers": [{"activation": "relu"}]}
    with made(client, spec) as url:
        client.post(f"{url}/train", json={"steps": 200})
        found = ask(client, "GET", f"{url}/diagnosis")["findings"]
        assert found[0]["name"] == "diverged"
        ask(client, "POST", f"{url}/trace")
        ask(client, "POST", f"{url}/check-gradient")


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("check-gradient", {"samples": []}, "no samples"),
        ("check-gradient", {"samples": [300]}, "numbered 0 to 299"),
        ("check-gradient", {"numbers": 0}, "greater than or equal to 1"),
        ("check-gradient", {"samples": [0] * 20_000, "numbers": 64}, "limit: max_work"),
        ("check-gradient", {"nope": 1}, "nope"),
        ("trace", {"samples": []}, "no samples"),
        ("trace", {"samples": [300]}, "numbered 0 to 299"),
        ("trace", {"samples": [-1]}, "greater than or equal to 0"),
        ("trace", {"samples": [0] * 20_000}, "limit: max_trace_numbers"),
        ("trace", {"numbers": 1}, "numbers"),
    ],
)
def test_what_cannot_be_done_is_said(client, url, path, body, says) -> None:
    response = client.post(f"{url}/{path}", json=body)
    assert response.status_code == 422
    assert says in response.text


def test_without_samples_it_is_said(client) -> None:
    with made(client, {"dataset": {"kind": "drawn"}, "loss": "cross_entropy"}) as url:
        for path in ("check-gradient", "trace"):
            response = client.post(f"{url}/{path}")
            assert response.status_code == 422
            assert "no training samples" in response.text
        assert ask(client, "GET", f"{url}/diagnosis")["findings"] == []
