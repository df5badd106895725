"""A series with what is forecast of it, in its own units: over the test part, every value from true ones."""

from typing import Any

import numpy as np

from engine.experiment import Experiment

from .axes import SIZE, Axes, short
from .canvas import Canvas, Line, Text
from .fonts import wrapped
from .look import Look, finite, target_name

# Of a long series so many values are drawn, the last ones.
MOST_VALUES = 400


def draw_series(canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
    data = experiment.dataset
    assert data.series is not None
    assert data.positions is not None
    tested = data.test_positions is not None and len(data.test_positions) > 0
    inputs: Any = data.test_inputs if tested else data.inputs
    places: Any = data.test_positions if tested else data.positions
    horizon = getattr(experiment.spec.dataset, "horizon", 1)
    inputs, places = inputs[-MOST_VALUES:], places[-MOST_VALUES:]
    in_units = lambda v: finite(v) * data.target_deviation + data.target_mean  # noqa: E731
    said, truth = in_units(experiment.predict_scaled(inputs)[:, 0]), in_units(data.series)
    last = in_units(data.series[places - horizon])
    wrong, repeated = (float(np.sqrt(((one - truth[places]) ** 2).mean())) for one in (said, last))
    start = max(0, len(truth) - MOST_VALUES, int(places[0]) - max(len(places), data.shape[0]))
    shown = truth[start:]
    low, high = float(shown.min()), float(shown.max())
    # A wild forecast leaves the picture.
    room = (high - low) / 2 or 0.5
    bounded = np.clip(said, low - room, high + room)
    low, high = min(low, float(bounded.min())), max(high, float(bounded.max()))
    words, time = data.labels, data.labels.time
    at_place = lambda p: words.start + words.step * p  # noqa: E731
    rows = words.rows
    written = (lambda v: rows[int(v)][:10] if 0 <= int(v) < len(rows) else "") if rows else (lambda v: f"{v:g}")  # fmt: skip
    margin = 0.05 * (high - low) or 0.5
    axes = Axes(
        canvas, look, (70, top + 18, canvas.width - 84, canvas.height - (66 if canvas.width >= 600 else 84 if canvas.width >= 340 else 101)),
        (start if rows else at_place(start), len(truth) - 1 if rows else at_place(len(truth) - 1)),
        (low - margin, high + margin), whole=bool(rows) or words.step == 1, written=written,
        names=(look.pick(time) if time else look.say("time"), target_name(look, data)),
    ).draw()  # fmt: skip
    x = float if rows else at_place
    _, up, right, down = axes.frame
    faint = look.colour("faint")
    if tested:
        border = axes.place(x(int(places[0])), low)[0]
        canvas.add(Line([(border, up - 6), (border, down)], faint, 1, dash=(2, 3)))
        canvas.add(Text((border + 6, up - 4), look.say("test_part"), colour=faint))
    canvas.add(Line([axes.place(x(start + i), v) for i, v in enumerate(shown.tolist())], look.colour("accent"), 1.4))  # fmt: skip
    canvas.add(Line([axes.place(x(p), v) for p, v in zip(places.tolist(), bounded.tolist(), strict=True)], look.colour("positive"), 1.8))  # fmt: skip
    ends = [
        (axes.place(x(len(truth) - 1), float(shown[-1]))[1], look.say("actual"), look.colour("accent")),
        (axes.place(x(int(places[-1])), float(bounded[-1]))[1], look.say("forecast"), look.colour("positive_ink")),
    ]  # fmt: skip
    ends.sort()
    apart = max(0.0, 15 - (ends[1][0] - ends[0][0]))
    for (y, text, ink), by in zip(ends, (-apart / 2, apart / 2), strict=True):
        canvas.add(Text((right + 7, y + by + 4), text, "start", ink, SIZE))
    part = look.say("test_part" if tested else "training_part")
    text = look.say("ahead", n=horizon, part=part, said=short(wrong), last=short(repeated))
    for i, line in enumerate(wrapped(text, SIZE, canvas.width - 28)):
        canvas.add(Text((14, down + 58 + 17 * i), line, colour=faint))


__all__ = ["draw_series"]
