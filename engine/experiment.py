"""A spec brought to life: data, network and trainer, changed together.

This is what a library user holds and what a server's worker keeps, one a network.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isfinite, isnan, prod
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .activations import OutputActivationName
from .datasets import Dataset, Own, Table
from .errors import Refused
from .features import FEATURES, apply_features
from .history import Series, bins
from .layers import Output
from .layers.base import Cache, spelled
from .losses import LOSSES
from .network import Network
from .schedules import fresh_state
from .spec import NetworkSpec
from .trainer import Care, Divergence, Snapshot, Trainer

Array = NDArray[np.floating]

MAX_PARAMETERS = 1_000_000
# Batch losses wait here until `drain` merges them; beyond this many they are merged unasked.
MAX_PENDING_LOSSES = 100_000
POINTS_A_DRAIN = 16
MAX_UNTOLD_POINTS = 4096
ROWS_AT_ONCE = 2048
# A measurement looks at as many samples as this many multiply-adds allow, but at 256 at least;
# an update, a gradient or a prediction may take no more than the second.
MAX_MEASURE_WORK = 40_000_000
MAX_WORK = 1_500_000_000
MAX_ACTIVATION_NUMBERS = 2_000_000
MAX_BATCH_NUMBERS = 50_000_000


@dataclass(frozen=True, slots=True)
class Measures:
    """Losses over all training and all test samples, without penalties; None where not finite."""

    loss: float | None
    test_loss: float | None
    metrics: dict[str, float | None]


def make_dataset(spec: Any, tables: Mapping[str, Table]) -> Dataset:
    """Raises: Refused"""
    if isinstance(spec, Own) and spec.id not in tables:
        raise Refused("dataset.id", "there is no such dataset; upload it with POST /api/datasets")
    try:
        return spec.make_from(tables[spec.id]) if isinstance(spec, Own) else spec.make()
    except Refused as error:
        raise error.within("dataset") from error


def _care(spec: NetworkSpec) -> Care:
    return Care(spec.clipping.value, spec.clipping.norm, spec.average)


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
        self.tables = dict(tables or {})
        self.spec = spec or NetworkSpec()
        self.dataset = make_dataset(self.spec.dataset, self.tables)
        self.network = self._build(self.spec, self.dataset)
        self.trainer = Trainer(
            self.network,
            *self._training_arrays(self.spec, self.dataset),
            self.spec.optimizer,
            batch_size=self.spec.batch_size,
            l1=self.spec.regularization.l1,
            l2=self.spec.regularization.l2,
            initializer=self.spec.initializer,
            seed=self.spec.seed,
            schedule=self.spec.schedule,
            care=_care(self.spec),
            dtype=dtype,
            compiled=compiled,
        )
        self.revision = 0
        self._clear_history()

    # Building

    def _input_names(self, spec: NetworkSpec, dataset: Dataset) -> tuple[str, ...]:
        if dataset.view == "plane":
            return spec.features
        if dataset.view == "curve":
            names = tuple(name for name in spec.features if FEATURES[name].columns == 1)
            return names or ("x1",)
        return dataset.columns

    @property
    def input_names(self) -> tuple[str, ...]:
        """The network's inputs: features of a plane or curve, columns of what else there is."""
        return self._input_names(self.spec, self.dataset)

    def _features(self, spec: NetworkSpec, dataset: Dataset, columns: Array) -> Array:
        if dataset.view not in ("plane", "curve"):
            return columns
        return apply_features(self._input_names(spec, dataset), columns)

    def _build(self, spec: NetworkSpec, dataset: Dataset) -> Network:
        self._check_loss(spec, dataset)
        loss = LOSSES[spec.loss]
        classes = dataset.classes
        activation = cast(OutputActivationName, spec.output.activation or loss.output)
        units = classes or dataset.outputs
        if classes == 2 and spec.loss in ("binary_cross_entropy", "hinge"):
            units = 1
        if activation == "softmax" and units < 2:
            raise Refused(
                "output.activation",
                f"softmax over {units} output is always 1; choose another activation or leave it null",
            )
        vocabulary = len(dataset.vocabulary)
        drawn = dataset.view in ("plane", "curve")
        shape = (len(self._input_names(spec, dataset)),) if drawn else dataset.shape
        layers = [layer.fitted(vocabulary) for layer in spec.layers]
        out = spec.output
        output = Output(units, activation, l1=out.l1, l2=out.l2, trainable=out.trainable)
        network = Network(shape, layers, output, spec.loss, vocabulary=vocabulary)
        self._check_size(spec, dataset, network)
        return network

    @staticmethod
    def _check_loss(spec: NetworkSpec, dataset: Dataset) -> None:
        """Raises: Refused where the loss is for another kind of target"""
        asks = LOSSES[spec.loss].asks
        steps = dataset.per_step
        if steps and asks != "steps":
            raise Refused(
                "loss",
                f"{spec.dataset.kind} has a class at every step of a sequence; choose "
                "sequence_cross_entropy",
            )
        if asks == "steps" and not steps:
            raise Refused(
                "loss",
                f"{spec.loss} compares a class at every step, but {spec.dataset.kind} has one target "
                f"a sample; choose {'cross_entropy' if dataset.classes else 'mse'}",
            )
        if asks == "classes" and not dataset.classes:
            raise Refused(
                "loss",
                f"{spec.loss} tells classes apart, but {spec.dataset.kind} has values to fit; "
                "choose mse, mae or huber",
            )
        if (
            asks == "counts"
            and not dataset.classes
            and (min(dataset.targets.min(initial=0), dataset.test_targets.min(initial=0)) < 0)
        ):
            raise Refused(
                "loss",
                f"{spec.loss} is for counts, but {spec.dataset.kind} has values below 0; choose mse, "
                "mae or huber",
            )

    @staticmethod
    def _check_size(spec: NetworkSpec, dataset: Dataset, network: Network) -> None:
        """Raises: Refused, naming the limit, before any of it is allocated"""
        parameters = network.layout.size
        if parameters > MAX_PARAMETERS:
            raise Refused(
                "layers",
                f"this network would have {parameters} parameters, at most {MAX_PARAMETERS} "
                "(limit: max_parameters)",
            )
        samples = max(1, len(dataset.inputs))
        full = getattr(spec.optimizer, "full_batch", False)
        batch = samples if full else min(spec.batch_size, samples)
        if batch * network.work > MAX_WORK:
            raise Refused(
                "optimizer.kind" if full else "batch_size",
                f"one update would take {batch * network.work} multiply-adds (batch x what a sample "
                f"takes), at most {MAX_WORK} (limit: max_work); choose a smaller batch or fewer units",
            )
        numbers = batch * sum(prod(shape) for shape in network.shapes)
        if numbers > MAX_BATCH_NUMBERS:
            raise Refused(
                "batch_size",
                f"the layers' outputs for one batch would be {numbers} numbers, at most "
                f"{MAX_BATCH_NUMBERS} (limit: max_batch_numbers); choose a smaller batch",
            )

    def _training_arrays(self, spec: NetworkSpec, dataset: Dataset) -> tuple[Array, Array]:
        return (
            self._features(spec, dataset, dataset.inputs),
            self._coded(spec, dataset, dataset.targets),
        )

    def _coded(self, spec: NetworkSpec, dataset: Dataset, targets: Array) -> Array:
        """Targets as the loss compares them: one-hot, 0/1, -1/1 or values (n, outputs); or class
        numbers at every step (n, time)."""
        if dataset.per_step:
            return targets
        if not dataset.classes:
            return targets.reshape(len(targets), dataset.outputs)
        activation = spec.output.activation or LOSSES[spec.loss].output
        low = -1.0 if spec.loss == "hinge" or activation == "tanh" else 0.0
        labels = targets.astype(np.int64)
        if dataset.classes == 2 and spec.loss in ("binary_cross_entropy", "hinge"):
            return np.where(labels == 1, 1.0, low)[:, None]
        return np.where(labels[:, None] == np.arange(dataset.classes), 1.0, low)

    # Changing it

    def patch(self, spec: NetworkSpec) -> None:
        """Take another spec, losing nothing that needn't be lost.

        Raises: Refused; then nothing has changed
        """
        before = self.spec
        dataset = self.dataset
        if spec.dataset != before.dataset:
            dataset = make_dataset(spec.dataset, self.tables)
        network = self._build(spec, dataset)
        inputs, targets = self._training_arrays(spec, dataset)
        data_changed = not (
            np.array_equal(inputs.astype(self.trainer.dtype), self.trainer.inputs)
            and np.array_equal(targets.astype(self.trainer.dtype), self.trainer.targets)
        )
        self.spec, self.dataset, self.network = spec, dataset, network
        trainer = self.trainer
        trainer.with_settings(
            batch_size=spec.batch_size,
            l1=spec.regularization.l1,
            l2=spec.regularization.l2,
            initializer=spec.initializer,
            seed=spec.seed,
        )
        trainer.change_network(network)
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
        self._measure_into_history()

    def reset(self, seed: int | None = None) -> None:
        """Fresh weights from a seed; None means the spec's own."""
        if seed is not None:
            self.spec = replace(self.spec, seed=seed)
        self.trainer.reset(self.spec.seed)
        self.revision += 1
        self._clear_history()

    def set_weights(self, values: dict[str, Any]) -> None:
        """Raises: Refused; then nothing has changed"""
        self.trainer.set_parameters(values)
        self._measure_into_history()

    # Training

    @property
    def step(self) -> int:
        return self.trainer.step

    @property
    def diverged(self) -> Divergence | None:
        return self.trainer.diverged

    def train(self, steps: int) -> NDArray[np.float64]:
        """Make `steps` updates; returns the batch loss before each."""
        losses = self.trainer.train(steps)
        self._pending.append(losses)
        self._pending_count += len(losses)
        if self._pending_count > MAX_PENDING_LOSSES:
            self.drain()
        return losses

    def drain(self) -> None:
        """Merge the batch losses since the last call into at most 16 points (step, mean loss) of
        the history."""
        if not self._pending_count:
            return
        points = bins(self._waiting(), self.step - self._pending_count, POINTS_A_DRAIN)
        for step, loss in points:
            self.losses.append(step, (loss,))
        self._pending, self._pending_count = [], 0
        self._untold = (self._untold + points)[-MAX_UNTOLD_POINTS:]

    def course(self) -> dict[str, list[Any]]:
        """The history in columns, the losses that wait included; nothing is taken away."""
        waiting = bins(self._waiting(), self.step - self._pending_count, POINTS_A_DRAIN)
        train_loss, test_loss, quality, test_quality = self.measures.columns
        return {
            "step": self.losses.steps + [step for step, _ in waiting],
            "loss": self.losses.columns[0] + [loss for _, loss in waiting],
            "test_step": self.measures.steps,
            "train_loss": train_loss,
            "test_loss": test_loss,
            "accuracy": quality,
            "test_accuracy": test_quality,
        }

    def _waiting(self) -> NDArray[np.float64]:
        return np.concatenate(self._pending) if self._pending else np.zeros(0)

    def take_points(self) -> list[tuple[int, float]]:
        """The loss points since this was last called: whoever streams them misses none."""
        self.drain()
        points, self._untold = self._untold, []
        return points

    # Keeping it

    def state(self) -> dict[str, NDArray[Any]]:
        """All that moves, as arrays: what a checkpoint holds besides the spec."""
        course = self.course()
        snapshot = self.trainer.snapshot()
        as_float = [[np.nan if v is None else v for v in c] for c in self.measures.columns]
        return {
            "state": snapshot.state,
            "order": snapshot.order,
            "clock": snapshot.clock,
            "generator": snapshot.generator,
            "plateau": snapshot.plateau,
            "step": np.array([snapshot.step, self.revision], np.int64),
            "loss_steps": np.array(course["step"], np.int64),
            "losses": np.array(course["loss"], np.float64),
            "measure_steps": np.array(self.measures.steps, np.int64),
            "measures": np.array(as_float, np.float64).reshape(len(as_float), -1),
        }

    def load_state(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on exactly where `state` was taken, of the same spec.

        Raises: Refused, at "state", where the arrays are not of this spec
        """
        missing = {"state", "order", "clock", "generator", "step", "losses"} - arrays.keys()
        if missing:
            raise Refused("state", f"the state lacks {', '.join(sorted(missing))}")
        snapshot = Snapshot(
            arrays["state"],
            arrays["order"].astype(np.int64),
            arrays["clock"].astype(np.int64),
            arrays["generator"].astype(np.uint64),
            int(arrays["step"][0]),
            arrays["plateau"].astype(np.float64) if "plateau" in arrays else fresh_state(),
        )
        self.trainer.load(snapshot)
        self.revision = int(arrays["step"][1])
        self.losses = Series(
            ("loss",), [int(s) for s in arrays["loss_steps"]], [arrays["losses"].tolist()]
        )
        self._measured = None
        columns = [[None if isnan(v) else v for v in row] for row in arrays["measures"].tolist()]
        self.measures = Series(
            self.measures.names, [int(s) for s in arrays["measure_steps"]], columns
        )

    # Looking at it

    def measure(self) -> Measures:
        """Losses and metrics now, over all training and all test samples; over the first of them
        where the network is so large that looking would hold up training."""
        vector = self.trainer.vector
        loss, quality = self._measure_part(
            vector, self.trainer.inputs, self.trainer.targets, self.dataset.targets
        )
        test = (
            self._features(self.spec, self.dataset, self.dataset.test_inputs),
            self._coded(self.spec, self.dataset, self.dataset.test_targets),
            self.dataset.test_targets,
        )
        test_loss, test_quality = self._measure_part(vector, *test)
        name = "accuracy" if self.dataset.classes else "r2"
        metrics = {name: quality, f"test_{name}": test_quality}
        average = self.trainer.average
        if average is not None:
            metrics["average_test_loss"], metrics[f"average_test_{name}"] = self._measure_part(
                average, *test
            )
        return Measures(loss, test_loss, metrics)

    def measured(self) -> Measures:
        """`measure`, kept in the history too; measured once for one state."""
        if self._measured is not None and self._measured[0] == self.step:
            return self._measured[1]
        measures = self.measure()
        self._measured = (self.step, measures)
        quality, test_quality = list(measures.metrics.values())[:2]
        point = (measures.loss, measures.test_loss, quality, test_quality)
        if self.measures.steps and self.measures.steps[-1] == self.step:
            for column, value in zip(self.measures.columns, point, strict=True):
                column[-1] = value
        else:
            self.measures.append(self.step, point)
        return measures

    @property
    def last_measured(self) -> tuple[int, Measures]:
        """The step of the last measurement, and what it was."""
        if self._measured is None:
            self.measured()
        return cast(tuple[int, Measures], self._measured)

    def _measure_into_history(self) -> None:
        self._measured: tuple[int, Measures] | None = None
        self.measured()

    def _clear_history(self) -> None:
        self._pending: list[NDArray[np.float64]] = []
        self._pending_count = 0
        self._untold: list[tuple[int, float]] = []
        self.losses = Series(("loss",))
        self.measures = Series(("train_loss", "test_loss", "accuracy", "test_accuracy"))
        self._measure_into_history()

    def _most_measured(self) -> int:
        """Samples that a measurement looks at: so many as don't hold up training."""
        return max(256, MAX_MEASURE_WORK // max(1, self.network.work))

    def _forward(self, vector: Array, features: Array) -> Cache:
        """The output's cache, in evaluation mode, in parts that take little memory."""
        dtype, compiled = self.trainer.dtype, self.trainer.compiled
        plain = all(len(shape) == 1 for shape in self.network.shapes)
        passes = self.network.passes(compiled=compiled and not plain)
        parts = []
        for i in range(0, len(features), ROWS_AT_ONCE):
            rows = features[i : i + ROWS_AT_ONCE].astype(dtype)
            cache = self.network.forward(vector, rows, passes)[-1]
            parts.append({"z": cache["z"].copy(), "a": cache["a"].copy()})
        if len(parts) == 1:
            return parts[0]
        return {name: np.concatenate([part[name] for part in parts]) for name in ("z", "a")}

    def reader(self) -> Callable[[Array], Cache]:
        """A function that gives the output's cache for samples as the dataset scales them, in
        evaluation mode, with the weights as they are now: training on does not change it.

        Sequences may be shorter or longer than those of the data.  (n, *shape) -> z, a
        """
        network, vector, dtype = self.network, self.trainer.vector.copy(), self.trainer.dtype
        spec, dataset = self.spec, self.dataset
        passes = network.passes(compiled=self.trainer.compiled)

        def read(columns: Array) -> Cache:
            features = self._features(spec, dataset, columns).astype(dtype)
            with np.errstate(all="ignore"):
                return network.forward(vector, features, passes)[-1]

        return read

    def _measure_part(
        self, vector: Array, inputs: Array, coded: Array, targets: Array
    ) -> tuple[float | None, float | None]:
        if not len(inputs):
            return None, None
        most = self._most_measured()
        inputs, coded, targets = inputs[:most], coded[:most], targets[:most]
        with np.errstate(all="ignore"):
            cache = self._forward(vector, inputs)
            loss = self.network.loss_of(cache, coded.astype(self.trainer.dtype))
            if self.dataset.classes:
                asked = targets >= 0
                right = self.classify(cache["a"]) == targets
                quality = float((right & asked).sum() / max(1, asked.sum()))
            else:
                residual = float(((cache["a"] - coded) ** 2).sum())
                spread = float(((coded - coded.mean(axis=0)) ** 2).sum())
                quality = 1 - residual / spread if spread > 0 else None
        finite = quality is not None and isfinite(quality)
        return loss if isfinite(loss) else None, quality if finite else None

    def classify(self, outputs: Array) -> NDArray[np.int64]:
        """The class of each row of outputs: the largest, or past the middle for one output.
        (.., outputs) -> (..)"""
        if outputs.shape[-1] > 1:
            return outputs.argmax(axis=-1)
        middle = 0.5 if self.network.output.activation in ("sigmoid",) else 0.0
        return (outputs[:, 0] > middle).astype(np.int64)

    def confusion(self) -> dict[str, list[list[int]]] | None:
        """Rows are true classes, columns predicted ones; None for regression and for text."""
        classes = self.dataset.classes
        if not classes or self.dataset.per_step:
            return None
        result = {}
        for name, inputs, targets in (
            ("train", self.dataset.inputs, self.dataset.targets),
            ("test", self.dataset.test_inputs, self.dataset.test_targets),
        ):
            matrix = np.zeros((classes, classes), np.int64)
            if len(inputs):
                most = self._most_measured()
                predicted = self.classify(self.predict_scaled(inputs[:most]))
                np.add.at(matrix, (targets[:most].astype(np.int64), predicted), 1)
            result[name] = matrix.tolist()
        return result

    def predict_scaled(self, columns: Array, place: str = "inputs") -> Array:
        """Outputs for samples as the dataset scales them.  (n, *shape) -> (n, *output shape)

        `place` is what a refusal of so many blames.  Raises: Refused
        """
        self._affordable(len(columns), "rows", place)
        if not len(columns):
            return np.zeros((0, *self.network.shapes[-1]))
        with np.errstate(all="ignore"):
            features = self._features(self.spec, self.dataset, columns)
            return self._forward(self.trainer.vector, features)["a"]

    def _affordable(self, rows: int, what: str, place: str) -> None:
        """Raises: Refused, naming the limit"""
        work = rows * self.network.work
        if work > MAX_WORK:
            raise Refused(
                place,
                f"{rows} {what} would take {work} multiply-adds, at most {MAX_WORK} "
                "(limit: max_work); ask for fewer",
                limit="max_work",
                value=MAX_WORK,
            )

    def predict(self, raw: Any) -> Array:
        """Outputs for raw columns: scaled and turned into features here.  (n, columns)"""
        return self.predict_scaled(self.columns_of(raw))

    def columns_of(self, inputs: Any, *, scaled: bool = False) -> Array:
        """Inputs as the dataset scales them; `scaled` ones are so already.  Raises: Refused"""
        array = self._checked(inputs)
        return array if scaled else self.dataset.scale(array)

    def _checked(self, raw: Any) -> Array:
        """Raises: Refused, saying what one sample looks like"""
        shape = self.dataset.shape
        what = (
            f"rows of {shape[0]} numbers"
            if len(shape) == 1
            else f"samples of {spelled(shape)} numbers"
        )
        try:
            array = np.asarray(raw, np.float64)
        except ValueError as error:
            raise Refused("inputs", f"inputs must be {what} of one length") from error
        if array.shape[1:] != shape:
            expected = ", ".join(map(str, ("n", *shape)))
            raise Refused(
                "inputs", f"inputs must be {what}, shape ({expected}), not {list(array.shape)}"
            )
        known = len(self.dataset.vocabulary)
        if known and not ((array >= 0) & (array < known) & (array == np.floor(array))).all():
            raise Refused(
                "inputs", f"inputs must be token numbers, whole and from 0 to {known - 1}"
            )
        return array

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
        if numbers > MAX_ACTIVATION_NUMBERS:
            raise Refused(
                place,
                f"{len(columns)} rows would give {numbers} activations, at most "
                f"{MAX_ACTIVATION_NUMBERS} (limit: max_activation_numbers); ask for fewer rows",
                limit="max_activation_numbers",
                value=MAX_ACTIVATION_NUMBERS,
            )
        features = self._features(self.spec, self.dataset, columns)
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
        chosen = np.arange(trainer.samples) if samples is None else np.asarray(samples, np.int64)
        if not len(chosen):
            raise Refused("samples", "there are no samples to take the gradient on")
        if chosen.min() < 0 or chosen.max() >= trainer.samples:
            raise Refused("samples", f"training samples are numbered 0 to {trainer.samples - 1}")
        self._affordable(len(chosen), "samples", "samples")
        gradient = np.zeros(self.network.layout.size, trainer.dtype)
        with np.errstate(all="ignore"):
            loss = self.network.loss_and_gradient(
                trainer.vector, gradient, trainer.inputs[chosen], trainer.targets[chosen]
            )
        return loss, self.network.layout.views(gradient)

    def boundary(self, resolution: int) -> dict[str, Array]:
        """Outputs on a grid over what is drawn.  plane: outputs (y, x, outputs); curve: (x, outputs)"""
        plane = self.dataset.plane
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
