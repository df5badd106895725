"""A network with its weights of now as an ONNX file (operator set 20): to be asked wherever ONNX runs.

The few messages of onnx.proto3 that are needed: ModelProto, GraphProto, NodeProto, TensorProto,
AttributeProto, ValueInfoProto; their field numbers stand where they are written.
"""

import json
from dataclasses import asdict
from typing import Any

import numpy as np

from ..experiment import Experiment
from .numpy_layers import RECURRENT
from .protobuf import number, numbers, single, text
from .run import Array, Part, Run, run_of
from .windows import padding_of

OPSET, IR_VERSION = 20, 9
FLOAT, INT64 = 1, 7
SPEC = "glassbox.spec"

# By activation: operators one after another, each with its attributes.
ACTIVATIONS: dict[str, list[tuple[str, dict[str, Any]]]] = {
    "sigmoid": [("Sigmoid", {})],
    "tanh": [("Tanh", {})],
    "relu": [("Relu", {})],
    "elu": [("Elu", {"alpha": 1.0})],
    "leaky_relu": [("LeakyRelu", {"alpha": 0.01})],
    "softplus": [("Softplus", {})],
    "gelu": [("Gelu", {})],
    "sin": [("Sin", {})],
    "linear": [],
    "hard_sigmoid": [("HardSigmoid", {"alpha": 1 / 6, "beta": 0.5})],
    "selu": [("Selu", {"alpha": 1.6732632423543772, "gamma": 1.0507009873554805})],
    "mish": [("Mish", {})],
    "softsign": [("Softsign", {})],
}
CLIPPED = {"hard_tanh": (-1.0, 1.0), "relu6": (0.0, 6.0)}


def tensor(name: str, array: Array) -> bytes:
    """TensorProto: dims 1, data_type 2, name 8, raw_data 9"""
    kind = INT64 if array.dtype == np.int64 else FLOAT
    raw = np.ascontiguousarray(array, np.int64 if kind == INT64 else np.float32).tobytes()
    return numbers(1, array.shape) + number(2, kind) + text(8, name) + text(9, raw)


def attribute(name: str, value: Any) -> bytes:
    """AttributeProto: name 1, f 2, i 3, s 4, floats 7, ints 8, strings 9, type 20"""
    if isinstance(value, float):
        return text(1, name) + single(2, value) + number(20, 1)
    if isinstance(value, int):
        return text(1, name) + number(3, value) + number(20, 2)
    if isinstance(value, str):
        return text(1, name) + text(4, value) + number(20, 3)
    if isinstance(value[0], str):
        return text(1, name) + b"".join(text(9, v) for v in value) + number(20, 8)
    return text(1, name) + numbers(8, value) + number(20, 7)


def value_info(name: str, kind: int, shape: tuple[int | str, ...]) -> bytes:
    """ValueInfoProto: name 1, type 2 (TypeProto: tensor_type 1 (elem_type 1, shape 2 (dim 1)))"""
    dims = b"".join(text(1, text(2, d) if isinstance(d, str) else number(1, d)) for d in shape)
    return text(1, name) + text(2, text(1, number(1, kind) + text(2, dims)))


class _Graph:
    def __init__(self, run: Run, weights: dict[str, Array]) -> None:
        self.run, self.weights = run, weights
        self.nodes: list[bytes] = []
        self.tensors: list[bytes] = []
        self.shapes: list[str] = ["inputs"]
        self.count = 0

    def node(self, kind: str, inputs: list[str], outputs: list[str] | str = "", **more: Any) -> str:
        """NodeProto: input 1, output 2, name 3, op_type 4, attribute 5; returns its first output"""
        self.count += 1
        made = [outputs] if isinstance(outputs, str) else outputs
        made = [name or f"{kind.lower()}_{self.count}.out" for name in made[:1]] + made[1:]
        data = b"".join(text(1, name) for name in inputs) + b"".join(text(2, n) for n in made)
        data += text(3, f"{kind.lower()}_{self.count}") + text(4, kind)
        self.nodes.append(data + b"".join(text(5, attribute(n, v)) for n, v in more.items()))
        return made[0]

    def const(self, name: str, array: Any) -> str:
        self.tensors.append(tensor(name, np.asarray(array)))
        return name

    def of(self, part: Part, name: str, array: Array | None = None) -> str:
        whole = f"{part.name}.{name}"
        return self.const(whole, self.weights[whole] if array is None else array)

    def bend(self, part: Part, z: str) -> str:
        f, image = part.activation, len(part.out) == 3
        if f in CLIPPED:
            low, high = (
                self.const(f"{part.name}.{end}", np.float32(v))
                for end, v in zip(("low", "high"), CLIPPED[f], strict=True)
            )
            return self.node("Clip", [z, low, high])
        if f == "swish":
            return self.node("Mul", [z, self.node("Sigmoid", [z])])
        if f == "exponential":
            top = self.const(f"{part.name}.high", np.float32(80))
            return self.node("Exp", [self.node("Clip", [z, "", top])])
        if f == "softmax":
            return self.node("Softmax", [z], axis=1 if image else -1)
        for kind, more in ACTIVATIONS[f]:
            z = self.node(kind, [z], **more)
        return z

    def layer(self, part: Part, x: str) -> str:
        kind = "recurrent" if part.layer.kind in RECURRENT else part.layer.kind
        y = getattr(self, f"_{kind}")(part, x, part.layer)
        if kind in ("dense", "output", "conv2d", "residual", "activation"):
            y = self.bend(part, y)
        if part.off:
            on = np.ones(part.out[-1], np.float32)
            on[list(part.off)] = 0
            on = on[:, None, None] if len(part.out) == 3 else on
            y = self.node("Mul", [y, self.const(f"{part.name}.on", on)])
        return y

    def _dense(self, part: Part, x: str, layer: Any) -> str:
        product = self.node("MatMul", [x, self.of(part, "weight")])
        return self.node("Add", [product, self.of(part, "bias")])

    _output = _dense

    @staticmethod
    def _pads(part: Part) -> list[int]:
        (top, bottom), (left, right) = padding_of(part)
        return [top, left, bottom, right]

    def _conv2d(self, part: Part, x: str, layer: Any) -> str:
        weight = self.weights[f"{part.name}.weight"].transpose(3, 2, 0, 1)
        return self.node(
            "Conv", [x, self.of(part, "weight", weight), self.of(part, "bias")],
            kernel_shape=[layer.kernel_size] * 2, strides=[layer.strides] * 2, pads=self._pads(part),
            dilations=[layer.dilation_rate] * 2, group=layer.groups,
        )  # fmt: skip

    def _pool(self, kind: str, part: Part, x: str, **more: Any) -> str:
        size, stride, _ = part.layer.window
        return self.node(kind, [x], kernel_shape=[size] * 2, strides=[stride] * 2, pads=self._pads(part), **more)  # fmt: skip

    def _max_pool2d(self, part: Part, x: str, layer: Any) -> str:
        return self._pool("MaxPool", part, x)

    def _avg_pool2d(self, part: Part, x: str, layer: Any) -> str:
        return self._pool("AveragePool", part, x, count_include_pad=0)

    def _global_avg_pool2d(self, part: Part, x: str, layer: Any) -> str:
        return self.node("Flatten", [self.node("GlobalAveragePool", [x])], axis=1)

    def _flatten(self, part: Part, x: str, layer: Any) -> str:
        if len(part.shape) == 3:
            x = self.node("Transpose", [x], perm=[0, 2, 3, 1])
        return self.node("Flatten", [x], axis=1)

    def _dropout(self, part: Part, x: str, layer: Any) -> str:
        return x

    def _batch_norm(self, part: Part, x: str, layer: Any) -> str:
        names = ("weight", "bias", "running_mean", "running_variance")
        sequence = len(part.shape) == 2
        x = self.node("Transpose", [x], perm=[0, 2, 1]) if sequence else x
        y = self.node("BatchNormalization", [x, *(self.of(part, n) for n in names)], epsilon=layer.epsilon)  # fmt: skip
        return self.node("Transpose", [y], perm=[0, 2, 1]) if sequence else y

    def _layer_norm(self, part: Part, x: str, layer: Any) -> str:
        image = len(part.shape) == 3
        x = self.node("Transpose", [x], perm=[0, 2, 3, 1]) if image else x
        inputs = [x, self.of(part, "weight"), self.of(part, "bias")]
        y = self.node("LayerNormalization", inputs, axis=-1, epsilon=layer.epsilon)
        return self.node("Transpose", [y], perm=[0, 3, 1, 2]) if image else y

    def _embedding(self, part: Part, x: str, layer: Any) -> str:
        return self.node("Gather", [self.of(part, "weight"), x], axis=0)

    def _recurrent(self, part: Part, x: str, layer: Any) -> str:
        kind = {"simple_rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[layer.kind]
        ways = ("", "backward_") if layer.bidirectional else ("",)
        # ONNX has the gates of an LSTM as input, output, forget, new; of a GRU as update, reset, new.
        order = {"simple_rnn": [0], "lstm": [0, 3, 1, 2], "gru": [1, 0, 2]}[layer.kind]

        def gates(name: str) -> Array:
            parts = np.split(self.weights[f"{part.name}.{name}"], len(order), -1)
            return np.concatenate([parts[i] for i in order], -1).T

        weight = np.stack([gates(w + "weight") for w in ways])
        heard = np.stack([gates(w + "recurrent_weight") for w in ways])
        second = [
            gates(w + "recurrent_bias") if layer.kind == "gru" else 0 * gates(w + "bias")
            for w in ways
        ]
        bias = np.stack([np.concatenate([gates(w + "bias"), b]) for w, b in zip(ways, second, strict=True)])  # fmt: skip
        more: dict[str, Any] = {"hidden_size": layer.units}
        more["direction"] = "bidirectional" if layer.bidirectional else "forward"
        if layer.kind == "gru":
            more["linear_before_reset"] = 1
        if layer.kind == "simple_rnn":
            more["activations"] = [{"tanh": "Tanh", "relu": "Relu"}[layer.activation]] * len(ways)
        x = self.node("Transpose", [x], perm=[1, 0, 2])
        inputs = [x, self.of(part, "weight", weight), self.of(part, "recurrent_weight", heard), self.of(part, "bias", bias)]  # fmt: skip
        if layer.return_sequences:  # (time, ways, batch, units)
            y = self.node("Transpose", [self.node(kind, inputs, **more)], perm=[2, 0, 1, 3])
            shape = self.const(f"{part.name}.shape", np.array([0, 0, -1]))
        else:  # (ways, batch, units)
            last = f"{part.name}.last"
            self.node(kind, inputs, ["", last], **more)
            y = self.node("Transpose", [last], perm=[1, 0, 2])
            shape = self.const(f"{part.name}.shape", np.array([0, -1]))
        return self.node("Reshape", [y, shape])

    def _residual(self, part: Part, x: str, layer: Any) -> str:
        return self.node("Add", [x, self.shapes[part.index - layer.span]])

    def _activation(self, part: Part, x: str, layer: Any) -> str:
        return x

    def _prelu(self, part: Part, x: str, layer: Any) -> str:
        slope = self.weights[f"{part.name}.slope"]
        slope = slope[:, None, None] if len(part.shape) == 3 else slope
        return self.node("PRelu", [x, self.of(part, "slope", slope)])


def onnx_file(experiment: Experiment) -> bytes:
    """ModelProto: ir_version 1, producer_name 2, graph 7, opset_import 8, metadata_props 14"""
    run = run_of(experiment)
    views = experiment.network.layout.views(experiment.trainer.vector)
    weights = {name: np.array(v, np.float32) for name, v in views.items()}
    for part in run.parts:
        for unit in part.off:
            for name, row in part.layer.rows(unit):
                weights[f"{part.name}.{name}"][row] = 0
    graph = _Graph(run, weights)
    network = experiment.network
    x, tokens = "inputs", bool(experiment.dataset.vocabulary)
    if len(network.input_shape) == 3:
        x = graph.node("Transpose", [x], perm=[0, 3, 1, 2])
        graph.shapes[0] = x
    for part in run.parts:
        x = graph.layer(part, x)
        graph.shapes.append(x)
    x = graph.node("Identity", [x], "outputs")
    given: tuple[int | str, ...] = ("batch", *network.input_shape)
    found: tuple[int | str, ...] = ("batch", *network.shapes[-1])
    # GraphProto: node 1, name 2, initializer 5, input 11, output 12
    whole = b"".join(text(1, n) for n in graph.nodes) + text(2, run.title)
    whole += b"".join(text(5, t) for t in graph.tensors)
    whole += text(11, value_info("inputs", INT64 if tokens else FLOAT, given))
    whole += text(12, value_info("outputs", FLOAT, found))
    spec = json.dumps(asdict(experiment.spec))
    return (
        number(1, IR_VERSION) + text(2, "glassbox") + text(7, whole)
        + text(8, text(1, "") + number(2, OPSET)) + text(14, text(1, SPEC) + text(2, spec))
    )  # fmt: skip


__all__ = ["SPEC", "onnx_file"]
