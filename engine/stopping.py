"""When training stops by itself: a rule that is looked at after every epoch, and nowhere else, so
that where it stops depends on no pace and on nobody who watches."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import inf, isnan, nan
from typing import Annotated, Any

import numpy as np
from annotated_types import Interval
from numpy.typing import NDArray

from .errors import Reason, Refused
from .measuring import Measures

LossLimit = Annotated[float, Interval(ge=-1e30, le=1e30)]
Share = Annotated[float, Interval(ge=0, le=1)]
Fit = Annotated[float, Interval(ge=-1e30, le=1)]
Epochs = Annotated[int, Interval(ge=1, le=1_000_000)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Until:
    """What stops training, the first that holds; None is not looked at.

    Losses: at or under. Accuracies and R squared: at or over. `epochs`: after that many more ends of
    an epoch. `patience`: the test loss (the training loss where there is no test part) has not come
    lower for that many epochs (Prechelt 1998, Early Stopping - But When?).
    """

    loss: LossLimit | None = None
    test_loss: LossLimit | None = None
    accuracy: Share | None = None
    test_accuracy: Share | None = None
    r2: Fit | None = None
    test_r2: Fit | None = None
    epochs: Epochs | None = None
    patience: Epochs | None = None
    # Behind the others: checkpoints have rules by their place.
    balanced_accuracy: Share | None = None
    test_balanced_accuracy: Share | None = None

    def rules(self) -> dict[str, float]:
        """Those that are looked at, by name, in the order in which they are."""
        every = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in every.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Stop:
    """The rule that held, at which value, after which step. Of `epochs` and `patience` the value is
    the number of epochs."""

    rule: str
    value: float
    step: int
    reason: str


@dataclass(slots=True)
class Stopper:
    """A rule and how far it has come: `epochs` ended since it was given, the `best` loss that
    patience knows, and how many epochs ago that was."""

    until: Until
    epochs: int = 0
    best: float = inf
    since: int = 0

    def begun_anew(self) -> "Stopper":
        """Losses from here on are not to be compared with those before: patience begins anew."""
        return replace(self, best=inf, since=0)

    def epoch_over(self, measures: Measures, watched: float | None, step: int) -> Stop | None:
        """Count an epoch that ended with those measures; the rule that holds now, where one does.

        `watched` is the loss that patience goes by.
        """
        self.epochs += 1
        self.since += 1
        if watched is not None and watched < self.best:
            self.best, self.since = watched, 0
        known: Mapping[str, float | None] = {
            "loss": measures.loss, "test_loss": measures.test_loss, **measures.metrics,
            "epochs": self.epochs, "patience": self.since,
        }  # fmt: skip
        for rule, limit in self.until.rules().items():
            value = known.get(rule)
            if value is None:
                continue
            falling = rule in ("loss", "test_loss")
            if value <= limit if falling else value >= limit:
                return Stop(rule, value, step, _reason(rule, value, limit))
        return None

    def array(self) -> NDArray[np.float64]:
        """For a checkpoint: the rule by the order of its fields, then how far it has come."""
        values = [getattr(self.until, f.name) for f in fields(Until)]
        rule = [nan if value is None else float(value) for value in values]
        return np.array([*rule, self.epochs, self.best, self.since])

    @classmethod
    def of_array(cls, array: NDArray[Any]) -> "Stopper":
        """The counterpart of `array`."""
        names = [f.name for f in fields(Until)]
        found: dict[str, Any] = {
            name: (int(value) if name in ("epochs", "patience") else float(value))
            for name, value in zip(names, array[:-3], strict=False)  # of before: fewer rules
            if not isnan(value)
        }
        epochs, best, since = array[-3:]
        return cls(Until(**found), int(epochs), float(best), int(since))


def _reason(rule: str, value: float, limit: float) -> str:
    if rule == "epochs":
        return f"{limit:g} more {'epoch is' if limit == 1 else 'epochs are'} trained"
    if rule == "patience":
        epochs = f"{limit:g} {'epoch' if limit == 1 else 'epochs'}"
        return f"the loss that is watched has not come lower for {epochs}"
    if rule in ("loss", "test_loss"):
        return f"{rule} came to {value:.6g}, at or under {limit:g}"
    return f"{rule} came to {value:.6g}, at or over {limit:g}"


def check_until(until: Until, metrics: Mapping[str, Any], *, tested: bool) -> None:
    """Raises: Refused, naming the rule that cannot hold on this data"""
    rules = until.rules()
    if not rules:
        raise Refused(
            "until",
            Reason("until.empty", "give at least one rule: loss, accuracy, epochs, patience, .."),
        )
    for rule in rules:
        if rule.startswith("test_") and not tested:
            raise Refused(
                f"until.{rule}",
                Reason(
                    "until.no_test_part",
                    "there is no test part, so there is no {rule}; raise test_fraction",
                    rule=rule,
                ),
            )
        measured = rule in ("loss", "test_loss", "epochs", "patience")
        if not measured and rule not in metrics:
            known = ", ".join(name for name in metrics if not name.startswith("average_"))
            raise Refused(
                f"until.{rule}",
                Reason(
                    "until.not_measured",
                    "this data has no {rule}; there are {known}",
                    rule=rule,
                    known=known,
                ),
            )
