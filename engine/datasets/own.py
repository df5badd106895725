"""Data of one's own that is kept by whoever serves it: a table, pictures or sounds."""

from dataclasses import dataclass
from typing import ClassVar, Literal

from .base import Dataset, Seed, Task, TestFraction, View
from .faults import Fault
from .pictures import Pictures
from .pictures import as_dataset as dataset_of_pictures
from .sounds import COPIES, Sounds
from .sounds import as_dataset as dataset_of_sounds
from .table import Table, scaled

# What an id of one's own may stand for.
OwnData = Table | Pictures | Sounds


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """A table, pictures or sounds of one's own, by the id that keeping them gave; whoever keeps them hands them in.

    What is drawn of it, and what suits it, follows from what was kept: `view` here is that of a table.
    """

    kind: Literal["own"] = "own"
    id: str = ""
    test_fraction: TestFraction = 0.25
    seed: Seed = 0
    fault: Fault = "none"

    view: ClassVar[View] = "table"
    task: ClassVar[Task] = "classification"
    summary: ClassVar[dict[str, str]] = {
        "en": "Your own table, pictures or sounds.",
        "zh": "自己的表格、图片或声音。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Compare with the simplest answer, the most frequent class or the mean: what has it learned beyond?",
        "zh": "与最简单的答案（最多的类或平均值）比较：网络多学到了什么？",
    }

    def make_from(self, kept: OwnData, *, copies: bool = True) -> Dataset:
        """Of what `id` names; of sounds with the varied `copies` that training learns from, or without."""
        if isinstance(kept, Pictures):
            return dataset_of_pictures(kept, self.test_fraction, self.seed, self.fault)
        if isinstance(kept, Sounds):
            count = COPIES if copies else 0
            return dataset_of_sounds(kept, self.test_fraction, self.seed, self.fault, count)
        return scaled(kept, self.test_fraction, self.seed, fault=self.fault, by_class=True)
