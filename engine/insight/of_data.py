"""What is wrong with the data, seen in the data themselves and as the network is given them."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from ..datasets import Dataset
from .exam import Exam
from .findings import Finding, finding
from .symptoms import OVERFITTING, OVERFITTING_GAP

# A column this far from 1 is thirty times as steep a direction, a thousand times in curvature.
UNSCALED = 30.0
LEAK = 0.05  # of the test part; Iris has two flowers that are alike to the last digit
LEAK_TEST = 500
LEAK_NUMBERS = 400_000
LOOKED_AT = 300
LEAST_LOOKED_AT = 60
K = 3
# Agreement beyond chance. Of shuffled labels it comes to 0.12 at most where there are 150 samples
# (forty draws of every data set), of sound ones, scattered by a noise of 0.3 on top, to 0.3 at least.
DISAGREEMENT = 0.15
MOSTLY = 0.95  # of one class: neighbours agree whatever they are
PARAMETERS_A_SAMPLE = 10.0
FEW_SAMPLES = 100


def missing_class(exam: Exam) -> Iterator[Finding]:
    dataset = exam.experiment.dataset
    if not dataset.classes or dataset.per_step:
        return
    counts = np.bincount(dataset.targets.astype(np.int64), minlength=dataset.classes)
    for k in np.flatnonzero(counts == 0)[:1]:
        yield finding("missing_class", None, 0.0, 1.0, name=dataset.class_names[k])


def leak(exam: Exam) -> Iterator[Finding]:
    """Test samples that are training samples to the last digit; of sequences and texts there are so
    few that chance alone repeats them."""
    dataset = exam.experiment.dataset
    if dataset.view in ("sequence", "text"):
        return
    share, repeated = _repeated(dataset)
    # A table of few values repeats itself anyway.
    if share > LEAK and share > 2 * repeated:
        yield finding("leak", None, share, LEAK, share=f"{share:.0%}")


def leaked_share(dataset: Dataset) -> float:
    """How many of the test samples are training samples, as a share of up to 500 of them."""
    return _repeated(dataset)[0]


def _repeated(dataset: Dataset) -> tuple[float, float]:
    """Shares of test samples, and of training samples, that stand in the training part (again)."""
    test = dataset.test_inputs[:LEAK_TEST]
    if not len(test) or not len(dataset.inputs):
        return 0.0, 0.0
    rows = dataset.inputs[: max(1, LEAK_NUMBERS // max(1, dataset.inputs[0].size))]
    known = {row.tobytes() for row in rows}
    return sum(row.tobytes() in known for row in test) / len(test), 1 - len(known) / len(rows)


def shuffled_labels(exam: Exam) -> Iterator[Finding]:
    """Whether the nearest neighbours of a sample have its label more often than chance has it (Cover &
    Hart 1967): of points and rows, whose distances mean something. Every column counts alike."""
    dataset = exam.experiment.dataset
    if dataset.view not in ("plane", "curve", "table") or len(dataset.inputs) < LEAST_LOOKED_AT:
        return
    nearest, rows = _nearest(dataset)
    targets = dataset.targets[rows]
    if dataset.classes:
        shares = np.bincount(targets.astype(np.int64)) / len(targets)
        chance = float((shares**2).sum())
        if chance > MOSTLY:
            return
        agree = float((targets[nearest] == targets[:, None]).mean())
        figure = (agree - chance) / (1 - chance)
    else:
        values = targets[:, 0] - targets[:, 0].mean()
        spread = float((values * values).mean())
        if not spread:
            return
        figure = float((values * values[nearest].mean(axis=1)).mean()) / spread
    if figure < DISAGREEMENT:
        words = "shuffled_labels" if dataset.classes else "shuffled_values"
        yield finding(words, None, figure, DISAGREEMENT)


def _nearest(dataset: Dataset) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Of some training samples the places of the nearest among them (n, K), and which they are (n,)"""
    count = len(dataset.inputs)
    rows = np.linspace(0, count - 1, min(count, LOOKED_AT)).astype(np.int64)
    x = dataset.inputs[rows]
    x = (x - x.mean(axis=0)) / np.maximum(x.std(axis=0), 1e-12)
    lengths = (x * x).sum(axis=1)
    distance = lengths[:, None] + lengths - 2 * (x @ x.T)
    np.fill_diagonal(distance, np.inf)
    return np.argpartition(distance, K, axis=1)[:, :K], rows


def unscaled(exam: Exam) -> Iterator[Finding]:
    """The size of an input is its root mean square over the training samples: far from 0 is as bad as
    spread far. A column of zeros has none."""
    trainer, dataset = exam.trainer, exam.experiment.dataset
    if dataset.vocabulary or dataset.view == "image":
        return
    x = trainer.inputs.reshape(-1, trainer.inputs.shape[-1]).astype(np.float64)
    sizes = np.sqrt((x * x).mean(axis=0))
    off = np.where(sizes > 0, np.maximum(sizes, 1 / np.maximum(sizes, 1e-300)), 0)
    worst = int(off.argmax()) if len(off) else 0
    if len(off) and off[worst] > UNSCALED:
        names = exam.experiment.input_names
        name = names[worst] if worst < len(names) else str(worst + 1)
        yield finding("unscaled", None, float(sizes[worst]), UNSCALED, name=name)


def too_little_data(exam: Exam) -> Iterator[Finding]:
    """Far more parameters than targets, few samples, and a test loss far above the training loss;
    where it is only the last, it is `overfitting` alone."""
    dataset = exam.experiment.dataset
    parameters, samples = int(exam.moving.sum()), exam.trainer.samples
    targets = dataset.targets.size if not dataset.classes or dataset.per_step else samples
    each = parameters / max(1, targets)
    if samples > FEW_SAMPLES or each < PARAMETERS_A_SAMPLE:
        return
    loss, test, first = exam.measures.loss, exam.measures.test_loss, exam.first_loss
    if loss is None or test is None or not first or loss < 0:
        return
    if test - loss > OVERFITTING_GAP * first and test > OVERFITTING * loss:
        ratio = f"{test / loss:.2g}" if loss else "∞"
        yield finding(
            "too_little_data", None, each, PARAMETERS_A_SAMPLE,
            parameters=parameters, samples=samples, gap=ratio,
        )  # fmt: skip


__all__ = [
    "leak",
    "leaked_share",
    "missing_class",
    "shuffled_labels",
    "too_little_data",
    "unscaled",
]
