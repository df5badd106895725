"""The network itself: units with what each gives over the plane and weights as lines, where its layers are rows
of units; else a chain of boxes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.activations import ACTIVATIONS
from engine.boundaries import places_drawn
from engine.errors import Refused
from engine.experiment import Experiment

from .axes import short
from .canvas import Bend, Box, Canvas, Dot, Line, Place, Raster, Symbol, Text
from .fonts import fitted, width, wrapped
from .look import (
    Look,
    blended,
    class_names,
    column_name,
    finite,
    rgb,
    shaded,
    spelled,
    target_name,
)  # fmt: skip

MOST_UNITS = 12
MAP = 40  # points a side of a unit's map
LARGEST, LEAST = 46.0, 12.0
_BOUNDED = ("softmax", "sigmoid", "hard_sigmoid")


def is_of_rows(experiment: Experiment) -> bool:
    """Whether every layer is a row of units."""
    return all(len(shape) == 1 for shape in experiment.network.shapes) and not experiment.dataset.vocabulary  # fmt: skip


def rows_height(experiment: Experiment, width: float) -> float:
    """What the longest column asks for."""
    most = max(min(MOST_UNITS + 1, shape[-1]) for shape in experiment.network.shapes)
    return max(280.0, min(500.0, 140 + 60 * most * min(1.0, width / 600)))


class _Diagram:
    def __init__(self, canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
        self.canvas, self.look, self.experiment = canvas, look, experiment
        self.shapes = experiment.network.shapes
        self.left_names, self.right_names = (
            _input_names(look, experiment),
            _output_names(look, experiment),
        )
        self.left = 22 + min(140.0, max(width(name, 12) for name in self.left_names))
        self.right = 40 + min(140.0, max(width(name, 12) for name, _ in self.right_names))
        self.legends = _legend_lines(canvas.width)
        self.bottom = canvas.height - 70 - 19 * self.legends
        columns = len(self.shapes)
        shown = [min(MOST_UNITS, shape[-1]) for shape in self.shapes]
        rows = max(
            count + (shape[-1] > count) * 0.6
            for count, shape in zip(shown, self.shapes, strict=True)
        )
        across = (canvas.width - self.left - self.right) / max(1.0, columns - 0.5)
        self.pitch = min((self.bottom - top) / rows, LARGEST * 1.3)
        self.size = max(LEAST, min(LARGEST, self.pitch * 0.86, across * 0.5))
        middle = (top + self.bottom) / 2
        span = canvas.width - self.left - self.right - self.size
        gap = span / max(1, columns - 1)
        self.centres = [self.left + self.size / 2 + k * gap for k in range(columns)]
        self.gap = gap
        self.places: list[list[Place]] = []
        for k, count in enumerate(shown):
            first = middle - (count - 1) * self.pitch / 2 - (self.shapes[k][-1] > count) * self.pitch * 0.3  # fmt: skip
            self.places.append([(self.centres[k], first + i * self.pitch) for i in range(count)])

    def draw(self) -> None:
        most = self.weights()
        maps = _maps(self.look, self.experiment)
        self.units(maps)
        self.names()
        self.legend(most, maps)

    def weights(self) -> float:
        """Returns the largest that is drawn."""
        experiment, network, half = self.experiment, self.experiment.network, self.size / 2
        views = network.layout.views(experiment.trainer.vector)
        off = experiment.spec.surgery.off
        joined: list[tuple[NDArray[Any], int]] = []
        for k, name in enumerate(network.names):
            weight = views.get(f"{name}.weight")
            if weight is None or weight.ndim != 2 or weight.shape != (self.shapes[k][-1], self.shapes[k + 1][-1]):  # fmt: skip
                self._links(k)
                continue
            joined.append((finite(weight[: len(self.places[k]), : len(self.places[k + 1])]), k))
        # 0.5 at least: small weights are thin lines, as on the page.
        largest = max([0.5, *(float(np.abs(weight).max(initial=0)) for weight, _ in joined)])
        lines = []
        for weight, k in joined:
            gone = [off.get(network.names[k - 1], ()) if k else (), off.get(network.names[k], ())]
            for i, a in enumerate(self.places[k]):
                for j, b in enumerate(self.places[k + 1]):
                    if i not in gone[0] and j not in gone[1]:
                        lines.append((abs(float(weight[i, j])) / largest, weight[i, j] < 0, a, b))
        negative, positive = self.look.colour("negative"), self.look.colour("positive")
        for share, below, (x0, y0), (x1, y1) in sorted(lines, key=lambda line: line[0]):
            colour = negative if below else positive
            self.canvas.add(Bend((x0 + half, y0), (x1 - half, y1), colour, 0.4 + 3.6 * share, 0.16 + 0.6 * share))  # fmt: skip
        return max([0.0, *(float(np.abs(weight).max(initial=0)) for weight, _ in joined)])

    def _links(self, k: int) -> None:
        """Of a layer without weights between its units: each goes on into its own; what is added to them from
        further back comes round below."""
        half, colour = self.size / 2, self.look.colour("edge")
        for (x0, y0), (x1, y1) in zip(self.places[k], self.places[k + 1], strict=False):
            self.canvas.add(Bend((x0 + half, y0), (x1 - half, y1), colour))
        back = self.experiment.network.layers[k].earlier
        if not back:
            return
        (x0, y0), (x1, y1) = self.places[k - back][-1], self.places[k + 1][-1]
        low, end, t = max(y0, y1) + half + 24, y1 + half + 3, np.linspace(0, 1, 24)
        x = x0 * (1 - t) ** 3 + 3 * x0 * t * (1 - t) ** 2 + 3 * x1 * t**2 * (1 - t) + x1 * t**3
        y = (y0 + half) * (1 - t) ** 3 + 3 * low * t * (1 - t) + end * t**3
        colour = self.look.colour("accent")
        self.canvas.add(Line(list(zip(x.tolist(), y.tolist(), strict=True)), colour, 1.5))
        self.canvas.add(Line([(x1 - 4, end + 6), (x1, end), (x1 + 4, end + 6)], colour, 1.5))

    def units(self, maps: "list[list[Any]] | None") -> None:
        look, half, add = self.look, self.size / 2, self.canvas.add
        off = self.experiment.spec.surgery.off
        for k, column in enumerate(self.places):
            gone = off.get(self.experiment.network.names[k - 1], ()) if k else ()
            for i, (x, y) in enumerate(column):
                corner, size = (x - half, y - half), (self.size, self.size)
                held = None if maps is None else maps[k][i]
                if held is None:
                    add(
                        Dot(
                            (x, y),
                            min(half, 13),
                            look.colour("paper"),
                            look.colour("faint"),
                            1.2,
                            "unit",
                        )
                    )
                elif held.ndim == 3:
                    add(Raster(corner, size, held), Box(corner, size, "none", look.colour("edge")))
                else:
                    add(Box(corner, size, look.colour("paper"), look.colour("edge")))
                    add(Line([(corner[0], y), (corner[0] + self.size, y)], look.colour("line")))
                    points = [
                        (corner[0] + self.size * t / (len(held) - 1), y - float(v) * (half - 1.5))
                        for t, v in enumerate(held)
                    ]
                    add(Line(points, look.colour("positive"), 1.5))
                if i in gone:  # cut out: a stroke through it
                    add(Line([(x - half, y + half), (x + half, y - half)], look.colour("ink"), 2))
            hidden = self.shapes[k][-1] - len(column)
            if hidden:
                x, y = column[-1]
                add(
                    Text(
                        (x, y + half + 16),
                        look.say("more", n=hidden),
                        "middle",
                        look.colour("faint"),
                    )
                )

    def names(self) -> None:
        look, half, add = self.look, self.size / 2, self.canvas.add
        for (x, y), name in zip(self.places[0], self.left_names, strict=False):
            add(Text((x - half - 8, y + 4), fitted(name, 12, 140), "end"))
        for (x, y), (name, shape) in zip(self.places[-1], self.right_names, strict=False):
            at = x + half + 9
            if shape is not None:
                add(Symbol((at + 4, y), 4.5, shape, look.colour("faint") if shape < 0 else look.of_class(shape)))  # fmt: skip
                at += 14
            add(Text((at, y + 4), fitted(name, 12, 140)))
        network, low = self.experiment.network, self.bottom + 26
        layers: list[Any] = network.layers
        for k, x in enumerate(self.centres):
            count = self.shapes[k][-1]
            size = look.say("unit") if count == 1 else look.say("units", n=count)
            if k == 0:
                said = [look.say("input"), "", str(count)]
            else:
                layer = layers[k - 1]
                said = [look.say(layer.kind), (layer.function or "").replace("_", " "), str(count) if self.gap < 62 else size]  # fmt: skip
            if not said[1]:
                said = [said[0], said[2], ""]
            # Where columns are close every second one stands lower.
            room, down = self.gap - 6, 0.0
            if self.gap < 56:
                room, down = 2 * self.gap - 6, 15.0 * (k % 2)
                said = [f"{said[0]} {count}", "", ""]
            for i, text in enumerate(said):
                colour = look.colour("ink" if i == 0 else "faint")
                add(
                    Text(
                        (x, low + down + 15 * i),
                        fitted(text, 12, max(room, 40.0)),
                        "middle",
                        colour,
                    )
                )

    def legend(self, most: float, maps: "list[list[Any]] | None") -> None:
        look, add, faint = self.look, self.canvas.add, self.look.colour("faint")
        y, x = self.canvas.height - 11 - 19 * (self.legends - 1), 14.0
        if most:
            add(Text((x, y), look.say("weights"), colour=faint))
            x += width(look.say("weights"), 12) + 8
            for key in ("negative", "positive"):
                add(Line([(x, y - 4), (x + 22, y - 4)], look.colour(key), 3))
                add(Text((x + 28, y), look.say(key), colour=faint))
                x += 38 + width(look.say(key), 12)
            text = look.say("width_is_size", most=short(most))
            if x + 42 + width(text, 12) > self.canvas.width:
                x, y = 14.0, y + 19
            for i in range(4):
                add(Line([(x + 9 * i, y - 4), (x + 9 * i + 9, y - 4)], faint, 0.6 + 1.1 * i))
            add(Text((x + 42, y), text, colour=faint))
            y += 19
        if maps is not None:
            text = look.say("curves" if self.experiment.dataset.plane is None else "maps")
            for line in wrapped(text, 12, self.canvas.width - 28):
                add(Text((14, y), line, colour=faint))
                y += 19


def _legend_lines(room: float) -> int:
    return 2 if room >= 480 else 4


def _input_names(look: Look, experiment: Experiment) -> list[str]:
    dataset = experiment.dataset
    own = experiment.spec.dataset.kind == "own"
    if dataset.view == "table":
        return [column_name(look, dataset, i, own=own) for i in range(len(dataset.columns))]
    return [spelled(name) for name in experiment.input_names]


def _output_names(look: Look, experiment: Experiment) -> list[tuple[str, int | None]]:
    dataset, units = experiment.dataset, experiment.network.shapes[-1][-1]
    names = class_names(look, dataset)
    if names and units == 1:
        return [(f"{names[0]} | {names[1]}", None)]
    if names:
        return [(name, k) for k, name in enumerate(names)]
    return [(target_name(look, dataset, k), None) for k in range(units)]


def _maps(look: Look, experiment: Experiment) -> list[list[Any]] | None:
    """What each unit that is drawn gives: pixels over the plane, or values of -1 to 1 along the one input; None
    where the data are neither, or the network too large to be asked."""
    places = places_drawn(experiment.dataset, MAP)
    if places is None:
        return None
    columns = places[2]
    try:
        found = experiment.activations_scaled(columns)
    except Refused:
        return None
    given = [
        finite(experiment.features_of(columns)),
        *(finite(layer["a"]) for layer in found.values()),
    ]
    curve, layers = experiment.dataset.plane is None, experiment.network.layers
    drawn: list[list[Any]] = []
    for k, values in enumerate(given):
        column = []
        layer: Any = layers[k - 1] if k else None
        for j in range(min(MOST_UNITS, values.shape[1])):
            one = values[:, j]
            limit = _reach(layer) or max(1e-6, float(np.abs(one).max()))
            if curve:
                column.append(np.clip(one / limit, -1, 1))
                continue
            square = one.reshape(MAP, MAP)[::-1]
            last = k == len(given) - 1 and experiment.dataset.classes
            column.append(_of_class(look, square, j, values.shape[1], layer.function) if last else shaded(look, square / limit))  # fmt: skip
        drawn.append(column)
    return drawn


def _reach(layer: Any) -> float | None:
    """How far from 0 an activation goes, where it is bounded."""
    record = ACTIVATIONS.get(layer.function) if layer is not None and layer.function else None
    if record is None or record.low is None or record.high is None:
        return None
    return max(abs(record.low), abs(record.high))


def _of_class(look: Look, values: NDArray[Any], j: int, units: int, activation: str | None) -> NDArray[np.uint8]:  # fmt: skip
    """What an output gives, in its class's own colour; of a single one, in those of both classes."""
    share = values if activation in _BOUNDED else (values + 1) / 2
    if units > 1:
        return blended(look, rgb(look.of_class(j)), np.clip(share, 0, 1) * 0.85)
    ends = np.where(share[..., None] < 0.5, rgb(look.of_class(0)), rgb(look.of_class(1)))
    return blended(look, ends, np.clip(np.abs(2 * share - 1), 0, 1) * 0.85)


def draw_rows(canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
    _Diagram(canvas, look, experiment, top).draw()


__all__ = ["MOST_UNITS", "draw_rows", "is_of_rows", "rows_height"]
