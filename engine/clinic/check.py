"""Whether a network is cured: its spec is trained anew, from its seed, and looked at."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from time import perf_counter
from typing import Any

from ..errors import Reason, Refused
from ..experiment import Experiment
from ..insight.of_data import leaked_share
from ..limits import MAX_CHECK_WORK, keep_within
from ..spec import NetworkSpec
from ..studies import Progress
from .base import Case, Condition, Goal
from .cases import CASES

PIECE_S = 0.01  # so long others wait for a turn
LOOKS = 20
NAMES = {
    "accuracy": {"en": "the training accuracy", "zh": "训练准确率"},
    "test_accuracy": {"en": "the test accuracy", "zh": "测试准确率"},
    "r2": {"en": "R² on the training part", "zh": "训练集 R²"},
    "test_r2": {"en": "R² on the test part", "zh": "测试集 R²"},
    "leaked": {"en": "the share of test samples that are training samples", "zh": "测试样本中属于训练样本的比例"},
}  # fmt: skip


def check(experiment: Experiment, case: str) -> Iterator[Progress]:
    """The spec of that network, trained from its seed for as many updates as the case's goal says, on a
    copy. Yields its progress, and at the end {"case", "passed", "reached", "goal", "reasons",
    "explanation", "course"}; the explanation is None unless it passed.

    Raises: Refused, where it is another task than the case's, or takes too much work
    """
    chosen, spec = CASES[case], experiment.spec
    _check_same(chosen, spec)
    batch, work = experiment.trainer.batch, experiment.network.work
    keep_within(
        "max_check_work", MAX_CHECK_WORK, chosen.goal.steps * batch * work, "network",
        Reason(
            "clinic.too_costly",
            "{steps} updates of this network would take {asked} multiply-adds, at most {most} (limit: "
            "{limit}); choose a smaller batch or fewer units",
            steps=chosen.goal.steps,
        ),
    )  # fmt: skip
    return _train(chosen, spec)


def _train(case: Case, spec: NetworkSpec) -> Iterator[Progress]:
    run, goal = Experiment(spec), case.goal
    run.measured()
    piece, looked = 1, 0
    while run.step < goal.steps and not run.diverged:
        due = (looked + 1) * goal.steps // LOOKS
        begin = perf_counter()
        run.train(min(piece, due - run.step))
        piece = 2 * piece if perf_counter() - begin < PIECE_S / 2 else max(1, piece // 2)
        if run.step >= due:
            looked += 1
            run.measured()
        yield run.step / goal.steps, {}
    yield 1.0, _result(case, run)


def _result(case: Case, run: Experiment) -> dict[str, Any]:
    found = {**run.measure().metrics, "leaked": leaked_share(run.dataset)}
    reached = {c.metric: found.get(c.metric) for c in case.goal.conditions}
    reasons = [_diverged(run)] if run.diverged else []
    reasons += [
        _short(condition, reached[condition.metric])
        for condition in case.goal.conditions
        if not condition.holds(reached[condition.metric])
    ]
    course = run.course()
    return {
        "case": case.name,
        "passed": not reasons,
        "reached": reached,
        "goal": asdict(case.goal),
        "reasons": reasons,
        "explanation": None if reasons else case.explanation,
        "course": {
            "step": course["test_step"],
            "loss": course["train_loss"],
            "test_loss": course["test_loss"],
        },
    }


def _diverged(run: Experiment) -> dict[str, str]:
    return {
        "en": f"Training diverged at step {run.step}.",
        "zh": f"训练在第 {run.step} 步发散。",
    }


def _short(condition: Condition, value: float | None) -> dict[str, str]:
    name, least = NAMES[condition.metric], condition.at_least is not None
    bound = condition.at_least if least else condition.at_most
    said = "–" if value is None else f"{value:.3g}"
    return {
        "en": f"{name['en'].capitalize()} is {said}; the goal is {'at least' if least else 'at most'} {bound:g}.",
        "zh": f"{name['zh']}为 {said}，目标是{'至少' if least else '至多'} {bound:g}。",
    }


def _check_same(case: Case, spec: NetworkSpec) -> None:
    """Raises: Refused, naming the field that must be as it was"""
    given, wanted = asdict(spec), asdict(case.spec)
    for part in case.goal.same:
        for place, is_now, was in _leaves(part, given[part], wanted[part]):
            if is_now != was and place not in case.goal.free:
                raise Refused(
                    f"network.{place}",
                    Reason(
                        "clinic.changed",
                        "{field} must stay as it is in the case: {wanted}, not {found}; what is to be "
                        "cured is elsewhere",
                        field=place,
                        wanted=str(was),
                        found=str(is_now),
                    ),
                )


def _leaves(place: str, now: Any, was: Any) -> Iterator[tuple[str, Any, Any]]:
    if not isinstance(now, Mapping) or not isinstance(was, Mapping) or now["kind"] != was["kind"]:
        kinds = [v["kind"] if isinstance(v, Mapping) else v for v in (now, was)]
        yield place, kinds[0], kinds[1]
        return
    for name in was:
        yield f"{place}.{name}", now[name], was[name]


__all__ = ["Goal", "check"]
