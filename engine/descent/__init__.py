"""Descent on surfaces in two variables: what an optimizer does, where every number can be seen."""

from .arithmetic import Worked, worked_step
from .racing import Path, descended, noises, race, stepped
from .surfaces import SURFACES, Formula, Point, Surface, SurfaceName, own

__all__ = [
    "SURFACES", "Formula", "Path", "Point", "Surface", "SurfaceName", "Worked", "descended", "noises", "own", "race", "stepped",
    "worked_step",
]  # fmt: skip
