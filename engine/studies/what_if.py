"""A network as it would be, had it begun under another spec."""

from collections.abc import Iterator, Mapping
from typing import Any

from ..datasets import OwnData
from ..errors import Reason
from ..experiment import Experiment
from ..limits import MAX_STUDY_WORK, keep_within
from ..spec import NetworkSpec
from .anew import Anew, Datasets, put_together, work_of
from .base import Progress


def what_if(
    experiment: Experiment,
    spec: NetworkSpec,
    steps: int,
    resolution: int,
    tables: Mapping[str, OwnData] | None = None,
) -> Iterator[Progress]:
    """The course of `steps` updates from the start that the spec and its seed give, and what it says then.

    Yields at last {"course", "step", "loss", "test_loss", "metrics", "state", "divergence", "boundary" (x, y,
    outputs as `Experiment.boundary` has them; None where nothing is drawn), "picture"}.

    Raises: Refused
    """
    same = spec.dataset == experiment.spec.dataset
    dataset = experiment.dataset if same else Datasets(tables or {}).of(spec)
    parts = put_together(spec, dataset)
    keep_within(
        "max_study_work", MAX_STUDY_WORK, steps * work_of(parts), "steps",
        Reason(
            "what_if.too_costly",
            "these steps would take {asked} multiply-adds, at most {most} (limit: {limit}); take fewer",
        ),
    )  # fmt: skip
    return _trained(Anew(parts, steps), resolution)


def _trained(one: Anew, resolution: int) -> Iterator[Progress]:
    while not one.over:
        one.piece(one.steps)
        yield one.step / one.steps, {}
    measures, told = one.look(), one.points(0)
    gone = one.trainer.diverged
    found: dict[str, Any] = {
        "course": {"step": told[0], "loss": told[1]},
        "step": one.step,
        "loss": measures.loss,
        "test_loss": measures.test_loss,
        "metrics": measures.metrics,
        "state": "diverged" if gone else "done",
        "divergence": gone,
        "boundary": one.boundary(resolution),
        "picture": one.picture(),
    }
    yield 1.0, found


__all__ = ["what_if"]
