"""Descent on surfaces, in a worker process."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from engine.descent import Path, Point, Surface, descended, noises, race, worked_step
from engine.errors import Reason, Refused
from engine.insight.worked import plain
from engine.optimizers import Optimizer

from .encoding import encoded
from .working import as_sent


def described(surface: Surface) -> dict[str, Any]:
    return {
        "name": surface.name,
        "summary": surface.summary,
        "text": surface.text,
        "formula": surface.formula.mathml,
        "low": surface.low,
        "high": surface.high,
        "minima": surface.minima,
        "start": surface.start,
        "rate": surface.rate,
        "steepness": surface.steepness,
    }


def all_of(surfaces: Sequence[Surface]) -> bytes:
    return encoded([described(surface) for surface in surfaces])


def values(surface: Surface, resolution: int) -> bytes:
    x, y, found = surface.grid(resolution)
    return encoded({**described(surface), "x": x, "y": y, "values": found})


def raced(
    surface: Surface, start: Point, optimizers: Sequence[Optimizer], steps: int, noise: float, seed: int, slots: bool
) -> bytes:  # fmt: skip
    """Raises: Refused"""
    paths = race(surface, start, optimizers, steps, noise, seed)
    return encoded(
        {
            "surface": described(surface),
            "start": start,
            "paths": [_told(path, slots) for path in paths],
        }
    )


def _told(path: Path, slots: bool) -> dict[str, Any]:
    return {
        "optimizer": asdict(path.optimizer),
        "points": path.points,
        "values": path.values,
        "gradients": path.gradients,
        "curvatures": path.curvatures,
        "slots": path.slots if slots else None,
        "state": path.state,
    }


def step(
    surface: Surface, start: Point, optimizer: Optimizer, k: int, noise: float, seed: int
) -> bytes:
    """Raises: Refused (the path ends before that step)"""
    added = noises(seed, noise, k + 1)
    path = descended(surface, start, optimizer, added)
    if len(path.points) < k + 2:
        raise Refused(
            "step",
            Reason(
                "descent.ended",
                "the path ends at step {last}, where the surface is not finite any more",
                last=len(path.points) - 1,
            ),
        )
    found = worked_step(surface, path, k, added)
    lines = {
        letter: [as_sent(line, plain(line.term)) for line in of]
        for letter, of in zip("xy", found.lines, strict=True)
    }
    return encoded(
        {
            "step": found.step,
            "point": found.point,
            "gradient": found.gradient,
            "after": found.after,
            "lines": lines,
        }
    )
