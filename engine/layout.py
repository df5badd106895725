"""Names and shapes of a network's parameters within one contiguous vector.

A Layout owns no memory. It gives views of any vector of its size: the parameters, their gradient,
an optimizer slot, an old snapshot.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import prod

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.floating]

# Compiled loops read eight numbers at a time, so vectors are allocated in multiples of eight and
# the numbers past `size` stay zero.
LANES = 8


@dataclass(frozen=True, slots=True)
class Entry:
    """One parameter: where it lies in the vector, in numbers from its start."""

    name: str
    shape: tuple[int, ...]
    offset: int

    @property
    def size(self) -> int:
        return prod(self.shape)


class Layout:
    """`layout.views(vector)["dense_1.weight"]` is a view of shape (inputs, units)."""

    def __init__(self, shapes: Iterable[tuple[str, tuple[int, ...]]]) -> None:
        entries: list[Entry] = []
        offset = 0
        for name, shape in shapes:
            entries.append(Entry(name, shape, offset))
            offset += prod(shape)
        self.entries = tuple(entries)
        self.size = offset
        self.capacity = -(-offset // LANES) * LANES

    def __iter__(self) -> Iterator[Entry]:
        return iter(self.entries)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Layout) and self.entries == other.entries

    def __hash__(self) -> int:
        return hash(self.entries)

    def views(self, vector: Vector) -> dict[str, Vector]:
        """A view of every parameter.  vector: (size,) or longer"""
        return {e.name: vector[e.offset : e.offset + e.size].reshape(e.shape) for e in self.entries}

    def locate(self, index: int) -> tuple[Entry, tuple[int, ...]]:
        """Which parameter, and which of its numbers, lies at `index` of the vector."""
        for entry in self.entries:
            if entry.offset <= index < entry.offset + entry.size:
                place = np.unravel_index(index - entry.offset, entry.shape)
                return entry, tuple(int(i) for i in place)
        raise IndexError(f"the vector has {self.size} numbers, there is no number {index}")
