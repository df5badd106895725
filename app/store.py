"""What survives a restart: specs, checkpoints and data of one's own, in one SQLite file.

Synchronous and small; the server calls it in a thread. Of every network there are two checkpoints,
each with a checksum: where the newer one is damaged the earlier one is given.
"""

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from engine.errors import Reason

from . import past
from .database import DATASETS, EARLIER, NETWORKS, RUNS, CannotSave, opened
from .kept import OwnKept, as_object
from .opening import SCHEMA_VERSION, CannotOpen, prepare
from .past import Past, digest

_VERSION = ("spec", "checkpoint", "generation", "digest")  # what is kept twice
_LISTED = [NETWORKS.c[name] for name in ("id", "visitor", "used", "summary", "trashed", "spec")]


EARLIER_ONE = Reason("notice.earlier", "the last checkpoint was damaged; this is the one before it")
DAMAGED = Reason("notice.damaged", "both checkpoints were damaged; the training starts anew")


@dataclass(frozen=True, slots=True)
class Saved:
    """One network as it is kept; `summary` is what a list says of it, `used` when it was saved, `fault`
    what of it was damaged. `run` is the number of the run that goes on, `ended` are those to be kept."""

    id: str
    visitor: str
    spec: dict[str, Any]
    checkpoint: bytes | None
    generation: int
    summary: dict[str, Any] = field(default_factory=dict)
    used: float = 0.0
    fault: Reason | None = None
    trashed: float | None = None
    run: int = 0
    ended: tuple[Past, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """A line of a list; `used` and `trashed` are wall-clock times."""

    id: str
    visitor: str
    used: float
    summary: dict[str, Any]
    trashed: float | None


class Store(OwnKept):
    """`used` is wall-clock time in seconds, only compared.

    Raises: CannotOpen
    """

    def __init__(self, folder: Path) -> None:
        self.path = prepare(folder)
        self.renewed = 0  # how often the file had to be made anew while we ran
        try:
            self._engine = opened(self.path)
        except (DatabaseError, OSError) as error:
            reason = getattr(error, "orig", None) or error
            raise CannotOpen(
                f"cannot use {self.path}: {reason}; move the file away or choose another --data-dir"
            ) from error

    def close(self) -> None:
        self._engine.dispose()

    def _write(self, *statements: Any) -> None:
        """All or none.  Raises: CannotSave"""
        try:
            self.check()
            with self._engine.begin() as connection:
                for statement in statements:
                    connection.execute(statement)
        except SQLAlchemyError as error:
            raise CannotSave(str(getattr(error, "orig", error))) from error

    def check(self) -> None:
        """Whether the file is there still: SQLite goes on writing to one that was deleted. Where only the
        file is gone it is made anew.

        Raises: CannotSave, DatabaseError
        """
        if self.path.exists():
            return
        if not self.path.parent.is_dir():
            raise CannotSave(
                "the data folder is gone; networks go on in memory and are saved when it is there again"
            )
        self._engine.dispose()
        self._engine = opened(self.path)
        self.renewed += 1

    def write_nothing(self) -> None:
        """Whether the disk would take something.  Raises: CannotSave"""
        self._write(text(f"PRAGMA user_version = {SCHEMA_VERSION}"))

    def _read(self, statement: Any) -> list[Any]:
        """Raises: CannotSave"""
        try:
            with self._engine.begin() as connection:
                return list(connection.execute(statement))
        except SQLAlchemyError as error:
            raise CannotSave(str(getattr(error, "orig", error))) from error

    # Networks

    def save_networks(self, networks: Sequence[Saved]) -> None:
        """All or none. What was the newest checkpoint of each becomes the earlier one."""
        statements: list[Any] = []
        for network in networks:
            spec = json.dumps(network.spec)
            row = {
                "id": network.id,
                "visitor": network.visitor,
                "spec": spec,
                "checkpoint": network.checkpoint,
                "generation": network.generation,
                "summary": json.dumps(network.summary),
                "used": time.time(),
                "digest": digest(spec, network.checkpoint, network.generation),
                "bytes": len(spec) + 2 * len(network.checkpoint or b""),
                "trashed": None,
            }
            mine = NETWORKS.c.id == network.id
            kept = select(NETWORKS.c.id, *(NETWORKS.c[name] for name in _VERSION)).where(
                mine, NETWORKS.c.checkpoint.is_not(None)
            )
            statements += [
                delete(EARLIER).where(
                    EARLIER.c.id == network.id,
                    select(NETWORKS.c.id).where(mine, NETWORKS.c.checkpoint.is_not(None)).exists(),
                ),
                insert(EARLIER).from_select(["id", *_VERSION], kept),
                # A network that could not be added while the disk refused is added now.
                delete(NETWORKS).where(mine),
                insert(NETWORKS).values(**row),
                *past.saving(network.id, network.visitor, network.run, network.ended),
            ]
        self._write(*statements)

    def save_summary(self, id: str, summary: dict[str, Any]) -> None:
        self._write(update(NETWORKS).where(NETWORKS.c.id == id).values(summary=json.dumps(summary)))

    def touch(self, id: str) -> None:
        """Somebody uses it; it is in no trash."""
        self._write(
            update(NETWORKS).where(NETWORKS.c.id == id).values(used=time.time(), trashed=None)
        )

    def network(self, id: str) -> Saved | None:
        """As it was last saved; as it was before that, where the last is damaged, and `fault` says so.
        One without a readable spec has none."""
        listed = self._read(select(*_LISTED).where(NETWORKS.c.id == id))
        if not listed:
            return None
        found = _listed(listed[0])
        blank = Saved(
            id, found.visitor, {}, None, 0, found.summary, found.used, trashed=found.trashed
        )
        newest = self._version(NETWORKS, blank)
        if newest is not None and newest.fault is None:
            return newest
        earlier = self._version(EARLIER, blank)
        if earlier is not None and earlier.fault is None:
            return replace(earlier, fault=EARLIER_ONE)
        specs = [one.spec for one in (newest, earlier) if one is not None and one.spec]
        return replace(blank, spec=specs[0] if specs else {}, fault=DAMAGED)

    def _version(self, table: Any, blank: Saved) -> Saved | None:
        """One of the two; with a `fault` where it is not what was saved."""
        try:
            columns = [table.c[name] for name in _VERSION]
            rows = self._read(select(*columns).where(table.c.id == blank.id))
            if not rows:
                return None
            row = rows[0]
            sound = row.digest in (None, digest(row.spec, row.checkpoint, row.generation))
            spec = json.loads(row.spec)
        except (CannotSave, ValueError, TypeError):
            return replace(blank, fault=DAMAGED)
        if not isinstance(spec, dict):
            return replace(blank, fault=DAMAGED)
        found = replace(blank, spec=spec, generation=int(row.generation or 0))
        return replace(found, checkpoint=row.checkpoint) if sound else replace(found, fault=DAMAGED)

    def networks_of(self, visitor: str) -> list[Listed]:
        """A visitor's networks, those in the trash too."""
        rows = self._read(select(*_LISTED).where(NETWORKS.c.visitor == visitor))
        return [_listed(row) for row in rows]

    def playing(self) -> list[Listed]:
        """Those that played when they were last saved."""
        rows = self._read(select(*_LISTED).where(NETWORKS.c.summary.like('%"playing"%')))
        found = [_listed(row) for row in rows]
        return [n for n in found if n.summary.get("state") == "playing" and n.trashed is None]

    def delete_networks(self, ids: Sequence[str]) -> None:
        self._write(
            delete(NETWORKS).where(NETWORKS.c.id.in_(ids)),
            delete(EARLIER).where(EARLIER.c.id.in_(ids)),
            delete(RUNS).where(RUNS.c.network.in_(ids)),
        )

    # Runs that ended

    def runs(self, id: str) -> dict[int, dict[str, Any]]:
        """What a list says of those of a network, by their numbers."""
        return {row.run: as_object(row.line) for row in self._read(past.lines(id))}

    def run(self, id: str, number: int) -> Past | None:
        """None where there is none, or where it is damaged."""
        rows = self._read(past.whole(id, number))
        return past.read(rows[0], number) if rows else None

    # Room

    def kept_bytes(self, visitor: str | None = None) -> int:
        """Of all, or of a visitor: networks, their runs and datasets together."""
        whole = 0
        for table, size in (
            (NETWORKS, func.coalesce(NETWORKS.c.bytes, 0)),
            (RUNS, func.coalesce(RUNS.c.bytes, 0)),
            (
                DATASETS,
                func.length(DATASETS.c.content) + func.coalesce(func.length(DATASETS.c.arrays), 0),
            ),
        ):
            query = select(func.coalesce(func.sum(size), 0))
            whole += self._read(query.where(table.c.visitor == visitor) if visitor else query)[0][0]
        return whole

    def make_room(self, most: int, most_in_trash: int, alive: Sequence[str]) -> list[str]:
        """Put what was unused longest into the trash, until no more than `most` networks are outside
        it; what is oldest in a full trash is gone. Returns those put there."""
        outside = self._read(select(func.count()).where(NETWORKS.c.trashed.is_(None)))[0][0]
        if outside <= most:
            return []
        query = select(NETWORKS.c.id).where(NETWORKS.c.trashed.is_(None))
        oldest = self._read(query.order_by(NETWORKS.c.used))
        moved = [id for (id,) in oldest if id not in set(alive)][: outside - most]
        now = time.time()
        self._write(update(NETWORKS).where(NETWORKS.c.id.in_(moved)).values(trashed=now))
        query = select(NETWORKS.c.id).where(NETWORKS.c.trashed.is_not(None))
        trash = [id for (id,) in self._read(query.order_by(NETWORKS.c.trashed.desc()))]
        if trash[most_in_trash:]:
            self.delete_networks(trash[most_in_trash:])
        return moved

    def empty_trash(self, visitor: str | None) -> bool:
        """Of a visitor or of all; whether there was anything in it."""
        in_trash = NETWORKS.c.trashed.is_not(None)
        query = select(NETWORKS.c.id).where(in_trash)
        ids = self._read(query.where(NETWORKS.c.visitor == visitor) if visitor else query)
        self.delete_networks([id for (id,) in ids])
        return bool(ids)

    def knows(self, id: str) -> bool:
        return bool(self._read(select(NETWORKS.c.id).where(NETWORKS.c.id == id)))


def _listed(row: Any) -> Listed:
    summary = as_object(row.summary)
    if not summary:  # before schema 2 there was none
        kind = as_object(as_object(row.spec).get("dataset")).get("kind", "")
        summary = {"name": kind, "dataset": kind}
    return Listed(row.id, row.visitor, row.used, summary, row.trashed)
