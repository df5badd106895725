"""Classes that are not alike in number, and a batch of one, over HTTP."""

import httpx
import pytest

POINTS = [[-1.0 - 0.01 * i, 0.5, 0.0] for i in range(60)] + [
    [1.0 + 0.01 * i, -0.5, 1.0] for i in range(6)
]
DRAWN = {"kind": "drawn", "points": POINTS, "test_fraction": 0.0}


@pytest.fixture
def here(client: httpx.Client) -> str:
    made = client.post("/api/networks", json={"dataset": DRAWN, "layers": [{"units": 3}]})
    assert made.status_code == 201, made.text
    return f"/api/networks/{made.json()['id']}"


def test_rare_classes_are_heard_and_told(client: httpx.Client, here: str) -> None:
    before = client.get(here).json()
    assert before["spec"]["class_weight"] == "none"
    after = client.patch(here, json={"class_weight": "balanced"}).json()
    assert after["spec"]["class_weight"] == "balanced"
    assert after["loss"] != before["loss"]
    assert after["metrics"] == before["metrics"]
    assert {"accuracy", "balanced_accuracy", "test_balanced_accuracy"} <= after["metrics"].keys()
    data = client.get(f"{here}/dataset").json()
    assert data["unbalanced"]
    assert data["baseline"]["class_weight"] == "balanced"
    frame = client.post(f"{here}/train", json={"steps": 200}).json()
    said = client.post(f"{here}/predict", json={"part": "train", "samples": list(range(66))}).json()
    right = [
        row.index(max(row)) == int(point[2])
        for row, point in zip(said["outputs"], POINTS, strict=True)
    ]
    recalls = sum(right[:60]) / 60, sum(right[60:]) / 6
    assert frame["metrics"]["balanced_accuracy"] == pytest.approx(sum(recalls) / 2)
    assert frame["metrics"]["accuracy"] == pytest.approx(sum(right) / 66)
    history = client.get(f"{here}/history").json()
    assert history["balanced_accuracy"][-1] == frame["metrics"]["balanced_accuracy"]
    assert history["test_balanced_accuracy"][-1] is None
    loss = client.post(f"{here}/gradients", json={"samples": None}).json()["loss"]
    assert loss == pytest.approx(frame["loss"], rel=1e-5)
    assert client.post(f"{here}/check-gradient", json={}).json()["passed"]


def test_values_have_no_classes_to_weight(client: httpx.Client, here: str) -> None:
    client.patch(here, json={"class_weight": "balanced"})
    change = {"dataset": {"kind": "sine"}, "loss": "mse"}
    refused = client.patch(here, json=change)
    assert (refused.status_code, refused.json()["code"]) == (422, "class_weight_needs_classes")
    assert refused.json()["errors"][0]["field"] == "class_weight"
    changed = client.patch(here, json={**change, "class_weight": "none"}).json()
    assert "balanced_accuracy" not in changed["metrics"]
    history = client.get(f"{here}/history").json()
    assert set(history["balanced_accuracy"]) == {None}
    assert not client.get(f"{here}/dataset").json()["unbalanced"]


def test_one_sample_under_batch_norm_is_refused_where_it_is_asked(
    client: httpx.Client, here: str
) -> None:
    norm = {"layers": [{"units": 3}, {"kind": "batch_norm"}]}
    for body in ({**norm, "batch_size": 1}, {"batch_size": 1, **norm, "class_weight": "balanced"}):
        refused = client.patch(here, json=body)
        assert (refused.status_code, refused.json()["code"]) == (422, "batch_norm.batch_of_one")
        assert refused.json()["errors"][0]["field"] == "batch_size"
    joined = client.patch(here, json={**norm, "batch_size": 13})
    assert joined.json()["steps_per_epoch"] == 5  # of 66: the last one has 14
    assert client.post(f"{here}/train", json={"epochs": 2}).json()["step"] == 10
    alone = {"dataset": {"points": POINTS[:1]}}
    assert client.patch(here, json=alone).json()["samples"] == 1
    for route, body in (("train", {"steps": 1}), ("play", {}), ("apply", {"samples": [0]})):
        refused = client.post(f"{here}/{route}", json=body)
        code = "batch_norm.one_named" if route == "apply" else "batch_norm.one_sample"
        assert refused.json()["code"] == code, (route, refused.text)
        assert refused.status_code in (409, 422)
