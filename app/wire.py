"""Frames and checkpoints as safetensors buffers: a JSON header and raw little-endian arrays."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from engine.history import Point

if TYPE_CHECKING:  # workers use the rest of this module and need no pydantic
    from .schemas import FrameOut

METADATA = "frame"
# What of a frame travels beside its JSON: as arrays, or as each watcher has it coming.
BESIDE = ("weights", "losses", "loss_points", "loss_ranges")
# What a train call alone is answered.
OF_CALL = ("losses_kind", "losses_steps", "remaining")
LOOK = "look"


class Unreadable(ValueError):
    """The bytes are not a checkpoint of ours."""


def frame_to_bytes(
    frame: "FrameOut", weights: NDArray[np.float32] | None, points: list[Point]
) -> bytes:
    """One frame: tensors `weights` (f32), `loss_steps` (f64), `losses`, `loss_lows` and
    `loss_highs` (f32); all else as JSON in
    the header's metadata under "frame"."""
    tensors: dict[str, NDArray[Any]] = {}
    if weights is not None:
        tensors["weights"] = weights
    if points:
        names = ("losses", "loss_lows", "loss_highs")
        tensors["loss_steps"] = np.array([point[0] for point in points], np.float64)
        for i, name in enumerate(names, 1):
            tensors[name] = np.array([point[i] for point in points], np.float32)
    text = frame.model_dump_json(exclude={*BESIDE, *OF_CALL}, exclude_none=False)
    return save(tensors, {METADATA: text})


def look_to_bytes(arrays: bytes, look: Mapping[str, Any]) -> bytes:
    """A safetensors buffer without metadata, given one: all that is no array, as JSON under "look".
    Its arrays were put together in a worker and are only copied here."""
    start = 8 + int.from_bytes(arrays[:8], "little")
    metadata = json.dumps({"__metadata__": {LOOK: json.dumps(look)}})
    entries = arrays[8:start].strip()[1:]
    header = metadata[:-1].encode() + (b"," if entries != b"}" else b"") + entries
    header += b" " * (-len(header) % 8)
    return b"".join((len(header).to_bytes(8, "little"), header, memoryview(arrays)[start:]))


def bytes_to_arrays(data: bytes) -> dict[str, NDArray[Any]]:
    """Raises: Unreadable"""
    try:
        return load(data)
    except (SafetensorError, ValueError, KeyError) as error:
        raise Unreadable(str(error)) from error


def arrays_to_bytes(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    return save({name: np.ascontiguousarray(array) for name, array in arrays.items()})


def frame_of(data: bytes) -> dict[str, Any]:
    """The metadata of a frame: the counterpart for tests and Python clients."""
    return json.loads(_metadata(data)[METADATA])


def look_of(data: bytes) -> dict[str, Any] | None:
    """The metadata of a look; None of a frame."""
    found = _metadata(data).get(LOOK)
    return None if found is None else json.loads(found)


def _metadata(data: bytes) -> dict[str, str]:
    length = int.from_bytes(data[:8], "little")
    return json.loads(data[8 : 8 + length])["__metadata__"]
