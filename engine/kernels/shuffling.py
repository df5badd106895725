"""The order in which an epoch visits its samples: one 64-bit state, the same in Python and compiled.

Generator: SplitMix64 (Steele, Lea & Flood 2014, figure 16); shuffle: Durstenfeld 1964.
"""

from typing import Any

import numpy as np
from numba import njit

from .elementwise import OPTIONS


@njit(**OPTIONS)
def shuffle(order: Any, generator: Any) -> None:
    """Shuffle `order` (n,) in place; `generator` (1,) uint64 is advanced n - 1 times."""
    for i in range(order.size - 1, 0, -1):
        generator[0] += np.uint64(0x9E3779B97F4A7C15)
        z = generator[0]
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z = z ^ (z >> np.uint64(31))
        # The upper 32 bits, scaled to 0..i without a division.
        j = np.int64(((z >> np.uint64(32)) * np.uint64(i + 1)) >> np.uint64(32))
        kept = order[i]
        order[i] = order[j]
        order[j] = kept
