"""One case that PyTorch and this engine both run: its data, its network, the engine's figures."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from engine.layers import Output
from engine.losses import LOSSES
from engine.network import Network
from engine.optimizers import SGD, Optimizer
from engine.schedules import Constant, Schedule
from engine.trainer import Care, Trainer
from engine.weighting import Weights

STEPS = 50
SAMPLES = 13  # not a multiple of the batch: the last one of an epoch is smaller
LOOKED_AT = 4  # samples whose outputs are compared after training, in evaluation mode
DTYPES = {"float64": np.float64, "float32": np.float32}
Figures = dict[str, list[float]]


@dataclass(frozen=True)
class Case:
    name: str
    layers: tuple[Any, ...]
    input_shape: tuple[int, ...] = (2,)
    vocabulary: int = 0
    loss: str = "mse"
    output: str = "linear"
    outputs: int = 3
    last: dict[str, Any] = field(default_factory=dict)  # other settings of the output layer
    class_weights: tuple[float, ...] = ()
    soft: bool = False  # targets are distributions instead of one class
    optimizer: Optimizer = field(default_factory=lambda: SGD(learning_rate=0.02, momentum=0.5))
    schedule: Schedule = field(default_factory=Constant)
    care: Care = field(default_factory=Care)
    l1: float = 0.0
    l2: float = 0.0
    batch: int = 5
    seed: int = 1
    steps: int = STEPS

    def limit(self, dtype: type) -> float:
        """The largest difference, as a share of the numbers compared."""
        if dtype is np.float32:
            # Where a gradient is all but zero, float32 may give a method of signs the other sign:
            # the step is as long as any other. L-BFGS divides by differences of gradients.
            return {"rprop": 0.05, "lion": 0.05, "lbfgs": 0.01}.get(self.optimizer.kind, 1e-4)
        return 1e-8

    def data(self) -> tuple[Any, Any]:
        """inputs (samples, *input_shape), targets as this loss wants them"""
        rng = np.random.default_rng(self.seed)
        if self.vocabulary:
            inputs = rng.integers(0, self.vocabulary, (SAMPLES, *self.input_shape)).astype(float)
        else:
            inputs = rng.normal(0, 1, (SAMPLES, *self.input_shape))
        asks, shape = LOSSES[self.loss].asks, (SAMPLES, self.outputs)
        if asks == "steps":  # some steps are not asked
            return inputs, rng.integers(-1, self.outputs, (SAMPLES, self.input_shape[0]))
        if asks == "counts":
            return inputs, rng.poisson(2.0, shape)
        if asks == "any" and self.output == "linear" and not self.class_weights:
            return inputs, rng.normal(0, 1.5, shape)
        if self.soft:
            return inputs, rng.dirichlet(np.ones(self.outputs), SAMPLES)
        if self.class_weights and self.outputs == 1:
            return inputs, (2 if self.loss == "hinge" else 1) * rng.integers(0, 2, shape) - (
                self.loss == "hinge"
            )
        one_hot = np.eye(self.outputs)[rng.integers(0, self.outputs, SAMPLES)]
        return inputs, 2 * one_hot - 1 if self.loss == "hinge" else one_hot

    def network(self) -> Network:
        output: Any = Output(self.outputs, self.output, **self.last)  # type: ignore[arg-type]
        weights = Weights(np.array(self.class_weights)) if self.class_weights else None
        return Network(
            self.input_shape, self.layers, output, self.loss, vocabulary=self.vocabulary, class_weights=weights
        )  # fmt: skip

    def trainer(self, dtype: type, compiled: bool) -> Trainer:
        inputs, targets = self.data()
        return Trainer(
            self.network(), inputs, targets, self.optimizer, batch_size=self.batch, l1=self.l1, l2=self.l2,
            schedule=self.schedule, care=self.care, seed=self.seed, dtype=dtype, compiled=compiled,
        )  # fmt: skip

    def figures(self, dtype: type, compiled: bool) -> Figures:
        """What the engine finds: the losses before each update, the first update's gradient, the
        weights after the last, their average and the outputs they give in evaluation mode."""
        trainer = self.trainer(dtype, compiled)
        losses = [*trainer.train(1)]
        gradient = trainer.gradient.tolist()
        losses += [*trainer.train(self.steps - 1)]
        assert trainer.diverged is None, trainer.diverged
        seen = trainer.network.predict(trainer.vector, trainer.inputs[:LOOKED_AT])
        found = {
            "losses": losses, "gradient": gradient, "weights": trainer.vector.tolist(),
            "outputs": seen.ravel().tolist(),
        }  # fmt: skip
        if self.schedule.kind == "plateau":
            found["rate"] = [trainer.learning_rate]
        if trainer.average is not None:
            found["average"] = trainer.average.tolist()
        return found

    def differences(self, found: Figures, expected: Figures) -> dict[str, float]:
        """The largest of each, relative to the largest number of the same parameter.

        A gradient that is truly 0 (of a bias before batch norm) is rounding alone: it is measured
        against a hundredth of the largest gradient of all.
        """
        assert found.keys() == expected.keys()
        differences = {}
        for what, values in expected.items():
            mine, theirs = np.array(found[what]), np.array(values)
            assert mine.shape == theirs.shape, what
            gap = np.abs(mine - theirs)
            scale = np.full_like(gap, np.abs(theirs).max())
            if what == "losses":
                scale = np.maximum(np.abs(theirs), 0.01 * scale)
            elif what not in ("outputs", "rate"):
                for entry in self.network().layout:
                    here = slice(entry.offset, entry.offset + entry.size)
                    largest = np.abs(theirs[here]).max()
                    scale[here] = np.maximum(largest, 0.01 * scale[here])
            differences[what] = float((gap / np.maximum(scale, 1e-30)).max())
        return differences
