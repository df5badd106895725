"""Looking inside a live experiment. Nothing here changes what its training will do."""

from .ablation import Ablation, ablate
from .diagnosis import Diagnosis, Finding, Health, Remedy, diagnose, examine
from .exercise import Exercise, exercise
from .expected import NextCharacters, Surprise, next_character, surprise
from .flow import Flow, flow
from .gradcheck import GradientCheck, check_gradient
from .trace import Entry, Trace, trace
from .worked import Worked, worked

__all__ = [
    "Ablation", "Diagnosis", "Entry", "Exercise", "Finding", "Flow", "GradientCheck", "Health", "NextCharacters",
    "Remedy", "Surprise", "Trace", "Worked", "ablate", "check_gradient", "diagnose", "examine", "exercise", "flow",
    "next_character", "surprise", "trace", "worked",
]  # fmt: skip
