"""Which parts of an input an answer depends on most: the gradient of a class's z by the input."""

from collections.abc import Iterator
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..by_input import ByInput
from ..errors import Reason
from ..experiment import Experiment
from ..limits import keep_work
from .base import Progress
from .one_answer import Meant, as_tuples, meant, one_output

Array = NDArray[np.floating]
Method = Literal["gradient", "gradient_x_input", "smooth"]
DRAWS = 32
NOISE = 0.15
PASSES = 3  # forward, and back at twice the price


def saliency(
    experiment: Experiment,
    columns: Array,
    of: int | None = None,
    method: Method = "gradient",
    draws: int = DRAWS,
    noise: float = NOISE,
    seed: int = 0,
) -> Iterator[Progress]:
    """d z_of / d input of one sample, z being what goes into the output's activation: before softmax, for a
    probability also grows where the others fall (Simonyan, Vedaldi & Zisserman 2014, section 3).

    method: "gradient" itself; "gradient_x_input", times the input, each part's share of z where the
    network is linear (Shrikumar et al. 2016); "smooth", the mean of the gradients at `draws` copies with
    normal noise of `noise` times the sample's span (Smilkov et al. 2017, SmoothGrad).
    columns: (1, *shape) as the dataset scales it; the gradient is by those numbers

    Yields {"step", "of", "method", "output" (z), "outputs"} once and {"saliency"}, shaped as the sample,
    as it comes to be.  Raises: Refused
    """
    asked, outputs = one_output(experiment, columns)
    chosen = meant(experiment, outputs, of)
    times = draws if method == "smooth" else 1
    keep_work(
        PASSES * times * asked.network.work, "draws",
        Reason(
            "saliency_too_costly",
            "this would take {asked} multiply-adds, at most {most} (limit: {limit}); use fewer draws or "
            "a smaller network",
        ),
    )  # fmt: skip
    return _gradients(
        asked, columns.astype(np.float64), outputs[0], chosen, method, times, noise, seed
    )


def _gradients(
    asked: ByInput, x: Array, outputs: Array, chosen: Meant, method: Method, times: int, noise: float,
    seed: int,
) -> Iterator[Progress]:  # fmt: skip
    place = len(asked.network.layers) - 1

    def by(z: Array) -> Array:
        d = np.zeros_like(z)
        d[:, chosen.column] = chosen.sign
        return d

    caches, gradient = asked.gradient(x, place, by)
    yield (
        0.5 / times,
        {
            "step": asked.step,
            "of": chosen.of,
            "method": method,
            "output": float(chosen.z(asked.given(caches, place))[0]),
            "outputs": outputs.tolist(),
        },
    )
    if method != "smooth":
        found = gradient * x if method == "gradient_x_input" else gradient
        yield 1.0, {"saliency": as_tuples(found[0])}
        return
    rng = np.random.default_rng([seed, 6])
    deviation = noise * float(x.max() - x.min())
    whole = np.zeros_like(x)
    for i in range(times):
        _, gradient = asked.gradient(x + deviation * rng.standard_normal(x.shape), place, by)
        whole += gradient
        yield (i + 1) / times, {"saliency": as_tuples(whole[0] / (i + 1))}


__all__ = ["DRAWS", "NOISE", "Method", "saliency"]
