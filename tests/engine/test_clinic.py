"""Every case ails as planted, is told by its own diagnosis, and is cured by its remedy."""

from dataclasses import asdict, replace
from typing import Any

import pytest

from engine import Dense, Experiment
from engine.clinic import CASES, Condition, check
from engine.datasets.plane import Moons, Xor
from engine.errors import Refused
from engine.insight import diagnose
from engine.spec import NetworkSpec

from .kinds import same_state
from .planted import trained


def judged(spec: NetworkSpec, case: str) -> dict[str, Any]:
    fractions, result = zip(*check(Experiment(spec), case), strict=True)
    assert list(fractions) == sorted(fractions)
    assert fractions[-1] == 1
    assert all(not piece for piece in result[:-1])
    return dict(result[-1])


def cured(case: str) -> NetworkSpec:
    """As far as the engine itself can read a patch: the tests of the API send it."""
    spec, changes = CASES[case].spec, dict(CASES[case].remedy)
    if "layers" in changes:
        changes["layers"] = tuple(Dense(**layer) for layer in changes["layers"])
    for part in ("dataset", "optimizer", "regularization", "output"):
        if part in changes:
            changes[part] = replace(getattr(spec, part), **changes[part])
    return replace(spec, **changes)


def test_there_are_twelve_in_both_languages() -> None:
    assert len(CASES) == 12
    for case in CASES.values():
        assert len(case.hints) == 3
        for text in (case.title, case.story, case.explanation, *case.hints):
            assert text.keys() == {"en", "zh"}
            assert all(text.values())
        assert case.story["en"] != case.explanation["en"]
    assert len({case.finding for case in CASES.values()}) == 12


@pytest.mark.parametrize("case", CASES)
def test_a_case_fails_as_planted_and_its_diagnosis_names_the_fault(case: str) -> None:
    found = judged(CASES[case].spec, case)
    assert not found["passed"]
    assert found["explanation"] is None
    assert found["reasons"]
    assert all(r.keys() == {"en", "zh"} for r in found["reasons"])
    findings = [finding.name for finding in diagnose(trained(CASES[case].spec, CASES[case].shown))]
    assert findings[0] == CASES[case].finding, findings


@pytest.mark.parametrize("case", CASES)
def test_a_case_is_cured_by_its_remedy(case: str) -> None:
    found = judged(cured(case), case)
    assert found["passed"], found["reached"]
    assert found["explanation"] == CASES[case].explanation
    assert found["reasons"] == []
    assert found["course"]["step"][-1] == CASES[case].goal.steps
    assert found["goal"] == asdict(CASES[case].goal)
    name = CASES[case].finding
    assert name not in [f.name for f in diagnose(trained(cured(case), CASES[case].goal.steps))]


def test_the_judge_trains_what_training_trains() -> None:
    run = Experiment(cured("standing_still"))
    run.train(CASES["standing_still"].goal.steps)
    found = judged(run.spec, "standing_still")
    assert found["reached"]["test_accuracy"] == run.measure().metrics["test_accuracy"]
    assert found["course"]["loss"][-1] == run.measure().loss


def test_the_network_that_is_judged_stays_where_it_is() -> None:
    run = Experiment(CASES["all_alike"].spec)
    run.train(30)
    before = run.state()
    assert len(list(check(run, "all_alike"))) > 20
    assert same_state(before, run.state())


@pytest.mark.parametrize(
    ("case", "changes", "place"),
    [
        ("all_alike", {"dataset": Xor()}, "network.dataset"),
        ("all_alike", {"dataset": Moons(noise=0.0)}, "network.dataset.noise"),
        ("all_alike", {"dataset": Moons(seed=1)}, "network.dataset.seed"),
        ("all_alike", {"dataset": Moons(points=((0.0, 0.0, 1.0),))}, "network.dataset.points"),
        ("all_alike", {"seed": 1}, "network.seed"),
        ("all_alike", {"features": ("x1", "x2", "x1_squared")}, "network.features"),
        ("all_alike", {"dataset": Moons(fault="leaked_test")}, "network.dataset.fault"),
        ("a_dozen_points", {"dataset": Moons()}, "network.dataset"),
    ],
)
def test_another_task_is_refused(case: str, changes: dict[str, Any], place: str) -> None:
    with pytest.raises(Refused) as refused:
        check(Experiment(replace(CASES[case].spec, **changes)), case)
    assert refused.value.place == place
    assert refused.value.reason.code == "clinic.changed"


def test_what_would_take_long_is_refused() -> None:
    wide = (Dense(units=512), Dense(units=512))
    spec = replace(CASES["all_alike"].spec, layers=wide, batch_size=300)
    with pytest.raises(Refused) as refused:
        check(Experiment(spec), "all_alike")
    assert (refused.value.limit, refused.value.place) == ("max_check_work", "network")


def test_a_cure_that_diverges_does_not_pass() -> None:
    spec = replace(
        CASES["through_zero"].spec,
        optimizer=replace(CASES["all_alike"].spec.optimizer, learning_rate=1e6),
    )
    spec = replace(spec, layers=(Dense(units=8, activation="relu"),))
    found = judged(spec, "through_zero")
    assert not found["passed"]
    assert "diverged" in found["reasons"][0]["en"]


def test_a_bound_holds_on_its_side_and_nothing_holds_without_a_figure() -> None:
    assert Condition(metric="leaked", at_most=0.0).holds(0.0)
    assert not Condition(metric="leaked", at_most=0.0).holds(0.01)
    assert Condition(metric="test_accuracy", at_least=0.9).holds(0.9)
    assert not Condition(metric="test_accuracy", at_least=0.9).holds(None)
