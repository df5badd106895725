"""What is accepted is affordable, and what is refused costs little."""

import sqlite3
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import Running, serve, wait_for

NEAR_THE_LIMIT = {
    "lstm": {"dataset": {"kind": "waveforms"}, "layers": [{"kind": "lstm", "units": 174}]},
    "gru": {
        "dataset": {"kind": "brackets", "pairs": 32},
        "layers": [{"kind": "gru", "units": 200}],
    },
    "conv2d": {
        "dataset": {"kind": "shapes"},
        "layers": [
            {"kind": "conv2d", "filters": 256, "kernel_size": 15, "padding": "same"},
            {"kind": "global_avg_pool2d"},
        ],
    },
    "bidirectional": {
        "dataset": {"kind": "waveforms", "length": 128, "samples": 20_000},
        "layers": [{"kind": "lstm", "units": 128, "bidirectional": True}],
    },
    "wide": {
        "dataset": {"kind": "moons", "samples": 20_000},
        "layers": [{"units": 512}] * 4,
        "batch_size": 1500,
    },
    "text": {
        "dataset": {"kind": "zen"},
        "layers": [
            {"kind": "embedding", "output_dim": 256},
            {"kind": "lstm", "units": 256, "return_sequences": True},
        ],
        "loss": "sequence_cross_entropy",
    },
}


def seconds(call: Any, status: int = 200) -> float:
    begin = time.monotonic()
    answer: httpx.Response = call()
    assert answer.status_code == status, answer.text[:300]
    return time.monotonic() - begin


@pytest.mark.parametrize("spec", NEAR_THE_LIMIT.values(), ids=NEAR_THE_LIMIT)
def test_S13_a_network_near_the_limit_can_be_made_looked_at_and_trained(
    client: httpx.Client, spec: dict[str, Any]
) -> None:
    made = client.post("/api/networks", json=spec)
    assert made.status_code == 201, made.text[:300]
    url = f"/api/networks/{made.json()['id']}"
    slowest = 0.0
    for call in (
        lambda: client.get(url),
        lambda: client.get(f"{url}/dataset"),
        lambda: client.get(f"{url}/confusion"),
        lambda: client.get(f"{url}/diagnosis"),
        lambda: client.post(f"{url}/train", json={"steps": 1}),
        lambda: client.patch(url, json={"l2": 0.1} and {"regularization": {"l2": 0.1}}),
        lambda: client.post(f"{url}/predict", json={"part": "train", "samples": [0]}),
    ):
        slowest = max(slowest, seconds(call))
    client.delete(url)
    assert slowest < 5  # a second where nothing else runs


def test_S13_a_change_is_made_or_refused(client: httpx.Client, url: str) -> None:
    before = client.get(url).json()
    refused = client.patch(
        url, json={"layers": [{"kind": "lstm", "units": 512}], "dataset": {"kind": "waveforms"},
                   "batch_size": 20_000}
    )  # fmt: skip
    assert refused.status_code == 422
    assert client.get(url).json() == before
    larger = client.patch(url, json=NEAR_THE_LIMIT["lstm"])
    assert larger.status_code == 200
    assert (
        client.patch(url, json={k: before["spec"][k] for k in NEAR_THE_LIMIT["lstm"]}).status_code
        == 200
    )


SPOILT = {
    "unknown layer": """{"layers": [{"kind": "transformer", "units": 4}]}""",
    "no json": "{",
    "nothing": "{}",
    "too large": """{"layers": [{"kind": "dense", "units": 512}], "batch_size": 99999}""",
}


@pytest.mark.parametrize("spec", SPOILT.values(), ids=SPOILT)
def test_R21_a_spec_that_cannot_be_built_is_refused_alone_and_can_be_changed_or_deleted(
    tmp_path: Path, spec: str
) -> None:
    with serve(tmp_path) as server, server.client() as client:
        ids = [client.post("/api/networks").json()["id"] for _ in range(3)]
        cookies = client.cookies
    with sqlite3.connect(tmp_path / "glassbox.sqlite") as database:
        database.execute("DELETE FROM earlier")
        database.executemany(
            "UPDATE networks SET spec = ?, digest = NULL WHERE id = ?",
            [(spec, id) for id in ids[:2]],
        )
    database.close()
    with serve(tmp_path) as server, server.client(cookies=cookies) as client:
        assert client.get(f"/api/networks/{ids[2]}").status_code == 200
        assert {n["id"] for n in client.get("/api/networks").json()} == set(ids)
        found = client.get(f"/api/networks/{ids[0]}")
        assert found.status_code == 409
        assert "PATCH it" in found.json()["detail"]
        whole = {"layers": [{"units": 3}], "batch_size": 5}
        assert client.patch(f"/api/networks/{ids[0]}", json=whole).status_code == 200
        assert client.post(f"/api/networks/{ids[0]}/train", json={"steps": 3}).status_code == 200
        assert client.delete(f"/api/networks/{ids[1]}").status_code == 204
        assert client.get(f"/api/networks/{ids[1]}").status_code == 404


WORST = {
    "empty strings": ("POST", "/predict", b'{"inputs":[' + b'"",' * 1_000_000 + b'""]}'),
    "as many as fit": ("POST", "/predict", b'{"inputs":[' + b'"",' * 80_000 + b'""]}'),
    "empty lists": ("POST", "/predict", b'{"inputs":[' + b"[]," * 80_000 + b"[]]}"),
    "unknown weights": (
        "PUT", "/weights", b"{" + b",".join(b'"k%d":"x"' % i for i in range(20_000)) + b"}",
    ),
    "wrong weights": ("PUT", "/weights", b'{"dense_1.weight":[' + b'[null,"x"],' * 20_000 + b"[1]]}"),
    "unknown fields": (
        "POST", "/train", b"{" + b",".join(b'"k%d":1' % i for i in range(6000)) + b"}",
    ),
    "wrong points": (
        "PATCH", "", b'{"dataset":{"kind":"drawn","points":[' + b"[]," * 60_000 + b"[]]}}",
    ),
    "no layers": ("PATCH", "", b'{"layers":[' + b"1," * 19_000 + b"1]}"),
    "deep": ("PATCH", "", b'{"dataset":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}"),
    "wrong samples": ("POST", "/gradients", b'{"samples":[' + b'"x",' * 19_000 + b"1]}"),
}  # fmt: skip


@pytest.mark.parametrize("body", WORST.values(), ids=WORST)
def test_S12_a_body_of_bad_items_is_refused_for_one_of_them(
    client: httpx.Client, url: str, body: tuple[str, str, bytes]
) -> None:
    method, path, content = body
    begin = time.monotonic()
    answer = client.request(
        method, url + path, content=content, headers={"content-type": "application/json"}
    )
    assert time.monotonic() - begin < 2
    assert answer.status_code in (413, 422)
    assert len(answer.content) < 4000
    assert len(answer.json().get("errors", [])) <= 20


@pytest.mark.parametrize(
    ("path", "limit", "name"),
    [
        ("/api/networks/x/train", 65_536, "max_command_bytes"),
        ("/api/networks/x/generate", 65_536, "max_command_bytes"),
        ("/api/networks", 262_144, "max_spec_bytes"),
        ("/api/networks/x/predict", 300_000, "max_body_bytes"),
    ],
)
def test_S12_bodies_have_a_limit_by_route(
    client: httpx.Client, path: str, limit: int, name: str
) -> None:
    def post(size: int) -> httpx.Response:
        headers = {"content-type": "application/json"}
        return client.post(path, content=b" " * size, headers=headers)

    refused = post(limit + 1)
    assert refused.status_code == 413
    assert name in refused.json()["detail"]
    assert post(limit).status_code in (404, 422)


def test_S12_every_list_of_the_document_has_a_length(server: Running) -> None:
    document = server.app.openapi()
    schemas = document["components"]["schemas"]
    missing = []

    def walk(schema: Any, place: str, seen: frozenset[str]) -> None:
        if isinstance(schema, list):
            for part in schema:
                walk(part, place, seen)
        if not isinstance(schema, dict):
            return
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        if name and name not in seen:
            walk(schemas[name], f"{place}.{name}", seen | {name})
        if schema.get("type") == "array" and "maxItems" not in schema:
            missing.append(place)
        for key in ("anyOf", "oneOf", "allOf", "items", "prefixItems", "additionalProperties"):
            walk(schema.get(key), place, seen)
        for key, part in schema.get("properties", {}).items():
            walk(part, f"{place}.{key}", seen)

    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            for content in operation.get("requestBody", {}).get("content", {}).values():
                walk(content["schema"], f"{method} {path}", frozenset())
    assert not missing


def test_S04_a_page_elsewhere_is_refused_whatever_the_method(
    client: httpx.Client, url: str
) -> None:
    for site in ("cross-site", "same-site"):
        headers = {"sec-fetch-site": site}
        for path in ("/api/datasets/shapes", "/api/catalog", url, f"{url}/weights", "/api/jobs/x"):
            for method in ("GET", "HEAD", "OPTIONS", "POST", "DELETE"):
                assert client.request(method, path, headers=headers).status_code == 403
        assert client.get("/", headers=headers).status_code == 200  # a link from elsewhere
    assert client.get(url, headers={"sec-fetch-site": "same-origin"}).status_code == 200


def test_S12_answers_are_bounded_and_come_in_pages(client: httpx.Client) -> None:
    spec = {"dataset": {"kind": "shapes", "samples": 4000}, "layers": [{"kind": "flatten"}]}
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    whole = client.get(f"{url}/dataset")
    assert len(whole.content) < 12_000_000
    first = whole.json()
    assert (first["samples"], first["test_samples"], first["first"]) == (3000, 1000, 0)
    assert 0 < len(first["inputs"]) < 3000
    seen, tests = [], []
    while len(seen) < 3000:
        page = client.get(f"{url}/dataset?first={len(seen)}").json()
        assert page["first"] == len(seen)
        seen += page["targets"]
        tests += page["test_targets"]
    assert len(seen) == 3000
    assert len(tests) == 1000
    assert len(client.get(f"{url}/dataset?first=2990&count=5").json()["inputs"]) == 5
    few = client.get("/api/datasets/shapes?samples=20000&count=2").json()
    assert (len(few["inputs"]), few["samples"]) == (2, 15_000)
    client.delete(url)


def test_S12_hanging_up_ends_what_was_asked(
    server: Running, client: httpx.Client, url: str
) -> None:
    """A reader that leaves leaves nothing behind."""
    networks = server.networks
    live = networks.live[url.rsplit("/", 1)[-1]]
    with pytest.raises(httpx.ReadTimeout):
        client.get(f"{url}/stream", timeout=0.3)
    wait_for(lambda: not live.channel.watchers)
    assert networks.clients == 0
