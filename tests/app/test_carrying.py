"""Networks as files: what goes out comes in again, and what is no such file is refused."""

import json
from base64 import b64encode
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import load, save

from .test_bad_input import check_problem

FORMATS = ("json", "safetensors", "numpy", "pytorch", "keras", "onnx", "ipynb")
BINARY = {"content-type": "application/octet-stream"}
SMALL: dict[str, Any] = {
    "dataset": {"kind": "circle", "samples": 60},
    "layers": [{"units": 4}, {"kind": "dropout", "rate": 0.2}, {"units": 3}],
    "loss": "binary_cross_entropy",
    "class_weight": "balanced",
    "optimizer": {"kind": "adam", "learning_rate": 0.01},
    "average": 0.9,
}


@pytest.fixture
def small(client) -> Any:
    made = client.post("/api/networks", json=SMALL).json()
    client.post(f"/api/networks/{made['id']}/train", json={"steps": 13})
    yield f"/api/networks/{made['id']}"
    client.delete(f"/api/networks/{made['id']}")


def brought(client, content: bytes, json_body: bool = False, query: str = "") -> Any:
    headers = {"content-type": "application/json"} if json_body else BINARY
    return client.post(f"/api/networks/import{query}", content=content, headers=headers)


@pytest.mark.parametrize("format", ["json", "safetensors"])
def test_a_file_of_ours_goes_on_to_the_bit(client, small, format) -> None:
    file = client.get(f"{small}/export?format={format}")
    assert "attachment" in file.headers["content-disposition"]
    made = brought(client, file.content, format == "json")
    assert made.status_code == 201, made.text
    other = made.headers["location"]
    assert made.json()["network"]["step"] == 13
    assert made.json()["network"]["spec"]["class_weight"] == "balanced"
    assert [note["code"] for note in made.json()["notes"]] == ["import.no_course"]
    frames = [client.post(f"{url}/train", json={"steps": 40}).json() for url in (small, other)]
    assert frames[0]["losses"] == frames[1]["losses"]
    averages = [client.get(f"{url}/weights?average=true").json() for url in (small, other)]
    assert averages[0] == averages[1]
    client.delete(other)


def test_an_onnx_file_of_ours_says_what_it_said(client, small) -> None:
    made = brought(client, client.get(f"{small}/export?format=onnx").content)
    assert made.status_code == 201, made.text
    asked = {"inputs": [[0.1, 0.2], [-1, 2]]}
    outputs = [
        client.post(f"{u}/predict", json=asked).json() for u in (small, made.headers["location"])
    ]
    assert outputs[0] == outputs[1]
    client.delete(made.headers["location"])


@pytest.mark.parametrize("turned", [True, False])
def test_a_state_dict_is_taken_with_its_architecture(client, small, turned) -> None:
    weights = {n: np.array(w, np.float32) for n, w in client.get(f"{small}/weights").json().items()}
    if turned:  # PyTorch's names and shapes, in a Sequential
        places = {"dense_1": "0", "dense_2": "3", "output": "5"}
        tensors = {f"{places[n.split('.')[0]]}.{n.split('.')[1]}": np.ascontiguousarray(w.T) for n, w in weights.items()}  # fmt: skip
        made = brought(client, save(tensors), query=f"?like={small.rsplit('/', 1)[1]}&language=zh")
    else:  # Keras'
        tensors = {n.replace(".weight", "/kernel").replace(".bias", "/bias"): w for n, w in weights.items()}  # fmt: skip
        body = {"spec": SMALL, "file": b64encode(save(tensors)).decode()}
        made = brought(client, json.dumps(body).encode(), json_body=True)
    assert made.status_code == 201, made.text
    codes = [note["code"] for note in made.json()["notes"]]
    assert codes == ["import.as_pytorch", "import.by_order"][: 2 if turned else 1]
    found = client.get(f"{made.headers['location']}/weights").json()
    assert found == client.get(f"{small}/weights").json()
    client.delete(made.headers["location"])


def test_notes_say_in_words_and_in_a_header_what_a_form_lacks(client) -> None:
    spec = {
        "dataset": {"kind": "waveforms", "samples": 20},
        "layers": [{"kind": "lstm", "units": 3, "truncate": 4}],
        "optimizer": {"kind": "lbfgs"},
    }
    url = f"/api/networks/{client.post('/api/networks', json=spec).json()['id']}"
    codes = ["keras.no_truncation", "keras.optimizer"]
    said = client.get(f"{url}/export/notes?format=keras&language=zh").json()
    assert [note["code"] for note in said] == codes
    script = client.get(f"{url}/export?format=keras&language=zh")
    assert script.headers["x-glassbox-notes"] == ", ".join(codes)
    first = script.text.split('"""')[1].replace("\n  ", "")
    assert all(note["text"][:20] in first for note in said)
    assert client.get(f"{url}/export/notes?format=pytorch").json() == []
    # A change on the way is told in every script.
    client.post(f"{url}/train", json={"steps": 2})
    client.patch(url, json={"optimizer": {"learning_rate": 0.1}})
    found = client.get(f"{url}/export?format=numpy").headers["x-glassbox-notes"]
    assert found == "run.changed"
    client.delete(url)


def test_every_form_of_a_hundred_thousand_parameters_is_soon_there(client) -> None:
    spec = {"layers": [{"units": 310}, {"units": 320}], "optimizer": {"kind": "adam"}}
    made = client.post("/api/networks", json=spec).json()
    assert 100_000 < made["parameters"] < 110_000
    url = f"/api/networks/{made['id']}"
    for format in FORMATS:
        found = client.get(f"{url}/export?format={format}")
        assert found.status_code == 200, format
        assert len(found.content) > 400_000
    client.delete(url)


def header(tensors: Any, data: bytes = b"") -> bytes:
    text = tensors if isinstance(tensors, bytes) else json.dumps(tensors).encode()
    return len(text).to_bytes(8, "little") + text + data


F32 = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
LYING = {
    "a header of 100 MB": (100_000_000).to_bytes(8, "little") + b"{}" + b" " * 100,
    "larger than the file": header(
        {"a": {**F32, "shape": [10**9], "data_offsets": [0, 4 * 10**9]}}
    ),
    "overlapping": header({"a": F32, "b": F32}, b"\0" * 8),
    "another size": header({"a": {**F32, "shape": [3]}}, b"\0" * 8),
    "backwards": header({"a": {**F32, "data_offsets": [8, 0]}}, b"\0" * 8),
    "a type there is none of": header({"a": {**F32, "dtype": "F99"}}, b"\0" * 8),
    "a name of 10 kB": header({"a" * 10_000: F32}, b"\0" * 8),
    "no JSON": header(b"{nope}"),
    "a list": header(b"{}"[:1] + b'"a": []}'),
    "many tensors": header({str(i): F32 for i in range(2_100)}, b"\0" * 8),
    "metadata of another": header({"__metadata__": {"glassbox": "[]"}}),
    "metadata no JSON": header({"__metadata__": {"glassbox": "{"}}),
    "nothing": b"",
    "noise": bytes(range(256)) * 40,
    "zeros": bytes(10_000),
    "ONNX cut short": b"\x08\x09\x3a\xff\xff\xff\xff\x0f",
    "millions of lists": b'{"format": "glassbox", "version": 1, "spec": {}, "arrays": ['
    + b"[]," * 4_000_000
    + b"[]]}",
    "millions of numbers": b'{"format": "glassbox", "version": 1, "spec": {}, "arrays": ['
    + b"1.5," * 3_000_000
    + b"1]}",
    "a scalar kernel": save(
        {
            "dense_1/kernel": np.array(1.0, np.float32),
            "output/bias": np.zeros((1, 1, 1), np.float32),
        }
    ),
    "an endless number": b"\x08" + b"\xff" * 40,
}


@pytest.mark.parametrize("name", LYING)
def test_a_file_that_lies_is_refused_and_nothing_is_made(client, small, name) -> None:
    before = len(client.get("/api/networks").json())
    found = brought(client, LYING[name], query=f"?like={small.rsplit('/', 1)[1]}")
    code = check_problem(found)["code"]
    assert code.startswith("import.") or code == "too_many_lists", found.text
    assert len(client.get("/api/networks").json()) == before


def changed(document: Any, **more: Any) -> bytes:
    return json.dumps({**document, **more}).encode()


def test_a_document_that_is_not_ours_is_refused(client, small) -> None:
    whole = client.get(f"{small}/export?format=json").json()
    arrays = whole["arrays"]
    first = arrays["dense_1.weight"]
    cases = {
        "import.version": changed(whole, version=2),
        "import.not_ours": changed(whole, format="keras"),
        "import.no_spec": changed(whole, spec=[]),
        "import.no_arrays": changed(whole, arrays=[1]),
        "import.bad_array": changed(whole, arrays={**arrays, "dense_1.weight": {**first, "shape": [3, 3]}}),
        "import.other_shape": changed(whole, arrays={**arrays, "dense_1.weight": {"shape": [1], "values": [1]}}),
        "import.not_finite": changed(whole, arrays={**arrays, "dense_1.weight": {**first, "values": [None] * 8}}),
        "import.long_name": changed(whole, arrays={"a" * 10_000: first}),
        "import.not_json": b'{"format": NaN}',
        "import.not_base64": changed({"spec": SMALL, "file": "\u00e9"}),
        "import.nested": changed({"spec": SMALL, "file": b64encode(b"{}").decode()}),
        "number_too_large": changed(whole, spec={**whole["spec"], "batch_size": 10**9}),
    }  # fmt: skip
    for code, content in cases.items():
        found = check_problem(brought(client, content, json_body=True))
        assert found["code"] == code, found
    # Markup in a name comes back as text, and short.
    marked = {**arrays, "<img src=x onerror=alert(1)>" * 5: {"shape": [0], "values": []}}
    made = brought(client, changed(whole, arrays=marked), json_body=True).json()
    note = next(n for n in made["notes"] if n["code"] == "import.unknown")
    assert len(note["text"]) < 120
    client.delete(f"/api/networks/{made['network']['id']}")


def test_what_says_nothing_of_data_needs_a_network_that_does(client) -> None:
    found = brought(client, save({"0.weight": np.zeros((2, 2), np.float32)}))
    assert check_problem(found)["code"] == "import.no_data"
    assert brought(client, b"{}", query="?like=" + "x" * 22).status_code == 404


def test_state_dicts_of_any_shape_are_taken_or_refused(client) -> None:
    """Recurrent layers have the most to go wrong."""
    rng = np.random.default_rng(1)
    spec = {
        "dataset": {"kind": "waveforms", "samples": 20},
        "layers": [
            {"kind": "gru", "units": 3, "return_sequences": True},
            {"kind": "lstm", "units": 2},
        ],
    }
    names = ["weight", "kernel", "recurrent_kernel", "bias", "weight_ih_l0", "weight_hh_l0", "bias_ih_l0", "bias_hh_l0"]  # fmt: skip
    for _ in range(40):
        tensors = {
            f"{layer}.{name}": rng.normal(size=rng.integers(1, 10, rng.integers(0, 4))).astype(
                np.float32
            )
            for layer in ("gru_1", "lstm_1", "output")
            for name in rng.choice(names, 3, replace=False)
        }
        body = {"spec": spec, "file": b64encode(save(tensors)).decode()}
        found = brought(client, json.dumps(body).encode(), json_body=True)
        if found.status_code == 201:
            client.delete(found.headers["location"])
        else:
            assert check_problem(found)["code"].startswith("import.")


def test_weights_that_are_read_are_those_that_were_written(client, small) -> None:
    tensors = load(client.get(f"{small}/export?format=safetensors").content)
    weights = client.get(f"{small}/weights").json()
    for name, values in weights.items():
        assert tensors[name].tolist() == np.array(values, np.float32).tolist()
    assert {
        "slot/first_moment/output.bias",
        "start/output.bias",
        "average/output.bias",
    } <= tensors.keys()
