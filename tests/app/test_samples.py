"""A dataset as safetensors holds what its JSON does, in few bytes and in pages."""

import json
from typing import Any

import httpx
import numpy as np
import pytest
from safetensors.numpy import load

from ..data import MADE

LATER = ("image", "sequence", "text")


def made(client: httpx.Client, dataset: dict[str, Any]) -> str:
    answer = client.post("/api/networks", json={"dataset": dataset})
    assert answer.status_code == 201, answer.text
    return f"/api/networks/{answer.json()['id']}/dataset"


def tensors(client: httpx.Client, url: str, **query: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    answer = client.get(url, params={"format": "safetensors", **query})
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/octet-stream"
    length = int.from_bytes(answer.content[:8], "little")
    header = json.loads(answer.content[8 : 8 + length])
    return json.loads(header["__metadata__"]["dataset"]), load(answer.content)


def rows(told: dict[str, Any], array: Any) -> Any:
    """Samples as the page reads them."""
    if told.get("decimals") is None:
        return array
    whole = np.ascontiguousarray(array.transpose(0, 2, 1)).view("<i4")[..., 0]
    return (whole.T / told["decimals"] - told["mean"]) / told["deviation"]


@pytest.mark.parametrize("kind", MADE)
def test_the_buffer_says_what_the_json_says(client: httpx.Client, kind: str) -> None:
    url = made(client, {"kind": kind})
    whole = client.get(url).json()
    told, arrays = tensors(client, url)
    assert {k: v for k, v in told.items() if k != "decimals"} == {
        k: v for k, v in whole.items() if k in told
    }
    later = whole["view"] in LATER
    for part in ("test_", ""):
        found = rows(told, arrays[f"{part}inputs"])
        expected = np.array(whole[f"{part}inputs"])[: len(found)]
        if told["decimals"] is None:
            np.testing.assert_array_equal(found.ravel(), expected.astype(np.float32).ravel())
        else:  # every bit of a float64
            np.testing.assert_array_equal(found, expected.reshape(found.shape))
        # A number a sample is there for all of them.
        given = arrays[f"{part}targets"]
        targets = np.array(whole[f"{part}targets"])[: len(given)].astype(given.dtype)
        np.testing.assert_array_equal(given[: len(targets)].ravel(), targets.ravel())
        count = whole[f"{part}samples" if part else "samples"]
        assert len(given) == (len(found) if whole["view"] == "text" else count)
        assert len(found) == count or later
    if later:
        seen = len(arrays["inputs"]) + len(arrays["test_inputs"])
        assert seen == min(50, whole["samples"] + whole["test_samples"])
    for name in ("series", "positions", "test_positions"):
        if whole[name] is None:
            assert name not in arrays
        else:
            np.testing.assert_allclose(arrays[name], whole[name], rtol=1e-6)
    if whole["view"] == "plane":
        assert arrays["identities"].tolist() == whole["identities"]


def test_tables_are_sent_as_the_decimals_they_were(client: httpx.Client) -> None:
    told, arrays = tensors(client, made(client, {"kind": "breast_cancer"}))
    assert len(told["decimals"]) == 30
    assert arrays["inputs"].dtype == np.uint8
    assert arrays["inputs"].shape == (30, 4, told["samples"])


def test_a_table_without_decimals_is_sent_as_it_is(client: httpx.Client) -> None:
    own = client.post(
        "/api/datasets",
        json={"inputs": [[i / 7, 1e-9 * i, 3e20 * i] for i in range(40)], "targets": [0, 1] * 20},
    ).json()
    url = made(client, own["dataset"])
    told, arrays = tensors(client, url)
    assert told["decimals"] is None
    expected = np.array(client.get(url).json()["inputs"], np.float32)
    np.testing.assert_array_equal(arrays["inputs"], expected)


def test_pages_of_one_part_join_to_the_whole(client: httpx.Client) -> None:
    url = made(client, {"kind": "arithmetic", "samples": 400})
    whole, (start, _) = client.get(url).json(), tensors(client, url)
    for part, prefix in (("train", ""), ("test", "test_")):
        found = {"inputs": [], "targets": []}
        while len(found["inputs"]) < len(whole[f"{prefix}inputs"]):
            first = len(found["inputs"])
            told, arrays = tensors(client, url, part=part, first=first, count=70)
            assert told == {"digest": start["digest"], "first": first}
            assert set(arrays) == {f"{prefix}inputs", f"{prefix}targets"}
            for name, rows in found.items():
                rows.extend(arrays[f"{prefix}{name}"].tolist())
        assert found["inputs"] == whole[f"{prefix}inputs"]
        assert found["targets"] == whole[f"{prefix}targets"]


def test_other_data_has_another_digest(client: httpx.Client) -> None:
    url = made(client, {"kind": "digits", "samples": 80})
    before = tensors(client, url)[0]["digest"]
    assert client.get(url).json()["digest"] == before
    client.patch(url.removesuffix("/dataset"), json={"learning_rate": 0.1, "batch_size": 7})
    assert tensors(client, url)[0]["digest"] == before
    client.patch(url.removesuffix("/dataset"), json={"dataset": {"kind": "digits", "seed": 1}})
    assert tensors(client, url)[0]["digest"] != before


def test_buffers_are_compressed_for_who_takes_it(client: httpx.Client) -> None:
    url = made(client, {"kind": "digits"})
    query = {"format": "safetensors"}
    small = client.get(url, params=query, headers={"accept-encoding": "gzip"})
    plain = client.get(url, params=query, headers={"accept-encoding": "identity"})
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert small.content == plain.content
    assert small.headers["vary"] == plain.headers["vary"] == "Accept-Encoding"
