"""Record PyTorch's descents: `make references`, where it is installed.

The surfaces are written here once more, in PyTorch's own operations, and their gradients are autograd's.
"""

import json
from collections.abc import Callable
from math import pi
from pathlib import Path
from typing import Any

import torch

from .descending import KEPT, STEPS, cases
from .torch_side import OPTIMIZERS

FILE = Path(__file__).parent / "descent_references.json"
DIGITS = 12
SURFACES: dict[str, Callable[[Any, Any], Any]] = {
    "bowl": lambda x, y: x**2 + y**2,
    "ravine": lambda x, y: 0.05 * x**2 + y**2,
    "saddle": lambda x, y: x**2 - y**2 + y**4 / 4,
    "plateau": lambda x, y: 1 - torch.exp(-(x**2 + y**2) / 2),
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "beale": lambda x, y: (
        (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2
    ),
    "rastrigin": lambda x, y: (
        20 + x**2 - 10 * torch.cos(2 * pi * x) + y**2 - 10 * torch.cos(2 * pi * y)
    ),
}


def main() -> None:
    found = {name: path(surface.name, surface.start, optimizer) for name, surface, optimizer in cases()}  # fmt: skip
    lines = [f"{json.dumps(name)}:{json.dumps(kept, separators=(',', ':'))}" for name, kept in found.items()]  # fmt: skip
    body = ",\n".join(lines)
    FILE.write_text(f'{{"torch":{json.dumps(torch.__version__)},"paths":{{\n{body}\n}}}}\n')
    print(f"{len(found)} paths, {FILE.stat().st_size} bytes")


def path(name: str, start: tuple[float, float], settings: Any) -> list[list[float]]:
    """Of the kept steps x, y and the value there."""
    w = torch.tensor(start, dtype=torch.float64, requires_grad=True)
    optimizer = OPTIMIZERS[settings.kind]([w], settings)
    kept = []
    for step in range(STEPS + 1):
        value = SURFACES[name](w[0], w[1])
        if step in KEPT:
            kept.append([float(f"{v:.{DIGITS}g}") for v in (*w.tolist(), value.item())])
        optimizer.zero_grad()
        value.backward()
        optimizer.step(lambda value=value: value)
    return kept


if __name__ == "__main__":
    main()
