"""A formula as MathML."""

from ..mathml import formula
from .parsing import Node

# How tightly an operation binds, for brackets.
_BINDS = {"add": 1, "subtract": 1, "negate": 2, "multiply": 3, "divide": 9, "power": 5}


def typeset(tree: Node) -> str:
    """f(x, y) = .."""
    left = "<mi>f</mi><mo>(</mo><mi>x</mi><mo>,</mo><mi>y</mi><mo>)</mo><mo>=</mo>"
    return formula(left + _set(tree, 0))


def _set(node: Node, least: int) -> str:
    """As MathML, in brackets where it binds less than what it stands in."""
    body = _body(node)
    if _BINDS.get(node.op, 9) < least:
        return f"<mrow><mo>(</mo>{body}<mo>)</mo></mrow>"
    return f"<mrow>{body}</mrow>"


def _body(node: Node) -> str:
    of = node.of
    match node.op:
        case "number":
            return f"<mi>{node.name}</mi>" if node.name in ("π", "e") else f"<mn>{node.name}</mn>"
        case "variable":
            return f"<mi>{node.name}</mi>"
        case "add":
            return f"{_set(of[0], 1)}<mo>+</mo>{_set(of[1], 2)}"
        case "subtract":
            return f"{_set(of[0], 1)}<mo>−</mo>{_set(of[1], 2)}"
        case "multiply":
            dot = "<mo>⋅</mo>" if _is_figure(of[1]) else "<mo>\u2062</mo>"
            return f"{_set(of[0], 3)}{dot}{_set(of[1], 4)}"
        case "divide":
            return f"<mfrac>{_set(of[0], 0)}{_set(of[1], 0)}</mfrac>"
        case "power":
            return f"<msup>{_set(of[0], 6)}{_set(of[1], 0)}</msup>"
        case "negate":
            return f"<mo>−</mo>{_set(of[0], 3)}"
        case "sqrt":
            return f"<msqrt>{_set(of[0], 0)}</msqrt>"
        case "exp":
            return f"<msup><mi>e</mi>{_set(of[0], 0)}</msup>"
        case "abs":
            return f"<mo>|</mo>{_set(of[0], 0)}<mo>|</mo>"
        case _:
            inner = "<mo>,</mo>".join(_set(part, 0) for part in of)
            return f"<mi>{node.op}</mi><mo>(</mo>{inner}<mo>)</mo>"


def _is_figure(node: Node) -> bool:
    """Begins with a figure, so that a sign must stand before it."""
    while node.op in ("multiply", "power", "divide") and node.of:
        if node.op == "divide":
            return True
        node = node.of[0]
    return node.op == "number" and node.name not in ("π", "e")
