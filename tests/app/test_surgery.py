"""Units off, frozen and swapped over HTTP, and what the network is without each."""

import time
from typing import Any

import numpy as np
import pytest

from app.schemas import AblationOut, NetworkOut
from engine import Dense, Experiment, NetworkSpec
from engine.surgery import Surgery

from .test_insight import ask
from .test_insight import made as network

NONE = {"off": {}, "frozen": {}}


def operate(client, url: str, layer: str, unit: int, what: str, **more: Any) -> dict[str, Any]:
    asked = {"layer": layer, "unit": unit, "what": what, **more}
    return ask(client, "POST", f"{url}/surgery", asked)


def test_off_is_what_the_engine_says_and_on_again_is_what_it_was(client) -> None:
    here = Experiment(NetworkSpec())
    here.train(40)
    with network(client, {}) as url:
        ask(client, "POST", f"{url}/train", {"steps": 40})
        before = ask(client, "GET", url)
        weights = ask(client, "GET", f"{url}/weights")
        found = operate(client, url, "dense_1", 3, "off")
        NetworkOut.model_validate(found)
        assert found["spec"]["surgery"] == {"off": {"dense_1": [3]}, "frozen": {}}
        assert (found["run"], found["step"]) == (before["run"], 40)
        assert found["revision"] == before["revision"] + 1
        assert found["marks"][-1] == {
            "step": 40, "what": ["surgery.off.dense_1"], "before": [[]], "after": [[3]],
        }  # fmt: skip
        assert ask(client, "GET", f"{url}/weights") == weights
        here.operate("dense_1", 3, "off")
        assert found["loss"] == here.measured().loss
        inputs = [[0.3, -1.2], [2.0, 0.5]]
        predicted = ask(client, "POST", f"{url}/predict", {"inputs": inputs})["outputs"]
        np.testing.assert_allclose(predicted, here.predict(inputs), rtol=1e-5)
        layers = ask(client, "POST", f"{url}/activations", {"inputs": inputs})
        assert [row[3] for row in layers["dense_1"]["a"]] == [0, 0]
        grid = ask(client, "GET", f"{url}/boundary?resolution=5")["outputs"]
        np.testing.assert_allclose(grid, here.boundary(5)["outputs"], rtol=1e-4, atol=1e-6)
        here.train(25)
        frame = ask(client, "POST", f"{url}/train", {"steps": 25})
        np.testing.assert_array_equal(np.float32(frame["weights"]), here.trainer.vector)
        ask(client, "POST", f"{url}/seek", {"step": 40})
        again = operate(client, url, "dense_1", 3, "on")
        assert again["spec"]["surgery"] == NONE
        assert again["loss"] == before["loss"]
        assert ask(client, "GET", f"{url}/weights") == weights


def test_frozen_it_stays_and_a_patch_says_the_same(client) -> None:
    with network(client, {"optimizer": {"kind": "adam"}}) as url:
        ask(client, "POST", f"{url}/train", {"steps": 5})
        operate(client, url, "dense_2", 6, "freeze")
        before = ask(client, "GET", f"{url}/weights")
        ask(client, "POST", f"{url}/train", {"steps": 30})
        after = ask(client, "GET", f"{url}/weights")
        assert [row[6] for row in after["dense_2.weight"]] == [
            row[6] for row in before["dense_2.weight"]
        ]
        assert after["dense_2.bias"][6] == before["dense_2.bias"][6]
        assert after["dense_2.bias"][5] != before["dense_2.bias"][5]
        patched = ask(client, "PATCH", url, {"surgery": {"off": {"dense_1": [1, 0, 1]}}})
        assert patched["spec"]["surgery"] == {
            "off": {"dense_1": [0, 1]}, "frozen": {"dense_2": [6]},
        }  # fmt: skip
        fewer = ask(client, "PATCH", url, {"layers": [{"units": 1}, {"units": 4}]})
        assert fewer["spec"]["surgery"] == {"off": {"dense_1": [0]}, "frozen": {}}
        assert operate(client, url, "dense_1", 0, "on")["spec"]["surgery"] == NONE


def test_swapped_twice_it_is_the_same_to_the_bit(client) -> None:
    with network(client, {"optimizer": {"kind": "adam"}, "average": 0.9}) as url:
        ask(client, "POST", f"{url}/train", {"steps": 20})
        weights = ask(client, "GET", f"{url}/weights")
        loss = ask(client, "GET", url)["loss"]
        found = operate(client, url, "dense_2", 1, "swap", **{"with": 5})
        assert found["loss"] == pytest.approx(loss, rel=1e-5)
        swapped = ask(client, "GET", f"{url}/weights")
        order = [0, 5, 2, 3, 4, 1, 6, 7]
        assert swapped["dense_2.bias"] == [weights["dense_2.bias"][k] for k in order]
        assert swapped["dense_3.weight"] == [weights["dense_3.weight"][k] for k in order]
        operate(client, url, "dense_2", 5, "swap", **{"with": 1})
        assert ask(client, "GET", f"{url}/weights") == weights


def test_a_network_is_made_with_it_and_branches_with_it(client) -> None:
    surgery = {"off": {"lstm_1": [5]}, "frozen": {"lstm_1": [0]}}
    spec = {
        "dataset": {"kind": "waveforms", "samples": 40},
        "layers": [{"kind": "lstm", "units": 3, "bidirectional": True}],
        "surgery": surgery,
    }
    with network(client, spec) as url:
        found = ask(client, "GET", url)
        assert found["spec"]["surgery"] == surgery
        assert [layer["operable"] for layer in found["layers"]] == [6, 0]
        ask(client, "POST", f"{url}/train", {"steps": 3})
        branch = client.post(f"{url}/branch").json()
        assert branch["spec"]["surgery"] == surgery
        client.delete(f"/api/networks/{branch['id']}")


@pytest.mark.parametrize(
    ("asked", "field", "code"),
    [
        ({"layer": "output", "unit": 0, "what": "off"}, "layer", "surgery.output"),
        ({"layer": "dense_7", "unit": 0, "what": "off"}, "layer", "no_such_layer"),
        ({"layer": "dense_1", "unit": 8, "what": "freeze"}, "unit", "no_such_unit"),
        ({"layer": "dense_1", "unit": 0, "what": "swap"}, "with", "surgery.swap_with"),
        ({"layer": "dense_1", "unit": 0, "what": "swap", "with": 9}, "with", "no_such_unit"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_field(client, asked, field, code) -> None:
    with network(client, {}) as url:
        response = client.post(f"{url}/surgery", json=asked)
        assert response.status_code == 422
        problem = response.json()
        assert (problem["code"], problem["errors"][0]["field"]) == (code, field)


def test_ablation_is_soon_and_is_what_switching_off_gives(client) -> None:
    with network(client, {"dataset": {"kind": "spiral", "samples": 400}}) as url:
        ask(client, "POST", f"{url}/train", {"steps": 300})
        took = []
        for _ in range(5):
            begin = time.perf_counter()
            found = ask(client, "GET", f"{url}/ablation")
            took.append(time.perf_counter() - begin)
        assert min(took) < 0.1, took
        AblationOut.model_validate(found)
        now = ask(client, "GET", url)
        assert (found["samples"], found["of"]) == ([300, 100], [300, 100])
        assert (found["train"]["loss"], found["test"]["loss"]) == (now["loss"], now["test_loss"])
        assert len(found["units"]) == 24
        for worth in (found["units"][3], found["units"][20]):
            off = operate(client, url, worth["layer"], worth["unit"], "off")
            assert worth["train"]["loss"] == off["loss"]
            assert worth["test"]["accuracy"] == off["metrics"]["test_accuracy"]
            confusion = ask(client, "GET", f"{url}/confusion")["train"]
            rows = [row[k] / sum(row) for k, row in enumerate(confusion)]
            assert worth["train"]["by_class"] == pytest.approx(rows)
            operate(client, url, worth["layer"], worth["unit"], "on")
        one = ask(client, "GET", f"{url}/ablation?layer=dense_2")
        assert one["units"] == [unit for unit in found["units"] if unit["layer"] == "dense_2"]
        assert client.get(f"{url}/ablation?layer=output").status_code == 422


def test_the_engine_is_asked_for_the_same(client) -> None:
    surgery = Surgery(off={"dense_1": (2,)})
    here = Experiment(NetworkSpec(layers=(Dense(units=4),), surgery=surgery))
    here.train(50)
    spec = {"layers": [{"units": 4}], "surgery": {"off": {"dense_1": [2]}}}
    with network(client, spec) as url:
        frame = ask(client, "POST", f"{url}/train", {"steps": 50})
    np.testing.assert_array_equal(np.float32(frame["weights"]), here.trainer.vector)
