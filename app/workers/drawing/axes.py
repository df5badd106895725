"""The axes of a picture: quiet lines across, figures at both, and what they are of."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from math import ceil, floor, log10

from .canvas import Box, Canvas, Line, Place, Text
from .fonts import width
from .look import Look

SIZE = 12.0
Ends = tuple[float, float]


class Axes:
    """From values to places within a frame (left, top, right, bottom)."""

    def __init__(
        self,
        canvas: Canvas,
        look: Look,
        frame: tuple[float, float, float, float],
        x: Ends,
        y: Ends,
        *,
        names: tuple[str, str] = ("", ""),
        log: bool = False,
        lines: bool = True,
        real: tuple[Callable[[float], float], Callable[[float], float]] | None = None,
        written: Callable[[float], str] | None = None,
        whole: bool = False,
    ) -> None:
        """`real`: an axis' value in the data's own units, a straight function. `written`: what stands at a
        place across in place of its figure. `whole`: only whole numbers across. An axis up without a
        name beside one across that has one says nothing, and has no figures."""
        self.frame, self.log = frame, log
        self.x = apart(x)
        self.y = apart((log10(y[0]), log10(y[1])) if log else y)
        self._canvas, self._look = canvas, look
        self._lines, self._names, self._written, self._whole = lines, names, written, whole
        same: Callable[[float], float] = lambda v: v  # noqa: E731
        self._real = real or (same, same)

    def place(self, x: float, y: float) -> Place:
        """What is outside of the frame lies on its edge, above or below."""
        a, b = self._at(x, y)
        return a, min(self.frame[3], max(self.frame[1], b))

    def _at(self, x: float, y: float) -> Place:
        left, top, right, bottom = self.frame
        v = log10(max(y, 1e-300)) if self.log else y
        u = (x - self.x[0]) / (self.x[1] - self.x[0])
        v = (v - self.y[0]) / (self.y[1] - self.y[0])
        return left + u * (right - left), bottom - v * (bottom - top)

    def trail(self, points: Sequence[tuple[float, float]]) -> list[list[Place]]:
        """A line through values, cut where it leaves the frame above or below."""
        _, top, _, bottom = self.frame
        parts: list[list[Place]] = []
        for (x0, y0), (x1, y1) in pairwise(self._at(x, y) for x, y in points):
            cuts = [(e - y0) / (y1 - y0) for e in (top, bottom) if (y0 - e) * (y1 - e) < 0]
            ends = [0.0, *sorted(cuts), 1.0]
            for a, b in pairwise(ends):
                if not top <= y0 + (a + b) / 2 * (y1 - y0) <= bottom:
                    continue
                start, end = ((x0 + t * (x1 - x0), y0 + t * (y1 - y0)) for t in (a, b))
                if parts and a == 0 and parts[-1][-1] == start:
                    parts[-1].append(end)
                else:
                    parts.append([start, end])
        return parts

    def shows(self, x: float, y: float) -> bool:
        left, top, right, bottom = self.frame
        a, b = self._at(x, y)
        return left - 0.5 <= a <= right + 0.5 and top - 0.5 <= b <= bottom + 0.5

    def draw(self) -> "Axes":
        left, top, right, bottom = self.frame
        add, look = self._canvas.add, self._look
        faint, line = look.colour("faint"), look.colour("line")
        for at, text in self._up():
            if self._lines:
                add(Line([(left, at), (right, at)], line))
            else:
                add(Line([(left - 4, at), (left, at)], faint))
            add(Text((left - 7, at + 4), text, "end", faint, SIZE))
        end = -1e9
        for at, text in self._across():
            half = width(text, SIZE) / 2
            add(Line([(at, bottom), (at, bottom + 4)], faint))
            if at - half < end + 6:
                continue
            add(Text((at, bottom + 18), text, "middle", faint, SIZE))
            end = at + half
        if not self._lines:
            add(Box((left, top), (right - left, bottom - top), "none", look.colour("edge")))
        else:
            add(Line([(left, bottom), (right, bottom)], look.colour("edge")))
        across, up = self._names
        add(Text(((left + right) / 2, bottom + 37), across, "middle", look.colour("ink"), 13))
        add(Text((left - self.room - 10, (top + bottom) / 2), up, "middle", look.colour("ink"), 13, turned=True))  # fmt: skip
        return self

    @property
    def room(self) -> float:
        """How wide the figures of the axis that goes up are."""
        return max((width(text, SIZE) for _, text in self._up()), default=0.0) + 7

    def _up(self) -> list[tuple[float, str]]:
        _, top, _, bottom = self.frame
        if self._names[0] and not self._names[1]:
            return []  # it says nothing
        if self.log:
            values = log_ticks(*self.y)
            return [(self.place(self.x[0], v)[1], f"{v:.4g}".replace("e-0", "e−")) for v in values]
        low, high = (self._real[1](v) for v in self.y)
        marks = ticks(low, high, max(2, (bottom - top) / 48))
        say = figures(marks)
        return [(bottom - (v - low) / (high - low) * (bottom - top), say(v)) for v in marks]

    def _across(self) -> list[tuple[float, str]]:
        left, _, right, _ = self.frame
        low, high = (self._real[0](v) for v in self.x)
        marks = ticks(low, high, max(2, (right - left) / 75), self._whole)
        say = self._written or figures(marks)
        return [(left + (v - low) / (high - low) * (right - left), say(v)) for v in marks]


def apart(ends: Ends) -> Ends:
    low, high = ends
    return (low, high) if high - low > 1e-12 * max(abs(low), abs(high), 1e-300) else (low - 0.5, high + 0.5)  # fmt: skip


def ticks(low: float, high: float, about: float, whole: bool = False) -> list[float]:
    """Round numbers between two, about so many; three at least, unless none but whole ones are wanted."""
    low, high = min(low, high), max(low, high)
    raw = max((high - low) / about, 1e-300)
    power = 10.0 ** floor(log10(raw))
    steps = [power * k for k in (0.1, 0.2, 0.5, 1, 2, 5, 10)]
    at = next((i for i, step in enumerate(steps) if step >= raw * 0.999), len(steps) - 1)
    found: list[float] = []
    for coarse in reversed(steps[max(0, at - 2) : at + 1]):
        step = max(1.0, coarse) if whole else coarse
        first, last = ceil(low / step - 1e-9), floor(high / step + 1e-9)
        found = [float(f"{k * step:.12g}") + 0.0 for k in range(first, last + 1)]
        if len(found) >= 3:
            break
    return found


def log_ticks(low: float, high: float) -> list[float]:
    """Between two powers of ten."""
    span = high - low
    of = [1.0] if span > 2 else [1.0, 2.0, 5.0] if span > 0.8 else [1, 1.5, 2, 3, 4, 5, 6, 8]
    stride = max(1, ceil(span / 6))
    found = [m * 10.0**e for e in range(floor(low), ceil(high) + 1, stride) for m in of]
    return [v for v in found if low <= log10(v) <= high]


def figures(marks: list[float]) -> Callable[[float], str]:
    """How the ticks of one axis are written: all with as many decimals, with a comma from 10,000 on."""
    sizes = [abs(v) for v in marks if v]
    if sizes and (max(sizes) >= 1e7 or min(sizes) < 1e-4):
        return lambda v: f"{v:.3g}".replace("-", "−").replace("e−0", "e−").replace("e+0", "e").replace("e+", "e") if v else "0"  # fmt: skip
    decimals = max((len(f"{v:.6g}".partition(".")[2]) for v in marks if "e" not in f"{v:.6g}"), default=0)  # fmt: skip
    comma = "," if sizes and max(sizes) >= 10_000 else ""
    return lambda v: f"{v:{comma}.{decimals}f}".replace("-", "−")


def short(value: float, digits: int = 3) -> str:
    """A figure in words."""
    said = f"{value:.{digits}g}"
    if "e" in said and abs(value) < 1e7 and abs(value) >= 1:
        said = f"{value:.0f}"
    return said.replace("-", "−").replace("e−0", "e−").replace("e+0", "e").replace("e+", "e")


__all__ = ["SIZE", "Axes", "Ends", "apart", "figures", "log_ticks", "short", "ticks"]
