"""A run as PyTorch code: its own modules, losses and optimizers."""

from typing import Any

from ..losses import LOSSES as RECORDS
from .numpy_code import RECURRENT, extra_arrays
from .pieces import (
    ARRAYS,
    MASK,
    SHUFFLE,
    comment,
    data_block,
    joined,
    rate_of,
    schedule_of,
    spoken,
)
from .run import Part, Run
from .windows import padding_of
from .words import Language

ACTIVATIONS: dict[str, str] = {
    "sigmoid": "torch.sigmoid({z})", "tanh": "torch.tanh({z})", "relu": "torch.relu({z})",
    "elu": "F.elu({z})", "leaky_relu": "F.leaky_relu({z})", "softplus": "F.softplus({z})",
    "gelu": "F.gelu({z})", "swish": "F.silu({z})", "sin": "torch.sin({z})", "linear": "{z}",
    "hard_sigmoid": "F.hardsigmoid({z})", "hard_tanh": "F.hardtanh({z})", "relu6": "F.relu6({z})",
    "selu": "F.selu({z})", "mish": "F.mish({z})", "softsign": "F.softsign({z})",
    "exponential": "torch.exp(({z}).clamp(max=80))", "softmax": "torch.softmax({z}, {axis})",
}  # fmt: skip
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
Put = tuple[str, str]  # a tensor of the module, and the array that it takes


class _Writer:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.modules: list[str] = []
        self.forward: list[str] = []
        self.puts: list[Put] = []
        self.silent: list[str] = []  # second biases, which stay 0
        self.tensors: dict[str, str] = {}  # of a module, by the name of what it holds
        self.names = ["x", *(part.name for part in run.parts)]

    def layer(self, part: Part) -> None:
        x, name, layer = self.names[part.index], part.name, part.layer
        kind = "recurrent" if layer.kind in RECURRENT else layer.kind
        value = getattr(self, f"_{kind}")(part, x, name, layer)
        f = part.activation
        fused = layer.kind == "output" and RECORDS[self.run.spec.loss].fused
        if kind != "recurrent" and not fused:
            axis = 1 if len(part.out) == 3 else -1
            value = ACTIVATIONS[f].format(z=value, axis=axis)
        self.forward.append(f"        {name} = {value}" + ("  #@logits" if fused else ""))
        if part.off:
            on = f"ON[{name!r}]" + ("[:, None, None]" if len(part.out) == 3 else "")
            self.forward.append(f"        {name} = {name} * {on}  #@off")

    def _put(self, name: str, ours: str, theirs: str, turned: str = "") -> None:
        self.tensors[f"{name}.{ours}"] = theirs
        self.puts.append((f"net.{theirs}", f'w["{name}.{ours}"]{turned}'))

    def _dense(self, part: Part, x: str, name: str, layer: Any) -> str:
        self.modules.append(f"        self.{name} = nn.Linear({part.shape[-1]}, {part.out[-1]})")
        self._put(name, "weight", f"{name}.weight", ".T")
        self._put(name, "bias", f"{name}.bias")
        return f"self.{name}({x})"

    _output = _dense

    def _conv2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        (top, bottom), (left, right) = padding_of(part)
        even = top == bottom and left == right
        more = {
            "stride": (layer.strides, 1), "padding": ((top, left) if even else 0, (0, 0) if even else 0),
            "dilation": (layer.dilation_rate, 1), "groups": (layer.groups, 1),
        }  # fmt: skip
        said = "".join(f", {key}={value}" for key, (value, usual) in more.items() if value != usual)
        self.modules.append(
            f"        self.{name} = nn.Conv2d({part.shape[-1]}, {layer.filters}, {layer.kernel_size}{said})"
        )
        self._put(name, "weight", f"{name}.weight", ".transpose(3, 2, 0, 1)")
        self._put(name, "bias", f"{name}.bias")
        return f"self.{name}({x if even else self._bordered(part, x)})"

    def _bordered(self, part: Part, x: str, value: str = "0") -> str:
        (top, bottom), (left, right) = padding_of(part)
        more = "" if value == "0" else f", value={value}"
        return f"F.pad({x}, ({left}, {right}, {top}, {bottom}){more})"

    def _max_pool2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        if any(map(any, padding_of(part))):
            x = self._bordered(part, x, "-torch.inf")
        return f"F.max_pool2d({x}, {layer.pool_size}, {layer.strides or layer.pool_size})"

    def _avg_pool2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        how = f"{layer.pool_size}, {layer.strides or layer.pool_size}"
        if not any(map(any, padding_of(part))):
            return f"F.avg_pool2d({x}, {how})"
        inside = f"F.avg_pool2d({self._bordered(part, f'torch.ones_like({x})')}, {how})"
        return f"F.avg_pool2d({self._bordered(part, x)}, {how}) / {inside}"

    def _global_avg_pool2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        return f"{x}.mean((2, 3))"

    def _flatten(self, part: Part, x: str, name: str, layer: Any) -> str:
        return f"{x}.movedim(1, -1).flatten(1)" if len(part.shape) == 3 else f"{x}.flatten(1)"

    def _dropout(self, part: Part, x: str, name: str, layer: Any) -> str:
        if not layer.rate:
            return x
        shape = ", ".join(map(str, part.shape))
        back = ".movedim(-1, 1)" if len(part.shape) == 3 else ""
        mask = f"dropout_mask(step, {part.index}, {layer.rate}, (len(x), {shape}))"
        return f"{x} * torch.from_numpy({mask}){back}"

    def _batch_norm(self, part: Part, x: str, name: str, layer: Any) -> str:
        kind = "BatchNorm2d" if len(part.shape) == 3 else "BatchNorm1d"
        self.modules.append(
            f"        self.{name} = nn.{kind}({part.shape[-1]}, eps={layer.epsilon}, momentum={round(1 - layer.momentum, 12)})"
        )
        for ours, theirs in (("weight", "weight"), ("bias", "bias"), ("running_mean", "running_mean"), ("running_variance", "running_var")):  # fmt: skip
            self._put(name, ours, f"{name}.{theirs}")
        if len(part.shape) == 2:
            return f"self.{name}({x}.movedim(-1, 1)).movedim(1, -1)"
        return f"self.{name}({x})"

    def _layer_norm(self, part: Part, x: str, name: str, layer: Any) -> str:
        self.modules.append(
            f"        self.{name} = nn.LayerNorm({part.shape[-1]}, eps={layer.epsilon})"
        )
        self._put(name, "weight", f"{name}.weight")
        self._put(name, "bias", f"{name}.bias")
        if len(part.shape) == 3:
            return f"self.{name}({x}.movedim(1, -1)).movedim(-1, 1)"
        return f"self.{name}({x})"

    def _embedding(self, part: Part, x: str, name: str, layer: Any) -> str:
        self.modules.append(
            f"        self.{name} = nn.Embedding({layer.input_dim}, {layer.output_dim})"
        )
        self._put(name, "weight", f"{name}.weight")
        return f"self.{name}({x}.long())"

    def _recurrent(self, part: Part, x: str, name: str, layer: Any) -> str:
        kind = {"simple_rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[layer.kind]
        bend = ', nonlinearity="relu"' if layer.function == "relu" else ""
        how, units = f"{part.shape[-1]}, {layer.units}, batch_first=True{bend}", layer.units
        ways = [("", name, "")]
        both = layer.bidirectional and not layer.truncate
        if both:
            how += ", bidirectional=True"
            ways.append(("backward_", name, "_reverse"))
        elif layer.bidirectional:
            ways.append(("backward_", f"{name}_backward", ""))
        for module in dict.fromkeys(way[1] for way in ways):
            self.modules.append(f"        self.{module} = nn.{kind}({how})")
        for way, module, end in ways:
            self._put(name, way + "weight", f"{module}.weight_ih_l0{end}", ".T")
            self._put(name, way + "recurrent_weight", f"{module}.weight_hh_l0{end}", ".T")
            self._put(name, way + "bias", f"{module}.bias_ih_l0{end}")
            second = f"{module}.bias_hh_l0{end}"
            if layer.kind == "gru":
                self._put(name, way + "recurrent_bias", second)
            else:
                self.silent.append(second)
        if layer.truncate:
            outs = [f"chunks(self.{name}, {x}, {layer.truncate})"]
            if layer.bidirectional:
                outs.append(f"chunks(self.{name}_backward, {x}.flip(1), {layer.truncate})")
            if not layer.return_sequences:
                last = [f"{out}[:, -1]" for out in outs]
                return last[0] if len(last) == 1 else f"torch.cat([{', '.join(last)}], 1)"
            if len(outs) == 1:
                return outs[0]
            return f"torch.cat([{outs[0]}, {outs[1]}.flip(1)], 2)"
        self.forward.append(f"        {name}_all, _ = self.{name}({x})")
        if layer.return_sequences:
            return f"{name}_all"
        if not layer.bidirectional:
            return f"{name}_all[:, -1]"
        return f"torch.cat([{name}_all[:, -1, :{units}], {name}_all[:, 0, {units}:]], 1)"

    def _residual(self, part: Part, x: str, name: str, layer: Any) -> str:
        return f"{x} + {self.names[part.index - layer.span]}"

    def _activation(self, part: Part, x: str, name: str, layer: Any) -> str:
        return x

    def _prelu(self, part: Part, x: str, name: str, layer: Any) -> str:
        self.modules.append(f"        self.{name} = nn.PReLU({part.shape[-1]})")
        self._put(name, "slope", f"{name}.weight")
        if len(part.shape) == 2:
            return f"self.{name}({x}.movedim(-1, 1)).movedim(1, -1)"
        return f"self.{name}({x})"


def pytorch_code(run: Run, language: Language, first: str) -> list[str]:
    """The script in pieces, see `numpy_code`."""
    writer = _Writer(run)
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
    if off := [part for part in run.parts if part.off]:
        lines.append(comment("on", language))
        for part in off:
            lines.append("ON = {}" if part is off[0] else "")
            lines += [
                f"ON[{part.name!r}] = torch.ones({part.out[-1]})",
                f"ON[{part.name!r}][{list(part.off)}] = 0",
            ]
    return "\n".join(line for line in lines if line)


def _loop(run: Run, writer: _Writer, optimizer: str, language: Language) -> str:
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
        "        if position == 0:",
        "            state = shuffle(order, state)",
        "        batch = order[position : position + BATCH]",
        "        position = (position + len(batch)) % len(order)",
        "        x, t = inputs[batch], targets[batch]",
        f"        output = net(x{step})",
    ]
    if run.spec.loss == "focal":
        lines.append("        p = (torch.softmax(output, -1) * t).sum(-1)")
    lines += [
        f"        loss = {LOSSES[run.spec.loss]}",
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
