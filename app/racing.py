"""Races: variants of one spec trained side by side, by all workers; and networks made of them."""

import csv
import io
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engine.errors import Reason, Refused
from engine.spec import NetworkSpec
from engine.studies import compared, gather_race

from .errors import Conflict, NotFound
from .jobs import Job, Jobs
from .registry import Networks
from .schemas import NetworkOut, RaceIn
from .varying import Variant, spelled, variants_of
from .workers import racing as work

MOST_KEPT_BYTES = 64_000_000  # of trained variants, of all races together
NO_RACE = Reason("race.no_race", "this job is no race")
FEWEST = ("state", "step", "loss", "test_loss", "best_loss", "best_step")


@dataclass(slots=True, eq=False)
class Race(Job):
    """A race under way or ended; `kept` are checkpoints of the variants that have ended."""

    variants: list[Variant] = field(default_factory=list[Variant])
    kept: dict[int, bytes] = field(default_factory=dict[int, bytes])

    def take(self, result: dict[str, Any], news: dict[str, Any]) -> None:
        """A piece of it: what is no JSON is taken out, and kept."""
        for piece in news.get("variants", ()):
            if "kept" in piece:
                self.kept[piece["k"]] = piece.pop("kept")
        gather_race(result, news)

    @property
    def kept_bytes(self) -> int:
        return sum(map(len, self.kept.values()))


class Races:
    """What a user may do with races."""

    def __init__(self, networks: Networks, jobs: Jobs) -> None:
        self.networks = networks
        self.jobs = jobs

    async def start(self, spec: NetworkSpec, asked: RaceIn) -> Race:
        """Raises: TooMany, Refused, RequestValidationError"""
        variants = variants_of(spec, asked.vary)
        self._forget()
        race = Race(secrets.token_urlsafe(16), "race", variants=variants)
        race.gather = race.take
        race.result = {
            "steps": asked.steps,
            "target_loss": asked.target_loss,
            "vary": asked.vary,
            "variants": [
                {"k": k, "values": one.values, "state": "waiting", "step": 0, "course": {}}
                for k, one in enumerate(variants)
            ],
            "summary": None,
        }
        by = figure_of(spec, asked)
        race.conclude = lambda result: {"summary": _summary(result, by)}
        tables = {}
        for one in variants:
            tables |= await self.networks.tables_for(one.spec)
        specs = [one.spec for one in variants]
        try:
            await self.jobs.start_parts(
                race, work.begin, specs, asked.steps, asked.target_loss, tables
            )
        except Refused as error:
            raise _named(error, variants) from error
        return race

    def _forget(self) -> None:
        """The networks of races that are long over, the oldest first, where all are too large."""
        races = [job for job in self.jobs.all() if isinstance(job, Race)]
        races.sort(key=lambda race: race.ended or float("inf"))
        size = sum(race.kept_bytes for race in races)
        for race in races:
            if size <= MOST_KEPT_BYTES:
                return
            size -= race.kept_bytes
            race.kept.clear()

    def get(self, id: str) -> Race:
        """Raises: NotFound"""
        job = self.jobs.get(id)
        if not isinstance(job, Race):
            raise NotFound(NO_RACE)
        return job

    async def network(self, race: Race, k: int, visitor: str) -> NetworkOut:
        """A network that is that variant, trained as far as it was.  Raises: NotFound, Conflict, TooMany"""
        if not 0 <= k < len(race.variants):
            raise NotFound(
                Reason(
                    "race.no_such_variant",
                    "the race's variants are numbered 0 to {last}",
                    last=len(race.variants) - 1,
                )
            )
        if k not in race.kept:
            raise Conflict(
                Reason(
                    "race.not_there",
                    "this variant has not ended, or its race was so long ago that it is no longer kept; wait "
                    "for it, or start the race again",
                )
            )
        return await self.networks.create(race.variants[k].spec, visitor, race.kept[k])


def figure_of(spec: NetworkSpec, asked: RaceIn) -> str:
    """What variants are compared by: a loss, unless losses of several kinds would be."""
    if "class_weight" in asked.vary:  # what is weighted for: every class counts, however rare
        return "test_balanced_accuracy"
    if not any(path in ("loss", "dataset", "dataset.kind") for path in asked.vary):
        return "test_loss"
    return "test_accuracy"


def _named(error: Refused, variants: Sequence[Variant]) -> Refused:
    """A refusal of one variant says which one it is of."""
    place = error.place.split(".")
    if place[0] == "variants" and place[1:2] and place[1].isdigit():
        one = variants[int(place[1])]
        return error.at("vary", f"{spelled(one.values)}: ")
    return error.at("vary") if place[0] == "variants" else error


def _summary(result: dict[str, Any], by: str) -> dict[str, Any]:
    ended = [one for one in result["variants"] if one["state"] == "done"]
    if by == "test_loss" and not all(one["test_loss"] is not None for one in ended):
        by = "loss"
    if by in ("test_accuracy", "test_balanced_accuracy") and not _all_have(ended, by):
        trained = by.removeprefix("test_")
        by = next((name for one in ended for name in one["metrics"]), "loss")
        by = trained if _all_have(ended, trained) else by
    found = compared(result["variants"], by)
    return {**found, "sentence": _sentence(found)}


def _all_have(ended: Sequence[dict[str, Any]], metric: str) -> bool:
    return bool(ended) and all(one["metrics"].get(metric) is not None for one in ended)


def _sentence(found: dict[str, Any]) -> str | None:
    if found["best"] is None or found["second"] is None:
        return None
    best, second = (found["groups"][found[name]] for name in ("best", "second"))
    said = f"{spelled(best['values'])} is best by {found['by']}, {spelled(second['values'])} second"
    if found["within"] is None:
        return (
            f"{said}; with one seed each nobody knows whether that is chance: vary the seed, too."
        )
    if found["within"]:
        return f"{said}, but they differ by no more than seeds do: that may be chance."
    return f"{said}; they differ by more than seeds do."


def table_of(race: Race) -> str:
    """A line a variant, as CSV."""
    settings = list(race.result["vary"])
    variants = race.result["variants"]
    metrics = list(dict.fromkeys(name for one in variants for name in one.get("metrics", {})))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*settings, *FEWEST, *metrics, "steps_to_target", "seconds"])
    for one in variants:
        measured = one.get("metrics", {})
        writer.writerow(
            [*(_cell(one["values"][name]) for name in settings), *(one.get(name) for name in FEWEST),
             *(measured.get(name) for name in metrics), one.get("steps_to_target"), one.get("seconds")]
        )  # fmt: skip
    return out.getvalue()


def _cell(value: Any) -> Any:
    return value if isinstance(value, str | int | float) else json.dumps(value)


__all__ = ["Race", "Races", "table_of"]
