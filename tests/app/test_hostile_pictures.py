"""Pictures that are none, that are too many, or that lie: each is refused with a code, and cheaply."""

import struct
import zlib
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_LZMA, ZipFile

import httpx
import numpy as np
import pytest
from PIL import Image

from app.errors import MEDIA_TYPE

from ..serving import Running, serve
from .test_own_pictures import archive, body, file, kept, send, squares

GOOD = file(squares(1)[0])


def png(width: int, height: int, rows: bytes) -> bytes:
    """With every checksum right, whatever it says of its size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b""))
    )


def animated(kind: str) -> bytes:
    out = BytesIO()
    frames = [Image.fromarray(one) for one in squares(4)]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:])
    return out.getvalue()


def encrypted(data: bytes) -> bytes:
    """The flag set in both headers of the first file."""
    changed = bytearray(data)
    changed[6] |= 1
    changed[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(changed)


def packed(files: dict[str, bytes], how: int) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", how) as opened:
        for name, data in files.items():
            opened.writestr(name, data)
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ARCHIVES: dict[str, tuple[bytes, str]] = {
    "twenty megapixels": (archive({"a/1.png": GOOD, "b/1.png": png(5000, 4000, b"")}), "pictures.too_many_pixels"),
    "a gigapixel": (archive({"a/1.png": GOOD, "b/1.png": png(50_000, 50_000, b"")}), "pictures.too_many_pixels"),
    "a GIF": (archive({"a/1.png": GOOD, "b/1.gif": file(squares(1)[0], "gif")}), "pictures.format"),
    "an animated GIF": (archive({"a/1.png": GOOD, "b/1.gif": animated("gif")}), "pictures.format"),
    "an animated PNG": (archive({"a/1.png": GOOD, "b/1.png": animated("png")}), "pictures.animated"),
    "an animated WebP": (archive({"a/1.png": GOOD, "b/1.webp": animated("webp")}), "pictures.animated"),
    "a header that says more than there is": (
        archive({"a/1.png": GOOD, "b/1.png": png(1500, 1500, bytes(200))}), "pictures.unreadable",
    ),
    "a truncated PNG": (archive({"a/1.png": GOOD, "b/1.png": GOOD[:-40]}), "pictures.unreadable"),
    "a truncated JPEG": (
        archive({"a/1.png": GOOD, "b/1.jpg": file(squares(1, 60)[0], "jpeg")[:-200]}), "pictures.unreadable",
    ),
    "an SVG with a script": (archive({"a/1.png": GOOD, "b/1.svg": SVG}), "pictures.format"),
    "an SVG that calls itself a PNG": (archive({"a/1.png": GOOD, "b/1.png": SVG}), "pictures.format"),
    "text": (archive({"a/1.png": GOOD, "b/readme.txt": b"hello"}), "pictures.format"),
    "an empty file": (archive({"a/1.png": GOOD, "b/1.png": b""}), "pictures.format"),
    "a bomb": (packed({"a1.png": bytes(40_000_000)}, ZIP_DEFLATED), "pictures.unpacked_too_large"),
    "a bomb of many": (
        packed({f"a{n}.png": bytes(9_000_000) for n in range(4)}, ZIP_DEFLATED), "pictures.unpacked_too_large",
    ),
    "too many files": (archive({f"{n}": b"" for n in range(20_001)}), "pictures.too_many_files"),
    "a path upwards": (archive({"../a/1.png": GOOD, "b/1.png": GOOD}), "pictures.path"),
    "a path upwards within": (archive({"a/../../1.png": GOOD, "b/1.png": GOOD}), "pictures.path"),
    "a path from the root": (archive({"/etc/1.png": GOOD, "b/1.png": GOOD}), "pictures.path"),
    "a path of Windows": (archive({"C:\\a\\1.png": GOOD, "b/1.png": GOOD}), "pictures.path"),
    "no archive": (b"hello" * 100, "pictures.no_zip"),
    "an empty body": (b"", "pictures.no_zip"),
    "half an archive": (archive({"a/1.png": GOOD, "b/1.png": GOOD})[:-60], "pictures.no_zip"),
    "a wrong checksum": (archive({"a/1.png": GOOD, "b/1.png": GOOD}).replace(b"IHDR", b"IHDr"), "pictures.no_zip"),
    "a password": (encrypted(archive({"a/1.png": GOOD, "b/1.png": GOOD})), "pictures.encrypted"),
    "another packing": (packed({"a/1.png": GOOD, "b/1.png": GOOD}, ZIP_LZMA), "pictures.compression"),
    "nothing in it": (archive({}), "pictures.empty_zip"),
    "only folders and noise": (archive({"a/": b"", ".DS_Store": b"x"}), "pictures.empty_zip"),
    "one class": (archive({"cat_1.png": GOOD, "cat_2.png": GOOD}), "pictures.one_class"),
    "one folder": (archive({"cat/1.png": GOOD, "cat/2.png": GOOD}), "pictures.one_class"),
    "no class": (archive({"1.png": GOOD, "2.png": GOOD}), "pictures.no_class"),
    "a class without end": (archive({f"{'a' * 90}/1.png": GOOD, "b/1.png": GOOD}), "pictures.no_class"),
    "too many classes": (archive({f"class {n}/x.png": GOOD for n in range(65)}), "pictures.too_many_classes"),
}  # fmt: skip


def check(answer: httpx.Response, code: str, status: int = 422) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    problem = answer.json()
    assert problem["code"] == code, problem
    return problem


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_bad_archive_is_refused_and_nothing_is_lost(
    server: Running, client: httpx.Client, name: str
) -> None:
    before = client.get("/api/datasets").json()
    generations = [worker.generation for worker in server.networks.workers]
    data, code = ARCHIVES[name]
    problem = check(send(client, data), code)
    assert problem["errors"][0]["field"] in ("zip", "images", "labels")
    if code in (
        "pictures.too_many_pixels",
        "pictures.unpacked_too_large",
        "pictures.too_many_files",
    ):
        assert problem["limit"].startswith("max_")
        assert problem["value"] > 0
    assert client.get("/api/datasets").json() == before
    # Nor did it bring down who decodes it.
    assert [worker.generation for worker in server.networks.workers] == generations


def test_a_header_that_says_less_than_there_is_costs_no_more(client: httpx.Client) -> None:
    small = png(12, 12, bytes(13 * 12) + bytes(20_000_000))
    own = kept(send(client, archive({"a/1.png": small, "b/1.png": GOOD})))
    assert own["rows"] == 2


SHAPES: dict[str, tuple[Any, str]] = {
    "pictures of two sizes": ([[[1] * 4] * 4, [[1] * 5] * 5], "pictures.sizes_differ"),
    "pictures of two widths": ([[[1] * 4] * 4, [[1] * 5] * 4], "pictures.sizes_differ"),
    "ragged rows": ([[[1] * 4] * 4, [[1] * 4] * 3 + [[1] * 3]], "pictures.ragged"),
    "too bright": ([[[1] * 4] * 4, [[256] * 4] * 4], "pictures.value"),
    "too dark": ([[[1] * 4] * 4, [[-1] * 4] * 4], "pictures.value"),
    "halves": ([[[1] * 4] * 4, [[0.5] * 4] * 4], "pictures.value"),
    "too large a number": ([[[1] * 4] * 4, [[1e300] * 4] * 4], "pictures.value"),
    "truth values": ([[[1] * 4] * 4, [[True] * 4] * 4], "pictures.no_numbers"),
    "texts": ([[[1] * 4] * 4, [["1"] * 4] * 4], "pictures.no_numbers"),
    "nothing": ([[[1] * 4] * 4, [[None] * 4] * 4], "pictures.no_numbers"),
    "rows only": ([[1] * 4, [1] * 4], "pictures.shape"),
    "four colours": ([[[[1] * 4] * 4] * 4] * 2, "pictures.shape"),
    "too deep": ([[[[[1] * 3] * 4] * 4] * 4] * 2, "pictures.no_numbers"),
    "no pictures": ([], "pictures.none"),
    "empty rows": ([[[]] * 4] * 2, "pictures.shape"),
    "too small": ([[[1] * 3] * 3] * 2, "pictures.size"),
    "too large": ([[[1] * 65] * 4] * 2, "pictures.size"),
    "no list": ("x", "not_a_list"),
}


@pytest.mark.parametrize("name", SHAPES)
def test_bad_numbers_are_refused(client: httpx.Client, name: str) -> None:
    images, code = SHAPES[name]
    labels = ["a", "b"][: len(images)]
    problem = check(client.post("/api/datasets", json={"images": images, "labels": labels}), code)
    assert problem["errors"][0]["field"] == "images"


@pytest.mark.parametrize(
    ("labels", "code", "field"),
    [
        (["a"], "pictures.labels_differ", "labels"),
        (["a", "a"], "pictures.one_class", "labels"),
        (["a", ""], "text_too_short", "labels.1"),
        (["a", "b" * 81], "text_too_long", "labels.1"),
        (["a", 1], "not_text", "labels.1"),
        ("ab", "not_a_list", "labels"),
    ],
)
def test_bad_labels_are_refused(client: httpx.Client, labels: Any, code: str, field: str) -> None:
    given = {"images": squares(2).tolist(), "labels": labels}
    problem = check(client.post("/api/datasets", json=given), code)
    assert problem["errors"][0]["field"] == field


def test_what_is_no_json_and_what_is_two_things_is_refused(client: httpx.Client) -> None:
    headers = {"content-type": "application/json"}
    for text in (
        b'{"images": [[[NaN]]], "labels": ["a"]}',
        b'{"images": [[[',
        b'{"images": 1e400}',
    ):
        check(client.post("/api/datasets", content=text, headers=headers), "not_json")
    for more in ({"csv": "1,a"}, {"inputs": [[1]]}, {"dataset": {"kind": "drawn"}}):
        check(client.post("/api/datasets", json=body(squares(4), **more)), "own.one_kind")
    check(client.post("/api/datasets", json={"csv": "1,2,A\n3,4,B\n", "nope": 1}), "unknown_field")


def test_settings_and_other_routes_bound_what_is_sent(tmp_path: Any) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (10, 64, 64), np.uint8)
    data = archive({f"{'ab'[n % 2]}/{n}.png": file(one) for n, one in enumerate(noise)})
    limits = {"max_zip_bytes": 60_000, "max_pictures_pixels": 30_000, "max_visitor_datasets": 1}
    with serve(tmp_path, **limits) as server, server.client() as client:
        found = check(send(client, data), "pictures.too_many_pixels_in_all")
        assert (found["limit"], found["value"]) == ("max_pictures_pixels", 30_000)
        found = check(send(client, data + bytes(60_000)), "too_large", 413)
        assert found["limit"] == "max_zip_bytes"
        check(send(client, data, size=65), "number_too_large")
        check(send(client, data, size=3), "number_too_small")
        check(send(client, data, name=""), "text_too_short")
        few = archive({"a/1.png": GOOD, "b/1.png": GOOD})
        kept(send(client, few))
        found = check(send(client, few), "too_many_datasets_of_yours", 429)
        assert found["limit"] == "max_visitor_datasets"
        headers = {"content-type": "application/zip"}
        answer = client.post("/api/networks", content=few, headers=headers)
        check(answer, "not_json_typed", 415)


def test_lists_are_counted_for_pictures_and_for_tables(tmp_path: Any) -> None:
    rows = b"[" * 40_000
    headers = {"content-type": "application/json"}
    with serve(tmp_path) as server, server.client() as client:
        answer = client.post("/api/datasets", content=b'{"inputs": ' + rows, headers=headers)
        assert check(answer, "too_many_lists", 413)["value"] == 32_768
        answer = client.post("/api/datasets", content=b'{"images": ' + rows * 11, headers=headers)
        assert check(answer, "too_many_lists", 413)["value"] == 400_000
