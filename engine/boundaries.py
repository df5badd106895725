"""Where a network is asked for its boundary: over the plane or the curve that its data are drawn on."""

import numpy as np
from numpy.typing import NDArray

from .datasets import Dataset

Array = NDArray[np.floating]


def places_drawn(dataset: Dataset, resolution: int) -> tuple[Array, Array, Array] | None:
    """x (resolution,), y (resolution,) or, of a curve, (0,); and the samples there as the dataset scales
    them: (y * x, columns), row by row from the lowest y, or (x, 1). None where nothing of the kind is drawn.
    """
    plane = dataset.plane
    if plane is not None:
        x = np.linspace(plane.low[0], plane.high[0], resolution)
        y = np.linspace(plane.low[1], plane.high[1], resolution)
        return x, y, plane.lift(np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2))
    if dataset.view != "curve":
        return None
    x = np.linspace(*curve_range(dataset), resolution)
    return x, np.zeros(0), x[:, None]


def curve_range(dataset: Dataset) -> tuple[float, float]:
    """What of a curve's axis is drawn: the samples and a margin."""
    x = np.concatenate([dataset.inputs, dataset.test_inputs])[:, 0]
    if not len(x):
        return -3.0, 3.0
    margin = 0.05 * (x.max() - x.min()) or 1.0
    return float(x.min() - margin), float(x.max() + margin)


__all__ = ["curve_range", "places_drawn"]
