"""A drawing as a list of marks, written as SVG or painted as PNG: the same picture in both.

Sizes are in pixels of the SVG; a PNG has SCALE times as many.
"""

import math
import re
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from itertools import pairwise
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, PngImagePlugin

from .fonts import write

SCALE = 2
# A picture is painted so many times larger than it is to be, for smooth edges, up to so many pixels.
FINE, MOST_PIXELS = 2, 26_000_000
FONTS = "system-ui, 'Noto Sans', 'PingFang SC', 'Microsoft YaHei', 'Noto Sans CJK SC', sans-serif"
# What XML 1.0 cannot hold, even escaped.
_UNHELD = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")

Place = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Line:
    points: Sequence[Place]
    colour: str
    width: float = 1.0
    opacity: float = 1.0
    dash: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True)
class Bend:
    """From a place to another, leaving and coming in level: a weight between two units."""

    start: Place
    end: Place
    colour: str
    width: float = 1.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Area:
    """A closed shape, filled."""

    points: Sequence[Place]
    colour: str
    opacity: float = 1.0
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """`colour` is "none" where it is a ring."""

    place: Place
    radius: float
    colour: str
    edge: str = ""
    thick: float = 1.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Symbol:
    """A class's shape, as the page has it: the same number is the same shape."""

    place: Place
    radius: float
    kind: int
    colour: str
    edge: str = ""
    thick: float = 1.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """From a corner, so wide and high."""

    place: Place
    size: Place
    colour: str
    edge: str = ""
    round: float = 0.0


@dataclass(frozen=True, slots=True)
class Text:
    """`place` is on the baseline. `turned` runs upwards; a `halo` of that colour keeps it clear of lines."""

    place: Place
    text: str
    anchor: Anchor = "start"
    colour: str = ""
    size: float = 12
    turned: bool = False
    halo: str = ""


@dataclass(frozen=True, slots=True)
class Raster:
    """pixels: (rows, columns, 3) of 0 to 255, the first row on top, stretched over the box; `smooth` or
    each a square of its own"""

    place: Place
    size: Place
    pixels: NDArray[np.uint8]
    smooth: bool = True


Mark = Line | Bend | Area | Dot | Symbol | Box | Text | Raster


@dataclass(slots=True)
class Canvas:
    width: float
    height: float
    title: str
    paper: str
    ink: str
    marks: list[Mark] = field(default_factory=list)

    def add(self, *marks: Mark) -> None:
        self.marks += marks


def outline(kind: int, x: float, y: float, r: float) -> list[Place]:
    """Corners of a class's shape but for the circle, that of class 0: square, triangle, diamond, plus, cross,
    pentagon, hexagon."""
    if kind == 1:
        h = 0.85 * r
        return [(x - h, y - h), (x + h, y - h), (x + h, y + h), (x - h, y + h)]
    if kind in (4, 5):
        t = r / 3
        arms = [(-t, -r), (t, -r), (t, -t), (r, -t), (r, t), (t, t), (t, r), (-t, r), (-t, t), (-r, t), (-r, -t), (-t, -t)]  # fmt: skip
        if kind == 5:
            arms = [(math.sqrt(0.5) * (a - b), math.sqrt(0.5) * (a + b)) for a, b in arms]
        return [(x + a, y + b) for a, b in arms]
    sides = {2: 3, 3: 4, 6: 5, 7: 6}[kind]
    turns = [-math.pi / 2 + i * 2 * math.pi / sides for i in range(sides)]
    return [(x + 1.2 * r * math.cos(a), y + 1.2 * r * math.sin(a)) for a in turns]


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _points(points: Sequence[Place]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def _held(text: str) -> str:
    return escape(_UNHELD.sub("\ufffd", text))


def svg(canvas: Canvas) -> bytes:
    size = f'width="{_n(canvas.width)}" height="{_n(canvas.height)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {_n(canvas.width)} '
        f'{_n(canvas.height)}" role="img" font-family="{FONTS}">',
        f"<title>{_held(canvas.title)}</title>",
        f'<rect {size} fill="{canvas.paper}"/>',
        *(_svg_of(mark, canvas.ink) for mark in canvas.marks),
        "</svg>",
    ]
    return "\n".join(parts).encode()


def _svg_of(mark: Mark, ink: str) -> str:
    match mark:
        case Line(points, colour, width, opacity, dash):
            dashed = f' stroke-dasharray="{_n(dash[0])} {_n(dash[1])}"' if dash else ""
            return (
                f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="{_n(width)}"'
                f'{_faint("stroke", opacity)} stroke-linejoin="round"{dashed}/>'
            )
        case Bend((x0, y0), (x1, y1), colour, width, opacity):
            m = _n((x0 + x1) / 2)
            way = f"M{_n(x0)} {_n(y0)}C{m} {_n(y0)} {m} {_n(y1)} {_n(x1)} {_n(y1)}"
            return f'<path d="{way}" fill="none" stroke="{colour}" stroke-width="{_n(width)}"{_faint("stroke", opacity)}/>'
        case Area(points, colour, opacity, edge):
            return f'<polygon points="{_points(points)}" fill="{colour}"{_faint("fill", opacity)}{_edge(edge)}/>'
        case Dot((x, y), radius, colour, edge, thick, name):
            return f'<circle{_named(name)} cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{colour}"{_edge(edge, thick)}/>'
        case Symbol((x, y), radius, kind, colour, edge, thick, name):
            if kind % 8 == 0:
                return _svg_of(Dot(mark.place, radius, colour, edge, thick, name), ink)
            return f'<polygon{_named(name)} points="{_points(outline(kind % 8, x, y, radius))}" fill="{colour}"{_edge(edge, thick)}/>'
        case Box((x, y), (w, h), colour, edge, corner):
            rounded = f' rx="{_n(corner)}"' if corner else ""
            return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}"{rounded} fill="{colour}"{_edge(edge)}/>'
        case Text((x, y), text, anchor, colour, size, turned, halo):
            round_it = (
                f' stroke="{halo}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
                if halo
                else ""
            )
            turn = f' transform="rotate(-90 {_n(x)} {_n(y)})"' if turned else ""
            return (
                f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{colour or ink}" '
                f'font-size="{_n(size)}"{turn}{round_it} xml:space="preserve">{_held(text)}</text>'
            )
        case Raster((x, y), (w, h), pixels, smooth):
            if not smooth:  # whoever shows it would smooth it: large squares stay squares
                times = max(1, min(16, round(2 * w / pixels.shape[1])))
                pixels = pixels.repeat(times, 0).repeat(times, 1)
            file = BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            data = b64encode(file.getvalue()).decode()
            return (
                f'<image x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" preserveAspectRatio="none" '
                f'image-rendering="optimizeQuality" href="data:image/png;base64,{data}"/>'
            )


def _named(name: str) -> str:
    return f' class="{name}"' if name else ""


def _faint(what: str, opacity: float) -> str:
    return f' {what}-opacity="{_n(opacity)}"' if opacity < 1 else ""


def _edge(colour: str, thick: float = 1.0) -> str:
    return f' stroke="{colour}" stroke-width="{_n(thick)}"' if colour else ""


def image(canvas: Canvas, scale: int = SCALE) -> Image.Image:
    """The same, painted."""
    pixels = canvas.width * canvas.height * scale * scale
    fine = FINE if pixels * FINE * FINE <= MOST_PIXELS else 1
    s = scale * fine
    whole = Image.new("RGB", (round(canvas.width) * s, round(canvas.height) * s), canvas.paper)
    pen = ImageDraw.Draw(whole, "RGBA")
    for mark in canvas.marks:
        _paint(whole, pen, mark, s, canvas.ink)
    return whole.reduce(fine) if fine > 1 else whole


def png(canvas: Canvas) -> bytes:
    file, said = BytesIO(), PngImagePlugin.PngInfo()
    said.add_itxt("Title", canvas.title.replace("\0", ""))
    image(canvas).save(file, "PNG", compress_level=3, pnginfo=said, dpi=(96 * SCALE, 96 * SCALE))
    return file.getvalue()


def _faded(colour: str, opacity: float) -> tuple[int, ...]:
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return (*parts, round(255 * opacity))


def _paint(whole: Image.Image, pen: Any, mark: Mark, s: int, ink: str) -> None:
    match mark:
        case Line(points, colour, width, opacity, dash):
            for part in _dashes(points, dash) if dash else [points]:
                places = [(x * s, y * s) for x, y in part]
                pen.line(places, _faded(colour, opacity), max(1, round(width * s)), joint="curve")
        case Bend(start, end, colour, width, opacity):
            pen.polygon(_ribbon(start, end, width, s), _faded(colour, opacity))
        case Area(points, colour, opacity, edge):
            places = [(x * s, y * s) for x, y in points]
            pen.polygon(places, _faded(colour, opacity))
            if edge:
                pen.line([*places, places[0]], edge, s)
        case Dot((x, y), radius, colour, edge, thick):
            # A stroke lies half outside of what it goes round.
            r = radius + (thick / 2 if edge else 0)
            box = [(x - r) * s, (y - r) * s, (x + r) * s, (y + r) * s]
            fill = None if colour == "none" else colour
            pen.ellipse(box, fill, edge or None, max(1, round(thick * s)) if edge else 0)
        case Symbol((x, y), radius, kind, colour, edge, thick, _):
            if kind % 8 == 0:
                _paint(whole, pen, Dot(mark.place, radius, colour, edge, thick), s, ink)
                return
            places = [(a * s, b * s) for a, b in outline(kind % 8, x, y, radius)]
            pen.polygon(places, colour)
            if edge:
                pen.line([*places, *places[:2]], edge, max(1, round(thick * s)), joint="curve")
        case Box((x, y), (w, h), colour, edge, corner):
            fill, box = (
                (None if colour == "none" else colour),
                [x * s, y * s, (x + w) * s, (y + h) * s],
            )
            pen.rounded_rectangle(box, corner * s, fill, edge or None, s if edge else 0)
        case Text((x, y), text, anchor, colour, size, turned, halo):
            write(pen, x * s, y * s, text, anchor, colour or ink, size * s, turned, halo)
        case Raster((x, y), (w, h), pixels, smooth):
            how = Image.Resampling.BICUBIC if smooth else Image.Resampling.NEAREST
            left, top = round(x * s), round(y * s)
            size = max(1, round((x + w) * s) - left), max(1, round((y + h) * s) - top)
            whole.paste(Image.fromarray(pixels).resize(size, how), (left, top))


def _ribbon(start: Place, end: Place, width: float, s: int) -> list[Place]:
    """The outline of a bend: many short strokes would lie on one another where it is faint."""
    (x0, y0), (x1, y1) = start, end
    t = np.linspace(0, 1, 17)
    x = x0 + (x1 - x0) * (1.5 * t * (1 - t) ** 2 + 1.5 * t**2 * (1 - t) + t**3)
    y = y0 + (y1 - y0) * (3 * t**2 * (1 - t) + t**3)
    dx, dy = np.gradient(x), np.gradient(y)
    half = np.maximum(width / 2, 0.5 / s) / np.maximum(np.hypot(dx, dy), 1e-9)
    there = np.stack([x - dy * half, y + dx * half], 1)
    back = np.stack([x + dy * half, y - dx * half], 1)[::-1]
    return [(float(a) * s, float(b) * s) for a, b in np.concatenate([there, back])]


def _dashes(points: Sequence[Place], dash: tuple[float, float]) -> list[list[Place]]:
    """The strokes of a dashed line."""
    parts: list[list[Place]] = [[points[0]]] if points else []
    on, left = True, dash[0]
    for (x0, y0), (x1, y1) in pairwise(points):
        whole = math.hypot(x1 - x0, y1 - y0)
        gone = 0.0
        while whole - gone > left:
            gone += left
            place = (x0 + (x1 - x0) * gone / whole, y0 + (y1 - y0) * gone / whole)
            if on:
                parts[-1].append(place)
            else:
                parts.append([place])
            on = not on
            left = dash[0] if on else dash[1]
        left -= whole - gone
        if on:
            parts[-1].append((x1, y1))
    return [part for part in parts if len(part) > 1]


__all__ = [
    "Area", "Bend", "Box", "Canvas", "Dot", "Line", "Mark", "Place", "Raster", "Symbol", "Text", "image",
    "outline", "png", "svg",
]  # fmt: skip
