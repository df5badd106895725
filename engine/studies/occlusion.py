"""Which parts of a picture an answer needs: how far it falls where a patch covers them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..by_input import ByInput
from ..errors import Reason, Refused
from ..experiment import Experiment
from ..limits import affordable, keep_work
from .base import Progress
from .one_answer import Meant, meant, one_output

Array = NDArray[np.floating]


def occlusion(
    experiment: Experiment,
    columns: Array,
    of: int | None = None,
    size: int = 2,
    stride: int = 1,
    fill: float = 0.0,
) -> Iterator[Progress]:
    """The probability of a class with a square patch of `fill` over the picture, at every place that it
    fits into, `stride` pixels apart, row by row (Zeiler & Fergus 2014, section 4.2).

    columns: (1, height, width, channels) as the dataset scales it; `fill` is such a number too

    Yields {"step", "of", "whole", "outputs", "rows", "columns"} once, `whole` being the probability of
    the picture as it is, then {"drop"} a row at a time: `whole` less the probability with the patch there,
    whose upper left pixel is (row * stride, column * stride).  Raises: Refused
    """
    if experiment.dataset.view != "image":
        raise Refused(
            "dataset",
            Reason(
                "occlusion.no_image",
                "{dataset} has no pictures that a patch could cover; choose digits or shapes",
                dataset=experiment.spec.dataset.kind,
            ),
        )
    asked, outputs = one_output(experiment, columns)
    height, width = columns.shape[1:3]
    if size > min(height, width):
        raise Refused(
            "size",
            Reason(
                "occlusion.size_too_large",
                "a patch of {size} is larger than the picture of {height} x {width}; choose size "
                "{fitting} or less",
                size=size,
                height=height,
                width=width,
                fitting=min(height, width),
            ),
        )
    rows, across = (height - size) // stride + 1, (width - size) // stride + 1
    keep_work(
        rows * across * asked.network.work, "stride",
        Reason(
            "occlusion_too_costly",
            "{places} places of the patch would take {asked} multiply-adds, at most {most} (limit: "
            "{limit}); choose a larger stride",
            places=rows * across,
        ),
    )  # fmt: skip
    chosen = meant(experiment, outputs, of)
    return _covered(
        asked, columns.astype(np.float64), outputs, chosen, (rows, across), size, stride, fill
    )


def _covered(
    asked: ByInput, x: Array, outputs: Array, chosen: Meant, places: tuple[int, int], size: int,
    stride: int, fill: float,
) -> Iterator[Progress]:  # fmt: skip
    network, (rows, across) = asked.network, places
    activation = network.output.function
    whole = float(chosen.share(outputs, activation)[0])
    begun = {"step": asked.step, "of": chosen.of, "whole": whole, "outputs": outputs[0].tolist()}
    yield 0.0, {**begun, "rows": rows, "columns": across, "drop": []}
    most = affordable(network.work, network.numbers)
    for row in range(rows):
        drop: list[float] = []
        for first in range(0, across, most):
            lefts = [stride * k for k in range(first, min(across, first + most))]
            covered = np.repeat(x, len(lefts), axis=0)
            for one, left in zip(covered, lefts, strict=True):
                one[row * stride : row * stride + size, left : left + size] = fill
            drop += (whole - chosen.share(asked.outputs(covered), activation)).tolist()
        yield (row + 1) / rows, {"drop": [drop]}


__all__ = ["occlusion"]
