"""What a network forecasts of a series, in the series' own units, beside repeating the last value."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason, Refused
from ..experiment import Experiment
from ..limits import MAX_AHEAD, keep_answer, keep_within

Array = NDArray[np.floating]


@dataclass(frozen=True, slots=True)
class Errors:
    """`relative`: 1 - mse / mse of persistence. None where there is no true value to compare with."""

    count: int
    mse: float | None
    rmse: float | None
    persistence_mse: float | None
    persistence_rmse: float | None
    relative: float | None


@dataclass(frozen=True, slots=True)
class Course:
    """One value a place of the series, from place `first` on; `truth` is NaN beyond its end."""

    first: int
    forecast: Array
    persistence: Array
    truth: Array


@dataclass(frozen=True, slots=True)
class FreeCourse(Course):
    """From place `fed_back_from` on forecasts are made of forecasts."""

    fed_back_from: int
    errors: Errors


@dataclass(frozen=True, slots=True)
class Forecast:
    """`direct`: every value from the true ones that end `horizon` places before it. `free`: nothing but
    what comes before its first place is known. `errors`: of direct forecasts, over the test part."""

    step: int
    window: int
    horizon: int
    length: int
    test_first: int | None
    test_last: int | None
    direct: Course
    errors: Errors | None
    free: FreeCourse


def forecast(
    experiment: Experiment, start: int | Literal["test"] = "test", ahead: int = 50
) -> Forecast:
    """Direct forecasts, over the test part or `ahead` of them from place `start` on, and a free run of
    `ahead` values from there, into what lies beyond the end too.

    The network gives the value `horizon` places after its window. Free, it is asked for place after place,
    each time with the window that ends `horizon` before: a place that is not known any more is its own
    forecast of it (the recursive strategy; Taieb et al. 2012, section 2). With a horizon of h the first h
    values therefore rest on known ones alone. Persistence says, of a direct forecast, the last value of
    its window, and of a free run the last value that is known.

    Raises: Refused (the data are no series, no such place, too far)
    """
    data = experiment.dataset
    if data.series is None or data.positions is None or data.test_positions is None:
        raise Refused(
            "dataset",
            Reason(
                "forecast.no_series",
                "{dataset} is no series to forecast; choose one that is, sines say",
                dataset=experiment.spec.dataset.kind,
            ),
        )
    window, horizon = data.shape[0], experiment.spec.dataset.horizon  # type: ignore[union-attr]
    span = window + horizon - 1
    length, tests = len(data.series), data.test_positions
    keep_within(
        "max_ahead", MAX_AHEAD, ahead, "ahead",
        Reason("forecast.too_far", "at most {most} values ahead, not {asked} (limit: {limit})"),
    )  # fmt: skip
    if start == "test" and not len(tests):
        raise Refused(
            "from",
            Reason("forecast.no_test_part", "there is no test part; say from which place on"),
        )
    first = int(tests[0]) if start == "test" else int(start)
    if not span <= first <= length:
        raise Refused(
            "from",
            Reason(
                "forecast.no_such_place",
                "a forecast can begin at places {first} to {last} of the series",
                first=span,
                last=length,
            ),
        )
    places = tests if start == "test" else np.arange(first, min(first + ahead, length))
    work = (ahead + len(tests) + len(places)) * experiment.network.work
    keep_answer(ahead + len(places), ahead + len(places), work, "ahead")
    in_units = lambda values: values * data.target_deviation + data.target_mean  # noqa: E731
    predict = experiment.reader()

    def direct(at: NDArray[np.int64]) -> Course:
        windows = data.series[at[:, None] - span + np.arange(window)][:, :, None]  # type: ignore[index]
        said = predict(windows)["a"][:, 0].astype(np.float64) if len(at) else np.zeros(0)
        return Course(
            int(at[0]) if len(at) else first, in_units(said), in_units(data.series[at - horizon]),  # type: ignore[index]
            in_units(data.series[at]),  # type: ignore[index]
        )  # fmt: skip

    whole = direct(tests)
    free = np.concatenate([data.series[:first], np.zeros(ahead)])
    for place in range(first, first + ahead):
        seen = free[place - span : place - span + window]
        free[place] = predict(seen[None, :, None])["a"][0, 0]
    truth = np.full(ahead, np.nan)
    known = data.series[first : first + ahead]
    truth[: len(known)] = in_units(known)
    said, last = in_units(free[first:]), np.full(ahead, in_units(data.series[first - 1]))
    return Forecast(
        experiment.step, window, horizon, length,
        int(tests[0]) if len(tests) else None, int(tests[-1]) if len(tests) else None,
        whole if start == "test" else direct(places),
        errors_of(whole.forecast, whole.persistence, whole.truth) if len(tests) else None,
        FreeCourse(first, said, last, truth, first + horizon, errors_of(said, last, truth)),
    )  # fmt: skip


def errors_of(said: Array, persistence: Array, truth: Array) -> Errors:
    """Where the truth is known, in the units of all three."""
    there = np.isfinite(truth)
    count = int(there.sum())
    if not count:
        return Errors(0, None, None, None, None, None)
    with np.errstate(all="ignore"):
        mse, naive = (float(((one - truth)[there] ** 2).mean()) for one in (said, persistence))
    return Errors(count, mse, mse**0.5, naive, naive**0.5, 1 - mse / naive if naive > 0 else None)


__all__ = ["Course", "Errors", "Forecast", "FreeCourse", "errors_of", "forecast"]
