"""The output over the plane, with the samples on it; over one input it is a curve."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.datasets import Dataset
from engine.experiment import Experiment

from .axes import SIZE, Axes, short, ticks
from .canvas import Box, Canvas, Dot, Line, Place, Raster, Symbol, Text
from .fonts import fitted, width
from .look import (
    Look,
    blended,
    class_names,
    column_name,
    finite,
    rgb,
    shaded,
    signed,
    target_name,
)  # fmt: skip

FINEST, COARSEST = 256, 48
# Multiply-adds that a grid may take: some hundredths of a second.
GRID_WORK = 300_000_000
MOST_POINTS = 1500
LEGEND, RADIUS, NARROW = 150.0, 3.8, 480
# An axis longer than this against the other is not drawn to the other's scale.
LONGEST = 4.0
_BOUNDED = ("softmax", "sigmoid", "hard_sigmoid")


@dataclass(frozen=True, slots=True)
class Part:
    """Some samples of the training or the test part: the first ones, where there are many."""

    inputs: NDArray[Any]
    targets: NDArray[Any]
    test: bool

    @property
    def values(self) -> NDArray[Any]:
        """The first of each sample's targets."""
        return self.targets[:, 0] if self.targets.ndim > 1 else self.targets


PLANE_WIDTH = 590
GOLDEN = (5**0.5 - 1) / 2  # multiples of it fall far from one another


def _room(look: Look, experiment: Experiment, width: float) -> tuple[float, float]:
    """What the legend takes of the width and of the height."""
    if width >= NARROW:
        return LEGEND, 0.0
    rows = _Legend(Canvas(width, 0, "", "", ""), look, experiment).rows(width - 28)
    return (0.0 if experiment.dataset.classes else 58.0), rows * 19 + 2


def plane_height(look: Look, experiment: Experiment, width: float) -> float:
    """As high as a plane of that width is, both axes to one scale."""
    plane = experiment.dataset.plane
    assert plane is not None
    ratio = (plane.high[1] - plane.low[1]) / (plane.high[0] - plane.low[0])
    beside, below = _room(look, experiment, width)
    return 64 + below + (width - 78 - beside) * (ratio if 0.5 <= ratio <= 1 else 1)


def parts_of(experiment: Experiment) -> tuple[list[Part], int]:
    """What is drawn of both parts, and how many samples there are."""
    data = experiment.dataset
    both = [(data.inputs, data.targets, False), (data.test_inputs, data.test_targets, True)]
    total = sum(len(inputs) for inputs, _, _ in both)
    share = min(1.0, MOST_POINTS / max(1, total))
    return [
        Part(inputs[: int(len(inputs) * share)], targets[: int(len(inputs) * share)], test)
        for inputs, targets, test in both
    ], total


def resolution_of(experiment: Experiment) -> int:
    """As fine as the network's work allows."""
    rows = min(GRID_WORK / max(1, experiment.network.work), 900_000 / experiment.network.shapes[-1][-1])  # fmt: skip
    return int(min(FINEST, max(COARSEST, rows**0.5)))


def draw_plane(canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
    dataset, plane = experiment.dataset, experiment.dataset.plane
    assert plane is not None
    legend = _Legend(canvas, look, experiment)
    spans = [plane.high[k] - plane.low[k] for k in (0, 1)]
    narrow = canvas.width < NARROW
    beside, below = _room(look, experiment, canvas.width)
    wide, tall = canvas.width - 66 - beside - 12, canvas.height - top - 50 - below
    if 1 / LONGEST < spans[0] / spans[1] < LONGEST:
        scale = min(wide / spans[0], tall / spans[1])
        wide, tall = spans[0] * scale, spans[1] * scale
    frame = (66.0, top, 66 + wide, top + tall)
    names, real = _axes_of(look, experiment)
    axes = Axes(
        canvas, look, frame, (plane.low[0], plane.high[0]), (plane.low[1], plane.high[1]),
        names=names, lines=False, real=real,
    )  # fmt: skip
    outputs = experiment.boundary(resolution_of(experiment))["outputs"]
    limit = float(np.abs(dataset.targets).max(initial=1e-6))
    pixels = np.ascontiguousarray(_colours(look, experiment, finite(outputs), limit)[::-1])
    canvas.add(Raster(frame[:2], (wide, tall), pixels))
    axes.draw()
    for part in legend.parts:
        _points(canvas, look, experiment, axes, part, limit)
    x, y = frame[2] + (14 if narrow else 20), top + 12
    if not dataset.classes:
        y = _bar(canvas, look, dataset, limit, x, y, min(170.0, tall * 0.5), beside)
    if narrow:
        legend.draw_rows(14, frame[3] + 62, canvas.width - 28)
    else:
        legend.draw_column(x, y)


def _axes_of(look: Look, experiment: Experiment) -> tuple[tuple[str, str], Any]:
    dataset = experiment.dataset
    if dataset.view == "plane":
        return ("x₁", "x₂"), None
    if len(dataset.columns) <= 2:
        own = experiment.spec.dataset.kind == "own"
        mean, deviation = (
            np.broadcast_to(v, 2).tolist() for v in (dataset.mean, dataset.deviation)
        )
        real = tuple((lambda v, k=k: v * deviation[k] + mean[k]) for k in (0, 1))
        names = [column_name(look, dataset, k, own=own) for k in range(len(dataset.columns))]
        return (names[0], "" if len(names) == 1 else names[1]), real
    assert dataset.plane is not None
    rows = np.concatenate([dataset.inputs, dataset.test_inputs])
    whole = float(rows.var(axis=0).sum()) or 1.0 if len(rows) else 1.0
    along = dataset.plane.project(rows).var(axis=0) if len(rows) else np.zeros(2)
    first, second = (
        look.say("component", n=k + 1, share=round(100 * float(along[k]) / whole)) for k in (0, 1)
    )
    return (first, second), None


def _colours(look: Look, experiment: Experiment, outputs: NDArray[Any], limit: float) -> NDArray[np.uint8]:  # fmt: skip
    """(rows, columns, outputs) -> pixels, as the page mixes them: a class the stronger the more it leads
    the next, values by their sign and size."""
    classes, activation = experiment.dataset.classes, experiment.network.output.activation
    if classes and outputs.shape[-1] > 1:
        best = outputs.argmax(-1)
        first, second = np.moveaxis(np.partition(outputs, -2, axis=-1)[..., [-1, -2]], -1, 0)
        lead = np.clip((first - second) / (1 if activation in _BOUNDED else 2), 0, 1)
        palette = np.stack([rgb(look.of_class(k)) for k in range(outputs.shape[-1])])
        return blended(look, palette[best], 0.12 + 0.6 * lead)
    value = outputs[..., 0]
    if not classes:
        return shaded(look, value / limit, 0.75)
    value = 2 * value - 1 if activation in _BOUNDED else value
    ends = np.where(value[..., None] < 0, rgb(look.of_class(0)), rgb(look.of_class(1)))
    return blended(look, ends, np.minimum(1, np.abs(value)) * 0.75)


def _places(dataset: Dataset, inputs: NDArray[Any]) -> NDArray[Any]:
    """(samples, 2); of a single column the height says nothing, and sets samples apart as on the page."""
    assert dataset.plane is not None
    places = dataset.plane.project(inputs)
    if len(dataset.columns) == 1:
        low, high = dataset.plane.low[1], dataset.plane.high[1]
        places[:, 1] = low + (0.1 + 0.8 * (np.arange(len(places)) * GOLDEN % 1)) * (high - low)
    return places


def _points(canvas: Canvas, look: Look, experiment: Experiment, axes: Axes, part: Part, limit: float) -> None:  # fmt: skip
    dataset, paper = experiment.dataset, look.colour("paper")
    radius = RADIUS if canvas.width >= NARROW else 2.8
    if not len(part.inputs) or dataset.plane is None:
        return
    places = _places(dataset, part.inputs).tolist()
    name = "test" if part.test else "train"
    if not dataset.classes:
        values = part.values / limit
        for (u, v), value in zip(places, values.tolist(), strict=True):
            colour = signed(look, np.sign(value) * (0.25 + 0.75 * min(1.0, abs(value))))
            if axes.shows(u, v):
                edge, fill = (colour, paper) if part.test else (paper, colour)
                canvas.add(Dot(axes.place(u, v), radius, fill, edge, 1.6 if part.test else 1, name))
        return
    wrong = experiment.classify(finite(experiment.predict_scaled(part.inputs))) != part.targets
    for (u, v), target, missed in zip(places, part.targets.tolist(), wrong.tolist(), strict=True):
        if not axes.shows(u, v):
            continue
        place, colour = axes.place(u, v), look.of_class(int(target))
        edge, fill = (colour, paper) if part.test else (paper, colour)
        canvas.add(Symbol(place, radius, int(target), fill, edge, 1.6 if part.test else 1, name))
        if missed:
            canvas.add(Dot(place, radius + 2.2, "none", look.colour("ink"), 1, "wrong"))


def _bar(canvas: Canvas, look: Look, dataset: Dataset, limit: float, x: float, y: float, tall: float, room: float) -> float:  # fmt: skip
    """What colours stand for, in the data's own units; where it ends."""
    canvas.add(Text((x, y), fitted(target_name(look, dataset), SIZE, room)))
    y += 12
    pixels = shaded(look, np.linspace(1, -1, 128)[:, None], 0.75)
    canvas.add(Raster((x, y), (14, tall), pixels))
    low, high = dataset.raw(np.array([-limit, limit])).tolist()
    for value in ticks(low, high, 5):
        at = y + tall * (high - value) / max(1e-12, high - low)
        canvas.add(Line([(x + 14, at), (x + 18, at)], look.colour("faint")))
        canvas.add(Text((x + 23, at + 4), short(value), colour=look.colour("faint"), size=SIZE))
    return y + tall + 26


Item = tuple[list[Dot | Symbol | Box], str]


class _Legend:
    """Classes by their shapes; full, hollow and ringed points; below each other, or in rows where the picture is
    narrow."""

    def __init__(self, canvas: Canvas, look: Look, experiment: Experiment) -> None:
        dataset, paper = experiment.dataset, look.colour("paper")
        line = dataset.plane is None
        faint = look.colour("negative" if line else "faint")
        self.canvas, self.classes = canvas, dataset.classes
        self.parts, total = parts_of(experiment)
        middle: Place = (0, 0)
        self.items: list[Item] = [
            ([Symbol(middle, 5, k, look.of_class(k))], name)
            for k, name in enumerate(class_names(look, dataset)[:16])
        ]
        if line:
            stroke = Box((-8, -1.25), (17, 2.5), look.colour("positive"))
            self.items.append(([stroke], look.say("prediction")))
        self.items.append(([Dot(middle, 4, faint)], look.say("for_training")))
        if len(dataset.test_inputs):
            self.items.append(([Dot(middle, 4, paper, faint, 1.6)], look.say("for_testing")))
        if dataset.classes:
            ring = Dot(middle, 5.4, "none", look.colour("ink"))
            self.items.append(([Dot(middle, 2.4, faint), ring], look.say("wrong")))
        drawn = sum(len(part.inputs) for part in self.parts)
        if drawn < total:
            self.items.append(([], look.say("some_of", n=f"{drawn:,}", all=f"{total:,}")))

    def draw_column(self, x: float, y: float) -> None:
        for i, (marks, text) in enumerate(self.items):
            y += 8 if i == self.classes and i else 0
            self._put(marks, fitted(text, SIZE, LEGEND - 20), x, y)
            y += 20

    def rows(self, room: float) -> int:
        return len(self._flowed(room))

    def draw_rows(self, x: float, y: float, room: float) -> None:
        for row in self._flowed(room):
            at = x
            for marks, text in row:
                self._put(marks, text, at, y)
                at += 32 + width(text, SIZE)
            y += 19

    def _flowed(self, room: float) -> list[list[Item]]:
        rows: list[list[Item]] = [[]]
        left = room
        for marks, whole in self.items:
            text = fitted(whole, SIZE, room - 32)
            wide = 32 + width(text, SIZE)
            if wide - 14 > left and rows[-1]:
                rows.append([])
                left = room
            rows[-1].append((marks, text))
            left -= wide
        return rows

    def _put(self, marks: list[Dot | Symbol | Box], text: str, x: float, y: float) -> None:
        self.canvas.add(
            *(replace(m, place=(m.place[0] + x + 5, m.place[1] + y - 4)) for m in marks)
        )
        self.canvas.add(Text((x + 17, y), text))


def draw_curve(canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
    """The samples, and what the network makes of its one input."""
    dataset = experiment.dataset
    found = experiment.boundary(256)
    x, y = found["x"], finite(found["outputs"][:, 0])
    legend = _Legend(canvas, look, experiment)
    parts = legend.parts
    known = np.concatenate([part.values for part in parts])
    low, high = (float(known.min()), float(known.max())) if len(known) else (-1.0, 1.0)
    # As far as the samples go: where the curve goes further, it leaves.
    margin = 0.12 * (high - low) or 0.5
    mean, deviation = (float(np.ravel(v)[0]) for v in (dataset.mean, dataset.deviation))
    own = experiment.spec.dataset.kind == "own"
    narrow = canvas.width < NARROW
    right, below = (16, 52 + 19 * legend.rows(canvas.width - 28)) if narrow else (LEGEND, 50)
    axes = Axes(
        canvas, look, (66, top, canvas.width - right, canvas.height - below), (float(x[0]), float(x[-1])),
        (low - margin, high + margin),
        names=(column_name(look, dataset, 0, own=own), target_name(look, dataset)),
        real=(lambda v: v * deviation + mean, lambda v: float(dataset.raw(np.array(v)))),
    ).draw()  # fmt: skip
    blue, paper = look.colour("negative"), look.colour("paper")
    for part in parts:
        values = part.values.tolist()
        for u, v in zip(part.inputs[:, 0].tolist(), values, strict=True):
            fill, thick = (paper, 1.4) if part.test else (blue, 1)
            canvas.add(Dot(axes.place(u, v), 3, fill, blue if part.test else paper, thick, "test" if part.test else "train"))  # fmt: skip
    curve = axes.trail(list(zip(x.tolist(), y.tolist(), strict=True)))
    canvas.add(*(Line(part, look.colour("positive"), 2.5) for part in curve))
    if narrow:
        legend.draw_rows(14, axes.frame[3] + 62, canvas.width - 28)
    else:
        legend.draw_column(axes.frame[2] + 18, top + 12)


__all__ = ["PLANE_WIDTH", "draw_curve", "draw_plane", "plane_height"]
