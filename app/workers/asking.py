"""Asking about one answer of a network in a worker process; nothing here changes one."""

from collections.abc import Iterator
from dataclasses import asdict, fields
from typing import Any, Literal

import numpy as np

from engine.errors import Refused
from engine.experiment import Experiment
from engine.insight import next_character as next_of
from engine.insight import surprise as surprise_of
from engine.insight.forecast import forecast as forecasted
from engine.insight.influence import influence as influenced
from engine.insight.notable import exciting
from engine.insight.notable import worst as worst_of
from engine.insight.unrolled import Direction
from engine.insight.unrolled import unrolled as unrolled_of
from engine.insight.worked import plain
from engine.studies import Progress
from engine.studies import occlusion as occlusion_of
from engine.studies import saliency as saliency_of
from engine.studies.one_answer import ONE_INPUT

from .encoding import encoded
from .looking import columns_of
from .messages import Asked
from .shelf import experiment_of
from .working import as_sent

Part = Literal["train", "test"]

# Of a direction what who watches has already, and what most of the bytes are.
STATES = ("x", "h", "c", "gates")


def influence(id: str, asked: Asked, target: float | None, most: int) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    columns = _one(experiment, asked)
    known: Any = None
    sample = None
    if asked.part is not None:
        number = asked.samples[0]
        known = experiment.dataset.target_of(asked.part, number)
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


def unrolled(
    id: str, asked: Asked, of: int | None, cell: tuple[str, tuple[int, ...]] | None, brief: bool
) -> bytes:
    """Raises: Refused"""
    experiment = experiment_of(id)
    columns = _one(experiment, asked)
    left_out = STATES if brief else ()
    known = experiment.dataset.target_of(asked.part, asked.samples[0]) if asked.part else None
    found = unrolled_of(experiment, columns, known=known, of=of, place=asked.place, cell=cell)
    layers = [
        {
            f.name: None if f.name in left_out else _short(getattr(one, f.name))
            for f in fields(Direction)
        }
        for one in found.layers
    ]
    told = {f.name: getattr(found, f.name) for f in fields(found)}
    lines = [as_sent(line, plain(line.term)) for line in found.lines]
    outputs = None if brief else _short(found.outputs)
    return encoded({**told, "layers": layers, "outputs": outputs, "lines": lines})


def _short(value: Any) -> Any:
    """Arrays as float32, which has the shorter form."""
    if isinstance(value, dict):
        return {name: _short(one) for name, one in value.items()}
    return value.astype(np.float32) if isinstance(value, np.ndarray) else value


def forecast(id: str, start: int | Literal["test"], ahead: int) -> bytes:
    """Raises: Refused"""
    return encoded(asdict(forecasted(experiment_of(id), start, ahead)))


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
