"""What somebody types: formulas in x and y, and rules that compare them. Read into trees of known operations, which
are worked out, differentiated and set; nothing is ever run as code."""

from .parsing import FUNCTIONS, MAX_LENGTH, Node, is_rule, parse, parse_rule
from .slopes import Slopes, slopes_of
from .typeset import typeset
from .values import value_of

__all__ = [
    "FUNCTIONS",
    "MAX_LENGTH",
    "Node",
    "Slopes",
    "is_rule",
    "parse",
    "parse_rule",
    "slopes_of",
    "typeset",
    "value_of",
]
