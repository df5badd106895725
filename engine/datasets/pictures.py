"""Pictures of one's own: given as numbers, one label each; as the network is given them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason, Refused
from .base import Array, Dataset, check_size, split
from .faults import Fault, leaked, shuffled, stretches
from .image import PIXEL
from .labels import Label, Labels, label, labels

MIN_SIDE, MAX_SIDE = 4, 64
MAX_CLASSES = 64
MAX_LABEL = 80
GREY, COLOUR = 1, 3
BRIGHTEST = 255
COLOURS = labels(("red", "红"), ("green", "绿"), ("blue", "蓝"))
# Images, rows, pixels, and the colours of one.
DEPTH = 4


@dataclass(frozen=True, slots=True)
class Pictures:
    """pixels: (n, height, width, channels) uint8, one channel grey or three of colour
    targets: (n,) numbers of the classes
    """

    name: str
    pixels: NDArray[np.uint8]
    targets: NDArray[np.int64]
    class_names: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """What the channels are called."""
        return tuple(one["en"] for one in _channels(self.pixels))

    @property
    def shape(self) -> tuple[int, ...]:
        """(height, width, channels)"""
        return self.pixels.shape[1:]


def pictures_of(pixels: NDArray[np.uint8], given: Sequence[str], name: str = "own") -> Pictures:
    """Pictures and a label for each; the classes are the labels, sorted as those of a table are.

    pixels: (n, height, width, channels)

    Raises: Refused
    """
    if len(given) != len(pixels):
        raise Refused(
            "labels",
            Reason(
                "pictures.labels_differ",
                "{pictures} pictures but {labels} labels; give one a picture",
                pictures=len(pixels),
                labels=len(given),
            ),
        )
    height, width = pixels.shape[1:3]
    if not all(MIN_SIDE <= side <= MAX_SIDE for side in (height, width)):
        raise Refused(
            "images",
            Reason(
                "pictures.size",
                "pictures of {height} x {width}; a side has {least} to {most} pixels (limit: max_side)",
                height=height,
                width=width,
                least=MIN_SIDE,
            ),
            limit="max_side",
            value=MAX_SIDE,
        )
    check_size(len(pixels), pixels.shape[1:], "images")
    names, targets = classes_of(given)
    return Pictures(name, pixels, targets, names)


def classes_of(given: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """The classes, sorted as those of a table are, and the number of each label's.  Raises: Refused"""
    distinct = set(given)
    if len(distinct) > MAX_CLASSES:
        raise Refused(
            "labels",
            Reason(
                "pictures.too_many_classes",
                "{classes} classes, at most {most} (limit: max_classes)",
                classes=len(distinct),
            ),
            limit="max_classes",
            value=MAX_CLASSES,
        )
    if len(distinct) < 2:
        raise Refused(
            "labels",
            Reason(
                "pictures.one_class",
                "only one class: '{name}'; there is nothing to tell apart",
                name=min(distinct, default="")[:20],
            ),
        )
    whole = all(one.isascii() and one.isdigit() for one in distinct)
    names = tuple(sorted(distinct, key=int) if whole else sorted(distinct))
    numbers = {name: number for number, name in enumerate(names)}
    return names, np.array([numbers[one] for one in given], np.int64)


def pixels_of(images: Sequence[Any]) -> NDArray[np.uint8]:
    """Nested lists, (n, height, width) grey or (n, height, width, 3) colour, as pixels of 0 to 255.

    Returns: (n, height, width, channels)

    Raises: Refused
    """
    if not images:
        raise Refused(
            "images",
            Reason("pictures.none", "there are no pictures; give at least one of each class"),
        )
    shape, values = _flattened(images)
    if len(shape) == DEPTH - 1:
        shape = (*shape, GREY)
    if len(shape) != DEPTH or shape[-1] not in (GREY, COLOUR) or not values:
        raise Refused(
            "images",
            Reason(
                "pictures.shape",
                "pictures are (n, height, width) grey, or (n, height, width, 3) in colour, not {shape}",
                shape=" x ".join(map(str, shape)),
            ),
        )
    numbers = np.array(values, np.float64)
    wrong = ~((numbers >= 0) & (numbers <= BRIGHTEST) & (numbers == np.floor(numbers)))
    if wrong.any():
        at = int(wrong.argmax())
        raise Refused(
            "images",
            Reason(
                "pictures.value",
                "picture {picture} has the value {value}; pixels are whole numbers from 0 to {brightest}",
                picture=at // (len(values) // shape[0]) + 1,
                value=f"{numbers[at]:.6g}",
                brightest=BRIGHTEST,
            ),
        )
    return numbers.astype(np.uint8).reshape(shape)


def _flattened(images: Sequence[Any]) -> tuple[tuple[int, ...], Sequence[Any]]:
    """Shape and numbers, level by level: of a ragged list NumPy would only say that it is one.

    Raises: Refused
    """
    shape: tuple[int, ...] = (len(images),)
    level: Sequence[Any] = images
    while True:
        kinds = set(map(type, level))
        if kinds <= {int, float}:
            return shape, level
        if kinds != {list} or len(shape) == DEPTH:
            raise Refused(
                "images",
                Reason(
                    "pictures.no_numbers", "a picture is rows of numbers, all of the same length"
                ),
            )
        first = len(level[0])
        if any(len(one) != first for one in level):
            _refuse_ragged(shape, [len(one) for one in level])
        shape = (*shape, first)
        level = list(chain.from_iterable(level))


def _refuse_ragged(shape: tuple[int, ...], lengths: list[int]) -> None:
    """What differs there first: a picture from the others, or a row from those of its picture.

    Raises: Refused, always
    """
    each = len(lengths) // shape[0]
    at = next(i for i, length in enumerate(lengths) if length != lengths[0])
    picture = at // each
    own = lengths[picture * each : (picture + 1) * each]
    if len(set(own)) == 1 and len(shape) < DEPTH - 1:
        raise Refused(
            "images",
            Reason(
                "pictures.sizes_differ",
                "picture {picture} has another size than the first; all must be of one size",
                picture=picture + 1,
            ),
        )
    raise Refused(
        "images",
        Reason(
            "pictures.ragged",
            "the rows of picture {picture} differ in length; a row has as many pixels as every other",
            picture=picture + 1,
        ),
    )


def as_dataset(pictures: Pictures, test_fraction: float, seed: int, fault: Fault) -> Dataset:
    """Values of 0 to 1, as they were given: nothing is inverted."""
    rng = np.random.default_rng([seed, 2])
    train, test = split(pictures.pixels, pictures.targets, test_fraction, rng)
    test = leaked(train, test, fault, seed)
    channels = pictures.shape[-1]
    deviation = BRIGHTEST / stretches(channels, fault, seed)
    inputs = pictures.pixels / deviation.astype(np.float32)
    targets = shuffled(pictures.targets, fault, seed)
    return Dataset(
        inputs=inputs[train],
        targets=targets[train],
        test_inputs=inputs[test],
        test_targets=targets[test],
        view="image",
        task="classification",
        columns=pictures.columns,
        class_names=pictures.class_names,
        plane=None,
        mean=np.zeros(channels),
        deviation=deviation,
        identities=train,
        labels=Labels(columns=_channels(pictures.pixels), target=label("class", "类别")),
    )


def _channels(pixels: Array) -> tuple[Label, ...]:
    return PIXEL if pixels.shape[-1] == GREY else COLOURS


__all__ = [
    "MAX_LABEL",
    "MAX_SIDE",
    "MIN_SIDE",
    "Pictures",
    "as_dataset",
    "classes_of",
    "pictures_of",
    "pixels_of",
]
