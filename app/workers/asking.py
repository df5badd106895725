"""Asking about one answer of a network in a worker process; nothing here changes one."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any, Literal

from engine.errors import Refused
from engine.experiment import Experiment
from engine.insight.influence import influence as influenced
from engine.insight.notable import exciting
from engine.insight.notable import worst as worst_of
from engine.studies import Progress
from engine.studies import occlusion as occlusion_of
from engine.studies import saliency as saliency_of
from engine.studies.one_answer import ONE_INPUT

from .encoding import encoded
from .looking import columns_of
from .messages import Asked
from .shelf import experiment_of

Part = Literal["train", "test"]


def influence(id: str, asked: Asked, target: float | None, most: int) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    columns = _one(experiment, asked)
    known: Any = None
    sample = None
    if asked.part is not None:
        data, number = experiment.dataset, asked.samples[0]
        known = (data.targets if asked.part == "train" else data.test_targets)[number]
        sample = number if asked.part == "train" and target is None else None
    return encoded(
        asdict(influenced(experiment, columns, target, sample=sample, known=known, most=most))
    )


def _one(experiment: Experiment, asked: Asked) -> Any:
    """The one sample asked about, as the dataset scales it.  Raises: Refused"""
    columns = columns_of(experiment, asked)
    if len(columns) != 1:
        raise Refused(asked.place, ONE_INPUT)
    return columns


def saliency(experiment: Experiment, /, asked: Asked, **settings: Any) -> Iterator[Progress]:
    """A study.  Raises: Refused"""
    return saliency_of(experiment, _one(experiment, asked), **settings)


def occlusion(experiment: Experiment, /, asked: Asked, **settings: Any) -> Iterator[Progress]:
    """A study.  Raises: Refused"""
    return occlusion_of(experiment, _one(experiment, asked), **settings)


def worst(id: str, part: Part, most: int) -> bytes:
    """Raises: Refused"""
    found = worst_of(experiment_of(id), part, most)
    return encoded({"part": part, "worst": [asdict(one) for one in found]})


def excites(id: str, layer: str, unit: int, part: Part, most: int) -> bytes:
    """Raises: Refused"""
    first, last = exciting(experiment_of(id), layer, unit, part, most)
    return encoded(
        {
            "layer": layer,
            "unit": unit,
            "part": part,
            "most": [asdict(one) for one in first],
            "least": [asdict(one) for one in last],
        }
    )
