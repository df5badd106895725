"""GET flow: gradients and updates through a run, over HTTP."""

import numpy as np
import pytest


def made(client, **spec) -> str:
    return f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"


def test_the_update_that_comes_is_the_one_that_is_made(client) -> None:
    url = made(client, optimizer={"kind": "adam", "learning_rate": 0.01})
    client.post(f"{url}/train", json={"steps": 100})
    found = client.get(f"{url}/flow", params={"bins": 16}).json()
    point = found["points"][-1]
    assert (found["step"], point["step"]) == (100, 100)
    before = client.get(f"{url}/weights").json()
    answer = client.post(f"{url}/train", json={"steps": 1, "losses": "all"}).json()
    after = client.get(f"{url}/weights").json()
    assert point["loss"] == pytest.approx(answer["losses"][0], rel=1e-6)
    for layer, norms in point["layers"].items():
        moved, there = 0.0, 0.0
        for name, values in before.items():
            if name.startswith(f"{layer}."):
                moved += float(((np.array(after[name]) - np.array(values)) ** 2).sum())
                there += float((np.array(values) ** 2).sum())
        assert norms["update"] == pytest.approx(np.sqrt(moved), rel=1e-4)
        assert norms["weights"] == pytest.approx(np.sqrt(there), rel=1e-6)
        assert norms["ratio"] == pytest.approx(np.sqrt(moved / there), rel=1e-4)
    weights = np.array(before["dense_1.weight"]).ravel()
    told = found["spreads"]["dense_1"]["weights"]
    counts, _ = np.histogram(weights, 16, (told["low"], told["high"]))
    assert told["counts"] == counts.tolist()
    assert told["deviation"] == pytest.approx(weights.std(), rel=1e-6)


def test_only_what_is_new_is_told(client) -> None:
    url = made(client)
    client.post(f"{url}/train", json={"steps": 400})
    whole = client.get(f"{url}/flow").json()
    assert len(whole["points"]) > 5
    assert whole["spreads"] == {}
    client.post(f"{url}/train", json={"steps": 100})
    later = client.get(f"{url}/flow", params={"after": 400}).json()["points"]
    assert 400 < later[0]["step"] < later[-1]["step"] == 500


@pytest.mark.parametrize("asked", [{"bins": 1000}, {"bins": -1}, {"after": "x"}, {"after": -2}])
def test_what_cannot_be_asked_is_refused(client, asked) -> None:
    answer = client.get(f"{made(client)}/flow", params=asked)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert next(iter(asked)) in answer.text
