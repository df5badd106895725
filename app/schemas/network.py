"""A network as it is told: whole, as a frame, as a line of a list; and what it is told to do."""

from datetime import datetime
from typing import Annotated, Any, Literal

from annotated_types import Interval
from pydantic import ConfigDict, Field

from engine.datasets.base import Seed
from engine.stopping import Until

from .base import Answer, Facts, Wire


class ParameterOut(Answer):
    name: str
    shape: list[int]
    offset: int = Field(description="in numbers from the start of the flat vector")


class LayerOut(Answer):
    name: str
    kind: str
    units: int = Field(description="the last number of its shape: units, filters or channels")
    activation: str | None
    shape: list[int] = Field(description="what leaves it, of one sample")
    parameters: int
    trainable: bool
    operable: int = Field(
        0, description="how many units of its own it has, to be switched off, frozen or swapped"
    )


class DivergenceOut(Answer):
    step: int
    layer: str
    what: str = Field(description="loss, weight or bias")
    value: str = Field(description="NaN, Infinity or -Infinity")
    detail: str
    code: str = Field(description="stable, with its values: for words in another language")
    values: Facts


class StoppedOut(Answer):
    rule: str = Field(description="the field of `until` that held")
    value: float = Field(description="what it came to; of epochs and patience the number of epochs")
    step: int


class MarkOut(Answer):
    """What was changed within a run. Values too long to be told, such as points, are null on both sides."""

    step: int
    what: list[str] = Field(description="paths in the spec: optimizer.learning_rate")
    before: list[Any] = Field(description="a value for each path")
    after: list[Any]


class FrameOut(Answer):
    step: int
    epoch: int
    state: Literal["playing", "paused", "diverged"]
    loss: float | None = Field(description="over all training samples, with the present weights")
    test_loss: float | None
    metrics: dict[str, float | None]
    measured_step: int = Field(
        0,
        description="the step that loss, test_loss and metrics are of: the frame's own, or while playing "
        "a little before it where looking at all samples would hold up training",
    )
    weights: list[float] | None = Field(
        None,
        description="the flat vector; null beyond 50 000 (GET weights, or the socket, has them)",
    )
    losses: list[float] | None = Field(
        None, description="the batch loss before each update of this call, or their means"
    )
    losses_kind: Literal["all", "thinned", "none"] | None = Field(
        None, description="of a train call: every loss, means of neighbours, or none"
    )
    losses_steps: list[int] | None = Field(
        None, description="where losses are thinned: the last step that each mean is of"
    )
    remaining: int | None = Field(
        None, description="of a train call: steps that were asked for and not made in its time"
    )
    loss_points: list[tuple[int, float]] = Field(
        default=[], description="(step, mean batch loss up to it) since the frame before"
    )
    loss_ranges: list[tuple[float, float]] = Field(
        default=[], description="of each of loss_points, the least and the greatest batch loss"
    )
    divergence: DivergenceOut | None = None
    learning_rate: float = Field(0.0, description="of the next update, the schedule applied")
    revision: int = Field(0, description="grows when the spec changes: fetch the network again")
    generation: int = Field(0, description="grows when the run starts anew")
    run: int = Field(0, description="the number of the run; none is used again")
    last_step: int = Field(
        0,
        description="how far the run has come: beyond `step`, where it stands in its own past (seek)",
    )
    restored: MarkOut | None = Field(
        None,
        description="of a seek: settings that were others before and are again what they were then",
    )
    notice: str | None = Field(None, description="of a seek: the same in words")
    notice_code: str | None = None
    notice_values: Facts | None = None
    best_step: int | None = Field(
        None, description="where the run's lowest test loss was measured; POST best goes back there"
    )
    best_loss: float | None = Field(
        None, description="the lowest test loss; the training loss where there is no test part"
    )
    stopped: StoppedOut | None = Field(
        None, description="of the frame in which a rule of `until` stopped it: that rule"
    )


class NetworkOut(Answer):
    id: str
    spec: dict[str, Any]
    inputs: list[str] = Field(description="names of the network's inputs, in order")
    layers: list[LayerOut]
    layout: list[ParameterOut]
    parameters: int
    memory: int = Field(description="bytes that it takes: samples, weights, what a batch leaves")
    steps_per_epoch: int = Field(
        description="updates that take every sample once; under batch_norm over one value a channel, a last batch "
        "of one sample joins the batch before it"
    )
    samples: int
    step: int
    epoch: int
    state: Literal["playing", "paused", "diverged"]
    learning_rate: float = Field(description="of the next update, the schedule applied")
    steps_per_second: float | None = Field(
        None, description="while playing; null is as fast as it goes"
    )
    loss: float | None
    test_loss: float | None
    metrics: dict[str, float | None]
    divergence: DivergenceOut | None
    revision: int
    generation: int
    run: int = Field(description="the number of the run, to bring it back by; none is used again")
    last_step: int = Field(
        description="how far the run has come: beyond `step`, where it was taken back"
    )
    reachable: list[tuple[int, int]] = Field(
        description="from which step to which it can be taken (seek), in order"
    )
    best_step: int | None
    best_loss: float | None
    until: Until | None = Field(None, description="while playing: what stops it by itself")
    marks: list[MarkOut] = Field(
        description="what was changed within the run, the last 200; grows with `revision` only"
    )
    notice: str | None = Field(None, description="what of it was lost, and what was restored")
    notice_code: str | None = None
    notice_values: Facts | None = None


class RunOut(Answer):
    run: int
    name: str = Field(description="the data, then the layers' units: spiral 8-8-8-3")
    dataset: str
    step: int
    loss: float | None
    test_loss: float | None
    metrics: dict[str, float | None]
    current: bool


class NetworkSummary(Answer):
    id: str
    name: str = Field(description="the data, then the layers' units: spiral 8-8-8-3")
    dataset: str
    parameters: int | None = Field(description="null of a network saved by an older version")
    step: int
    loss: float | None
    state: Literal["playing", "paused", "diverged"]
    changed: datetime


class HistoryOut(Answer):
    """Columns; as a run grows long, neighbours are merged evenly along it. Of batch losses: the mean, the
    least and the greatest up to each step."""

    step: list[int]
    loss: list[float | None]
    low: list[float | None] = Field(default=[], description="the least batch loss")
    high: list[float | None] = Field(default=[], description="the greatest batch loss")
    test_step: list[int]
    train_loss: list[float | None]
    test_loss: list[float | None]
    accuracy: list[float | None] = Field(description="R squared where values are fitted")
    test_accuracy: list[float | None]
    balanced_accuracy: list[float | None] = Field(
        default=[],
        description="the mean over classes of the share of each that is told right; null where values are fitted",
    )
    test_balanced_accuracy: list[float | None] = Field(default=[])
    marks: list[MarkOut] = Field(description="what was changed within the run, the last 200")
    generation: int


class TrainIn(Wire):
    """Either steps or epochs."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["steps"],
                    "properties": {"steps": {"type": "integer"}, "epochs": {"type": "null"}},
                },
                {
                    "required": ["epochs"],
                    "properties": {"epochs": {"type": "integer"}, "steps": {"type": "null"}},
                },
            ]
        }
    )

    steps: Annotated[int, Interval(ge=1, le=10**9)] | None = None
    epochs: Annotated[int, Interval(ge=1, le=100_000)] | None = None
    losses: Literal["all", "thinned", "none"] | None = Field(
        None,
        description="which batch losses to answer with; null: all of up to 2000 steps, beyond that "
        "2000 means of neighbours",
    )


class PlayIn(Wire):
    steps_per_second: Annotated[float, Interval(gt=0, le=1e9)] | None = None
    keep: bool = Field(
        True,
        description="play on where nobody watches; the page says false: it pauses after a while",
    )
    until: Until | None = Field(
        default=None,
        description="stop by itself after the first epoch at which one of these holds; at least one",
        json_schema_extra={"minProperties": 1},
    )


PastStep = Annotated[int, Interval(ge=0, le=2**53)]


class SeekIn(Wire):
    step: PastStep = Field(description="of the run, up to its `last_step`")


class BranchIn(Wire):
    step: PastStep | None = Field(None, description="of the run; null: where it stands")


class ResetIn(Wire):
    seed: Seed | None = None
