"""The loss over the steps: named at the ends of its lines, batches as a pale band, the best step marked."""

from math import floor, isfinite, log10
from typing import Any

from engine.baselines import baseline
from engine.experiment import Experiment

from .axes import SIZE, Axes, short
from .canvas import Area, Canvas, Dot, Line, Place, Text
from .fonts import width
from .look import Look

STRETCHES = 48
MOST_POINTS = 1000
# Early losses may be so much higher than later ones before the axis leaves them out, as on the page.
SPIKE, EARLY = 2.5, 0.06

Points = list[tuple[float, float]]


def draw_loss(canvas: Canvas, look: Look, experiment: Experiment, top: float) -> None:
    course, log = experiment.course(), look.scale == "log"
    band = _stretches(course, log)
    lines = [
        ("train", look.colour("accent"), look.colour("accent"), None, _known(course, "train_loss", log)),
        ("test", look.colour("positive"), look.colour("positive_ink"), (5.0, 3.0), _known(course, "test_loss", log)),
    ]  # fmt: skip
    lines = [line for line in lines if line[-1]]
    if not course["step"] or not (lines or band):
        canvas.add(Text((canvas.width / 2, canvas.height / 2), look.say("no_steps"), "middle", look.colour("faint")))  # fmt: skip
        return
    last = max([1.0, *(s for *_, points in lines for s, _ in points), *course["step"][-1:]])
    low, high = _range([p for *_, points in lines for p in points], band, last, log)
    simplest = baseline(experiment.dataset, experiment.spec.loss)
    level = None
    if simplest is not None and simplest.loss_name == experiment.spec.loss:
        level = simplest.loss if simplest.test_loss is None else simplest.test_loss
    if level is not None and high < level <= SPIKE * high:
        high = level * (1.3 if log else 1.06)
    if level is not None and log and 0 < level < low:
        low = max(level * 0.8, low / 100)
    axes = Axes(
        canvas, look, (70, top + 10, canvas.width - 64, canvas.height - 50), (0, last), (low, high), log=log,
        names=(look.say("step"), f"{look.say('loss')} ({experiment.spec.loss.replace('_', ' ')})"), whole=True,
    ).draw()  # fmt: skip
    if len(band) > 1:
        way = [axes.place(x, v) for x, _, v in band] + [axes.place(x, v) for x, v, _ in band[::-1]]
        canvas.add(Area(way, look.colour("accent"), 0.16))
    for _, colour, _, dash, points in lines:
        canvas.add(*(Line(part, colour, 2, dash=dash) for part in axes.trail(points)))
    trails = [part for *_, points in lines for part in axes.trail(points)]
    taken = _best(canvas, look, experiment, axes, trails, log)
    _level(canvas, look, axes, level, "" if simplest is None else simplest.kind, taken)
    if experiment.step < last and experiment.step < experiment.last_step:
        x = axes.place(experiment.step, low)[0]
        canvas.add(Line([(x, axes.frame[1]), (x, axes.frame[3])], look.colour("faint")))
        canvas.add(Text((x + 4, axes.frame[1] + 12), look.say("now", step=f"{experiment.step:,}"), colour=look.colour("faint")))  # fmt: skip
    ends = [(axes.place(*points[-1])[1], look.say(name), ink) for name, _, ink, _, points in lines]
    if len(band) > 1:
        x, down, up = band[-1]
        ends.append((axes.place(x, (down * up) ** 0.5 if log else (down + up) / 2)[1], look.say("batch"), look.colour("faint")))  # fmt: skip
    _names(canvas, ends, axes)


def _known(course: dict[str, list[Any]], name: str, log: bool) -> Points:
    pairs = zip(course["test_step"], course[name], strict=True)
    points = [(float(s), float(v)) for s, v in pairs if v is not None and isfinite(v) and (not log or v > 0)]  # fmt: skip
    stride = max(1, -(-len(points) // MOST_POINTS))
    return points[::stride] + (points[-1:] if (len(points) - 1) % stride else [])


def _stretches(course: dict[str, list[Any]], log: bool) -> list[tuple[float, float, float]]:
    """Least and greatest batch loss of equal stretches of the run: (step, least, greatest)."""
    steps = course["step"]
    if not steps:
        return []
    last, found = float(steps[-1]), {}
    for step, low, high in zip(steps, course["low"], course["high"], strict=True):
        if (
            low is None
            or high is None
            or not (isfinite(low) and isfinite(high))
            or (log and low <= 0)
        ):
            continue
        k = min(STRETCHES - 1, floor((step - 0.5) / last * STRETCHES))
        known = found.get(k, (low, high))
        found[k] = (min(known[0], low), max(known[1], high))
    parts = [((k + 0.5) * last / STRETCHES, low, high) for k, (low, high) in sorted(found.items())]
    if len(parts) > 1:
        parts[0], parts[-1] = (0.0, *parts[0][1:]), (last, *parts[-1][1:])
    return parts


def _range(points: Points, band: list[tuple[float, float, float]], last: float, log: bool) -> tuple[float, float]:  # fmt: skip
    """What the axis shows: a spike at the beginning does not own it."""
    every = [v for _, v in points] or [v for _, low, high in band for v in (low, high)]
    late = [v for s, v in points if s >= EARLY * last]
    highs = sorted(high for x, _, high in band if x >= EARLY * last)
    if highs:
        late.append(highs[int((len(highs) - 1) * 0.95)])
    top = max(late or every)
    high = max(top, *every) if max(every) <= SPIKE * top else top * 1.15
    if log:
        low = 10 ** (floor(log10(min(every)) * 4) / 4)
        return low, max(high * 1.1, low * 2)
    low = min(every)
    low = low - 0.05 * (high - low) if low < 0 else 0.0
    return low, low + (high - low) * 1.05 if high > low else low + 1


def _level(canvas: Canvas, look: Look, axes: Axes, level: float | None, kind: str, taken: Place | None) -> None:  # fmt: skip
    """The simplest answer's loss, dashed and named; beyond the picture it is named with an arrow."""
    if level is None:
        return
    left, top, right, bottom = axes.frame
    text, faint = f"{look.say(kind)} {short(level)}", look.colour("faint")
    seen = axes.shows(axes.x[0], level)
    y = axes.place(axes.x[0], level)[1] if seen else top
    if seen:
        canvas.add(Line([(left, y), (right, y)], faint, 1, dash=(2, 4)))
    elif (axes.log and log10(max(level, 1e-300)) < axes.y[0]) or (
        not axes.log and level < axes.y[0]
    ):
        return
    else:
        text += " ↑"
    at = min(bottom - 4, y + 15 if y < top + 20 else y - 6)
    halo, wide = look.colour("paper"), width(text, SIZE)
    # Not where the best step is named.
    if taken and abs(at - taken[1]) < 16 and taken[0] > right - wide - 20:
        at = min(bottom - 4, y + 15) if abs(y + 15 - taken[1]) >= 16 else taken[1] - 17
    canvas.add(Text((right - 6, at), text, "end", faint, SIZE, halo=halo))


def _best(canvas: Canvas, look: Look, experiment: Experiment, axes: Axes, trails: list[list[Place]], log: bool) -> Place | None:  # fmt: skip
    """Marks it; where its words end."""
    best = experiment.best
    # Without test samples it would be the last step, nearly always.
    if best is None or not len(experiment.dataset.test_inputs) or not isfinite(best.loss) or (log and best.loss <= 0):  # fmt: skip
        return None
    x, y = axes.place(best.step, best.loss)
    canvas.add(Dot((x, y), 4.5, "none", look.colour("positive"), 2, "best"))
    text = look.say("best", loss=short(best.loss), step=f"{best.step:,}")
    wide, (left, top, right, bottom) = width(text, SIZE), axes.frame
    at = min(right - 4, max(left + wide + 8, x + wide / 2))
    # Above the lines where it stands, else below its mark.
    high = min([y, *(b for part in trails for a, b in part if at - wide - 4 < a < at + 4)])
    base = high - 10 if high - 26 > top else min(y + 22, bottom - 4)
    canvas.add(
        Text((at, base), text, "end", look.colour("positive_ink"), SIZE, halo=look.colour("paper"))
    )
    return at, base


def _names(canvas: Canvas, ends: list[tuple[float, str, str]], axes: Axes) -> None:
    """The lines' names at their ends, apart from one another."""
    _, top, right, bottom = axes.frame
    ends = sorted(ends)
    places = [max(top + 6, min(bottom - 6, y)) for y, _, _ in ends]
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + 14)
    over = max(0.0, places[-1] - (bottom - 6)) if places else 0
    for at, (_, text, ink) in zip(places, ends, strict=True):
        canvas.add(Text((right + 7, at - over + 4), text, "start", ink, SIZE))


__all__ = ["draw_loss"]
