"""Variants of one spec trained side by side from their own starts, each as if it were alone."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from time import monotonic
from typing import Any

from ..assembly import Assembly
from ..datasets import OwnData
from ..errors import Reason, Refused
from ..limits import keep_within
from ..spec import NetworkSpec
from .anew import Anew, Datasets, put_together, work_of
from .base import Progress

LAPS = 6  # measurements of each
PICTURE_EVERY_S = 0.3
MAX_VARIANTS = 64
MAX_RACE_STEPS = 20_000
# Of all variants together: what they keep, and what their data take.
MAX_RACE_PARAMETERS = 2_000_000
MAX_RACE_NUMBERS = 24_000_000
# Half a minute of a core at four billion multiply-adds a second, three passes an update.
MAX_RACE_WORK = 40_000_000_000
# What a variant takes besides its weights, in multiply-adds: two microseconds.
UPDATE_WORK = 2_000


@dataclass(frozen=True, slots=True)
class Share:
    """Of all variants those that one of several workers trains."""

    number: int = 0
    of: int = 1

    def chosen(self, costs: Sequence[int]) -> list[int]:
        """The longest first, each to whoever has least so far (Graham 1969): every worker finds the same."""
        loads = [0] * self.of
        mine = list[int]()
        for k in sorted(range(len(costs)), key=lambda k: (-costs[k], k)):
            least = min(range(self.of), key=lambda i: (loads[i], i))
            loads[least] += costs[k]
            if least == self.number:
                mine.append(k)
        return sorted(mine)


def race(
    specs: Sequence[NetworkSpec],
    steps: int,
    target_loss: float | None = None,
    *,
    tables: Mapping[str, OwnData] | None = None,
    share: Share | None = None,
) -> Iterator[Progress]:
    """Every variant makes `steps` updates from its own start, all at about the same pace: a variant ends
    bit for bit where an `Experiment` of its spec does. One that diverges ends there.

    Yields {"variants": [piece]} of pieces of their records: "k", the variant's place; "course" {"step", "loss", "test_step",
    "test_loss"}, whose lists grow; the others as they are now: "step", "loss" (over the training part),
    "test_loss", "best_loss" and "best_step" (the lowest measured, of the test part where there is one),
    "metrics", "steps_to_target" (the first step after which the mean batch loss of the last epoch is no
    larger than the target), "seconds" (of training), "state" ("running" | "done" | "diverged"),
    "divergence" and "picture"; at last "kept", the arrays that an `Experiment` goes on from.

    Raises: Refused, at "variants.<k>" where the trouble is in one of them
    """
    datasets, mine = Datasets(tables or {}), share or Share()
    costs, parameters = [0] * len(specs), 0
    made = list[Assembly]()
    for k, spec in enumerate(specs):
        try:
            parts = put_together(spec, datasets.of(spec))
        except Refused as error:
            raise error.within(f"variants.{k}") from error
        costs[k] = work_of(parts) + UPDATE_WORK
        parameters += parts.network.layout.size
        _keep_small(parameters, datasets.numbers)
        made.append(parts)
    keep_within(
        "max_race_work", MAX_RACE_WORK, steps * sum(costs), "steps",
        Reason(
            "race.too_costly",
            "this race would take {asked} multiply-adds, at most {most} (limit: {limit}); take fewer "
            "steps, variants or units",
        ),
    )  # fmt: skip
    return _raced([(k, made[k]) for k in mine.chosen(costs)], steps, target_loss, costs)


def _keep_small(parameters: int, numbers: int) -> None:
    keep_within(
        "max_race_parameters", MAX_RACE_PARAMETERS, parameters, "variants",
        Reason(
            "race.too_large",
            "the variants would have more than {most} parameters together (limit: {limit}); take fewer, or "
            "smaller ones",
        ),
    )  # fmt: skip
    keep_within(
        "max_race_numbers", MAX_RACE_NUMBERS, numbers, "variants",
        Reason(
            "race.too_much_data",
            "the variants' data would take more than {most} numbers together (limit: {limit}); vary "
            "something else than the data, or take fewer samples",
        ),
    )  # fmt: skip


def _raced(
    assembled: Sequence[tuple[int, Assembly]],
    steps: int,
    target: float | None,
    costs: Sequence[int],
) -> Iterator[Progress]:
    work = sum(costs[k] for k, _ in assembled) * steps
    done, told = 0, dict.fromkeys((k for k, _ in assembled), 0)
    entries = list[tuple[int, Anew]]()
    for k, parts in assembled:
        one = Anew(parts, steps)
        # Samples once for all who train on the same.
        any(one.trainer.share_arrays(other.trainer) for _, other in entries)
        entries.append((k, one))
        yield 0.0, {}
    pictured = monotonic()
    for lap in range(1, LAPS + 1):
        until = steps * lap // LAPS
        draws = lap == LAPS or monotonic() - pictured > PICTURE_EVERY_S
        for k, one in entries:
            ended = one.trainer.diverged is not None or one.step == until
            while one.trainer.diverged is None and one.step < until:
                before = one.step
                one.piece(until)
                done += (one.step - before) * costs[k]
                yield min(1.0, done / max(1, work)), {}
            if ended:
                continue
            piece = _piece(one, told[k], target, draws=draws)
            told[k] = piece["course"]["step"][-1] if piece["course"]["step"] else told[k]
            if one.trainer.diverged:
                done += (steps - one.step) * costs[k]
            yield min(1.0, done / max(1, work)), {"variants": [{"k": k, **piece}]}
        if draws:
            pictured = monotonic()


def _piece(one: Anew, told: int, target: float | None, *, draws: bool) -> dict[str, Any]:
    measures, gone = one.look(), one.trainer.diverged
    steps, losses = one.points(told)
    best = one.best
    piece: dict[str, Any] = {
        "course": {
            "step": steps, "loss": losses,
            "test_step": [one.step], "test_loss": [measures.test_loss],
        },
        "step": one.step,
        "loss": measures.loss,
        "test_loss": measures.test_loss,
        "best_loss": best and best[0],
        "best_step": best and best[1],
        "metrics": measures.metrics,
        "steps_to_target": None if target is None else one.steps_to(target),
        "seconds": one.seconds,
        "state": "diverged" if gone else "done" if one.over else "running",
    }  # fmt: skip
    if gone:
        piece["divergence"] = gone
    if draws or one.over:
        piece["picture"] = one.picture()
    if one.over:
        piece["kept"] = one.arrays()
    return piece


def gather_race(result: dict[str, Any], news: Mapping[str, Any]) -> None:
    """Add a piece to a race's result, in which "variants" is a list: a course grows, all else is replaced."""
    for piece in news.get("variants", ()):
        record = result["variants"][piece["k"]]
        for name, value in piece.items():
            if name == "course":
                for column, more in value.items():
                    record["course"].setdefault(column, []).extend(more)
            else:
                record[name] = value


__all__ = ["MAX_RACE_STEPS", "MAX_VARIANTS", "Share", "gather_race", "race"]
