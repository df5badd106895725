"""Looking inside: what can be asked about, and what is found."""

from typing import Annotated, Any, Literal, TypeVar

import orjson
from annotated_types import Interval, Len
from pydantic import (
    ConfigDict,
    Discriminator,
    Field,
    SerializerFunctionWrapHandler,
    Tag,
    model_serializer,
)

from engine.errors import Reason, Refused
from engine.insight.findings import Illness

from ..workers.messages import Asked, Look
from .base import Answer, Wire
from .strict import StrictNumbers

Number = Annotated[float, Interval(ge=-1e30, le=1e30)]

# No list without a length. Which lengths fit the network is said by who knows it.
T = TypeVar("T")
Side = Annotated[list[T], Len(0, 4096)]
Kept = Number | None  # null leaves a number as it is
Nested = Number | Side[Kept] | Side[Side[Kept]] | Side[Side[Side[Side[Kept]]]]

# What goes into a network's parameters, by name.
Values = Annotated[dict[str, Nested], StrictNumbers()]

# None at all is refused with a sentence of the engine's.
SampleNumbers = Annotated[
    list[Annotated[int, Interval(ge=0, le=2**31)]],
    Len(0, 20_000),
    Field(json_schema_extra={"minItems": 1}),
]

Sample = Side[Number] | Side[Side[Number]] | Side[Side[Side[Number]]]
Samples = Annotated[list[Sample], Len(0, 20_000)]


class CurveOut(Answer):
    x: list[float]
    y: list[float]
    dy: list[float]


NULL: dict[str, Any] = {"type": "null"}
SOME: dict[str, Any] = {"type": "array", "minItems": 1, "maxItems": 20_000}
ANY: dict[str, Any] = {"type": "string"}


class RowsIn(Wire):
    """Inputs of one's own, or samples of the data by their numbers."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {
                    "required": ["inputs"],
                    "properties": {"part": NULL, "samples": NULL, "inputs": SOME},
                },
                {
                    "required": ["part", "samples"],
                    "properties": {"inputs": NULL, "part": ANY, "samples": SOME},
                },
            ]
        }
    )

    inputs: Samples | None = Field(
        None,
        description="raw samples: rows (n, columns), sequences (n, time, features), images (n, height, "
        "width, channels) or token numbers (n, time)",
    )
    scaled: bool = Field(
        False,
        description="inputs and predicted values are as the network has them, and not in the units of the data",
    )
    part: Literal["train", "test"] | None = Field(
        None, description="of the data, whose samples are asked about instead of inputs"
    )
    samples: SampleNumbers | None = None

    def asked(self, limit: int) -> Asked:
        """Raises: Refused"""
        if (self.inputs is None) == (self.part is None) or (self.part is None) != (
            self.samples is None
        ):
            raise Refused(
                "inputs",
                Reason(
                    "inputs_or_samples",
                    'give either inputs, or part ("train" or "test") and samples, not both',
                ),
            )
        place, rows = ("inputs", self.inputs) if self.part is None else ("samples", self.samples)
        count = len(rows or [])
        if count > limit:
            reason = Reason("too_many_rows", "{rows} rows, at most {most}", rows=count)
            raise Refused(place, reason, limit="max_predict_rows", value=limit)
        if not count:
            raise Refused(place, Reason("no_rows", "give at least one row"))
        return Asked(self.inputs, self.scaled, self.part, self.samples or ())


class LookSampleIn(Wire):
    part: Literal["train", "test"]
    sample: Annotated[int, Interval(ge=0, le=2**31)]
    unrolled: bool = Field(False, description="its recurrent layers time step by time step, too")


class LookInputsIn(Wire):
    """A sample that is not in the data: one that is drawn, say."""

    inputs: Sample = Field(
        description="one sample: a row, (time, features), (height, width, channels) or token numbers"
    )
    scaled: bool | None = Field(
        None,
        description="they are as the network is given them; null: images are (0 to 1), all else is raw",
    )

    @model_serializer(mode="wrap")
    def _as_written(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        written = handler(self)
        return written if self.scaled is not None else {"inputs": written["inputs"]}


def _by(sample: Any) -> str:
    """What a look's sample is given by."""
    inputs = isinstance(sample, LookInputsIn) or (isinstance(sample, dict) and "inputs" in sample)
    return "by-inputs" if inputs else "by-number"


def _written(sample: Any) -> tuple[bytes | None, bool | None]:
    if not isinstance(sample, LookInputsIn):
        return None, None
    return orjson.dumps(sample.inputs), sample.scaled


class LookOutputsIn(Wire):
    part: Literal["train", "test"]
    samples: SampleNumbers


class LookIn(Wire):
    """What a socket's client wants to see of a network again and again."""

    sample: (
        Annotated[
            Annotated[LookSampleIn, Tag("by-number")] | Annotated[LookInputsIn, Tag("by-inputs")],
            Discriminator(_by),
        ]
        | None
    ) = None
    outputs: Annotated[list[LookOutputsIn], Len(0, 2)] = Field(default=[])
    confusion: bool = False
    every_ms: Annotated[int, Interval(ge=20, le=60_000)] = 50

    def asked(self, limit: int) -> Look:
        """Raises: Refused"""
        count = sum(len(group.samples) for group in self.outputs)
        if count > limit:
            reason = Reason("too_many_rows", "{rows} rows, at most {most}", rows=count, most=limit)
            raise Refused("look.outputs", reason, limit="max_predict_rows", value=limit)
        if self.sample is None and not count and not self.confusion:
            raise Refused(
                "look",
                Reason(
                    "empty_look", "ask for a sample, for outputs or for the confusion; null ends it"
                ),
            )
        sample = self.sample
        numbered = isinstance(sample, LookSampleIn)
        return Look(
            (sample.part, sample.sample) if numbered else None,
            tuple((group.part, tuple(group.samples)) for group in self.outputs),
            self.confusion,
            self.every_ms / 1000,
            *_written(sample),
            isinstance(sample, LookSampleIn) and sample.unrolled,
        )


class SamplesIn(Wire):
    samples: SampleNumbers | None = None


class ConfusionOut(Answer):
    """Rows are true classes, columns predicted ones; null where there are no classes to count, and
    for text."""

    train: list[list[int]] | None
    test: list[list[int]] | None


class OutputsOut(Answer):
    outputs: list[Any] = Field(
        description="a row of outputs a sample; for text one a time step. Values are in the units of the "
        "data, unless `scaled`"
    )


class BoundaryOut(Answer):
    x: list[float]
    y: list[float]
    outputs: list[Any] = Field(
        description="[y][x][output]; [x][output] for curves; as the network has them, like x and y"
    )


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
    at: (
        Annotated[
            dict[
                Annotated[str, Len(1, 80)],
                Annotated[list[Annotated[int, Interval(ge=0, le=2**31)]], Len(0, 4)],
            ],
            Len(1, 64),
        ]
        | None
    ) = Field(default=None, description="instead, one number of each parameter named: its index")


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


class RemedyOut(Answer):
    name: str = Field(description="stable: learning_rate, initializer, batch_size, ..")
    label: dict[str, str] = Field(description="by language: en, zh")
    patch: dict[str, Any] = Field(description="a body for PATCH of this very network")
    reset: bool = Field(description="it helps only where the network is reset after the patch")
    back: int = Field(0, description="go back so many steps before the patch")


class FindingOut(Answer):
    name: Illness
    layer: str | None = Field(description="null where the whole network is meant")
    figure: float | None = Field(description="what was measured; null where it is not finite")
    threshold: float | None
    text: dict[str, str] = Field(description="by language: en, zh")
    advice: dict[str, str]
    remedies: list[RemedyOut] = Field([], description="the best first; none where no setting helps")


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
    findings: list[FindingOut] = Field(description="causes before signs; none: healthy")
    measured: dict[str, HealthOut] = Field(description="by layer")
