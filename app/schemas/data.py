"""Data sets: generated ones as they are given to a network, and one's own."""

from typing import Annotated, Any, Literal

from annotated_types import Len
from pydantic import Field

from engine.datasets.base import View
from engine.datasets.table import MAX_ROWS

from .base import Answer, Wire
from .inspection import Number
from .strict import StrictNumbers


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
    first: int = Field(0, description="the number of the first sample here, of either part")
    samples: int = Field(
        description="training samples in all; an answer has those that fit into it"
    )
    test_samples: int = Field(description="test samples in all")
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


Row = Annotated[list[Number], StrictNumbers(), Len(0, 4096)]


class OwnIn(Wire):
    """A table of one's own: CSV text, or rows and targets."""

    name: Annotated[str, Len(1, 80)] = "own"
    csv: str | None = Field(
        None, description="one row a line, header optional, target in the last column"
    )
    target: str | None = Field(None, max_length=80, description="the target's column name")
    inputs: Annotated[list[Row], Len(0, MAX_ROWS)] | None = None
    targets: Annotated[list[Number | Annotated[str, Len(1, 80)]], Len(0, MAX_ROWS)] | None = None


class OwnOut(Answer):
    id: str
    name: str
    rows: int
    columns: list[str]
    target: str
    class_names: list[str]
    suits: dict[str, Any] = Field(description="the parts of a spec that suit it")
    dataset: dict[str, str] = Field(description="what to put into a spec")
