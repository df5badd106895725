"""PyTorch's side of the engine bench, as fast as its documented settings make it on one core:
fused optimizers, channels last for images."""

from itertools import pairwise
from typing import Any

import torch
from torch import nn

from .rows import RECURRENT, Row, best, data


class Pick(nn.Module):
    """The outputs of every step, of what a recurrent layer returns."""

    def forward(self, returned: Any) -> Any:
        return returned[0]


def model(row: Row) -> nn.Module:
    parts: list[nn.Module] = []
    if row.kind == "dense":
        for a, b in pairwise(row.sizes()[:-1]):
            parts += [nn.Linear(a, b), nn.Tanh() if row.activation == "tanh" else nn.ReLU()]
        return nn.Sequential(*parts, nn.Linear(*row.sizes()[-2:]))
    if row.kind == "sequence":
        kind, units = row.layers[0]
        make = dict(zip(RECURRENT, (nn.LSTM, nn.GRU, nn.RNN), strict=True))[kind]
        recurrent = make(row.input_shape[1], units, batch_first=True)
        return nn.Sequential(recurrent, Pick(), nn.Linear(units, row.outputs), nn.Flatten(0, 1))
    side, _, channels = row.input_shape
    for kind, *numbers in row.layers:
        if kind == "conv2d":
            filters, kernel = numbers
            parts += [nn.Conv2d(channels, filters, kernel, padding="same"), nn.ReLU()]
            channels = filters
        else:
            parts.append(nn.MaxPool2d(numbers[0]))
            side //= numbers[0]
    whole = nn.Sequential(*parts, nn.Flatten(), nn.Linear(side * side * channels, row.outputs))
    return whole.to(memory_format=torch.channels_last)


def torch_eager(row: Row, seconds: float, compiled: bool = False) -> float:
    torch.set_num_threads(1)
    network = model(row)
    criterion = nn.MSELoss() if row.loss == "mse" else nn.CrossEntropyLoss()
    opt: torch.optim.Optimizer
    if row.optimizer == "sgd":
        opt = torch.optim.SGD(network.parameters(), lr=0.01, momentum=row.momentum, fused=True)
    else:
        opt = torch.optim.Adam(network.parameters(), lr=0.001, fused=True)
    inputs, targets = data(row)
    x, t = torch.from_numpy(inputs), torch.from_numpy(targets)
    if row.kind == "convolution":
        x = x.permute(0, 3, 1, 2)  # of memory that already has the channels last
    if row.loss == "cross_entropy":
        t = t.argmax(dim=1)
    xs, ts = x.split(row.batch), t.split(row.batch)
    if row.kind == "sequence":
        ts = tuple(part.flatten() for part in ts)

    def loss(x: Any, t: Any) -> Any:
        return criterion(network(x), t)

    if compiled:
        # An LSTM stays PyTorch's own: Inductor refuses its oneDNN form and is slower without.
        torch._dynamo.config.allow_rnn = row.layers[0][0] != "lstm"
        loss = torch.compile(loss)

    def run(steps: int) -> None:
        for i in range(steps):
            opt.zero_grad()
            loss(xs[i % row.batches], ts[i % row.batches]).backward()
            opt.step()

    return best(run, seconds)


def torch_compile(row: Row, seconds: float) -> float:
    return torch_eager(row, seconds, compiled=True)
