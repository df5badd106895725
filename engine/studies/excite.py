"""What a unit looks for: an input that is changed, step by step, to make it answer more."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..by_input import ByInput
from ..errors import Reason, Refused
from ..experiment import Experiment
from ..limits import keep_work
from .base import Progress
from .one_answer import as_tuples, keep_continuous

Array = NDArray[np.floating]
MAX_STEPS = 1000
SPREAD = 0.1  # of the noise at the start, as a share of the data's range
BLUR_EVERY = 4  # Yosinski et al. 2015 blur every few steps only, for speed
PASSES = 3
MOST_IMAGES = 50  # that are told on the way


def excite(
    experiment: Experiment,
    layer: str,
    unit: int,
    steps: int = 100,
    rate: float = 0.02,
    l2: float = 0.01,
    blur: float = 0.5,
    seed: int = 0,
) -> Iterator[Progress]:
    """Gradient ascent on the input, from noise (Erhan et al. 2009, section 4.1), with the regularizers of
    Yosinski et al. 2015, section 4: each step adds the gradient, scaled to `rate` times the data's range
    as root mean square, takes `l2` of the input away, and every fourth step blurs pictures with a Gaussian
    of `blur` pixels; then it is cut to the range that the data have.

    What is maximised is the mean, over the unit's places and time steps, of what it gives before its
    activation; of layers without one of what leaves them. An image, a row, a sequence: whatever the data
    are but text.

    Yields {"step", "layer", "unit", "low", "high"} once, then {"image", "value", "values"}: the input as
    the network is given it, shaped as a sample, what it excites the unit to, and `values` of the start and
    after every step.

    Raises: Refused (no such layer or unit, text, or more work than the limit)
    """
    keep_continuous(experiment)
    network, dataset = experiment.network, experiment.dataset
    place = network.place_of(layer, unit)
    keep_work(
        PASSES * steps * network.work, "steps",
        Reason(
            "excite_too_costly",
            "{steps} steps would take {asked} multiply-adds, at most {most} (limit: {limit}); ask for "
            "fewer",
            steps=steps,
        ),
    )  # fmt: skip
    seen = dataset.inputs if len(dataset.inputs) else dataset.test_inputs
    if not len(seen):
        raise Refused(
            "dataset",
            Reason(
                "excite.no_samples", "there are no samples, so no range to keep the input within"
            ),
        )
    picture = dataset.view == "image"
    low, high = _range(seen, picture)
    rng = np.random.default_rng([seed, 7])
    noise = rng.uniform(-0.5, 0.5, (1, *dataset.shape))
    x = (low + high) / 2 + SPREAD * (high - low) * noise
    asked = experiment.by_input()
    asked.outputs(x)
    kernel = _gaussian(blur) if picture and blur else None
    return _ascent(asked, place, (layer, unit), x, (low, high), steps, rate, l2, kernel)


def _range(seen: Array, picture: bool) -> tuple[Array, Array]:
    """Least and largest that the data have: of pictures over all, else of every column by itself.
    (samples, *shape) -> broadcasting to one sample"""
    axes = tuple(range(seen.ndim)) if picture else tuple(range(seen.ndim - 1))
    return seen.min(axis=axes).astype(np.float64), seen.max(axis=axes).astype(np.float64)


def _ascent(
    asked: ByInput, place: int, named: tuple[str, int], x: Array, span: tuple[Array, Array], steps: int,
    rate: float, l2: float, kernel: Array | None,
) -> Iterator[Progress]:  # fmt: skip
    (layer, unit), (low, high) = named, span
    begun = {"step": asked.step, "layer": layer, "unit": unit}
    yield 0.0, {**begun, "low": as_tuples(low), "high": as_tuples(high)}

    def by(given: Array) -> Array:
        d = np.zeros_like(given)
        d[..., unit] = 1 / given[..., unit].size
        return d

    for i in range(steps + 1):
        caches, gradient = asked.gradient(x, place, by)
        value = float(asked.given(caches, place)[..., unit].mean())
        shown = i == steps or i % -(-steps // MOST_IMAGES) == 0
        image = {"image": as_tuples(x[0])} if shown else {}
        yield i / steps, {**image, "value": value, "values": [value]}
        if i == steps:
            return
        # In units of the range: a column that moves by little is no less heard.
        slope = gradient * (high - low)
        length = float(np.sqrt((slope**2).mean()))
        moved = x * (1 - l2) + (rate * slope / length * (high - low) if length else 0)
        if kernel is not None and (i + 1) % BLUR_EVERY == 0 and i + 1 < steps:
            moved = _blurred(moved, kernel)
        x = np.clip(moved, low, high)


def _gaussian(deviation: float) -> Array:
    """A window of weights that add up to 1, three deviations to each side."""
    reach = max(1, int(np.ceil(3 * deviation)))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / deviation) ** 2)
    return weights / weights.sum()


def _blurred(x: Array, kernel: Array) -> Array:
    """Along height and width; at the border the outermost pixels go on.  (1, height, width, channels)"""
    reach = len(kernel) // 2
    for axis in (1, 2):
        widths = [(reach, reach) if k == axis else (0, 0) for k in range(x.ndim)]
        wide = np.pad(x, widths, mode="edge")
        x = sum(
            weight * np.take(wide, range(k, k + x.shape[axis]), axis=axis)
            for k, weight in enumerate(kernel)
        )  # pyright: ignore[reportAssignmentType]
    return x


__all__ = ["MAX_STEPS", "excite"]
