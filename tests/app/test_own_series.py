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


WEEKS = "week,price\n" + "\n".join(f"W{t},{100 + t % 9}" for t in range(80))


def test_a_series_names_its_rows_by_the_column_of_words_beside_it(client) -> None:
    own = client.post("/api/datasets", json={"csv": WEEKS, "series": True}).json()
    assert (own["kind"], own["view"], own["target"]) == ("own_series", "sequence", "price")
    assert own["dataset"] == {"kind": "own_series", "id": own["id"]}
    made = client.post("/api/networks", json={"dataset": {**own["dataset"], "window": 8}}).json()
    data = client.get(f"/api/networks/{made['id']}/dataset").json()
    assert (data["time_label"]["en"], data["series_name"]["en"]) == ("week", "price")
    assert data["row_names"][:2] == ["W0", "W1"]
    assert len(data["row_names"]) == len(data["series"]) == 80
    assert client.get(f"/api/datasets/own/{own['id']}").json()["networks"] == 1


def test_years_evenly_apart_are_numbers_on_the_axis(client) -> None:
    text = "year;rain\n" + "\n".join(f"{1900 + 2 * t};{t * 7 % 11}" for t in range(60))
    headers = {"content-type": "text/csv"}
    own = client.post("/api/datasets?series=true", content=text, headers=headers).json()
    made = client.post("/api/networks", json={"dataset": {**own["dataset"], "window": 6}}).json()
    data = client.get(f"/api/networks/{made['id']}/dataset").json()
    assert (data["series_start"], data["series_step"], data["row_names"]) == (1900, 2, None)


def test_one_column_of_numbers_is_a_series(client) -> None:
    text = "\n".join(str(t * t % 17) for t in range(40))
    made = client.post("/api/datasets", json={"csv": text, "series": True}).json()
    assert (made["rows"], made["target"]) == (40, "x1")


def refused(client, csv: str, **more) -> tuple[str, dict]:
    answer = client.post("/api/datasets", json={"csv": csv, "series": True, **more})
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == ("target" if error["code"] == "table.no_such_column" else "csv")
    return error["code"], error["values"]


def test_what_is_no_series_names_line_and_column(client) -> None:
    code, values = refused(client, WEEKS.replace("\nW3,103", "\n\nW3,dear"))
    assert (code, values["line"], values["column"], values["cell"]) == (
        "series.no_number",
        6,
        "price",
        "dear",
    )
    code, values = refused(client, WEEKS.replace("W3,103", "W3,"))
    assert (code, values["line"]) == ("series.empty_cell", 5)
    assert refused(client, WEEKS, target="week")[0] == "series.no_number"
    assert refused(client, WEEKS, target="rain")[0] == "table.no_such_column"
    assert refused(client, "")[0] == "table.empty"
    assert refused(client, "price\n5")[0] == "series.too_few"
    code, values = refused(client, "price\n" + "5\n" * 40)
    assert (code, values["first"], values["last"]) == ("series.constant", 2, 41)
