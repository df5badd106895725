"""The same training in PyTorch, by its own layers, losses and optimizers."""

from typing import Any

import numpy as np
import torch
from torch.nn import functional

from engine.trainer import shuffle

from .cases import BATCHES, SAMPLES, STEPS, Case

ACTIVATIONS = {
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
LOSSES = {
    "cross_entropy": lambda z, y, t: functional.cross_entropy(z, t.argmax(dim=-1)),
    "binary_cross_entropy": lambda z, y, t: functional.binary_cross_entropy_with_logits(z, t),
    "mse": lambda z, y, t: functional.mse_loss(y, t),
    "mae": lambda z, y, t: functional.l1_loss(y, t),
    "huber": lambda z, y, t: functional.huber_loss(y, t),
    # PyTorch has no plain hinge loss on -1 and 1; this is its formula on PyTorch's autograd.
    "hinge": lambda z, y, t: torch.clamp(1 - t * y, min=0).mean(),
}


class Lion(torch.optim.Optimizer):
    """PyTorch has no Lion; this is algorithm 2 of Chen et al. 2023 on PyTorch's tensors."""

    def __init__(self, parameters: list[Any], o: Any) -> None:
        super().__init__(parameters, {})
        self.o = o

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        o = self.o
        for w in self.param_groups[0]["params"]:
            m = self.state[w].setdefault("m", torch.zeros_like(w))
            w.mul_(1 - o.learning_rate * o.weight_decay)
            w.sub_(o.learning_rate * torch.sign(o.beta_1 * m + (1 - o.beta_1) * w.grad))
            m.mul_(o.beta_2).add_((1 - o.beta_2) * w.grad)


ADAM_LIKE = {
    "adam": "Adam",
    "adamw": "AdamW",
    "nadam": "NAdam",
    "radam": "RAdam",
    "adamax": "Adamax",
}


def _optimizer(case: Case, parameters: list[Any]) -> torch.optim.Optimizer:
    o: Any = case.optimizer
    lr = o.learning_rate
    if o.kind in ADAM_LIKE:
        more = {"adamw": "weight_decay", "nadam": "momentum_decay"}.get(o.kind)
        extra = {more: getattr(o, more)} if more else {}
        make = getattr(torch.optim, ADAM_LIKE[o.kind])
        return make(parameters, lr=lr, betas=(o.beta_1, o.beta_2), eps=o.epsilon, **extra)
    if o.kind == "sgd":
        return torch.optim.SGD(parameters, lr=lr, momentum=o.momentum, nesterov=o.nesterov)
    if o.kind == "rmsprop":
        return torch.optim.RMSprop(
            parameters, lr=lr, alpha=o.rho, momentum=o.momentum, eps=o.epsilon
        )
    if o.kind == "adagrad":
        return torch.optim.Adagrad(parameters, lr=lr, lr_decay=o.learning_rate_decay, eps=o.epsilon)
    if o.kind == "adadelta":
        return torch.optim.Adadelta(parameters, lr=lr, rho=o.rho, eps=o.epsilon)
    if o.kind == "rprop":
        sizes = (o.least_step, o.most_step)
        return torch.optim.Rprop(parameters, lr=lr, etas=(o.shrink, o.grow), step_sizes=sizes)
    if o.kind == "lion":
        return Lion(parameters, o)
    raise KeyError(o.kind)


def run(case: Case, dtype: type, batch: str) -> tuple[list[float], list[float]]:
    """The first gradient (flat) and the batch loss before each of 100 updates."""
    torch.set_num_threads(1)
    kind = torch.float32 if dtype is np.float32 else torch.float64
    network = case.network()
    start = network.start("glorot_uniform", case.seed, dtype)
    layers = []
    for name in network.names:
        views = network.layout.views(start)
        weight, bias = views[f"{name}.weight"], views[f"{name}.bias"]
        linear = torch.nn.Linear(*weight.shape, dtype=kind)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(weight.T.copy()))
            linear.bias.copy_(torch.from_numpy(bias.copy()))
        layers.append(linear)
    inputs, targets = (torch.from_numpy(array).to(kind) for array in case.data())
    optimizer = _optimizer(case, [p for layer in layers for p in layer.parameters()])
    order, generator = np.arange(SAMPLES), np.array([case.seed], np.uint64)
    losses, gradient, position = [], [], 0
    for step in range(STEPS):
        if position == 0:
            shuffle(order, generator)
        chosen = torch.from_numpy(order[position : position + BATCHES[batch]].copy())
        position += BATCHES[batch]
        if position >= SAMPLES:
            position = 0
        x = inputs[chosen]
        for layer in layers[:-1]:
            x = ACTIVATIONS[case.activation](layer(x))
        z = layers[-1](x)
        loss = LOSSES[case.loss](z, ACTIVATIONS[case.output](z), targets[chosen])
        penalty = sum(
            case.l1 * layer.weight.abs().sum() + case.l2 / 2 * (layer.weight**2).sum()
            for layer in layers
        )
        optimizer.zero_grad()
        (loss + penalty).backward()
        if step == 0:
            for layer in layers:
                gradient += layer.weight.grad.T.reshape(-1).tolist() + layer.bias.grad.tolist()
        optimizer.step()
        losses.append(float(loss.detach()))
    return gradient, losses
