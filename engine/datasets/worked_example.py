"""One sample and two targets: what the backward pass is often first done by hand on."""

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np

from .base import Dataset, Seed, Task, TestFraction, View
from .labels import Labels, label, labels


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedExample:
    """The inputs 0.05 and 0.10, the targets 0.01 and 0.99."""

    kind: Literal["worked_example"] = "worked_example"
    test_fraction: TestFraction = 0.0
    seed: Seed = 0

    view: ClassVar[View] = "table"
    task: ClassVar[Task] = "regression"
    summary: ClassVar[dict[str, str]] = {
        "en": "One sample: the inputs 0.05 and 0.10 are to give the outputs 0.01 and 0.99.",
        "zh": "只有一个样本：输入 0.05 和 0.10，目标输出 0.01 和 0.99。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "Make one step: 0.40, the first weight of the output, becomes 0.3589. Can you say why before you look?",
        "zh": "走一步：输出层的第一个权重从 0.40 变为 0.3589。看答案之前，能说出原因吗？",
    }

    def make(self) -> Dataset:
        from .table import principal_plane

        x, t = np.array([[0.05, 0.10]]), np.array([[0.01, 0.99]])
        return Dataset(
            inputs=x,
            targets=t,
            test_inputs=x[:0],
            test_targets=t[:0],
            view="table",
            task="regression",
            columns=("i1", "i2"),
            class_names=(),
            plane=principal_plane(x),
            mean=np.zeros(2),
            deviation=np.ones(2),
            identities=np.arange(1),
            labels=Labels(columns=labels("i1", "i2"), target=label("o")),
        )


__all__ = ["WorkedExample"]
