"""The simplest answers, counted anew by hand."""

from collections import Counter
from math import exp, log

import numpy as np
import pytest

from engine import Experiment, NetworkSpec
from engine.baselines import baseline
from engine.datasets import DATASETS, Dataset
from engine.datasets.plane import Drawn
from engine.datasets.worked_example import WorkedExample
from engine.losses import LOSSES
from engine.suits import recipe, suiting

from ..data import FILLED

CLASSES = [kind for kind in FILLED if DATASETS[kind].task == "classification"]
# With one sample there is nothing to compare.
VALUES = [
    kind for kind in FILLED if DATASETS[kind].task == "regression" and kind != "worked_example"
]
FORECASTS = ["sines", "price", "sunspots"]


def parts(made: Dataset) -> list[tuple[np.ndarray, np.ndarray]]:
    both = [(made.inputs, made.targets), (made.test_inputs, made.test_targets)]
    return [(inputs, targets) for inputs, targets in both if len(inputs)]


@pytest.mark.parametrize("kind", CLASSES)
def test_of_classes_it_is_the_most_frequent_one_of_the_training_part(kind: str) -> None:
    made = DATASETS[kind]().make()  # type: ignore[union-attr]
    found = baseline(made, recipe(DATASETS[kind]).loss)
    assert found is not None
    assert found.kind == ("frequency" if made.view == "text" else "majority")
    seen = Counter(int(t) for t in made.targets.reshape(-1) if t >= 0)
    commonest = min(c for c in seen if seen[c] == max(seen.values()))
    whole = sum(seen.values()) + made.classes
    said = [(found.loss, found.metric), (found.test_loss, found.test_metric)]
    for (_, targets), (loss, accuracy) in zip(parts(made), said, strict=True):
        asked = [int(t) for t in targets.reshape(-1) if t >= 0]
        assert accuracy == pytest.approx(sum(t == commonest for t in asked) / len(asked))
        surprise = [-log((seen[t] + 1) / whole) for t in asked]
        assert loss == pytest.approx(sum(surprise) / len(asked))


@pytest.mark.parametrize("kind", [kind for kind in VALUES if kind != "counts"])
def test_of_values_it_is_the_mean_or_the_last_value_one_sees(kind: str) -> None:
    made = DATASETS[kind]().make()  # type: ignore[union-attr]
    found = baseline(made, "mse")
    assert found is not None
    assert found.kind == ("persistence" if kind in FORECASTS else "mean")
    middle = sum(made.targets[:, 0]) / len(made.targets)
    said = [(found.loss, found.metric), (found.test_loss, found.test_metric)]
    for i, (inputs, targets) in enumerate(parts(made)):
        t = targets[:, 0]
        if kind in FORECASTS:  # looked up in the whole series, not in the windows
            at = made.positions if i == 0 else made.test_positions
            assert made.series is not None
            assert at is not None
            y = made.series[at - DATASETS[kind]().horizon]  # type: ignore[union-attr]
        else:
            y = np.full(len(inputs), middle)
        loss, r2 = said[i]
        assert loss == pytest.approx(sum((y - t) ** 2) / len(t))
        assert r2 == pytest.approx(1 - sum((y - t) ** 2) / sum((t - sum(t) / len(t)) ** 2))


def test_counts_are_compared_in_the_loss_they_are_trained_with() -> None:
    made = DATASETS["counts"]().make()  # type: ignore[union-attr]
    found, squared = baseline(made, "poisson"), baseline(made, "mse")
    assert found is not None
    assert squared is not None
    mean = made.targets.mean()
    assert found.loss_name == "poisson"
    assert found.test_loss == pytest.approx(np.mean(mean - made.test_targets * log(mean)))
    assert squared.test_loss == pytest.approx(np.mean((mean - made.test_targets) ** 2))
    assert found.test_metric == squared.test_metric


@pytest.mark.parametrize("kind", ["circle", "digits", "zen", "sines", "counts"])
def test_it_is_told_in_the_units_of_the_networks_own_loss(kind: str) -> None:
    """A network without weights whose biases say what the baseline says has its loss."""
    cls = DATASETS[kind]
    loss = recipe(cls).loss
    run = Experiment(NetworkSpec(dataset=cls(), **suiting(cls)))
    found = baseline(run.dataset, loss)
    assert found is not None
    assert found.loss_name == loss
    t = run.dataset.test_targets
    coded = run._parts.coded(t)
    if run.dataset.classes:
        seen = np.bincount(run.dataset.targets[run.dataset.targets >= 0].astype(int), minlength=run.dataset.classes)  # fmt: skip
        z = np.broadcast_to(np.log((seen + 1) / (seen + 1).sum()), (*t.shape, len(seen)))
    elif kind == "counts":
        z = np.full(t.shape, log(run.dataset.targets.mean()))
        assert exp(z[0, 0]) == pytest.approx(run.dataset.targets.mean())
    else:
        z = run.dataset.test_inputs[:, -1]
    assert LOSSES[loss].value(z, coded) == pytest.approx(found.test_loss)


@pytest.mark.parametrize(
    ("loss", "name"),
    [
        ("cross_entropy", "cross_entropy"),
        ("binary_cross_entropy", "binary_cross_entropy"),
        ("kl_divergence", "kl_divergence"),
        ("hinge", "cross_entropy"),
        ("mse", "cross_entropy"),
    ],
)
def test_it_has_the_name_of_the_networks_loss_only_where_it_is_that(loss: str, name: str) -> None:
    found = baseline(DATASETS["circle"]().make(), loss)  # type: ignore[union-attr]
    assert found is not None
    assert found.loss_name == name


def test_one_sigmoid_for_each_of_three_classes_is_another_loss() -> None:
    found = baseline(DATASETS["rings"]().make(), "binary_cross_entropy")  # type: ignore[union-attr]
    assert found is not None
    assert found.loss_name == "cross_entropy"


def test_nothing_is_compared_with_where_there_is_nothing() -> None:
    assert baseline(Drawn().make(), "cross_entropy") is None
    assert baseline(WorkedExample().make(), "mse") is None
    alone = baseline(Drawn(points=((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))).make(), "cross_entropy")
    assert alone is not None
    assert (alone.metric, alone.test_loss, alone.test_metric) == (0.5, None, None)


def test_a_class_that_only_the_test_part_has_is_rare_not_impossible() -> None:
    made = DATASETS["zen"]().make()  # type: ignore[union-attr]
    unseen = set(np.unique(made.test_targets)) - set(np.unique(made.targets))
    found = baseline(made, "sequence_cross_entropy")
    assert found is not None
    assert unseen
    assert found.test_loss is not None
    assert np.isfinite(found.test_loss)
