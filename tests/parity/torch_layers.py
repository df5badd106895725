"""The same layers in PyTorch, by its own functions, on parameters in the engine's shapes and names.

Images come channels last, as in the engine, and are turned for PyTorch and back.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch.nn import functional

from engine.layers.conv import window_geometry

Views = dict[str, Any]

ACTIVATIONS: dict[str, Callable[[Any], Any]] = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": torch.relu,
    "elu": functional.elu,
    "leaky_relu": functional.leaky_relu,
    "softplus": functional.softplus,
    "gelu": functional.gelu,
    "swish": functional.silu,
    "sin": torch.sin,
    "linear": lambda z: z,
    # Its own hardsigmoid rounds 1/6 to float32 on the way back, in float64 too.
    "hard_sigmoid": lambda z: torch.clamp(z / 6 + 0.5, 0, 1),
    "hard_tanh": functional.hardtanh,
    "relu6": functional.relu6,
    "selu": functional.selu,
    "mish": functional.mish,
    "softsign": functional.softsign,
    "exponential": torch.exp,
    "softmax": lambda z: torch.softmax(z, dim=-1),
}


class Run:
    """One pass through the network: the inputs of all layers so far, dropout's own masks."""

    def __init__(self, training: bool, keys: list[int]) -> None:
        self.training = training
        self.keys = keys
        self.inputs: list[Any] = []


def turned(x: Any) -> Any:
    """Channels last to channels first, for rows, sequences and images alike."""
    return x.movedim(-1, 1)


def back(x: Any) -> Any:
    return x.movedim(1, -1)


def bordered(x: Any, window: int, stride: int, padding: Any, value: float = 0.0) -> Any:
    """x: (batch, channels, height, width) with what padding `same` adds, the odd one after."""
    if padding == "valid":
        return x
    (_, top, bottom), (_, left, right) = (
        window_geometry(n, window, stride, padding) for n in x.shape[2:]
    )
    return functional.pad(x, (left, right, top, bottom), value=value)


def dense(o: Any, p: Views, x: Any, run: Run) -> Any:
    return ACTIVATIONS[o.activation](functional.linear(x, p["weight"].T, p["bias"]))


def conv2d(o: Any, p: Views, x: Any, run: Run) -> Any:
    reach = (o.kernel_size - 1) * o.dilation_rate + 1
    x = bordered(turned(x), reach, o.strides, o.padding)
    weight = p["weight"].permute(3, 2, 0, 1)  # (kh, kw, in, out) -> (out, in, kh, kw)
    z = functional.conv2d(x, weight, p["bias"], o.strides, 0, o.dilation_rate, o.groups)
    return ACTIVATIONS[o.activation](back(z))


def max_pool2d(o: Any, p: Views, x: Any, run: Run) -> Any:
    stride = o.strides or o.pool_size
    x = bordered(turned(x), o.pool_size, stride, o.padding, -torch.inf)
    return back(functional.max_pool2d(x, o.pool_size, stride))


def avg_pool2d(o: Any, p: Views, x: Any, run: Run) -> Any:
    """The mean of the pixels that are there; PyTorch's count_include_pad knows no odd border."""
    stride = o.strides or o.pool_size
    shares = [
        functional.avg_pool2d(bordered(y, o.pool_size, stride, o.padding), o.pool_size, stride)
        for y in (turned(x), torch.ones_like(turned(x)))
    ]
    return back(shares[0] / shares[1])


def dropout(o: Any, p: Views, x: Any, run: Run) -> Any:
    """With the engine's own mask, for no two libraries draw the same."""
    if not run.training or o.rate == 0:
        return x
    shape, key = tuple(x.shape), run.keys[len(run.inputs) - 1]
    return x * torch.from_numpy(o.scale(key, shape, float)).to(x.dtype)


def batch_norm(o: Any, p: Views, x: Any, run: Run) -> Any:
    y = functional.batch_norm(
        turned(x), p["running_mean"], p["running_variance"], p["weight"], p["bias"],
        run.training and o.trainable, 1 - o.momentum, o.epsilon,
    )  # fmt: skip
    return back(y)


def layer_norm(o: Any, p: Views, x: Any, run: Run) -> Any:
    return functional.layer_norm(x, x.shape[-1:], p["weight"], p["bias"], o.epsilon)


def _module(o: Any, inputs: int, both: bool) -> Any:
    if o.kind == "simple_rnn":
        return torch.nn.RNN(inputs, o.units, 1, o.activation, bidirectional=both, batch_first=True)
    make = {"lstm": torch.nn.LSTM, "gru": torch.nn.GRU}[o.kind]
    return make(inputs, o.units, bidirectional=both, batch_first=True)


def _named(o: Any, p: Views, way: str, suffix: str = "") -> Views:
    """PyTorch's names of one direction; it has two biases where the engine has one but for GRU."""
    bias = p[way + "bias"]
    return {
        "weight_ih_l0" + suffix: p[way + "weight"].T,
        "weight_hh_l0" + suffix: p[way + "recurrent_weight"].T,
        "bias_ih_l0" + suffix: bias,
        "bias_hh_l0" + suffix: p[way + "recurrent_bias"]
        if o.kind == "gru"
        else torch.zeros_like(bias),
    }


def _chunks(o: Any, p: Views, way: str, x: Any) -> Any:
    """All states of one direction, the state detached at every multiple of `truncate`."""
    module, state, outs = _module(o, x.shape[2], False), None, []
    for part in x.split(o.truncate, dim=1):
        if state is not None:
            state = tuple(s.detach() for s in state) if o.kind == "lstm" else state.detach()
        out, state = torch.func.functional_call(module, _named(o, p, way), (part, state))
        outs.append(out)
    return torch.cat(outs, dim=1)


def recurrent(o: Any, p: Views, x: Any, run: Run) -> Any:
    if o.truncate:
        outs = [_chunks(o, p, "", x)]
        if o.bidirectional:
            outs.append(_chunks(o, p, "backward_", x.flip(1)))
        if not o.return_sequences:
            return torch.cat([h[:, -1] for h in outs], dim=1)
        return torch.cat([outs[0], *(h.flip(1) for h in outs[1:])], dim=2)
    names = _named(o, p, "")
    if o.bidirectional:
        names |= _named(o, p, "backward_", "_reverse")
    module = _module(o, x.shape[2], o.bidirectional)
    out, last = torch.func.functional_call(module, names, (x,))
    if o.return_sequences:
        return out
    return torch.cat([*(last[0] if o.kind == "lstm" else last)], dim=1)


def residual(o: Any, p: Views, x: Any, run: Run) -> Any:
    return ACTIVATIONS[o.activation](x + run.inputs[-1 - o.span])


LAYERS: dict[str, Callable[[Any, Views, Any, Run], Any]] = {
    "dense": dense,
    "conv2d": conv2d,
    "max_pool2d": max_pool2d,
    "avg_pool2d": avg_pool2d,
    "global_avg_pool2d": lambda o, p, x, run: functional.adaptive_avg_pool2d(turned(x), 1).flatten(1),
    "flatten": lambda o, p, x, run: torch.flatten(x, 1),
    "dropout": dropout,
    "batch_norm": batch_norm,
    "layer_norm": layer_norm,
    "embedding": lambda o, p, x, run: functional.embedding(x.long(), p["weight"]),
    "simple_rnn": recurrent,
    "lstm": recurrent,
    "gru": recurrent,
    "residual": residual,
    "activation": lambda o, p, x, run: ACTIVATIONS[o.activation](x),
    "prelu": lambda o, p, x, run: back(functional.prelu(turned(x), p["slope"])),
}  # fmt: skip


def forward(network: Any, p: Views, x: Any, run: Run) -> tuple[Any, Any]:
    """z and y of the output layer."""
    for name, layer in zip(network.names[:-1], network.layers[:-1], strict=True):
        run.inputs.append(x)
        mine = {k.split(".")[1]: v for k, v in p.items() if k.startswith(name + ".")}
        x = LAYERS[layer.kind](layer, mine, x, run)
    z = functional.linear(x, p["output.weight"].T, p["output.bias"])
    return z, ACTIVATIONS[network.output.activation](z)
