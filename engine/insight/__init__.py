"""Looking inside a live experiment. Nothing here changes what its training will do."""

from .diagnosis import Diagnosis, Finding, Health, diagnose, examine
from .gradcheck import GradientCheck, check_gradient
from .trace import Entry, Trace, trace

__all__ = [
    "Diagnosis", "Entry", "Finding", "GradientCheck", "Health", "Trace", "check_gradient", "diagnose", "examine",
    "trace",
]  # fmt: skip
