"""What of an experiment leaves it as code: the run from its beginning, under its present settings."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..experiment import Experiment
from ..layers import Layer
from ..layers.base import Shape
from ..network import Network
from ..spec import NetworkSpec

Array = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Part:
    """A layer with the shapes of what goes in and out; `index` is its place, the output's the last."""

    index: int
    name: str
    layer: Any
    shape: Shape
    out: Shape
    off: tuple[int, ...]

    @property
    def activation(self) -> str:
        return self.layer.function or "linear"


@dataclass(frozen=True, slots=True)
class Run:
    """`start`, `inputs` and `targets` are as the network takes them, in float32; `held` masks what of a
    parameter no update moves, `penalties` are l1 and l2 of those that decay."""

    title: str
    spec: NetworkSpec
    network: Network
    parts: tuple[Part, ...]
    start: dict[str, Array]
    held: dict[str, Array]
    penalties: dict[str, tuple[float, float]]
    inputs: Array
    targets: Array
    class_weight: Array | None  # (classes,); None: all count alike
    batch: int
    joins: bool  # an epoch's last batch would be of one sample and joins the one before (`State.next_batch`)
    seed: int  # of the order
    key_seed: int  # of dropout's masks
    updates: int
    changed: tuple[int, ...]  # steps at which something else than training changed the run
    lost: bool  # its beginning is not known any more: it begins as its seed gives

    @property
    def fixed(self) -> list[str]:
        """Parameters that no update moves at all."""
        return [name for name, mask in self.held.items() if mask.all()]

    @property
    def learned(self) -> list[str]:
        return [name for name in self.start if name not in set(self.fixed)]

    @property
    def partly(self) -> list[str]:
        """Parameters of which some numbers are held."""
        return [name for name, mask in self.held.items() if mask.any() and not mask.all()]

    @property
    def lowest(self) -> int:
        """The first layer with parameters: below it nothing is asked for a gradient."""
        owners = {name.split(".")[0] for name in self.start}
        return next(part.index for part in self.parts if part.name in owners)

    @property
    def drops(self) -> list[Part]:
        return [p for p in self.parts if p.layer.kind == "dropout" and p.layer.rate > 0]

    def of(self, part: Part) -> dict[str, Array]:
        """A layer's parameters by their short names."""
        first = part.name + "."
        return {n.removeprefix(first): a for n, a in self.start.items() if n.startswith(first)}


def run_of(experiment: Experiment, updates: int = 100) -> Run:
    """The run as code retells it."""
    network, trainer, spec = experiment.network, experiment.trainer, experiment.spec
    weights = network.class_weights
    begin = experiment.beginning()
    held = np.zeros(network.layout.size, bool)
    held[network.held] = True
    decays = {start: (l1, l2) for start, _, l1, l2 in network.decaying()}
    own = spec.regularization
    penalties = {}
    for entry in network.layout:
        if entry.offset in decays:
            l1, l2 = decays[entry.offset]
            if own.l1 + l1 or own.l2 + l2:
                penalties[entry.name] = (own.l1 + l1, own.l2 + l2)
    layers: list[Layer] = network.layers
    parts = tuple(
        Part(i, name, layer, shape, out, () if off is None else tuple(off.tolist()))
        for i, (name, layer, shape, out, off) in enumerate(
            zip(
                network.names, layers, network.shapes, network.shapes[1:], network.off, strict=False
            )
        )
    )
    start = {n: np.array(v, np.float32) for n, v in network.layout.views(begin.vector).items()}
    _silence(parts, start)
    return Run(
        title=spec.dataset.kind, spec=spec, network=network, parts=parts, start=start,
        held=network.layout.views(held),  # pyright: ignore[reportArgumentType]
        penalties=penalties, inputs=trainer.inputs.astype(np.float32),
        targets=trainer.targets.astype(np.float32), class_weight=None if weights is None else weights.by_class,
        batch=trainer.batch, joins=network.least_batch > 1 and trainer.samples % trainer.batch == 1,
        seed=begin.generator,
        key_seed=spec.seed, updates=updates, changed=begin.changed, lost=begin.lost,
    )  # fmt: skip


def _silence(parts: tuple[Part, ...], start: dict[str, Array]) -> None:
    """A recurrent unit that is off is not heard at the next step: its own rows are held, so that 0 in
    their place says the same."""
    for part in parts:
        for unit in part.off:
            for name, row in part.layer.rows(unit):
                start[f"{part.name}.{name}"][row] = 0


__all__ = ["Array", "Part", "Run", "run_of"]
