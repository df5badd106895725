"""A column of an uploaded table, forecast over HTTP."""

import numpy as np

CSV = "day,price\n" + "\n".join(f"{t},{100 + 5 * np.sin(t / 3)}" for t in range(120))


def test_a_column_of_an_uploaded_table_is_forecast_in_its_own_units(client) -> None:
    own = client.post("/api/datasets", json={"name": "rates", "csv": CSV}).json()
    dataset = {"kind": "own_series", "id": own["id"], "column": "price", "window": 8}
    made = client.post("/api/networks", json={"dataset": dataset})
    assert made.status_code == 201, made.text
    network = made.json()
    assert network["spec"]["layers"][0]["kind"] == "gru"
    url = f"/api/networks/{network['id']}"
    client.post(f"{url}/train", json={"steps": 300})
    data = client.get(f"{url}/dataset").json()
    assert (data["view"], data["series_name"]["en"], data["time_label"]["zh"]) == (
        "sequence",
        "price",
        "行",
    )
    found = client.get(f"{url}/forecast", params={"ahead": 10}).json()
    assert 90 < min(found["direct"]["truth"]) < max(found["direct"]["truth"]) < 110
    assert found["errors"]["relative"] > 0.5
    problem = client.patch(url, json={"dataset": {"column": "rain"}}).json()
    assert problem["errors"][0]["field"] == "dataset.column"
    assert problem["errors"][0]["code"] == "table.no_such_column"
    client.delete(url)
    assert client.delete(f"/api/datasets/own/{own['id']}").status_code == 204
