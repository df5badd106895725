"""Optimizers that race down a surface: the engine's own updates, on two numbers instead of a network's weights."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..limits import keep_numbers
from ..optimizers import Optimizer
from ..updating import hyperparameters
from .surfaces import Point, Surface

Array = NDArray[np.float64]
State = Literal["done", "diverged"]


@dataclass(frozen=True, slots=True)
class Path:
    """One optimizer's way: `n` points, one more than updates.

    points, gradients: (n, 2); values, curvatures: (n,), the largest eigenvalue of the Hessian by size;
    slots: by name (n, 2), as they are before the update from that point
    """

    optimizer: Optimizer
    points: Array
    values: Array
    gradients: Array
    curvatures: Array
    slots: dict[str, Array]
    state: State


def noises(seed: int, noise: float, steps: int) -> Array:
    """What is added to the gradient of every step, the same for all who race: normal, its standard deviation
    `noise` in units of the gradient, each component by itself.  (steps, 2)"""
    if not noise:
        return np.zeros((steps, 2))
    return noise * np.random.default_rng([seed, 11]).standard_normal((steps, 2))


def race(
    surface: Surface, start: Point, optimizers: Sequence[Optimizer], steps: int, noise: float = 0.0, seed: int = 0
) -> list[Path]:  # fmt: skip
    """Each from the same start, as many updates; a path ends early where the surface is not finite any more.

    Computed in float64, so that paths are those of `torch.optim` on the same surface.

    Raises: Refused (more numbers than an answer may have)
    """
    most = max((len(type(one).slots) for one in optimizers), default=0)
    keep_numbers(len(optimizers) * (steps + 1) * (6 + 2 * most), "steps", steps=steps)
    added = noises(seed, noise, steps)
    return [descended(surface, start, one, added) for one in optimizers]


def descended(surface: Surface, start: Point, optimizer: Optimizer, noise: Array) -> Path:
    """One optimizer's path, an update for every row of `noise`."""
    from ..kernels.descent import WIDTH, descend
    from ..kernels.updates import OPTIMIZER_CODES

    codes, numbers = surface.formula.program
    names, count = type(optimizer).slots, len(noise) + 1
    points, gradients, values = np.empty((count, 2)), np.empty((count, 2)), np.empty(count)
    slots = np.empty((count, len(names), 2))
    points[0] = start
    done = descend(
        codes, numbers, OPTIMIZER_CODES[optimizer.kind], hyperparameters(optimizer), noise,
        np.zeros((2 + len(names), WIDTH)), points, values, gradients, slots,
    )  # fmt: skip
    n = done + 1
    least, largest = surface.formula.curvature(points[:n, 0], points[:n, 1])
    curvatures = np.where(np.abs(least) > np.abs(largest), least, largest)
    finite = bool(np.isfinite(values[done]) and np.isfinite(gradients[done]).all())
    return Path(
        optimizer, points[:n], values[:n], gradients[:n], curvatures,
        {name: slots[:n, k] for k, name in enumerate(names)}, "done" if finite else "diverged",
    )  # fmt: skip


def stepped(
    surface: Surface, path: Path, k: int, noise: Array
) -> tuple[Array, Array, dict[str, Array], Array]:
    """The update from point k of a path by the record's own definition, in NumPy.

    Returns: the point, the gradient that it is given, the slots after it by name, the new point; (2,) each
    """
    optimizer = path.optimizer
    w, g = path.points[k].copy(), path.gradients[k] + noise[k]
    slots = [path.slots[name][k].copy() for name in type(optimizer).slots]
    with np.errstate(all="ignore"):
        optimizer.update(w, g, slots, k + 1)
    return path.points[k], g, dict(zip(type(optimizer).slots, slots, strict=True)), w
