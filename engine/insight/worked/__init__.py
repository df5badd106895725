"""One whole update worked out line by line: symbol = substitution = result.

Where `trace` gives the arrays of an update, this gives the arithmetic of the numbers one looks at:
one sample of the batch, one unit a layer, one number a parameter, through the eight chapters.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ...errors import Reason, Refused
from ...experiment import Experiment
from ...trainer import DEFAULT_SAMPLES
from ..places import flat, parameter
from ..trace import check_size
from .backward import backward_lines
from .beginning import given_lines, next_lines, start_lines
from .chain import Chain, chain
from .forward import forward_lines
from .gradients import place_of
from .line import Index, Line, Walk
from .losses import error_lines, loss_lines
from .terms import Term, leaves, plain, short, value_of
from .updates import update_lines
from .windows import Window, windows


@dataclass(frozen=True, slots=True)
class Worked:
    """step: updates made before this one  samples: the batch  sample: the one looked at
    units, places: what of every layer and parameter is looked at  shapes: what there is to choose from
    windows: of layers whose cells look through one, that of the unit looked at
    next_samples: those that training itself takes next
    """

    step: int
    samples: list[int]
    sample: int
    units: dict[str, Index]
    shapes: dict[str, tuple[int, ...]]
    places: dict[str, Index]
    lines: list[Line]
    chains: dict[str, Chain]
    windows: dict[str, Window]
    next_samples: list[int]


def worked(
    experiment: Experiment,
    samples: Sequence[int] | None = None,
    sample: int | None = None,
    units: Mapping[str, Index] | None = None,
    places: Mapping[str, Index] | None = None,
) -> Worked:
    """The next update on those samples, worked out; nothing is changed.

    sample: which of the samples is looked at (None: the first)  units: by layer  places: by parameter
    Raises: Refused (no such sample, unit or number; more work or numbers than the limits)
    """
    walk = walk_of(experiment, samples, sample)
    walk.look_at(dict(units or {}), dict(places or {}))
    with np.errstate(all="ignore"):
        lines = all_lines(walk)
        chains = {
            f"{name}.{part}": chain(walk, i, part)
            for i, name in enumerate(walk.names)
            for part in walk.made.parameters(i)
            if walk.made.network.moves(f"{name}.{part}", flat_place(walk, i, part))
        }
    places_found = {name: found.place for name, found in chains.items()}
    return Worked(
        walk.before.step, walk.rows, walk.rows[walk.n], dict(walk.units),
        {name: walk.shape(i) for i, name in enumerate(walk.names)}, places_found, lines, chains, windows(walk),
        experiment.trainer.samples_ahead().tolist(),
    )  # fmt: skip


def flat_place(walk: Walk, i: int, part: str) -> int:
    """Where in the vector the number lies that is looked at."""
    entry = parameter(walk.made.network.layout, f"{walk.names[i]}.{part}", "")
    return flat(entry, place_of(walk, i, part))


def walk_of(
    experiment: Experiment, samples: Sequence[int] | None = None, sample: int | None = None
) -> Walk:
    """The update on a copy, with nothing chosen yet.  Raises: Refused"""
    rows = experiment.trainer.chosen(DEFAULT_SAMPLES if samples is None else samples)
    check_size(experiment, len(rows))
    named = rows.tolist()
    if sample is not None and sample not in named:
        raise Refused(
            "sample",
            Reason(
                "lines.not_of_batch",
                "sample {sample} is not one of the samples asked for: {samples}",
                sample=sample,
                samples=", ".join(map(str, named)),
            ),
        )
    return Walk.of(experiment, rows, 0 if sample is None else named.index(sample))


def all_lines(walk: Walk) -> list[Line]:
    """Through the chapters, in order."""
    last = walk.last
    lines = [*start_lines(walk), *given_lines(walk)]
    for i in range(last + 1):
        lines += forward_lines(walk, i)
    lines += [*loss_lines(walk), *error_lines(walk)]
    for i in range(last - 1, -1, -1):
        lines += backward_lines(walk, i)
    for i in range(last + 1):
        for part in walk.made.parameters(i):
            lines += update_lines(walk, i, part)
    return [*lines, *next_lines(walk)]


__all__ = [
    "Chain", "Line", "Term", "Walk", "Window", "Worked", "all_lines", "leaves", "plain", "short", "value_of",
    "walk_of", "worked",
]  # fmt: skip
