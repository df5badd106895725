"""What every kind of layer declares and does."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from math import prod
from typing import Annotated, Any, ClassVar, Literal

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from ..activations import OutputActivationName, activate, pull_back
from ..errors import Reason, Refused
from ..mixing import GOLDEN, MASK

Array = NDArray[np.floating]
Views = Mapping[str, Array]
Cache = dict[str, Any]
Order = NDArray[np.int64]
Shape = tuple[int, ...]
# What a layer can be given: a row of numbers, a sequence of rows (time, features), an image
# (height, width, channels), or a sequence of token numbers (time,).
Takes = Literal["row", "sequence", "image", "tokens"]

Penalty = Annotated[float, Interval(ge=0, le=100)]


@dataclass(frozen=True, slots=True)
class Zero:
    """In an Annotated: what 0 stands for, where it is no number. JSON Schema says it as `zero`."""

    en: str
    zh: str

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        """Asked by whoever makes the schema; the engine itself needs no Pydantic."""
        return {**handler(core), "zero": {"en": self.en, "zh": self.zh}}


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a layer: its shape and how it starts.

    `decays` says that it is a weight: the initializer draws it and penalties (L1, L2) apply; what
    does not decay starts at `start`. No update touches what is not `trainable`: a bias that is held,
    or a statistic that travels with the weights, such as batch norm's running mean.
    """

    shape: Shape
    fan_in: int
    fan_out: int
    decays: bool
    start: float | Array = 0.0
    trainable: bool = True


class Scratch:
    """Memory that is used again step after step, so that training does not allocate."""

    def __init__(self) -> None:
        self._kept: dict[str, NDArray[Any]] = {}
        self._shaped: dict[str, NDArray[Any]] = {}

    def take(self, name: str, shape: Shape, dtype: Any) -> NDArray[Any]:
        """An array of that shape, its content undefined; one name is one piece of memory."""
        shaped = self._shaped.get(name)
        if (
            shaped is not None
            and shaped.shape == shape
            and (shaped.dtype is dtype or shaped.dtype == dtype)
        ):
            return shaped
        size = prod(shape)
        kept = self._kept.get(name)
        if kept is None or kept.size < size + 8 or kept.dtype != dtype:
            # Eight numbers more: compiled loops read eight at a time.
            kept = self._kept[name] = np.zeros(size + 8, dtype)
        self._shaped[name] = shaped = kept[:size].reshape(shape)
        return shaped


@dataclass(slots=True)
class Pass:
    """How one layer is passed through.

    `training` makes dropout drop and batch norm use its batch; `key` is the random key of this
    layer in this update; `compiled` takes the Numba twin where there is one; `first` layers need
    no gradient of their input.
    """

    training: bool = False
    compiled: bool = False
    key: int = 0
    first: bool = False
    # Only z is wanted of the output: its loss is computed from z.
    only_z: bool = False
    scratch: Scratch = field(default_factory=Scratch)
    # The inputs of this layer and of those before it, for layers that reach back.
    inputs: list[Array] = field(default_factory=list)
    # Of the layers inside this one, by name.
    parts: dict[str, "Pass"] = field(default_factory=dict)
    # The units of this layer that are switched off, by number; None: none is.
    off: NDArray[np.int64] | None = None

    def inside(self, name: str) -> "Pass":
        """How a layer inside this one is passed through: with memory and a random key of its own;
        it gives back a gradient, whatever this layer does."""
        part = self.parts.get(name)
        if part is None:
            part = self.parts[name] = Pass()
        part.training, part.compiled = self.training, self.compiled
        part.key = (self.key + sum(name.encode()) * GOLDEN) & MASK
        return part


class Layer:
    """A record of hyperparameters with its two passes; it holds no numbers of its own.

    x, y, dy, dx have the batch first. `p` and `g` are views of the parameters and of their
    gradient; `cache` is what forward leaves for backward ("x", "z", "a", ..).

    Whoever works with layers asks these methods, never for a kind. What is not said otherwise: no
    parameters, no random numbers, no state over time, one input. A layer may be made of layers: it
    names their parameters with a dot ("query.weight") and hands them `inside(p, "query")` and
    `run.inside("query")`.
    """

    __slots__ = ()

    kind: Any  # in every record a literal of its own
    takes: ClassVar[tuple[Takes, ...]]
    # Whether training draws random numbers for it: then every update sets its `Pass.key`.
    draws: ClassVar[bool] = False
    # Whether training mixes the samples of a batch: then its size is more than a matter of speed.
    over_batch: ClassVar[bool] = False
    # Whether the compiled loop over whole networks (`kernels.mlp`) knows it.
    in_loop: ClassVar[bool] = False

    @property
    def function(self) -> OutputActivationName | None:
        """The activation that makes a of z at its end, where it has one."""
        return None

    @property
    def learns(self) -> bool:
        """Whether updates move its parameters."""
        return True

    @property
    def penalties(self) -> tuple[float, float]:
        """L1 and L2 of its own, on top of the network's."""
        return 0.0, 0.0

    @property
    def earlier(self) -> int:
        """So many places before it stands a layer whose input it adds to its own; 0: none. The
        gradient it gives back goes there too."""
        return 0

    @property
    def over_time(self) -> "OverTime | None":
        """How it goes through a sequence, where it keeps a state."""
        return None

    def operable(self, input_shape: Shape) -> int:
        """How many units it has that can be switched off: places of the last axis of what leaves it. 0
        where it passes on the units of the layer before. Whose are not 0 heeds `Pass.off`."""
        return 0

    def columns(self, part: str, unit: int) -> list[int]:
        """Which places of a parameter's last axis are that unit's own."""
        return [unit]

    def carries(self, order: Order, input_shape: Shape) -> Order | None:
        """In which order units leave it where those before it come in another; None where it mixes
        them. `order[i]` is which one comes in place i."""
        return None

    def reorder(self, p: Views, coming: Order | None, leaving: Order | None) -> None:
        """Its parameters, in place, where units come to it, or leave it, in another order.

        Raises: Refused, where they cannot
        """
        if leaving is not None:
            for view in p.values():
                view[...] = view[..., leaving]

    def rows(self, unit: int) -> list[tuple[str, int]]:
        """By which rows of which parameters the layer itself hears that unit at the next step."""
        return []

    def fitted(self, vocabulary: int) -> "Layer":
        """The same layer with what its settings leave to the data; `vocabulary` kinds of tokens."""
        return self

    def check(self, input_shape: Shape, place: "Place") -> None:
        """What depends on where it stands.  Raises: Refused"""
        if place.vocabulary and not place.before:
            raise Refused(
                "",
                Reason(
                    "layers.tokens_need_embedding",
                    "the data of shape {shape} are token numbers, which only an embedding can take; "
                    "put one first",
                    shape=spelled(input_shape),
                ),
            )

    def output_shape(self, input_shape: Shape) -> Shape:
        """Raises: Refused"""
        raise NotImplementedError

    def parameters(self, input_shape: Shape) -> dict[str, Parameter]:
        return {}

    def work(self, input_shape: Shape) -> int:
        """Multiply-adds of one sample's forward pass, or what costs as much."""
        return prod(input_shape)

    def least_batch(self, input_shape: Shape) -> int:
        """Samples that it takes in training at least, of that shape."""
        return 1

    def numbers(self, input_shape: Shape) -> int:
        """What one sample leaves in memory: z, a and its slope, and what is kept at every step."""
        over_time = input_shape[0] * self.over_time.states if self.over_time else 0
        return 3 * prod(self.output_shape(input_shape)) + over_time

    def forward(self, p: Views, x: Array, run: Pass) -> tuple[Array, Cache]:
        raise NotImplementedError

    def backward(self, p: Views, g: Views, cache: Cache, dy: Array, run: Pass) -> Array | None:
        """Writes the gradient of every trainable parameter into g; None where `run.first`."""
        raise NotImplementedError

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """`summary` in English and Chinese, `formula` and `backward` (the way back) as MathML."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Place:
    """Where a layer stands: the shapes that went into every layer before it, and how many kinds of
    tokens the data has (0: it is no text)."""

    before: list[Shape]
    vocabulary: int = 0


@dataclass(frozen=True, slots=True)
class OverTime:
    """How a layer goes through a sequence.

    `every_step`: every step has an output of its own; `both_ways`: it is read from its end too;
    `truncate`: the gradient is cut every so many steps (0: never); `states`: numbers a step that it
    keeps (all gates, the states, of both directions).
    """

    every_step: bool
    both_ways: bool
    truncate: int
    states: int


class Weighted(Layer):
    """A layer with weights: its fields `l1`, `l2` and `trainable`."""

    __slots__ = ()

    l1: float
    l2: float
    trainable: bool

    @property
    def learns(self) -> bool:
        return self.trainable

    @property
    def penalties(self) -> tuple[float, float]:
        return self.l1, self.l2


def hear_reordered(p: Views, coming: Order | None, *parts: str) -> None:
    """Rows of weights (.., inputs, units) as units come in another order."""
    if coming is not None:
        for part in parts:
            p[part][...] = p[part][..., coming, :]


def inside(views: Views, name: str) -> dict[str, Array]:
    """The part of a layer's views that belongs to a layer inside it, by short names."""
    first = name + "."
    return {n.removeprefix(first): view for n, view in views.items() if n.startswith(first)}


@cache
def kernels(name: str) -> Any:
    """A module of `engine.kernels`: loaded when first trained with, for the web process holds no
    Numba; kept, for an import statement costs more than a small layer's own work."""
    return import_module(f"..kernels.{name}", __package__)


# How a formula of the way back begins where there is an activation; δ is dL/dz, without one dL/da.
THROUGH = "δ = da ⊙ f ′ ( z )"

EVERY_SHAPE: tuple[Takes, ...] = ("row", "sequence", "image")


class SameShape(Layer):
    """What layers share that leave the shape as it is."""

    __slots__ = ()

    takes: ClassVar[tuple[Takes, ...]] = EVERY_SHAPE

    def output_shape(self, input_shape: Shape) -> Shape:
        return input_shape

    def carries(self, order: Order, input_shape: Shape) -> Order | None:
        return order


def spelled(shape: Shape) -> str:
    """A shape as it is said in messages: 24 x 24 x 1."""
    return " x ".join(str(n) for n in shape)


def activated(name: str, z: Array, run: Pass, label: str = "a") -> tuple[Array, Cache]:
    """a = f(z), elementwise (softmax: over the last axis), and what the way back needs."""
    if run.compiled and name != "softmax":
        if name == "linear":
            return silenced(z, {"z": z, "a": z, "slope": None}, run)
        elementwise = kernels("elementwise")
        a = run.scratch.take(label, z.shape, z.dtype)
        slope = run.scratch.take(f"{label} slope", z.shape, z.dtype)
        elementwise.activate_all(
            elementwise.ACTIVATION_CODES[name], z.reshape(-1), a.reshape(-1), slope.reshape(-1)
        )
        return silenced(a, {"z": z, "a": a, "slope": slope}, run)
    a = activate(name, z)
    return silenced(a, {"z": z, "a": a}, run)


def silenced(a: Array, cache: Cache, run: Pass) -> tuple[Array, Cache]:
    """What leaves the layer, its units that are off saying 0."""
    if run.off is None:
        return a, cache
    a = a.copy()
    a[..., run.off] = 0
    return a, {**cache, "a": a, "off": run.off}


def deactivated(name: str, cache: Cache, dy: Array) -> Array:
    """dL/dz from dL/da; 0 of a unit that is off."""
    if "slope" in cache:
        slope = cache["slope"]
        # The slopes are not needed again: their memory takes the product.
        dz = dy if slope is None else np.multiply(dy, slope, out=slope)
    else:
        dz = pull_back(name, cache["z"], cache["a"], dy)
    if "off" in cache:
        dz = dz.copy() if dz is dy else dz
        dz[..., cache["off"]] = 0
    return dz
