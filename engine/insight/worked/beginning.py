"""The first two chapters and the last: weights as they are, the sample, and the next one."""

import numpy as np

from .gradients import place_of
from .line import Line, Walk
from .terms import Number, Term, Where, made, multiply, number

# Of a wide sample so many numbers, the largest.
INPUTS = 6


def start_lines(walk: Walk) -> list[Line]:
    """A weight of every layer, as it is before the update."""
    lines: list[Line] = []
    fresh = walk.before.step == 0 and not walk.twin.starting
    drawn = walk.twin.initializer != "zeros"
    for i in range(walk.last + 1):
        for part in ("weight", "recurrent_weight", "bias"):
            if part not in walk.made.parameters(i):
                continue
            w = walk.parameter(i, part, place_of(walk, i, part))
            lines.append(
                walk.line(
                    f"as_it_is.{part}", i, w.symbol, w, w.value, stage="forward", at=w.at,
                    notes=(("drawn" if drawn and part != "bias" else "begins",) if fresh else ()), chapter=1,
                )
            )  # fmt: skip
    return lines


def given_lines(walk: Walk) -> list[Line]:
    """The sample as the network is given it, and its target."""
    x = walk.made.inputs[0][walk.n]
    flat = np.abs(x.reshape(-1).astype(np.float64))
    shown = sorted(np.argsort(-flat, kind="stable")[:INPUTS].tolist())
    lines: list[Line] = []
    for k in shown:
        place = tuple(int(a) for a in np.unravel_index(k, x.shape))
        leaf = walk.came_in(0, place)
        made_of = _origin(walk, place, leaf)
        lines.append(
            walk.line(
                "given_input", 0, leaf.symbol, made_of, leaf.value, stage="forward", at=leaf.at,
                chapter=2,
            )
        )  # fmt: skip
    t = walk.twin.targets[walk.rows[walk.n]]
    for k in range(min(t.size, INPUTS)):
        place = tuple(int(a) for a in np.unravel_index(k, t.shape))
        value = float(t[place])
        leaf = number(value, walk.output_symbol("t", place), walk.at(walk.last, "t", place))
        lines.append(
            walk.line(
                "given_target", walk.last, leaf.symbol, leaf, value, stage="forward", at=leaf.at,
                chapter=2,
            )
        )  # fmt: skip
    return lines


def _origin(walk: Walk, place: tuple[int, ...], leaf: Number) -> Term:
    """How the data's own number became the network's: scaled, or a feature of the plane."""
    experiment = walk.experiment
    data, names = experiment.dataset, experiment.input_names
    if data.view in ("plane", "curve") and len(place) == 1 and len(names) > place[0]:
        columns = data.inputs[walk.rows[walk.n]]
        x = [number(v, f"x{chr(0x2081 + k)}") for k, v in enumerate(columns)]
        return {
            "x1_squared": lambda: made("power", x[0], 2), "x2_squared": lambda: made("power", x[1], 2),
            "x1_x2": lambda: multiply(x[0], x[1]), "sin_x1": lambda: made("sin", x[0]),
            "sin_x2": lambda: made("sin", x[1]),
        }.get(names[place[0]], lambda: leaf)()  # fmt: skip
    shape = walk.made.inputs[0].shape[1:]
    mean = float(np.broadcast_to(data.mean, shape)[place])
    deviation = float(np.broadcast_to(data.deviation, shape)[place])
    if (mean == 0 and deviation == 1) or deviation == 0:
        return leaf
    raw = number(leaf.value * deviation + mean, "raw")
    return made(
        "divide", made("subtract", raw, number(mean, "mean")), number(deviation, "deviation")
    )


def next_lines(walk: Walk) -> list[Line]:
    """What the run takes next: it goes on where it stands, whatever was looked at."""
    ahead = walk.experiment.trainer.samples_ahead()
    i = walk.last
    lines = [
        walk.line(
            "next_sample", i, "i", number(float(ahead[0])), float(ahead[0]), stage="update",
            chapter=8,
        )
    ]  # fmt: skip
    rate = walk.twin.learning_rate
    if rate != walk.rate:
        eta = number(rate, "η", Where("network", "learning_rate", ()))
        lines.append(
            walk.line("next_rate", i, "η′", eta, rate, stage="update", at=eta.at, chapter=8)
        )
    return lines
