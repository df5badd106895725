"""Everything that can be asked about a network is asked of networks for pictures, over HTTP."""

from typing import Any

import numpy as np
import pytest

from tests.app.test_jobs import events, job_of

DATA = {"digits": {"kind": "digits", "samples": 300}, "shapes": {"kind": "shapes", "samples": 300}}


@pytest.fixture(params=DATA)
def pictures(request, client) -> Any:
    made = client.post("/api/networks", json={"dataset": DATA[request.param]}).json()
    url = f"/api/networks/{made['id']}"
    client.post(f"{url}/train", json={"steps": 20})
    yield url
    client.delete(url)


@pytest.fixture
def digits(client) -> Any:
    made = client.post("/api/networks", json={"dataset": DATA["digits"]}).json()
    url = f"/api/networks/{made['id']}"
    client.post(f"{url}/train", json={"steps": 20})
    yield url
    client.delete(url)


def test_what_an_answer_hangs_on(client, pictures) -> None:
    one = {"part": "test", "samples": [3]}
    said = client.post(f"{pictures}/predict", json=one).json()["outputs"][0]
    sample = client.get(f"{pictures}/dataset?part=test&first=3&count=1").json()["test_inputs"][0]
    shape = np.shape(sample)
    found = client.post(f"{pictures}/saliency", json=one).json()
    assert (found["step"], found["of"]) == (20, int(np.argmax(said)))
    assert np.shape(found["saliency"]) == shape
    np.testing.assert_allclose(found["outputs"], said, atol=1e-6)
    drawn = {"inputs": [sample], "scaled": True}
    again = client.post(f"{pictures}/saliency", json=drawn).json()
    np.testing.assert_allclose(again["saliency"], found["saliency"], atol=1e-6)
    covered = client.post(f"{pictures}/occlusion", json={**one, "of": 1}).json()
    assert covered["whole"] == pytest.approx(said[1], abs=1e-6)
    assert np.shape(covered["drop"]) == (shape[0] - 1, shape[1] - 1)
    assert (covered["rows"], covered["columns"]) == (shape[0] - 1, shape[1] - 1)


def test_an_exciting_picture_is_a_job_that_is_followed(client, digits) -> None:
    asked = {"layer": "conv2d_2", "unit": 1, "steps": 120, "seed": 2}
    whole = client.post(f"{digits}/excite", json=asked).json()
    url = job_of(client.post(f"{digits}/excite?wait=0", json=asked))
    told = events(client, url)
    assert told[-1][0] == "done"
    pieces = [data["news"] for kind, data, _ in told if kind == "progress"]
    values = [value for piece in pieces for value in piece.get("values", [])]
    assert values == whole["values"]
    assert len(values) == 121
    images = [piece["image"] for piece in pieces if "image" in piece]
    assert images[-1] == whole["image"] == client.get(url).json()["result"]["image"]
    assert np.shape(images[-1]) == (8, 8, 1)
    high = client.post(
        f"{digits}/activations", json={"inputs": [whole["image"]], "scaled": True}
    ).json()
    z = np.array(high["conv2d_2"]["z"])[0, :, :, 1]
    assert z.mean() == pytest.approx(whole["value"], abs=1e-4)


def test_a_long_one_is_cancelled(client, digits) -> None:
    asked = {"layer": "output", "unit": 1, "steps": 1000}
    url = job_of(client.post(f"{digits}/excite?wait=0", json=asked))
    assert client.delete(url).status_code == 204
    assert client.get(url).json()["state"] in ("cancelled", "done")


@pytest.mark.parametrize(
    ("path", "body", "field", "code"),
    [
        ("saliency", {"part": "test", "samples": [3, 4]}, "samples", "one_input"),
        ("saliency", {"inputs": [[[[0.0]] * 8] * 8] * 2}, "inputs", "one_input"),
        ("saliency", {"part": "test", "samples": [10**6]}, "samples", None),
        ("saliency", {"part": "test", "samples": [3], "of": 10}, "of", "target.no_such_class"),
        (
            "saliency",
            {"part": "test", "samples": [3], "method": "deep"},
            "method",
            "unknown_choice",
        ),
        (
            "occlusion",
            {"part": "test", "samples": [3], "size": 9},
            "size",
            "occlusion.size_too_large",
        ),
        ("occlusion", {"part": "test", "samples": [3], "stride": 0}, "stride", "number_too_small"),
        ("excite", {"layer": "conv2d_9", "unit": 0}, "layer", "no_such_layer"),
        ("excite", {"layer": "conv2d_1", "unit": 99}, "unit", "no_such_unit"),
        ("excite", {"layer": "conv2d_1", "unit": 0, "steps": 10**6}, "steps", "number_too_large"),
        ("surgery", {"layer": "conv2d_9", "unit": 0, "what": "off"}, "layer", "no_such_layer"),
        ("surgery", {"layer": "conv2d_1", "unit": 99, "what": "off"}, "unit", "no_such_unit"),
        ("worked", {"units": {"conv2d_9": [0, 0, 0]}}, "units.conv2d_9", "no_such_layer"),
    ],
)
def test_what_is_not_there_is_refused_with_one_pair_of_codes(
    client, digits, path, body, field, code
) -> None:
    answer = client.post(f"{digits}/{path}", json=body)
    assert answer.status_code == 422
    mistake = answer.json()["errors"][0]
    assert mistake["field"] == field
    assert code in (None, mistake["code"])
    for query, told in (("conv2d_9&unit=0", "no_such_layer"), ("conv2d_1&unit=99", "no_such_unit")):
        answer = client.get(f"{digits}/excites?layer={query}")
        assert answer.json()["errors"][0]["code"] == told


def test_one_cell_is_chosen_and_its_window_told(client, pictures) -> None:
    asked = {
        "samples": [7],
        "units": {"conv2d_1": [2, 3, 5], "max_pool2d_1": [1, 1, 5]},
        "places": {"conv2d_1.weight": [0, 2, 0, 5]},
    }
    found = client.post(f"{pictures}/worked", json=asked).json()
    seen, pool = found["windows"]["conv2d_1"], found["windows"]["max_pool2d_1"]
    image = np.array(
        client.get(f"{pictures}/dataset?part=train&first=7&count=1").json()["inputs"][0]
    )
    assert seen["unit"] == [2, 3, 5]
    np.testing.assert_allclose(
        seen["inputs"], [image[tuple(at)] for at in seen["pixels"]], atol=1e-6
    )
    weights = np.array(client.get(f"{pictures}/weights").json()["conv2d_1.weight"])
    np.testing.assert_allclose(
        seen["weights"], [weights[(*place, 5)] for place in seen["places"]], atol=1e-6
    )
    z = np.array(
        client.post(f"{pictures}/activations", json={"part": "train", "samples": [7]}).json()[
            "conv2d_1"
        ]["z"]
    )[0]
    assert sum(seen["products"]) + seen["bias"] == pytest.approx(z[2, 3, 5], abs=1e-5)
    above = np.maximum(z, 0)
    assert pool["inputs"] == pytest.approx([above[tuple(at)] for at in pool["pixels"]], abs=1e-6)
    assert pool["won"] == int(np.argmax(pool["inputs"]))
    assert pool["value"] == max(pool["inputs"])
    assert found["places"]["conv2d_1.weight"] == [0, 2, 0, 5]


def test_how_it_is_and_what_it_is_without_a_filter(client, pictures) -> None:
    """Diagnosis, flow, ablation, the worst samples, influence: finite numbers of every layer."""
    layers = {"conv2d_1", "conv2d_2", "output"}
    measured = client.get(f"{pictures}/diagnosis").json()["measured"]
    for name in layers:
        assert measured[name]["gradient_rms"] > 0
        assert measured[name]["weight_rms"] > 0
    assert measured["max_pool2d_1"]["weight_rms"] is None
    flow = client.get(f"{pictures}/flow?bins=8").json()
    assert set(flow["points"][-1]["layers"]) == layers
    assert all(norms["ratio"] > 0 for norms in flow["points"][-1]["layers"].values())
    assert sum(flow["spreads"]["conv2d_1"]["weights"]["counts"]) == 72
    assert flow["spreads"]["max_pool2d_1"]["weights"] is None
    without = client.get(f"{pictures}/ablation?layer=conv2d_1").json()
    assert len(without["units"]) == 8
    worst = client.get(f"{pictures}/worst?most=3").json()["worst"]
    assert [one["loss"] for one in worst] == sorted((one["loss"] for one in worst), reverse=True)
    pulls = client.post(f"{pictures}/influence", json={"part": "train", "samples": [5]}).json()
    own = next(pull for pull in pulls["pulls"] if pull["sample"] == 5)
    assert own["effect"] < 0  # a step on the sample itself lowers its loss
    assert pulls["gradient"].keys() == layers


def test_ablation_of_a_filter_is_what_the_network_is_with_it_off(client, pictures) -> None:
    without = client.get(f"{pictures}/ablation?layer=conv2d_1").json()
    one = next(worth for worth in without["units"] if worth["unit"] == 3)
    off = client.post(
        f"{pictures}/surgery", json={"layer": "conv2d_1", "unit": 3, "what": "off"}
    ).json()
    assert off["spec"]["surgery"]["off"] == {"conv2d_1": [3]}
    again = client.get(f"{pictures}/ablation?layer=conv2d_1").json()
    for part in ("train", "test"):
        assert again[part]["loss"] == pytest.approx(one[part]["loss"], rel=1e-4)
    maps = client.post(f"{pictures}/activations", json={"part": "test", "samples": [0]}).json()
    assert not np.array(maps["conv2d_1"]["a"])[..., 3].any()
    assert not np.array(maps["max_pool2d_1"]["a"])[..., 3].any()


def test_two_filters_change_places_and_the_network_says_what_it_said(client, pictures) -> None:
    one = {"part": "test", "samples": [0, 1, 2]}
    before = client.post(f"{pictures}/predict", json=one).json()["outputs"]
    maps = client.post(f"{pictures}/activations", json=one).json()["conv2d_2"]["a"]
    asked = {"layer": "conv2d_2", "unit": 1, "what": "swap", "with": 4}
    assert client.post(f"{pictures}/surgery", json=asked).status_code == 200
    np.testing.assert_allclose(
        client.post(f"{pictures}/predict", json=one).json()["outputs"], before, atol=1e-5
    )
    now = np.array(client.post(f"{pictures}/activations", json=one).json()["conv2d_2"]["a"])
    np.testing.assert_allclose(now[..., 1], np.array(maps)[..., 4], atol=1e-6)


def test_a_frozen_filter_stays_while_the_others_learn(client, pictures) -> None:
    frozen = {"layer": "conv2d_1", "unit": 2, "what": "freeze"}
    client.post(f"{pictures}/surgery", json=frozen)
    before = np.array(client.get(f"{pictures}/weights").json()["conv2d_1.weight"])
    client.post(f"{pictures}/train", json={"steps": 5})
    after = np.array(client.get(f"{pictures}/weights").json()["conv2d_1.weight"])
    moved = np.abs(after - before).max(axis=(0, 1, 2))
    assert moved[2] == 0
    assert (np.delete(moved, 2) > 0).all()


def test_text_is_refused_with_a_reason(client) -> None:
    made = client.post("/api/networks", json={"dataset": {"kind": "zen"}}).json()
    url = f"/api/networks/{made['id']}"
    for path, body in (
        ("saliency", {"part": "train", "samples": [0]}),
        ("excite", {"layer": "output", "unit": 0}),
        ("occlusion", {"part": "train", "samples": [0]}),
    ):
        answer = client.post(f"{url}/{path}", json=body)
        assert answer.status_code == 422
        assert answer.json()["code"] in ("by_input.text", "occlusion.no_image")
    client.delete(url)


def test_tables_points_and_sequences_are_asked_as_well(client) -> None:
    for kind, shape in (("iris", (4,)), ("spiral", (2,)), ("sines", (24, 1))):
        made = client.post("/api/networks", json={"dataset": {"kind": kind}}).json()
        url = f"/api/networks/{made['id']}"
        found = client.post(f"{url}/saliency", json={"part": "train", "samples": [0]}).json()
        assert np.shape(found["saliency"]) == shape
        found = client.post(f"{url}/excite", json={"layer": "output", "unit": 0}).json()
        assert np.shape(found["image"]) == shape
        assert found["values"][-1] > found["values"][0]
        low, high = np.array(found["low"]), np.array(found["high"])
        assert (low - 1e-9 <= found["image"]).all()
        assert (found["image"] <= high + 1e-9).all()
        client.delete(url)
