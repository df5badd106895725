"""What survives a restart: specs, checkpoints and uploaded tables, in one SQLite file.

Synchronous and small; the server calls it in a thread.
"""

import contextlib
import json
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import (
    Column,
    Float,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    delete,
    event,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import DatabaseError, SQLAlchemyError

from engine.datasets import Table as OwnTable

SCHEMA_VERSION = 2  # 2: networks have a summary

_metadata = MetaData()
_networks = Table(
    "networks",
    _metadata,
    Column("id", String, primary_key=True),
    Column("visitor", String, nullable=False, index=True),
    Column("spec", Text, nullable=False),
    Column("checkpoint", LargeBinary),
    Column("generation", Float, nullable=False, default=0),
    Column("used", Float, nullable=False),
    Column("summary", Text),
)
_datasets = Table(
    "datasets",
    _metadata,
    Column("id", String, primary_key=True),
    Column("visitor", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("used", Float, nullable=False),
)


class CannotOpen(RuntimeError):
    """The data folder cannot be used; the message says why and what to do."""


class CannotSave(RuntimeError):
    """The disk refused; what was saved before is still there."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One network as it is kept; `summary` is what a list says of it, `used` when it was saved."""

    id: str
    visitor: str
    spec: dict[str, Any]
    checkpoint: bytes | None
    generation: int
    summary: dict[str, Any] = field(default_factory=dict)
    used: float = 0.0


class Store:
    """`used` is wall-clock time in seconds, only compared in days.

    Raises: CannotOpen
    """

    def __init__(self, folder: Path) -> None:
        self.path = folder / "glassbox.sqlite"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._engine = create_engine(f"sqlite:///{self.path}")
            event.listen(self._engine, "connect", _on_connect)
            with self._engine.begin() as connection:
                found = connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                if found > SCHEMA_VERSION:
                    raise CannotOpen(
                        f"{self.path} is of a newer Glassbox (schema {found}); "
                        "use that one or another --data-dir"
                    )
                if found == 1:
                    connection.exec_driver_sql("ALTER TABLE networks ADD COLUMN summary TEXT")
                _metadata.create_all(connection)
                connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
        except (DatabaseError, OSError) as error:
            reason = getattr(error, "orig", None) or error
            raise CannotOpen(
                f"cannot use {self.path}: {reason}; move the file away or choose another --data-dir"
            ) from error

    def close(self) -> None:
        self._engine.dispose()

    def _write(self, *statements: Any) -> None:
        try:
            with self._engine.begin() as connection:
                for statement in statements:
                    connection.execute(statement)
        except SQLAlchemyError as error:
            raise CannotSave(str(getattr(error, "orig", error))) from error

    # Networks

    def _read(self, statement: Any) -> list[Any]:
        try:
            with self._engine.begin() as connection:
                return list(connection.execute(statement))
        except SQLAlchemyError as error:
            raise CannotSave(str(getattr(error, "orig", error))) from error

    def save_networks(self, networks: list[Saved]) -> None:
        """All or none."""
        statements = []
        for network in networks:
            row = {
                **asdict(network),
                "spec": json.dumps(network.spec),
                "summary": json.dumps(network.summary),
                "used": time.time(),
            }
            # A network that could not be added while the disk refused is added now.
            statements.append(delete(_networks).where(_networks.c.id == network.id))
            statements.append(insert(_networks).values(**row))
        self._write(*statements)

    def network(self, id: str) -> Saved | None:
        rows = self._read(select(_networks).where(_networks.c.id == id))
        if not rows:
            return None
        return _saved(rows[0], rows[0].checkpoint)

    def networks_of(self, visitor: str) -> list[Saved]:
        """A visitor's networks, without their checkpoints."""
        columns = [column for column in _networks.c if column.name != "checkpoint"]
        rows = self._read(select(*columns).where(_networks.c.visitor == visitor))
        return [_saved(row, None) for row in rows]

    def delete_network(self, id: str) -> None:
        self._write(delete(_networks).where(_networks.c.id == id))

    def sweep(self, keep_days: float) -> None:
        """Forget what nobody has used for so long."""
        old = time.time() - keep_days * 86400
        self._write(
            delete(_networks).where(_networks.c.used < old),
            delete(_datasets).where(_datasets.c.used < old),
        )

    # Tables

    def add_table(self, id: str, visitor: str, table: OwnTable) -> None:
        content = asdict(table)
        content["inputs"] = table.inputs.tolist()
        content["targets"] = table.targets.tolist()
        self._write(
            insert(_datasets).values(
                id=id, visitor=visitor, content=json.dumps(content), used=time.time()
            )
        )

    def table(self, id: str) -> OwnTable | None:
        rows = self._read(select(_datasets.c.content).where(_datasets.c.id == id))
        if not rows:
            return None
        with contextlib.suppress(CannotSave):  # a full disk must not keep anyone from reading
            self._write(update(_datasets).where(_datasets.c.id == id).values(used=time.time()))
        row = rows[0]
        content = json.loads(row.content)
        return OwnTable(
            name=content["name"],
            columns=tuple(content["columns"]),
            inputs=np.array(content["inputs"], np.float64),
            targets=np.array(content["targets"]),
            target_name=content["target_name"],
            class_names=tuple(content["class_names"]),
        )

    def count_tables(self) -> int:
        return self._read(select(func.count()).select_from(_datasets))[0][0]

    def delete_table(self, id: str) -> bool:
        """Whether there was one."""
        known = bool(self._read(select(_datasets.c.id).where(_datasets.c.id == id)))
        self._write(delete(_datasets).where(_datasets.c.id == id))
        return known


def _saved(row: Any, checkpoint: bytes | None) -> Saved:
    summary = json.loads(row.summary or "{}")  # none before schema 2
    spec, generation = json.loads(row.spec), int(row.generation)
    return Saved(row.id, row.visitor, spec, checkpoint, generation, summary, row.used)


def _on_connect(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()
