"""Record states, gates and gradients by time step as PyTorch's autograd has them, with cells written out
by their definitions: `make references`, where PyTorch is installed."""

import json
from pathlib import Path
from typing import Any

import torch
from torch.nn import functional

from .torch_layers import ACTIVATIONS
from .torch_side import LOSSES
from .unrolling import Case, cases

FILE = Path(__file__).parent / "unrolling_references.json"
DIGITS = 11
States = list[dict[str, Any]]


def cell(o: Any, p: dict[str, Any], x: Any, h: Any, c: Any) -> dict[str, Any]:
    """One step: its gates, its cell where it has one, and its state.  (torch.nn.LSTMCell and the like)"""
    if o.kind == "simple_rnn":
        z = x @ p["weight"] + h @ p["recurrent_weight"] + p["bias"]
        return {"z": z, "h": ACTIVATIONS[o.activation](z)}
    if o.kind == "lstm":
        z = (x @ p["weight"] + h @ p["recurrent_weight"] + p["bias"]).chunk(4, dim=-1)
        i, f, o_ = (torch.sigmoid(z[k]) for k in (0, 1, 3))
        g = torch.tanh(z[2])
        c = f * c + i * g
        return {"i": i, "f": f, "g": g, "o": o_, "c": c, "h": o_ * torch.tanh(c)}
    given = (x @ p["weight"] + p["bias"]).chunk(3, dim=-1)
    back = (h @ p["recurrent_weight"] + p["recurrent_bias"]).chunk(3, dim=-1)
    r, z = (torch.sigmoid(given[k] + back[k]) for k in (0, 1))
    n = torch.tanh(given[2] + r * back[2])
    return {"r": r, "z": z, "n": n, "h": (1 - z) * n + z * h}


def run_one_way(o: Any, p: dict[str, Any], x: Any) -> States:
    """x: (time, features), in the order of reading; a state that truncation cuts off is handed on without
    its history."""
    h = torch.zeros(o.units, dtype=x.dtype)
    c, states = torch.zeros_like(h), []
    for t in range(len(x)):
        if o.truncate and t % o.truncate == 0:
            h, c = h.detach(), c.detach()
        made = cell(o, p, x[t], h, c)
        h, c = made["h"], made.get("c", c)
        h.retain_grad()
        if "c" in made:
            c.retain_grad()
        states.append({**made, "x": x[t]})
    return states


def run(case: Case) -> dict[str, Any]:
    torch.set_num_threads(1)
    experiment = case.experiment()
    network, data = experiment.network, experiment.dataset
    p = {
        k: torch.from_numpy(v.copy()).requires_grad_()
        for k, v in network.layout.views(experiment.trainer.vector).items()
    }
    x = torch.from_numpy(data.test_inputs[0].copy())
    unrolled: list[tuple[str, str, States]] = []  # layer, direction, states in the order of time
    for name, layer in zip(network.names[:-1], network.layers[:-1], strict=True):
        o: Any = layer
        mine = {k.removeprefix(f"{name}."): v for k, v in p.items() if k.startswith(f"{name}.")}
        if o.kind == "embedding":
            x = functional.embedding(x.long(), mine["weight"])
            continue
        outs = []
        for way in ("", "backward_") if o.bidirectional else ("",):
            part = {k.removeprefix(way): v for k, v in mine.items() if k.startswith(way)}
            states = run_one_way(o, part, x.flip(0) if way else x)
            outs.append([s["h"] for s in states])
            unrolled.append(
                (name, "backward" if way else "forward", states[::-1] if way else states)
            )
        x = torch.stack(outs[0]) if o.return_sequences else torch.cat([out[-1] for out in outs])
    z = x @ p["output.weight"] + p["output.bias"]
    t = torch.from_numpy(experiment.coded(data.test_targets[:1]))
    each = z.ndim == 2
    y = ACTIVATIONS[network.output.activation](z)
    loss_of = LOSSES[network.loss_record.name]
    if case.of is None:
        whole = loss_of(z[None], y[None], t)
        asked = (t[0] >= 0) if each else None
        parts = (
            [loss_of(z[None, s : s + 1], y[None, s : s + 1], t[:, s : s + 1]) / asked.sum() for s in range(len(z))]
            if asked is not None
            else [whole]
        )  # fmt: skip
        parts = [part if asked is None or asked[s] else part * 0 for s, part in enumerate(parts)]
    else:
        whole = z[case.of]
        parts = [whole]
    whole.backward(retain_graph=True)
    found: dict[str, Any] = {
        "loss": _rounded(whole)[0] if case.of is None else None,
        "y": _rounded(y),
        "layers": [
            {
                "layer": name,
                "direction": direction,
                **{k: _rounded(torch.stack([s[k] for s in states])) for k in states[0]},
                "grad_h": [_length(s["h"].grad) for s in states],
                "grad_c": [_length(s["c"].grad) for s in states] if "c" in states[0] else None,
            }
            for name, direction, states in unrolled
        ],
    }
    for k, (_, _, states) in enumerate(unrolled):
        hs = [s["h"] for s in states]
        found["layers"][k]["grad_from"] = [
            [
                _length(g)
                for g in torch.autograd.grad(part, hs, retain_graph=True, allow_unused=True)
            ]
            for part in parts
        ]
    return found


def _length(gradient: Any) -> float:
    return 0.0 if gradient is None else float(f"{float(gradient.norm()):.{DIGITS}g}")


def _rounded(tensor: Any) -> list[float]:
    return [float(f"{v:.{DIGITS}g}") for v in tensor.detach().reshape(-1).tolist()]


def main() -> None:
    lines = [
        f"{json.dumps(case.name)}:{json.dumps(run(case), separators=(',', ':'))}"
        for case in cases()
    ]
    FILE.write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(f"{len(lines)} networks, {FILE.stat().st_size} bytes")


if __name__ == "__main__":
    main()
