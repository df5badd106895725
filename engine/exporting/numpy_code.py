"""A run as NumPy code: every layer's way forward and back in the open, nothing but NumPy imported."""

import re
from typing import Any

from .numpy_layers import RECURRENT, Writer
from .numpy_parts import ACTIVATIONS, FUNCTIONS, LOSSES, SOFTMAX_LOSSES
from .numpy_updates import LBFGS, update_of
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
from .run import Array, Run
from .weighted import numpy_losses, weight_lines
from .words import Language


def numpy_code(run: Run, language: Language, first: str) -> list[str]:
    """The script in pieces: its first lines, functions, the loop, the numbers.  `first` is its docstring"""
    writer = Writer(run, language)
    for part in run.parts:
        writer.ahead(part)
    backward = [writer.back(part) for part in reversed(run.parts) if part.index >= run.lowest]
    loss = run.spec.loss
    if loss in SOFTMAX_LOSSES:
        writer.use("log_softmax")
    if loss == "binary_cross_entropy":
        writer.use("sigmoid")
    losses = [LOSSES[loss]] if run.class_weight is None else numpy_losses(run)
    functions = [*_functions(writer), *losses]
    if writer.run.drops:
        functions.append(MASK)
    gradient = "\n".join(
        [
            "def loss_and_gradient(w, x, t, step):",
            '    """@{loss_and_gradient}"""',
            *writer.forward,
            f"    loss, d = {loss}(output, t)",
            "",
            comment("backward", language, 4),
            "    g = {}",
            *(line for lines in backward for line in lines),
            "    return loss, g",
        ]
    )
    gradient = gradient.replace("#@off", comment("off", language)).replace(
        "#@logits", comment("logits", language)
    )
    spread = schedule_of(run)
    loop = _loop(run, language)
    needs_math = any("math." in text for text in (*functions, spread, _update(run)))
    begin = f'"""{first}"""\n\nimport base64\nimport io\n{"import math" + chr(10) if needs_math else ""}\nimport numpy as np\n\n'
    body = joined(
        begin + _settings(run, language),
        functions,
        gradient,
        _update(run),
        spread,
        SHUFFLE,
        ARRAYS,
        loop,
    )
    return [spoken(body, language), data_block(run, extra_arrays(run)) + "\nmain()\n"]


def _functions(writer: Writer) -> list[str]:
    found = []
    for name in writer.used:
        if name in ACTIVATIONS:
            value, slope = ACTIVATIONS[name]
            text = f"def {name}(z):\n    return {value}"
            if slope and any(
                p.activation == name for p in writer.run.parts if p.layer.kind not in RECURRENT
            ):
                text += f"\n\n\ndef {name}_slope(z, a):\n    return {slope}"
            found.append(text)
        elif name in ("simple_rnn", "relu_rnn"):
            bends = ("np.tanh(z)", "1 - h[t] * h[t]")
            if name == "relu_rnn":
                bends = ("np.maximum(z, 0)", "h[t] > 0")
            text = FUNCTIONS["simple_rnn"].replace("@{bend}", bends[0])
            found.append(
                text.replace("@{bend_slope}", bends[1]).replace("def simple_rnn", f"def {name}")
            )
        elif name == "log_softmax":
            found.append(LOSSES[name])
        else:
            found.append(FUNCTIONS[name])
    return found


def _settings(run: Run, language: Language) -> str:
    spec = run.spec
    lines = [
        f"UPDATES = {run.updates}",
        f"BATCH = {run.batch}",
        f"LEARNING_RATE = {spec.optimizer.learning_rate}",
    ]
    if run.drops:
        lines.append(f"SEED = {run.key_seed}")
    lines += weight_lines(run, language, "np.array({}, np.float32)")
    if _is_listed(run):
        lines.append(f"LEARNED = {listed(run.learned)}")
    if run.penalties:
        lines += [comment("penalties", language), f"PENALTIES = {listed(run.penalties)}"]
    if off := {part.name: part for part in run.parts if part.off}:
        lines.append(comment("on", language))
        lines.append("ON = {}")
        for name, part in off.items():
            lines.append(f"ON[{name!r}] = np.ones({part.out[-1]}, np.float32)")
            lines.append(f"ON[{name!r}][{list(part.off)}] = 0")
    return "\n".join(lines)


def _is_listed(run: Run) -> bool:
    """Where all that has a gradient learns, nothing has to be said of it."""
    return bool(run.fixed) or run.spec.optimizer.kind == "lbfgs"


def listed(value: Any) -> str:
    """A list or a table of some names, a line each where it is long."""
    text = re.sub(r"'", '"', repr(value))
    if len(text) < 80:
        return text
    if isinstance(value, dict):
        return "{\n" + "".join(f'    "{n}": {v},\n' for n, v in value.items()) + "}"
    return "[\n" + "".join(f'    "{n}",\n' for n in value) + "]"


def _update(run: Run) -> str:
    if run.spec.optimizer.kind == "lbfgs":
        return LBFGS
    _, lines = update_of(run.spec.optimizer)
    return (
        f'def update(w, g, slots, rate, step):\n    """@{{{run.spec.optimizer.kind}}}"""\n{lines}'
    )


def extra_arrays(run: Run) -> dict[str, Array]:
    return {f"held.{name}": run.held[name] for name in run.partly}


def care_lines(run: Run, language: Language, indent: int = 8) -> list[str]:
    """What is done with a gradient between the way back and the optimizer, and its order."""
    clip, lines, pad = run.spec.clipping, list[str](), " " * indent
    learned = "LEARNED" if _is_listed(run) else "g"
    if run.partly:
        lines += [
            comment("held", language, indent),
            f"{pad}for name in held:",
            f"{pad}    g[name][held[name]] = 0",
        ]
    if clip.value:
        lines += [
            comment("clip_value", language, indent), f"{pad}for name in {learned}:",
            f"{pad}    np.clip(g[name], -{clip.value}, {clip.value}, out=g[name])",
        ]  # fmt: skip
    if clip.norm:
        lines += [
            comment("clip_norm", language, indent),
            f"{pad}norm = np.sqrt(sum((g[name].astype(float) ** 2).sum() for name in {learned}))",
            f"{pad}for name in {learned}:",
            f"{pad}    g[name] *= min(1, {clip.norm} / (float(norm) + 1e-6))",
        ]
    if run.penalties:
        lines += [
            f"{pad}for name, (l1, l2) in PENALTIES.items():",
            f"{pad}    g[name] += l2 * w[name] + l1 * np.sign(w[name])",
        ]
        if run.partly:
            lines += [f"{pad}for name in held:", f"{pad}    g[name][held[name]] = 0"]
    return lines


def _loop(run: Run, language: Language) -> str:
    lbfgs, plateau = run.spec.optimizer.kind == "lbfgs", run.spec.schedule.kind == "plateau"
    slots = 0 if lbfgs else update_of(run.spec.optimizer)[0]
    learned = "LEARNED" if _is_listed(run) else "g"
    lines = [
        "def main():",
        '    """@{main}"""',
        "    packed = arrays()",
        '    inputs, targets = packed["inputs"].astype(np.float32), packed["targets"].astype(np.float32)',
        '    w = {n: a.astype(np.float32) for n, a in packed.items() if n.count(".") == 1}',
    ]
    if run.partly:
        lines.append(
            '    held = {name[5:]: mask for name, mask in packed.items() if name.startswith("held.")}'
        )
    if lbfgs:
        lines.append('    memory = {"gradient": None, "step": None, "pairs": []}')
    else:
        each = f"[np.zeros_like(w[name]) for _ in range({slots})]" if slots else "[]"
        lines.append(
            f"    slots = {{name: {each} for name in {'LEARNED' if _is_listed(run) else 'w'}}}"
        )
    if run.spec.average:
        lines.append("    average = {name: w[name].copy() for name in w}")
    if plateau:
        lines.append("    plateau, epoch = Plateau(), []")
    lines += [
        f"    order, position, state = np.arange(len(inputs)), 0, {run.seed}",
        "    losses = []",
        "    for step in range(UPDATES):",
        *batch_lines(run, language),
        "        loss, g = loss_and_gradient(w, inputs[batch], targets[batch], step)",
        '        print(f"{step:6d} {float(loss):.8g}")',
        "        losses.append(float(loss))",
        *care_lines(run, language),
        f"        rate = {rate_of(run)}",
    ]
    if run.partly:
        lines.append("        before = {name: w[name].copy() for name in held}")
    if lbfgs:
        lines.append("        lbfgs(w, g, memory, rate)")
    else:
        lines += [
            f"        for name in {learned}:",
            "            update(w[name], g[name], slots[name], rate, step + 1)",
        ]
    if run.partly:
        lines += [
            "        for name in held:",
            "            w[name][held[name]] = before[name][held[name]]",
        ]
    if run.spec.average:
        keep = run.spec.average
        lines += [
            comment("average", language, 8), f"        for name in {learned}:",
            f"            average[name] += (1 - {keep}) * (w[name] - average[name])",
        ]  # fmt: skip
    if plateau:
        lines += [
            "        epoch.append(float(loss))",
            "        if position == 0:",
            "            plateau.after_epoch(sum(epoch) / len(epoch))",
            "            epoch = []",
        ]
    lines.append("    return losses")
    return "\n".join(lines)
