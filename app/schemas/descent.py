"""Descent on surfaces: what is asked for, and what was walked."""

from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import BeforeValidator, Field

from engine.datasets.base import Seed
from engine.descent import SURFACES, Surface, SurfaceName, own
from engine.errors import Reason, Refused
from engine.formulas import FUNCTIONS, MAX_LENGTH
from engine.optimizers import SGD

from .base import Answer, Wire
from .spec import OptimizerIn
from .worked import LineOut

MAX_STEPS = 10_000
MAX_RACERS = 16
MAX_RESOLUTION = 201
MAX_COORDINATE = 1e6

Coordinate = Annotated[float, Interval(ge=-MAX_COORDINATE, le=MAX_COORDINATE)]
PointIn = Annotated[list[Coordinate], Len(2, 2)]
Pair = list[float]


class SurfaceIn(Wire):
    """One of the known surfaces by its name, or one's own: a formula in x and y between two corners."""

    name: SurfaceName | None = None
    formula: Annotated[str, Len(1, MAX_LENGTH)] | None = Field(
        default=None,
        description="in x and y, such as x^2 + 3 sin(y); it is read into known operations and never run as "
        "code. Functions: " + ", ".join(FUNCTIONS),
    )
    low: PointIn = Field(
        default=[-3.0, -3.0], description="of a formula: x and y of the lower left corner"
    )
    high: PointIn = Field(
        default=[3.0, 3.0], description="of a formula: x and y of the upper right corner"
    )

    def surface(self) -> Surface:
        """Raises: Refused"""
        name, formula = self.name, self.formula
        if (name is None) == (formula is None):
            raise Refused(
                "surface",
                Reason("surface.one_of", "give the name of a surface, or a formula, and not both"),
            )
        if name is not None:
            return SURFACES[name]
        try:
            return own(formula or "", (self.low[0], self.low[1]), (self.high[0], self.high[1]))
        except Refused as error:
            raise error.within("surface") from error


def _named(value: Any) -> Any:
    """A name alone means the surface of that name."""
    return {"name": value} if isinstance(value, str) else value


AnySurface = Annotated[
    SurfaceIn, BeforeValidator(_named, json_schema_input_type=SurfaceName | SurfaceIn)
]


class ValuesIn(Wire):
    surface: AnySurface = Field(
        default=SurfaceIn(name="rosenbrock"), description="a name, or a formula"
    )
    resolution: Annotated[int, Interval(ge=2, le=MAX_RESOLUTION)] = Field(
        default=81, description="points a side"
    )


class SurfaceOut(Answer):
    name: str
    summary: dict[str, str] = Field(description="in a sentence, by language")
    text: str = Field(description="its formula, as it is typed")
    formula: str = Field(description="the same in MathML")
    low: Pair
    high: Pair
    minima: list[Pair] = Field(description="the lowest points there are; none where not known")
    start: Pair = Field(description="a good place to begin")
    rate: float = Field(description="a learning rate that plain gradient descent bears from there")
    steepness: float | None = Field(
        description="median length of the gradient between low and high: what noise can be measured by"
    )


class SurfaceValuesOut(SurfaceOut):
    x: list[float]
    y: list[float]
    values: list[list[float | None]] = Field(
        description="[y][x], the lowest y first; null: not finite"
    )


class _OnSurface(Wire):
    surface: AnySurface = Field(
        default=SurfaceIn(name="rosenbrock"), description="a name, or a formula"
    )
    start: PointIn | None = Field(
        default=None, description="x and y; null: the surface's own start"
    )
    noise: Annotated[float, Interval(ge=0, le=1e9)] = Field(
        default=0.0,
        description="standard deviation of what is added to each component of the gradient, as the gradients of "
        "mini-batches differ from that of all samples; the same for all optimizers",
    )
    seed: Seed = Field(default=0, description="of the noise")

    def begin(self, surface: Surface) -> tuple[float, float]:
        return surface.start if self.start is None else (self.start[0], self.start[1])


class DescentIn(_OnSurface):
    steps: Annotated[int, Interval(ge=1, le=MAX_STEPS)] = 500
    optimizers: Annotated[list[OptimizerIn], Len(1, MAX_RACERS)] = Field(
        default=[SGD(learning_rate=0.001)]
    )
    slots: bool = Field(default=True, description="tell what the optimizers keep, too")


class DescentPathOut(Answer):
    """One more point than updates."""

    optimizer: dict[str, Any]
    points: list[Pair]
    values: list[float | None]
    gradients: list[list[float | None]] = Field(description="of the surface, without noise")
    curvatures: list[float | None] = Field(
        description="of the Hessian's eigenvalues the one of largest size: where the rate of plain gradient descent "
        "times it passes 2, a step lands farther out than it began"
    )
    slots: dict[str, list[Pair]] | None = Field(
        description="what the optimizer keeps, by name, before the update from each point"
    )
    state: Literal["done", "diverged"] = Field(
        description="diverged: the surface is not finite at the last point, and the path ends there"
    )


class DescentOut(Answer):
    surface: SurfaceOut
    start: Pair
    paths: list[DescentPathOut]


class DescentStepIn(_OnSurface):
    optimizer: OptimizerIn = SGD(learning_rate=0.001)
    step: Annotated[int, Interval(ge=0, le=MAX_STEPS - 1)] = Field(
        default=0, description="the update that leaves the path's point of this number"
    )


class DescentStepOut(Answer):
    step: int
    point: Pair
    gradient: Pair = Field(description="that the optimizer is given, with the noise")
    after: list[float | None]
    lines: dict[Literal["x", "y"], list[LineOut]] = Field(
        description="symbol = substitution = result, for each coordinate"
    )
