"""Classes that count by how rare they are, and accuracy that does."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import engine.updating as updating_module
from engine.baselines import baseline
from engine.datasets.plane import Drawn
from engine.datasets.text import Zen
from engine.errors import Refused
from engine.experiment import Experiment
from engine.history import Course
from engine.insight import check_gradient, trace
from engine.insight.unrolled import unrolled
from engine.layers import GRU, Dense, Embedding
from engine.losses import LOSSES
from engine.measuring import _balanced  # pyright: ignore[reportPrivateUsage]
from engine.spec import NetworkSpec
from engine.studies.landscape import landscape
from engine.weighting import Weights

from .kinds import OF_LAYER, UNEVEN, experiment
from .test_insight_worked import hold_to_itself, hold_to_the_trace

RARE = NetworkSpec(
    dataset=Drawn(points=UNEVEN, test_fraction=0.0), layers=(Dense(units=5),), class_weight="balanced"
)  # fmt: skip
TWO = replace(RARE, dataset=Drawn(points=UNEVEN[:72], test_fraction=0.0))
OF_CLASSES = [name for name, record in LOSSES.items() if record.asks in ("classes", "any")]


def spec_of(loss: Any) -> NetworkSpec:
    one = loss in ("binary_cross_entropy", "hinge")
    return replace(TWO if one else RARE, loss=loss)


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    # The example of compute_class_weight's documentation: y = [1, 1, 1, 1, 0, 0] gives [1.5, 0.75].
    np.testing.assert_allclose(
        Weights.balanced(np.array([1, 1, 1, 1, 0, 0]), 2).by_class, [1.5, 0.75]
    )
    # A class that does not occur is none of them; nor is what is not asked.
    found = Weights.balanced(np.array([[0, 0, -1], [3, 0, -1]]), 4).by_class
    np.testing.assert_allclose(found, [4 / (2 * 3), 1, 1, 4 / (2 * 1)])
    np.testing.assert_allclose(Weights.balanced(np.zeros(0), 3).by_class, 1)


def test_balanced_accuracy_is_that_of_scikit_learn() -> None:
    # The example of balanced_accuracy_score's documentation, which gives 0.625.
    true, said = np.array([0, 1, 0, 0, 1, 0]), np.array([0, 1, 0, 0, 0, 1])
    assert _balanced(true, true[true == said], 2) == pytest.approx(0.625)
    assert _balanced(true, true[true == said], 5) == pytest.approx(0.625)
    assert _balanced(true[:0], true[:0], 2) is None


@pytest.mark.parametrize("spec", [RARE, NetworkSpec()])
def test_it_is_the_mean_of_the_confusions_rows_and_kept_in_the_history(spec: NetworkSpec) -> None:
    run = Experiment(spec)
    run.train(200)
    metrics, confusion = run.measured().metrics, run.confusion()
    assert confusion is not None
    for part, name in (("train", ""), ("test", "test_")):
        matrix = np.array(confusion[part])
        if not matrix.any():
            assert metrics[f"{name}balanced_accuracy"] is None
            continue
        recalls = np.diag(matrix) / matrix.sum(axis=1)
        assert metrics[f"{name}balanced_accuracy"] == pytest.approx(recalls.mean())
    course = run.course()
    assert course["balanced_accuracy"][-1] == metrics["balanced_accuracy"]
    assert course["test_balanced_accuracy"][-1] == metrics["test_balanced_accuracy"]
    # A checkpoint of before has no such columns.
    kept = run.state()
    old = Course.of_arrays({**kept, "measures": kept["measures"][:4]})
    assert old.columns(run.step)["balanced_accuracy"] == [None] * len(course["test_step"])
    assert old.columns(run.step)["accuracy"] == course["accuracy"]


@pytest.mark.parametrize("loss", OF_CLASSES)
def test_every_loss_is_the_weighted_mean_wherever_it_is_told(loss: Any) -> None:
    run = Experiment(spec_of(loss), compiled=False)
    run.train(3)
    hold_to_itself(run)
    hold_to_the_trace(run, [1, 5, 50])
    assert check_gradient(run, samples=range(57)).passed
    told = run.measured().loss
    entry = next(e for e in trace(run, range(run.trainer.samples)).entries if e.stage == "loss")
    assert float(entry.values["share"] @ entry.values["each"]) == pytest.approx(told, rel=1e-5)
    assert run.gradients(None)[0] == pytest.approx(told, rel=1e-5)
    labels = run.dataset.targets.astype(int)
    shares = np.array([1 / (labels == c).sum() for c in labels]) / len(set(labels))
    np.testing.assert_allclose(entry.values["share"], shares, rtol=1e-6)
    grid = {
        row: losses
        for _, news in landscape(run, resolution=3)
        for row, losses in zip(news.get("rows", []), news.get("loss", []), strict=False)
    }
    assert grid[1][1] == pytest.approx(told, rel=1e-5)


@pytest.mark.parametrize("form", ["lanes", "blas"])
@pytest.mark.parametrize("loss", OF_CLASSES)
def test_compiled_updates_are_those_of_numpy(
    loss: Any, form: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if form == "blas":
        monkeypatch.setattr(updating_module, "BLAS_FROM_WEIGHTS", 0)
    spec = spec_of(loss)
    slow, fast = (Experiment(spec, compiled=c, dtype=np.float64) for c in (False, True))
    np.testing.assert_allclose(fast.train(30), slow.train(30), rtol=1e-9)
    np.testing.assert_allclose(fast.trainer.vector, slow.trainer.vector, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("kind", ["conv2d", "lstm", "embedding"])
def test_layer_by_layer_too(kind: str) -> None:
    spec = {**OF_LAYER[kind], "class_weight": "balanced"}
    slow, fast = (experiment(compiled=c, **spec) for c in (False, True))
    np.testing.assert_allclose(fast.train(6), slow.train(6), rtol=2e-4)
    assert check_gradient(slow).passed
    hold_to_itself(slow)
    plain = experiment(**OF_LAYER[kind])
    plain.trainer.vector[:] = slow.trainer.vector
    assert plain.measure().loss != pytest.approx(slow.measure().loss, rel=1e-4)


def test_a_sequences_shares_add_up_to_its_loss() -> None:
    layers = (Embedding(output_dim=3), GRU(units=4, return_sequences=True))
    run = Experiment(
        NetworkSpec(dataset=Zen(samples=12), layers=layers, loss="sequence_cross_entropy", class_weight="balanced")
    )  # fmt: skip
    run.train(5)
    data = run.dataset
    found = unrolled(run, data.inputs[:1], known=data.targets[0])
    assert np.nansum(found.losses) == pytest.approx(found.loss, rel=1e-6)


def test_it_is_a_setting_that_keeps_weights_and_run() -> None:
    run = Experiment(replace(RARE, class_weight="none"))
    run.train(50)
    before, plain = run.trainer.vector.copy(), run.measured()
    assert run.patch(RARE) is None
    np.testing.assert_array_equal(run.trainer.vector, before)
    assert run.measured().loss != pytest.approx(plain.loss)
    assert run.measured().metrics == plain.metrics
    assert run.best is not None
    assert run.best.step == 50
    assert run.marks()[-1]["what"] == ["class_weight"]
    assert len(run.train(5)) == 5
    with pytest.raises(Refused) as found:
        Experiment(
            NetworkSpec(**OF_LAYER["dense"], loss="mse", class_weight="balanced", dataset=_values())
        )
    assert (found.value.place, found.value.reason.code) == ("class_weight", "class_weight_needs_classes")  # fmt: skip


def _values() -> Any:
    from engine.datasets.plane import Slope

    return Slope(samples=20)


def test_balanced_training_hears_the_rare_class() -> None:
    """What it is for: of 36 to 1 the rare class is told more often, the balanced accuracy higher."""
    rng = np.random.default_rng(0)
    points = tuple(
        (float(u), float(v), float(c))
        for c, count in ((0, 720), (1, 40))
        for u, v in rng.normal(1.2 * c, 1.0, (count, 2))
    )
    spec = replace(RARE, dataset=Drawn(points=points, test_fraction=0.0), batch_size=32)
    scores = {}
    for name in ("none", "balanced"):
        run = Experiment(replace(spec, class_weight=name))
        run.train(600)
        scores[name] = run.measure().metrics["balanced_accuracy"]
    assert scores["balanced"] > scores["none"] + 0.05


def test_the_baseline_is_weighted_as_the_loss_is() -> None:
    """Of classes that all weigh the same in sum, the best that one can say without looking is ln k."""
    made = Experiment(RARE).dataset
    found = baseline(made, "cross_entropy", "balanced")
    assert found is not None
    assert found.class_weight == "balanced"
    assert found.loss == pytest.approx(np.log(3))
    plain = baseline(made, "cross_entropy")
    assert plain is not None
    assert plain.loss is not None
    assert plain.loss < 0.9 * np.log(3)
    assert plain.metric == found.metric
