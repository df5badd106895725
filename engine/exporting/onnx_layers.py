"""From the graph of an ONNX file to layers we have: a chain of them, with residual connections."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import Reason, Refused
from .onnx_chain import BENDABLE, PERMUTED, Chain, Spot, gate_weights
from .onnx_file import ACTIVATIONS
from .onnx_reader import Graph, Node
from .protobuf import DAMAGED
from .run import Array

SIMPLE = {kind: name for name, ops in ACTIVATIONS.items() for kind, _ in ops}


class Walker:
    def __init__(self, graph: Graph) -> None:
        self.graph, self.chain = graph, Chain()
        if len(graph.inputs) != 1:
            raise Refused("file", Reason(
                "import.inputs", "the file has {count} inputs; one is what a network here takes",
                count=len(graph.inputs),
            ))  # fmt: skip
        name, shape = next(iter(graph.inputs.items()))
        self.chain.input_shape = shape[1:]
        axes = {2: "nc", 3: "ntc", 4: "nhwc"}.get(len(shape))
        if axes is None:
            raise Refused("file", Reason("import.shape", "an input of {axes} axes is none of rows, sequences or images", axes=len(shape)))  # fmt: skip
        gathers = any(n.kind == "Gather" for n in graph.nodes)
        self.spots: dict[str, Spot] = {
            name: Spot(0, "tokens" if gathers and axes == "nc" else axes)
        }
        first = next((n for n in graph.nodes if name in n.inputs), None)
        if axes == "nhwc" and first is not None and first.kind != "Transpose":
            self.spots[name].axes = "nchw"  # as PyTorch exports images
            self.chain.input_shape = (*shape[2:], shape[1])

    def walk(self) -> Chain:
        """Raises: Refused, naming the operator"""
        for node in self.graph.nodes:
            self._node(node)
        last = self.spots.get(self.graph.outputs[0])
        if last is None or not self.chain.layers:
            raise Refused(
                "file", Reason("import.no_output", "no layer leads to the output of the file")
            )
        self._close()
        return self.chain

    def _close(self) -> None:
        """The last dense layer is the output, with the activation after it."""
        layers, weights = self.chain.layers, self.chain.weights
        last = layers[-1]["kind"]
        if last == "activation" and [x.get("activation") for x in layers[-2:-1]] == ["linear"]:
            bend = layers.pop()["activation"]
            layers[-1]["activation"] = bend
            weights.pop()
        if layers[-1]["kind"] != "dense":
            raise Refused("file", Reason(
                "import.last_layer", "the file ends with {kind}; a dense layer must be the last", kind=last,
            ))  # fmt: skip

    def const(self, name: str) -> Array | None:
        return self.graph.tensors.get(name)

    def _spot(self, node: Node, place: int = 0) -> Spot:
        found = self.spots.get(node.inputs[place]) if place < len(node.inputs) else None
        if found is None or (found.half == "clip" and node.kind != "Exp"):
            raise self._unknown(node)
        return found

    def _unknown(self, node: Node) -> Exception:
        return Refused("file", Reason(
            "import.operator", "the file has the operator {operator}, which is no layer here or stands where "
            "none of its kind can", operator=node.kind[:60] or "?",
        ))  # fmt: skip

    def _weight(self, node: Node, place: int, axes: int) -> Array:
        found = self.const(node.inputs[place]) if place < len(node.inputs) else None
        if found is None or found.ndim != axes:
            raise self._unknown(node)
        return found.astype(np.float32)

    def add(self, node: Node, spot: Spot, layer: dict[str, Any], weights: dict[str, Array], axes: str | None = None) -> None:  # fmt: skip
        if spot.after != len(self.chain.layers):
            raise self._unknown(node)  # it branches
        self.chain.layers.append(layer)
        self.chain.weights.append(weights)
        bends = layer["kind"] in BENDABLE
        self._say(node, Spot(spot.after + 1, axes or spot.axes, fresh=bends))

    def _say(self, node: Node, spot: Spot, place: int = 0) -> None:
        if place < len(node.outputs):
            self.spots[node.outputs[place]] = spot

    def _node(self, node: Node) -> None:
        if node.kind == "Constant":
            value = node.more.get("value")
            if isinstance(value, np.ndarray) and node.outputs:
                self.graph.tensors[node.outputs[0]] = value
            return
        if node.kind in ("Identity", "Dropout", "Cast"):
            self.chain.dropped |= node.kind == "Dropout"
            self._say(node, self._spot(node))
            return
        if node.kind in SIMPLE:
            self._bend(node, SIMPLE[node.kind])
        elif node.kind in OPERATORS:
            OPERATORS[node.kind](self, node)
        else:
            raise self._unknown(node)

    # Activations

    def _bend(self, node: Node, name: str) -> None:
        spot = self._spot(node)
        if name == "sigmoid" and self._is_half(node):
            self._say(node, Spot(spot.after, spot.axes, half="sigmoid"))
            return
        uses = sum(n.inputs.count(node.inputs[0]) for n in self.graph.nodes)
        if spot.fresh and uses <= (2 if name == "swish" else 1):
            self.chain.layers[-1]["activation"] = name
            self._say(node, Spot(spot.after, spot.axes))
            return
        self.add(node, spot, {"kind": "activation", "activation": name}, {})

    def _is_half(self, node: Node) -> bool:
        """Whether a product with what went in makes swish of it."""
        return any(
            n.kind == "Mul" and {*n.inputs} == {node.inputs[0], node.outputs[0]}
            for n in self.graph.nodes
        )

    def _mul(self, node: Node) -> None:
        spots = [self.spots.get(name) for name in node.inputs[:2]]
        consts = [self.const(name) for name in node.inputs[:2]]
        if None not in spots and any(s and s.half == "sigmoid" for s in spots):
            first = next(i for i, s in enumerate(spots) if s and s.half != "sigmoid")
            self._bend(Node(node.kind, [node.inputs[first]], node.outputs), "swish")
            return
        mask = next((c for c in consts if c is not None), None)
        if mask is not None and np.isin(mask, (0, 1)).all():  # units that are switched off
            spot = next(s for s in spots if s is not None)
            self._say(node, Spot(spot.after, spot.axes))
            return
        raise self._unknown(node)

    def _clip(self, node: Node) -> None:
        ends = [self.const(n) if n else None for n in [*node.inputs[1:3], "", ""][:2]]
        low, high = (None if e is None or e.size != 1 else float(e.reshape(())) for e in ends)
        low, high = node.more.get("min", low), node.more.get("max", high)
        if (low, high) == (0, 6) or (low, high) == (-1, 1):
            self._bend(node, "relu6" if low == 0 else "hard_tanh")
        elif low is None and high == 80:
            spot = self._spot(node)
            self._say(node, Spot(spot.after, spot.axes, half="clip", fresh=spot.fresh))
        else:
            raise self._unknown(node)

    def _exp(self, node: Node) -> None:
        self._bend(node, "exponential")

    def _softmax(self, node: Node) -> None:
        spot, axis = self._spot(node), node.more.get("axis", -1)
        if axis not in (-1, 1 if spot.axes in ("nchw", "nc") else 2):
            raise self._unknown(node)
        if spot.fresh:
            spot.fresh = False  # of a hidden layer softmax is a layer of its own
        self.add(node, spot, {"kind": "activation", "activation": "softmax"}, {})

    # Layers

    def _matmul(self, node: Node) -> None:
        self._affine(node, self._weight(node, 1, 2), None)

    def _gemm(self, node: Node) -> None:
        if node.more.get("transA") or node.more.get("alpha", 1.0) != 1 or node.more.get("beta", 1.0) != 1:  # fmt: skip
            raise self._unknown(node)
        weight = self._weight(node, 1, 2)
        bias = self._weight(node, 2, 1) if len(node.inputs) > 2 else None
        self._affine(node, weight.T if node.more.get("transB") else weight, bias)

    def _affine(self, node: Node, weight: Array, bias: Array | None) -> None:
        spot = self._spot(node)
        if spot.axes not in ("nc", "ntc"):
            raise self._unknown(node)
        units = weight.shape[1]
        bias = np.zeros(units, np.float32) if bias is None else bias
        layer = {"kind": "dense", "units": units, "activation": "linear"}
        self.add(node, spot, layer, {"weight": weight, "bias": bias})

    def _add(self, node: Node) -> None:
        spots = [self.spots.get(name) for name in node.inputs[:2]]
        known = [s for s in spots if s is not None]
        if len(known) == 2:
            known.sort(key=lambda s: s.after)
            span = known[1].after - known[0].after
            if known[0].axes != known[1].axes or not span:
                raise self._unknown(node)
            self.add(node, known[1], {"kind": "residual", "span": span, "activation": "linear"}, {})
            return
        bias = next((c for c in map(self.const, node.inputs[:2]) if c is not None), None)
        layers = self.chain.layers
        if (
            len(known) != 1 or bias is None or not layers or layers[-1]["kind"] != "dense"
            or not known[0].fresh or bias.size != layers[-1]["units"]
        ):  # fmt: skip
            raise self._unknown(node)
        self.chain.weights[-1]["bias"] = bias.reshape(-1).astype(np.float32)
        self._say(node, Spot(known[0].after, known[0].axes, fresh=True))

    def _window(self, node: Node, size: int) -> dict[str, Any]:
        """Strides and padding, where they are the same along both axes, or as `same` has them."""
        strides = node.ints("strides", [1, 1])
        pads = node.ints("pads", [0, 0, 0, 0])
        if (
            len({*strides}) != 1
            or len(pads) != 4
            or node.more.get("auto_pad", "NOTSET") != "NOTSET"
        ):
            raise self._unknown(node)
        return {"strides": strides[0], "padding": "same" if any(pads) else "valid", "pads": pads}

    def _conv(self, node: Node) -> None:
        spot, weight = self._spot(node), self._weight(node, 1, 4)
        dilations = node.ints("dilations", [1, 1])
        if spot.axes != "nchw" or weight.shape[2] != weight.shape[3] or len({*dilations}) != 1:
            raise self._unknown(node)
        filters = len(weight)
        bias = self._weight(node, 2, 1) if len(node.inputs) > 2 else np.zeros(filters, np.float32)
        layer = {
            "kind": "conv2d", "filters": filters, "kernel_size": weight.shape[2],
            "dilation_rate": dilations[0], "groups": node.more.get("group", 1), "activation": "linear",
            **self._window(node, weight.shape[2]),
        }  # fmt: skip
        self.add(node, spot, layer, {"weight": weight.transpose(2, 3, 1, 0), "bias": bias})

    def _maxpool(self, node: Node, kind: str = "max_pool2d") -> None:
        spot, size = self._spot(node), node.ints("kernel_shape", [])
        if spot.axes != "nchw" or len({*size}) != 1 or node.more.get("ceil_mode"):
            raise self._unknown(node)
        self.add(
            node, spot, {"kind": kind, "pool_size": size[0], **self._window(node, size[0])}, {}
        )

    def _averagepool(self, node: Node) -> None:
        if node.more.get("count_include_pad") and any(node.ints("pads", [0])):
            raise self._unknown(node)
        self._maxpool(node, "avg_pool2d")

    def _globalaveragepool(self, node: Node) -> None:
        spot = self._spot(node)
        if spot.axes != "nchw":
            raise self._unknown(node)
        self.add(node, spot, {"kind": "global_avg_pool2d"}, {}, "nc11")

    def _reducemean(self, node: Node) -> None:
        axes = self.const(node.inputs[1]) if len(node.inputs) > 1 else None
        found = node.ints("axes", []) if axes is None else axes.reshape(-1).tolist()
        if sorted(a % 4 for a in found) != [2, 3]:
            raise self._unknown(node)
        self._globalaveragepool(node)
        self.spots[node.outputs[0]].axes = "nc11" if node.more.get("keepdims", 1) else "nc"

    def _transpose(self, node: Node) -> None:
        spot = self._spot(node)
        axes = PERMUTED.get((spot.axes, tuple(node.ints("perm", []))))
        if axes is None:
            raise self._unknown(node)
        self._say(node, Spot(spot.after, axes, fresh=spot.fresh))

    def _flatten(self, node: Node) -> None:
        spot = self._spot(node)
        if spot.axes == "nc11":
            self._say(node, Spot(spot.after, "nc"))
            return
        if spot.axes not in ("nhwc", "nchw", "ntc", "nc") or node.more.get("axis", 1) != 1:
            raise self._unknown(node)
        # Channels first: the rows of the dense layer after it come in another order than ours.
        self.add(node, spot, {"kind": "flatten", "turned": spot.axes == "nchw"}, {}, "nc")

    def _reshape(self, node: Node) -> None:
        spot, shape = self._spot(node), self.const(node.inputs[1])
        if shape is None:
            raise self._unknown(node)
        if spot.axes in ("ntdc", "ndc"):
            self._say(node, Spot(spot.after, "ntc" if spot.axes == "ntdc" else "nc"))
        elif shape.size == 2:
            self._flatten(Node("Flatten", node.inputs[:1], node.outputs))
        else:
            raise self._unknown(node)

    def _squeeze(self, node: Node) -> None:
        spot = self._spot(node)
        axes = {"tdnc": "tnc", "dnc": "nc", "nc11": "nc"}.get(spot.axes)
        both = self.chain.layers and self.chain.layers[-1].get("bidirectional")
        if axes is None or both:
            raise self._unknown(node)
        self._say(node, Spot(spot.after, axes))

    def _batchnormalization(self, node: Node) -> None:
        spot = self._spot(node)
        if spot.axes not in ("nc", "nchw", "nct"):
            raise self._unknown(node)
        names = ("weight", "bias", "running_mean", "running_variance")
        weights = {name: self._weight(node, i + 1, 1) for i, name in enumerate(names)}
        layer = {"kind": "batch_norm", "epsilon": round(node.more.get("epsilon", 1e-5), 12)}
        self.add(node, spot, layer, weights)

    def _layernormalization(self, node: Node) -> None:
        spot = self._spot(node)
        axis = node.more.get("axis", -1)
        if spot.axes not in ("nc", "ntc", "nhwc") or axis not in (-1, len(spot.axes) - 1):
            raise self._unknown(node)
        weight = self._weight(node, 1, 1)
        bias = self._weight(node, 2, 1) if len(node.inputs) > 2 else 0 * weight
        layer = {"kind": "layer_norm", "epsilon": round(node.more.get("epsilon", 1e-5), 12)}
        self.add(node, spot, layer, {"weight": weight, "bias": bias})

    def _prelu(self, node: Node) -> None:
        slope = self.const(node.inputs[1]) if len(node.inputs) > 1 else None
        if slope is None or max((*slope.shape, 1)) != slope.size:
            raise self._unknown(node)
        slope = slope.reshape(-1).astype(np.float32)
        self.add(node, self._spot(node), {"kind": "prelu"}, {"slope": slope})

    def _gather(self, node: Node) -> None:
        table, spot = self.const(node.inputs[0]), self._spot(node, 1)
        if table is None or table.ndim != 2 or spot.axes != "tokens" or node.more.get("axis"):
            raise self._unknown(node)
        layer = {"kind": "embedding", "input_dim": len(table), "output_dim": table.shape[1]}
        self.add(node, spot, layer, {"weight": table.astype(np.float32)}, "ntc")

    # Recurrent layers

    def _rnn(self, node: Node) -> None:
        ways = self._weight(node, 1, 3).shape[0]
        bends = [b.lower() for b in node.more.get("activations") or ["tanh"] * ways]
        if len({*bends}) != 1 or bends[0] not in ("tanh", "relu"):
            raise self._unknown(node)
        self._recurrent(node, "simple_rnn", [0], {"activation": bends[0]})

    def _lstm(self, node: Node) -> None:
        self._recurrent(node, "lstm", [0, 2, 3, 1], {})

    def _gru(self, node: Node) -> None:
        if not node.more.get("linear_before_reset"):
            raise self._unknown(node)
        self._recurrent(node, "gru", [1, 0, 2], {})

    def _recurrent(self, node: Node, kind: str, order: list[int], more: dict[str, Any]) -> None:
        spot, weight, heard = self._spot(node), self._weight(node, 1, 3), self._weight(node, 2, 3)
        count, ways, units = len(order), len(weight), heard.shape[2]
        bias = self.const(node.inputs[3]) if len(node.inputs) > 3 and node.inputs[3] else None
        bias = np.zeros((ways, 2 * count * units), np.float32) if bias is None else bias
        begun = any(node.inputs[5:]) or node.more.get("layout")
        if spot.axes != "tnc" or begun or ways > 2 or bias.shape != (ways, 2 * count * units):
            raise self._unknown(node)
        if node.more.get("direction", "forward") == "reverse" or (kind != "simple_rnn" and node.more.get("activations")):  # fmt: skip
            raise self._unknown(node)

        weights = gate_weights(weight, heard, bias, order)
        used = {name for n in self.graph.nodes for name in n.inputs} | {*self.graph.outputs}
        every = bool(node.outputs) and node.outputs[0] in used
        layer = {
            "kind": kind,
            "units": units,
            "return_sequences": every,
            "bidirectional": ways == 2,
        }
        self.add(node, spot, {**layer, **more}, weights, "tdnc")
        self._say(node, Spot(spot.after + 1, "dnc"), 1)


OPERATORS: dict[str, Callable[[Walker, Node], None]] = {
    "Mul": Walker._mul, "Clip": Walker._clip, "Exp": Walker._exp, "Softmax": Walker._softmax,
    "MatMul": Walker._matmul, "Gemm": Walker._gemm, "Add": Walker._add, "Conv": Walker._conv,
    "MaxPool": Walker._maxpool, "AveragePool": Walker._averagepool, "ReduceMean": Walker._reducemean,
    "GlobalAveragePool": Walker._globalaveragepool, "Transpose": Walker._transpose,
    "Flatten": Walker._flatten, "Reshape": Walker._reshape, "Squeeze": Walker._squeeze,
    "BatchNormalization": Walker._batchnormalization, "LayerNormalization": Walker._layernormalization,
    "PRelu": Walker._prelu, "Gather": Walker._gather, "RNN": Walker._rnn, "LSTM": Walker._lstm,
    "GRU": Walker._gru,
}  # fmt: skip


def chain_of(graph: Graph) -> Chain:
    """Raises: Refused, naming the operator that is no layer here"""
    try:
        return Walker(graph).walk()
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("file", DAMAGED) from error  # of a file that says anything anything can come


__all__ = ["chain_of"]
