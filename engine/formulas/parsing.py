"""A formula in x and y, as somebody types it: read into a tree of known operations, never run as code.

sum     = term (("+" | "-") term)*
term    = sign (("*" | "/") sign | sign)*          what stands side by side is multiplied: 2x, 3(x + 1)
sign    = ("-" | "+") sign | power
power   = atom (("^" | "**") sign)?                to the right first: 2^3^2 = 2^9
atom    = number | x | y | pi | e | name "(" sum ("," sum)* ")" | "(" sum ")"

A rule is a formula too, or says where something holds. Its x and y may be called x1 and x2.

rule     = both (("or" | "xor") both)*
both     = not ("and" not)*
not      = "not" not | compared
compared = sum (("<" | "<=" | ">" | ">=") sum)*    0 < x < 1 is both of them
atom     = as above, or "(" rule ")"
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
_NUMBER = r"\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?"
_SIGN = r"\*\*|[<>]=|[-+*/^(),−·<>≤≥]"
_TOKEN = re.compile(rf"\s*(?:({_NUMBER})|([A-Za-zπ]+)|({_SIGN}))")
# Of a rule: x1 is a name, and no product.
_INPUT = r"x[12₁₂](?![\d.])"
_TOKEN_OF_RULE = re.compile(
    rf"\s*(?:({_NUMBER})|({_INPUT}|[A-Za-zπ]+?(?={_INPUT})|[A-Za-zπ]+)|({_SIGN}))"
)
_SAME = {"**": "^", "−": "-", "·": "*", "≤": "<=", "≥": ">="}
_INPUTS = {"x1": "x", "x₁": "x", "x2": "y", "x₂": "y"}
COMPARISONS = ("<", "<=", ">", ">=")
WORDS = ("and", "or", "xor", "not")
_LOGICAL = {*COMPARISONS, *WORDS}


@dataclass(frozen=True, slots=True)
class Node:
    """`op` with what it is made of; of a number `value`, of a variable `name`."""

    op: str
    of: tuple["Node", ...] = ()
    value: float = 0.0
    name: str = ""


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # number, name, sign, word, end
    text: str
    at: int  # from 1


def parse(text: str) -> Node:
    """Raises: Refused, its place "formula" """
    return _Parser(text).whole()


def parse_rule(text: str) -> Node:
    """A formula, or what holds somewhere and elsewhere does not.  Raises: Refused, its place "rule" """
    try:
        return _Parser(text, rule=True).whole()
    except Refused as error:
        raise error.at("rule") from error


def is_rule(tree: Node) -> bool:
    """Whether it says where something holds; else it is a formula."""
    return tree.op in _LOGICAL


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
    def __init__(self, text: str, *, rule: bool = False) -> None:
        if not text.strip():
            raise _refused(
                Reason("formula.empty", "write a formula in x and y, such as x^2 + 3 y^2")
            )
        if len(text) > MAX_LENGTH:
            raise _refused(
                Reason(
                    "formula.too_long", "a formula has at most {most} characters", most=MAX_LENGTH
                )
            )
        self._rule = rule
        self._tokens = list(_tokens(text, rule))
        self._next = 0
        self._nodes = 0
        self._depth = 0

    def whole(self) -> Node:
        tree = self._any()
        if self._now.kind != "end":
            raise self._unexpected()
        return tree

    @property
    def _now(self) -> _Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> _Token | None:
        """The next token, if it is one of these signs, or a word that joins."""
        token = self._now
        if token.kind in ("sign", "word") and token.text in texts:
            self._next += 1
            return token
        return None

    def _unexpected(self) -> Refused:
        token = self._now
        if token.kind == "end":
            return _refused(Reason("formula.ends", "the formula ends where something is missing"))
        return _not_expected(token.text, token.at)

    def _made(
        self, op: str, *of: Node, at: _Token | None = None, value: float = 0.0, name: str = ""
    ) -> Node:
        """`at` is what joins them: words join what holds or does not, all else joins numbers."""
        if at is not None and any(is_rule(part) != (op in WORDS) for part in of):
            if op in WORDS:
                raise _refused(
                    Reason(
                        "rule.not_compared",
                        "“{what}” at character {at} joins comparisons, such as x > 0",
                        what=at.text,
                        at=at.at,
                    )
                )
            raise _not_expected(at.text, at.at)
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

    def _any(self) -> Node:
        return self._either() if self._rule else self._sum()

    def _either(self) -> Node:
        self._go_deeper()
        found = self._both()
        while word := self._take("or", "xor"):
            found = self._made(word.text, found, self._both(), at=word)
        self._depth -= 1
        return found

    def _both(self) -> Node:
        found = self._not()
        while word := self._take("and"):
            found = self._made("and", found, self._not(), at=word)
        return found

    def _not(self) -> Node:
        word = self._take("not")
        if word is None:
            return self._compared()
        self._go_deeper()
        found = self._made("not", self._not(), at=word)
        self._depth -= 1
        return found

    def _compared(self) -> Node:
        left, found = self._sum(), None
        while sign := self._take(*COMPARISONS):
            right = self._sum()
            holds = self._made(sign.text, left, right, at=sign)
            found = holds if found is None else self._made("and", found, holds)
            left = right
        return left if found is None else found

    def _sum(self) -> Node:
        self._go_deeper()
        found = self._term()
        while sign := self._take("+", "-"):
            op = "add" if sign.text == "+" else "subtract"
            found = self._made(op, found, self._term(), at=sign)
        self._depth -= 1
        return found

    def _term(self) -> Node:
        found = self._sign()
        while True:
            at = self._now
            sign = self._take("*", "/")
            if sign is None and not self._begins_atom():
                return found
            op = "divide" if sign and sign.text == "/" else "multiply"
            found = self._made(op, found, self._sign(), at=at)

    def _begins_atom(self) -> bool:
        token = self._now
        return token.kind in ("number", "name") or (token.kind, token.text) == ("sign", "(")

    def _sign(self) -> Node:
        signs = 0
        negative = False
        at = self._now
        while sign := self._take("-", "+"):
            signs += 1
            negative ^= sign.text == "-"
            if signs > MAX_DEPTH:
                raise self._unexpected()
        found = self._power()
        return self._made("negate", found, at=at) if negative else found

    def _power(self) -> Node:
        base = self._atom()
        sign = self._take("^")
        if not sign:
            return base
        self._go_deeper()
        exponent = _folded(self._sign())
        self._depth -= 1
        return self._made("power", base, exponent, at=sign)

    def _atom(self) -> Node:
        token = self._now
        if self._take("("):
            inner = self._any()
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
            return self._made("ln" if name == "log" else name, *of, at=token)
        if name in VARIABLES:
            return self._made("variable", name=name)
        if name in CONSTANTS:
            return self._made("number", value=CONSTANTS[name], name="π" if name == "pi" else name)
        raise _refused(Reason("formula.unknown_name", "“{what}” at character {at} is not known; there are {known}",
            what=name[:20], at=token.at, known=KNOWN))  # fmt: skip


def _tokens(text: str, rule: bool) -> list[_Token]:
    found: list[_Token] = []
    at = 0
    while at < len(text):
        match = (_TOKEN_OF_RULE if rule else _TOKEN).match(text, at)
        if match is None:
            if not text[at:].strip():
                break
            at += len(text[at:]) - len(text[at:].lstrip())
            raise _not_expected(text[at], at + 1)
        number, name, sign = match.groups()
        begin = match.end() - len(number or name or sign)
        if name is not None:
            found += _names(name, begin, rule)
        else:
            word = _SAME.get(sign, sign) if sign else number
            found.append(_Token("number" if number else "sign", word, begin + 1))
        at = match.end()
    return [*found, _Token("end", "", len(text) + 1)]


def _names(text: str, begin: int, rule: bool) -> list[_Token]:
    """`xy` is x times y, where no name is so called."""
    if rule and text in WORDS:
        return [_Token("word", text, begin + 1)]
    text = _INPUTS.get(text, text)
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
