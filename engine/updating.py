"""Updates: many in one compiled loop where the network is dense, else layer by layer, each layer in
its compiled or in its NumPy form, which is the definition."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import isfinite, isnan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .errors import Reason
from .layers.base import Pass
from .mixing import GOLDEN, MASK
from .network import Network
from .optimizers import Optimizer
from .state import State
from .weighting import ForLoop, for_loop

Array = NDArray[np.floating]

# Above this many multiply-adds a sample BLAS is ahead of the lanes kernel (measured, docs/bench.md).
BLAS_FROM_WEIGHTS = 3000
# How a run of updates ended: all made; the loss before one was not finite; the weights after one.
SOUND, LOSS_BROKE, WEIGHTS_BROKE = range(3)


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where training stopped being finite: the update that was about to be made or was undone."""

    step: int
    layer: str
    what: str  # "loss" or the parameter's own name: "weight", "bias", "recurrent_weight", ..
    value: str  # "NaN" | "Infinity" | "-Infinity"

    @property
    def reason(self) -> Reason:
        if self.what == "loss":
            return Reason(
                "diverged_loss",
                "Training diverged after step {step}: the loss became {value}. The last finite weights "
                "are kept; lower the learning rate or reset.",
                step=self.step,
                value=self.value,
            )
        return Reason(
            "diverged_weights",
            "Training diverged after step {step}: a {parameter} of {layer} became {value}. The last "
            "finite weights are kept; lower the learning rate or reset.",
            step=self.step,
            parameter=self.what,
            layer=self.layer,
            value=self.value,
        )


def broken_word(value: float) -> str:
    """How a number that is not finite is called."""
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"


@dataclass(frozen=True, slots=True)
class Care:
    """What is done with a gradient besides the optimizer's own step. 0 means: not done.

    `clip_value` limits every number of the gradient, `clip_norm` its Euclidean length (as
    torch.nn.utils.clip_grad_value_ and clip_grad_norm_), both before penalties; `average` is the
    decay of an exponential moving average of the weights, which starts as the weights (Polyak &
    Juditsky 1992; Keras' use_ema).
    """

    clip_value: float = 0.0
    clip_norm: float = 0.0
    average: float = 0.0


@dataclass(slots=True)
class How:
    """What an update is made by, besides the state: it may change between two updates."""

    network: Network
    optimizer: Optimizer
    care: Care
    batch: int
    l1: float
    l2: float
    seed: int
    compiled: bool

    def key(self, step: int) -> int:
        """The random key of an update: of seed and step alone, so a rewound run draws the same."""
        return (self.seed * 0x2545F4914F6CDD1D + step * GOLDEN) & MASK

    @property
    def penalties(self) -> list[tuple[int, int, float, float]]:
        """(start, stop, l1, l2) of every weight in the vector, a layer's own on top of the network's"""
        return [(a, b, self.l1 + l1, self.l2 + l2) for a, b, l1, l2 in self.network.decaying()]


class Updater:
    """Keeps what does not change from one update of a network to the next: how it is passed through."""

    def __init__(self) -> None:
        self._passes: list[Pass] | None = None
        self._loop: tuple[Network, Array, ForLoop] | None = None

    def forget(self) -> None:
        """Of the network before."""
        self._passes = self._loop = None

    def run(
        self, how: How, state: State, inputs: Array, targets: Array, rates: Array, losses: Array
    ) -> tuple[int, int]:
        """One update a rate, the batch loss before each into `losses`.

        Returns how many were made, and SOUND, LOSS_BROKE (that update was not made) or WEIGHTS_BROKE
        (it was, and is not to be kept).
        """
        network = how.network
        rows = len(network.input_shape) == 1  # on sequences dense layers go layer by layer
        if how.compiled and rows and all(layer.in_loop for layer in network.layers):
            return _run_dense(how, state, inputs, self._for_loop(network, targets), rates, losses)
        return self._run_layers(how, state, inputs, targets, rates, losses)

    def _for_loop(self, network: Network, targets: Array) -> ForLoop:
        kept = self._loop
        if kept is None or kept[0] is not network or kept[1] is not targets:
            made = for_loop(network.loss_record, network.class_weights, targets)
            self._loop = kept = network, targets, made
        return kept[2]

    def _run_layers(
        self, how: How, state: State, inputs: Array, targets: Array, rates: Array, losses: Array
    ) -> tuple[int, int]:
        network, passes = how.network, self._passes
        if passes is None or passes[0].compiled != how.compiled:
            passes = network.passes(training=True, compiled=how.compiled)
            self._passes = passes
        finish = _finisher(how, state)
        w = state.buffer[0]
        step = network.stepper(w, state.buffer[1], passes)
        fixed = network.held
        with np.errstate(all="ignore"):
            for i, rate in enumerate(rates):
                batch = state.next_batch(how.batch, how.compiled, network.least_batch)
                statistics = w[fixed]  # what moves in the forward pass itself
                if network.random:
                    network.draw_keys(passes, how.key(state.step + i))
                losses[i] = step(inputs[batch], targets[batch])
                if not isfinite(losses[i]):
                    w[fixed] = statistics
                    return i, LOSS_BROKE
                number = state.count_update()
                finite = finish(float(rate), number)
                state.pass_by(len(batch))
                if not finite:
                    return i + 1, WEIGHTS_BROKE
        return len(losses), SOUND


def _run_dense(
    how: How, state: State, inputs: Array, told: ForLoop, rates: Array, losses: Array
) -> tuple[int, int]:
    from .kernels.elementwise import ACTIVATION_CODES
    from .kernels.losses import LOSS_CODES
    from .kernels.mlp import train_blas, train_lanes
    from .kernels.updates import OPTIMIZER_CODES

    network = how.network
    sizes = np.array([shape[0] for shape in network.shapes])
    codes = np.array([ACTIVATION_CODES[layer.function or "linear"] for layer in network.layers])
    offsets = np.array([entry.offset for entry in network.layout][::2])
    units = [[] if off is None else off.tolist() for off in network.off]
    off = np.cumsum([0, *map(len, units)]), np.array([u for mine in units for u in mine], np.int64)
    kernel = train_blas if (sizes[:-1] * sizes[1:]).max() >= BLAS_FROM_WEIGHTS else train_lanes
    done, status = kernel(
        sizes, codes, off, LOSS_CODES[told.loss], OPTIMIZER_CODES[how.optimizer.kind],
        hyperparameters(how.optimizer), rates, _after(how, state), state.buffer, offsets, inputs, told.targets, told.weights,
        state.order, state.clock, state.generator, how.batch, len(losses), losses,
    )  # fmt: skip
    return int(done), int(status)


def _finisher(how: How, state: State) -> Callable[[float, int], bool]:
    """A function of the learning rate and the update's number that makes an update of the gradient
    that is there."""
    if not how.compiled:
        return lambda rate, number: finish(how, state, rate, number)
    from .kernels.updates import OPTIMIZER_CODES
    from .kernels.updates import finish as fast

    code, hyper, after = (
        OPTIMIZER_CODES[how.optimizer.kind], hyperparameters(how.optimizer), _after(how, state),
    )  # fmt: skip
    return lambda rate, number: fast(code, hyper, rate, after, state.buffer, number)


def _after(how: How, state: State) -> tuple[Any, ...]:
    """What a compiled update is told besides the optimizer, see `kernels.updates.finish`."""
    weights, fixed, care = how.penalties, how.network.fixed(), how.care
    return (
        np.array([w[:2] for w in weights], np.int64).reshape(-1, 2),
        np.array([w[2:] for w in weights], np.float64).reshape(-1, 2),
        np.array(fixed, np.int64).reshape(-1, 2),
        np.array([care.clip_value, care.clip_norm, care.average]),
        state.average_row,
        np.zeros(state.buffer.shape[1] if fixed else 8, state.buffer.dtype),
    )


def finish(how: How, state: State, rate: float, number: int) -> bool:
    """From a batch's gradient to new weights, whether they are finite: the definition of
    `kernels.updates.finish`. `number` counts this optimizer's updates from 1."""
    w, g, care = state.buffer[0], state.buffer[1], how.care
    fixed = how.network.held
    g[fixed] = 0
    if care.clip_value > 0:
        np.clip(g, -care.clip_value, care.clip_value, out=g)
    if care.clip_norm > 0:
        norm = float(np.sqrt((g.astype(np.float64) ** 2).sum()))
        g *= min(1.0, care.clip_norm / (norm + 1e-6))
    for start, stop, l1, l2 in how.penalties:
        weights = w[start:stop]
        g[start:stop] += l2 * weights + l1 * np.sign(weights)
    g[fixed] = 0  # of a unit that is held, penalties would pile up in the slots
    kept = w[fixed]
    slots = [state.buffer[2 + k] for k in range(len(state.slot_names))]
    replace(how.optimizer, learning_rate=rate).update(w, g, slots, number)
    w[fixed] = kept
    if state.average_row:
        average = state.buffer[state.average_row]
        average *= care.average
        average += (1 - care.average) * w
        average[fixed] = w[fixed]
    return bool(np.isfinite(w).all())


def hyperparameters(optimizer: Optimizer) -> NDArray[np.float64]:
    """An optimizer's settings as the compiled updates read them."""
    from .kernels.updates import HYPERPARAMETERS

    values = [float(getattr(optimizer, name)) for name in HYPERPARAMETERS[optimizer.kind]]
    return np.array(values + [0.0] * (8 - len(values)))
