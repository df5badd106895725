"""Formulas as MathML, which the page shows as they are."""

NAMESPACE = "http://www.w3.org/1998/Math/MathML"


def formula(body: str) -> str:
    """A whole formula of its MathML parts."""
    return f'<math xmlns="{NAMESPACE}"><mrow>{body}</mrow></math>'


def equations(*lines: str) -> str:
    """A formula of equations, each written as words with spaces between: `W^T` is a superscript,
    `h_t` a subscript, what is a name or a number is set as one, the rest as operators."""
    return formula("<mo>,</mo>".join("".join(map(_token, line.split())) for line in lines))


def _token(word: str) -> str:
    for mark, tag in (("^", "msup"), ("_", "msub")):
        base, found, index = word.partition(mark)
        if found and base and index:
            return f"<{tag}>{_token(base)}{_token(index)}</{tag}>"
    first = word[0]
    kind = "mn" if first.isdigit() else "mi" if first.isalpha() or first == "∂" else "mo"
    return f"<{kind}>{word.replace('>', '&gt;')}</{kind}>"
