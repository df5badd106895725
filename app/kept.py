"""The part of the store that keeps data of one's own. What is deleted stays unseen for a while, that it can be
taken back, and is purged then."""

import contextlib
import json
import time
from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, func, insert, select, text, update

from engine.datasets import OwnData

from .database import DATASETS, NETWORKS, CannotSave
from .owned import packed, unpacked
from .past import digest

# So long what was deleted can be taken back.
FORGOTTEN_S = 600.0
_KEPT = DATASETS.c.forgotten.is_(None)


class OwnKept:
    """Tables, pictures, sounds, texts and drawings, by their ids."""

    def _read(self, statement: Any) -> Sequence[Any]:
        """Raises: CannotSave"""
        raise NotImplementedError

    def _write(self, *statements: Any) -> None:
        """All or none.  Raises: CannotSave"""
        raise NotImplementedError

    def add_own(
        self, id: str, visitor: str, own: OwnData, line: dict[str, Any] | None = None
    ) -> None:
        content, arrays = packed(own)
        self.add_data(id, visitor, content, line, arrays)

    def add_data(
        self,
        id: str,
        visitor: str,
        content: str,
        line: dict[str, Any] | None,
        arrays: bytes | None = None,
    ) -> None:
        """`line` is what a list says of it."""
        self._write(
            insert(DATASETS).values(
                id=id,
                visitor=visitor,
                content=content,
                used=time.time(),
                digest=digest(content, arrays, 0),
                line=line and json.dumps(line),
                arrays=arrays,
            )
        )

    def same_data(self, visitor: str, content: str) -> str | None:
        """The id of what a visitor keeps already."""
        query = select(DATASETS.c.id).where(DATASETS.c.visitor == visitor, _KEPT)
        rows = self._read(query.where(DATASETS.c.digest == digest(content, None, 0)))
        return rows[0].id if rows else None

    def data_of(self, visitor: str) -> dict[str, dict[str, Any]]:
        """A visitor's lines by id, the newest first; empty where an older version kept it without."""
        query = select(DATASETS.c.id, DATASETS.c.line).where(DATASETS.c.visitor == visitor, _KEPT)
        return {
            row.id: as_object(row.line) for row in self._read(query.order_by(text("rowid DESC")))
        }

    def line_of(self, id: str) -> dict[str, Any] | None:
        """What a list says of a set, read without the set itself; None where there is none."""
        rows = self._read(select(DATASETS.c.line).where(DATASETS.c.id == id, _KEPT))
        return as_object(rows[0].line) if rows else None

    def data(self, id: str) -> tuple[dict[str, Any], dict[str, Any]] | None:
        """(content, line) of a set; None where there is none, or where it is damaged."""
        row = self._sound(id)
        return row and (as_object(row.content), as_object(row.line))

    def _sound(self, id: str) -> Any:
        """A set as it was kept; None where there is none, or where it is damaged."""
        columns = (DATASETS.c.content, DATASETS.c.digest, DATASETS.c.line, DATASETS.c.arrays)
        rows = self._read(select(*columns).where(DATASETS.c.id == id, _KEPT))
        if not rows or rows[0].digest not in (None, digest(rows[0].content, rows[0].arrays, 0)):
            return None
        return rows[0]

    def users_of(self, id: str) -> set[str]:
        """The networks that learn from a table, pictures or sounds."""
        query = select(NETWORKS.c.id).where(NETWORKS.c.spec.contains(id, autoescape=True))
        return {row.id for row in self._read(query)}

    def own(self, id: str) -> OwnData | None:
        """A table, pictures or sounds; None where there are none, or where they are damaged."""
        row = self._sound(id)
        found = row and unpacked(as_object(row.content), row.arrays)
        if found is None:
            return None
        with contextlib.suppress(CannotSave):  # a full disk must not keep anyone from reading
            self._write(update(DATASETS).where(DATASETS.c.id == id).values(used=time.time()))
        return found

    def count_data(self, visitor: str | None = None) -> int:
        query = select(func.count()).select_from(DATASETS).where(_KEPT)
        return self._read(query.where(DATASETS.c.visitor == visitor) if visitor else query)[0][0]

    def write_line(self, id: str, line: dict[str, Any]) -> None:
        self._write(update(DATASETS).where(DATASETS.c.id == id).values(line=json.dumps(line)))

    def forget_data(self, id: str) -> bool:
        """Until it is purged it can be taken back; whether there was one."""
        if not self._read(select(DATASETS.c.id).where(DATASETS.c.id == id, _KEPT)):
            return False
        self._write(update(DATASETS).where(DATASETS.c.id == id).values(forgotten=time.time()))
        return True

    def forgotten_of(self, id: str) -> str | None:
        """Whose it was, of a set that can be taken back."""
        rows = self._read(select(DATASETS.c.visitor).where(DATASETS.c.id == id, ~_KEPT))
        return rows[0].visitor if rows else None

    def take_back_data(self, id: str) -> None:
        self._write(update(DATASETS).where(DATASETS.c.id == id).values(forgotten=None))

    def purge_data(self, before: float, visitor: str | None = None) -> bool:
        """What was deleted before a time, of a visitor or of all; whether there was any."""
        old = DATASETS.c.forgotten < before
        old = old & (DATASETS.c.visitor == visitor) if visitor else old
        found = bool(self._read(select(DATASETS.c.id).where(old).limit(1)))
        if found:
            self._write(delete(DATASETS).where(old))
        return found


def as_object(value: Any) -> dict[str, Any]:
    """An object of JSON; empty where it is none."""
    try:
        found = json.loads(value) if isinstance(value, str) else value
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}
