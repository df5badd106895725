"""A formula in x and y, as somebody types it: read into a tree of known operations, never run as code.

sum     = term (("+" | "-") term)*
term    = sign (("*" | "/") sign | sign)*          what stands side by side is multiplied: 2x, 3(x + 1)
sign    = ("-" | "+") sign | power
power   = atom (("^" | "**") sign)?                to the right first: 2^3^2 = 2^9
atom    = number | x | y | pi | e | name "(" sum ("," sum)* ")" | "(" sum ")"
"""

import re
from dataclasses import dataclass
from math import e, isfinite, pi

from ..errors import Reason, Refused

MAX_LENGTH = 300
MAX_NODES = 200
MAX_DEPTH = 40
CONSTANTS = {"pi": pi, "π": pi, "e": e}
VARIABLES = ("x", "y")
# Each with how many numbers it takes.
FUNCTIONS = {
    "sin": 1, "cos": 1, "tan": 1, "exp": 1, "ln": 1, "log": 1, "sqrt": 1, "abs": 1, "tanh": 1, "sinh": 1,
    "cosh": 1, "atan": 1, "min": 2, "max": 2,
}  # fmt: skip
KNOWN = ", ".join([*VARIABLES, "pi", "e", *FUNCTIONS])
_TOKEN = re.compile(
    r"\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|([A-Za-zπ]+)|(\*\*|[-+*/^(),−·]))"
)
_SAME = {"**": "^", "−": "-", "·": "*"}


@dataclass(frozen=True, slots=True)
class Node:
    """`op` with what it is made of; of a number `value`, of a variable `name`."""

    op: str
    of: tuple["Node", ...] = ()
    value: float = 0.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, name, sign, end
    text: str
    at: int  # from 1


def parse(text: str) -> Node:
    """Raises: Refused, its place "formula" """
    return _Parser(text).whole()


def _refused(reason: Reason) -> Refused:
    return Refused("formula", reason)


def _not_expected(what: str, at: int) -> Refused:
    return _refused(
        Reason(
            "formula.unexpected",
            "“{what}” at character {at} is not expected there",
            what=what,
            at=at,
        )
    )


class _Parser:
    def __init__(self, text: str) -> None:
        if not text:
            raise _refused(
                Reason("formula.empty", "write a formula in x and y, such as x^2 + 3 y^2")
            )
        if len(text) > MAX_LENGTH:
            raise _refused(
                Reason(
                    "formula.too_long", "a formula has at most {most} characters", most=MAX_LENGTH
                )
            )
        self._tokens = list(_tokens(text))
        self._next = 0
        self._nodes = 0
        self._depth = 0

    def whole(self) -> Node:
        tree = self._sum()
        if self._now.kind != "end":
            raise self._unexpected()
        return tree

    @property
    def _now(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> str | None:
        """The next token, if it is one of these signs."""
        token = self._now
        if token.kind == "sign" and token.text in texts:
            self._next += 1
            return token.text
        return None

    def _unexpected(self) -> Refused:
        token = self._now
        if token.kind == "end":
            return _refused(Reason("formula.ends", "the formula ends where something is missing"))
        return _not_expected(token.text, token.at)

    def _made(self, op: str, *of: Node, value: float = 0.0, name: str = "") -> Node:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise _refused(Reason("formula.too_large", "a formula has at most {most} operations and numbers", most=MAX_NODES))  # fmt: skip
        return Node(op, of, value, name)

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise _refused(
                Reason(
                    "formula.too_deep", "brackets are nested at most {most} deep", most=MAX_DEPTH
                )
            )

    def _sum(self) -> Node:
        self._go_deeper()
        found = self._term()
        while sign := self._take("+", "-"):
            found = self._made("add" if sign == "+" else "subtract", found, self._term())
        self._depth -= 1
        return found

    def _term(self) -> Node:
        found = self._sign()
        while True:
            sign = self._take("*", "/")
            if sign is None and not self._begins_atom():
                return found
            found = self._made("divide" if sign == "/" else "multiply", found, self._sign())

    def _begins_atom(self) -> bool:
        token = self._now
        return token.kind in ("number", "name") or (token.kind, token.text) == ("sign", "(")

    def _sign(self) -> Node:
        signs = 0
        negative = False
        while sign := self._take("-", "+"):
            signs += 1
            negative ^= sign == "-"
            if signs > MAX_DEPTH:
                raise self._unexpected()
        found = self._power()
        return self._made("negate", found) if negative else found

    def _power(self) -> Node:
        base = self._atom()
        if not self._take("^"):
            return base
        self._go_deeper()
        exponent = _folded(self._sign())
        self._depth -= 1
        return self._made("power", base, exponent)

    def _atom(self) -> Node:
        token = self._now
        if self._take("("):
            inner = self._sum()
            if not self._take(")"):
                raise self._unexpected()
            return inner
        if token.kind == "number":
            self._next += 1
            value = float(token.text)
            if not isfinite(value):
                raise _refused(
                    Reason("formula.number", "{what} is too large a number", what=token.text[:20])
                )
            return self._made("number", value=value, name=token.text)
        if token.kind == "name":
            self._next += 1
            return self._named(token)
        raise self._unexpected()

    def _named(self, token: _Token) -> Node:
        name = token.text
        if name in FUNCTIONS:
            if not self._take("("):
                raise self._unexpected()
            of = [self._sum()]
            while len(of) < FUNCTIONS[name]:
                if not self._take(","):
                    raise self._unexpected()
                of.append(self._sum())
            if not self._take(")"):
                raise self._unexpected()
            return self._made("ln" if name == "log" else name, *of)
        if name in VARIABLES:
            return self._made("variable", name=name)
        if name in CONSTANTS:
            return self._made("number", value=CONSTANTS[name], name="π" if name == "pi" else name)
        raise _refused(Reason("formula.unknown_name", "“{what}” at character {at} is not known; there are {known}",
            what=name[:20], at=token.at, known=KNOWN))  # fmt: skip


def _tokens(text: str) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            if not text[at:].strip():
                break
            at += len(text[at:]) - len(text[at:].lstrip())
            raise _not_expected(text[at], at + 1)
        number, name, sign = match.groups()
        begin = match.end() - len(number or name or sign)
        if name is not None:
            found += _names(name, begin)
        else:
            word = _SAME.get(sign, sign) if sign else number
            found.append(_Token("number" if number else "sign", word, begin + 1))
        at = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _names(text: str, begin: int) -> list[_Token]:
    """`xy` is x times y, where no name is so called."""
    if text in FUNCTIONS or text in CONSTANTS or not set(text) <= set(VARIABLES):
        return [_Token("name", text, begin + 1)]
    return [_Token("name", letter, begin + k + 1) for k, letter in enumerate(text)]


def _folded(node: Node) -> Node:
    """An exponent of numbers alone is one: so (-2)^-1 has a derivative."""
    if node.op == "negate" and node.of[0].op == "number":
        return Node("number", (), -node.of[0].value, f"−{node.of[0].name}")
    if node.op == "divide" and all(part.op == "number" for part in node.of) and node.of[1].value:
        return Node(
            "number",
            (),
            node.of[0].value / node.of[1].value,
            f"{node.of[0].name}/{node.of[1].name}",
        )
    return node
