"""The loss over a plane of weights."""

from typing import Annotated

from annotated_types import Interval, Len
from pydantic import Field

from engine.datasets.base import Seed
from engine.studies.directions import Directions
from engine.studies.landscape import MAX_RESOLUTION, MOST_TOLD

from .base import Answer, Wire

Place = Annotated[int, Interval(ge=0, le=2**31)]
# Of what is not finite there is no number.
Loss = float | None


class LandscapeIn(Wire):
    resolution: Annotated[int, Interval(ge=5, le=MAX_RESOLUTION)] = Field(
        default=41,
        description="places along each direction; with an odd one the network itself is in the middle",
    )
    span: Annotated[float, Interval(gt=0, le=1000)] = Field(
        default=1.0,
        description="how far it goes to each side: in lengths of the weights (random), in the weights' own "
        "units (weights), in what covers the path with a fifth of its extent around (pca)",
    )
    directions: Directions = Field(
        default="random",
        description="random: filter-normalised (Li et al. 2018, section 4); pca: the principal directions "
        "of the path walked (section 7); weights: two single weights",
    )
    seed: Seed = Field(default=0, description="of random directions")
    weights: Annotated[list[Place], Len(2, 2)] | None = Field(
        default=None,
        description="of directions weights: two places in the flat vector of all parameters",
    )
    samples: Annotated[int, Interval(ge=1, le=20_000)] | None = Field(
        default=None,
        description="training samples at most, the first of them; null: those that the training loss is "
        "measured on, fewer where that would cost too much",
    )


class LandscapePathOut(Answer):
    """States kept of the run, in order: where they lie in the plane, projected by least squares."""

    steps: list[int]
    a: list[float]
    b: list[float]
    within: list[float | None] = Field(
        description="the share of their squared distance from the network as it is that lies in the plane, "
        "of what updates move; null where there is no distance"
    )
    loss: list[Loss] = Field(description="of these very states, not of their projections")


class LandscapeOut(Answer):
    """The weights at a, b are centre + a * axes[0] + b * axes[1]."""

    step: int
    directions: Directions
    samples: int = Field(description="that every loss is the mean over")
    explained: tuple[float, float] | None = Field(
        description="of pca: the share of the path's squared distance that lies along each direction"
    )
    a: list[float] = Field(description="coordinates of the columns")
    b: list[float] = Field(description="coordinates of the rows")
    centre_loss: Loss = Field(
        description="at 0, 0: the training loss of the network as it is, without penalties"
    )
    path: LandscapePathOut
    rows: list[int] = Field(
        description="loss[k] is the row at b[rows[k]]: while it comes, coarse rows are first; at last all "
        "are sent again, in order"
    )
    loss: list[list[Loss]] = Field(
        description="[row][column] at b, a, evaluated as in prediction; null where it is not finite"
    )
    centre: list[float] | None = Field(
        description=f"the flat vector of all parameters; null of more than {MOST_TOLD}"
    )
    axes: list[list[float]] | None = Field(description="two such vectors; null likewise")
