"""Faults planted in drawn networks are named, and healthy ones are left in peace."""

from collections import Counter
from dataclasses import replace
from time import thread_time

import numpy as np
import pytest

from engine import SGD, Dense, Experiment, NetworkSpec
from engine.datasets.curve import ArticleLinear
from engine.datasets.image import Digits
from engine.datasets.known_tables import BreastCancer
from engine.datasets.plane import Moons, Spiral
from engine.insight import diagnose, examine
from engine.insight.exam import Exam
from engine.insight.sharpness import bound, sharpness
from engine.layers import BatchNorm, Flatten

from .kinds import same_state
from .planted import FAULTS, healthy, planted, trained

HEALTHY = range(1000, 1095)
EACH = 7  # of every fault


def names(run: Experiment) -> list[str]:
    return [finding.name for finding in diagnose(run)]


def test_two_hundred_drawn_networks_are_told_apart() -> None:
    accused = {seed: found for seed in HEALTHY if (found := names(trained(*healthy(seed))))}
    missed = [
        (fault, seed)
        for fault, (name, _) in FAULTS.items()
        for seed in range(2000, 2000 + EACH)
        if name not in names(trained(*planted(fault, seed)))
    ]
    assert len(HEALTHY) + EACH * len(FAULTS) == 200
    assert len(accused) <= 0.05 * len(HEALTHY), accused
    assert len(missed) <= 0.05 * EACH * len(FAULTS), missed


@pytest.mark.parametrize("fault", FAULTS)
def test_a_cause_stands_before_its_signs(fault: str) -> None:
    first = Counter(names(trained(*planted(fault, seed)))[0] for seed in range(3000, 3005))
    assert first[FAULTS[fault][0]] >= 3, first


# The curvature


def test_the_sharpness_of_a_line_is_that_of_its_normal_equations() -> None:
    run = Experiment(NetworkSpec(dataset=ArticleLinear(), layers=(), loss="mse"))
    exam = Exam(run)
    x = run.trainer.inputs[exam.rows].astype(np.float64)
    x = np.hstack([x, np.ones((len(x), 1))])
    exact = np.linalg.eigvalsh(2 * x.T @ x / len(x))[-1]
    assert sharpness(exam, exam.start) == pytest.approx(exact, rel=1e-3)


@pytest.mark.parametrize(
    "spec", [NetworkSpec(), NetworkSpec(dataset=BreastCancer(), layers=(Dense(units=6),))]
)
def test_the_sharpness_is_the_largest_eigenvalue_of_the_whole_hessian(spec: NetworkSpec) -> None:
    run = Experiment(spec)
    run.train(50)
    exam = Exam(run)
    w, slope = run.trainer.vector.astype(np.float64), exam.slope(exam.rows)
    axes = 1e-4 * np.eye(len(w))
    hessian = np.array([(slope(w + e)[1] - slope(w - e)[1]) / 2e-4 for e in axes])
    exact = np.linalg.eigvalsh((hessian + hessian.T) / 2)
    assert exact[0] < -0.1 * exact[-1]  # it bends both ways, which the method must not confuse
    assert sharpness(exam, w) == pytest.approx(exact[-1], rel=0.03)


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(learning_rate=1),
        SGD(learning_rate=1, momentum=0.9),
        SGD(learning_rate=1, momentum=0.9, nesterov=True),
    ],
)
def test_descent_on_a_parabola_holds_up_to_the_bound_and_no_further(optimizer: SGD) -> None:
    for share, stays in ((0.98, True), (1.02, False)):
        how = replace(optimizer, learning_rate=share * bound(optimizer))
        w, slots = np.array([1.0]), [np.zeros(1)]
        for step in range(2000):
            how.update(w, w.copy(), slots, step + 1)  # of curvature 1 the slope is w
            if abs(w[0]) > 1e6:
                break
        assert bool(abs(w[0]) < 1) is stays


# What looking does and costs


def test_looking_for_causes_moves_nothing() -> None:
    for fault in FAULTS:
        run = trained(*planted(fault, 7))
        before = run.state()
        diagnose(run)
        assert same_state(before, run.state()), fault


WIDE = NetworkSpec(
    dataset=Digits(),
    layers=(Flatten(), Dense(units=128, activation="relu"), Dense(units=64, activation="relu")),
    batch_size=32,
    initializer="he_uniform",
)


@pytest.mark.parametrize(
    ("spec", "most_ms"),
    [
        (NetworkSpec(), 30),
        (NetworkSpec(optimizer=SGD(learning_rate=10)), 30),
        (WIDE, 100),
        (replace(WIDE, optimizer=SGD(learning_rate=30)), 100),
    ],
)
def test_a_diagnosis_is_cheap(spec: NetworkSpec, most_ms: float) -> None:
    """In time of the processor: others may be using the machine."""
    run = trained(spec, 200)
    took = []
    for _ in range(7):
        begin = thread_time()
        examine(run)
        took.append(1e3 * (thread_time() - begin))
    assert min(took) < most_ms


# One by one


def test_a_rate_just_past_the_bound_is_named_with_its_figure() -> None:
    """Least squares learn below the bound and diverge above it, wherever they start."""
    spec = NetworkSpec(dataset=ArticleLinear(), layers=(), loss="mse", batch_size=1000)
    exam = Exam(Experiment(spec))
    bend = sharpness(exam, exam.start)
    assert bend
    slow = trained(replace(spec, optimizer=SGD(learning_rate=1.6 / bend)), 200)
    assert "too_fast" not in names(slow)
    fast = trained(replace(spec, optimizer=SGD(learning_rate=3 / bend)), 200)
    found = next(f for f in diagnose(fast) if f.name == "too_fast")
    assert found.threshold == 2
    assert found.figure == pytest.approx(3, rel=0.05)


def test_a_class_without_samples_is_named_by_its_name() -> None:
    run = Experiment(
        NetworkSpec(dataset=Moons(samples=40, test_fraction=0, erased=tuple(range(0, 40, 2))))
    )
    found = next(f for f in diagnose(run) if f.name == "missing_class")
    assert " A" in found.text["en"]
    assert found.remedies[0].patch == {"dataset": {"erased": []}}


def test_the_unscaled_column_is_named() -> None:
    for seed in range(4):
        run = Experiment(NetworkSpec(dataset=BreastCancer(seed=seed, fault="unscaled")))
        worst = run.input_names[int(run.trainer.inputs.std(axis=0).argmax())]
        found = next(f for f in diagnose(run) if f.name == "unscaled")
        assert worst in found.text["en"]
        assert found.figure == pytest.approx(1000, rel=0.02)


def test_norm_over_a_batch_of_images_has_many_numbers_in_a_small_batch() -> None:
    layers = (BatchNorm(), Flatten())
    run = Experiment(NetworkSpec(dataset=Digits(samples=100), layers=layers, batch_size=2))
    assert "batch_norm_batch" not in names(run)
    flat = Experiment(NetworkSpec(dataset=Digits(samples=100), layers=layers[::-1], batch_size=2))
    found = next(f for f in diagnose(flat) if f.name == "batch_norm_batch")
    assert (found.layer, found.figure) == ("batch_norm_1", 2)


def test_penalties_that_make_weights_small_where_all_is_learnt_are_no_illness() -> None:
    run = trained(NetworkSpec(dataset=Moons(), optimizer=SGD(learning_rate=0.1)), 1000)
    assert names(run) == []
    run.patch(replace(run.spec, regularization=replace(run.spec.regularization, l2=1e-4)))
    run.train(500)
    assert "l2_too_strong" not in names(run)


def test_a_test_part_of_its_own_does_not_leak() -> None:
    for fault, expected in (("none", []), ("leaked_test", ["leak"])):
        run = Experiment(NetworkSpec(dataset=Spiral(fault=fault)))
        assert names(run) == expected
