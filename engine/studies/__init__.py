"""What runs for seconds: each study checks what it is asked, takes what it needs of a network as it
is now, and then yields its progress, so that whoever runs it can pause, show and stop it.

A study is a function of an Experiment and its own settings that returns an iterator of Progress.
It never touches the experiment after it has returned.
"""

from .base import Progress, Study, gather
from .comparing import compared
from .excite import excite
from .generate import generate
from .landscape import landscape
from .occlusion import occlusion
from .race import Share, gather_race, race
from .rate_finder import rate_finder
from .saliency import saliency
from .what_if import what_if

__all__ = [
    "Progress",
    "Share",
    "Study",
    "compared",
    "excite",
    "gather",
    "gather_race",
    "generate",
    "landscape",
    "occlusion",
    "race",
    "rate_finder",
    "saliency",
    "what_if",
]
