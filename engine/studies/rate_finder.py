"""Which learning rate a network bears: a copy of it is trained with one that rises."""

from collections.abc import Iterator
from dataclasses import replace
from math import isfinite
from time import thread_time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason, Refused
from ..experiment import Experiment
from ..limits import MAX_STUDY_WORK, keep_within
from ..schedules import Constant
from ..trainer import NO_SAMPLES, Trainer
from .anew import PIECE_S
from .base import Progress

MAX_FINDER_STEPS = 2_000
SMOOTHING = 0.95
GIVE_UP = 4.0  # times the lowest smoothed loss: from there it only gets worse
TOLD_EVERY = 20
LEAST_FALL = 0.02  # of the loss at the beginning: less is no fall that anything follows from
# Deviations of the smoothed loss that it must fall by, or the lowest point may be chance.
DEVIATIONS = 4.0


def rate_finder(
    experiment: Experiment, low: float = 1e-5, high: float = 10.0, steps: int = 200
) -> Iterator[Progress]:
    """A copy of the network as it is makes up to `steps` updates on its own batches, each with a rate that is
    larger than the one before by the same factor, from `low` to `high` (Smith 2017, section 3.3, there
    linearly; exponentially as is usual since). The schedule of the spec is left aside.

    "smoothed": the moving average of the batch losses with decay 0.95, corrected for its start as Adam's
    moments are (Kingma & Ba 2015, section 3). It ends where the smoothed loss is four times its lowest or
    anything is not finite.

    The suggestion is the rate where the smoothed loss falls steepest over log rate, before its minimum, and
    no more than a tenth of the rate at the minimum; None where it falls by no more than it varies from batch
    to batch. What the first eighth of
    the updates say is too noisy to count, and a slope is taken over an eighth of them.

    Yields {"rates": [..], "losses": [..], "smoothed": [..]} in pieces that grow, at last "suggestion",
    "reason" ("steepest" | "tenth" | "none"), "steepest", "minimum" (rates) and "ended" ("high" | "rose" |
    "diverged").

    Raises: Refused (no samples, low not below high, more work than the limit)
    """
    trainer = experiment.trainer
    if not trainer.samples:
        raise Refused("dataset", NO_SAMPLES)
    if low >= high:
        raise Refused(
            "low",
            Reason(
                "rate_finder.order", "low must be less than high: rates rise from one to the other"
            ),
        )
    keep_within(
        "max_study_work", MAX_STUDY_WORK, steps * trainer.batch * experiment.network.work, "steps",
        Reason(
            "what_if.too_costly",
            "these steps would take {asked} multiply-adds, at most {most} (limit: {limit}); take fewer",
        ),
    )  # fmt: skip
    copied = trainer.copy()
    copied.optimizer = replace(copied.optimizer)  # its rate is set before every update
    copied.diverged = None
    rates = np.geomspace(low, high, steps)
    return _found(copied, rates)


def _found(trainer: Trainer, rates: NDArray[np.float64]) -> Iterator[Progress]:
    trainer.schedule = Constant()
    trainer.state.forget_plateau()
    losses, smoothed = list[float](), list[float]()
    mean, lowest, ended, told, begin = 0.0, np.inf, "high", 0, thread_time()
    for i, rate in enumerate(rates.tolist()):
        trainer.optimizer = replace(trainer.optimizer, learning_rate=rate)
        made = trainer.train(1)
        if not len(made) or not isfinite(made[0]):
            ended = "diverged"
            break
        losses.append(float(made[0]))
        mean = SMOOTHING * mean + (1 - SMOOTHING) * losses[-1]
        smoothed.append(mean / (1 - SMOOTHING ** (i + 1)))
        lowest = min(lowest, smoothed[-1])
        if smoothed[-1] > GIVE_UP * lowest:
            ended = "rose"
            break
        if len(losses) - told >= TOLD_EVERY or thread_time() - begin > PIECE_S:
            yield (i + 1) / len(rates), _piece(rates, losses, smoothed, told)
            told, begin = len(losses), thread_time()
    yield (
        1.0,
        {
            **_piece(rates, losses, smoothed, told),
            **suggested(rates[: len(losses)], losses, smoothed),
            "ended": ended,
        },
    )


def _piece(
    rates: NDArray[np.float64], losses: list[float], smoothed: list[float], told: int
) -> dict[str, Any]:
    return {
        "rates": rates[told : len(losses)].tolist(),
        "losses": losses[told:],
        "smoothed": smoothed[told:],
    }


def suggested(
    rates: NDArray[np.float64], losses: list[float], smoothed: list[float]
) -> dict[str, Any]:
    """The rate to take, see `rate_finder`.  rates: (n,) rising, smoothed: as many"""
    nothing = {"suggestion": None, "reason": "none", "steepest": None, "minimum": None}
    # The first averages are of so few batches that they jump about; a slope is taken over a stretch.
    begin, reach = len(smoothed) // 8, max(1, len(smoothed) // 16)
    if len(smoothed) < 2 * reach + begin + 1:
        return nothing
    values, logs = np.asarray(smoothed), np.log(rates)
    least = begin + int(np.argmin(values[begin:]))
    # Of independent batches the average has (1 - decay) / (1 + decay) of their variance.
    noise = float(np.std((np.asarray(losses) - values)[: least + 1]))
    noise *= ((1 - SMOOTHING) / (1 + SMOOTHING)) ** 0.5
    fall = values[begin] - values[least]
    middles = np.arange(begin + reach, least - reach + 1)
    if fall < max(LEAST_FALL * abs(values[begin]), DEVIATIONS * noise) or not len(middles):
        return nothing
    rises = values[middles + reach] - values[middles - reach]
    slopes = rises / (logs[middles + reach] - logs[middles - reach])
    steepest = int(middles[np.argmin(slopes)])
    at_fall, at_least = float(rates[steepest]), float(rates[least])
    return {
        "suggestion": min(at_fall, at_least / 10),
        "reason": "steepest" if at_fall <= at_least / 10 else "tenth",
        "steepest": at_fall,
        "minimum": at_least,
    }


__all__ = ["MAX_FINDER_STEPS", "rate_finder", "suggested"]
