"""Which unit of a layer, which number of a parameter: named by a reader, checked here."""

from collections.abc import Sequence

import numpy as np

from ..errors import Reason, Refused
from ..given import unknown
from ..layout import Entry, Layout

Index = tuple[int, ...]


def inside(index: Sequence[int], shape: tuple[int, ...], place: str, name: str) -> Index:
    """Raises: Refused, where `name` of that shape has no such unit or number"""
    if len(index) != len(shape) or not all(
        0 <= k < size for k, size in zip(index, shape, strict=True)
    ):
        raise Refused(
            place,
            Reason(
                "place_outside",
                "{name} has shape {shape}; an index is {axes} numbers from 0 on, not {found}",
                name=name,
                shape=str(list(shape)),
                axes=len(shape),
                found=str(list(index)),
            ),
        )
    return tuple(index)


def parameter(layout: Layout, name: str, place: str) -> Entry:
    """Raises: Refused, where there is none of that name"""
    for entry in layout:
        if entry.name == name:
            return entry
    raise Refused(place, unknown(name, (entry.name for entry in layout)))


def flat(entry: Entry, index: Index) -> int:
    """Where in the vector a number of the parameter lies."""
    return entry.offset + int(np.ravel_multi_index(index, entry.shape))
