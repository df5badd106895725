"""What a race says of its settings: means and spreads over seeds, and whether the best is the best."""

from collections.abc import Sequence
from math import sqrt
from typing import Any

SEED = "seed"


def compared(variants: Sequence[dict[str, Any]], by: str) -> dict[str, Any]:
    """Of every combination of the settings but the seed: how many ended and diverged, mean and spread (the
    standard deviation of a sample, n - 1) of what they came to, and of these combinations the best two by
    the figure `by`: "test_loss", "loss" (the least is best), or a metric (the greatest).

    "within": whether the difference of their means is no larger than the larger of the two spreads; None
    where no seeds were varied, or fewer than two combinations came through.
    """
    groups: list[dict[str, Any]] = []
    members: list[list[dict[str, Any]]] = []
    for variant in variants:
        values = {name: v for name, v in variant["values"].items() if name != SEED}
        found = next((i for i, group in enumerate(groups) if group["values"] == values), None)
        if found is None:
            groups.append({"values": values})
            members.append([])
            found = len(groups) - 1
        members[found].append(variant)
    for group, mine in zip(groups, members, strict=True):
        ended = [one for one in mine if one["state"] == "done"]
        group["ended"] = len(ended)
        group["diverged"] = sum(one["state"] == "diverged" for one in mine)
        names = sorted({name for one in ended for name in one["metrics"]})
        figures = {
            name: [figure(one, name) for one in ended] for name in ("loss", "test_loss", *names)
        }
        group["mean"] = {name: _mean(values) for name, values in figures.items()}
        group["spread"] = {name: _spread(values) for name, values in figures.items()}
        reached = [one["steps_to_target"] for one in ended if one["steps_to_target"] is not None]
        group["reached"] = len(reached)
        group["steps_to_target"] = _mean(reached)
    ranked = _ranked(groups, by)
    best, second = (*ranked, None, None)[:2]
    return {
        "by": by, "groups": groups, "best": best, "second": second,
        "within": _within(groups, best, second, by),
    }  # fmt: skip


def figure(variant: dict[str, Any], name: str) -> float | None:
    """A loss or a metric of a variant's record."""
    return variant[name] if name in ("loss", "test_loss") else variant["metrics"].get(name)


def _ranked(groups: Sequence[dict[str, Any]], by: str) -> list[int]:
    """The groups' places, the best first; one of whose seeds some diverged is behind those that all ended."""
    sign = 1 if by in ("loss", "test_loss") else -1
    known = [i for i, group in enumerate(groups) if group["mean"].get(by) is not None]
    return sorted(known, key=lambda i: (groups[i]["diverged"], sign * groups[i]["mean"][by]))


def _within(
    groups: Sequence[dict[str, Any]], best: int | None, second: int | None, by: str
) -> bool | None:
    if best is None or second is None:
        return None
    one, other = groups[best], groups[second]
    spreads = [group["spread"][by] for group in (one, other) if group["spread"][by] is not None]
    if not spreads:
        return None
    return abs(one["mean"][by] - other["mean"][by]) <= max(spreads)


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def _spread(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    mean = sum(known) / len(known)
    return sqrt(sum((value - mean) ** 2 for value in known) / (len(known) - 1))


__all__ = ["compared", "figure"]
