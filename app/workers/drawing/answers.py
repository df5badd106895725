"""What is said against what is true, where there is neither a plane nor a curve nor a series: which class was
taken for which, values, and the characters of text."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from engine.experiment import Experiment

from .axes import SIZE, Axes
from .canvas import Box, Canvas, Dot, Line, Symbol, Text
from .fonts import fitted, width, wrapped
from .look import Look, class_names, finite, mixed, target_name

MOST_POINTS, MOST_SHAPES = 800, 6
# Of text, so many lines of so many characters are shown whole.
LINES, CHARACTERS = 7, 64
_UNSEEN = {"\n": "↵", "\t": "→", " ": " "}


def draw_confusion(canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
    """Rows are true classes, columns those that were taken for them: of the test part where there is one."""
    both: Any = experiment.confusion()
    tested = bool(np.sum(both["test"]))
    matrix = np.array(both["test"] if tested else both["train"])
    count, names = len(matrix), class_names(look, experiment.dataset)
    faint, ink = look.colour("faint"), look.colour("ink")
    shapes = count <= MOST_SHAPES
    longest = max(width(name, SIZE) for name in names)
    left = 46 + min(130.0, longest) + (18 if shapes else 0)
    top += 40
    side = min((canvas.width - left - 24) / count, (canvas.height - top - 44) / count, 90.0)
    left = max(left, (canvas.width - side * count) / 2)
    low = top + side * count
    for i, row in enumerate(matrix.tolist()):
        y, x = top + (i + 0.5) * side, left + (i + 0.5) * side
        canvas.add(
            Text((left - 8 - (18 if shapes else 0), y + 4), fitted(names[i], SIZE, 130), "end")
        )
        wide = fitted(names[i], SIZE, side - 4 - (16 if shapes else 0))
        canvas.add(Text((x + (8 if shapes else 0), top - 8), wide, "middle"))
        if shapes:
            canvas.add(Symbol((left - 14, y), 5, i, look.of_class(i)))
            canvas.add(Symbol((x - width(wide, SIZE) / 2 - 4, top - 12), 5, i, look.of_class(i)))
        whole = max(1, sum(row))
        for j, value in enumerate(row):
            colour = look.colour("negative" if i == j else "positive")
            place = (left + j * side, top + i * side)
            # Not darker than that the figures can be read, as on the page.
            canvas.add(Box(place, (side, side), mixed(look, colour, 0.45 * value / whole), look.colour("line")))  # fmt: skip
            if value and side > 13:
                size = min(13.0, side * 0.5, side / (0.62 * len(str(value)) + 0.4))
                middle = (place[0] + side / 2, place[1] + side / 2 + size * 0.35)
                canvas.add(Text(middle, str(value), "middle", ink, size))
    canvas.add(
        Text((left + side * count / 2, top - 28), look.say("predicted_class"), "middle", ink, 13)
    )
    turn = left - 20 - min(130.0, longest) - (18 if shapes else 0)
    canvas.add(
        Text((turn, (top + low) / 2), look.say("true_class"), "middle", ink, 13, turned=True)
    )
    n = int(matrix.sum())
    share = f"{100 * float(np.trace(matrix)) / max(1, n):.1f}%"
    part = look.say("test_part" if tested else "training_part")
    canvas.add(Text((left + side * count / 2, low + 24), look.say("accuracy", part=part, n=f"{n:,}", share=share), "middle", faint))  # fmt: skip


def draw_fit(canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
    """What is true across, what was said up: on the diagonal they are the same."""
    data = experiment.dataset
    tested = len(data.test_inputs) > 0
    inputs = (data.test_inputs if tested else data.inputs)[:MOST_POINTS]
    targets = (data.test_targets if tested else data.targets)[:MOST_POINTS]
    said = data.raw(finite(experiment.predict_scaled(inputs))).reshape(len(inputs), -1)[:, 0]
    wanted = data.raw(targets.astype(np.float64)).reshape(len(inputs), -1)[:, 0]
    low, high = float(min(said.min(), wanted.min())), float(max(said.max(), wanted.max()))
    room = 0.04 * (high - low) or 0.5
    ends, name = (low - room, high + room), target_name(look, data)
    side = min(canvas.width - 150, canvas.height - top - 50)
    left = (canvas.width - side) / 2 + 20
    axes = Axes(
        canvas, look, (left, top, left + side, top + side), ends, ends, lines=False,
        names=(look.say("true_value", name=name), look.say("predicted_value", name=name)),
    ).draw()  # fmt: skip
    canvas.add(Line([axes.place(ends[0], ends[0]), axes.place(ends[1], ends[1])], look.colour("faint"), 1, dash=(2, 4)))  # fmt: skip
    paper, blue = look.colour("paper"), look.colour("negative")
    for t, y in zip(wanted.tolist(), said.tolist(), strict=True):
        canvas.add(Dot(axes.place(t, y), 3.4, blue, paper, 1, "test" if tested else "train"))
    part = look.say("test_part" if tested else "training_part")
    canvas.add(Text((left + 8, top + 16), part, colour=look.colour("faint")))


def draw_steps(canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
    """Of a class at every step, a text's next character: lines with the share that each character was given
    as its shade, and below the mean from the first place on."""
    data = experiment.dataset
    part = 1 if len(data.test_inputs) else 0
    inputs, coded, _ = experiment.arrays()[part]
    # Neighbours share most of their characters.
    chosen = np.unique(np.linspace(0, len(inputs) - 1, min(20, len(inputs))).astype(np.int64))
    outputs = finite(experiment.predict_scaled(inputs[chosen]))
    asked = np.asarray(coded)[chosen].astype(np.int64)
    true = np.take_along_axis(outputs, np.maximum(asked, 0)[..., None], -1)[..., 0]
    weight = asked >= 0
    mean = (true * weight).sum(0) / np.maximum(1, weight.sum(0))
    told = look.say("test_part" if part else "training_part")
    low = _lines(canvas, look, data.vocabulary or data.class_names, asked, true, top) if len(asked) else top  # fmt: skip
    if low > top:
        for line in wrapped(look.say("text_legend", part=told), SIZE, canvas.width - 40):
            canvas.add(Text((24, low + 16), line, colour=look.colour("faint")))
            low += 17
        low += 36
    else:
        low += 12
    # Where no sequence asks for anything any more there is nothing to draw.
    there = np.flatnonzero(weight.any(0))
    axes = Axes(
        canvas, look, (70, low, canvas.width - 28, canvas.height - 50), (0, max(1, len(mean) - 1)), (0, 1),
        names=(look.say("place"), look.say("probability")), whole=True,
    ).draw()  # fmt: skip
    canvas.add(Line([axes.place(int(t), float(mean[t])) for t in there], look.colour("accent"), 2))
    text = look.say("mean_of", n=len(asked))
    canvas.add(Text((axes.frame[2], low - 6), text, "end", look.colour("faint")))


def _lines(canvas: Canvas, look: Look, signs: tuple[str, ...], asked: NDArray[Any], shares: NDArray[Any], top: float) -> float:  # fmt: skip
    """Where they end."""
    columns = min(CHARACTERS, asked.shape[1])
    side = min((canvas.width - 48) / columns, 11.0)
    tall, rows = (
        side * 1.6,
        min(LINES, len(asked), int((canvas.height - top) * 0.38 / (side * 1.7))),
    )
    for i in range(rows):
        y = top + i * (tall + 2)
        for j in range(columns):
            k = int(asked[i, j])
            if k < 0 or k >= len(signs):
                continue
            share = float(shares[i, j])
            x, sign = 24 + j * side, _UNSEEN.get(signs[k], signs[k])
            shade = mixed(look, look.colour("negative"), 0.55 * share)
            canvas.add(Box((x, y), (side, tall), shade))
            if sign.strip():
                canvas.add(Text((x + side / 2, y + tall * 0.68), sign[:1], "middle", look.colour("ink"), 12.0 if side > 10 else side * 1.15))  # fmt: skip
    return top + rows * (tall + 2)


__all__ = ["draw_confusion", "draw_fit", "draw_steps"]
