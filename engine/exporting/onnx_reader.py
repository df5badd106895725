"""What an ONNX file says of a network of layers we have: its layers, their weights in our shapes, its input.

Read with our own few lines (`protobuf`): the file comes from outside, and what is not known is refused by name.
"""

import json
from dataclasses import dataclass, field
from math import prod
from typing import Any

import numpy as np

from ..errors import Reason, Refused
from .onnx_file import SPEC
from .protobuf import DAMAGED, Reading, varints
from .run import Array

MOST_NODES, MOST_TENSORS, MOST_NAME = 400, 400, 200
TYPES = {1: np.float32, 6: np.int32, 7: np.int64, 10: np.float16, 11: np.float64}


@dataclass(slots=True)
class Node:
    kind: str = ""
    inputs: list[str] = field(default_factory=list)
    outputs: list[str] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def ints(self, name: str, usual: list[int]) -> list[int]:
        value = self.more.get(name, usual)
        return [value] if isinstance(value, int) else list(value)


@dataclass(slots=True)
class Graph:
    """`inputs` by name: None in a shape is a length that is not told."""

    nodes: list[Node] = field(default_factory=list)
    tensors: dict[str, Array] = field(default_factory=dict)
    inputs: dict[str, tuple[int | None, ...]] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)
    spec: dict[str, Any] | None = None


def _named(value: Any) -> str:
    text = bytes(value).decode("utf-8", "replace")
    if len(text) > MOST_NAME:
        raise Refused(
            "file",
            Reason(
                "import.long_name",
                "a name in the file is longer than {most} characters",
                most=MOST_NAME,
            ),
        )
    return text


def read_graph(data: bytes) -> Graph:
    """Raises: Refused"""
    graph, reading = Graph(), _Reading()
    try:
        for number, value in reading.fields(memoryview(data)):
            if number == 7:
                reading.graph(graph, _bytes(value))
            elif number == 14:
                pair = {n: bytes(_bytes(v)) for n, v in reading.fields(_bytes(value))}
                if pair.get(1, b"") == SPEC.encode():
                    graph.spec = json.loads(pair.get(2, b"{}"))
    except (ValueError, RecursionError) as error:
        if isinstance(error, Refused):
            raise
        raise Refused("file", DAMAGED) from error
    if not graph.nodes or not graph.outputs:
        raise Refused("file", DAMAGED)
    return graph


def _bytes(value: Any) -> memoryview:
    if not isinstance(value, memoryview):
        raise Refused("file", DAMAGED)
    return value


class _Reading(Reading):
    def graph(self, graph: Graph, data: memoryview) -> None:
        infos: dict[str, tuple[int | None, ...]] = {}
        for number, value in self.fields(data):
            if number == 1:
                graph.nodes.append(self.node(_bytes(value)))
            elif number == 5:
                name, array = self.tensor(_bytes(value))
                graph.tensors[name] = array
            elif number == 11:
                name, shape = self.info(_bytes(value))
                infos[name] = shape
            elif number == 12:
                graph.outputs.append(self.info(_bytes(value))[0])
            if len(graph.nodes) > MOST_NODES or len(graph.tensors) > MOST_TENSORS:
                raise Refused(
                    "file",
                    Reason(
                        "import.too_many_parts",
                        "the file has more than {most} nodes or tensors",
                        most=MOST_NODES,
                    ),
                )
        graph.inputs = {name: shape for name, shape in infos.items() if name not in graph.tensors}

    def node(self, data: memoryview) -> Node:
        node = Node()
        for number, value in self.fields(data):
            if number == 1:
                node.inputs.append(_named(_bytes(value)))
            elif number == 2:
                node.outputs.append(_named(_bytes(value)))
            elif number == 4:
                node.kind = _named(_bytes(value))
            elif number == 5:
                name, found = self.attribute(_bytes(value))
                node.more[name] = found
        return node

    def attribute(self, data: memoryview) -> tuple[str, Any]:
        name, found = "", None
        many: list[Any] = []
        for number, value in self.fields(data):
            if number == 1:
                name = _named(_bytes(value))
            elif number in (2, 3):
                found = value
            elif number == 4:
                found = _named(_bytes(value))
            elif number == 5:
                found = self.tensor(_bytes(value))[1]
            elif number == 8:
                many += varints(value) if isinstance(value, memoryview) else [value]
            elif number == 9:
                many.append(_named(_bytes(value)))
        return name, many if many else found

    def tensor(self, data: memoryview) -> tuple[str, Array]:
        dims: list[int] = []
        kind, name, raw, loose = 1, "", None, list[Any]()
        for number, value in self.fields(data):
            if number == 1:
                dims += varints(value) if isinstance(value, memoryview) else [int(value)]
            elif number == 2:
                kind = value
            elif number == 8:
                name = _named(_bytes(value))
            elif number == 9:
                raw = bytes(_bytes(value))
            elif number == 4 and isinstance(value, memoryview):
                raw = bytes(value)  # packed floats are what raw ones are
            elif number == 4:
                loose.append(value)
            elif number in (5, 7):
                loose += varints(value) if isinstance(value, memoryview) else [value]
            elif number == 13:
                raise Refused(
                    "file",
                    Reason(
                        "import.outside",
                        "the file keeps its weights in another file; put them into it",
                    ),
                )
        kept = TYPES.get(kind) if isinstance(kind, int) else None
        if kept is None:
            raise Refused(
                "file",
                Reason("import.type", "{name} is of a type that is not read here", name=name[:80]),
            )
        if len(dims) > 6 or any(d < 0 for d in dims):
            raise Refused("file", DAMAGED)
        size = prod(dims) * np.dtype(kept).itemsize
        if raw is not None and len(raw) == size:
            return name, np.frombuffer(raw, kept).reshape(dims)
        if raw is None and len(loose) == prod(dims):
            return name, np.array(loose, kept).reshape(dims)
        raise Refused("file", DAMAGED)

    def info(self, data: memoryview) -> tuple[str, tuple[int | None, ...]]:
        name, shape = "", list[int | None]()
        for number, value in self.fields(data):
            if number == 1:
                name = _named(_bytes(value))
            elif number == 2:
                for inner, kind in self.fields(_bytes(value)):
                    if inner != 1:
                        continue
                    for part, said in self.fields(_bytes(kind)):
                        if part == 2:
                            shape = [
                                self.dim(_bytes(d)) for n, d in self.fields(_bytes(said)) if n == 1
                            ]
        return name, tuple(shape)

    def dim(self, data: memoryview) -> int | None:
        return next((int(v) for n, v in self.fields(data) if n == 1 and isinstance(v, int)), None)


__all__ = ["Graph", "Node", "read_graph"]
