"""Request and response models. What can be configured comes from the engine's own records."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, TypeAdapter, model_validator

from engine.datasets import DATASETS, AnyDataset, Own, Spiral
from engine.datasets.base import Seed, View
from engine.errors import Refused
from engine.features import FeatureName
from engine.initializers import InitializerName
from engine.layers import LayerSpec
from engine.losses import LossName
from engine.optimizers import OPTIMIZERS, SGD, Optimizer
from engine.schedules import SCHEDULES, Constant, Schedule
from engine.spec import (
    MAX_BATCH,
    MAX_LAYERS,
    Average,
    Clipping,
    NetworkSpec,
    OutputSpec,
    Regularization,
)
from engine.studies.generate import MAX_LENGTH
from engine.suits import suiting

from .workers.messages import Asked


class Wire(BaseModel):
    """Refuses what it does not know, and numbers that are not finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Answer(BaseModel):
    """What the server says; declared, so that a NaN can never become a 500."""

    model_config = ConfigDict(ser_json_inf_nan="null")


def _default_kind(kind: str) -> BeforeValidator:
    """`{"noise": 0.2}` means the default kind."""

    def fill(value: Any) -> Any:
        return {"kind": kind, **value} if isinstance(value, dict) and "kind" not in value else value

    return BeforeValidator(fill, json_schema_input_type=Any)


DatasetIn = Annotated[AnyDataset, Field(discriminator="kind"), _default_kind("spiral")]
LayerIn = Annotated[LayerSpec, Field(discriminator="kind"), _default_kind("dense")]
OptimizerIn = Annotated[Optimizer, Field(discriminator="kind"), _default_kind("sgd")]
ScheduleIn = Annotated[Schedule, Field(discriminator="kind"), _default_kind("constant")]


class SpecIn(Wire):
    """A NetworkSpec as it comes in; every field may be left out."""

    dataset: DatasetIn = Field(default_factory=Spiral)
    features: Annotated[tuple[FeatureName, ...], Len(1, 7)] = ("x1", "x2")
    layers: Annotated[tuple[LayerIn, ...], Len(0, MAX_LAYERS)] = NetworkSpec().layers
    output: OutputSpec = Field(default_factory=OutputSpec)
    loss: LossName = "cross_entropy"
    optimizer: OptimizerIn = Field(default_factory=SGD)
    regularization: Regularization = Field(default_factory=Regularization)
    schedule: ScheduleIn = Field(default_factory=Constant)
    clipping: Clipping = Field(default_factory=Clipping)
    average: Average = 0.0
    initializer: InitializerName = "glorot_uniform"
    batch_size: Annotated[int, Interval(ge=1, le=MAX_BATCH)] = 10
    seed: Seed = 0

    @model_validator(mode="before")
    @classmethod
    def _suiting(cls, value: Any) -> Any:
        """What is left out is what suits the data: layers for images on images, a loss that fits."""
        if not isinstance(value, dict) or not isinstance(value.get("dataset"), dict):
            return value
        kind = value["dataset"].get("kind")
        known = DATASETS.get(kind) if isinstance(kind, str) else None
        if known is None or known is Own:  # of a table nothing is known before it is looked up
            return value
        suits = suiting(known)
        if "layers" in value:  # layers of one's own: the rest of the recipe is not made for them
            suits = {"loss": suits["loss"]}
        return {**suits, **value}

    def to_engine(self) -> NetworkSpec:
        fields = {name: getattr(self, name) for name in type(self).model_fields}
        fields["features"] = tuple(dict.fromkeys(self.features))
        return NetworkSpec(**fields)


class PatchIn(Wire):
    """The parts of a NetworkSpec to change. Objects are merged, lists replaced."""

    dataset: dict[str, Any] | None = None
    features: list[Any] | None = None
    layers: list[Any] | None = None
    output: dict[str, Any] | None = None
    loss: str | None = None
    optimizer: dict[str, Any] | None = None
    regularization: dict[str, Any] | None = None
    schedule: dict[str, Any] | None = None
    clipping: dict[str, Any] | None = None
    average: float | None = None
    initializer: str | None = None
    batch_size: int | None = None
    seed: int | None = None

    def merged(self, spec: NetworkSpec) -> dict[str, Any]:
        """The whole spec as plain data, changed; it still has to be validated."""
        whole = spec_to_json(spec)
        for name, value in self.model_dump(exclude_unset=True).items():
            if value is None:
                continue
            old = whole[name]
            whole[name] = _merged(name, old, value)
        return whole


def _merged(name: str, old: Any, value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    kind = value.get("kind", old.get("kind"))
    if kind == old.get("kind"):
        return {**old, **value}
    # Another kind keeps what both have: samples, noise, seed; not the rate, which means another
    # thing to another optimizer, and no sizes from another sort of data.
    kinds = {"dataset": DATASETS, "optimizer": OPTIMIZERS, "schedule": SCHEDULES}.get(name, {})
    known = kinds.get(kind) if isinstance(kind, str) else None
    fields = set(known.__dataclass_fields__) if known else set()
    kept = {
        k: v for k, v in old.items() if k in fields - {"kind", "points", "erased", "learning_rate"}
    }
    if name == "dataset":
        before = DATASETS[old["kind"]]
        if (known and known.view != before.view) or "drawn" in (kind, old["kind"]):
            kept = {k: v for k, v in kept.items() if k in ("test_fraction", "seed")}
    return {**kept, **value}


SPEC = TypeAdapter(SpecIn)


def spec_to_json(spec: NetworkSpec) -> dict[str, Any]:
    return asdict(spec)


def dataset_adapter() -> TypeAdapter[Any]:
    return TypeAdapter(DatasetIn, config=ConfigDict(extra="forbid", allow_inf_nan=False))


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


class PlaneOut(Answer):
    """A point (u, v) of the picture is the input origin + u * axes[0] + v * axes[1]."""

    origin: list[float]
    axes: list[list[float]]
    low: list[float]
    high: list[float]


class DatasetOut(Answer):
    """As the network is given it: scaled; targets are class numbers or values."""

    kind: str
    view: View
    task: Literal["classification", "regression"]
    columns: list[str]
    classes: int
    class_names: list[str]
    shape: list[int] = Field(
        description="of one sample: (columns), (height, width, channels), (time, features) or (time) of tokens"
    )
    vocabulary: list[str] = Field([], description="characters by token number, for text")
    inputs: list[Any] = Field(description="training samples, each of that shape")
    targets: list[Any] = Field(
        description="class numbers or values; for text a row of class numbers each, -1 where nothing is asked"
    )
    test_inputs: list[Any]
    test_targets: list[Any]
    identities: list[int] = Field(
        description="of the training samples: the place in the generated order, or -1, -2, .. for drawn points"
    )
    plane: PlaneOut | None
    mean: list[float]
    deviation: list[float]
    target_mean: float = 0.0
    target_deviation: float = 1.0
    series: list[float] | None = Field(None, description="the whole scaled series, for forecasts")
    positions: list[int] | None = Field(None, description="where in it each training target stands")
    test_positions: list[int] | None = None


class DivergenceOut(Answer):
    step: int
    layer: str
    what: str = Field(description="loss, weight or bias")
    value: str = Field(description="NaN, Infinity or -Infinity")
    detail: str


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
        None, description="the batch loss before each update of this call"
    )
    loss_points: list[tuple[int, float]] = Field(
        default=[], description="(step, mean batch loss up to it) since the frame before"
    )
    divergence: DivergenceOut | None = None
    learning_rate: float = Field(0.0, description="of the next update, the schedule applied")
    revision: int = Field(0, description="grows when the spec changes: fetch the network again")
    generation: int = Field(0, description="grows when the run starts anew")


class NetworkOut(Answer):
    id: str
    spec: dict[str, Any]
    inputs: list[str] = Field(description="names of the network's inputs, in order")
    layers: list[LayerOut]
    layout: list[ParameterOut]
    parameters: int
    steps_per_epoch: int
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
    """Columns; as a run grows long, neighbouring points are merged to their mean."""

    step: list[int]
    loss: list[float | None]
    test_step: list[int]
    train_loss: list[float | None]
    test_loss: list[float | None]
    accuracy: list[float | None] = Field(description="R squared where values are fitted")
    test_accuracy: list[float | None]
    generation: int


class CurveOut(Answer):
    x: list[float]
    y: list[float]
    dy: list[float]


class TrainIn(Wire):
    steps: Annotated[int, Interval(ge=1)] | None = None
    epochs: Annotated[int, Interval(ge=1, le=100_000)] | None = None


class PlayIn(Wire):
    steps_per_second: Annotated[float, Interval(gt=0, le=1e9)] | None = None


class ResetIn(Wire):
    seed: Seed | None = None


Number = Annotated[float, Interval(ge=-1e30, le=1e30)]


Kept = Number | None  # null leaves a number as it is
Nested = Number | list[Kept] | list[list[Kept]] | list[list[list[list[Kept]]]]


Sample = list[Number] | list[list[Number]] | list[list[list[Number]]]


class RowsIn(Wire):
    """Inputs of one's own, or samples of the data by their numbers."""

    inputs: list[Sample] | None = Field(
        None,
        description="raw samples: rows (n, columns), sequences (n, time, features), images (n, height, "
        "width, channels) or token numbers (n, time)",
    )
    scaled: bool = Field(False, description="the inputs are as the network is given them")
    part: Literal["train", "test"] | None = Field(
        None, description="of the data, whose samples are asked about instead of inputs"
    )
    samples: Annotated[list[Annotated[int, Interval(ge=0, le=2**31)]], Len(0, 20_000)] | None = None

    def asked(self, limit: int) -> Asked:
        """Raises: Refused"""
        if (self.inputs is None) == (self.part is None) or (self.part is None) != (
            self.samples is None
        ):
            raise Refused(
                "inputs", 'give either inputs, or part ("train" or "test") and samples, not both'
            )
        place, rows = ("inputs", self.inputs) if self.part is None else ("samples", self.samples)
        count = len(rows or [])
        if count > limit:
            message = f"{count} rows, at most {limit}"
            raise Refused(place, message, limit="max_predict_rows", value=limit)
        if not count:
            raise Refused(place, "give at least one row")
        return Asked(self.inputs, self.scaled, self.part, self.samples or ())


class SamplesIn(Wire):
    samples: Annotated[list[Annotated[int, Interval(ge=0, le=2**31)]], Len(0, 20_000)] | None = None


class GenerateIn(Wire):
    prompt: Annotated[str, Len(0, 2000)] = Field(
        default="", description="characters of the data; empty: one of them is drawn"
    )
    length: Annotated[int, Interval(ge=1, le=MAX_LENGTH)] = 200
    temperature: Annotated[float, Interval(ge=0, le=100)] = 0.8
    seed: Seed = 0


class TextOut(Answer):
    prompt: str = Field(description="what it was given, or drew, to begin with")
    text: str = Field(description="what it wrote after that")
    probabilities: list[float] = Field(
        description="of every character written, as the network gave it at temperature 1"
    )


class JobOut(Answer):
    job: str
    kind: str
    state: Literal["queued", "running", "done", "cancelled", "failed"]
    fraction: float = Field(description="that is done, from 0 to 1")
    result: dict[str, Any] = Field(description="as far as it is known")
    failure: str | None = Field(None, description="why it failed")


class ConfusionOut(Answer):
    """Rows are true classes, columns predicted ones; null where there are no classes to count, and
    for text."""

    train: list[list[int]] | None
    test: list[list[int]] | None


class OutputsOut(Answer):
    outputs: list[Any] = Field(description="a row of outputs a sample; for text one a time step")


class BoundaryOut(Answer):
    x: list[float]
    y: list[float]
    outputs: list[Any] = Field(description="[y][x][output]; [x][output] for curves")


class LayerActivationsOut(Answer):
    z: list[Any] | None = Field(None, description="before the activation, where the layer has one")
    a: list[Any]


class GradientsOut(Answer):
    loss: float | None
    gradients: dict[str, Any] = Field(description="by parameter name, without penalties")


class CheckIn(SamplesIn):
    numbers: Annotated[int, Interval(ge=1, le=1_000_000)] | None = Field(
        default=None,
        description="at most so many of each parameter; null: 64, or what the limit allows",
    )


class ParameterCheckOut(Answer):
    worst: float | None = Field(description="relative error; null where all checked are at kinks")
    checked: int
    of: int
    at: list[int] | None = Field(description="the place of the worst number")
    backprop: float | None
    difference: float | None = Field(description="(f(w + h) - f(w - h)) / 2h")
    kinks: int = Field(description="numbers where the derivative jumps within h; left out of worst")


class GradientCheckOut(Answer):
    worst: float | None = Field(description="null also where it is not finite")
    parameters: dict[str, ParameterCheckOut]
    samples: list[int]
    untruncated: list[str] = Field(
        description="recurrent layers whose truncated backpropagation was lifted for the check"
    )
    passed: bool = Field(description="whether every error is at most 0.00001")


class TraceEntryOut(Answer):
    """Besides these its arrays, batch first. forward: x, z, a, the parameters by name, h, c and
    gates over time. loss: value, y, t, each. backward: delta (dL/dz, or dL/da where there is no z),
    da, grad_weight, grad_bias, .., dx. update: parameter, learning_rate, grad (clipped, penalties
    added), weight_before, weight_after, and <slot>_before, <slot>_after of every optimizer slot."""

    model_config = ConfigDict(extra="allow")

    stage: Literal["forward", "loss", "backward", "update"]
    chapter: Annotated[int, Interval(ge=1, le=8)] = Field(
        description="1 initial weights, 2 a sample, 3 hidden outputs, 4 output, 5 error at the output, "
        "6 error of hidden layers, 7 update, 8 next sample"
    )
    layer: str
    kind: str = Field(description="of the layer, of the loss, or of an update the optimizer's")
    formula: str = Field(description="MathML")


class TraceOut(Answer):
    step: int = Field(description="updates made before the one traced")
    samples: list[int]
    entries: list[TraceEntryOut]


class FindingOut(Answer):
    name: Literal[
        "diverged", "exploding", "vanishing", "dead", "saturated", "plateau", "overfitting"
    ]
    layer: str | None = Field(description="null where the whole network is meant")
    figure: float | None = Field(description="what was measured; null where it is not finite")
    threshold: float | None
    text: dict[str, str] = Field(description="by language: en, zh")
    advice: dict[str, str]


class HealthOut(Answer):
    gradient_rms: float | None = Field(description="of the weights, biases left out")
    weight_rms: float | None
    dead: float | None = Field(description="share of relu units that are 0 for every sample")
    saturated: float | None = Field(description="share of units that sit on the flat, mostly")
    memory: float | None = Field(
        description="recurrent: the share of the last step's gradient that reaches the first"
    )


class DiagnosisOut(Answer):
    step: int
    findings: list[FindingOut] = Field(description="none: healthy")
    measured: dict[str, HealthOut] = Field(description="by layer")


class OwnIn(Wire):
    """A table of one's own: CSV text, or rows and targets."""

    name: Annotated[str, Len(1, 80)] = "own"
    csv: str | None = Field(
        None, description="one row a line, header optional, target in the last column"
    )
    target: str | None = Field(None, max_length=80, description="the target's column name")
    inputs: list[list[Number]] | None = None
    targets: list[Number | Annotated[str, Len(1, 80)]] | None = None


class OwnOut(Answer):
    id: str
    name: str
    rows: int
    columns: list[str]
    target: str
    class_names: list[str]
    dataset: dict[str, str] = Field(description="what to put into a spec")


class ProblemOut(BaseModel):
    """RFC 9457. `errors` names the fields, `limit` the setting that was passed."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = None
    limit: str | None = None
    value: float | None = None
