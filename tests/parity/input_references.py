"""Record the gradient of an output's z by the input as PyTorch's autograd has it: `make references`, where
PyTorch is installed."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch.nn import functional

from .asked import CHOSEN, SAMPLES, asked
from .cases import Case
from .torch_layers import LAYERS, Run

FILE = Path(__file__).parent / "input_references.json"
DIGITS = 11


def run(case: Case) -> list[float]:
    """d(sum over samples and steps of z of the chosen output)/d(inputs), in evaluation mode."""
    torch.set_num_threads(1)
    trainer = case.trainer(np.float64, compiled=False)
    network = trainer.network
    p = {k: torch.from_numpy(v.copy()) for k, v in network.layout.views(trainer.vector).items()}
    inputs = torch.from_numpy(trainer.inputs[:SAMPLES].copy()).requires_grad_()
    state, x = Run(False, [0] * len(network.layers)), inputs
    for name, layer in zip(network.names[:-1], network.layers[:-1], strict=True):
        state.inputs.append(x)
        mine: dict[str, Any] = {
            k.removeprefix(f"{name}."): v for k, v in p.items() if k.startswith(f"{name}.")
        }
        x = LAYERS[layer.kind](layer, mine, x, state)
    z = functional.linear(x, p["output.weight"].T, p["output.bias"])
    z[..., CHOSEN].sum().backward()
    assert inputs.grad is not None
    return [float(f"{v:.{DIGITS}g}") for v in inputs.grad.reshape(-1).tolist()]


def main() -> None:
    lines = [
        f"{json.dumps(name)}:{json.dumps(run(case), separators=(',', ':'))}"
        for name, case in asked()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(lines)} networks, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
