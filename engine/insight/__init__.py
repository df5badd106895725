"""Looking inside a live experiment. Nothing here changes what its training will do."""

from .ablation import Ablation, ablate
from .diagnosis import Diagnosis, Finding, Health, diagnose, examine
from .exercise import Exercise, exercise
from .gradcheck import GradientCheck, check_gradient
from .trace import Entry, Trace, trace
from .worked import Worked, worked

__all__ = [
    "Ablation", "Diagnosis", "Entry", "Exercise", "Finding", "GradientCheck", "Health", "Trace", "Worked", "ablate",
    "check_gradient", "diagnose", "examine", "exercise", "trace", "worked",
]  # fmt: skip
