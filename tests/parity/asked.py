"""Networks whose gradient by the input is compared with PyTorch: a small one around every kind of layer
that comes to stand behind an input of numbers."""

from collections.abc import Iterator

from .cases import Case
from .stacks import CASES

CHOSEN = 1  # of three outputs
SAMPLES = 2


def asked() -> Iterator[tuple[str, Case]]:
    """By name; token numbers have no gradient, and truncation is lifted."""
    for kind, stacks in CASES.items():
        for stack in stacks:
            cut = any(getattr(layer, "truncate", 0) for layer in stack.layers)
            if not (stack.vocabulary or cut):
                case = Case(
                    f"{kind}, {stack.name}", stack.layers, stack.input_shape, loss=stack.loss,
                    output=stack.output, seed=len(stack.name),
                )  # fmt: skip
                yield case.name, case
