"""Tables that every textbook knows, from scikit-learn's package; scaled as one's own are."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from .base import Dataset, Seed, Task, TestFraction, View
from .packaged import read
from .table import Table, scaled

_MEASURED = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity",
    "concave points", "symmetry", "fractal dimension",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "table"
    task: ClassVar[Task] = "classification"
    file: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]

    def make(self) -> Dataset:
        """Raises: Refused where scikit-learn is missing"""
        inputs, targets, names = read(self.file)
        table = Table(self.file, self.columns, inputs, targets, "target", names)
        return scaled(table, self.test_fraction, self.seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Iris(_Known):
    """150 flowers of three kinds, four lengths each.  (Fisher 1936)"""

    kind: Literal["iris"] = "iris"
    summary: ClassVar[dict[str, str]] = {
        "en": "Fisher's iris: three kinds of flowers by four lengths.",
        "zh": "费希尔鸢尾花：用四个长度区分三种花。",
    }
    file: ClassVar[str] = "iris.csv"
    columns: ClassVar[tuple[str, ...]] = (
        "sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wine(_Known):
    """178 wines of three growers, thirteen figures of a chemical analysis.  (Forina et al. 1988)"""

    kind: Literal["wine"] = "wine"
    summary: ClassVar[dict[str, str]] = {
        "en": "Three growers' wines by thirteen chemical figures.",
        "zh": "用十三项化学指标区分三个产地的葡萄酒。",
    }
    file: ClassVar[str] = "wine_data.csv"
    columns: ClassVar[tuple[str, ...]] = (
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols",
        "flavanoids", "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue",
        "od280/od315_of_diluted_wines", "proline",
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class BreastCancer(_Known):
    """569 tumours, malignant or benign: ten measures of the cells' nuclei, of each the mean, its
    standard error and the mean of the three largest.  (Street, Wolberg & Mangasarian 1993)"""

    kind: Literal["breast_cancer"] = "breast_cancer"
    summary: ClassVar[dict[str, str]] = {
        "en": "Tumours, malignant or benign, by thirty measures of their cells.",
        "zh": "用细胞的三十项测量区分良性与恶性肿瘤。",
    }
    file: ClassVar[str] = "breast_cancer.csv"
    columns: ClassVar[tuple[str, ...]] = (
        *(f"mean {name}" for name in _MEASURED),
        *(f"{name} error" for name in _MEASURED),
        *(f"worst {name}" for name in _MEASURED),
    )


__all__ = ["BreastCancer", "Iris", "Wine"]
