"""A spec brought to life, to be trained and looked into.

This is what a library user holds and what a server's worker keeps, one a network.
"""

from collections.abc import Callable
from dataclasses import replace
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .boundaries import places_drawn
from .by_input import ByInput, untruncated
from .errors import Reason, Refused
from .layers.base import Cache
from .limits import keep_answer, keep_batch, keep_work
from .measuring import classify, confusion, looking, output_of
from .operating import Operating

Array = NDArray[np.floating]


class Experiment(Operating):
    """`Experiment(NetworkSpec(...)).train(1000)`

    Raises: Refused, naming the field
    """

    def classify(self, outputs: Array) -> NDArray[np.int64]:
        """The class of each row of outputs.  (.., outputs) -> (..)"""
        return classify(self._parts, outputs)

    def features_of(self, columns: Array) -> Array:
        """Samples as the dataset scales them, as the network takes them."""
        return self._parts.features(columns)

    def coded(self, targets: Array) -> Array:
        """Targets as the loss compares them.  (n, ..) -> (n, outputs), or (n, time) of classes"""
        return self._parts.coded(targets)

    def confusion(self) -> dict[str, list[list[int]]] | None:
        """Rows are true classes, columns predicted ones; None for regression and for text."""
        return confusion(self._parts, self.trainer)

    def arrays(self) -> tuple[tuple[Array, Array, Array], tuple[Array, Array, Array]]:
        """The training and the test part: inputs, targets as the loss compares them, and targets as the
        data have them."""
        trainer, data = self.trainer, self.dataset
        return (
            (trainer.inputs, trainer.targets, data.targets),
            (*self._parts.test_arrays(), data.test_targets),
        )

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

    def by_input(self) -> ByInput:
        """The network as it is now, to be asked how it depends on its input."""
        whole, _ = untruncated(self.network)
        parts = replace(self._parts, network=whole)
        return ByInput(parts, self.trainer.vector.astype(np.float64), self.trainer.step)

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
            rows = features.astype(self.trainer.dtype)
            passes = looking(self.network, self.trainer)
            caches = self.network.forward(self.trainer.vector, rows, passes)
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
        places = places_drawn(self.dataset, resolution)
        if places is None:
            raise Refused(
                "dataset",
                Reason(
                    "no_boundary",
                    "{dataset} has no plane or curve that a boundary could be drawn over; use predict",
                    dataset=self.spec.dataset.kind,
                ),
            )
        x, y, columns = places
        outputs = self.predict_scaled(columns, "resolution")
        return {
            "x": x,
            "y": y,
            "outputs": outputs.reshape(len(y), len(x), -1) if len(y) else outputs,
        }
