"""Tables that every textbook knows, from scikit-learn's package; scaled as one's own are."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from .base import Dataset, Seed, Task, TestFraction, View
from .faults import Fault
from .labels import Labels, label, labels
from .packaged import read
from .table import Table, scaled

_MEASURED = {
    "radius": "半径", "texture": "纹理", "perimeter": "周长", "area": "面积", "smoothness": "平滑度",
    "compactness": "紧密度", "concavity": "凹度", "concave points": "凹点数", "symmetry": "对称性",
    "fractal dimension": "分形维数",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    test_fraction: TestFraction = 0.25
    seed: Seed = 0
    fault: Fault = "none"

    view: ClassVar[View] = "table"
    task: ClassVar[Task] = "classification"
    file: ClassVar[str]
    columns: ClassVar[tuple[str, ...]]
    words: ClassVar[Labels]

    def make(self) -> Dataset:
        """Raises: Refused where scikit-learn is missing"""
        inputs, targets, names = read(self.file)
        table = Table(self.file, self.columns, inputs, targets, "target", names)
        return scaled(table, self.test_fraction, self.seed, self.words, self.fault)


@dataclass(frozen=True, slots=True, kw_only=True)
class Iris(_Known):
    """150 flowers of three kinds, four lengths each.  (Fisher 1936)"""

    kind: Literal["iris"] = "iris"
    summary: ClassVar[dict[str, str]] = {
        "en": "Fisher's iris: three kinds of flowers by four lengths.",
        "zh": "费希尔鸢尾花：用四个长度区分三种花。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "See the confusion matrix: which two flowers are taken for each other, and which never is?",
        "zh": "看混淆矩阵：哪两种花会互相认错，哪一种从不出错？",
    }
    file: ClassVar[str] = "iris.csv"
    columns: ClassVar[tuple[str, ...]] = (
        "sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)",
    )  # fmt: skip
    words: ClassVar[Labels] = Labels(
        columns=labels(
            ("sepal length (cm)", "萼片长度（厘米）"), ("sepal width (cm)", "萼片宽度（厘米）"),
            ("petal length (cm)", "花瓣长度（厘米）"), ("petal width (cm)", "花瓣宽度（厘米）"),
        ),
        classes=labels(
            ("setosa", "山鸢尾"), ("versicolor", "变色鸢尾"), ("virginica", "维吉尼亚鸢尾")
        ),
        target=label("species", "种类"),
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Wine(_Known):
    """178 wines of three growers, thirteen figures of a chemical analysis.  (Forina et al. 1988)"""

    kind: Literal["wine"] = "wine"
    summary: ClassVar[dict[str, str]] = {
        "en": "Three growers' wines by thirteen chemical figures.",
        "zh": "用十三项化学指标区分三个产地的葡萄酒。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Remove the hidden layer: thirteen weights a class are left. Are they enough?",
        "zh": "去掉隐藏层：每类只剩十三个权重。够用吗？",
    }
    file: ClassVar[str] = "wine_data.csv"
    columns: ClassVar[tuple[str, ...]] = (
        "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols",
        "flavanoids", "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue",
        "od280/od315_of_diluted_wines", "proline",
    )  # fmt: skip
    words: ClassVar[Labels] = Labels(
        columns=labels(
            ("alcohol", "酒精"), ("malic acid", "苹果酸"), ("ash", "灰分"),
            ("alcalinity of ash", "灰分碱度"), ("magnesium", "镁"), ("total phenols", "总酚"),
            ("flavanoids", "黄酮类"), ("nonflavanoid phenols", "非黄酮酚"),
            ("proanthocyanins", "原花青素"), ("colour intensity", "颜色强度"), ("hue", "色调"),
            ("OD280/OD315 of diluted wines", "稀释酒的 OD280/OD315"), ("proline", "脯氨酸"),
        ),
        classes=labels(("grower 1", "种植者 1"), ("grower 2", "种植者 2"), ("grower 3", "种植者 3")),
        target=label("grower", "种植者"),
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
    to_try: ClassVar[dict[str, str]] = {
        "en": "Which mistake is the worse one, and how often is it made? Accuracy hides it, the confusion matrix not.",
        "zh": "哪种错误更严重，发生几次？准确率看不出，混淆矩阵看得出。",
    }
    file: ClassVar[str] = "breast_cancer.csv"
    columns: ClassVar[tuple[str, ...]] = (
        *(f"mean {name}" for name in _MEASURED),
        *(f"{name} error" for name in _MEASURED),
        *(f"worst {name}" for name in _MEASURED),
    )
    words: ClassVar[Labels] = Labels(
        columns=(
            *(label(f"mean {en}", f"{zh}（均值）") for en, zh in _MEASURED.items()),
            *(label(f"{en} error", f"{zh}（标准误差）") for en, zh in _MEASURED.items()),
            *(label(f"worst {en}", f"{zh}（最差值）") for en, zh in _MEASURED.items()),
        ),
        classes=labels(("malignant", "恶性"), ("benign", "良性")),
        target=label("diagnosis", "诊断"),
    )


__all__ = ["BreastCancer", "Iris", "Wine"]
