"""What is kept of one's own is renamed, taken along as CSV, deleted, and taken back."""

import csv
import io
import time
from typing import Any

import httpx
import pytest

from .test_own import CURVE, DRAWING, ROWS, TEXT, keep
from .test_own_pictures import body, squares

NAMES = ['one, "two"', "two\nlines", "高度 µ", "=HYPERLINK(1)", "-3", "'=x"]
CLASSES = ["a,b", "-x", '"q"', "=1+1", "＋ñ", "'@a"]


def url_of(own: dict[str, Any]) -> str:
    return f"/api/datasets/own/{own['id']}"


def read_back(client: httpx.Client, own: dict[str, Any], **query: Any) -> dict[str, Any]:
    """The table that its CSV is read as."""
    file = client.get(f"{url_of(own)}/csv")
    assert file.status_code == 200, file.text
    headers = {"content-type": "text/csv"}
    again = client.post("/api/datasets", content=file.content, params=query, headers=headers)
    assert again.status_code == 201, again.text
    return again.json()


def learned(client: httpx.Client, own: dict[str, Any]) -> dict[str, Any]:
    asked = {"id": own["id"], "test_fraction": 0}
    found = client.get(f"/api/datasets/{own['kind']}", params=asked)
    assert found.status_code == 200, found.text
    return found.json()


def assert_same(client: httpx.Client, own: dict[str, Any], again: dict[str, Any]) -> None:
    keys = ("view", "task", "rows", "columns", "target", "class_names")
    assert {k: own[k] for k in keys} == {k: again[k] for k in keys}
    first, second = learned(client, own), learned(client, again)
    for key in ("inputs", "targets", "mean", "deviation", "target_mean", "series", "row_names"):
        assert first[key] == second[key], key


def table_with(titles: list[str], rows: list[list[Any]]) -> str:
    text = io.StringIO()
    csv.writer(text).writerows([titles, *rows])
    return text.getvalue()


def test_a_name_is_changed_and_what_is_learned_is_not(client) -> None:
    for given in (ROWS, DRAWING):
        own = keep(client, given)
        answer = client.patch(url_of(own), json={"name": "  Cafe\u0301 二 "})
        assert answer.status_code == 200, answer.text
        assert answer.json()["name"] == "Caf\u00e9 二"
        listed = {one["id"]: one["name"] for one in client.get("/api/datasets").json()}
        assert listed[own["id"]] == client.get(url_of(own)).json()["name"] == "Caf\u00e9 二"
        assert answer.json()["digest"] == own["digest"]
    for name in ("", "   ", "x" * 81):
        refused = client.patch(url_of(own), json={"name": name})
        assert (refused.status_code, refused.json()["code"]) == (422, "own.name")
    assert client.patch(url_of(own), json={"name": " " * 9 + "x" * 80}).status_code == 200
    assert client.patch("/api/datasets/own/none", json={"name": "x"}).status_code == 404


def test_what_is_deleted_is_gone_and_can_be_taken_back(server) -> None:
    store = server.networks.store
    with server.client() as client:
        own = keep(client, ROWS)
        client.patch(url_of(own), json={"name": "renamed"})
        assert client.post(f"{url_of(own)}/restore").status_code == 404  # it is not deleted
        assert client.delete(url_of(own)).status_code == 204
        assert client.delete(url_of(own)).status_code == 404
        assert client.get(url_of(own)).status_code == 404
        assert client.get(f"{url_of(own)}/csv").status_code == 404
        assert client.patch(url_of(own), json={"name": "x"}).status_code == 404
        assert client.get(f"/api/datasets/own?id={own['id']}").status_code == 422
        assert client.get("/api/datasets").json() == []
        back = client.post(f"{url_of(own)}/restore")
        assert (back.status_code, back.json()["name"]) == (200, "renamed")
        assert_same(client, own, back.json())
        # Too late: it is purged.
        client.delete(url_of(own))
        visitor = store.forgotten_of(own["id"])
        assert not store.purge_data(time.time() - 60, visitor)
        assert store.purge_data(time.time() + 1, visitor)
        assert client.post(f"{url_of(own)}/restore").status_code == 404


def test_the_same_drawing_is_kept_anew_once_it_is_deleted(client) -> None:
    first = keep(client, DRAWING)
    client.delete(url_of(first))
    second = keep(client, DRAWING)
    assert second["id"] != first["id"]
    assert client.post(f"{url_of(first)}/restore").status_code == 200
    assert len(client.get("/api/datasets").json()) == 2


def test_a_table_of_awkward_names_is_read_as_the_same_again(client) -> None:
    rows = [
        [i / 7, -i * 1e-9, 1e16 + 2 * i, -i, i % 3, None if i % 4 == 0 else i, CLASSES[i % 6]]
        for i in range(40)
    ]
    titles = [*NAMES, "to, tell"]
    records = [dict(zip(titles, row, strict=True)) for row in rows]
    own = keep(client, {"records": records, "name": "awkward"})
    assert own["class_names"] == sorted(CLASSES)
    assert own["columns"] == NAMES
    assert_same(client, own, read_back(client, own))


def test_no_word_is_a_formula_and_numbers_are_numbers(client) -> None:
    rows = [[-i - 0.5, CLASSES[i % 6]] for i in range(36)]
    own = keep(client, {"csv": table_with(["=A1", "to tell"], rows), "name": "=cmd"})
    text = client.get(f"{url_of(own)}/csv").content.decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert not [cell for cell in cells if cell[0] in "=+@＋"]
    assert sum(cell[0] == "-" for cell in cells) == len(rows)
    assert min(float(cell) for cell in cells if cell[0] == "-") == -35.5


def test_values_go_and_come_to_the_last_digit(client) -> None:
    values = [[0.1 + i / 3, 2.0**-i] for i in range(30)]
    body = {"inputs": values, "targets": [i * 0.1 for i in range(30)], "name": "values"}
    own = keep(client, body)
    file = client.get(f"{url_of(own)}/csv").text
    found = [[float(cell) for cell in line.split(",")] for line in file.split("\r\n")[1:-1]]
    assert found == [[*row, i * 0.1] for i, row in enumerate(values)]
    assert_same(client, own, read_back(client, own))


@pytest.mark.parametrize(
    ("titles", "rows"),
    [
        (["date", "out"], lambda i: [f"2020-01-{i:02}", i * i % 7]),
        (["out", "beside", "-when"], lambda i: [i * i % 7, i % 3 + 0.5, f"-{i} ago"]),
        (["out"], lambda i: [i * i % 7]),
    ],
)  # fmt: skip
def test_a_series_is_the_same_again(client, titles, rows) -> None:
    text = table_with(titles, [rows(i) for i in range(1, 90)])
    own = keep(client, {"csv": text, "series": True, "target": "out", "name": "series"})
    again = read_back(client, own, series=True)
    assert_same(client, own, again)
    assert client.get(f"{url_of(own)}/csv").text == client.get(f"{url_of(again)}/csv").text


def test_drawings_and_texts_are_taken_along_and_pictures_say_that_they_cannot(client) -> None:
    drawing = client.get(f"{url_of(keep(client, DRAWING))}/csv")
    assert drawing.text.split("\r\n")[:2] == ['"x1","x2","class"', '0.5,0.5,"A"']
    curve = keep(client, CURVE)
    assert (curve["view"], curve["rows"]) == ("curve", 2)
    text = client.get(f"{url_of(curve)}/csv").text
    assert text == '"x1","value"\r\n0.5,1\r\n-0.5,2.25\r\n'
    assert drawing.headers["content-type"].startswith("text/csv")
    own = keep(client, {**TEXT, "name": '../r\u00e4ts\r\nX: "1"'})
    text = client.get(f"{url_of(own)}/csv")
    assert text.text == TEXT["dataset"]["text"]
    assert text.headers["content-type"].startswith("text/plain")
    assert text.headers["content-disposition"] == (
        "attachment; filename=\"r-ts-X- -1.txt\"; filename*=UTF-8''r%C3%A4ts-X-%20-1.txt"
    )
    pictures = client.get(f"{url_of(keep(client, body(squares())))}/csv")
    assert (pictures.status_code, pictures.json()["code"]) == (422, "own.no_csv")
