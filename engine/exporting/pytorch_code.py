"""A run as PyTorch code: its own modules, losses and optimizers."""

from typing import Any

from .numpy_code import extra_arrays
from .pieces import (
    ARRAYS,
    MASK,
    SHUFFLE,
    batch_lines,
    comment,
    data_block,
    joined,
    rate_of,
    schedule_of,
    spoken,
)
from .pytorch_layers import Writer
from .run import Run
from .weighted import pytorch_loss, weight_lines
from .words import Language

LOSSES: dict[str, str] = {
    "cross_entropy": "F.cross_entropy(output, t)",
    "binary_cross_entropy": "F.binary_cross_entropy_with_logits(output, t)",
    "mse": "F.mse_loss(output, t)",
    "mae": "F.l1_loss(output, t)",
    "huber": "F.huber_loss(output, t)",
    "hinge": "torch.clamp(1 - t * output, min=0).mean()",
    "label_smoothing": "F.cross_entropy(output, t, label_smoothing=0.1)",
    "focal": "-(((1 - p) ** 2) * torch.log(p)).mean()",
    "kl_divergence": 'F.kl_div(F.log_softmax(output, -1), t, reduction="batchmean")',
    "poisson": "F.poisson_nll_loss(output, t)",
    "sequence_cross_entropy": "F.cross_entropy(output.transpose(1, 2), t.long(), ignore_index=-1)",
}
_BETAS = "betas=({beta_1}, {beta_2}), eps={epsilon}"
OPTIMIZERS: dict[str, str] = {
    "sgd": "torch.optim.SGD(learned, LEARNING_RATE, momentum={momentum}, nesterov={nesterov})",
    "adam": f"torch.optim.Adam(learned, LEARNING_RATE, {_BETAS})",
    "adamw": f"torch.optim.AdamW(learned, LEARNING_RATE, {_BETAS}, weight_decay={{weight_decay}})",
    "nadam": f"torch.optim.NAdam(learned, LEARNING_RATE, {_BETAS}, momentum_decay={{momentum_decay}})",
    "radam": f"torch.optim.RAdam(learned, LEARNING_RATE, {_BETAS})",
    "adamax": f"torch.optim.Adamax(learned, LEARNING_RATE, {_BETAS})",
    "rmsprop": "torch.optim.RMSprop(learned, LEARNING_RATE, alpha={rho}, eps={epsilon}, momentum={momentum})",
    "adagrad": "torch.optim.Adagrad(learned, LEARNING_RATE, lr_decay={learning_rate_decay}, eps={epsilon})",
    "adadelta": "torch.optim.Adadelta(learned, LEARNING_RATE, rho={rho}, eps={epsilon})",
    "rprop": "torch.optim.Rprop(learned, LEARNING_RATE, etas=({shrink}, {grow}), step_sizes=({least_step}, {most_step}))",
    "lion": "Lion(learned, dict(lr=LEARNING_RATE))",
    "lbfgs": "torch.optim.LBFGS(learned, LEARNING_RATE, max_iter=1, history_size=10)",
}
LION = '''
class Lion(torch.optim.Optimizer):
    """@{lion}"""

    @torch.no_grad()
    def step(self):
        rate = self.param_groups[0]["lr"]
        for w in self.param_groups[0]["params"]:
            m = self.state[w].setdefault("m", torch.zeros_like(w))
            w.mul_(1 - rate * {weight_decay})
            w.sub_(rate * torch.sign({beta_1} * m + (1 - {beta_1}) * w.grad))
            m.mul_({beta_2}).add_((1 - {beta_2}) * w.grad)
'''
CHUNKS = '''
def chunks(module, x, cut):
    """@{torch_chunks}"""
    outs, state = [], None
    for piece in x.split(cut, dim=1):
        if state is not None:
            state = tuple(s.detach() for s in state) if isinstance(state, tuple) else state.detach()
        out, state = module(piece, state)
        outs.append(out)
    return torch.cat(outs, dim=1)
'''


def pytorch_code(run: Run, language: Language, first: str) -> list[str]:
    """The script in pieces, see `numpy_code`."""
    writer = Writer(run)
    for part in run.parts:
        writer.layer(part)
    image = ["        x = x.movedim(-1, 1)"] if len(run.network.input_shape) == 3 else []
    given = "x, step" if run.drops else "x"
    net = "\n".join(
        [
            "class Net(nn.Module):",
            '    """@{torch_net}"""',
            "",
            "    def __init__(self):",
            "        super().__init__()",
            *writer.modules,
            "",
            f"    def forward(self, {given}):",
            *image,
            *writer.forward,
            "        return output",
        ]
    )
    net = net.replace("#@off", comment("off", language)).replace(
        "#@logits", comment("logits", language)
    )
    load = "\n".join(
        [
            "@torch.no_grad()",
            "def load(net, w):",
            '    """@{torch_load}"""',
            *(f"    {tensor}.copy_(torch.tensor({array}))" for tensor, array in writer.puts),
            *(f"    net.{name}.zero_().requires_grad_(False)" for name in writer.silent),
        ]
    )
    optimizer: Any = run.spec.optimizer
    settings = {name: getattr(optimizer, name) for name in optimizer.__dataclass_fields__}
    more = [_filled_lion(settings)] if optimizer.kind == "lion" else []
    if any(getattr(p.layer, "truncate", 0) for p in run.parts):
        more.append(CHUNKS)
    if run.drops:
        more.append(MASK)
    spread = schedule_of(run)
    math = "import math\n" if "math." in spread else ""
    begin = (
        f'"""{first}"""\n\nimport base64\nimport io\n{math}\nimport numpy as np\nimport torch\n'
        "import torch.nn.functional as F\nfrom torch import nn\n\n"
    )
    body = joined(
        begin + _settings(run, language), more, net, load, spread, SHUFFLE, ARRAYS,
        _loop(run, writer, OPTIMIZERS[optimizer.kind].format(**settings), language),
    )  # fmt: skip
    return [spoken(body, language), data_block(run, extra_arrays(run)) + "\nmain()\n"]


def _filled_lion(settings: dict[str, Any]) -> str:
    text = LION
    for name in ("weight_decay", "beta_1", "beta_2"):
        text = text.replace(f"{{{name}}}", repr(settings[name]))
    return text


def _settings(run: Run, language: Language) -> str:
    lines = [
        f"UPDATES = {run.updates}",
        f"BATCH = {run.batch}",
        f"LEARNING_RATE = {run.spec.optimizer.learning_rate}",
    ]
    if run.drops:
        lines.append(f"SEED = {run.key_seed}")
    lines += weight_lines(run, language, "torch.tensor({})")
    if off := [part for part in run.parts if part.off]:
        lines.append(comment("on", language))
        for part in off:
            lines.append("ON = {}" if part is off[0] else "")
            lines += [
                f"ON[{part.name!r}] = torch.ones({part.out[-1]})",
                f"ON[{part.name!r}][{list(part.off)}] = 0",
            ]
    return "\n".join(line for line in lines if line)


def _loop(run: Run, writer: Writer, optimizer: str, language: Language) -> str:
    clip, tensors = run.spec.clipping, writer.tensors
    plateau = run.spec.schedule.kind == "plateau"
    lines = [
        "def main():",
        '    """@{main}"""',
        "    w = arrays()",
        '    inputs, targets = (torch.tensor(w[name].astype(np.float32)) for name in ("inputs", "targets"))',
        "    net = Net()",
        "    load(net, w)",
    ]
    for part in run.parts:
        if part.layer.kind == "batch_norm" and not part.layer.trainable:
            lines.append(f"    net.{part.name}.train(False)")
    running = ("running_mean", "running_variance")
    fixed = [tensors[n] for n in run.fixed if n.split(".")[1] not in running]
    lines += [f"    net.{name}.requires_grad_(False)" for name in fixed]
    lines += [
        "    learned = [p for p in net.parameters() if p.requires_grad]",
        f"    optimizer = {optimizer}",
    ]
    if run.partly:
        lines.append(comment("held", language, 4))
        lines.append("    held = [")
        for name in run.partly:
            turned = next(a for t, a in writer.puts if t == f"net.{tensors[name]}").split("]", 1)[1]
            lines.append(f'        (net.{tensors[name]}, torch.tensor(w["held.{name}"]{turned})),')
        lines.append("    ]")
    if run.penalties:
        lines.append(comment("penalties", language, 4))
        table = ", ".join(
            f"(net.{tensors[n]}, {l1}, {l2})"
            for n, (l1, l2) in run.penalties.items()
            if n in run.learned
        )
        lines.append(f"    penalties = [{table}]")
    if run.spec.average:
        lines.append("    average = [p.detach().clone() for p in learned]")
    if plateau:
        lines.append("    plateau, epoch = Plateau(), []")
    step = ", step" if run.drops else ""
    zero = ["        for p, mask in held:", "            p.grad[mask] = 0"] if run.partly else []
    lines += [
        f"    order, position, state = np.arange(len(inputs)), 0, {run.seed}",
        "    losses = []",
        "    for step in range(UPDATES):",
        *batch_lines(run, language),
        "        x, t = inputs[batch], targets[batch]",
        f"        output = net(x{step})",
    ]
    if run.spec.loss == "focal":
        lines.append("        p = (torch.softmax(output, -1) * t).sum(-1)")
    plain = [f"        loss = {LOSSES[run.spec.loss]}"]
    lines += [
        *(plain if run.class_weight is None else pytorch_loss(run)),
        '        print(f"{step:6d} {loss.item():.8g}")',
        "        losses.append(loss.item())",
        "        optimizer.zero_grad()",
        "        loss.backward()",
        *zero,
    ]
    if clip.value:
        lines.append(f"        nn.utils.clip_grad_value_(learned, {clip.value})")
    if clip.norm:
        lines.append(f"        nn.utils.clip_grad_norm_(learned, {clip.norm})")
    if run.penalties:
        lines += [
            "        for p, l1, l2 in penalties:",
            "            p.grad += l2 * p.detach() + l1 * torch.sign(p.detach())",
            *zero,
        ]
    if run.spec.schedule.kind != "constant":
        lines.append(f'        optimizer.param_groups[0]["lr"] = {rate_of(run)}')
    if run.partly:
        lines.append("        before = [p.detach().clone() for p, _ in held]")
    closure = "lambda: loss" if run.spec.optimizer.kind == "lbfgs" else ""
    lines.append(f"        optimizer.step({closure})")
    if run.partly:
        lines += [
            "        with torch.no_grad():", "            for (p, mask), b in zip(held, before):",
            "                p[mask] = b[mask]",
        ]  # fmt: skip
    if run.spec.average:
        lines += [
            comment("average", language, 8), "        for a, p in zip(average, learned):",
            f"            a.lerp_(p.detach(), {round(1 - run.spec.average, 12)})",
        ]  # fmt: skip
    if plateau:
        lines += [
            "        epoch.append(loss.item())", "        if position == 0:",
            "            plateau.after_epoch(sum(epoch) / len(epoch))", "            epoch = []",
        ]  # fmt: skip
    lines.append("    return losses")
    return "\n".join(lines)


__all__ = ["pytorch_code"]
