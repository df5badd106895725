"""The descents that are held to PyTorch's: every optimizer it has, on every surface, from its start."""

from collections.abc import Iterator

from engine.descent import SURFACES, Surface
from engine.optimizers import (
    LBFGS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    NAdam,
    Optimizer,
    RAdam,
    RMSprop,
    Rprop,
)

STEPS = 200
# What of a path is recorded: the beginning, and where a difference has had time to grow.
KEPT = (1, 2, 3, 5, 10, 50, 100, 200)
SHARES: dict[str, float] = {
    "rosenbrock": 0.01,
    "beale": 0.01,
    "himmelblau": 0.05,
    "rastrigin": 0.05,
}


def optimizers(scale: float) -> list[Optimizer]:
    """Rates that the surface bears, `scale` of what a bowl does."""
    return [
        SGD(learning_rate=0.02 * scale),
        SGD(learning_rate=0.01 * scale, momentum=0.9),
        SGD(learning_rate=0.01 * scale, momentum=0.8, nesterov=True),
        Adam(learning_rate=0.05),
        AdamW(learning_rate=0.05, weight_decay=0.1),
        NAdam(learning_rate=0.03),
        RAdam(learning_rate=0.05 * scale),
        Adamax(learning_rate=0.05),
        RMSprop(learning_rate=0.01),
        RMSprop(learning_rate=0.005, momentum=0.6),
        Adagrad(learning_rate=0.3),
        Adagrad(learning_rate=0.3, learning_rate_decay=0.01),
        Adadelta(learning_rate=1.0),
        Rprop(learning_rate=0.02),
        LBFGS(learning_rate=0.1),
    ]


def cases() -> Iterator[tuple[str, Surface, Optimizer]]:
    for surface in SURFACES.values():
        for k, optimizer in enumerate(optimizers(SHARES.get(surface.name, 1.0))):
            yield f"{surface.name} {optimizer.kind} {k}", surface, optimizer
