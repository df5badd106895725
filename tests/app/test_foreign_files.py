"""ONNX files of others: what they answer, the network that is made of them answers too."""

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from .test_bad_input import check_problem
from .test_carrying import brought

RNG = np.random.default_rng(3)


def random(*shape: int) -> Any:
    return RNG.normal(0, 0.5, shape).astype(np.float32)


def model(nodes: list[Any], tensors: dict[str, Any], shape: list[Any], out: int) -> bytes:
    graph = helper.make_graph(
        nodes, "foreign", [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, [None, out])],
        [numpy_helper.from_array(array, name) for name, array in tensors.items()],
    )  # fmt: skip
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made, full_check=True)
    return made.SerializeToString()


def perceptron() -> bytes:
    """As PyTorch exports one: weights turned, logits at the end; a normalization and a residual between."""
    tensors = {
        "w1": random(6, 2), "b1": random(6), "scale": random(6), "shift": random(6), "mean": random(6),
        "variance": np.abs(random(6)) + 0.5, "w2": random(6, 6), "b2": random(6), "w3": random(3, 6), "b3": random(3),
    }  # fmt: skip
    nodes = [
        helper.make_node("Gemm", ["x", "w1", "b1"], ["z1"], transB=1),
        helper.make_node("BatchNormalization", ["z1", "scale", "shift", "mean", "variance"], ["n"]),
        helper.make_node("Relu", ["n"], ["a1"]),
        helper.make_node("Gemm", ["a1", "w2", "b2"], ["z2"], transB=1),
        helper.make_node("Sigmoid", ["z2"], ["s2"]),
        helper.make_node("Mul", ["z2", "s2"], ["a2"]),
        helper.make_node("Dropout", ["a2"], ["d2"]),
        helper.make_node("Add", ["d2", "a1"], ["r"]),
        helper.make_node("Gemm", ["r", "w3", "b3"], ["y"], transB=1),
    ]
    return model(nodes, tensors, [None, 2], 3)


def convolution() -> bytes:
    """Channels first, to the end."""
    tensors = {
        "k": random(4, 1, 3, 3), "b": random(4), "w": random(4 * 4 * 4, 10), "c": random(10),
        "shape": np.array([0, -1]),
    }  # fmt: skip
    nodes = [
        helper.make_node("Conv", ["x", "k", "b"], ["z"], kernel_shape=[3, 3], pads=[1, 1, 1, 1]),
        helper.make_node("Relu", ["z"], ["a"]),
        helper.make_node("MaxPool", ["a"], ["p"], kernel_shape=[2, 2], strides=[2, 2]),
        helper.make_node("Reshape", ["p", "shape"], ["f"]),
        helper.make_node("MatMul", ["f", "w"], ["m"]),
        helper.make_node("Add", ["m", "c"], ["l"]),
        helper.make_node("Softmax", ["l"], ["y"], axis=-1),
    ]
    return model(nodes, tensors, [None, 1, 8, 8], 10)


CASES: dict[str, Any] = {
    "a perceptron": (perceptron, {"dataset": {"kind": "spiral", "samples": 40}}, lambda x: x, True),
    "a convolution": (
        convolution, {"dataset": {"kind": "digits", "samples": 40}}, lambda x: x.transpose(0, 3, 1, 2), False,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_foreign_network_says_here_what_it_said(client, name) -> None:
    make, spec, turned, logits = CASES[name]
    file = make()
    like = client.post("/api/networks", json=spec).json()["id"]
    made = brought(client, file, query=f"?like={like}")
    assert made.status_code == 201, made.text
    network = made.json()["network"]
    assert "import.data_of" in [note["code"] for note in made.json()["notes"]]
    url = made.headers["location"]
    shape = [network["inputs"]] if name == "a perceptron" else [8, 8, 1]
    x = RNG.normal(0, 1, (4, 2) if len(shape) == 1 else (4, 8, 8, 1)).astype(np.float32)
    session = onnxruntime.InferenceSession(file)
    wanted = session.run(None, {"x": turned(x)})[0]
    if logits:
        wanted = np.exp(wanted) / np.exp(wanted).sum(-1, keepdims=True)
    asked = {"inputs": x.tolist(), "scaled": True}
    found = client.post(f"{url}/predict", json=asked).json()["outputs"]
    np.testing.assert_allclose(found, wanted, atol=1e-5)
    # It trains, and takes the next file's network of another shape with a word.
    assert client.post(f"{url}/train", json={"steps": 3}).json()["step"] == 3
    other = convolution() if logits else perceptron()
    refused = check_problem(brought(client, other, query=f"?like={like}"))
    assert refused["code"] in ("import.other_input", "layers.takes_images", "layers.takes_rows")
    for id in (like, network["id"]):
        client.delete(f"/api/networks/{id}")


def test_an_operator_that_is_no_layer_here_is_named(client, network) -> None:
    nodes = [helper.make_node("Gemm", ["x", "w"], ["z"]), helper.make_node("Erf", ["z"], ["y"])]
    found = brought(
        client, model(nodes, {"w": random(2, 3)}, [None, 2], 3), query=f"?like={network['id']}"
    )
    body = check_problem(found)
    assert (body["code"], body["values"]["operator"]) == ("import.operator", "Erf")
