"""A drawing as a list of marks, written as SVG or painted as PNG: the same picture in both.

Sizes are in pixels of the SVG; a PNG has SCALE times as many.
"""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from io import BytesIO
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SCALE = 2
PAPER, INK, FAINT, GRID = "#ffffff", "#1c2126", "#59626b", "#e1e4e6"

Place = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, slots=True)
class Line:
    points: Sequence[Place]
    colour: str = INK
    width: float = 1.0
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Area:
    """A closed shape, filled."""

    points: Sequence[Place]
    colour: str
    opacity: float = 1.0


@dataclass(frozen=True, slots=True)
class Dot:
    place: Place
    radius: float
    colour: str
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Box:
    """From a corner, so wide and high."""

    place: Place
    size: Place
    colour: str
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """`place` is on the baseline."""

    place: Place
    text: str
    anchor: Anchor = "start"
    colour: str = INK
    size: float = 13


@dataclass(frozen=True, slots=True)
class Raster:
    """pixels: (rows, columns, 3) of 0 to 255, the first row on top, stretched over the box"""

    place: Place
    size: Place
    pixels: NDArray[np.uint8]


Mark = Line | Area | Dot | Box | Text | Raster


@dataclass(slots=True)
class Canvas:
    width: float
    height: float
    title: str
    marks: list[Mark] = field(default_factory=list)

    def add(self, *marks: Mark) -> None:
        self.marks += marks


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _points(points: Sequence[Place]) -> str:
    return " ".join(f"{_n(x)},{_n(y)}" for x, y in points)


def svg(canvas: Canvas) -> bytes:
    size = f'width="{_n(canvas.width)}" height="{_n(canvas.height)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {_n(canvas.width)} '
        f'{_n(canvas.height)}" role="img" font-family="system-ui, sans-serif">',
        f"<title>{escape(canvas.title)}</title>",
        f'<rect {size} fill="{PAPER}"/>',
        *map(_svg_of, canvas.marks),
        "</svg>",
    ]
    return "\n".join(parts).encode()


def _svg_of(mark: Mark) -> str:
    match mark:
        case Line(points, colour, width, opacity):
            return (
                f'<polyline points="{_points(points)}" fill="none" stroke="{colour}" stroke-width="{_n(width)}" '
                f'stroke-opacity="{_n(opacity)}" stroke-linejoin="round"/>'
            )
        case Area(points, colour, opacity):
            return f'<polygon points="{_points(points)}" fill="{colour}" fill-opacity="{_n(opacity)}"/>'
        case Dot((x, y), radius, colour, edge):
            return (
                f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{colour}"{_edge(edge)}/>'
            )
        case Box((x, y), (w, h), colour, edge):
            return f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" fill="{colour}"{_edge(edge)}/>'
        case Text((x, y), text, anchor, colour, size):
            return (
                f'<text x="{_n(x)}" y="{_n(y)}" text-anchor="{anchor}" fill="{colour}" '
                f'font-size="{_n(size)}">{escape(text)}</text>'
            )
        case Raster((x, y), (w, h), pixels):
            file = BytesIO()
            Image.fromarray(pixels).save(file, "PNG")
            data = b64encode(file.getvalue()).decode()
            return (
                f'<image x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" '
                f'preserveAspectRatio="none" href="data:image/png;base64,{data}"/>'
            )


def _edge(colour: str) -> str:
    return f' stroke="{colour}" stroke-width="1"' if colour else ""


def image(canvas: Canvas, scale: int = SCALE) -> Image.Image:
    """The same, painted."""
    size = (round(canvas.width * scale), round(canvas.height * scale))
    whole = Image.new("RGB", size, PAPER)
    pen = ImageDraw.Draw(whole, "RGBA")
    for mark in canvas.marks:
        _paint(whole, pen, mark, scale)
    return whole


def png(canvas: Canvas) -> bytes:
    file = BytesIO()
    image(canvas).save(file, "PNG", compress_level=3)
    return file.getvalue()


def _faded(colour: str, opacity: float) -> tuple[int, ...]:
    parts = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return (*parts, round(255 * opacity))


def _paint(whole: Image.Image, pen: Any, mark: Mark, s: int) -> None:
    match mark:
        case Line(points, colour, width, opacity):
            places = [(x * s, y * s) for x, y in points]
            pen.line(places, _faded(colour, opacity), max(1, round(width * s)), joint="curve")
        case Area(points, colour, opacity):
            pen.polygon([(x * s, y * s) for x, y in points], _faded(colour, opacity))
        case Dot((x, y), radius, colour, edge):
            box = [(x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s]
            pen.ellipse(box, colour, edge or None, s if edge else 0)
        case Box((x, y), (w, h), colour, edge):
            pen.rectangle([x * s, y * s, (x + w) * s, (y + h) * s], colour, edge or None, s)
        case Text((x, y), text, anchor, colour, size):
            where = {"start": "ls", "middle": "ms", "end": "rs"}[anchor]
            # The letters that Pillow brings along are those of Latin-1.
            text = text.replace("−", "-").encode("latin-1", "replace").decode("latin-1")
            pen.text((x * s, y * s), text, colour, ImageFont.load_default(size * s), where)
        case Raster((x, y), (w, h), pixels):
            part = Image.fromarray(pixels).resize(
                (round(w * s), round(h * s)), Image.Resampling.NEAREST
            )
            whole.paste(part, (round(x * s), round(y * s)))


__all__ = ["Area", "Box", "Canvas", "Dot", "Line", "Mark", "Raster", "Text", "image", "png", "svg"]
