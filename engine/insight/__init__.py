"""Looking inside a live experiment. Nothing here changes what its training will do."""

from .gradcheck import GradientCheck, check_gradient

__all__ = ["GradientCheck", "check_gradient"]
