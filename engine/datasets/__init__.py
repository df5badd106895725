"""The kinds of datasets, and the one place that joins them."""

from typing import get_args

from .arithmetic import Arithmetic
from .base import Dataset, DatasetSpec, Plane
from .curve import Absolute, ArticleLinear, ArticlePairs, Counts, Cubic, DrawnCurve, Sine, Step
from .edges import Edges
from .image import Digits, Shapes
from .known_tables import BreastCancer, Iris, Wine
from .mnist import Mnist
from .own import Own, OwnData
from .pictures import Pictures
from .plane import (
    Blobs,
    Checkerboard,
    Circle,
    Drawn,
    Gaussians,
    Moons,
    Rings,
    Ripple,
    Slope,
    Spiral,
    Xor,
)
from .rule import Rule
from .sequence import Adding, Brackets, Memory, Waveforms
from .series import OwnSeries, Price, Sines, Sunspots
from .sounds import Sounds
from .table import Table, parse_csv, table_of
from .text import OwnText, Topics, Zen
from .timed import series_of
from .worked_example import WorkedExample

# A new kind is its class in one of the files above and its name here.
AnyDataset = (
    Circle | Xor | Gaussians | Spiral | Moons | Rings | Blobs | Checkerboard | Slope | Ripple
    | Rule | Drawn | Sine | Step | Absolute | Cubic | Counts | DrawnCurve | ArticleLinear | ArticlePairs
    | WorkedExample | Iris | Wine | BreastCancer | Digits | Mnist | Shapes | Edges | Sines | Price | Sunspots
    | Waveforms | Adding | Memory | Brackets | Zen | Topics | Arithmetic | Own | OwnText | OwnSeries
)  # fmt: skip
DATASETS: dict[str, type[AnyDataset]] = {
    cls.__dataclass_fields__["kind"].default: cls for cls in get_args(AnyDataset)
}
# Made from what a user had kept, by its id.
FromKept = Own | OwnSeries

__all__ = [
    "DATASETS", "AnyDataset", "Dataset", "DatasetSpec", "Drawn", "DrawnCurve", "FromKept", "Own", "OwnData", "OwnSeries",
    "OwnText", "Pictures", "Plane", "Rule", "Sounds",
    "Spiral", "Table", "parse_csv", "series_of", "table_of",
]  # fmt: skip
