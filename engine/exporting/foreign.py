"""Weights of other libraries under our names and in our shapes: a PyTorch or Keras `state_dict`, and what the
layers of an ONNX file hold.

A tensor belongs to the layer that its name begins with; where no name of ours is found, tensors go by the
order of their names and their shapes.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from ..errors import Reason, Refused
from ..layers.through_time import BACKWARD
from ..network import Network
from .notes import Note, note
from .onnx_chain import Chain
from .run import Array

# What a library calls a layer's parameters, and ours.
NAMES: dict[str, dict[str, str]] = {
    "batch_norm": {
        "weight": "weight", "gamma": "weight", "bias": "bias", "beta": "bias",
        "running_mean": "running_mean", "moving_mean": "running_mean",
        "running_var": "running_variance", "moving_variance": "running_variance",
        "running_variance": "running_variance",
    },
    "layer_norm": {"weight": "weight", "gamma": "weight", "bias": "bias", "beta": "bias"},
    "prelu": {"weight": "slope", "alpha": "slope", "slope": "slope"},
    "embedding": {"weight": "weight", "embeddings": "weight"},
}  # fmt: skip
IGNORED = ("num_batches_tracked",)


def of_state_dict(
    network: Network, tensors: Mapping[str, Array]
) -> tuple[dict[str, Array], list[Note]]:
    """Our parameters by name, and what was guessed."""
    groups: dict[str, dict[str, Array]] = {}
    for name, array in tensors.items():
        owner, part = _owner(name)
        if part not in IGNORED:
            groups.setdefault(owner, {})[part] = array
    found: dict[str, Array] = {}
    owners = {entry.name.split(".")[0] for entry in network.layout}
    mine = [(n, i) for i, n in enumerate(network.names) if n in owners]
    by_name = all(any(g.split(".")[-1] == n for g in groups) for n, _ in mine)
    ordered = sorted(groups, key=_natural)
    notes = [note("import.as_pytorch")]
    if not by_name:
        notes.append(note("import.by_order"))
    for place, (name, i) in enumerate(mine):
        group = next((g for g in ordered if g.split(".")[-1] == name), None) if by_name else None
        if group is None:
            group = ordered[place] if place < len(ordered) else None
        if group is not None:
            layer: Any = network.layers[i]
            parts = _layer(layer.kind, groups[group], network, i)
            found |= {f"{name}.{part}": array for part, array in parts.items()}
    if any(layer.kind == "flatten" and len(s) == 3 for layer, s in zip(network.layers, network.shapes, strict=False)):  # fmt: skip
        notes.append(note("import.flatten"))
    return found, notes


def _owner(name: str) -> tuple[str, str]:
    """The layer that a tensor is of, and which it is; Keras puts a cell between the two, and of two
    directions their names."""
    *path, part = re.sub(r"[/:]", ".", name.removesuffix(":0")).split(".")
    path = [place for place in path if not place.endswith("_cell")]
    if path and (way := re.fullmatch(r"(forward|backward)_(.+)", path[-1])):
        path = path[:-1] or [way[2]]
        part = part if way[1] == "forward" else BACKWARD + part
    return ".".join(path), part


def _natural(text: str) -> list[Any]:
    return [(0, int(p), "") if p.isdigit() else (1, 0, p) for p in re.split(r"(\d+)", text)]


def _layer(kind: str, tensors: dict[str, Array], network: Network, index: int) -> dict[str, Array]:
    if kind in NAMES:
        return {NAMES[kind][part]: a for part, a in tensors.items() if part in NAMES[kind]}
    if kind in ("dense", "output"):
        return _plain(tensors, lambda a: a.T if a.ndim == 2 else a)
    if kind == "conv2d":
        return _plain(tensors, lambda a: a.transpose(2, 3, 1, 0) if a.ndim == 4 else a)
    return _recurrent(kind, tensors)


def _plain(tensors: dict[str, Array], turn: Callable[[Array], Array]) -> dict[str, Array]:
    """Keras' `kernel` is as ours, PyTorch's `weight` is turned."""
    found = {"bias": tensors["bias"]} if "bias" in tensors else {}
    if "kernel" in tensors:
        return {"weight": tensors["kernel"], **found}
    return {"weight": turn(tensors["weight"]), **found} if "weight" in tensors else found


def _recurrent(kind: str, tensors: dict[str, Array]) -> dict[str, Array]:
    found: dict[str, Array] = {}
    for way, end in (("", ""), (BACKWARD, "_reverse")):
        if f"weight_ih_l0{end}" not in tensors:
            continue
        found[way + "weight"] = tensors[f"weight_ih_l0{end}"].T
        found[way + "recurrent_weight"] = tensors.get(f"weight_hh_l0{end}", np.zeros((1, 1))).T
        first, second = (tensors.get(f"bias_{p}_l0{end}") for p in ("ih", "hh"))
        if first is not None and second is not None and first.shape == second.shape:
            found[way + "bias"] = first if kind == "gru" else first + second
            if kind == "gru":
                found[way + "recurrent_bias"] = second
    turn = _reset_first if kind == "gru" else (lambda a: a)
    for way in ("", BACKWARD):
        if way + "kernel" not in tensors:
            continue
        found[way + "weight"] = turn(tensors[way + "kernel"])
        if way + "recurrent_kernel" in tensors:
            found[way + "recurrent_weight"] = turn(tensors[way + "recurrent_kernel"])
        bias = tensors.get(way + "bias")
        if bias is not None and bias.ndim == 2 and kind == "gru" and len(bias) == 2:
            found[way + "bias"], found[way + "recurrent_bias"] = turn(bias[0]), turn(bias[1])
        elif bias is not None:
            found[way + "bias"] = bias
    return found


def _reset_first(array: Array) -> Array:
    """Keras has a GRU's gates as update, reset, new."""
    if array.shape[-1] % 3:
        return array
    update, reset, new = np.split(array, 3, -1)
    return np.concatenate([reset, update, new], -1)


def of_chain(network: Network, chain: Chain) -> dict[str, Array]:
    """An ONNX file's weights by our names, of a network with its layers, or those of its spec.

    Raises: Refused, where padding is none of ours
    """
    counts: dict[str, int] = {}
    found: dict[str, Array] = {}
    turned = False
    places = {name: i for i, name in enumerate(network.names)}
    for at, (layer, weights) in enumerate(zip(chain.layers, chain.weights, strict=True)):
        kind = layer["kind"]
        counts[kind] = counts.get(kind, 0) + 1
        name = "output" if at == len(chain.layers) - 1 else f"{kind}_{counts[kind]}"
        i = places.get(name)
        if i is None:
            continue
        if "pads" in layer:
            _check_pads(network, i, layer["pads"])
        if kind == "flatten":
            turned = layer["turned"]
        found |= {f"{name}.{part}": array for part, array in weights.items()}
        if kind == "dense" and turned:
            found[f"{name}.weight"], turned = _rows(network, i, weights["weight"]), False
    return found


def _rows(network: Network, i: int, weight: Array) -> Array:
    """Rows as an image that was laid out channels first gives them, in the order that ours does."""
    place = max(k for k in range(i) if network.layers[k].kind == "flatten")
    height, width, channels = network.shapes[place]
    if len(weight) != height * width * channels:
        return weight
    return weight[
        np.arange(len(weight)).reshape(channels, height, width).transpose(1, 2, 0).ravel()
    ]


def _check_pads(network: Network, i: int, pads: list[int]) -> None:
    layer: Any = network.layers[i]
    _, (top, left), (bottom, right) = layer.geometry(network.shapes[i])
    if [top, left, bottom, right] != pads:
        raise Refused("file", Reason(
            "import.padding", "{name} pads {found}, which is neither valid nor same here",
            name=network.names[i], found=str(pads),
        ))  # fmt: skip


def spec_of_chain(chain: Chain) -> tuple[list[dict[str, Any]], str]:
    """The hidden layers as a spec has them, and the output's activation."""
    hidden = [
        {k: v for k, v in layer.items() if k not in ("pads", "turned")}
        for layer in chain.layers[:-1]
    ]
    return hidden, chain.layers[-1]["activation"]


__all__ = ["of_chain", "of_state_dict", "spec_of_chain"]
