"""Two directions through the weights, along which a loss is drawn, and where a path lies in their plane."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason, Refused
from ..network import Network

Array = NDArray[np.floating]
Directions = Literal["random", "pca", "weights"]

LEAST_STATES = 3  # two directions need three places
# Variance along the second direction that is no more than rounding, as a share of that along the first.
FLAT = 1e-12


@dataclass(frozen=True, slots=True)
class Plane:
    """The weights centre + a * axes[0] + b * axes[1], in float64.  centre: (size,)  axes: (2, size)

    `explained` is, of principal directions, the share of the path's squared distance from the centre
    that lies along each.
    """

    centre: Array
    axes: Array
    explained: tuple[float, float] | None = None

    def at(self, a: Array, b: float) -> Array:
        """a: (n,)  ->  (n, size)"""
        return (self.centre + b * self.axes[1]) + a[:, None] * self.axes[0]

    def coordinates(self, moved: Array) -> tuple[Array, list[float | None]]:
        """Where weights lie, projected by least squares: random directions are not quite orthogonal.
        And which share of their squared distance from the centre lies in the plane; None of the centre
        itself.  moved: (n, size), weights less the centre  ->  (n, 2)"""
        seen = moved @ self.axes.T
        found = seen @ np.linalg.pinv(self.axes @ self.axes.T, hermitian=True)
        inside, whole = (
            np.einsum("ij,ij->i", one, other) for one, other in ((found, seen), (moved, moved))
        )
        shares = [
            min(1.0, max(0.0, float(part / all_of_it))) if all_of_it > 0 else None
            for part, all_of_it in zip(inside, whole, strict=True)
        ]
        return found, shares


def movable(network: Network) -> NDArray[np.bool_]:
    """Which numbers of the vector updates move: all but running statistics, biases that are held, and
    what is frozen or off.  (size,)

    Raises: Refused, where there is none
    """
    mask = np.ones(network.layout.size, np.bool_)
    mask[network.held] = False
    if not mask.any():
        raise Refused(
            "",
            Reason(
                "landscape.nothing_moves",
                "nothing in this network learns, so there is no direction to go; let a layer learn again",
            ),
        )
    return mask


def random_plane(network: Network, centre: Array, moving: NDArray[np.bool_], seed: int) -> Plane:
    """Two filter-normalised random directions (Li et al. 2018, section 4): normal numbers, of which
    each filter's part is scaled to the norm of that filter's weights, d <- d / |d| * |w|.

    A filter is the last axis of a weight: all weights into one unit, of one kernel's filter, into one
    gate of one recurrent unit (those from its input and from the states each by themselves). Biases,
    parameters of normalisation and slopes stay as they are, as the paper's own code has them by default;
    so does what no update moves. The directions are not made orthogonal, as they are not in the paper:
    in so many dimensions they nearly are.

    Raises: Refused, where all weights are 0, so that the directions have no length
    """
    axes = np.stack([_filters(network, centre, moving, seed, k) for k in range(2)])
    if not axes.any():
        raise Refused(
            "directions",
            Reason(
                "landscape.no_length",
                "random directions are as long as the weights that learn, and those are all 0; train "
                "first, or choose two weights",
            ),
        )
    return Plane(centre, axes)


def _filters(
    network: Network, centre: Array, moving: NDArray[np.bool_], seed: int, number: int
) -> Array:
    """One of them.  (size,)"""
    rng = np.random.default_rng([seed, 8, number])
    found = np.zeros(len(centre))
    weights = {start for start, *_ in network.decaying()}
    for entry in network.layout:
        if entry.offset not in weights:
            continue
        here = slice(entry.offset, entry.offset + entry.size)
        w, moves = (part[here].reshape(-1, entry.shape[-1]) for part in (centre, moving))
        d = rng.standard_normal(w.shape) * moves
        drawn = np.sqrt((d * d).sum(axis=0))
        length = np.sqrt((w * w * moves).sum(axis=0))
        found[here] = (d * (length / np.where(drawn > 0, drawn, 1))).ravel()
    return found


def principal_plane(
    network: Network, centre: Array, moving: NDArray[np.bool_], moved: Array, seed: int
) -> Plane:
    """The two principal directions of the path walked (Li et al. 2018, section 7): of the matrix of
    w_i - w, w being the weights as they are now, the right singular vectors of the two largest singular
    values, each of length 1. Biases and parameters of normalisation are among them: the path is what it
    was.

    The differences are not centred on their mean, which the paper leaves open: the plane goes through the
    present weights, and of all such planes this one comes closest to the path. The path comes from where
    a is below 0, and its furthest way aside is where b is above 0. A path that is straight has one
    direction; the other is then random, filter-normalised, orthogonal to it.

    moved: the path less the centre, `differences`, (states, size)

    Raises: Refused, where fewer than three states differ
    """
    different = {hash(row.tobytes()) for row in moved} | {hash(np.zeros(len(centre)).tobytes())}
    if len(different) < LEAST_STATES:
        raise Refused(
            "directions",
            Reason(
                "landscape.path_too_short",
                "the path walked has {states} different states that are kept, and its principal "
                "directions need {least}; train first, some hundred steps, or choose random directions",
                states=len(different),
                least=LEAST_STATES,
            ),
        )
    # Through the small matrix of products: there are few states and many weights.
    values, vectors = np.linalg.eigh(moved @ moved.T)
    largest = values[::-1][:2].clip(0)
    axes = vectors[:, ::-1][:, :2].T @ moved
    axes[0] /= np.linalg.norm(axes[0])
    if largest[1] <= FLAT * largest[0]:
        largest[1] = 0.0
        axes[1] = _filters(network, centre, moving, seed, 1)
        if not axes[1].any():  # the weights are 0
            axes[1] = np.random.default_rng([seed, 8]).standard_normal(len(centre)) * moving
    for _ in range(2):  # rounding leaves a part of the first in a second that is much shorter
        axes[1] -= (axes[1] @ axes[0]) * axes[0]
        axes[1] /= np.linalg.norm(axes[1]) or 1.0
    a, b = axes @ moved.T
    axes[0] *= -1.0 if a[np.abs(a).argmax()] > 0 else 1.0
    axes[1] *= -1.0 if b[np.abs(b).argmax()] < 0 else 1.0
    explained = largest / values.clip(0).sum()
    return Plane(centre, axes, (float(explained[0]), float(explained[1])))


def plane_of_two(
    network: Network, centre: Array, moving: NDArray[np.bool_], weights: Sequence[int] | None
) -> Plane:
    """Two single weights, by their places in the flat vector.  Raises: Refused, at "weights\""""
    if weights is None:
        raise Refused(
            "weights",
            Reason(
                "landscape.which_weights",
                "name two weights by their places in the vector of all parameters",
            ),
        )
    size = len(centre)
    for k, index in enumerate(weights):
        if not 0 <= index < size:
            raise Refused(
                f"weights.{k}",
                Reason(
                    "landscape.no_such_weight",
                    "there is no parameter {index}; they are numbered 0 to {last}",
                    index=index,
                    last=size - 1,
                ),
            )
        if not moving[index]:
            raise Refused(
                f"weights.{k}",
                Reason(
                    "landscape.weight_held",
                    "parameter {index} ({name}) is held, no update moves it; choose one that learns",
                    index=index,
                    name=network.layout.locate(index)[0].name,
                ),
            )
    one, other = weights
    if one == other:
        raise Refused(
            "weights",
            Reason("landscape.one_weight_twice", "these are one and the same; choose two weights"),
        )
    axes = np.zeros((2, size))
    axes[[0, 1], [one, other]] = 1.0
    return Plane(centre, axes)


def differences(centre: Array, moving: NDArray[np.bool_], states: Sequence[Array]) -> Array:
    """States less the centre, what does not move left out.  (n, size)"""
    found = np.zeros((len(states), len(centre)))
    for row, state in zip(found, states, strict=True):
        np.subtract(state, centre, out=row)
    found[:, ~moving] = 0
    return found


__all__ = [
    "Directions",
    "Plane",
    "differences",
    "movable",
    "plane_of_two",
    "principal_plane",
    "random_plane",
]
