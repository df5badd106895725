"""Whatever comes in, the answer is a 4xx that names the field and the limit."""

import json
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from app.errors import MEDIA_TYPE

DEEP = 40_000
BODIES = {
    "NaN": b'{"seed": NaN}',
    "Infinity": b'{"optimizer": {"learning_rate": Infinity}}',
    "-Infinity": b'{"optimizer": {"learning_rate": -Infinity}}',
    "overflow": b'{"optimizer": {"learning_rate": 1e400}}',
    "nan as text": b'{"optimizer": {"learning_rate": "nan"}}',
    "lone surrogate": b'{"loss": "\\ud800"}',
    "lone surrogate key": b'{"\\ud800": 1}',
    "NUL": b'{"loss": "\\u0000"}',
    "5000 digits": b'{"seed": ' + b"9" * 5000 + b"}",
    "deep list": b"[" * DEEP + b"]" * DEEP,
    "deep object": b'{"a":' * 15_000 + b"1" + b"}" * 15_000,
    "bad UTF-8": b'{"loss": "\xff"}',
    "empty object for list": b'{"layers": {}}',
    "list for object": b"[]",
    "text for object": b'"x"',
    "number for object": b"1",
    "extra key": b'{"nope": 1}',
    "extra nested key": b'{"optimizer": {"kind": "sgd", "nope": 1}}',
    "not JSON": b"{",
    "unknown kind": b'{"dataset": {"kind": "nope"}}',
    "kind is a list": b'{"dataset": {"kind": []}}',
    "null for number": b'{"batch_size": null}',
}
ROUTES = [
    ("POST", "/api/networks"),
    ("POST", "/api/networks/import"),
    ("PATCH", ""),
    ("POST", "/train"),
    ("POST", "/play"),
    ("POST", "/reset"),
    ("PUT", "/weights"),
    ("POST", "/predict"),
    ("POST", "/activations"),
    ("POST", "/gradients"),
    ("POST", "/check-gradient"),
    ("POST", "/trace"),
    ("POST", "/worked"),
    ("POST", "/apply"),
    ("POST", "/influence"),
    ("POST", "/saliency"),
    ("POST", "/occlusion"),
    ("POST", "/excite"),
    ("POST", "/landscape"),
    ("POST", "/rate-finder"),
    ("POST", "/what-if"),
    ("POST", "/film"),
    ("POST", "/unrolled"),
    ("POST", "/next"),
    ("POST", "/surprise"),
    ("POST", "/surgery"),
    ("POST", "/exercise"),
    ("POST", "/exercise/check"),
    ("POST", "/api/datasets"),
    ("PATCH", "/api/datasets/own/none"),
    ("POST", "/api/clinic/all_alike/check"),
    ("POST", "/api/descent"),
    ("POST", "/api/descent/step"),
    ("POST", "/api/surfaces/values"),
    ("POST", "/api/races"),
]


def check_problem(response: Any) -> dict[str, Any]:
    assert 400 <= response.status_code < 500, (response.status_code, response.text[:300])
    assert response.headers["content-type"] == MEDIA_TYPE
    body = response.json()
    assert body["status"] == response.status_code
    assert body["detail"]
    for secret in ("Traceback", "site-packages", "/home/", "/root/"):
        assert secret not in response.text
    return body


def test_of_a_number_or_a_list_what_came_nearest_is_told(client, url) -> None:
    bias = client.get(f"{url}/weights").json()["output.bias"]
    problem = check_problem(client.put(f"{url}/weights", json={"output.bias": [1e38, *bias[1:]]}))
    assert [error["field"] for error in problem["errors"]] == ["output.bias.0"]
    assert (problem["code"], problem["errors"][0]["limit"]) == ("number_too_large", 1e30)
    problem = check_problem(client.put(f"{url}/weights", json={"output.bias": -1e38}))
    assert (problem["code"], problem["errors"][0]["limit"]) == ("number_too_small", -1e30)
    problem = check_problem(client.put(f"{url}/weights", json={"output.bias": ["x", *bias[1:]]}))
    assert problem["errors"][0]["field"] == "output.bias.0"
    assert problem["code"] == "not_a_number"


@pytest.mark.parametrize("name", BODIES)
def test_a_bad_body_is_a_4xx_wherever_it_is_sent(client, url, name) -> None:
    for method, route in ROUTES:
        path = route if route.startswith("/api") else url + route
        response = client.request(
            method, path, content=BODIES[name], headers={"content-type": "application/json"}
        )
        if name == "null for number" and path == url:
            assert response.status_code == 200  # a null in a patch leaves the field as it is
        else:
            check_problem(response)


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"layers": [{"units": 4}, {"units": 0}]}, "layers.1.units"),
        ({"layers": [{"units": 513}]}, "layers.0.units"),
        ({"layers": [{"units": 2**63}]}, "layers.0.units"),
        ({"layers": [{}] * 13}, "layers"),
        ({"layers": [{"activation": "softmax"}]}, "layers.0.activation"),
        ({"layers": [{"kind": "conv9"}]}, "layers.0.kind"),
        ({"layers": [{"units": 512}] * 12}, "layers"),
        ({"dataset": {"kind": "moons", "samples": 20_001}}, "dataset.samples"),
        ({"dataset": {"kind": "moons", "samples": -1}}, "dataset.samples"),
        ({"dataset": {"noise": 1.5}}, "dataset.noise"),
        ({"dataset": {"arms": 4}}, "dataset.arms"),
        ({"dataset": {"points": [[0, 0]]}}, "dataset.points.0.2"),
        ({"dataset": {"points": [[0, 0, 1e300]]}}, "dataset.points.0.2"),
        ({"batch_size": 0}, "batch_size"),
        ({"batch_size": 20_001}, "batch_size"),
        ({"seed": -1}, "seed"),
        ({"seed": 2**32}, "seed"),
        ({"features": []}, "features"),
        ({"features": ["x3"]}, "features.0"),
        ({"features": ["x1", "x2", "x1"]}, "features.2"),
        ({"dataset": {"points": [[0, 0, 1], [0, 0, 8]]}}, "dataset.points.1.2"),
        ({"dataset": {"points": [[0, 0, -5]]}}, "dataset.points.0.2"),
        ({"dataset": {"points": [[0, 0, 0.5]]}}, "dataset.points.0.2"),
        ({"loss": "nope"}, "loss"),
        ({"initializer": "nope"}, "initializer"),
        ({"optimizer": {"momentum": 1}}, "optimizer.momentum"),
        ({"optimizer": {"learning_rate": -1}}, "optimizer.learning_rate"),
        ({"regularization": {"l1": -1}}, "regularization.l1"),
        ({"output": {"activation": "tanh"}}, "output.activation"),
        ({"dataset": {"kind": "sine"}, "loss": "hinge"}, "loss"),
        ({"dataset": {"kind": "nope"}}, "dataset.kind"),
        ({"dataset": {"kind": "shapes", "size": 17}}, "dataset.size"),
        ({"dataset": {"kind": "own_text", "text": "a" * 20_001}}, "dataset.text"),
        ({"schedule": {"kind": "nope"}}, "schedule.kind"),
        ({"schedule": {"kind": "step", "every": 0}}, "schedule.every"),
        ({"clipping": {"norm": -1}}, "clipping.norm"),
        ({"average": 1}, "average"),
        ({"layers": [{"kind": "lstm", "units": 0}]}, "layers.0.units"),
        ({"layers": [{"kind": "conv2d", "kernel_size": 16}]}, "layers.0.kernel_size"),
        ({"layers": [{"kind": "activation", "activation": "nope"}]}, "layers.0.activation"),
        ({"layers": [{"kind": "dropout", "rate": 1}]}, "layers.0.rate"),
        ({"dataset": {"kind": "own", "id": "nope"}}, "dataset.id"),
    ],
)
def test_every_limit_names_its_field(client, url, spec, field) -> None:
    for response in (client.post("/api/networks", json=spec), client.patch(url, json=spec)):
        body = check_problem(response)
        assert body["errors"][0]["field"] == field


def test_the_largest_allowed_is_allowed(client) -> None:
    spec = {
        "layers": [{"units": 512}],
        "batch_size": 20_000,
        "dataset": {"kind": "moons", "samples": 20_000},
    }
    made = client.post("/api/networks", json=spec)
    assert made.status_code == 201
    client.delete(f"/api/networks/{made.json()['id']}")


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "/train", {}, "either steps or epochs"),
        ("POST", "/train", {"steps": 1, "epochs": 1}, "either steps or epochs"),
        ("POST", "/train", {"steps": 0}, "greater than or equal to 1"),
        ("POST", "/train", {"steps": 100_001}, "at most 100000"),
        ("POST", "/train", {"epochs": 100_000}, "at most 100000 a call"),
        ("POST", "/play", {"steps_per_second": 0}, "greater than 0"),
        ("PUT", "/weights", {"nope.weight": [1]}, "no parameter nope.weight"),
        ("PUT", "/weights", {"output.bias": [1, 2]}, "output.bias has shape [3]"),
        ("PUT", "/weights", {"output.bias": [1, 2, 1e39]}, "1e+30"),
        ("PUT", "/weights", {"output.weight": [[1, 2], [3]]}, "output.weight"),
        ("POST", "/predict", {"inputs": [[1]]}, "rows of 2 numbers"),
        ("POST", "/predict", {"inputs": [[1, 2], [1]]}, "rows of 2 numbers"),
        ("POST", "/predict", {"inputs": []}, "at least one row"),
        ("POST", "/predict", {"inputs": [[0, 0]] * 10_001}, "at most 10000"),
        ("POST", "/gradients", {"samples": [300]}, "numbered 0 to 299"),
        ("POST", "/gradients", {"samples": []}, "no samples"),
        ("GET", "/boundary?resolution=513", None, "at most 512"),
        ("GET", "/boundary?resolution=1", None, "greater than or equal to 2"),
    ],
)
def test_what_cannot_be_done_is_said(client, url, method, path, body, says) -> None:
    found = check_problem(client.request(method, url + path, json=body))
    assert says in json.dumps(found)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1,2\n3",
        "a,b\n1,x\n",
        "1,2,a\n3,4,a",
        "x" * 100,
        "1,2,\ud83d\n".encode("utf-8", "replace").decode(),
    ],
)
def test_bad_tables_are_refused(client, text) -> None:
    body = check_problem(client.post("/api/datasets", json={"csv": text}))
    assert body["errors"][0]["field"] == "csv"


def test_too_large_a_body_is_413_with_and_without_its_length(client) -> None:
    large = b'{"csv": "' + b"1" * 310_000 + b'"}'
    headers = {"content-type": "application/json"}
    assert (
        check_problem(client.post("/api/datasets", content=large, headers=headers))["status"] == 413
    )
    chunks = (large[i : i + 10_000] for i in range(0, len(large), 10_000))
    response = client.post("/api/datasets", content=chunks, headers=headers)
    assert response.status_code == 413
    response = client.post(
        "/api/networks", content=iter([b"{" + b" " * 310_000 + b"}"]), headers=headers
    )
    assert response.status_code == 413


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_what_is_not_json_is_415(client, content_type) -> None:
    before = client.get("/api/networks").json()
    response = client.post(
        "/api/networks", content=b'{"seed": 1}', headers={"content-type": content_type}
    )
    assert check_problem(response)["status"] == 415
    assert client.get("/api/networks").json() == before


def test_an_unknown_network_is_404_everywhere_with_one_body(client) -> None:
    bodies = set()
    for method, path in ROUTES:
        if not path.startswith("/api"):
            valid = {
                "/train": {"steps": 1},
                "/predict": {"inputs": [[1, 2]]},
                "/activations": {"inputs": [[1, 2]]},
            }
            response = client.request(
                method, f"/api/networks/{'x' * 22}{path}", json=valid.get(path, {})
            )
            assert response.status_code == 404
            bodies.add(response.text)
    for path in ("", "/weights", "/history", "/dataset", "/boundary", "/stream"):
        response = client.get(f"/api/networks/{'x' * 22}{path}")
        assert response.status_code == 404
        bodies.add(response.text)
    assert len(bodies) == 1


numbers = st.one_of(
    st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=5), st.none()
)


@given(
    st.dictionaries(
        st.sampled_from(["dataset", "layers", "loss", "optimizer", "batch_size", "seed", "features", "output"]),
        st.recursive(numbers, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
            st.sampled_from(["kind", "units", "samples", "noise", "points", "learning_rate", "activation"]), inner, max_size=3)),
        max_size=3,
    )
)  # fmt: skip
@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_spec_is_a_500(client, spec) -> None:
    response = client.post("/api/networks", json=spec)
    assert response.status_code in (201, 400, 422), response.text
    if response.status_code == 201:
        client.delete(f"/api/networks/{response.json()['id']}")
