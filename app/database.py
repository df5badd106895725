"""The tables, and how an engine on them is made: settings of every connection, columns that older files
lack."""

from pathlib import Path
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    text,
)

from .opening import SCHEMA_VERSION


class CannotSave(RuntimeError):
    """The disk refused; what was saved before is still there."""


METADATA = MetaData()
NETWORKS = Table(
    "networks",
    METADATA,
    Column("id", String, primary_key=True),
    Column("visitor", String, nullable=False, index=True),
    Column("spec", Text, nullable=False),
    Column("checkpoint", LargeBinary),
    Column("generation", Float, nullable=False, default=0),
    Column("used", Float, nullable=False),
    Column("summary", Text),
    Column("digest", String),
    Column("bytes", Integer),
    Column("trashed", Float),
)
EARLIER = Table(
    "earlier",
    METADATA,
    Column("id", String, primary_key=True),
    Column("spec", Text, nullable=False),
    Column("checkpoint", LargeBinary),
    Column("generation", Float, nullable=False),
    Column("digest", String),
)
RUNS = Table(
    "runs",
    METADATA,
    Column("network", String, primary_key=True),
    Column("run", Integer, primary_key=True),
    Column("visitor", String, nullable=False),
    Column("place", Integer, nullable=False),  # in the order in which they ended
    Column("spec", Text, nullable=False),
    Column("checkpoint", LargeBinary, nullable=False),
    Column("line", Text, nullable=False),
    Column("digest", String),
    Column("bytes", Integer),
)
DATASETS = Table(
    "datasets",
    METADATA,
    Column("id", String, primary_key=True),
    Column("visitor", String, nullable=False),
    Column("content", Text, nullable=False),
    Column("used", Float, nullable=False),
    Column("digest", String),
    Column("line", Text),
    Column("arrays", LargeBinary),  # of pictures and sounds
    Column("forgotten", Float),  # when it was deleted; it may be taken back for a while
)


def opened(path: Path) -> Engine:
    """Raises: DatabaseError"""
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _on_connect)
    with engine.begin() as connection:
        METADATA.create_all(connection)
        for table in METADATA.sorted_tables:
            known = {column["name"] for column in inspect(connection).get_columns(table.name)}
            for column in table.c:
                if column.name not in known:
                    kind = column.type.compile(connection.dialect)
                    connection.execute(
                        text(f"ALTER TABLE {table.name} ADD COLUMN {column.name} {kind}")
                    )
        connection.exec_driver_sql(
            "UPDATE networks SET bytes = length(spec) + 2 * coalesce(length(checkpoint), 0) "
            "WHERE bytes IS NULL"
        )
        connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA_VERSION}")
    return engine


def _on_connect(connection: Any, _: Any) -> None:
    # One damaged letter must not hide a whole list.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA busy_timeout = 5000")
    cursor.close()
