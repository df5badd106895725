"""Networks with a fault planted, to be found and cured by whoever learns; and the judge of the cure."""

from .base import Case, Condition, Goal
from .cases import CASES
from .check import check

__all__ = ["CASES", "Case", "Condition", "Goal", "check"]
