"""POST unrolled and GET forecast: over HTTP, and unrolled as a part of a look."""

import numpy as np
import pytest

TEXT = {"dataset": {"kind": "arithmetic", "samples": 60}}
WAVES = {"dataset": {"kind": "waveforms", "samples": 40, "length": 16}}
SINES = {"dataset": {"kind": "sines", "samples": 120, "window": 8, "horizon": 2, "noise": 0.0}}


def made(client, steps: int = 20, **spec) -> str:
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    client.post(f"{url}/train", json={"steps": steps})
    return url


def test_a_sample_is_unrolled_into_what_the_layers_give(client) -> None:
    url = made(client, **WAVES, layers=[{"kind": "lstm", "units": 3, "bidirectional": True}])
    asked = {"part": "test", "samples": [2]}
    found = client.post(f"{url}/unrolled", json=asked).json()
    assert (found["of"], found["steps"], found["output_steps"]) == ("loss", 16, [15])
    data = client.get(f"{url}/dataset").json()
    assert found["target"] == data["test_targets"][2]
    assert found["losses"] == [pytest.approx(found["loss"])]
    forward, backward = found["layers"]
    assert (forward["layer"], forward["kind"], forward["direction"]) == (
        "lstm_1",
        "lstm",
        "forward",
    )
    assert backward["direction"] == "backward"
    assert list(forward["gates"]) == ["i", "f", "g", "o"]
    assert np.shape(forward["gates"]["o"]) == np.shape(backward["c"]) == (16, 3)
    np.testing.assert_allclose(forward["x"], data["test_inputs"][2], atol=1e-6)
    a = client.post(f"{url}/activations", json=asked).json()["lstm_1"]["a"][0]
    np.testing.assert_allclose([*forward["h"][-1], *backward["h"][0]], a, atol=1e-5)
    h = np.array(forward["gates"]["o"]) * np.tanh(forward["c"])
    np.testing.assert_allclose(forward["h"], h, atol=1e-5)
    assert forward["grad_from"] == [forward["grad_h"]]
    assert found["outputs"][0] == pytest.approx(
        client.post(f"{url}/predict", json=asked).json()["outputs"][0], abs=1e-5
    )


def test_a_brief_answer_is_the_gradients_alone(client) -> None:
    url = made(client, **WAVES, layers=[{"kind": "lstm", "units": 3}])
    asked = {"part": "test", "samples": [2], "cell": {"layer": "lstm_1", "unit": [1, 0]}}
    whole = client.post(f"{url}/unrolled", json=asked).json()
    brief = client.post(f"{url}/unrolled", json={**asked, "brief": True}).json()
    assert whole["lines"]
    [layer] = whole["layers"]
    assert all(layer[part] for part in ("x", "h", "c", "gates"))
    left = {**layer, "x": None, "h": None, "c": None, "gates": None}
    assert brief == {**whole, "outputs": None, "layers": [left]}


def test_of_text_the_gradient_is_told_by_the_step_it_came_from(client) -> None:
    url = made(client, **TEXT, layers=[{"kind": "embedding"}, {"kind": "gru", "units": 4, "return_sequences": True}])  # fmt: skip
    found = client.post(f"{url}/unrolled", json={"part": "train", "samples": [0]}).json()
    steps = found["steps"]
    assert found["output_steps"] == found["sources"] == list(range(steps))
    [layer] = found["layers"]
    came = np.array(layer["grad_from"])
    assert came.shape == (steps, steps)
    assert (np.triu(came, 1) == 0).all()  # no step hears of a later one
    asked = np.array(found["target"]) >= 0
    assert (came.diagonal()[asked] > 0).all()
    assert (came[~asked] == 0).all()
    assert [one is None for one in found["losses"]] == (~asked).tolist()
    assert sum(one or 0 for one in found["losses"]) == pytest.approx(found["loss"], rel=1e-5)
    # The last step's gradient came from its own loss alone.
    assert layer["grad_h"][-1] == pytest.approx(came[-1, -1], rel=1e-5)


def test_truncation_cuts_the_gradient_where_training_does(client) -> None:
    url = made(client, **WAVES, layers=[{"kind": "simple_rnn", "units": 3, "truncate": 5}])
    [layer] = client.post(f"{url}/unrolled", json={"part": "test", "samples": [0]}).json()["layers"]
    gradient = np.array(layer["grad_h"])
    assert (gradient[:15] == 0).all()
    assert gradient[15] > 0


def test_an_input_of_ones_own_is_asked_about_an_output(client) -> None:
    url = made(client, **WAVES, layers=[{"kind": "gru", "units": 3}])
    rows = {"inputs": [[[0.1 * t] for t in range(16)]]}
    found = client.post(f"{url}/unrolled", json=rows).json()
    assert found["target"] == int(np.argmax(found["outputs"][0]))
    assert (found["of"], found["loss"], found["losses"]) == ("output", None, None)
    other = client.post(f"{url}/unrolled", json={**rows, "of": 3}).json()
    assert other["target"] == 3
    assert other["layers"][0]["h"] == found["layers"][0]["h"]
    weight = np.array(client.get(f"{url}/weights").json()["output.weight"])
    assert other["layers"][0]["grad_h"][-1] == pytest.approx(np.linalg.norm(weight[:, 3]), rel=1e-5)


@pytest.mark.parametrize("kind", ["simple_rnn", "lstm", "gru"])
def test_a_cell_is_worked_out_from_its_gates_to_its_state(client, kind) -> None:
    url = made(client, **WAVES, layers=[{"kind": "dropout"}, {"kind": kind, "units": 3, "bidirectional": True}])  # fmt: skip
    asked = {"part": "test", "samples": [2], "cell": {"layer": f"{kind}_1", "unit": [5, 4]}}
    found = client.post(f"{url}/unrolled", json=asked).json()
    back, lines = found["layers"][1], found["lines"]
    assert lines[-1]["what"] == "state"
    assert lines[-1]["value"] == pytest.approx(back["h"][5][1], abs=1e-6)
    gates = {line["what"][5:]: line["value"] for line in lines if line["what"].startswith("gate.")}
    assert gates == {
        letter: pytest.approx(back["gates"][letter][5][1], abs=1e-6) for letter in gates
    }
    assert len(gates) == {"simple_rnn": 0, "lstm": 4, "gru": 3}[kind]


@pytest.mark.parametrize(
    ("spec", "body", "field", "code"),
    [
        (WAVES, {"part": "test", "samples": [0], "cell": {"layer": "output", "unit": [0, 0]}}, "cell.layer", "no_such_layer"),
        ({**WAVES, "layers": [{"kind": "lstm", "units": 2}]}, {"part": "test", "samples": [0], "cell": {"layer": "lstm_1", "unit": [16, 0]}}, "cell.unit", "place_outside"),
        ({}, {"inputs": [[0.1, 0.2]]}, "layers", "unrolled.not_recurrent"),
        (WAVES, {"part": "test", "samples": [0, 1]}, "samples", "one_input"),
        (WAVES, {"part": "test", "samples": [0], "of": 4}, "of", "unrolled.no_such_output"),
        (WAVES, {"inputs": [[[0.0]] * 15]}, "inputs", "inputs.of_other_shape"),
    ],
)  # fmt: skip
def test_what_cannot_be_unrolled_says_why(client, spec, body, field, code) -> None:
    answer = client.post(f"{made(client, 1, **spec)}/unrolled", json=body)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)


def test_what_would_hold_too_many_numbers_names_the_limit(client) -> None:
    wide = {"kind": "simple_rnn", "units": 110, "bidirectional": True}
    spec = {
        "dataset": {"kind": "waveforms", "samples": 8, "length": 128},
        "layers": [{**wide, "return_sequences": True}] * 11 + [wide],
        "batch_size": 1,
    }
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    answer = client.post(f"{url}/unrolled", json={"part": "train", "samples": [0]})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "samples"
    assert "max_answer_numbers" in answer.text
    client.delete(url)


# Forecasts


def test_forecasts_are_those_of_predict_in_the_units_of_the_series(client) -> None:
    url = made(client, 200, **SINES)
    data = client.get(f"{url}/dataset").json()
    found = client.get(f"{url}/forecast", params={"ahead": 30}).json()
    mean, deviation = data["target_mean"], data["target_deviation"]
    series = np.array(data["series"]) * deviation + mean
    window, horizon = found["window"], found["horizon"]
    assert (window, horizon, found["length"]) == (8, 2, len(series))
    places = data["test_positions"]
    assert (found["test_first"], found["test_last"]) == (places[0], places[-1])

    def said(windows: list[np.ndarray]) -> np.ndarray:
        rows = [[[v] for v in one] for one in windows]
        outputs = client.post(f"{url}/predict", json={"inputs": rows}).json()["outputs"]
        return np.array(outputs)[:, 0]

    def before(values: np.ndarray, place: int) -> np.ndarray:
        return values[place - horizon - window + 1 : place - horizon + 1]

    direct = found["direct"]
    np.testing.assert_allclose(
        direct["forecast"], said([before(series, p) for p in places]), atol=1e-5
    )
    np.testing.assert_allclose(direct["truth"], series[places])
    np.testing.assert_allclose(direct["persistence"], series[np.array(places) - horizon])
    errors = found["errors"]
    mse = np.mean((np.array(direct["forecast"]) - series[places]) ** 2)
    naive = np.mean((series[np.array(places) - horizon] - series[places]) ** 2)
    assert errors["mse"] == pytest.approx(mse)
    assert errors["rmse"] == pytest.approx(mse**0.5)
    assert errors["relative"] == pytest.approx(1 - mse / naive)
    assert errors["count"] == len(places)

    free, known = found["free"], series.copy()
    first = free["first"]
    assert (first, free["fed_back_from"]) == (places[0], places[0] + horizon)
    known[first:] = np.nan
    for place in range(first, first + 30):
        known = np.append(known, np.nan) if place == len(known) else known
        known[place] = said([before(known, place)])[0]
    np.testing.assert_allclose(free["forecast"], known[first : first + 30], atol=1e-4)
    assert free["persistence"] == [pytest.approx(series[first - 1])] * 30
    cost = np.mean((np.array(free["forecast"]) - free["truth"]) ** 2)
    assert free["errors"]["mse"] == pytest.approx(cost)


def test_a_free_run_goes_on_beyond_the_end(client) -> None:
    url = made(client, **SINES)
    length = client.get(f"{url}/forecast", params={"ahead": 1}).json()["length"]
    found = client.get(f"{url}/forecast", params={"ahead": 5, "from": length - 2}).json()
    assert found["free"]["truth"][2:] == [None] * 3
    assert found["free"]["errors"]["count"] == 2
    assert None not in found["free"]["forecast"]
    assert (found["direct"]["first"], len(found["direct"]["truth"])) == (length - 2, 2)
    beyond = client.get(f"{url}/forecast", params={"ahead": 5, "from": length}).json()
    assert beyond["direct"]["forecast"] == []
    assert beyond["free"]["errors"] == {
        "count": 0, "mse": None, "rmse": None, "persistence_mse": None, "persistence_rmse": None,
        "relative": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("spec", "params", "field", "code"),
    [
        (WAVES, {}, "dataset", "forecast.no_series"),
        (SINES, {"ahead": 1001}, "ahead", "forecast.too_far"),
        (SINES, {"from": 8}, "from", "forecast.no_such_place"),
        (SINES, {"from": 10**6}, "from", "forecast.no_such_place"),
        (
            {"dataset": {**SINES["dataset"], "test_fraction": 0}}, {}, "from", "forecast.no_test_part",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_forecast_says_why(client, spec, params, field, code) -> None:
    answer = client.get(f"{made(client, 1, **spec)}/forecast", params=params)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == (field, code)
