"""The same training in PyTorch, by its own losses, optimizers, schedules and clipping."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from torch.optim import lr_scheduler

from engine.network import Network
from engine.state import shuffle

from .cases import LOOKED_AT, SAMPLES, Case, Figures
from .torch_layers import Run, forward


def _label_smoothing(z: Any, y: Any, t: Any) -> Any:
    return functional.cross_entropy(z, t, label_smoothing=0.1)


def _focal(z: Any, y: Any, t: Any) -> Any:
    """PyTorch has none; Lin et al. 2017, eq. 4 with gamma 2, on its autograd."""
    p = (torch.softmax(z, dim=-1) * t).sum(dim=-1)
    return (-((1 - p) ** 2) * torch.log(p)).mean()


def _kl_divergence(z: Any, y: Any, t: Any) -> Any:
    return functional.kl_div(functional.log_softmax(z, dim=-1), t, reduction="batchmean")


LOSSES: dict[str, Callable[[Any, Any, Any], Any]] = {
    "cross_entropy": lambda z, y, t: functional.cross_entropy(z, t),
    "binary_cross_entropy": lambda z, y, t: functional.binary_cross_entropy_with_logits(z, t),
    "mse": lambda z, y, t: functional.mse_loss(y, t),
    "mae": lambda z, y, t: functional.l1_loss(y, t),
    "huber": lambda z, y, t: functional.huber_loss(y, t),
    # PyTorch has no plain hinge loss on -1 and 1; this is its formula on PyTorch's autograd.
    "hinge": lambda z, y, t: torch.clamp(1 - t * y, min=0).mean(),
    "label_smoothing": _label_smoothing,
    "focal": _focal,
    "kl_divergence": _kl_divergence,
    "poisson": lambda z, y, t: functional.poisson_nll_loss(z, t, log_input=True),
    "sequence_cross_entropy": lambda z, y, t: functional.cross_entropy(
        z.transpose(1, 2), t.long(), ignore_index=-1
    ),
}


def _of_each(loss: str, z: Any, y: Any, t: Any) -> Any:
    """Of losses that PyTorch has no class weights for, the loss of every sample, by its own functions."""
    if loss == "binary_cross_entropy":
        return functional.binary_cross_entropy_with_logits(z, t, reduction="none").mean(dim=1)
    if loss == "kl_divergence":
        log_y = functional.log_softmax(z, dim=-1)
        return functional.kl_div(log_y, t, reduction="none").sum(dim=1)
    return torch.stack(
        [LOSSES[loss](z[i : i + 1], y[i : i + 1], t[i : i + 1]) for i in range(len(z))]
    )


def weighted(case: Case, z: Any, y: Any, t: Any) -> Any:
    """The loss with classes weighted: PyTorch's own `weight` where it has one, else the same mean of its
    losses, sum(w_i l_i) / sum(w_i)."""
    weights = torch.tensor(case.class_weights, dtype=z.dtype)
    if case.loss == "sequence_cross_entropy":
        return functional.cross_entropy(
            z.transpose(1, 2), t.long(), weight=weights, ignore_index=-1
        )
    classes = (t[:, 0] > 0).long() if t.shape[1] == 1 else t.argmax(dim=1)
    if case.loss in ("cross_entropy", "label_smoothing"):
        smoothing = 0.1 if case.loss == "label_smoothing" else 0.0
        return functional.cross_entropy(z, classes, weight=weights, label_smoothing=smoothing)
    mine = weights[classes]
    return (mine * _of_each(case.loss, z, y, t)).sum() / mine.sum()


class Lion(torch.optim.Optimizer):
    """PyTorch has no Lion; this is algorithm 2 of Chen et al. 2023 on PyTorch's tensors."""

    def __init__(self, parameters: list[Any], o: Any) -> None:
        super().__init__(parameters, {"lr": o.learning_rate})
        self.o = o

    @torch.no_grad()
    def step(self, closure: Any = None) -> None:
        o, lr = self.o, self.param_groups[0]["lr"]
        for w in self.param_groups[0]["params"]:
            m = self.state[w].setdefault("m", torch.zeros_like(w))
            w.mul_(1 - lr * o.weight_decay)
            w.sub_(lr * torch.sign(o.beta_1 * m + (1 - o.beta_1) * w.grad))
            m.mul_(o.beta_2).add_((1 - o.beta_2) * w.grad)


def _adam_like(name: str, *more: str) -> Callable[[list[Any], Any], Any]:
    def make(parameters: list[Any], o: Any) -> Any:
        extra = {setting: getattr(o, setting) for setting in more}
        betas = (o.beta_1, o.beta_2)
        return getattr(torch.optim, name)(
            parameters, lr=o.learning_rate, betas=betas, eps=o.epsilon, **extra
        )

    return make


OPTIMIZERS: dict[str, Callable[[list[Any], Any], torch.optim.Optimizer]] = {
    "sgd": lambda p, o: torch.optim.SGD(
        p, lr=o.learning_rate, momentum=o.momentum, nesterov=o.nesterov
    ),
    "adam": _adam_like("Adam"),
    "adamw": _adam_like("AdamW", "weight_decay"),
    "nadam": _adam_like("NAdam", "momentum_decay"),
    "radam": _adam_like("RAdam"),
    "adamax": _adam_like("Adamax"),
    "rmsprop": lambda p, o: torch.optim.RMSprop(
        p, lr=o.learning_rate, alpha=o.rho, momentum=o.momentum, eps=o.epsilon
    ),
    "adagrad": lambda p, o: torch.optim.Adagrad(
        p, lr=o.learning_rate, lr_decay=o.learning_rate_decay, eps=o.epsilon
    ),
    "adadelta": lambda p, o: torch.optim.Adadelta(p, lr=o.learning_rate, rho=o.rho, eps=o.epsilon),
    "rprop": lambda p, o: torch.optim.Rprop(
        p, lr=o.learning_rate, etas=(o.shrink, o.grow), step_sizes=(o.least_step, o.most_step)
    ),
    "lion": Lion,
    "lbfgs": lambda p, o: torch.optim.LBFGS(p, lr=o.learning_rate, max_iter=1, history_size=10),
}
SCHEDULES: dict[str, Callable[[Any, Any], Any]] = {
    "constant": lambda optimizer, s: lr_scheduler.ConstantLR(optimizer, factor=1.0),
    "step": lambda optimizer, s: lr_scheduler.StepLR(optimizer, s.every, s.gamma),
    "exponential": lambda optimizer, s: lr_scheduler.ExponentialLR(optimizer, s.gamma),
    "cosine": lambda optimizer, s: lr_scheduler.CosineAnnealingLR(
        optimizer, s.updates, optimizer.param_groups[0]["lr"] * s.floor
    ),
    "warm_up": lambda optimizer, s: lr_scheduler.LinearLR(optimizer, s.start, 1.0, s.updates),
    "one_cycle": lambda optimizer, s: lr_scheduler.OneCycleLR(
        optimizer, optimizer.param_groups[0]["lr"], total_steps=s.updates, pct_start=s.rise,
        div_factor=s.divide, final_div_factor=s.final_divide, cycle_momentum=False,
    ),
    "plateau": lambda optimizer, s: lr_scheduler.ReduceLROnPlateau(
        optimizer, factor=s.gamma, patience=s.patience, threshold=s.threshold, cooldown=s.cooldown
    ),
}  # fmt: skip
# Where PyTorch would go up again, or refuse, the engine stays at the last rate.
LAST_STEP = {"cosine": lambda s: s.updates, "one_cycle": lambda s: s.updates - 1}


def _penalties(case: Case, network: Any, p: dict[str, Any]) -> Any:
    """L1 and L2 of every weight that moves: the network's and its layer's own."""
    total = torch.zeros(())
    for name, layer in zip(network.names, network.layers, strict=True):
        if layer.kind in ("batch_norm", "layer_norm"):
            continue
        l1, l2 = case.l1 + getattr(layer, "l1", 0), case.l2 + getattr(layer, "l2", 0)
        for key, w in p.items():
            if key.startswith(name + ".") and key.endswith("weight") and w.requires_grad:
                total = total + l1 * w.abs().sum() + l2 / 2 * (w**2).sum()
    return total


def learning(network: Network, p: dict[str, torch.Tensor]) -> list[torch.Tensor]:
    """Those of the parameters that updates move, marked so: none of a frozen layer, no bias that is held."""
    frozen, held = (
        {
            name for name, layer in zip(network.names, network.layers, strict=True)
            if not getattr(layer, setting, True)
        } for setting in ("trainable", "trainable_bias")
    )  # fmt: skip
    for key, tensor in p.items():
        layer, part = key.split(".")
        stays = part.startswith("running_") or (part.endswith("bias") and layer in held)
        tensor.requires_grad_(layer not in frozen and not stays)
    return [w for w in p.values() if w.requires_grad]


def run(case: Case, dtype: type) -> Figures:
    """The same figures as `Case.figures`, found by PyTorch."""
    torch.set_num_threads(1)
    kind = torch.float32 if dtype is np.float32 else torch.float64
    trainer = case.trainer(dtype, compiled=False)
    network = trainer.network
    p = {k: torch.from_numpy(v.copy()) for k, v in network.layout.views(trainer.vector).items()}
    moving = learning(network, p)
    average = [w.detach().clone() for w in moving]
    inputs, targets = (torch.from_numpy(np.asarray(a, float)).to(kind) for a in case.data())
    optimizer = OPTIMIZERS[case.optimizer.kind](moving, case.optimizer)
    scheduler = SCHEDULES[case.schedule.kind](optimizer, case.schedule)
    last = LAST_STEP.get(case.schedule.kind, lambda s: case.steps)(case.schedule)
    order, generator, position = np.arange(SAMPLES), np.array([case.seed], np.uint64), 0
    figures: Figures = {"losses": []}
    epoch: list[float] = []
    for step in range(case.steps):
        if position == 0:
            shuffle(order, generator)
        size = trainer.batch
        # PyTorch refuses a batch of one where batch norm has one value a channel; the engine joins it.
        if SAMPLES - position - size == 1 and network.least_batch == 2:
            size += 1
        chosen = torch.from_numpy(order[position : position + size].copy())
        position = (position + len(chosen)) % SAMPLES
        passes = network.passes(key=trainer._how().key(step))
        z, y = forward(network, p, inputs[chosen], Run(True, [one.key for one in passes]))
        t = targets[chosen]
        loss = weighted(case, z, y, t) if case.class_weights else LOSSES[case.loss](z, y, t)
        optimizer.zero_grad()
        loss.backward()
        _add_care(case, moving, _penalties(case, network, p))
        if step == 0:
            grads = [w.grad if w.requires_grad else torch.zeros_like(w) for w in p.values()]
            figures["gradient"] = _flat(grads)
        optimizer.step(lambda loss=loss: loss)
        figures["losses"].append(float(loss.detach()))
        epoch.append(figures["losses"][-1])
        for a, w in zip(average, moving, strict=True):
            a.mul_(case.care.average).add_((1 - case.care.average) * w.detach())
        if case.schedule.kind == "plateau":
            if position == 0:
                scheduler.step(float(np.mean(epoch)))
                epoch = []
        elif step < last:
            scheduler.step()
    if case.schedule.kind == "plateau":
        figures["rate"] = [optimizer.param_groups[0]["lr"]]
    figures["weights"] = _flat([*p.values()])
    figures["outputs"] = _flat([forward(network, p, inputs[:LOOKED_AT], Run(False, []))[1]])
    if case.care.average:
        means = iter(average)
        figures["average"] = _flat([next(means) if w.requires_grad else w for w in p.values()])
    return figures


def _add_care(case: Case, moving: list[Any], penalty: Any) -> None:
    """Clip the gradient, then add that of the penalties."""
    for w in moving:
        if w.grad is None:
            w.grad = torch.zeros_like(w)
    if case.care.clip_value:
        torch.nn.utils.clip_grad_value_(moving, case.care.clip_value)
    if case.care.clip_norm:
        torch.nn.utils.clip_grad_norm_(moving, case.care.clip_norm)
    if penalty.requires_grad:
        more = torch.autograd.grad(penalty, moving, allow_unused=True)
        for w, extra in zip(moving, more, strict=True):
            if extra is not None:
                w.grad += extra


def _flat(tensors: list[Any]) -> list[float]:
    return [float(v) for t in tensors for v in t.detach().reshape(-1)]
