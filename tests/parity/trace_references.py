"""Record every number of an update as PyTorch's autograd and optimizers have it: `make references`,
where PyTorch is installed."""

import json
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from engine.trainer import Trainer

from .torch_layers import ACTIVATIONS, LAYERS, Run
from .torch_side import LOSSES, OPTIMIZERS, _add_care, _penalties, learning
from .traced import BEFORE, traced

FILE = Path(__file__).parent / "trace_references.json"
DIGITS = 11


def run(trainer: Trainer) -> dict[str, Any]:
    """Of the update after the first two: loss, what left every layer and its gradient, gradients as
    the optimizer is given them, new weights."""
    torch.set_num_threads(1)
    network = trainer.network
    p = {k: torch.from_numpy(v.copy()) for k, v in network.layout.views(trainer.vector).items()}
    moving = learning(network, p)
    inputs, targets = torch.from_numpy(trainer.inputs), torch.from_numpy(trainer.targets)
    optimizer = OPTIMIZERS[trainer.optimizer.kind](moving, trainer.optimizer)
    twin = trainer.twin()
    found: dict[str, Any] = {}
    for step in range(BEFORE + 1):
        chosen = torch.from_numpy(twin.state.next_batch(twin.batch, compiled=False).copy())
        twin.state.pass_by(len(chosen))
        passes = network.passes(key=trainer._how().key(step))
        state = Run(True, [one.key for one in passes])
        x, outs = inputs[chosen], {}
        for name, layer in zip(network.names[:-1], network.layers[:-1], strict=True):
            state.inputs.append(x)
            mine = {k.split(".")[1]: v for k, v in p.items() if k.startswith(name + ".")}
            x = LAYERS[layer.kind](layer, mine, x, state)
            if x.requires_grad:
                x.retain_grad()
                outs[name] = x
        z = functional.linear(x, p["output.weight"].T, p["output.bias"])
        if z.requires_grad:
            z.retain_grad()
        y = ACTIVATIONS[network.output.activation](z)
        loss = LOSSES[network.loss_record.name](z, y, targets[chosen])
        optimizer.zero_grad()
        loss.backward()
        _add_care(trainer, moving, _penalties(trainer, network, p))  # type: ignore[arg-type]
        if step == BEFORE:
            found = {
                "samples": chosen.tolist(),
                "loss": float(loss.detach()),
                "y": _rounded(y),
                "delta": _rounded(z.grad),
                "a": {name: _rounded(one) for name, one in outs.items()},
                "da": {name: _rounded(one.grad) for name, one in outs.items()},
                "grad": {k: _rounded(w.grad) for k, w in p.items() if w.requires_grad},
            }
        optimizer.step(lambda loss=loss: loss)
    found["after"] = {k: _rounded(w) for k, w in p.items()}
    return found


def _rounded(tensor: Any) -> list[float]:
    return [float(f"{v:.{DIGITS}g}") for v in tensor.detach().reshape(-1).tolist()]


def main() -> None:
    lines = [
        f"{json.dumps(name)}:{json.dumps(run(trainer), separators=(',', ':'))}"
        for name, trainer in traced()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(lines)} updates, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
