"""Looking inside a live experiment. Nothing here changes what its training will do."""

from .ablation import Ablation, ablate
from .diagnosis import Diagnosis, Finding, Health, Remedy, diagnose, examine
from .exercise import Exercise, exercise
from .flow import Flow, flow
from .gradcheck import GradientCheck, check_gradient
from .trace import Entry, Trace, trace
from .worked import Worked, worked

__all__ = [
    "Ablation", "Diagnosis", "Entry", "Exercise", "Finding", "Flow", "GradientCheck", "Health", "Remedy", "Trace",
    "Worked", "ablate", "check_gradient", "diagnose", "examine", "exercise", "flow", "trace", "worked",
]  # fmt: skip
