"""Where a run has been: snapshots along it, from which each of its steps is reached again to the bit.

A run has stages, in which nothing happens but training; whatever else changes it (settings, weights,
samples, an update out of its turn) begins another one with a snapshot of its own. Within a stage, snapshots
stand in bins of one width, which doubles as the run grows long.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .limits import MAX_TRAIL_BYTES
from .spec import NetworkSpec
from .spec_json import of_text, to_text
from .state import Snapshot

MAX_STAGES = 64
# Besides those that stages begin with. More of them would cost training time, and save seeking none to speak of.
MAX_BETWEEN = 64
FIRST_WIDTH = 32
# What a checkpoint keeps of it: it is written every few seconds, the trail is not worth much of that.
KEPT_SNAPSHOTS = 16
KEPT_BYTES = 256_000


@dataclass(slots=True)
class Stage:
    """The steps from `begin` to `end` under one spec. Without a snapshot of its beginning, which only the
    first may be, it begins as the spec and its seed do."""

    spec: NetworkSpec
    begin: int
    end: int
    snapshots: list[Snapshot]
    spec_bytes: int = 0  # about what the spec takes: it may hold points

    @property
    def nbytes(self) -> int:
        return self.spec_bytes + sum(snapshot.nbytes for snapshot in self.snapshots)

    def before(self, step: int) -> Snapshot | None:
        """The last snapshot that is not later."""
        return next((one for one in reversed(self.snapshots) if one.step <= step), None)

    def thin(self, width: int) -> None:
        """Keep the beginning, and the first one of every bin."""
        kept = self.snapshots[:1]
        for snapshot in self.snapshots[1:]:
            if snapshot.step // width > kept[-1].step // width:
                kept.append(snapshot)
        self.snapshots = kept


class Trail:
    """`fresh`: the run began with the weights of its spec's seed, and not with such as there were."""

    def __init__(self, stages: list[Stage], *, fresh: bool, width: int = FIRST_WIDTH) -> None:
        self.stages = stages
        self.fresh = fresh
        self.width = width

    @classmethod
    def begun(cls, spec: NetworkSpec, start: Snapshot, *, fresh: bool) -> "Trail":
        stage = _stage(spec, start)
        if fresh and 8 * start.nbytes > MAX_TRAIL_BYTES:  # it can be made again from the seed
            stage.snapshots = []
        return cls([stage], fresh=fresh)

    # What it holds

    @property
    def nbytes(self) -> int:
        return sum(stage.nbytes for stage in self.stages)

    @property
    def most_bytes(self) -> int:
        """That it may come to."""
        largest = max((one.nbytes for stage in self.stages for one in stage.snapshots), default=0)
        return max(self.nbytes, min(MAX_TRAIL_BYTES, 2 * MAX_BETWEEN * largest))

    @property
    def count(self) -> int:
        return sum(len(stage.snapshots) for stage in self.stages)

    def stage_at(self, step: int) -> Stage | None:
        """None where what was kept of those steps had to go. Where something was changed, the step is
        the later stage's: as it was when training went on."""
        found = (one for one in reversed(self.stages) if one.begin <= step <= one.end)
        return next(found, None)

    def reachable(self) -> list[tuple[int, int]]:
        """From which step to which, in order."""
        spans: list[tuple[int, int]] = []
        for stage in self.stages:
            # A stage that follows an update out of its turn begins a step after the one before ends.
            if spans and stage.begin <= spans[-1][1] + 1:
                spans[-1] = (spans[-1][0], stage.end)
            else:
                spans.append((stage.begin, stage.end))
        return spans

    def nearest(self, step: int) -> int:
        """The reachable step next to one."""
        ends = [end for span in self.reachable() for end in span]
        return min(ends, key=lambda end: abs(end - step))

    # What makes it grow

    def room(self, step: int) -> int:
        """Updates until the next snapshot is due."""
        return self.width - step % self.width

    def due(self, step: int) -> bool:
        last = self.stages[-1].snapshots
        return not last or step // self.width > last[-1].step // self.width

    def walk(self, step: int) -> None:
        """The run has come so far, by training alone."""
        self.stages[-1].end = step

    def put(self, snapshot: Snapshot, stage: Stage | None = None) -> None:
        """A snapshot within a stage, the last one if none is named. One between two others makes what
        lies around it quick to reach; where room is short such are the first to go."""
        snapshots = (stage or self.stages[-1]).snapshots
        at = next((i for i, one in enumerate(snapshots) if one.step >= snapshot.step), None)
        if at is None:
            snapshots.append(snapshot)
        elif snapshots[at].step != snapshot.step:
            snapshots.insert(at, snapshot)
        self._fit()

    def turn(self, spec: NetworkSpec, snapshot: Snapshot) -> None:
        """Something else than training brought it to this state."""
        if self.stages[-1].begin == snapshot.step:
            self.stages.pop()
            self.fresh &= bool(self.stages)
        self.stages.append(_stage(spec, snapshot))
        self._fit()

    def _fit(self) -> None:
        # Step 0 and where it stands stay; of the changes between them, the oldest goes first.
        while len(self.stages) > 2 and self._has_too_many_stages():
            del self.stages[1]
        while self._is_full() and self.count > len(self.stages):
            for stage in self.stages:
                stage.thin(self.width)
            if self._is_full():
                self.width *= 2

    def _has_too_many_stages(self) -> bool:
        """Half of the bytes are theirs."""
        size = sum(s.spec_bytes + sum(one.nbytes for one in s.snapshots[:1]) for s in self.stages)
        return len(self.stages) > MAX_STAGES or 2 * size > MAX_TRAIL_BYTES

    def _is_full(self) -> bool:
        between = self.count - len(self.stages)
        return between > MAX_BETWEEN or self.nbytes > MAX_TRAIL_BYTES

    def until(self, step: int) -> "Trail":
        """Of a run that goes another way from `step` on; the snapshots are the same."""
        stages = [
            replace(
                stage,
                end=min(stage.end, step),
                snapshots=[one for one in stage.snapshots if one.step <= step],
            )
            for stage in self.stages
            if stage.begin <= step
        ]
        return Trail(stages, fresh=self.fresh, width=self.width)

    # Keeping it

    def kept(self) -> "Trail":
        """What of it goes into a checkpoint: the beginning, which need not be kept where the seed tells it,
        the newest stages, and snapshots evenly along them, as far as there is room."""
        first, *later = self.stages
        begin = replace(first, snapshots=[] if self.fresh else first.snapshots[:1])
        size, chosen = begin.nbytes, list[Stage]()
        for stage in reversed(later):
            alone = replace(stage, snapshots=stage.snapshots[:1])
            size += alone.nbytes
            if size > KEPT_BYTES or len(chosen) == KEPT_SNAPSHOTS:
                break
            chosen.insert(0, alone)
        stages = [begin, *chosen]
        whole = {stage.begin: stage for stage in self.stages}
        others = [(one, s) for one in stages for s in whole[one.begin].snapshots[1:]]
        largest = max((s.nbytes for _, s in others), default=1)
        room = min(KEPT_SNAPSHOTS, max(0, KEPT_BYTES - size) // largest)
        stride = ceil(len(others) / room) if room else 0
        for stage, snapshot in others[::-stride][::-1] if stride else []:
            stage.snapshots.append(snapshot)
        return Trail(stages, fresh=self.fresh, width=self.width)

    def arrays(self) -> dict[str, NDArray[Any]]:
        """For a checkpoint."""
        stages = [(stage.begin, stage.end, len(stage.snapshots)) for stage in self.stages]
        found: dict[str, NDArray[Any]] = {
            "trail": np.array(stages, np.int64),
            "trail_form": np.array([self.width, self.fresh], np.int64),
            "trail_specs": text_array([to_text(stage.spec) for stage in self.stages]),
        }
        for number, snapshot in enumerate(self._snapshots()):
            found |= {f"trail_{number}_{name}": a for name, a in snapshot.arrays().items()}
        return found

    def _snapshots(self) -> Iterator[Snapshot]:
        for stage in self.stages:
            yield from stage.snapshots

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> "Trail | None":
        """The counterpart of `arrays`; None where there is none that this version can follow.

        Raises: Refused, at "state"
        """
        if "trail" not in arrays:
            return None
        try:
            specs = [of_text(text) for text in array_text(arrays["trail_specs"])]
        except ValueError:
            return None
        stages: list[Stage] = []
        number = 0
        for spec, (begin, end, count) in zip(specs, arrays["trail"].tolist(), strict=True):
            snapshots = [_snapshot(arrays, f"trail_{number + k}_") for k in range(count)]
            number += count
            stages.append(Stage(spec, begin, end, snapshots, _size(spec)))
        width, fresh = arrays["trail_form"].tolist()
        return cls(stages, fresh=bool(fresh), width=width)


def _snapshot(arrays: Mapping[str, NDArray[Any]], prefix: str) -> Snapshot:
    named = {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
    return Snapshot.of_arrays(named)


def _stage(spec: NetworkSpec, snapshot: Snapshot) -> Stage:
    return Stage(spec, snapshot.step, snapshot.step, [snapshot], _size(spec))


def text_array(value: Any) -> NDArray[np.uint8]:
    """What JSON can say, as an array."""
    return np.frombuffer(json.dumps(value).encode(), np.uint8)


def array_text(array: NDArray[Any]) -> Any:
    """The counterpart of `text_array`."""
    return json.loads(array.astype(np.uint8).tobytes())


def _size(spec: NetworkSpec) -> int:
    return len(repr(spec))
