"""What is drawn of a network on the server: the course of its loss, its output, itself."""

from math import ceil, floor, isfinite, log10
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from engine.experiment import Experiment

from .canvas import FAINT, GRID, INK, Area, Box, Canvas, Dot, Line, Raster, Text, png, svg
from .shelf import experiment_of, name_of

What = Literal["network", "output", "loss"]
Drawn = Literal["svg", "png"]
# As the page draws them: Okabe & Ito 2008; below and above 0.
CLASSES = ("#0072b2", "#e08a00", "#009e73", "#c0608f", "#3f9fd6", "#b8a800", "#d55e00", "#444444")
NEGATIVE, POSITIVE = "#0868ac", "#d46a00"
WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 640, 420, 64, 20, 36, 44
GRID_POINTS, MOST_DOTS, MOST_UNITS, MOST_POINTS = 100, 400, 12, 1000

Array = NDArray[np.floating]


def picture(id: str, what: What, format: Drawn) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    canvas = scene(experiment, what)
    return svg(canvas) if format == "svg" else png(canvas)


def scene(experiment: Experiment, what: What) -> Canvas:
    title = f"{name_of(experiment)}, {what}, step {experiment.step}"
    canvas = Canvas(WIDTH, HEIGHT, title)
    canvas.add(Text((LEFT, 22), title, colour=FAINT))
    {"loss": _loss, "output": _output, "network": _network}[what](canvas, experiment)
    return canvas


class _Axes:
    """From values to places, with ticks on both sides."""

    def __init__(self, canvas: Canvas, x: tuple[float, float], y: tuple[float, float], log: bool = False) -> None:  # fmt: skip
        self.log = log
        self.x, self.y = _apart(x), _apart((log10(y[0]), log10(y[1])) if log else y)
        for value in _ticks(*self.x):
            at = self.place(value, self._back(self.y[0]))
            canvas.add(Line([at, (at[0], TOP)], GRID), Text((at[0], at[1] + 18), _said(value), "middle", FAINT))  # fmt: skip
        values = [10.0**k for k in range(ceil(self.y[0]), floor(self.y[1]) + 1)] if log else _ticks(*self.y)  # fmt: skip
        if log and len(values) < 2:
            values = [self._back(v) for v in np.linspace(*self.y, 4)]
        for value in values:
            at = self.place(self.x[0], value)
            canvas.add(Line([at, (WIDTH - RIGHT, at[1])], GRID), Text((at[0] - 6, at[1] + 4), _said(value), "end", FAINT))  # fmt: skip

    def _back(self, y: float) -> float:
        return 10**y if self.log else y

    def place(self, x: float, y: float) -> tuple[float, float]:
        v = log10(max(y, 1e-30)) if self.log else y
        u = (x - self.x[0]) / (self.x[1] - self.x[0])
        v = min(1.05, max(-0.05, (v - self.y[0]) / (self.y[1] - self.y[0])))
        return LEFT + u * (WIDTH - RIGHT - LEFT), HEIGHT - BOTTOM - v * (HEIGHT - BOTTOM - TOP)


def _apart(ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers between two."""
    raw = (high - low) / most
    power = 10.0 ** floor(log10(raw))
    step = next(power * k for k in (1, 2, 5, 10) if power * k >= raw)
    return [k * step for k in range(ceil(low / step - 1e-9), floor(high / step + 1e-9) + 1)]


def _said(value: float) -> str:
    return f"{value:.4g}".replace("-", "−").replace("e−0", "e−").replace("e+0", "e")


def _finite(values: Array) -> Array:
    """What is drawn of outputs that have overflowed."""
    return np.clip(np.nan_to_num(values.astype(np.float64)), -1e30, 1e30)


def _nothing(canvas: Canvas, why: str) -> None:
    canvas.add(Text((WIDTH / 2, HEIGHT / 2), why, "middle", FAINT))


def _legend(canvas: Canvas, names: list[tuple[str, str]]) -> None:
    x = WIDTH - RIGHT
    for name, colour in reversed(names):
        canvas.add(Text((x, 22), name, "end", colour))
        x -= 8 * len(name) + 14


def _loss(canvas: Canvas, experiment: Experiment) -> None:
    course = experiment.course()
    rows = list(zip(course["step"], course["loss"], course["low"], course["high"], strict=True))
    rows = [row for row in rows if all(v is not None and isfinite(v) for v in row)]
    stride = max(1, ceil(len(rows) / MOST_POINTS))
    rows = rows[::stride]
    tests = [
        (s, v) for s, v in zip(course["test_step"], course["test_loss"], strict=True)
        if v is not None and isfinite(v)
    ]  # fmt: skip
    values = [v for row in rows for v in row[1:]] + [v for _, v in tests]
    if not rows:
        _nothing(canvas, "no step was made yet")
        return
    low, high = min(values), max(values)
    log = low > 0 and high / low > 5
    steps = [row[0] for row in rows] + [s for s, _ in tests]
    axes = _Axes(canvas, (min(steps), max(steps)), (low, high), log)
    band = [axes.place(s, h) for s, _, _, h in rows] + [axes.place(s, b) for s, _, b, _ in reversed(rows)]  # fmt: skip
    if len(rows) > 1:
        canvas.add(Area(band, NEGATIVE, 0.15))
        canvas.add(Line([axes.place(s, v) for s, v, _, _ in rows], NEGATIVE, 1.5))
    if len(tests) > 1:
        canvas.add(Line([axes.place(s, v) for s, v in tests], POSITIVE, 1.5))
    _legend(canvas, [("batch loss", NEGATIVE), ("test loss", POSITIVE)])
    canvas.add(Text((WIDTH - RIGHT, HEIGHT - 8), "step", "end", FAINT))


def _rgb(colour: str) -> Array:
    return np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)], np.float64)


def _colours(experiment: Experiment, outputs: Array) -> NDArray[np.uint8]:
    """(rows, columns, outputs) -> pixels: each class by its share, values by their sign and size."""
    outputs = _finite(outputs)
    classes, white = experiment.dataset.classes, np.full(3, 255.0)
    if classes and outputs.shape[-1] == 1:
        bounded = experiment.network.output.activation == "sigmoid"
        share = np.clip(outputs if bounded else (outputs + 1) / 2, 0, 1)
        outputs = np.concatenate([1 - share, share], -1)
    if classes:
        palette = np.stack([_rgb(CLASSES[k % len(CLASSES)]) for k in range(outputs.shape[-1])])
        best, share = outputs.argmax(-1), np.clip(outputs.max(-1), 0, 1)[..., None]
        return (white + (palette[best] - white) * (0.15 + 0.55 * share)).astype(np.uint8)
    value = outputs[..., :1] / max(1e-9, float(np.abs(outputs[..., 0]).max()))
    ends = np.where(value < 0, _rgb(NEGATIVE), _rgb(POSITIVE))
    return (white + (ends - white) * np.abs(value)).astype(np.uint8)


def _output(canvas: Canvas, experiment: Experiment) -> None:
    dataset = experiment.dataset
    if dataset.plane is not None:
        _plane(canvas, experiment)
    elif not len(dataset.inputs):
        _nothing(canvas, "there are no samples")
    elif dataset.view == "curve":
        _curve(canvas, experiment)
    elif dataset.classes and not dataset.per_step:
        _confusion(canvas, experiment)
    else:
        _fit(canvas, experiment)


def _plane(canvas: Canvas, experiment: Experiment) -> None:
    dataset, plane = experiment.dataset, experiment.dataset.plane
    assert plane is not None
    found = experiment.boundary(GRID_POINTS)
    axes = _Axes(canvas, (plane.low[0], plane.high[0]), (plane.low[1], plane.high[1]))
    pixels = _colours(experiment, found["outputs"])[::-1]
    size = (WIDTH - RIGHT - LEFT, HEIGHT - BOTTOM - TOP)
    canvas.add(Raster((LEFT, TOP), size, np.ascontiguousarray(pixels)))
    points = plane.project(dataset.inputs[:MOST_DOTS])
    most = float(np.abs(dataset.targets).max(initial=1e-9))
    for (x, y), target in zip(points.tolist(), dataset.targets[:MOST_DOTS].tolist(), strict=True):
        value = target[0] if isinstance(target, list) else target
        colour = CLASSES[int(value) % len(CLASSES)] if dataset.classes else _signed(value / most)
        canvas.add(Dot(axes.place(x, y), 3, colour, "#ffffff"))


def _signed(value: float) -> str:
    """White at 0, blue below, orange above."""
    end = _rgb(NEGATIVE if value < 0 else POSITIVE)
    mixed = 255 + (end - 255) * min(1, abs(value))
    return "#" + "".join(f"{int(c):02x}" for c in mixed)


def _curve(canvas: Canvas, experiment: Experiment) -> None:
    dataset = experiment.dataset
    found = experiment.boundary(200)
    x, y = found["x"], _finite(found["outputs"][:, 0])
    points = list(zip(dataset.inputs[:MOST_DOTS, 0].tolist(), np.ravel(dataset.targets)[:MOST_DOTS].tolist(), strict=False))  # fmt: skip
    values = [*y.tolist(), *(v for _, v in points)]
    axes = _Axes(canvas, (float(x[0]), float(x[-1])), (min(values), max(values)))
    canvas.add(*(Dot(axes.place(*point), 3, CLASSES[0], "#ffffff") for point in points))
    canvas.add(Line([axes.place(a, b) for a, b in zip(x.tolist(), y.tolist(), strict=True)], POSITIVE, 2))  # fmt: skip
    _legend(canvas, [("samples", CLASSES[0]), ("output", POSITIVE)])


def _confusion(canvas: Canvas, experiment: Experiment) -> None:
    """Rows are true classes, columns those that were taken for them: of the test part where there is one."""
    both: Any = experiment.confusion()
    matrix = np.array(both["test"] if np.sum(both["test"]) else both["train"])
    count = len(matrix)
    side = min((WIDTH - 2 * LEFT) / count, (HEIGHT - TOP - BOTTOM) / count)
    left = (WIDTH - side * count) / 2
    names = [label["en"] if isinstance(label, dict) else str(label) for label in dataset_names(experiment)]  # fmt: skip
    for i, row in enumerate(matrix.tolist()):
        canvas.add(Text((left - 6, TOP + (i + 0.6) * side), names[i][:12], "end", FAINT, 12))
        canvas.add(Text((left + (i + 0.5) * side, HEIGHT - BOTTOM + 16), names[i][:6], "middle", FAINT, 12))  # fmt: skip
        whole = max(1, sum(row))
        for j, value in enumerate(row):
            share = value / whole
            shade = _signed(share if i == j else -share)
            canvas.add(Box((left + j * side, TOP + i * side), (side, side), shade, GRID))
            if value:
                ink = "#ffffff" if share > 0.6 else INK
                middle = (left + (j + 0.5) * side, TOP + (i + 0.5) * side + 4)
                canvas.add(Text(middle, str(value), "middle", ink, 12))


def dataset_names(experiment: Experiment) -> list[Any]:
    return list(experiment.dataset.class_names)


def _fit(canvas: Canvas, experiment: Experiment) -> None:
    """What was wanted across, what was said up: on the diagonal they are the same."""
    inputs, coded, _ = experiment.arrays()[1 if len(experiment.dataset.test_inputs) else 0]
    if experiment.dataset.per_step:
        _shares(canvas, experiment, inputs, coded)
        return
    columns = experiment.dataset.test_inputs if len(experiment.dataset.test_inputs) else experiment.dataset.inputs  # fmt: skip
    said = _finite(experiment.predict_scaled(columns[:MOST_DOTS]))[:, 0]
    wanted = np.asarray(coded)[:MOST_DOTS, 0]
    low, high = float(min(said.min(), wanted.min())), float(max(said.max(), wanted.max()))
    axes = _Axes(canvas, (low, high), (low, high))
    canvas.add(Line([axes.place(low, low), axes.place(high, high)], FAINT))
    canvas.add(*(Dot(axes.place(float(t), float(y)), 3, CLASSES[0], "#ffffff") for t, y in zip(wanted, said, strict=True)))  # fmt: skip
    canvas.add(Text((WIDTH - RIGHT, HEIGHT - 8), "wanted", "end", FAINT), Text((8, TOP - 4), "said", colour=FAINT))  # fmt: skip


def _shares(canvas: Canvas, experiment: Experiment, inputs: Array, coded: Array) -> None:
    """Of a class at every step: the share that the true one is given, from the first step on."""
    columns = inputs[:20]
    outputs = _finite(experiment.predict_scaled(columns))
    asked = np.asarray(coded[:20]).astype(np.int64)
    true = np.take_along_axis(outputs, np.maximum(asked, 0)[..., None], -1)[..., 0]
    weight = asked >= 0
    mean = (true * weight).sum(0) / np.maximum(1, weight.sum(0))
    axes = _Axes(canvas, (0, len(mean) - 1), (0, 1))
    canvas.add(Line([axes.place(t, float(v)) for t, v in enumerate(mean)], NEGATIVE, 1.5))
    canvas.add(Text((WIDTH - RIGHT, HEIGHT - 8), "step of the sequence", "end", FAINT))


def _network(canvas: Canvas, experiment: Experiment) -> None:
    """Columns of units with lines as thick as weights are large; other layers as boxes."""
    network = experiment.network
    views = network.layout.views(experiment.trainer.vector)
    names = ["inputs", *network.names]
    shapes = network.shapes
    gap = (WIDTH - 2 * LEFT) / max(1, len(names) - 1)
    places: list[list[tuple[float, float]]] = []
    for k, shape in enumerate(shapes):
        count = min(MOST_UNITS, shape[-1]) if len(shape) == 1 else 1
        step = min(36, (HEIGHT - TOP - BOTTOM - 20) / max(1, count))
        top = (HEIGHT + TOP - BOTTOM) / 2 - step * (count - 1) / 2
        places.append([(LEFT + k * gap, top + i * step) for i in range(count)])
    for k, name in enumerate(network.names):
        weight = views.get(f"{name}.weight")
        if weight is None or weight.ndim != 2 or len(shapes[k]) != 1 or len(shapes[k + 1]) != 1:
            middle = [sum(p[1] for p in ps) / len(ps) for ps in places[k : k + 2]]
            canvas.add(Line([(places[k][0][0], middle[0]), (places[k + 1][0][0], middle[1])], FAINT, 2))  # fmt: skip
            continue
        most = max(1e-9, float(np.abs(weight).max()))
        for i, a in enumerate(places[k]):
            for j, b in enumerate(places[k + 1]):
                value = float(weight[i, j]) / most
                colour = NEGATIVE if value < 0 else POSITIVE
                canvas.add(Line([a, b], colour, 0.3 + 3 * abs(value), 0.25 + 0.6 * abs(value)))
    for k, (name, shape) in enumerate(zip(names, shapes, strict=True)):
        for place in places[k]:
            if len(shape) == 1:
                canvas.add(Dot(place, 8, "#ffffff", INK))
            else:
                canvas.add(Box((place[0] - 16, place[1] - 24), (32, 48), "#ffffff", INK))
        spelled = " x ".join(map(str, shape))
        low = HEIGHT - 22 + (0 if len(names) < 6 or k % 2 else -14)
        canvas.add(Text((places[k][0][0], low), name[:14], "middle", FAINT, 12))
        more = f"{spelled} (first {MOST_UNITS})" if len(shape) == 1 and shape[-1] > MOST_UNITS else spelled  # fmt: skip
        canvas.add(Text((places[k][0][0], low + 14 if low > HEIGHT - 30 else low - 14), more, "middle", FAINT, 12))  # fmt: skip


def course_csv(id: str) -> bytes:
    """The course of the run, a row a step that something is known of; what is not known is empty."""
    course = experiment_of(id).course()
    names = ("loss", "low", "high"), ("train_loss", "test_loss", "accuracy", "test_accuracy")
    rows: dict[int, dict[str, Any]] = {}
    for steps, columns in zip(("step", "test_step"), names, strict=True):
        for i, step in enumerate(course[steps]):
            rows.setdefault(step, {}).update({name: course[name][i] for name in columns})
    lines = ["step," + ",".join(n for part in names for n in part)]
    for step in sorted(rows):
        values = (rows[step].get(name) for part in names for name in part)
        lines.append(f"{step}," + ",".join("" if v is None else f"{v:.9g}" for v in values))
    return ("\r\n".join(lines) + "\r\n").encode()


__all__ = ["Drawn", "What", "course_csv", "picture", "scene"]
