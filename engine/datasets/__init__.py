"""The kinds of datasets, and the one place that joins them."""

from typing import get_args

from .arithmetic import Arithmetic
from .base import Dataset, DatasetSpec, Plane
from .curve import Absolute, ArticleLinear, ArticlePairs, Counts, Cubic, Sine, Step
from .image import Digits, Shapes
from .known_tables import BreastCancer, Iris, Wine
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
from .sequence import Adding, Brackets, Waveforms
from .series import Price, Sines, Sunspots
from .table import Table, parse_csv
from .text import OwnText, Topics, Zen
from .worked_example import WorkedExample

# A new kind is its class in one of the files above and its name here.
AnyDataset = (
    Circle | Xor | Gaussians | Spiral | Moons | Rings | Blobs | Checkerboard | Slope | Ripple
    | Drawn | Sine | Step | Absolute | Cubic | Counts | ArticleLinear | ArticlePairs
    | WorkedExample | Iris | Wine | BreastCancer | Digits | Shapes | Sines | Price | Sunspots
    | Waveforms | Adding | Brackets | Zen | Topics | Arithmetic | Own | OwnText
)  # fmt: skip
DATASETS: dict[str, type[AnyDataset]] = {
    cls.__dataclass_fields__["kind"].default: cls for cls in get_args(AnyDataset)
}

__all__ = [
    "DATASETS", "AnyDataset", "Dataset", "DatasetSpec", "Drawn", "Own", "OwnData", "OwnText",
    "Pictures", "Plane",
    "Spiral", "Table", "parse_csv",
]  # fmt: skip
