"""Pictures and tables of a network, drawn on the server."""

import csv
from base64 import b64decode
from io import BytesIO, StringIO
from itertools import pairwise
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np
import pytest
from PIL import Image

KINDS: dict[str, dict[str, Any]] = {
    "plane": {"dataset": {"kind": "spiral", "samples": 60}},
    "curve": {"dataset": {"kind": "sine", "samples": 40}},
    "images": {"dataset": {"kind": "digits", "samples": 60}},
    "series": {
        "dataset": {"kind": "sines", "samples": 60},
        "layers": [{"kind": "lstm", "units": 3}],
    },
    "text": {"dataset": {"kind": "zen", "samples": 20}},
}
SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("kind", KINDS)
def test_everything_is_drawn_alike_in_both_forms(client, kind) -> None:
    made = client.post("/api/networks", json=KINDS[kind]).json()
    url = f"/api/networks/{made['id']}"
    client.post(f"{url}/train", json={"steps": 8})
    for what in ("loss", "output", "network"):
        drawn = client.get(f"{url}/picture?what={what}")
        assert drawn.headers["content-type"] == "image/svg+xml"
        root = ElementTree.fromstring(drawn.content)
        assert KINDS[kind]["dataset"]["kind"] in (root.findtext(f"{SVG}title") or "")
        assert len(root) > 5
        painted = client.get(f"{url}/picture?what={what}&format=png")
        picture = np.asarray(Image.open(BytesIO(painted.content)))
        assert picture.shape[1] == 2 * int(root.get("width") or 0)
        assert len(np.unique(picture[::3, ::3].astype(int) @ [1, 256, 65536])) > 5
    client.delete(url)


def test_how_a_picture_looks_can_be_asked_for_within_limits(client, url) -> None:
    asked = "what=loss&theme=dark&language=zh&scale=log&width=400&height=300"
    drawn = client.get(f"{url}/picture?{asked}")
    root = ElementTree.fromstring(drawn.content)
    assert (root.get("width"), root.get("height")) == ("400", "300")
    assert drawn.headers["x-glassbox-notes"] == ""
    assert "还没有训练过一步" in drawn.text
    painted = client.get(f"{url}/picture?{asked}&format=png")
    assert Image.open(BytesIO(painted.content)).size == (800, 600)
    for wrong in ("width=239", "height=1201", "theme=pink", "language=de", "scale=root"):
        answer = client.get(f"{url}/picture?{wrong}")
        assert (answer.status_code, answer.headers["content-type"]) == (422, "application/problem+json")  # fmt: skip


def test_the_table_of_the_course_is_the_history(client, url) -> None:
    client.post(f"{url}/train", json={"steps": 30})
    text = client.get(f"{url}/history.csv").text
    rows = list(csv.DictReader(StringIO(text)))
    history = client.get(f"{url}/history").json()
    losses = {row["step"]: row["loss"] for row in rows if row["loss"]}
    assert [int(step) for step in losses] == history["step"]
    np.testing.assert_allclose([float(v) for v in losses.values()], history["loss"], rtol=1e-8)
    tests = [row for row in rows if row["test_loss"]]
    np.testing.assert_allclose([float(row["test_loss"]) for row in tests], history["test_loss"], rtol=1e-8)  # fmt: skip


def test_what_there_is_nothing_of_is_said(client, url) -> None:
    assert b"no step was made yet" in client.get(f"{url}/picture?what=loss").content
    for kind in ("drawn", "digits", "sines", "sine", "zen", "iris"):
        spec = {
            "dataset": {"kind": kind} if kind in ("drawn", "iris") else {"kind": kind, "samples": 0}
        }
        made = client.post("/api/networks", json=spec)
        if made.status_code != 201:
            continue
        other = f"/api/networks/{made.json()['id']}"
        for what in ("loss", "output", "network"):
            assert client.get(f"{other}/picture?what={what}&format=png").status_code == 200, kind
        for format in ("json", "onnx", "safetensors", "numpy", "ipynb"):
            status = client.get(f"{other}/export?format={format}").status_code
            empty = not made.json()["samples"] and format in ("numpy", "ipynb")
            assert status == (422 if empty else 200), (kind, format)
        client.delete(other)


def test_outputs_that_overflow_are_drawn(client) -> None:
    spec = {"dataset": {"kind": "sine"}, "layers": [{"units": 2, "activation": "exponential"}] * 2}
    made = client.post("/api/networks", json=spec).json()
    url = f"/api/networks/{made['id']}"
    weights = client.get(f"{url}/weights").json()
    client.put(f"{url}/weights", json={"output.weight": [[1e30]] * len(weights["output.weight"])})
    for format in ("svg", "png"):
        assert client.get(f"{url}/picture?format={format}").status_code == 200
    client.delete(url)


def test_a_run_becomes_a_film_and_numbered_stills(client, url) -> None:
    client.post(f"{url}/train", json={"steps": 300})
    found = client.post(f"{url}/film", json={"frames": 8, "seconds": 4}).json()
    assert found["steps"] == sorted(set(found["steps"]))
    assert (found["steps"][0] < 50, found["steps"][-1]) == (True, 300)
    moving: Any = Image.open(BytesIO(b64decode(found["file"])))
    assert (moving.format, moving.n_frames) == ("WEBP", len(found["steps"]))
    frames = []
    for number in range(moving.n_frames):
        moving.seek(number)
        frames.append(np.asarray(moving.convert("RGB")).astype(int))
    assert moving.info["duration"] == pytest.approx(4000 / len(frames), abs=1)
    assert all(np.abs(a - b).max() > 50 for a, b in pairwise(frames))
    # The last frame is the picture of now.
    now = client.get(f"{url}/picture?what=output&format=png").content
    picture = Image.open(BytesIO(now)).resize(moving.size, Image.Resampling.BOX)
    assert np.abs(np.asarray(picture).astype(int) - frames[-1]).mean() < 6
    stills = client.post(
        f"{url}/film", json={"format": "stills", "frames": 3, "what": "network"}
    ).json()
    with ZipFile(BytesIO(b64decode(stills["file"]))) as archive:
        names = archive.namelist()
        assert names[-1] == f"{len(names) - 1:03d}_step_300.png"
        assert Image.open(BytesIO(archive.read(names[0]))).format == "PNG"
