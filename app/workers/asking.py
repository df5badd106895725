"""Asking about one answer of a network in a worker process; nothing here changes one."""

from dataclasses import asdict
from typing import Any, Literal

from engine.errors import Reason, Refused
from engine.insight import next_character as next_of
from engine.insight import surprise as surprise_of
from engine.insight.influence import influence as influenced
from engine.insight.notable import exciting
from engine.insight.notable import worst as worst_of

from .encoding import encoded
from .looking import columns_of
from .messages import Asked
from .shelf import experiment_of

Part = Literal["train", "test"]


def influence(id: str, asked: Asked, target: float | None, most: int) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    columns = columns_of(experiment, asked)
    if len(columns) != 1:
        raise Refused(asked.place, Reason("one_input", "ask about one input at a time"))
    known: Any = None
    sample = None
    if asked.part is not None:
        data, number = experiment.dataset, asked.samples[0]
        known = (data.targets if asked.part == "train" else data.test_targets)[number]
        sample = number if asked.part == "train" and target is None else None
    return encoded(
        asdict(influenced(experiment, columns, target, sample=sample, known=known, most=most))
    )


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


def next_character(id: str, prompt: str, temperature: float, top_k: int | None) -> bytes:
    """Raises: Refused"""
    return encoded(asdict(next_of(experiment_of(id), prompt, temperature, top_k)))


def surprise(id: str, text: str) -> bytes:
    """Raises: Refused"""
    return encoded(asdict(surprise_of(experiment_of(id), text)))
