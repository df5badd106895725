"""Runs that ended, as they are kept: beside their network, in the order in which they ended, bounded by
number and bytes."""

import json
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from sqlalchemy import delete, func, insert, or_, select

from .database import RUNS

MAX_RUNS = 16
MAX_RUNS_BYTES = 16_000_000  # of one network's


@dataclass(frozen=True, slots=True)
class Past:
    """A run that another one took the place of; `line` is what a list says of it."""

    run: int
    spec: dict[str, Any]
    checkpoint: bytes
    line: dict[str, Any]


def saving(network: str, visitor: str, current: int, ended: tuple[Past, ...]) -> list[Any]:
    """Statements that keep what ended of a network; the run that goes on is not among them. Beyond the
    bounds those that ended first are gone."""
    mine = RUNS.c.network == network
    statements: list[Any] = [delete(RUNS).where(mine, RUNS.c.run == current)]
    for past in ended:
        place = select(func.coalesce(func.max(RUNS.c.place), 0) + 1).where(mine)
        spec, line = json.dumps(past.spec), json.dumps(past.line)
        statements += [
            delete(RUNS).where(mine, RUNS.c.run == past.run),
            insert(RUNS).values(
                network=network,
                run=past.run,
                visitor=visitor,
                place=place.scalar_subquery(),
                spec=spec,
                checkpoint=past.checkpoint,
                line=line,
                bytes=len(spec) + len(past.checkpoint),
                digest=digest(spec, past.checkpoint, past.run),
            ),
        ]
    if ended:
        latest = RUNS.c.place.desc()
        ranked = select(
            RUNS.c.run,
            func.row_number().over(order_by=latest).label("number"),
            func.sum(RUNS.c.bytes).over(order_by=latest).label("whole"),
        ).where(mine)
        beyond = ranked.subquery()
        too_much = or_(beyond.c.number > MAX_RUNS, beyond.c.whole > MAX_RUNS_BYTES)
        statements.append(
            delete(RUNS).where(mine, RUNS.c.run.in_(select(beyond.c.run).where(too_much)))
        )
    return statements


def lines(network: str) -> Any:
    """A query for what a list says of them."""
    return select(RUNS.c.run, RUNS.c.line).where(RUNS.c.network == network)


def whole(network: str, run: int) -> Any:
    """A query for one."""
    return select(RUNS.c.spec, RUNS.c.checkpoint, RUNS.c.line, RUNS.c.digest).where(
        RUNS.c.network == network, RUNS.c.run == run
    )


def read(row: Any, run: int) -> Past | None:
    """None where it is not what was saved."""
    if row.digest != digest(row.spec, row.checkpoint, run):
        return None
    try:
        return Past(run, json.loads(row.spec), row.checkpoint, json.loads(row.line))
    except ValueError:
        return None


def trimmed(ended: list[Past]) -> list[Past]:
    """Within the bounds: what waits to be saved is in memory."""
    found: list[Past] = []
    size = 0
    for past in reversed(ended):
        size += len(past.checkpoint)
        if len(found) == MAX_RUNS or size > MAX_RUNS_BYTES:
            break
        found.insert(0, past)
    return found


def digest(spec: str, checkpoint: bytes | None, number: float) -> str:
    """Of what is kept; the number is a network's generation, or a run's own."""
    found = sha256(spec.encode("utf-8", "surrogatepass"))
    found.update(b"\0%d\0" % int(number))
    found.update(checkpoint or b"")
    return found.hexdigest()
