"""Tables as people have them: each file of tests/tables is understood as the JSON beside it says."""

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet
import pytest

TABLES = Path(__file__).parent.parent / "tables"
FILES = sorted(path for path in TABLES.iterdir() if path.suffix != ".json")


def post(client, path: Path, **query: Any):
    return client.post(
        "/api/datasets",
        content=path.read_bytes(),
        headers={"content-type": "text/csv"},
        params=query,
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_table_is_understood_or_refused_with_place_and_reason(client, path: Path) -> None:
    wanted = json.loads(path.with_name(f"{path.name}.json").read_text())
    query = wanted.pop("query", {})
    answer = post(client, path, **query, dry_run=True)
    kept = post(client, path, **query)
    told = answer.json()
    if "problem" in wanted:
        assert kept.status_code == 422, kept.text
        # What its cells hold may be said otherwise; what has no cells is refused at once.
        for problem in (kept.json(), told["problem"] if answer.status_code == 200 else told):
            assert problem["code"] == wanted["problem"]
            assert wanted.get("values", {}).items() <= problem["values"].items()
        return
    assert told["problem"] is None
    assert answer.status_code == 200, answer.text
    found = {
        **told,
        "kinds": [one["kind"] for one in told["columns"]],
        "classes": [one["name"] for one in told["classes"]],
        "notes": [one["code"] for one in told["notes"]],
    }
    assert {key: found[key] for key in wanted} == wanted
    if "notes" not in wanted:
        assert not set(found["notes"]) - {"read.one_sample", "read.decimal_comma"}, found["notes"]
    assert kept.status_code == 201, kept.text
    own = kept.json()
    assert own["columns"] == told["inputs"]
    assert own["class_names"] == found["classes"]
    assert [one["code"] for one in own["notes"]] == found["notes"]
    made = client.post("/api/networks", json={"dataset": own["dataset"], **own["suits"]})
    assert made.status_code == 201, made.text
    data = client.get(f"/api/networks/{made.json()['id']}/dataset").json()
    assert (data["samples"], data["test_samples"]) == (told["train"], told["test"])
    client.delete(f"/api/networks/{made.json()['id']}")


def test_units_in_are_units_out(client) -> None:
    rows = "".join(f"{m2},{1000.5 * m2 + 20000}\n" for m2 in range(20, 160, 2))
    text = f"m2,price\n{rows}"
    own = client.post("/api/datasets", json={"csv": text}).json()
    spec = {"dataset": own["dataset"], **own["suits"], "layers": []}
    spec["optimizer"] = {"kind": "sgd", "learning_rate": 0.1}
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    client.post(f"{url}/train", json={"steps": 800})
    asked = {"inputs": [[80], [100]]}
    said = client.post(f"{url}/predict", json=asked).json()["outputs"]
    assert said[0] == pytest.approx([100040], rel=1e-4)
    assert said[1] == pytest.approx([120050], rel=1e-4)
    data = client.get(f"{url}/dataset").json()
    inputs = [[(x - data["mean"][0]) / data["deviation"][0]] for x in (80, 100)]
    own_units = client.post(f"{url}/predict", json={"inputs": inputs, "scaled": True}).json()
    for (raw,), (scaled,) in zip(said, own_units["outputs"], strict=True):
        assert scaled * data["target_deviation"] + data["target_mean"] == pytest.approx(raw)
    part = {"part": "test", "samples": [0]}
    (first,) = client.post(f"{url}/predict", json=part).json()["outputs"]
    raw = data["test_targets"][0] * data["target_deviation"] + data["target_mean"]
    assert first == pytest.approx([raw], rel=1e-4)


def test_the_same_file_gives_the_same_losses_twice(client) -> None:
    path = TABLES / "words.csv"
    losses = []
    for _ in range(2):
        own = post(client, path).json()
        made = client.post("/api/networks", json={"dataset": own["dataset"], **own["suits"]}).json()
        url = f"/api/networks/{made['id']}"
        losses.append(client.post(f"{url}/train", json={"steps": 30}).json()["losses"])
    assert losses[0] == losses[1]


ROWS = [["a", "b", "c"], [1, 2.5, "x"], [3, 4.5, "y"], [5, 6.5, "x"], [7, 8.5, "y"]]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def workbook(cells: str, extra: dict[str, bytes] | None = None) -> bytes:
    """An .xlsx with one sheet, of the least parts that one has."""
    kinds = "http://schemas.openxmlformats.org/package/2006"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{kinds}/content-types"><Default Extension="xml" ContentType="application/xml"/><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="{XLSX}.main+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{kinds}/relationships"><Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{SHEET}" xmlns:r="{office}"><sheets><sheet name="one" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{kinds}/relationships"><Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{SHEET}"><sheetData>{cells}</sheetData></worksheet>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**parts, **(extra or {})}.items():
            archive.writestr(name, part)
    return packed.getvalue()


def cells_of(rows: list[list[Any]]) -> str:
    def cell(place: str, value: Any) -> str:
        if isinstance(value, str):
            return f'<c r="{place}" t="inlineStr"><is><t>{value}</t></is></c>'
        # A formula, with the value that it had when the file was saved.
        return f'<c r="{place}"><f>{value}+0</f><v>{value}</v></c>'

    return "".join(
        f'<row r="{r}">{"".join(cell(f"{chr(65 + i)}{r}", v) for i, v in enumerate(row))}</row>'
        for r, row in enumerate(rows, 1)
    )


def records() -> bytes:
    return json.dumps([dict(zip(ROWS[0], row, strict=True)) for row in ROWS[1:]]).encode()


def parquet() -> bytes:
    columns = dict(zip(ROWS[0], zip(*ROWS[1:], strict=True), strict=True))
    written = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.table({k: list(v) for k, v in columns.items()}), written)
    return written.getvalue()


@pytest.mark.parametrize(
    ("data", "content"),
    [
        (workbook(cells_of(ROWS)), XLSX),
        (workbook(cells_of(ROWS)), "application/zip"),
        (records(), "application/octet-stream"),
        (parquet(), "application/vnd.apache.parquet"),
    ],
    ids=["xlsx", "xlsx as zip", "records", "parquet"],
)
def test_files_of_other_programs_are_the_same_table(client, data, content) -> None:
    csv = "\n".join(",".join(map(str, row)) for row in ROWS)
    wanted = client.post("/api/datasets?dry_run=true", json={"csv": csv}).json()
    answer = client.post(
        "/api/datasets?dry_run=true", content=data, headers={"content-type": content}
    )
    assert answer.status_code == 200, answer.text
    same = {"separator", "encoding"}
    assert {k: v for k, v in answer.json().items() if k not in same} == {
        k: v for k, v in wanted.items() if k not in same
    }


def test_records_in_a_request_are_a_table(client) -> None:
    given = {"records": json.loads(records()), "target": "a", "read": {"kinds": {"c": "ignored"}}}
    own = client.post("/api/datasets", json=given).json()
    assert (own["columns"], own["target"], own["task"]) == (["b"], "a", "regression")


def lying() -> bytes:
    """A Parquet file whose footer says that it is longer than it is."""
    whole = bytearray(parquet())
    whole[-8:-4] = (2**31 - 1).to_bytes(4, "little")
    return bytes(whole)


BOMB = {"xl/media/zeros.bin": bytes(40_000_000)}
DTD = {"xl/styles.xml": b'<!DOCTYPE s [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><s>&b;</s>'}
FAR = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(1000), "table.other_file"),
        (b"1" * 15_000_000, "table.line_too_long"),
        (b"1," * 100_000 + b"1\n", "table.line_too_long"),
        (b"1," * 20_000 + b"1\n", "table.row_too_wide"),
        (b"1\n" * 3_000_000, "table.too_many_lines"),
        (workbook("", BOMB), "table.unpacks_too_large"),
        (workbook("", DTD), "table.no_workbook"),
        (workbook(FAR), "table.spans_too_much"),
        (workbook(cells_of(ROWS))[:-40], "table.no_workbook"),
        (lying(), "table.bad_parquet"),
        (parquet()[:200] + parquet()[230:], "table.bad_parquet"),
        (b'[{"a": 1}, {"a": [1]}]', "table.bad_records"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_no_table_is_refused_at_once(client, data, code) -> None:
    headers = {"content-type": "application/octet-stream"}
    answer = client.post("/api/datasets", content=data, headers=headers)
    assert answer.status_code == 422, answer.text
    assert answer.json()["code"] == code
    assert client.get("/healthz").status_code == 200
