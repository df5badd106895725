"""What of the training data pulls at an answer: alignment of gradients at the present weights."""

from dataclasses import dataclass
from math import isfinite
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason, Refused
from ..experiment import Experiment
from ..layers.base import deactivated
from ..limits import affordable, keep_work
from ..network import Network
from .backprop import losses_of
from .flow import by_layer

Array = NDArray[np.floating]

MOST_SAMPLES = 2048
# How far along the gradient losses are compared, as a share of the weights' length: central differences
# in float64 are then right to about nine digits.
STEP = 1e-5


@dataclass(frozen=True, slots=True)
class Pull:
    """`effect` is by how much the quantity asked about changes, per unit of the learning rate and to first
    order, where one step of plain SGD is made on that training sample alone."""

    sample: int
    effect: float
    loss: float


@dataclass(frozen=True, slots=True)
class Influence:
    """`of` says what is asked about: the "loss" of the answer for `target`, or the "output" itself where no
    value was given to compare it with. `gradient` is its length by layer."""

    step: int
    outputs: Any
    of: str
    target: int | float | None
    loss: float | None
    share: float | None
    gradient: dict[str, float]
    pulls: list[Pull]
    samples: int


def influence(
    experiment: Experiment, columns: Array, target: float | None = None, *,
    sample: int | None = None, known: Any = None, most: int = 12,
) -> Influence:  # fmt: skip
    """Which training samples pull most at the answer for one input, and which way.

    This is the tracing of Pruthi et al. 2020 (TracIn, equation 1) at one checkpoint, the present one: what
    a step on each sample would do now, not what the steps of the past have done. Layers are as in
    evaluation, penalties and the optimizer left out.

    columns: (1, *shape) as the dataset scales it  target: class or value; None takes `known`, that of the
    sample it is, else the class that the network gives it  sample: its number, of a training sample
    Raises: Refused (no training samples, no such class, or it would be too much work)
    """
    trainer, network = experiment.trainer, experiment.network
    rows = trainer.chosen(None)
    most_rows = max(1, min(MOST_SAMPLES, affordable(2 * network.work, 2 * network.numbers)))
    rows = rows[:most_rows]
    keep_work(
        (2 * len(rows) + 3) * network.work, "inputs",
        Reason("influence_too_costly", "this would take {asked} multiply-adds, at most {most} (limit: {limit}); use a smaller network"),
    )  # fmt: skip
    vector = trainer.vector.astype(np.float64)
    x = experiment.features_of(columns).astype(np.float64)
    with np.errstate(all="ignore"):
        outputs = network.predict(vector, x)
        asked = _target(experiment, outputs, target, known)
        gradient, loss = _gradient(experiment, vector, x, outputs, asked)
        inputs = trainer.inputs[rows].astype(np.float64)
        targets = trainer.targets[rows].astype(np.float64)
        here = losses(network, vector, inputs, targets)
        effects = -along(network, vector, gradient, inputs, targets)
    order = np.argsort(-np.abs(np.where(np.isfinite(effects), effects, 0)), kind="stable")[:most]
    mean = float(here.mean())
    own = loss if sample is not None and loss is not None else None
    return Influence(
        experiment.step,
        outputs[0],
        "output" if asked is None else "loss",
        _told(experiment, asked),
        loss,
        own / (mean * len(here)) if own is not None and mean else None,
        {
            name: float(np.sqrt(sum(float((gradient[part] ** 2).sum()) for part in parts)))
            for name, parts in by_layer(network.layout).items()
        },
        [Pull(int(rows[i]), float(effects[i]), float(here[i])) for i in order if isfinite(effects[i])],
        len(rows),
    )  # fmt: skip


def _target(experiment: Experiment, outputs: Array, target: float | None, known: Any) -> Any:
    """Raises: Refused"""
    classes = experiment.dataset.classes
    if target is None:
        if known is not None:
            return known
        return experiment.classify(outputs)[0] if classes else None
    if classes and not (0 <= target < classes and target == int(target)):
        raise Refused(
            "target",
            Reason("target.no_such_class", "classes are numbered 0 to {last}", last=classes - 1),
        )
    if experiment.dataset.per_step:
        raise Refused(
            "target",
            Reason("target.of_steps", "every step has a target of its own; leave it out"),
        )
    if not classes and experiment.dataset.outputs > 1:
        raise Refused(
            "target",
            Reason("target.of_outputs", "every output has a target of its own; leave it out"),
        )
    return target


def _told(experiment: Experiment, asked: Any) -> int | float | None:
    """The target, where it is one number: a sample of values has a row of them."""
    if asked is None or experiment.dataset.per_step:
        return None
    numbers = np.ravel(asked)
    if len(numbers) > 1:
        return None
    return int(numbers[0]) if experiment.dataset.classes else float(numbers[0])


def _gradient(
    experiment: Experiment, vector: Array, x: Array, outputs: Array, asked: Any
) -> tuple[Array, float | None]:
    """Of the loss for what is asked, or of the (first) output where nothing is to compare with."""
    network = experiment.network
    gradient = np.zeros_like(vector)
    if asked is not None:
        t = experiment.coded(np.asarray(asked)[None]).astype(np.float64)
        loss = network.loss_and_gradient(vector, gradient, x, t)
        return gradient, loss if isfinite(loss) else None
    parts, passes = network.split(vector), network.passes()
    caches = network.forward(vector, x, passes)
    dy = np.zeros_like(outputs)
    dy.reshape(len(dy), -1)[:, 0] = 1
    dz = deactivated(network.output.function or "linear", caches[-1], dy)
    network.backward(parts, network.split(gradient), caches, dy, passes, dz)
    for start, stop in network.fixed():
        gradient[start:stop] = 0
    return gradient, None


def losses(network: Network, vector: Array, x: Array, t: Array) -> Array:
    """The loss of every sample alone.  (n, *shape), (n, outputs) -> (n,)"""
    return np.array(losses_of(network, network.forward(vector, x)[-1], t))


def along(network: Network, vector: Array, direction: Array, x: Array, t: Array) -> Array:
    """Every sample's gradient times a direction in the weights, by central differences of its loss.

    vector, direction: (size,) in float64 -> (n,)
    """
    length = float(np.linalg.norm(direction))
    if not length or not isfinite(length):
        return np.zeros(len(t))
    by = STEP * max(1.0, float(np.linalg.norm(vector))) / length
    ahead = losses(network, vector + by * direction, x, t)
    return (ahead - losses(network, vector - by * direction, x, t)) / (2 * by)


__all__ = ["Influence", "Pull", "along", "influence", "losses"]
