"""Looking inside a live experiment. Nothing here changes what its training will do."""

from .gradcheck import GradientCheck, check_gradient
from .trace import Entry, Trace, trace

__all__ = ["Entry", "GradientCheck", "Trace", "check_gradient", "trace"]
