"""What a run is besides its state: its best, how it is kept when it ends, and which change ends it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .assembly import Assembly
from .datasets import AnyDataset, Own, OwnSeries
from .spec import NetworkSpec
from .spec_json import of_text, to_text
from .state import Snapshot, State
from .trail import array_text, text_array
from .updating import Divergence

Arrays = dict[str, NDArray[Any]]
BEST = "best_"  # what a checkpoint has of the best state, by names that begin so
HERE = "here_"  # and of the one where it stands in its own past


@dataclass(frozen=True, slots=True)
class Best:
    """The state at the lowest loss of a run: of the test part, where there is one."""

    step: int
    loss: float
    state: State

    def fitted(self, before: NetworkSpec, now: NetworkSpec) -> "Best":
        """As another optimizer and another averaging go on from it: slots begin anew where the kind
        changes."""
        state = self.state.twin()
        if now.optimizer.kind != before.optimizer.kind:
            state.take_slots(now.optimizer.slots)
        state.keep_average(now.average > 0)
        return replace(self, state=state)

    def arrays(self) -> Arrays:
        """For a checkpoint."""
        found = {BEST + name: array for name, array in self.state.snapshot().arrays().items()}
        return {**found, f"{BEST}loss": np.array([self.loss])}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]], present: State) -> "Best | None":
        """The counterpart of `arrays`, of the same form as the present state; None where there is none.

        Raises: Refused, at "state"
        """
        if f"{BEST}loss" not in arrays:  # of an older version, or nothing was measured
            return None
        found = {name.removeprefix(BEST): a for name, a in arrays.items() if name.startswith(BEST)}
        state = present.twin()
        state.load(Snapshot.of_arrays(found))
        return cls(state.step, float(found["loss"][0]), state)


@dataclass(frozen=True, slots=True)
class Ended:
    """A run as it was when another one took its place: `state` and its spec go on with it exactly."""

    run: int
    spec: NetworkSpec
    state: Arrays


@dataclass(frozen=True, slots=True)
class Ahead:
    """How far a run has come that stands in its own past."""

    spec: NetworkSpec
    snapshot: Snapshot
    diverged: Divergence | None


def here_arrays(spec: NetworkSpec, snapshot: Snapshot) -> Arrays:
    """For a checkpoint: where a run stands in its own past."""
    found = {HERE + name: array for name, array in snapshot.arrays().items()}
    return {**found, f"{HERE}spec": text_array(to_text(spec))}


def here_of(arrays: Mapping[str, NDArray[Any]]) -> tuple[NetworkSpec, Snapshot] | None:
    """The counterpart of `here_arrays`; None where it stands as far as it has come.

    Raises: Refused, at "state"
    """
    if f"{HERE}spec" not in arrays:
        return None
    try:
        spec = of_text(array_text(arrays[f"{HERE}spec"]))
    except ValueError:  # of another version: then it stands where the run ends
        return None
    named = {n.removeprefix(HERE): a for n, a in arrays.items() if n.startswith(HERE)}
    return spec, Snapshot.of_arrays(named)


def is_another(before: Assembly, now: Assembly) -> bool:
    """Whether a change makes it another run: other data, or another network. Other samples of the
    same data, other settings and other activations do not."""
    old, new = before.spec.dataset, now.spec.dataset
    if old.kind != new.kind or _kept(old) != _kept(new):
        return True
    drawn = now.dataset.view in ("plane", "curve")  # elsewhere inputs are no choice
    return (
        before.network.layout != now.network.layout
        or [layer.kind for layer in before.network.layers]
        != [layer.kind for layer in now.network.layers]
        or (drawn and before.input_names != now.input_names)
    )


def _kept(dataset: AnyDataset) -> tuple[str, ...]:
    """What of a user's own it is made from."""
    if isinstance(dataset, OwnSeries):
        return dataset.id, dataset.column
    return (dataset.id,) if isinstance(dataset, Own) else ()


def is_comparable(before: NetworkSpec, now: NetworkSpec) -> bool:
    """Whether the same weights have the same loss."""
    parts = ("dataset", "features", "layers", "output", "loss", "class_weight")
    same = all(getattr(before, name) == getattr(now, name) for name in parts)
    return same and before.surgery.off == now.surgery.off
