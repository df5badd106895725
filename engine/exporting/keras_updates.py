"""Optimizers that Keras has otherwise than PyTorch and Glassbox, or not at all, as classes of its own."""

from typing import Any

LEFT = '''
def left(beta, step):
    """@{keras_left}"""
    return -keras.ops.expm1(step * math.log(beta)) if beta else 1.0
'''
CLASS = '''
class {name}(keras.optimizers.Optimizer):
    """@{{{word}}}"""

    def build(self, variables):
        if not self.built:
            super().build(variables)
            self.slots = [
                [self.add_variable_from_reference(w, f"slot_{{k}}") for k in range({count})]
                for w in variables
            ]

    def update_step(self, g, w, rate):
        step, ops = keras.ops.cast(self.iterations + 1, w.dtype), keras.ops
        {slots} = self.slots[self._get_variable_index(w)]
{lines}'''
_MOMENTS = """        m.assign_add((1 - {beta_1}) * (g - m))
        v.assign_add((1 - {beta_2}) * (g * g - v))
"""
_ROOT = """        root = ops.sqrt(v / left({beta_2}, step)) + {epsilon}
"""
# By optimizer: its class, its slots, and what it does.
CLASSES: dict[str, tuple[str, str, str]] = {
    "sgd": (
        "Momentum",
        "(v,)",
        "        v.assign({momentum} * v + g)\n        w.assign_sub(rate * ({step}))\n",
    ),
    "adam": (
        "Adam",
        "m, v",
        _MOMENTS + _ROOT + "        w.assign_sub(rate / left({beta_1}, step) * m / root)\n",
    ),
    "adamw": (
        "AdamW",
        "m, v",
        _MOMENTS
        + _ROOT
        + "        w.assign(w * (1 - rate * {weight_decay}) - rate / left({beta_1}, step) * m / root)\n",
    ),
    "nadam": (
        "NAdam",
        "m, v, product",
        _MOMENTS
        + _ROOT
        + """        mu = {beta_1} * (1 - 0.5 * 0.96 ** (step * {momentum_decay}))
        ahead = {beta_1} * (1 - 0.5 * 0.96 ** ((step + 1) * {momentum_decay}))
        product.assign(ops.where(step == 1, 1.0, product) * mu)
        w.assign_sub(rate * (1 - mu) / (1 - product) * g / root)
        w.assign_sub(rate * ahead / (1 - product * ahead) * m / root)
""",
    ),
    "radam": (
        "RAdam",
        "m, v",
        _MOMENTS
        + """        longest, done = 2 / (1 - {beta_2}) - 1, left({beta_2}, step)
        length = longest - 2 * step * (1 - done) / done
        share = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        trusted = ops.sqrt(ops.maximum(share, 0) * done) / (ops.sqrt(v) + {epsilon})
        w.assign_sub(rate / left({beta_1}, step) * m * ops.where(length <= 5, 1.0, trusted))
""",
    ),
    "rmsprop": (
        "RMSprop",
        "v, velocity",
        """        v.assign_add((1 - {rho}) * (g * g - v))
        velocity.assign({momentum} * velocity + g / (ops.sqrt(v) + {epsilon}))
        w.assign_sub(rate * velocity)
""",
    ),
    "rprop": (
        "Rprop",
        "before, size",
        """        agreement = g * before
        grown = ops.where(agreement > 0, {grow}, ops.where(agreement < 0, {shrink}, 1.0))
        size.assign(ops.clip(ops.where(size > 0, size, rate) * grown, {least_step}, {most_step}))
        before.assign(ops.where(agreement < 0, 0.0, g))
        w.assign_sub(ops.sign(before) * size)
""",
    ),
}


def class_of(optimizer: Any, scheduled: bool) -> tuple[str, str] | None:
    """Its name and its lines; None where Keras' own does the same."""
    if optimizer.kind not in CLASSES or (
        optimizer.kind == "sgd" and not (optimizer.momentum and scheduled)
    ):
        return None
    name, slots, lines = CLASSES[optimizer.kind]
    settings = {n: getattr(optimizer, n) for n in optimizer.__dataclass_fields__}
    step = f"g + {settings.get('momentum')} * v" if settings.get("nesterov") else "v"
    whole = CLASS.format(
        name=name, word=f"keras_{optimizer.kind}", slots=slots,
        count=len(slots.strip("()").rstrip(",").split(",")), lines=lines.format(**{"step": step, **settings}),
    )  # fmt: skip
    if "step" not in lines.replace("step_size", "").replace("{step}", "").replace("_step", ""):
        whole = whole.replace(
            "        step, ops = keras.ops.cast(self.iterations + 1, w.dtype), keras.ops\n",
            "        ops = keras.ops\n" if "ops." in lines else "",
        )
    return name, (LEFT + "\n\n" if "left(" in lines else "") + whole
