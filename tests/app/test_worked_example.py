"""The published worked example of a 2-2-2 network, figure by figure, and starting weights that are given.

The figures are those of the example as it is published, to as many digits as it has.
"""

from typing import Any

import httpx
import pytest

from .test_kinds import create

FORWARD = {"dense_1": [0.593269992, 0.596884378], "output": [0.751365070, 0.772928465]}
LOSS = 0.298371109
AFTER = {
    "dense_1.weight": [[0.149780716, 0.24975114], [0.19956143, 0.29950229]],
    "output.weight": [[0.35891648, 0.511301270], [0.408666186, 0.561370121]],
    "dense_1.bias": [0.35, 0.35],
    "output.bias": [0.60, 0.60],
}


def near(values: Any) -> Any:
    """As near as float32 gets."""
    if isinstance(values, list):
        return [near(v) for v in values]
    return pytest.approx(values, abs=1e-6)


@pytest.fixture
def url(client: httpx.Client) -> str:
    presets = client.get("/api/catalog").json()["presets"]
    spec = next(preset for preset in presets if preset["name"] == "worked_example")["spec"]
    return f"/api/networks/{create(client, spec)['id']}"


def test_the_trace_shows_the_published_figures(client: httpx.Client, url: str) -> None:
    traced = client.post(f"{url}/trace", json={}).json()
    entries = traced["entries"]
    for layer, expected in FORWARD.items():
        found = [e["a"] for e in entries if e["layer"] == layer and "a" in e]
        assert found[0] == [near(expected)]
    assert client.get(url).json()["loss"] == near(LOSS)
    moved = {
        f"{e['layer']}.{e['parameter']}": e["weight_after"] for e in entries if e["chapter"] == 7
    }
    assert moved == {name: near(w) for name, w in AFTER.items() if name.endswith("weight")}


def test_one_step_makes_the_published_weights(client: httpx.Client, url: str) -> None:
    frame = client.post(f"{url}/train", json={"steps": 1}).json()
    assert frame["losses"] == [near(LOSS)]
    assert client.get(f"{url}/weights").json() == near_all(AFTER)
    assert client.get(url).json()["loss"] == near(0.291027924)


def near_all(weights: dict[str, Any]) -> dict[str, Any]:
    return {name: near(values) for name, values in weights.items()}


def test_its_sample_has_two_targets(client: httpx.Client, url: str) -> None:
    data = client.get(f"{url}/dataset").json()
    assert data["inputs"] == [near([0.05, 0.10])]
    assert data["targets"] == [near([0.01, 0.99])]
    assert data["test_samples"] == 0


def test_the_data_alone_bring_the_whole_example(client: httpx.Client) -> None:
    made = create(client, {"dataset": {"kind": "worked_example"}})
    assert made["loss"] == near(LOSS)


def test_a_reset_goes_back_to_the_given_weights(client: httpx.Client, url: str) -> None:
    start = client.get(f"{url}/weights").json()
    client.post(f"{url}/train", json={"steps": 5})
    client.post(f"{url}/reset", json={"seed": 7})
    assert client.get(f"{url}/weights").json() == start


def test_what_is_not_given_is_drawn(client: httpx.Client) -> None:
    layers = [{"units": 2}]
    drawn, given = (
        create(client, {"layers": layers, "start": start})
        for start in ({}, {"dense_1.bias": [0.5, -0.5]})
    )
    a, b = (client.get(f"/api/networks/{one['id']}/weights").json() for one in (drawn, given))
    assert b == {**a, "dense_1.bias": [0.5, -0.5]}


def test_another_network_forgets_weights_that_were_given_for_the_one_before(
    client: httpx.Client, url: str
) -> None:
    other = client.patch(url, json={"layers": [{"units": 3}]}).json()
    assert other["spec"]["start"] == {}
    assert other["layers"][0]["units"] == 3


def test_given_weights_stay_with_all_other_changes(client: httpx.Client, url: str) -> None:
    changed = client.patch(url, json={"optimizer": {"learning_rate": 0.1}}).json()
    assert set(changed["spec"]["start"]) == set(AFTER)
    assert client.patch(url, json={"start": {}}).json()["spec"]["start"] == {}


@pytest.mark.parametrize(
    ("start", "code"),
    [
        ({"dense_9.weight": [1.0]}, "weights.unknown"),
        ({"dense_1.bias": [1.0]}, "weights.of_other_shape"),
        ({"dense_1.weight": [[1.0, 2.0], [3.0]]}, "weights.rows_differ"),
    ],
)
def test_weights_that_do_not_fit_are_refused_by_name(
    client: httpx.Client, start: dict[str, Any], code: str
) -> None:
    answer = client.post("/api/networks", json={"layers": [{"units": 2}], "start": start})
    assert answer.status_code == 422
    mistake = answer.json()["errors"][0]
    assert mistake["code"] == code
    assert mistake["field"] == f"start.{next(iter(start))}"


def test_no_more_are_given_than_a_link_carries(client: httpx.Client) -> None:
    layers = [{"units": 60}, {"units": 60}]
    start = {"dense_2.weight": [[0.0] * 60] * 60}
    answer = client.post("/api/networks", json={"layers": layers, "start": start})
    assert answer.status_code == 422
    assert answer.json()["limit"] == "max_starting_numbers"
