"""Optimizers as `torch.optim` computes them, each a declared record with its update.

`update(w, g, slots, step)` changes `w` and `slots` in place; `g` is the gradient with penalties
added, `step` counts this optimizer's own updates from 1.  w, g, every slot: (parameters,)
"""

from typing import get_args

from .adaptive import Adadelta, Adagrad, RMSprop
from .descent import SGD, Lion, Rprop
from .moments import Adam, Adamax, AdamW, NAdam, RAdam
from .second_order import LBFGS

# The one place that joins them: a new optimizer is its record and its name here.
Optimizer = (
    SGD | Adam | AdamW | NAdam | RAdam | Adamax | RMSprop | Adagrad | Adadelta | Rprop | Lion
    | LBFGS
)  # fmt: skip
OPTIMIZERS: dict[str, type[Optimizer]] = {
    cls.__dataclass_fields__["kind"].default: cls for cls in get_args(Optimizer)
}

__all__ = [
    "LBFGS", "OPTIMIZERS", "SGD", "Adadelta", "Adagrad", "Adam", "AdamW", "Adamax", "Lion", "NAdam",
    "Optimizer", "RAdam", "RMSprop", "Rprop",
]  # fmt: skip
