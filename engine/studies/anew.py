"""A spec trained from its own start, beside whatever else there is: what a race has many of."""

from base64 import b64encode
from collections.abc import Mapping
from math import ceil, isfinite
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..assembly import Assembly, assemble, make_dataset
from ..boundaries import places_drawn
from ..datasets import Dataset, OwnData
from ..errors import Refused
from ..history import Course
from ..measuring import Measures, measure, output_of
from ..settings import trainer_of
from ..spec import NetworkSpec
from ..trail import Trail
from ..trainer import NO_SAMPLES

Array = NDArray[np.floating]

MOST_POINTS = 100  # of a course
SIDE = 24  # of a small picture of a plane
POINTS = 60  # of a small picture of a curve or a series
PIECE_S = 0.004  # about what is trained at once
FULL = 255


class Anew:
    """One run from step 0, whose numbers are those of an `Experiment` with that spec, bit for bit."""

    def __init__(self, parts: Assembly, steps: int) -> None:
        self.parts = parts
        self.trainer = trainer_of(parts, np.float32, compiled=True)
        self.steps = steps
        self.width = max(1, ceil(steps / MOST_POINTS))
        self.losses = np.zeros(steps)
        self.seconds = 0.0
        self._step_s = 0.0
        self._trail = Trail.begun(self.parts.spec, self.trainer.snapshot(), fresh=True)
        self._course = Course()
        self.best: tuple[float, int] | None = None
        self.measures: Measures | None = None

    @property
    def step(self) -> int:
        return self.trainer.step

    @property
    def over(self) -> bool:
        return self.trainer.diverged is not None or self.step >= self.steps

    def piece(self, until: int) -> None:
        """Some updates, as many as take a few milliseconds, and no more than up to step `until`."""
        room = int(PIECE_S / self._step_s) if self._step_s else 1
        before, begin = self.step, thread_time()
        made = self.trainer.train(min(max(1, room), until - before))
        took = thread_time() - begin
        self.seconds += took
        self.losses[before : self.step] = made
        if len(made):
            # The first update of all may wait for a kernel to be loaded.
            self._step_s = took / len(made)
            self._course.add(made, self.step)
        self._trail.walk(self.step)

    def look(self) -> Measures:
        """Losses and metrics now, the best of which is kept."""
        measures = self.measures = measure(self.parts, self.trainer)
        self.trainer.rest()  # of many that take turns one at a time needs its memory
        loss = measures.loss if measures.test_loss is None else measures.test_loss
        if loss is not None and (self.best is None or loss < self.best[0]):
            self.best = loss, self.step
        self._course.record(self.step, measures.point)
        return measures

    def points(self, told: int) -> tuple[list[int], list[float]]:
        """The course beyond step `told`: means of batch losses, each over `width` updates and at the last
        of these; what an unfinished stretch has so far counts only where the run is over."""
        here = self.step if self.over else self.step // self.width * self.width
        starts = np.arange(told, here, self.width)
        if not len(starts):
            return [], []
        steps = np.append(starts[1:], here)
        sums = np.add.reduceat(self.losses[:here], starts)
        return steps.tolist(), (sums / (steps - starts)).tolist()

    def steps_to(self, target: float) -> int | None:
        """The first step after which the mean batch loss of the last epoch's updates is no larger."""
        window = max(1, self.trainer.steps_per_epoch)
        sums = np.cumsum(np.concatenate([[0.0], self.losses[: self.step]]))
        if len(sums) <= window:
            return None
        means = (sums[window:] - sums[:-window]) / window
        there = np.flatnonzero(means <= target)
        return int(there[0]) + window if len(there) else None

    def picture(self) -> dict[str, Any] | None:
        """What it says over what its data are drawn on, small: of a plane the outputs in 256 levels between
        `least` and `greatest`, of a curve and a series plain numbers; None of other data."""
        dataset = self.parts.dataset
        if dataset.plane is not None:
            _, _, columns = places_drawn(dataset, SIDE) or (None, None, np.zeros((0, 2)))
            said = self._says(columns)
            bounded = {"softmax": (0.0, 1.0), "sigmoid": (0.0, 1.0), "tanh": (-1.0, 1.0)}
            ends = bounded.get(self.parts.network.output.activation)
            least, greatest = ends or (float(said.min()), float(said.max()))
            scaled = (said - least) * (FULL / ((greatest - least) or 1.0))
            levels = np.clip(np.rint(scaled), 0, FULL).astype(np.uint8)
            return {
                "kind": "plane", "side": SIDE, "outputs": said.shape[1], "least": least,
                "greatest": greatest, "levels": b64encode(levels.tobytes()).decode(),
            }  # fmt: skip
        if dataset.series is not None:
            return self._forecast()
        drawn = places_drawn(dataset, POINTS)
        if drawn is None:
            return None
        return {"kind": "curve", "x": _short(drawn[0]), "y": _short(self._says(drawn[2])[:, 0])}

    def boundary(self, resolution: int) -> dict[str, Any] | None:
        """Outputs over what is drawn, as `Experiment.boundary` has them; None where nothing is."""
        places = places_drawn(self.parts.dataset, resolution)
        if places is None:
            return None
        x, y, columns = places
        said = self._says(columns)
        outputs = said.reshape(len(y), len(x), -1) if len(y) else said
        return {"x": x.tolist(), "y": y.tolist(), "outputs": outputs.tolist()}

    def _forecast(self) -> dict[str, Any]:
        """Of the test part's windows, or the training part's where there is none, the first."""
        data = self.parts.dataset
        tests = len(data.test_inputs) > 0
        inputs = (data.test_inputs if tests else data.inputs)[:POINTS]
        targets = (data.test_targets if tests else data.targets)[:POINTS].reshape(len(inputs), -1)
        places = data.test_positions if tests else data.positions
        return {
            "kind": "series",
            "x": [] if places is None else [int(place) for place in places[:POINTS]],
            "y": _short(self._says(inputs)[:, 0]),
            "truth": _short(targets[:, 0]),
        }

    def _says(self, columns: Array) -> Array:
        with np.errstate(all="ignore"):
            said = output_of(
                self.parts, self.trainer, self.trainer.vector, self.parts.features(columns)
            )
        return np.nan_to_num(said["a"].astype(np.float64).reshape(len(columns), -1))

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What an `Experiment` of this spec goes on from, see `Experiment.state`."""
        return {
            **self.trainer.snapshot().arrays(),
            **self._course.arrays(self.step),
            **self._trail.kept().arrays(),
            "revision": np.array([0], np.int64),
            "run": np.array([0, 0], np.int64),
        }


def _short(values: Array) -> list[float | None]:
    """With five digits: enough for a picture as small."""
    return [float(f"{v:.5g}") if isfinite(v) else None for v in values.tolist()]


def put_together(spec: NetworkSpec, dataset: Dataset) -> Assembly:
    """Raises: Refused, naming the field"""
    if not len(dataset.inputs):
        raise Refused("dataset", NO_SAMPLES)
    return assemble(spec, dataset)


def work_of(parts: Assembly) -> int:
    """Multiply-adds of one update's forward pass."""
    samples, spec = len(parts.dataset.inputs), parts.spec
    batch = samples if spec.optimizer.full_batch else min(spec.batch_size, samples)
    return batch * parts.network.work


class Datasets:
    """Data by what declares them, each made once."""

    def __init__(self, tables: Mapping[str, OwnData]) -> None:
        self._tables = tables
        self._made: list[tuple[Any, Dataset]] = []

    def of(self, spec: NetworkSpec) -> Dataset:
        """Raises: Refused"""
        for declared, dataset in self._made:
            if declared == spec.dataset:
                return dataset
        dataset = make_dataset(spec.dataset, self._tables)
        self._made.append((spec.dataset, dataset))
        return dataset

    @property
    def numbers(self) -> int:
        return sum(data.inputs.size + data.test_inputs.size for _, data in self._made)


__all__ = ["Anew", "Datasets", "put_together", "work_of"]
