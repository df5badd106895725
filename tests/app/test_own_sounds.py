"""One's own sounds over HTTP: WAV files in base64, learned, heard again, and refused where they are none."""

import struct
import wave
from base64 import b64encode
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.errors import MEDIA_TYPE

from ..engine.speaking import RATE, words
from ..serving import Running, serve


def wav(values: Any, rate: int = RATE, width: int = 2, channels: int = 1) -> bytes:
    """values: from -1 to 1, (length,) or (length, channels)"""
    out = BytesIO()
    whole = np.rint(np.asarray(values) * (2 ** (8 * width - 1) - 1)).astype(np.int64).reshape(-1)
    shifted = whole + 128 if width == 1 else whole
    with wave.open(out, "wb") as file:
        file.setparams((channels, width, rate, 0, "NONE", ""))
        file.writeframes(
            b"".join(int(v).to_bytes(width, "little", signed=width > 1) for v in shifted)
        )
    return out.getvalue()


def text(data: bytes) -> str:
    return b64encode(data).decode()


def body(count: int = 3, seed: int = 0, **more: Any) -> dict[str, Any]:
    given, labels = words(count, seed)
    return {
        "name": "yes or no",
        "sounds": [text(wav(one)) for one in given],
        "labels": labels,
        **more,
    }


def kept(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_three_of_each_word_are_a_data_set_that_is_learned(server: Running) -> None:
    with server.client() as client:
        own = kept(client.post("/api/datasets", json=body()))
        assert own["dataset"] == {"kind": "own", "id": own["id"]}
        assert (own["view"], own["task"], own["rows"]) == ("sequence", "classification", 6)
        assert (own["shape"], own["class_names"], own["target"]) == (
            [51, 24],
            ["no", "yes"],
            "word",
        )
        assert client.get("/api/datasets").json()[0]["id"] == own["id"]
        made = client.post(
            "/api/networks", json={"dataset": {**own["dataset"], "test_fraction": 0}}
        )
        network = f"/api/networks/{made.json()['id']}"
        assert [layer["kind"] for layer in made.json()["spec"]["layers"]] == ["gru"]
        data = client.get(f"{network}/dataset").json()
        assert data["sources"][:6] == [0, 1, 2, 3, 4, 5]
        assert len(data["sources"]) == data["samples"] == 6 * 8
        assert data["column_labels"][0]["en"].endswith(" Hz")
        frame = client.post(f"{network}/train", json={"steps": 100}).json()
        assert frame["metrics"]["accuracy"] >= 0.95
        client.delete(network)


def test_a_sound_is_heard_again_as_it_was_given(client: httpx.Client) -> None:
    given = body()
    own = kept(client.post("/api/datasets", json=given))
    answer = client.get(f"/api/datasets/own/{own['id']}/sounds/4")
    assert answer.headers["content-type"] == "audio/wav"
    assert text(answer.content) == given["sounds"][4]
    assert client.get(f"/api/datasets/own/{own['id']}/sounds/6").json()["code"] == "no_such_sound"
    assert client.get("/api/datasets/own/nothing/sounds/0").json()["code"] == "no_such_sound"
    table = kept(client.post("/api/datasets", json={"csv": "a,b,c\n1,2,x\n2,1,y\n"}))
    assert client.get(f"/api/datasets/own/{table['id']}/sounds/0").status_code == 404


@pytest.mark.parametrize("width", [1, 2, 3, 4])
def test_every_width_and_several_channels_are_the_same_sound(
    client: httpx.Client, width: int
) -> None:
    tone = 0.5 * np.sin(np.arange(4000) / 7)
    stereo = np.stack([tone, tone], axis=1)
    files = [wav(tone, 8000, width), wav(stereo, 8000, width, 2)]
    given = {"sounds": [text(one) for one in files], "labels": ["one", "two"]}
    own = kept(client.post("/api/datasets", json=given))
    found = [client.get(f"/api/datasets/own/{own['id']}/sounds/{n}").content for n in (0, 1)]
    assert found[0] == found[1]
    values = np.frombuffer(found[0][44:], "<i2") / 32767
    np.testing.assert_allclose(values, tone, atol=1 / 128 if width == 1 else 2e-4)


def test_they_are_there_after_a_restart(tmp_path: Path) -> None:
    given = body()
    with serve(tmp_path) as running, running.client() as client:
        own = kept(client.post("/api/datasets", json=given))
        made = client.post("/api/networks", json={"dataset": own["dataset"]}).json()
        before = client.get(f"/api/networks/{made['id']}/dataset").json()
    with serve(tmp_path) as running, running.client() as client:
        assert client.get(f"/api/networks/{made['id']}/dataset").json() == before
        again = client.get(f"/api/datasets/own/{own['id']}/sounds/0").content
        assert text(again) == given["sounds"][0]


GOOD = wav(np.sin(np.arange(4000) / 5), 8000)


def changed(data: bytes, at: int, value: int, form: str = "<I") -> bytes:
    found = bytearray(data)
    found[at : at + struct.calcsize(form)] = struct.pack(form, value)
    return bytes(found)


BAD: dict[str, tuple[list[bytes | str], str]] = {
    "nothing": ([], "sounds.none"),
    "no base64": (["?", "?"], "sounds.not_base64"),
    "words": ([b"hello", b"hello"], "sounds.not_wav"),
    "an empty file": ([b"", GOOD], "sounds.not_wav"),
    "no samples": ([wav([], 8000), GOOD], "sounds.length"),
    "too short": ([wav([0.1] * 20, 8000), GOOD], "sounds.length"),
    "too long": ([wav(np.zeros(8000 * 11), 8000), GOOD], "sounds.length"),
    "a header that says hours": ([changed(GOOD, 40, 2**31 - 2), GOOD], "sounds.length"),
    "a header that says more": ([changed(GOOD, 40, 12_000), GOOD], "sounds.not_whole"),
    "half a file": ([GOOD[:2000], GOOD], "sounds.not_whole"),
    "half a header": ([GOOD[:30], GOOD], "sounds.not_wav"),
    "floating point": ([changed(GOOD, 20, 3, "<H"), GOOD], "sounds.not_wav"),
    "a rate of nothing": ([changed(GOOD, 24, 0), GOOD], "sounds.rate"),
    "a rate of a radio": ([changed(GOOD, 24, 2_000_000_000), GOOD], "sounds.rate"),
    "no channel": ([changed(GOOD, 22, 0, "<H"), GOOD], "sounds.not_wav"),
    "many channels": ([changed(GOOD, 22, 60_000, "<H"), GOOD], "sounds.not_wav"),
    "two rates": ([GOOD, wav(np.zeros(8000), 16000)], "sounds.rates_differ"),
}  # fmt: skip


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_sound_is_refused_and_nothing_is_lost(client: httpx.Client, name: str) -> None:
    before = client.get("/api/datasets").json()
    files, code = BAD[name]
    sounds = [one if isinstance(one, str) else text(one) for one in files]
    answer = client.post("/api/datasets", json={"sounds": sounds, "labels": ["a", "b"]})
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == MEDIA_TYPE
    assert answer.json()["code"] == code, answer.json()
    assert client.get("/api/datasets").json() == before


def test_labels_that_do_not_fit_are_refused(client: httpx.Client) -> None:
    sounds = [text(GOOD)] * 2
    refused = client.post("/api/datasets", json={"sounds": sounds, "labels": ["a"]}).json()
    assert refused["code"] == "sounds.labels_differ"
    alike = client.post("/api/datasets", json={"sounds": sounds, "labels": ["a", "a"]}).json()
    assert alike["code"] == "pictures.one_class"
