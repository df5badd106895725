"""Surfaces to descend on: known ones, and any formula in x and y."""

from dataclasses import dataclass, field
from functools import cached_property
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason, Refused
from ..formulas import Node, Slopes, parse, slopes_of, typeset

Array = NDArray[np.float64]
Point = tuple[float, float]
SurfaceName = Literal[
    "bowl", "ravine", "saddle", "plateau", "rosenbrock", "himmelblau", "beale", "rastrigin"
]


class Formula:
    """A formula with what can be asked of it."""

    def __init__(self, text: str) -> None:
        """Raises: Refused, its place "formula" """
        self.text = text.strip()
        self.tree = parse(self.text)
        self.mathml = typeset(self.tree)

    def slopes(self, x: Array, y: Array) -> Slopes:
        """f and its gradient at points of any shape; NaN or infinite where it is not defined."""
        return slopes_of(self.tree, x, y)

    def curvature(self, x: Array, y: Array) -> tuple[Array, Array]:
        """The least and the largest eigenvalue of the Hessian at points of any shape, by central differences
        of the gradient (off by some 1e-8 of its size)."""
        x, y = np.asarray(x, np.float64), np.asarray(y, np.float64)
        hx, hy = 1e-5 * np.maximum(1, np.abs(x)), 1e-5 * np.maximum(1, np.abs(y))
        with np.errstate(all="ignore"):
            right, left = self.slopes(x + hx, y), self.slopes(x - hx, y)
            up, down = self.slopes(x, y + hy), self.slopes(x, y - hy)
            xx, yy = (right.dx - left.dx) / (2 * hx), (up.dy - down.dy) / (2 * hy)
            xy = ((right.dy - left.dy) / (2 * hx) + (up.dx - down.dx) / (2 * hy)) / 2
            middle, off = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
        return middle - off, middle + off

    @cached_property
    def program(self) -> tuple[NDArray[np.int64], Array]:
        """For a stack of numbers: what to do, in order, and the number that goes with it.  (n,), (n,)"""
        from ..kernels.descent import CODES

        steps: list[tuple[int, float]] = []

        def write(node: Node) -> None:
            exponent = node.of[1] if node.op == "power" else None
            if exponent is not None and exponent.op == "number":
                write(node.of[0])
                steps.append((CODES["power_of"], exponent.value))
                return
            for part in node.of:
                write(part)
            steps.append((CODES[node.name if node.op == "variable" else node.op], node.value))

        write(self.tree)
        return np.array([code for code, _ in steps]), np.array([value for _, value in steps])


@dataclass(frozen=True)
class Surface:
    """`minima` are the lowest points there are, none where they are not known; `start` is a good place to begin,
    and `rate` a learning rate that plain gradient descent bears from there."""

    name: str
    text: str
    low: Point
    high: Point
    minima: tuple[Point, ...] = ()
    start: Point = (1.0, 1.0)
    rate: float = 0.01
    summary: dict[str, str] = field(default_factory=dict)

    @cached_property
    def formula(self) -> Formula:
        return Formula(self.text)

    def grid(self, resolution: int) -> tuple[Array, Array, Array]:
        """x and y from low to high, and the values [y][x]; (resolution,), (resolution,), (resolution, resolution)"""
        x = np.linspace(self.low[0], self.high[0], resolution)
        y = np.linspace(self.low[1], self.high[1], resolution)
        return x, y, self.formula.slopes(x[None, :], y[:, None]).value

    @cached_property
    def steepness(self) -> float:
        """The median length of the gradient within the bounds: what noise can be measured by."""
        x = np.linspace(self.low[0], self.high[0], 41)
        y = np.linspace(self.low[1], self.high[1], 41)
        found = self.formula.slopes(x[None, :], y[:, None])
        length = np.hypot(found.dx, found.dy)
        length = length[np.isfinite(length)]
        return float(np.median(length)) if length.size else 0.0


def own(text: str, low: Point, high: Point) -> Surface:
    """A surface of somebody's own.  Raises: Refused (no formula, bounds that hold nothing, or values nowhere)"""
    for axis in (0, 1):
        if low[axis] >= high[axis]:
            raise Refused("low", Reason("low_not_below_high", "low must be below high"))
    surface = Surface(
        "own", text, low, high, (), ((low[0] + 3 * high[0]) / 4, (low[1] + 3 * high[1]) / 4)
    )
    if not np.isfinite(surface.grid(21)[2]).any():
        raise Refused(
            "formula",
            Reason(
                "formula.nowhere_finite",
                "the formula has no finite value between {low} and {high}; change it, or the bounds",
                low=f"({low[0]:g}, {low[1]:g})",
                high=f"({high[0]:g}, {high[1]:g})",
            ),
        )
    return surface


_HIMMELBLAU = ((3.0, 2.0), (-2.805118086952745, 3.131312518250573), (-3.779310253377747, -3.283185991286170),
               (3.584428340330492, -1.848126526964404))  # fmt: skip

SURFACES = {
    surface.name: surface
    for surface in (
        Surface(
            "bowl", "x^2 + y^2", (-3, -3), (3, 3), ((0, 0),), (2.4, 1.6), 0.1,
            {"en": "Equally steep all round, curvature 2: below a rate of 1 every step comes nearer, above it none does.",
             "zh": "四周一样陡，曲率为 2：学习率小于 1 时每一步都更近，大于 1 时则越走越远。"},
        ),
        Surface(
            "ravine", "0.05 x^2 + y^2", (-10, -3), (10, 3), ((0, 0),), (-8.5, 2), 0.5,
            {"en": "Twenty times steeper across than along: the rate that the walls bear is too small for the floor.",
             "zh": "横向比纵向陡二十倍：谷壁能承受的学习率，对谷底来说太小。"},
        ),
        Surface(
            "saddle", "x^2 - y^2 + y^4 / 4", (-2, -2.5), (2, 2.5), ((0, sqrt(2)), (0, -sqrt(2))), (1.6, 0.02), 0.1,
            {"en": "Flat in the middle though no minimum is there: what starts on the ridge leaves it slowly.",
             "zh": "中央平坦却不是极小值：从鞍脊出发，离开得很慢。"},
        ),
        Surface(
            "plateau", "1 - exp(-(x^2 + y^2) / 2)", (-4, -4), (4, 4), ((0, 0),), (2.6, 2.2), 1.0,
            {"en": "Almost no slope until the hole is near: a gradient that has vanished.",
             "zh": "靠近凹处之前几乎没有坡度：梯度消失。"},
        ),
        Surface(
            "rosenbrock", "(1 - x)^2 + 100 (y - x^2)^2", (-2, -1), (2, 3), ((1, 1),), (-1.2, 1), 0.001,
            {"en": "A valley that bends (Rosenbrock 1960): easy to fall into, slow to walk along.",
             "zh": "弯曲的山谷（Rosenbrock 1960）：落入容易，沿谷走慢。"},
        ),
        Surface(
            "himmelblau", "(x^2 + y - 11)^2 + (x + y^2 - 7)^2", (-5, -5), (5, 5), _HIMMELBLAU, (-0.3, -0.9), 0.01,
            {"en": "Four minima, all equally low (Himmelblau 1972): where one starts decides which is found.",
             "zh": "四个同样低的极小值（Himmelblau 1972）：起点决定找到哪一个。"},
        ),
        Surface(
            "beale", "(1.5 - x + x y)^2 + (2.25 - x + x y^2)^2 + (2.625 - x + x y^3)^2", (-4.5, -4.5), (4.5, 4.5),
            ((3, 0.5),), (1, 1.5), 0.002,
            {"en": "Flat in the middle, with cliffs at the corners (Beale 1958).", "zh": "中间平坦，四角是悬崖（Beale 1958）。"},
        ),
        Surface(
            "rastrigin", "20 + x^2 - 10 cos(2 pi x) + y^2 - 10 cos(2 pi y)", (-5.12, -5.12), (5.12, 5.12), ((0, 0),),
            (3.3, -2.3), 0.003,
            {"en": "A bowl full of holes (Rastrigin 1974): noise and momentum get out of some of them.",
             "zh": "布满小坑的碗（Rastrigin 1974）：噪声和动量能走出其中一些。"},
        ),
    )
}  # fmt: skip

__all__ = ["SURFACES", "Formula", "Surface", "SurfaceName", "own"]
