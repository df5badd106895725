"""What questions about one answer of a network share: a sample, and which of its outputs is meant."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..by_input import ByInput
from ..errors import Reason, Refused
from ..experiment import Experiment

Array = NDArray[np.floating]
ONE_INPUT = Reason("one_input", "ask about one input at a time")


@dataclass(frozen=True, slots=True)
class Meant:
    """An output that is asked about: `of` is the class, or the number of a value; `column` is its place,
    and where two classes share one output, `sign` is -1 for the class that it speaks against."""

    of: int
    column: int
    sign: float = 1.0

    def z(self, z: Array) -> Array:
        """Before the output's activation.  (n, outputs) -> (n,)"""
        return self.sign * z[:, self.column]

    def share(self, outputs: Array, activation: str | None) -> Array:
        """What the output says for it: of classes their probability.  (n, outputs) -> (n,)"""
        said = outputs[:, self.column]
        if self.sign > 0:
            return said
        return 1 - said if activation == "sigmoid" else -said


def keep_continuous(experiment: Experiment) -> None:
    """Raises: Refused, of text: there is nothing between two tokens, so no gradient and no step"""
    if experiment.dataset.vocabulary:
        raise Refused(
            "dataset",
            Reason(
                "by_input.text",
                "{dataset} is text: there is nothing between two characters, so an input cannot change "
                "by a little; choose images, tables, points, curves or sequences",
                dataset=experiment.spec.dataset.kind,
            ),
        )


def meant(experiment: Experiment, outputs: Array, of: int | None) -> Meant:
    """`of` None: the class that is given, or the first value.  outputs: (1, outputs)

    Raises: Refused, where there is no such class or value
    """
    classes, count = experiment.dataset.classes, outputs.shape[-1]
    there = classes or count
    if of is None:
        of = int(experiment.classify(outputs)[0]) if classes else 0
    if not 0 <= of < there:
        raise Refused(
            "of", Reason("target.no_such_class", "classes are numbered 0 to {last}", last=there - 1)
        )
    if classes and count == 1:
        return Meant(of, 0, 1.0 if of else -1.0)
    return Meant(of, of)


def one_output(experiment: Experiment, columns: Array) -> tuple[ByInput, Array]:
    """The network as it is, and what it says of the sample.  (1, *shape) -> (1, outputs)

    Raises: Refused, where there is more than one sample, text, or nothing finite is said
    """
    keep_continuous(experiment)
    if len(columns) != 1:
        raise Refused("inputs", ONE_INPUT)
    asked = experiment.by_input()
    return asked, asked.outputs(columns)


def as_tuples(array: Array) -> Any:
    """Nested tuples: of the result they are replaced and not lengthened by the next piece's."""
    if array.ndim == 0:
        return float(array)
    return tuple(as_tuples(part) for part in array) if array.ndim > 1 else tuple(array.tolist())


__all__ = ["ONE_INPUT", "Meant", "as_tuples", "keep_continuous", "meant", "one_output"]
