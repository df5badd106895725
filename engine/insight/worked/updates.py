"""From a gradient to a new weight: clipping, penalties, the optimizer's own arithmetic."""

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from ..places import flat, parameter
from .gradients import gradient_line, place_of
from .line import Index, Line, Walk
from .terms import Number, Term, Where, add, made, multiply, number, value_of

GRADIENT = "g"


class Update:
    """What happens to one number of one parameter."""

    def __init__(self, walk: Walk, i: int, part: str, index: Index) -> None:
        self.walk, self.i, self.part, self.index = walk, i, part, index
        twin = walk.twin
        self.name = f"{walk.names[i]}.{part}"
        self.flat = flat(parameter(twin.network.layout, self.name, ""), index)
        self.rate = number(walk.rate, "η")
        self.o: Any = twin.optimizer
        self.t = twin.state.updates
        self.lines: list[Line] = []
        self.w = walk.parameter(i, part, index)
        self._row = {name: 1 + k for k, name in enumerate(twin.slots)}

    @property
    def g(self) -> Number:
        """The gradient that the optimizer is given."""
        return number(self.walk.twin.gradient[self.flat], GRADIENT, self._at("grad"))

    def _at(self, array: str) -> Where:
        return Where(self.walk.names[self.i], f"{self.part}:{array}", self.index)

    def slot(self, name: str, symbol: str) -> Number:
        """As it was before the update."""
        value = self.walk.before.state[self._row[name]][self.flat]
        return number(value, symbol, self._at(f"{name}_before"))

    def slot_after(self, name: str, symbol: str) -> Number:
        """As the update leaves it."""
        return number(self.walk.twin.slots[name][self.flat], symbol, self._at(f"{name}_after"))

    @property
    def new_value(self) -> float:
        """What the update makes of the number."""
        return float(self.walk.twin.vector[self.flat])

    def setting(self, name: str, symbol: str) -> Number:
        return number(getattr(self.o, name), symbol)

    def say(self, what: str, left: str, term: Term, array: str | None = None) -> Number:
        """A line; its value is the trace's where it stands there.  Returns the number it makes."""
        value, at = value_of(term), None
        if array == "weight_after":
            value, at = self.new_value, self._at(array)
        elif array is not None:
            after = self.slot_after(array, left)
            value, at = after.value, after.at
        self.lines.append(self.walk.line(what, self.i, left, term, value, stage="update", at=at))
        return number(value, left, at)

    def new_weight(self, term: Term, what: str = "new_weight") -> None:
        self.say(what, self.w.symbol + "′", term, "weight_after")

    def descend(self, step: Term) -> None:
        """w - η step"""
        self.new_weight(made("subtract", self.w, multiply(self.rate, step)))


def update_lines(walk: Walk, i: int, part: str) -> list[Line]:
    """Gradient, what is done to it, slots, and the new number of one parameter of layer i."""
    index = place_of(walk, i, part)
    update = Update(walk, i, part, index)
    if not walk.made.network.moves(update.name, update.flat):
        return _running(update)
    update.lines.append(gradient_line(walk, i, part, index))
    _prepare(update)
    UPDATES[walk.twin.optimizer.kind](update)
    if walk.twin.average is not None:
        beta = number(walk.twin.care.average, "β")
        was = number(walk.before.state[-1][update.flat], "w̄", update._at("average_before"))
        now = number(
            walk.twin.vector[update.flat], update.w.symbol + "′", update._at("weight_after")
        )
        term = _mean(beta, was, now)
        value = float(walk.twin.average[update.flat])
        update.lines.append(
            walk.line(
                "average", i, "w̄′", term, value, stage="update", at=update._at("average_after")
            )
        )
    return update.lines


def _running(u: Update) -> list[Line]:
    """A batch norm's running statistics, which move towards the batch's; what is frozen stays."""
    cache, layer = u.walk.made.caches[u.i], u.walk.layers[u.i]
    settled = cache.get("settled", {}).get(u.part)
    if settled is None:
        return []
    m = number(layer.momentum, "m")
    value = float(u.walk.settled[u.flat])
    batch = (value - layer.momentum * u.w.value) / (1 - layer.momentum)
    letter = "μ" if u.part == "running_mean" else "s²"
    term = _mean(m, u.w, number(batch, u.walk.symbol(letter, u.i, ())))
    return [
        u.walk.line(
            "running", u.i, u.w.symbol + "′", term, value, stage="update", at=u._at("weight_after")
        )
    ]


def _prepare(u: Update) -> None:
    """Clipping and penalties, as `updating.finish` has them."""
    walk, care = u.walk, u.walk.twin.care
    symbol = f"d{u.w.symbol}"
    g = number(walk.made.gradient[u.flat], symbol)
    changed = False
    if care.clip_value > 0:
        g = u.say("clip_value", GRADIENT, made("clip", g, -care.clip_value, care.clip_value))
        changed = True
    if care.clip_norm > 0:
        whole = walk.made.gradient.astype(np.float64)
        if care.clip_value > 0:
            whole = whole.clip(-care.clip_value, care.clip_value)
        norm = number(float(np.sqrt((whole**2).sum())), "‖g‖")
        share = made("min", 1, made("divide", care.clip_norm, add(norm, 1e-6)))
        g = u.say("clip_norm", GRADIENT, multiply(g, share))
        changed = True
    found = [
        (l1 + walk.twin.l1, l2 + walk.twin.l2)
        for a, b, l1, l2 in walk.twin.network.decaying()
        if a <= u.flat < b
    ]
    l1, l2 = found[0] if found else (0.0, 0.0)
    if l1 or l2:
        parts: list[Term] = [g]
        if l2:
            parts.append(multiply(number(l2, "λ₂"), u.w))
        if l1:
            parts.append(multiply(number(l1, "λ₁"), made("sign", u.w)))
        u.say("penalty", GRADIENT, add(*parts))
    elif not changed:
        u.say("given_gradient", GRADIENT, g)


def _sgd(u: Update) -> None:
    o = u.o
    if not o.momentum:
        u.descend(u.g)
        return
    mu = u.setting("momentum", "μ")
    v = u.say("velocity", "v′", add(multiply(mu, u.slot("velocity", "v")), u.g), "velocity")
    u.descend(add(u.g, multiply(mu, v)) if o.nesterov else v)


def _rprop(u: Update) -> None:
    o, g = u.o, u.g
    previous, size = u.slot("previous_gradient", "g₀"), u.slot("step_size", "Δ")
    start = size if size.value > 0 else u.rate
    # The optimizer multiplies as float32 does: so is the sign of the product.
    agreement = float(np.sign(np.float32(g.value) * np.float32(previous.value)))
    factor = (
        u.setting("grow", "η₊") if agreement > 0
        else u.setting("shrink", "η₋") if agreement < 0 else number(1)
    )  # fmt: skip
    now = u.say(
        "step_size", "Δ′", made("clip", multiply(start, factor), o.least_step, o.most_step),
        "step_size",
    )  # fmt: skip
    direction = made("sign", g) if agreement >= 0 else number(0)
    u.new_weight(made("subtract", u.w, multiply(direction, now)))


def _lion(u: Update) -> None:
    o = u.o
    m = u.slot("first_moment", "m")
    b1, b2 = u.setting("beta_1", "β₁"), u.setting("beta_2", "β₂")
    c = u.say("mixed", "c", _mean(b1, m, u.g))
    _first_moment(u, b2)
    kept = _decayed(u) if o.weight_decay else u.w
    u.new_weight(made("subtract", kept, multiply(u.rate, made("sign", c))))


def _mean(beta: Number, was: Term, now: Term) -> Term:
    """β was + (1 - β) now, a running mean"""
    return add(multiply(beta, was), multiply(made("subtract", 1, beta), now))


def _square(term: Term) -> Term:
    return made("power", term, 2)


def _first_moment(u: Update, beta: Number) -> Number:
    return u.say(
        "first_moment", "m′", _mean(beta, u.slot("first_moment", "m"), u.g), "first_moment"
    )


def _decayed(u: Update) -> Term:
    """(1 - η λ) w"""
    decay = u.setting("weight_decay", "λ")
    return multiply(made("subtract", 1, multiply(u.rate, decay)), u.w)


def _moments(u: Update) -> tuple[Number, Number, Number, Number]:
    """m and v after the update, and both betas."""
    b1, b2 = u.setting("beta_1", "β₁"), u.setting("beta_2", "β₂")
    m = _first_moment(u, b1)
    mean = _mean(b2, u.slot("second_moment", "v"), _square(u.g))
    v = u.say("second_moment", "v′", mean, "second_moment")
    return m, v, b1, b2


def _corrected(u: Update, what: str, moment: Number, beta: Number, letter: str) -> Number:
    """m / (1 - β^t)"""
    t = number(u.t, "t")
    return u.say(what, letter, made("divide", moment, made("subtract", 1, made("power", beta, t))))


def _root(u: Update, v: Term) -> Term:
    return add(made("sqrt", v), u.setting("epsilon", "ε"))


def _adam(u: Update) -> None:
    m, v, b1, b2 = _moments(u)
    m_hat = _corrected(u, "corrected_m", m, b1, "m̂")
    v_hat = _corrected(u, "corrected_v", v, b2, "v̂")
    kept = _decayed(u) if u.o.kind == "adamw" and u.o.weight_decay else u.w
    u.new_weight(made("subtract", kept, multiply(u.rate, made("divide", m_hat, _root(u, v_hat)))))


def _nadam(u: Update) -> None:
    t = u.t
    m, v, b1, b2 = _moments(u)
    v_hat = _corrected(u, "corrected_v", v, b2, "v̂")

    def mu(step: int) -> Term:
        exponent = multiply(float(step), u.setting("momentum_decay", "ψ"))
        warm = made("subtract", 1, multiply(0.5, made("power", 0.96, exponent)))
        return multiply(b1, warm)

    now = u.say("warm_momentum", "μ_t", mu(t))
    ahead = u.say("warm_momentum", "μ_t+1", mu(t + 1))
    before = u.slot("momentum_product", "Π")
    product = u.say(
        "momentum_product", "Π′", multiply(before if before.value > 0 else number(1), now),
        "momentum_product",
    )  # fmt: skip
    of_gradient = made(
        "divide", multiply(made("subtract", 1, now), u.g), made("subtract", 1, product)
    )
    of_momentum = made("divide", multiply(ahead, m), made("subtract", 1, multiply(product, ahead)))
    u.descend(made("divide", add(of_gradient, of_momentum), _root(u, v_hat)))


def _radam(u: Update) -> None:
    o, t = u.o, u.t
    m, v, b1, b2 = _moments(u)
    m_hat = _corrected(u, "corrected_m", m, b1, "m̂")
    decayed = o.beta_2**t
    longest = 2 / (1 - o.beta_2) - 1
    power = made("power", b2, number(t, "t"))
    term = made(
        "subtract",
        number(longest, "ρ_∞"),
        made("divide", multiply(2, number(t, "t"), power), made("subtract", 1, power)),
    )
    length = u.say("certainty", "ρ_t", term).value
    if length <= 5:  # the second moment cannot be trusted yet
        u.descend(m_hat)
        return
    r = sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
    trusted = made("divide", made("sqrt", number(1 - decayed, "1 − β₂ᵗ")), _root(u, v))
    u.descend(multiply(number(r, "r"), m_hat, trusted))


def _adamax(u: Update) -> None:
    b1, b2 = u.setting("beta_1", "β₁"), u.setting("beta_2", "β₂")
    m = _first_moment(u, b1)
    largest = made(
        "max",
        multiply(b2, u.slot("norm", "u")),
        add(made("abs", u.g), u.setting("epsilon", "ε")),
    )
    norm = u.say("norm", "u′", largest, "norm")
    m_hat = _corrected(u, "corrected_m", m, b1, "m̂")
    u.descend(made("divide", m_hat, norm))


def _mean_square(u: Update) -> Number:
    rho = u.setting("rho", "ρ")
    mean = _mean(rho, u.slot("mean_square", "v"), _square(u.g))
    return u.say("mean_square", "v′", mean, "mean_square")


def _rmsprop(u: Update) -> None:
    v = _mean_square(u)
    step: Term = made("divide", u.g, _root(u, v))
    if u.o.momentum:
        mu = u.setting("momentum", "μ")
        step = u.say("velocity", "b′", add(multiply(mu, u.slot("velocity", "b")), step), "velocity")
    u.descend(step)


def _adagrad(u: Update) -> None:
    v = u.say(
        "sum_of_squares", "v′",
        add(u.slot("sum_of_squares", "v"), made("power", u.g, 2)), "sum_of_squares",
    )  # fmt: skip
    step: Term = made("divide", u.g, _root(u, v))
    if u.o.learning_rate_decay:
        decay = u.setting("learning_rate_decay", "κ")
        step = made("divide", step, add(1, multiply(made("subtract", number(u.t, "t"), 1), decay)))
    u.descend(step)


def _adadelta(u: Update) -> None:
    v = _mean_square(u)
    before, epsilon, rho = (
        u.slot("mean_square_step", "u"),
        u.setting("epsilon", "ε"),
        u.setting("rho", "ρ"),
    )
    move = u.say(
        "own_step", "Δ",
        multiply(
            made("divide", made("sqrt", add(before, epsilon)), made("sqrt", add(v, epsilon))), u.g
        ),
    )  # fmt: skip
    u.say("mean_square_step", "u′", _mean(rho, before, _square(move)), "mean_square_step")
    u.descend(move)


def _lbfgs(u: Update) -> None:
    """Its direction is of the whole vector; what it took is kept in a slot."""
    taken = u.slot_after("last_step", "d")
    moved = u.new_value != u.w.value or taken.value == 0
    u.new_weight(add(u.w, taken) if moved else u.w, "curvature_step")


UPDATES: dict[str, Callable[[Update], None]] = {
    "sgd": _sgd, "rprop": _rprop, "lion": _lion, "adam": _adam, "adamw": _adam, "nadam": _nadam,
    "radam": _radam, "adamax": _adamax, "rmsprop": _rmsprop, "adagrad": _adagrad,
    "adadelta": _adadelta, "lbfgs": _lbfgs,
}  # fmt: skip

__all__ = ["UPDATES", "update_lines"]
