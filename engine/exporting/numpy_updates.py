"""The optimizers as NumPy code: from a parameter's gradient to its new numbers, in place."""

from typing import Any

ADAM_MOMENTS = """    m, v = slots
    m += (1 - {beta_1}) * (g - m)
    v += (1 - {beta_2}) * (g * g - v)
"""
ADAM_STEP = """    w -= rate / (1 - {beta_1} ** step) * m / (np.sqrt(v / (1 - {beta_2} ** step)) + {epsilon})
"""

# By optimizer: how many slots a parameter has, and what is done in an update. `step` counts from 1.
UPDATES: dict[str, tuple[int, str]] = {
    "adam": (2, ADAM_MOMENTS + ADAM_STEP),
    "adamw": (2, ADAM_MOMENTS + "    w *= 1 - rate * {weight_decay}\n" + ADAM_STEP),
    "nadam": (
        3,
        """    m, v, product = slots
    m += (1 - {beta_1}) * (g - m)
    v += (1 - {beta_2}) * (g * g - v)
    mu = {beta_1} * (1 - 0.5 * 0.96 ** (step * {momentum_decay}))
    ahead = {beta_1} * (1 - 0.5 * 0.96 ** ((step + 1) * {momentum_decay}))
    product[...] = (1 if step == 1 else product) * mu
    root = np.sqrt(v / (1 - {beta_2} ** step)) + {epsilon}
    w -= rate * (1 - mu) / (1 - product) * g / root
    w -= rate * ahead / (1 - product * ahead) * m / root
""",
    ),
    "radam": (
        2,
        ADAM_MOMENTS
        + """    decayed, longest = {beta_2} ** step, 2 / (1 - {beta_2}) - 1
    length = longest - 2 * step * decayed / (1 - decayed)
    rate = rate / (1 - {beta_1} ** step)
    if length <= 5:
        w -= rate * m
    else:
        share = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
        w -= rate * math.sqrt(share * (1 - decayed)) * m / (np.sqrt(v) + {epsilon})
""",
    ),
    "adamax": (
        2,
        """    m, u = slots
    m += (1 - {beta_1}) * (g - m)
    np.maximum({beta_2} * u, np.abs(g) + {epsilon}, out=u)
    w -= rate / (1 - {beta_1} ** step) * m / u
""",
    ),
    "rmsprop": (
        2,
        """    v, velocity = slots
    v += (1 - {rho}) * (g * g - v)
    velocity *= {momentum}
    velocity += g / (np.sqrt(v) + {epsilon})
    w -= rate * velocity
""",
    ),
    "adagrad": (
        1,
        """    (v,) = slots
    v += g * g
    w -= rate / (1 + (step - 1) * {learning_rate_decay}) * g / (np.sqrt(v) + {epsilon})
""",
    ),
    "adadelta": (
        2,
        """    v, u = slots
    v += (1 - {rho}) * (g * g - v)
    move = np.sqrt(u + {epsilon}) / np.sqrt(v + {epsilon}) * g
    u += (1 - {rho}) * (move * move - u)
    w -= rate * move
""",
    ),
    "rprop": (
        2,
        """    before, size = slots
    agreement = g * before
    size[...] = np.where(size > 0, size, rate)
    size *= np.where(agreement > 0, {grow}, np.where(agreement < 0, {shrink}, 1))
    np.clip(size, {least_step}, {most_step}, out=size)
    before[...] = np.where(agreement < 0, 0, g)
    w -= np.sign(before) * size
""",
    ),
    "lion": (
        1,
        """    (m,) = slots
    direction = np.sign({beta_1} * m + (1 - {beta_1}) * g)
    m += (1 - {beta_2}) * (g - m)
    w *= 1 - rate * {weight_decay}
    w -= rate * direction
""",
    ),
}
MOMENTUM = """    (v,) = slots
    v *= {momentum}
    v += g
    w -= rate * v
"""
NESTEROV = MOMENTUM.replace("rate * v", "rate * (g + {momentum} * v)")

# Over all parameters at once, as one long vector.
LBFGS = '''
def pack(named):
    """@{pack}"""
    return np.concatenate([named[name].ravel() for name in LEARNED]).astype(np.float64)


def lbfgs(w, g, memory, rate):
    """@{lbfgs}"""
    slope = pack(g)
    if np.abs(slope).max() <= 1e-7:
        return
    if memory["gradient"] is None:
        rate = rate * min(1, 1 / np.abs(slope).sum())
    else:
        change = slope - memory["gradient"]
        if change @ memory["step"] > 1e-10:
            memory["pairs"] = [(change, memory["step"]), *memory["pairs"][:9]]
    d, shares = -slope, []
    for y, s in memory["pairs"]:
        shares.append((s @ d) / (y @ s))
        d = d - shares[-1] * y
    if memory["pairs"]:
        y, s = memory["pairs"][0]
        d = d * (y @ s) / (y @ y)
    for (y, s), share in zip(memory["pairs"][::-1], shares[::-1]):
        d = d + s * (share - (y @ d) / (y @ s))
    memory["gradient"], memory["step"] = slope, d * rate
    if slope @ d <= -1e-9:
        place = 0
        for name in LEARNED:
            w[name] += memory["step"][place : place + w[name].size].reshape(w[name].shape)
            place += w[name].size
'''


def update_of(optimizer: Any) -> tuple[int, str]:
    """How many slots a parameter has, and the function's lines with its settings filled in."""
    settings = {name: getattr(optimizer, name) for name in optimizer.__dataclass_fields__}
    if optimizer.kind == "sgd":
        if not optimizer.momentum:
            return 0, "    w -= rate * g\n"
        return 1, (NESTEROV if optimizer.nesterov else MOMENTUM).format(**settings)
    slots, lines = UPDATES[optimizer.kind]
    return slots, lines.format(**settings)
