"""One's own pictures over HTTP: as numbers, and in an archive."""

import sqlite3
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import numpy as np
import pytest
from PIL import Image

from ..serving import serve

BRIGHT, DARK = 200, 40


def squares(count: int = 24, side: int = 12, channels: int = 1) -> np.ndarray:
    """(count, side, side[, channels]): every other one bright on the left, the others on the right."""
    pixels = np.full((count, side, side, channels), DARK, np.uint8)
    pixels[::2, :, : side // 2] = BRIGHT
    pixels[1::2, :, side // 2 :] = BRIGHT
    pixels[:, 0, 0] = np.arange(count)[:, None]  # each one another
    return pixels if channels > 1 else pixels[..., 0]


def body(pixels: np.ndarray, **more: Any) -> dict[str, Any]:
    labels = ["left", "right"] * (len(pixels) // 2)
    return {"name": "sides", "images": pixels.tolist(), "labels": labels, **more}


def file(pixels: Any, kind: str = "png", **how: Any) -> bytes:
    out = BytesIO()
    Image.fromarray(np.asarray(pixels, np.uint8)).save(out, kind, **how)
    return out.getvalue()


def archive(files: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w") as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return out.getvalue()


def send(client: httpx.Client, data: bytes, **query: Any) -> httpx.Response:
    headers = {"content-type": "application/zip"}
    return client.post("/api/datasets", params=query, content=data, headers=headers)


def kept(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    return answer.json()


def samples(client: httpx.Client, own: dict[str, Any]) -> dict[str, Any]:
    """All of them as training samples, in the order they were given."""
    query = {"id": own["id"], "test_fraction": 0}
    return client.get("/api/datasets/own", params=query).json()


@pytest.mark.parametrize("channels", [1, 3])
def test_pictures_given_as_numbers_are_a_data_set_of_images(
    client: httpx.Client, channels: int
) -> None:
    pixels = squares(channels=channels)
    own = kept(client.post("/api/datasets", json=body(pixels)))
    assert own["dataset"] == {"kind": "own", "id": own["id"]}
    assert (own["kind"], own["view"], own["task"]) == ("own", "image", "classification")
    assert (own["rows"], own["shape"]) == (24, [12, 12, channels])
    assert own["class_names"] == ["left", "right"]
    assert own["columns"] == (["pixel"] if channels == 1 else ["red", "green", "blue"])
    found = samples(client, own)
    assert (found["view"], found["shape"]) == ("image", [12, 12, channels])
    inputs = np.array(found["inputs"])
    assert np.allclose(inputs, pixels.reshape(inputs.shape) / 255)
    assert found["targets"] == [0, 1] * 12


def test_what_is_left_out_of_a_spec_is_what_suits_them(client: httpx.Client) -> None:
    own = kept(client.post("/api/datasets", json=body(squares())))
    made = client.post("/api/networks", json={"dataset": own["dataset"], "seed": 4})
    assert made.status_code == 201, made.text
    spec = made.json()["spec"]
    assert [layer["kind"] for layer in spec["layers"]] == [
        "conv2d", "max_pool2d", "conv2d", "max_pool2d", "flatten",
    ]  # fmt: skip
    assert spec["optimizer"]["kind"] == own["suits"]["optimizer"]["kind"] == "adam"
    frame = client.post(f"/api/networks/{made.json()['id']}/train", json={"steps": 60}).json()
    assert frame["metrics"]["accuracy"] == 1
    data = client.get(f"/api/networks/{made.json()['id']}/dataset").json()
    assert (data["samples"], data["test_samples"]) == (18, 6)
    layers = [{"kind": "flatten"}]
    flat = client.post("/api/networks", json={"dataset": own["dataset"], "layers": layers})
    assert flat.json()["spec"]["optimizer"]["kind"] == "sgd"


@pytest.mark.parametrize(("side", "pools"), [(6, 1), (16, 2), (32, 2), (48, 3), (64, 3)])
def test_larger_pictures_are_halved_more_often(client: httpx.Client, side: int, pools: int) -> None:
    own = kept(client.post("/api/datasets", json=body(squares(4, side))))
    kinds = [layer["kind"] for layer in own["suits"]["layers"]]
    assert kinds.count("max_pool2d") == kinds.count("conv2d") == pools
    assert client.post("/api/networks", json={"dataset": own["dataset"]}).status_code == 201
    preview = np.array(own["preview"]["inputs"])
    assert preview.shape[0] == 4
    assert max(preview.shape[1:3]) <= 16


def test_the_largest_picture_can_be_asked_about_as_numbers(client: httpx.Client) -> None:
    own = kept(client.post("/api/datasets", json=body(squares(4, 64, 3))))
    layers = [{"kind": "flatten"}]
    made = client.post("/api/networks", json={"dataset": own["dataset"], "layers": layers}).json()
    numbers = np.random.default_rng(0).random((1, 64, 64, 3)).tolist()
    for question in ("predict", "activations", "influence", "saliency", "occlusion"):
        more = {"size": 6, "stride": 6} if question == "occlusion" else {}
        asked = {"inputs": numbers, "scaled": True, **more}
        answer = client.post(f"/api/networks/{made['id']}/{question}", json=asked)
        assert answer.status_code == 200, (question, answer.text[:200])


def test_whole_numbers_as_labels_are_in_their_order(client: httpx.Client) -> None:
    given = {**body(squares(4)), "labels": ["10", "9", "10", "2"]}
    assert kept(client.post("/api/datasets", json=given))["class_names"] == ["2", "9", "10"]


def test_they_are_listed_shared_and_deleted_as_tables_are(server) -> None:
    with server.client() as client, server.client() as other:
        own = kept(client.post("/api/datasets", json=body(squares())))
        (listed,) = client.get("/api/datasets").json()
        names = ("id", "name", "view", "rows", "shape", "class_names", "dataset", "preview")
        assert [listed[name] for name in names] == [own[name] for name in names]
        assert other.get("/api/datasets").json() == []
        assert other.post("/api/networks", json={"dataset": own["dataset"]}).status_code == 201
        url = f"/api/datasets/own/{own['id']}"
        assert client.get(url).json()["networks"] == 1
        assert client.delete(url).status_code == 204
        assert client.get(url).status_code == 404
        gone = client.post("/api/networks", json={"dataset": own["dataset"]})
        assert gone.json()["code"] == "no_such_dataset"


def test_they_outlive_a_restart_and_damage_is_found(tmp_path: Path) -> None:
    with serve(tmp_path, workers=1) as server, server.client() as client:
        own = kept(client.post("/api/datasets", json=body(squares())))
        network = client.post("/api/networks", json={"dataset": own["dataset"]}).json()["id"]
        client.post(f"/api/networks/{network}/train", json={"steps": 5})
        weights = client.get(f"/api/networks/{network}/weights").json()
        cookies = dict(client.cookies)
    with serve(tmp_path, workers=1) as server, server.client(cookies=cookies) as client:
        assert client.get(f"/api/networks/{network}/weights").json() == weights
        assert client.get("/api/datasets").json()[0]["rows"] == 24
    with sqlite3.connect(tmp_path / "glassbox.sqlite") as database:
        (arrays,) = database.execute("SELECT arrays FROM datasets").fetchone()
        assert len(arrays) < squares().size + 500  # a byte a pixel
        damaged = arrays[:-1] + bytes([arrays[-1] ^ 1])
        database.execute("UPDATE datasets SET arrays = ?", (damaged,))
    with serve(tmp_path, workers=1) as server, server.client(cookies=cookies) as client:
        assert client.get(f"/api/datasets/own/{own['id']}").status_code == 404


def test_a_class_is_a_folder_or_how_a_name_begins(client: httpx.Client) -> None:
    left, right = (file(one) for one in squares(2))
    cases: list[tuple[dict[str, bytes], list[str], list[int]]] = [
        ({"cat/1.png": left, "dog/1.png": right, "dog/2.png": left}, ["cat", "dog"], [0, 1, 1]),
        ({"all/dog/1.png": right, "all/cat/1.png": left}, ["cat", "dog"], [1, 0]),
        ({"cat_01.png": left, "dog-2.png": right, "cat3.png": left}, ["cat", "dog"], [0, 1, 0]),
        ({"pets/a cat 1.png": left, "pets/dog.png": right}, ["a cat", "dog"], [0, 1]),
        ({"猫/1.png": left, "狗/1.png": right}, ["狗", "猫"], [1, 0]),
        (
            {"cat/1.png": left, "dog/2.png": right, "__MACOSX/cat/._1.png": b"x", ".DS_Store": b"x"},
            ["cat", "dog"], [0, 1],
        ),
    ]  # fmt: skip
    for files, classes, targets in cases:
        own = kept(send(client, archive(files), name="pets"))
        assert (own["name"], own["class_names"]) == ("pets", classes)
        assert samples(client, own)["targets"] == targets


def test_png_jpeg_and_webp_are_decoded_and_made_square(client: httpx.Client) -> None:
    wide = np.full((40, 100, 3), DARK, np.uint8)
    wide[:, 30:70] = (BRIGHT, 0, 0)  # the square in the middle
    clear = np.zeros((20, 20, 4), np.uint8)  # black, and seen through
    files = {
        "a1.png": file(wide), "a2.jpg": file(wide, "jpeg", quality=95, subsampling=0),
        "a3.webp": file(wide, "webp", lossless=True), "b1.png": file(clear),
    }  # fmt: skip
    own = kept(send(client, archive(files), size=16, colour=True))
    assert own["shape"] == [16, 16, 3]
    inputs = np.array(samples(client, own)["inputs"]) * 255
    inputs = inputs[:, 2:-2, 2:-2]  # a JPEG blurs what lies beside an edge
    assert np.abs(inputs[:3] - (BRIGHT, 0, 0)).max() < 6
    assert (inputs[3] == 255).all()
    grey = np.array(samples(client, kept(send(client, archive(files), size=16)))["inputs"]) * 255
    assert np.abs(grey[:3, 2:-2, 2:-2] - 0.299 * BRIGHT).max() < 6


def test_a_picture_is_turned_as_its_camera_says(client: httpx.Client) -> None:
    upright = np.full((32, 32), DARK, np.uint8)
    upright[:16] = BRIGHT
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    files = {
        "a1.jpg": file(np.rot90(upright), "jpeg", exif=exif, quality=95), "b1.png": file(upright),
    }  # fmt: skip
    inputs = np.array(samples(client, kept(send(client, archive(files))))["inputs"]) * 255
    assert np.abs(inputs[0] - inputs[1]).mean() < 4
