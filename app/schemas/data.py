"""Data sets: generated ones as they are given to a network, and one's own."""

from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import ConfigDict, Field

from engine.datasets.base import MAX_SAMPLES, View
from engine.datasets.pictures import MAX_LABEL, MAX_SIDE
from engine.datasets.sounds import MAX_SOUNDS
from engine.datasets.table import MAX_ROWS
from engine.weighting import ClassWeight

from .base import Answer, Wire
from .inspection import Number
from .strict import StrictNumbers
from .tables import ReadIn, ReadNoteOut


class PlaneOut(Answer):
    """A point (u, v) of the picture is the input origin + u * axes[0] + v * axes[1]."""

    origin: list[float]
    axes: list[list[float]]
    low: list[float]
    high: list[float]


class LabelOut(Answer):
    """A name in both languages."""

    en: str
    zh: str


class BaselineOut(Answer):
    """The simplest answer to compare a network with. A figure is null where its part is empty, or has
    nothing to explain."""

    kind: Literal["majority", "mean", "persistence", "frequency"] = Field(
        description="always the training part's most frequent class; always the mean of its targets; the "
        "value that the window ends with; always its most frequent next character"
    )
    loss_name: str = Field(
        description="what the losses are: mse or poisson for values, in the units of the network's; for "
        "classes the cross-entropy of the training part's frequencies, each counted once more, under the "
        "name of the network's own loss where that is the same. A network's losses compare where its "
        "loss has this name"
    )
    loss: float | None = Field(description="over all training samples")
    test_loss: float | None
    metric: float | None = Field(description="accuracy for classes, R2 for values")
    test_metric: float | None
    class_weight: ClassWeight = Field(
        default="none",
        description="of the loss: balanced frequencies and means where it weights classes",
    )


class OneFormOut(Answer):
    """What was changed of a text of one's own so that what looks and means the same is the same."""

    line_ends: int = Field(description="that were CR LF or CR and are LF")
    composed: int = Field(
        description="characters with marks of their own, or otherwise not as Unicode's NFC has them, that "
        "now are"
    )


class DatasetOut(Answer):
    """As the network is given it: scaled; targets are class numbers or values."""

    kind: str
    view: View
    task: Literal["classification", "regression"]
    columns: list[str]
    classes: int
    class_names: list[str]
    unbalanced: bool = Field(
        default=False,
        description="whether the largest class has at least twice the training samples of the smallest: then "
        "balanced_accuracy says more than accuracy; never of text",
    )
    column_labels: list[LabelOut] = Field([], description="the columns in both languages")
    class_labels: list[LabelOut] = Field([], description="the classes in both languages")
    target_label: LabelOut | None = Field(None, description="what is to be predicted")
    unit: LabelOut | None = Field(None, description="of the target, and of the series")
    time_label: LabelOut | None = Field(None, description="of the axis that sequences run along")
    series_name: LabelOut | None = Field(None, description="what the series is of")
    series_start: float | None = Field(
        None, description="the time at place p of the series: series_start + series_step * p"
    )
    series_step: float | None = None
    row_names: list[str] | None = Field(
        None, description="of a series of one's own: what stands at each place instead, dates say"
    )
    baseline: BaselineOut | None = Field(
        None, description="the simplest answer to compare with; null without training samples"
    )
    shape: list[int] = Field(
        description="of one sample: (columns), (height, width, channels), (time, features) or (time) of tokens"
    )
    vocabulary: list[str] = Field([], description="characters by token number, for text")
    one_form: OneFormOut | None = Field(None, description="of a text of one's own")
    digest: str = Field("", description="the same as long as the data is the same")
    first: int = Field(0, description="the number of the first sample here, of either part")
    samples: int = Field(
        description="training samples in all; an answer has those that fit into it"
    )
    test_samples: int = Field(description="test samples in all")
    inputs: list[Any] = Field(description="training samples, each of that shape")
    targets: list[Any] = Field(
        description="class numbers or values; where a sample has several values, a row of them each; for text a row of "
        "class numbers each, -1 where nothing is asked"
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
    sources: list[int] | None = Field(
        None, description="of sounds: which of those given each training sample was made of"
    )
    test_sources: list[int] | None = None


Row = Annotated[list[Number], StrictNumbers(), Len(0, 4096)]


_Cell = Number | bool | Annotated[str, Len(0, 1000)] | None
Record = Annotated[dict[Annotated[str, Len(0, 200)], _Cell], Len(0, 512)]

OWN_EXAMPLES: Any = [
    {"name": "my table", "csv": "height,width,kind\n1.5,2.0,A\n0.5,1.0,B\n"},
    {
        "name": "bars",
        "images": [[[0, 255, 0, 0]] * 4, [[0] * 4, [255] * 4, [0] * 4, [0] * 4]],
        "labels": ["upright", "level"],
    },
]


_Pixels = Annotated[list[int | Annotated[list[int], Len(0, 3)]], Len(0, MAX_SIDE)]
_PixelRows = Annotated[list[_Pixels], Len(0, MAX_SIDE)]


class OwnIn(Wire):
    """Data of one's own: a table as CSV text, or as rows and targets; pictures; sounds; or a text,
    or a drawing."""

    model_config = ConfigDict(json_schema_extra={"examples": OWN_EXAMPLES})

    name: Annotated[str, Len(1, 80)] = "own"
    csv: str | None = Field(
        default=None,
        description="one row a line, header optional; the target is the last column if `target` names none",
    )
    target: str | None = Field(default=None, max_length=80, description="the target's column name")
    series: bool = Field(
        default=False,
        description="of csv: its rows are steps of time. One column of numbers is enough, `target` names the one to "
        "forecast; the first other column of words or of growing numbers, dates or years say, names the rows",
    )
    inputs: Annotated[list[Row], Len(0, MAX_ROWS)] | None = None
    targets: Annotated[list[Number | Annotated[str, Len(1, 80)]], Len(0, MAX_ROWS)] | None = None
    records: Annotated[
        list[Record] | None,
        Len(0, MAX_ROWS),
        Field(description="a row each: names of columns with numbers, words, truth values or null"),
    ] = None
    read: ReadIn | None = Field(
        default=None,
        description="of csv and records: how they are to be read, where that is not found out",
    )
    images: Annotated[
        Annotated[list[_PixelRows], Len(0, MAX_SAMPLES)] | None,
        Field(
            description="(n, height, width) grey or (n, height, width, 3) colour, whole numbers 0 to 255, "
            "all of one size, 4 to 64 pixels a side"
        ),
    ] = None
    sounds: Annotated[
        list[str] | None,
        Len(0, MAX_SOUNDS),
        Field(
            description="WAV files of whole numbers (PCM) in base64, all of one rate, 0.05 to 10 s long; a second "
            "of each is taken, where it is loudest"
        ),
    ] = None
    labels: Annotated[
        list[Annotated[str, Len(1, MAX_LABEL)]] | None,
        Len(0, MAX_SAMPLES),
        Field(description="one a picture or a sound; the classes are the labels, sorted: 2 to 64"),
    ] = None
    dataset: Annotated[
        dict[str, Any] | None,
        Field(
            description="of a spec, of kind own_text, drawn or drawn_curve: a text or a drawing to keep"
        ),
    ] = None


class RenameIn(Wire):
    name: Annotated[str, Len(0, 1000)] = Field(
        default="",
        description="what it is called from now on: 1 to 80 characters in Unicode's NFC, spaces around them not counted",
    )


class OwnOut(Answer):
    id: str
    name: str
    kind: Literal["own", "own_series", "own_text", "drawn", "drawn_curve"] = "own"
    view: View = "table"
    task: Literal["classification", "regression"]
    rows: int = Field(
        description="of a table; the pictures, the sounds, the points of a drawing, the characters of a text "
        "in its one form"
    )
    columns: list[str]
    target: str
    class_names: list[str]
    shape: list[int] | None = Field(
        None, description="of pictures: height, width, channels; of sounds: time, bands"
    )
    suits: dict[str, Any] = Field(description="the parts of a spec that suit it")
    pace: int = Field(description="steps a second to start with, at which the learning is seen")
    dataset: dict[str, Any] | None = Field(
        None,
        description="what to put into a spec; in lists null of texts and drawings, which hold all of theirs",
    )
    digest: str | None = Field(
        None,
        description="of texts and drawings: that of a network's data, where it learns from this",
    )
    one_form: OneFormOut | None = Field(None, description="of texts")
    preview: dict[str, Any] | None = Field(None, description="a few samples, as in the catalog")
    notes: list[ReadNoteOut] = Field(
        [], description="of a table that has just come in: what was found out and done, to be told"
    )
    networks: int | None = Field(
        None,
        description="that learn from this table, these pictures or these sounds and could not be opened without it; null in lists",
    )
