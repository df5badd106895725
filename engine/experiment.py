"""A spec brought to life: data, network and trainer, changed together.

This is what a library user holds and what a server's worker keeps, one a network.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .assembly import Assembly, assemble, make_dataset
from .datasets import Dataset, Table
from .errors import Reason, Refused
from .history import Course
from .layers.base import Cache
from .limits import keep_answer, keep_batch, keep_work
from .measuring import Measures, classify, confusion, measure, output_of
from .network import Network
from .spec import NetworkSpec
from .trainer import Care, Divergence, Snapshot, Trainer

Array = NDArray[np.floating]


def _care(spec: NetworkSpec) -> Care:
    return Care(spec.clipping.value, spec.clipping.norm, spec.average)


def _settings(spec: NetworkSpec) -> dict[str, Any]:
    """What of a spec is a trainer's plain setting."""
    return {
        "batch_size": spec.batch_size,
        "l1": spec.regularization.l1,
        "l2": spec.regularization.l2,
        "initializer": spec.initializer,
        "seed": spec.seed,
    }


class Experiment:
    """`Experiment(NetworkSpec(...)).train(1000)`

    Raises: Refused, naming the field
    """

    def __init__(
        self,
        spec: NetworkSpec | None = None,
        *,
        tables: Mapping[str, Table] | None = None,
        dtype: type = np.float32,
        compiled: bool = True,
    ) -> None:
        spec = spec or NetworkSpec()
        self.tables = dict(tables or {})
        self._parts: Assembly = assemble(spec, make_dataset(spec.dataset, self.tables))
        self.trainer = Trainer(
            self.network,
            *self._parts.training_arrays(),
            spec.optimizer,
            schedule=spec.schedule,
            care=_care(spec),
            dtype=dtype,
            compiled=compiled,
            **_settings(spec),
        )
        self.revision = 0
        self._begin_course()

    # What it is

    @property
    def spec(self) -> NetworkSpec:
        return self._parts.spec

    @property
    def dataset(self) -> Dataset:
        return self._parts.dataset

    @property
    def network(self) -> Network:
        return self._parts.network

    @property
    def input_names(self) -> tuple[str, ...]:
        """The network's inputs: features of a plane or curve, columns of what else there is."""
        return self._parts.input_names

    @property
    def step(self) -> int:
        return self.trainer.step

    @property
    def nbytes(self) -> int:
        """About the memory it takes: samples, everything that moves, and what a batch leaves."""
        trainer, data = self.trainer, self.dataset
        arrays = [data.inputs, data.test_inputs, trainer.inputs, trainer.targets]
        batch = min(trainer.batch, max(1, trainer.samples))
        whole = sum(array.nbytes for array in arrays) + trainer.state.buffer.nbytes
        return whole + batch * self.network.numbers * trainer.state.buffer.itemsize

    @property
    def diverged(self) -> Divergence | None:
        return self.trainer.diverged

    # Changing it

    def patch(self, spec: NetworkSpec) -> None:
        """Take another spec, losing nothing that needn't be lost.

        Raises: Refused; then nothing has changed
        """
        before, dataset = self.spec, self.dataset
        if spec.dataset != before.dataset:
            dataset = make_dataset(spec.dataset, self.tables)
        parts = assemble(spec, dataset)
        inputs, targets = parts.training_arrays()
        kept = self._parts, self.trainer, self.revision, self._measured
        # Whatever goes wrong on the way, memory that runs out too: then it was never begun.
        self.trainer = self.trainer.copy()
        try:
            self._change(parts, inputs, targets)
        except BaseException:
            self._parts, self.trainer, self.revision, self._measured = kept
            raise

    def _change(self, parts: Assembly, inputs: Array, targets: Array) -> None:
        trainer, before, spec = self.trainer, self.spec, parts.spec
        data_changed = not (
            np.array_equal(inputs.astype(trainer.dtype), trainer.inputs)
            and np.array_equal(targets.astype(trainer.dtype), trainer.targets)
        )
        self._parts = parts
        trainer.change_settings(**_settings(spec))
        trainer.change_network(parts.network)
        if spec.schedule != before.schedule:
            trainer.change_schedule(spec.schedule)
        if _care(spec) != trainer.care:
            trainer.change_care(_care(spec))
        if spec.optimizer != before.optimizer:
            trainer.change_optimizer(spec.optimizer)
        if data_changed:
            trainer.change_data(inputs, targets)
        if spec != before:
            trainer.diverged = None
            self.revision += 1
        self._measure_again()

    def reset(self, seed: int | None = None) -> None:
        """Fresh weights from a seed; None means the spec's own."""
        if seed is not None:
            self._parts = replace(self._parts, spec=replace(self.spec, seed=seed))
        self.trainer.reset(self.spec.seed)
        self.revision += 1
        self._begin_course()

    def set_weights(self, values: dict[str, Any]) -> None:
        """Raises: Refused; then nothing has changed"""
        self.trainer.set_parameters(values)
        self._measure_again()

    def train(self, steps: int) -> NDArray[np.float64]:
        """Make `steps` updates; returns the batch loss before each."""
        losses = self.trainer.train(steps)
        self._course.add(losses, self.step)
        return losses

    # Its course

    def course(self) -> dict[str, list[Any]]:
        """The history in columns; nothing is taken away."""
        return self._course.columns(self.step)

    def take_points(self) -> list[tuple[int, float]]:
        """The loss points since this was last called: whoever streams them misses none."""
        return self._course.take_points(self.step)

    def drain(self) -> None:
        """Merge the batch losses since the last call into at most 16 points of the history."""
        self._course.drain(self.step)

    def measure(self) -> Measures:
        """Losses and metrics now."""
        return measure(self._parts, self.trainer)

    def measured(self) -> Measures:
        """`measure`, kept in the history too; measured once for one state."""
        if self._measured is not None and self._measured[0] == self.step:
            return self._measured[1]
        measures = self.measure()
        self._measured = (self.step, measures)
        quality, test_quality = list(measures.metrics.values())[:2]
        self._course.record(self.step, (measures.loss, measures.test_loss, quality, test_quality))
        return measures

    @property
    def last_measured(self) -> tuple[int, Measures]:
        """The step of the last measurement, and what it was."""
        return self._measured or (self.step, self.measured())

    def _measure_again(self) -> None:
        self._measured: tuple[int, Measures] | None = None
        self.measured()

    def _begin_course(self) -> None:
        self._course = Course()
        self._measure_again()

    # Keeping it

    def state(self) -> dict[str, NDArray[Any]]:
        """All that moves, as arrays: what a checkpoint holds besides the spec."""
        return {
            **self.trainer.snapshot().arrays(),
            **self._course.arrays(self.step),
            "revision": np.array([self.revision], np.int64),
        }

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on exactly where `state` was taken, of the same spec.

        Raises: Refused, at "state", where the arrays are not of this spec
        """
        self.trainer.load(Snapshot.of_arrays(arrays))
        # Checkpoints of the first version kept the revision beside the step.
        kept = arrays["revision"][0] if "revision" in arrays else arrays["step"][1]
        self.revision = int(kept)
        self._course = Course.of_arrays(arrays)
        self._measured = None

    # Looking at it

    def classify(self, outputs: Array) -> NDArray[np.int64]:
        """The class of each row of outputs.  (.., outputs) -> (..)"""
        return classify(self._parts, outputs)

    def confusion(self) -> dict[str, list[list[int]]] | None:
        """Rows are true classes, columns predicted ones; None for regression and for text."""
        return confusion(self._parts, self.trainer)

    def reader(self) -> Callable[[Array], Cache]:
        """A function that gives the output's cache for samples as the dataset scales them, in
        evaluation mode, with the weights as they are now: training on does not change it.

        Sequences may be shorter or longer than those of the data.  (n, *shape) -> z, a
        """
        parts, vector, dtype = self._parts, self.trainer.vector.copy(), self.trainer.dtype
        passes = parts.network.passes(compiled=self.trainer.compiled)

        def read(columns: Array) -> Cache:
            with np.errstate(all="ignore"):
                return parts.network.forward(vector, parts.features(columns).astype(dtype), passes)[
                    -1
                ]

        return read

    def predict(self, raw: Any) -> Array:
        """Outputs for raw columns: scaled and turned into features here.  (n, columns)"""
        return self.predict_scaled(self.columns_of(raw))

    def columns_of(self, inputs: Any, *, scaled: bool = False) -> Array:
        """Inputs as the dataset scales them; `scaled` ones are so already.  Raises: Refused"""
        array = self.dataset.checked(inputs)
        return array if scaled else self.dataset.scale(array)

    def predict_scaled(self, columns: Array, place: str = "inputs") -> Array:
        """Outputs for samples as the dataset scales them.  (n, *shape) -> (n, *output shape)

        `place` is what a refusal of so many blames.  Raises: Refused
        """
        rows = len(columns)
        numbers = rows * prod(self.network.shapes[-1])
        keep_answer(rows, numbers, rows * self.network.work, place)
        if not rows:
            return np.zeros((0, *self.network.shapes[-1]))
        with np.errstate(all="ignore"):
            features = self._parts.features(columns)
            return output_of(self._parts, self.trainer, self.trainer.vector, features)["a"]

    def activations(self, raw: Any) -> dict[str, dict[str, Array]]:
        """Every layer's a, and z where it has one, for raw samples.

        {"dense_1": {"z": (n, units), "a": ..}, ..}
        """
        return self.activations_scaled(self.columns_of(raw))

    def activations_scaled(
        self, columns: Array, place: str = "inputs"
    ) -> dict[str, dict[str, Array]]:
        """`activations` of samples as the dataset scales them.  Raises: Refused"""
        numbers = len(columns) * sum(prod(shape) for shape in self.network.shapes[1:])
        keep_answer(len(columns), numbers, len(columns) * self.network.work, place)
        features = self._parts.features(columns)
        with np.errstate(all="ignore"):
            caches = self.network.forward(self.trainer.vector, features.astype(self.trainer.dtype))
        return {
            name: {part: cache[part] for part in ("z", "a") if part in cache}
            for name, cache in zip(self.network.names, caches, strict=True)
        }

    def gradients(self, samples: list[int] | None) -> tuple[float, dict[str, Array]]:
        """Loss and its gradient by parameter, without penalties, on those training samples or all.

        Raises: Refused (no such sample)
        """
        trainer = self.trainer
        chosen = trainer.chosen(samples)
        keep_work(
            len(chosen) * self.network.work,
            "samples",
            Reason(
                "gradients_too_costly",
                "{samples} samples would take {asked} multiply-adds, at most {most} (limit: {limit}); "
                "ask for fewer",
                samples=len(chosen),
            ),
        )
        keep_batch(len(chosen) * self.network.numbers, "samples", len(chosen))
        gradient = np.zeros(self.network.layout.size, trainer.dtype)
        with np.errstate(all="ignore"):
            loss = self.network.loss_and_gradient(
                trainer.vector, gradient, trainer.inputs[chosen], trainer.targets[chosen]
            )
        return loss, self.network.layout.views(gradient)

    def boundary(self, resolution: int) -> dict[str, Array]:
        """Outputs on a grid over what is drawn.  plane: outputs (y, x, outputs); curve: (x, outputs)

        Raises: Refused, where nothing of the kind is drawn
        """
        plane = self.dataset.plane
        if plane is None and self.dataset.view != "curve":
            raise Refused(
                "dataset",
                Reason(
                    "no_boundary",
                    "{dataset} has no plane or curve that a boundary could be drawn over; use predict",
                    dataset=self.spec.dataset.kind,
                ),
            )
        if plane is None:
            low, high = self.curve_range()
            x = np.linspace(low, high, resolution)
            return {
                "x": x,
                "y": np.zeros(0),
                "outputs": self.predict_scaled(x[:, None], "resolution"),
            }
        x = np.linspace(plane.low[0], plane.high[0], resolution)
        y = np.linspace(plane.low[1], plane.high[1], resolution)
        grid = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
        outputs = self.predict_scaled(plane.lift(grid), "resolution")
        return {"x": x, "y": y, "outputs": outputs.reshape(resolution, resolution, -1)}

    def curve_range(self) -> tuple[float, float]:
        """What of a curve's axis is drawn: the samples and a margin."""
        x = np.concatenate([self.dataset.inputs, self.dataset.test_inputs])[:, 0]
        if not len(x):
            return -3.0, 3.0
        margin = 0.05 * (x.max() - x.min()) or 1.0
        return float(x.min() - margin), float(x.max() + margin)
