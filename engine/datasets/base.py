"""What a dataset is, once made: arrays as the network is given them, and how to draw them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Annotated, Any, ClassVar, Literal, Protocol

import numpy as np
from annotated_types import Interval, Len
from numpy.typing import NDArray

from ..errors import Reason, Refused
from .labels import Label, Labels, labels

Array = NDArray[Any]

MAX_SAMPLES = 20_000
MAX_DRAWN = 2_000
MAX_NUMBERS = 6_000_000

Samples = Annotated[int, Interval(ge=0, le=MAX_SAMPLES)]
Noise = Annotated[float, Interval(ge=0, le=1)]
TestFraction = Annotated[float, Interval(ge=0, le=0.9)]
Seed = Annotated[int, Interval(ge=0, le=2**32 - 1)]
Coordinate = Annotated[float, Interval(ge=-1e6, le=1e6)]
# A point drawn by hand: x1, x2, then its class or value.
DrawnPoints = Annotated[tuple[tuple[Coordinate, Coordinate, Coordinate], ...], Len(0, MAX_DRAWN)]
# On a curve: x and its value.
CurvePoints = Annotated[tuple[tuple[Coordinate, Coordinate], ...], Len(0, MAX_DRAWN)]
Erased = Annotated[tuple[Annotated[int, Interval(ge=0, lt=MAX_SAMPLES)], ...], Len(0, MAX_SAMPLES)]

View = Literal["plane", "curve", "image", "sequence", "text", "table"]
Task = Literal["classification", "regression"]


@dataclass(frozen=True, slots=True)
class Plane:
    """How points of the drawn plane become inputs: origin + u * axes[0] + v * axes[1].

    For two inputs it is the plane itself; for wider data, the first two principal components.
    low, high: (2,) corners of what is drawn
    """

    origin: Array
    axes: Array
    low: tuple[float, float]
    high: tuple[float, float]

    def project(self, inputs: Array) -> Array:
        """(samples, inputs) -> (samples, 2); the axes are orthonormal."""
        return (inputs - self.origin) @ self.axes.T

    def lift(self, points: Array) -> Array:
        """(points, 2) -> (points, inputs)"""
        return self.origin + points @ self.axes


@dataclass(frozen=True, slots=True)
class Dataset:
    """inputs: (samples, columns), scaled; (samples, height, width, channels) for images,
    (samples, time, features) for sequences, (samples, time) of token numbers for text.
    targets: class numbers (samples,), or one a time step (samples, time), -1 where nothing is to
    be predicted; or values (samples, outputs).
    `mean` and `deviation` turned raw samples into inputs; they broadcast to one sample's shape.
    """

    inputs: Array
    targets: Array
    test_inputs: Array
    test_targets: Array
    view: View
    task: Task
    columns: tuple[str, ...]
    class_names: tuple[str, ...]
    plane: Plane | None
    mean: Array
    deviation: Array
    # The place of every training sample in the generated order, for erasing it; drawn points
    # follow, numbered from -1 downwards.
    identities: NDArray[np.int64]
    # Characters by their token number, and the token that only fills up short lines.
    vocabulary: tuple[str, ...] = ()
    padding: int | None = None
    # targets = (raw - target_mean) / target_deviation, where values are fitted.
    target_mean: float = 0.0
    target_deviation: float = 1.0
    # A whole series (length,), scaled as the inputs are, and where in it the value stands that is
    # each sample's target: (samples,)
    series: Array | None = None
    positions: NDArray[np.int64] | None = None
    test_positions: NDArray[np.int64] | None = None
    # Where one thing that was given makes several samples: which it was, of each.  (samples,)
    sources: NDArray[np.int64] | None = None
    test_sources: NDArray[np.int64] | None = None
    labels: Labels = field(default_factory=Labels)

    @property
    def classes(self) -> int:
        """How many classes; 0 for regression."""
        return len(self.class_names)

    @property
    def column_labels(self) -> tuple[Label, ...]:
        """The columns in both languages."""
        return self.labels.columns or labels(*self.columns)

    @property
    def class_labels(self) -> tuple[Label, ...]:
        """The classes in both languages."""
        return self.labels.classes or labels(*self.class_names)

    @property
    def outputs(self) -> int:
        """How many values a sample's target has (regression)."""
        return 1 if self.targets.ndim == 1 else self.targets.shape[1]

    @property
    def shape(self) -> tuple[int, ...]:
        """What one sample looks like: (columns,), (height, width, channels), (time, features), or
        (time,) of tokens."""
        return self.inputs.shape[1:]

    @property
    def per_step(self) -> bool:
        """Whether every time step has a class of its own."""
        return self.task == "classification" and self.targets.ndim == 2

    def samples_of(self, part: Literal["train", "test"], numbers: Sequence[int]) -> Array:
        """Some samples by their places in the training or the test part.  (n, *shape)

        Raises: Refused
        """
        inputs = self.inputs if part == "train" else self.test_inputs
        chosen = np.asarray(numbers, np.int64)
        if len(chosen) and (chosen.min() < 0 or chosen.max() >= len(inputs)):
            raise Refused("samples", _no_such(part, len(inputs)))
        return inputs[chosen]

    def target_of(self, part: Literal["train", "test"], number: int) -> Any:
        """What is wanted of one sample, as `targets` has it."""
        return (self.targets if part == "train" else self.test_targets)[number]

    def checked(self, raw: Any) -> Array:
        """Raw samples as an array.  Raises: Refused, saying what one sample looks like"""
        shape, spelled = self.shape, " x ".join(map(str, self.shape))
        what = f"{'rows' if len(shape) == 1 else 'samples'} of {spelled} numbers"
        try:
            array = np.asarray(raw, np.float64)
        except ValueError as error:
            raise Refused(
                "inputs",
                Reason(
                    "inputs.differ",
                    "inputs must be {what} of one length",
                    what=what,
                    shape=spelled,
                ),
            ) from error
        if array.shape[1:] != shape:
            raise Refused(
                "inputs",
                Reason(
                    "inputs.of_other_shape",
                    "inputs must be {what}, shape ({expected}), not {found}",
                    what=what,
                    shape=spelled,
                    expected=", ".join(map(str, ("n", *shape))),
                    found=str(list(array.shape)),
                ),
            )
        known = len(self.vocabulary)
        if known and not ((array >= 0) & (array < known) & (array == np.floor(array))).all():
            raise Refused(
                "inputs",
                Reason(
                    "inputs.not_tokens",
                    "inputs must be token numbers, whole and from 0 to {last}",
                    last=known - 1,
                ),
            )
        return array

    def scale(self, raw: Array) -> Array:
        """Raw samples as the network is given them.  (n, *shape)"""
        return (raw - self.mean) / self.deviation

    def raw(self, outputs: Array) -> Array:
        """Outputs for values in the units of the data; those for classes are in none.  (n, ..)"""
        if self.task == "classification":
            return outputs
        return outputs * self.target_deviation + self.target_mean


def _no_such(part: Literal["train", "test"], count: int) -> Reason:
    spoken = "training" if part == "train" else "test"
    if not count:
        return Reason("samples.none_of_part", "{part} samples are not there", part=spoken)
    return Reason(
        "samples.unknown",
        "{part} samples are numbered 0 to {last}",
        part=spoken,
        last=count - 1,
    )


class DatasetSpec(Protocol):
    """A declared dataset. `make` is a function of its fields alone."""

    @property
    def kind(self) -> str: ...

    view: ClassVar[View]
    task: ClassVar[Task]
    summary: ClassVar[dict[str, str]]
    # One sentence: what to do, and what to look for.
    to_try: ClassVar[dict[str, str]]

    def make(self) -> Dataset: ...


def split(
    inputs: Array, targets: Array, test_fraction: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Places of the training and of the test samples, drawn by the generator."""
    order = rng.permutation(len(inputs))
    tests = min(round(len(inputs) * test_fraction), max(0, len(inputs) - 1))  # one to learn from
    return np.sort(order[tests:]), np.sort(order[:tests])


def split_by_class(
    inputs: Array, targets: Array, test_fraction: float, rng: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The same, each class with its share in both parts (stratified).  targets: class numbers

    Shares that are no whole numbers go to the classes with the largest remainders; a class keeps one
    training sample at least.
    """
    order = rng.permutation(len(inputs))
    classes, counts = np.unique(targets, return_counts=True)
    tests = min(round(len(inputs) * test_fraction), len(inputs) - len(classes))
    wanted = counts * (tests / len(inputs))
    each = np.minimum(np.floor(wanted).astype(np.int64), counts - 1)
    for place in np.argsort(each - wanted, kind="stable"):
        if each.sum() < tests and each[place] < counts[place] - 1:
            each[place] += 1
    of_test = np.zeros(len(inputs), np.bool_)
    for one, count in zip(classes, each, strict=True):
        of_test[order[targets[order] == one][:count]] = True
    return np.flatnonzero(~of_test), np.flatnonzero(of_test)


def check_size(samples: int, shape: tuple[int, ...], field: str = "samples") -> None:
    """Called before anything of that size is allocated.

    Raises: Refused
    """
    numbers = samples * prod(shape)
    if numbers > MAX_NUMBERS:
        each = " x ".join(map(str, shape))
        raise Refused(
            field,
            Reason(
                "data.too_many_numbers",
                "{samples} samples of {shape} are {numbers} numbers, at most {most} (limit: "
                "max_numbers); take fewer samples or smaller ones",
                samples=samples,
                shape=each,
                numbers=numbers,
            ),
            limit="max_numbers",
            value=MAX_NUMBERS,
        )


def divided(
    inputs: Array, targets: Array, test_fraction: float, rng: np.random.Generator, **rest: Any
) -> Dataset:
    """A dataset whose test part is drawn by the generator, and which needs no scaling unless
    `rest` says so; `rest` are further fields of Dataset."""
    train, test = split(inputs, targets, test_fraction, rng)
    unscaled = {"class_names": (), "plane": None, "mean": np.zeros(1), "deviation": np.ones(1)}
    return Dataset(
        inputs=inputs[train],
        targets=targets[train],
        test_inputs=inputs[test],
        test_targets=targets[test],
        identities=train,
        **{**unscaled, **rest},
    )
