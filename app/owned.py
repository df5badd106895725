"""A table, pictures or sounds of one's own as they are kept: JSON, and of pictures and sounds the numbers
beside it as safetensors, a byte a pixel's colour, two a sound's sample."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import orjson

from engine.datasets import OwnData, Pictures, Sounds, Table

from .wire import Unreadable, arrays_to_bytes, bytes_to_arrays


def packed(own: OwnData) -> tuple[str, bytes | None]:
    if isinstance(own, Pictures):
        named = {"name": own.name, "class_names": own.class_names}
        arrays = {"pixels": own.pixels, "targets": own.targets.astype(np.uint8)}
        return orjson.dumps(named).decode(), arrays_to_bytes(arrays)
    if isinstance(own, Sounds):
        named = {"name": own.name, "class_names": own.class_names, "rate": own.rate}
        arrays = {
            "sounds": own.samples,
            "lengths": own.lengths,
            "targets": own.targets.astype(np.uint8),
        }
        return orjson.dumps(named).decode(), arrays_to_bytes(arrays)
    return orjson.dumps(asdict(own), option=orjson.OPT_SERIALIZE_NUMPY).decode(), None


def unpacked(content: Mapping[str, Any], arrays: bytes | None) -> OwnData | None:
    """None where it is none of them."""
    if arrays is not None:
        try:
            found = bytes_to_arrays(arrays)
            names, targets = tuple(content["class_names"]), found["targets"].astype(np.int64)
            if "pixels" in found:
                return Pictures(content["name"], found["pixels"], targets, names)
            lengths = found["lengths"].astype(np.int64)
            return Sounds(
                content["name"], found["sounds"], lengths, content["rate"], targets, names
            )
        except (Unreadable, KeyError):
            return None
    if "inputs" not in content:
        return None
    return Table(
        name=content["name"],
        columns=tuple(content["columns"]),
        inputs=np.array(content["inputs"], np.float64),
        targets=np.array(content["targets"]),
        target_name=content["target_name"],
        class_names=tuple(content["class_names"]),
        # Tables of before rows had names.
        row_names=tuple(content.get("row_names", ())),
        row_title=content.get("row_title", ""),
        series=content.get("series", False),
        dropped=tuple(content.get("dropped", ())),
    )
