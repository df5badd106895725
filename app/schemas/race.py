"""Races of variants, the rate finder, and what if."""

from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import Field

from engine.studies.race import MAX_RACE_STEPS, MAX_VARIANTS
from engine.studies.rate_finder import MAX_FINDER_STEPS

from .base import Answer, Wire
from .inspection import BoundaryOut
from .network import DivergenceOut
from .spec import PatchIn, SpecIn

MAX_WHAT_IF_STEPS = 20_000
Figure = float | None
Rate = Annotated[float, Interval(ge=1e-9, le=100)]


class RaceIn(Wire):
    spec: SpecIn = Field(default_factory=SpecIn, description="what all variants have in common")
    vary: Annotated[
        dict[Annotated[str, Len(1, 80)], Annotated[list[Any], Len(1, MAX_VARIANTS)]], Len(1, 2)
    ] = Field(
        default={"optimizer.learning_rate": [0.003, 0.01, 0.03, 0.1, 0.3]},
        description="the values of one or two settings by their path in the spec: optimizer.learning_rate, "
        "optimizer, layers.*.activation, layers.*.units (of every hidden layer that has it), layers.0.units, "
        "depth (the number of hidden layers, all dense), initializer, regularization.l2, batch_size, seed, ..; "
        f"every combination is a variant, 2 to {MAX_VARIANTS} of them",
    )
    steps: Annotated[int, Interval(ge=1, le=MAX_RACE_STEPS)] = Field(
        default=2000, description="updates of each variant"
    )
    target_loss: Annotated[float, Interval(ge=0, le=1e9)] | None = Field(
        default=None, description="a loss that is asked for when each first came down to it"
    )


class RaceCourseOut(Answer):
    step: list[int] = Field(default=[], description="after how many updates")
    loss: list[Figure] = Field(
        default=[],
        description="mean of the batch losses since the point before, at most 100 points",
    )
    test_step: list[int] = Field(default=[])
    test_loss: list[Figure] = Field(default=[], description="over the test part")


class RacePictureOut(Answer):
    """What a variant says over what its data are drawn on, small."""

    kind: Literal["plane", "curve", "series"]
    side: int | None = Field(default=None, description="of a plane: places along each axis")
    outputs: int | None = Field(default=None, description="of a plane: outputs at every place")
    least: float | None = Field(default=None, description="what level 0 means")
    greatest: float | None = Field(default=None, description="what level 255 means")
    levels: str | None = Field(
        default=None, description="base64 of a byte for every [y][x][output], the lowest y first"
    )
    x: list[float] | None = Field(
        default=None, description="of a curve: where; of a series: places"
    )
    y: list[Figure] | None = Field(default=None, description="what it says, as the data are scaled")
    truth: list[Figure] | None = Field(default=None, description="of a series")


class VariantOut(Answer):
    k: int = Field(description="its place in the list")
    values: dict[str, Any] = Field(description="of the settings that are varied")
    state: Literal["waiting", "running", "done", "diverged"] = Field(
        default="waiting", description="diverged: it stopped with its last finite weights"
    )
    step: int = 0
    course: RaceCourseOut = Field(default_factory=RaceCourseOut)
    loss: Figure = Field(default=None, description="over the training part, without penalties")
    test_loss: Figure = Field(default=None, description="over the test part")
    best_loss: Figure = Field(
        default=None, description="lowest that was measured: of the test part, where there is one"
    )
    best_step: int | None = None
    metrics: dict[str, Figure] = Field(default={})
    steps_to_target: int | None = Field(
        default=None,
        description="first step after which the mean batch loss of the last epoch was no larger than the target",
    )
    seconds: float = Field(default=0.0, description="of a core, for its training alone")
    divergence: DivergenceOut | None = None
    picture: RacePictureOut | None = None


class RaceGroupOut(Answer):
    """All variants that differ in nothing but the seed."""

    values: dict[str, Any]
    ended: int
    diverged: int
    mean: dict[str, Figure] = Field(description="of loss, test_loss and every metric")
    spread: dict[str, Figure] = Field(
        description="standard deviation over the seeds (n - 1); null of fewer than two"
    )
    reached: int = Field(description="of how many the loss came down to the target")
    steps_to_target: Figure = Field(description="mean over these")


class ComparisonOut(Answer):
    by: str = Field(description="the figure by which best and second are told")
    groups: list[RaceGroupOut]
    best: int | None = Field(description="the place of the best of the groups")
    second: int | None
    within: bool | None = Field(
        description="the difference between best and second is no larger than the larger spread over their "
        "seeds: with other seeds it might be the other way round; null where no seeds were varied"
    )
    sentence: str | None = Field(default=None, description="the same in words, in English")


class RaceOut(Answer):
    steps: int
    target_loss: float | None
    vary: dict[str, list[Any]]
    variants: list[VariantOut]
    summary: ComparisonOut | None = Field(default=None, description="when all have ended")


class RateFinderIn(Wire):
    low: Rate = Field(default=1e-5, description="the first learning rate")
    high: Rate = Field(
        default=10.0, description="the last, if the loss does not rise too far before"
    )
    steps: Annotated[int, Interval(ge=20, le=MAX_FINDER_STEPS)] = Field(
        default=200, description="updates, each with a rate larger by the same factor"
    )


class RateFinderOut(Answer):
    rates: list[float]
    losses: list[float] = Field(description="of the batch, before the update with each rate")
    smoothed: list[float] = Field(description="their moving average, decay 0.95")
    suggestion: float | None = Field(description="null: the loss never fell")
    reason: Literal["steepest", "tenth", "none"] = Field(
        description="steepest: where the smoothed loss falls fastest; tenth: a tenth of the rate at its minimum, "
        "which is less"
    )
    steepest: float | None
    minimum: float | None = Field(description="the rate at the lowest smoothed loss")
    ended: Literal["high", "rose", "diverged"] = Field(
        description="rose: the smoothed loss was four times its lowest"
    )


class WhatIfIn(Wire):
    change: PatchIn = Field(
        default_factory=PatchIn, description="parts of the spec, as PATCH takes them"
    )
    steps: Annotated[int, Interval(ge=1, le=MAX_WHAT_IF_STEPS)] = 1000
    resolution: Annotated[int, Interval(ge=2, le=100)] = Field(
        default=50, description="of the boundary, points a side"
    )


class WhatIfOut(Answer):
    step: int
    state: Literal["done", "diverged"]
    course: RaceCourseOut
    loss: Figure
    test_loss: Figure
    metrics: dict[str, Figure]
    divergence: DivergenceOut | None = None
    boundary: BoundaryOut | None = Field(description="null of data that no boundary is drawn of")
    picture: RacePictureOut | None = None


__all__ = ["RaceIn", "RaceOut", "RateFinderIn", "RateFinderOut", "WhatIfIn", "WhatIfOut"]
