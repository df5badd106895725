"""A thousand of the MNIST digits, from the file beside this one; `mnist.NOTICE.txt` says whose they are."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, ClassVar, Literal

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from .base import Dataset, Seed, Task, TestFraction, View
from .image import drawn_digits

FILE = Path(__file__).with_name("mnist.npz")
COUNT = 1000


@cache
def digits() -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """All of them: pixels (1000, 28, 28) with ink 255 on paper 0, and which digit each is (1000,).

    The arrays are shared and cannot be written to.
    """
    with np.load(FILE) as found:
        pixels, targets = found["pixels"], found["labels"].astype(np.int64)
    for array in (pixels, targets):
        array.setflags(write=False)
    return pixels, targets


@dataclass(frozen=True, slots=True, kw_only=True)
class Mnist:
    """Handwritten digits, 28 x 28 with 256 shades, a hundred of each.  (LeCun et al. 1998)

    Fewer are drawn by the seed.
    """

    kind: Literal["mnist"] = "mnist"
    samples: Annotated[int, Interval(ge=0, le=COUNT)] = COUNT
    test_fraction: TestFraction = 0.25
    seed: Seed = 0

    view: ClassVar[View] = "image"
    task: ClassVar[Task] = "classification"
    summary: ClassVar[dict[str, str]] = {
        "en": "A thousand MNIST digits, 28 by 28 pixels.",
        "zh": "一千个 MNIST 手写数字，28×28 像素。",
    }
    to_try: ClassVar[dict[str, str]] = {
        "en": "With 200 samples instead of 1000, how far apart do the training and the test loss end?",
        "zh": "把样本从 1000 减到 200，训练损失与测试损失最后相差多少？",
    }

    def make(self) -> Dataset:
        pixels, targets = digits()
        whole = np.float32(255)
        return drawn_digits(
            pixels[..., None], targets, whole, self.samples, self.test_fraction, self.seed
        )


__all__ = ["COUNT", "Mnist"]
