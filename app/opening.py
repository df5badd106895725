"""The data folder and its file, before anything is read from them: nobody else has it, this version can
read it, and what is damaged is saved as far as it goes. Whatever is refused is left as it is."""

import json
import logging
import os
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout

log = logging.getLogger(__name__)

# 2: networks have a summary; 3: checksums, an earlier checkpoint, a trash; 4: runs that ended
# 5: texts and drawings beside tables, each with the line of a list; 6: pictures and sounds
# 7: data that is deleted stays for a while
SCHEMA_VERSION = 7
MAGIC = b"SQLite format 3\0"
FILE = "glassbox.sqlite"


class CannotOpen(RuntimeError):
    """The data folder cannot be used; the message says why and what to do."""


class Hold:
    """A data folder that is ours until we let it go, or end.

    Raises: CannotOpen, where another server has it
    """

    def __init__(self, folder: Path) -> None:
        self._note = folder / "server.json"
        _make(folder)
        self._lock = FileLock(folder / "server.lock", timeout=0)
        try:
            self._lock.acquire()
        except Timeout:
            raise CannotOpen(
                f"{folder} is in use by the Glassbox {_owner(self._note)}; use that one, stop it, or "
                "choose another --data-dir"
            ) from None
        except OSError as error:
            raise CannotOpen(f"cannot use {folder}: {error}; choose another --data-dir") from error

    def say(self, url: str) -> None:
        """Where this server is, for whoever finds the folder taken."""
        try:
            self._note.write_text(json.dumps({"url": url, "process": os.getpid()}))
        except OSError:
            log.warning("cannot write %s", self._note)

    def let_go(self) -> None:
        self._note.unlink(missing_ok=True)
        self._lock.release()


def _owner(note: Path) -> str:
    try:
        said = json.loads(note.read_text())
        return f"at {said['url']} (process {said['process']})"
    except (OSError, ValueError, KeyError, TypeError):
        return "that is just starting"


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise CannotOpen(f"cannot use {folder}: {error}; choose another --data-dir") from error


def prepare(folder: Path) -> Path:
    """The file in that folder, fit to be opened.

    Raises: CannotOpen
    """
    _make(folder)
    path = folder / FILE
    try:
        for left in folder.glob(f"{FILE}.new*"):  # of a rescue that was cut short
            left.unlink()
        if path.exists() and path.stat().st_size:
            _check_version(path)
            _check_pages(path)
    except (sqlite3.Error, OSError) as error:
        raise CannotOpen(
            f"cannot use {path}: {error}; move the file away or choose another --data-dir"
        ) from error
    return path


def _check_version(path: Path) -> None:
    """By the file's own bytes: opening a database may already write to its folder."""
    with path.open("rb") as file:
        header = file.read(100)
    if not header.startswith(MAGIC):
        raise sqlite3.DatabaseError("file is not a database")
    version = int.from_bytes(header[60:64], "big")
    if version <= SCHEMA_VERSION and Path(f"{path}-wal").exists():
        with _opened(path) as connection:  # the newest header may be in the log still
            version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA_VERSION:
        raise CannotOpen(
            f"{path} is of a newer Glassbox (schema {version}); use that one or another --data-dir"
        )


class _opened:
    """A connection that is closed at the end; blobs and text come as they are."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path)

    def __enter__(self) -> sqlite3.Connection:
        return self._connection

    def __exit__(self, *_: Any) -> None:
        self._connection.close()


def _check_pages(path: Path) -> None:
    """Raises: CannotOpen, where nothing can be saved of a damaged file"""
    with _opened(path) as connection:
        try:
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
        except sqlite3.DatabaseError as error:
            found = str(error)
    if found != "ok":
        _rescue(path, found)


def _rescue(path: Path, fault: str) -> None:
    """Every row that can be read into a new file; the damaged one is kept beside it."""
    new = Path(f"{path}.new")
    kept = lost = 0
    with _opened(path) as old, _opened(new) as fresh:
        try:
            tables = old.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'")
            schemas = [(name, sql) for name, sql in tables if not name.startswith("sqlite_")]
            version = old.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            new.unlink(missing_ok=True)
            raise CannotOpen(
                f"{path} is damaged ({error}) and nothing in it can be read; move the file away, put a "
                "copy of it in its place, or choose another --data-dir"
            ) from error
        for name, sql in schemas:
            fresh.execute(sql)
            for row in _rows(old, name):
                if row is None:
                    lost += 1
                    continue
                marks = ", ".join("?" * len(row))
                try:
                    fresh.execute(f"INSERT INTO {name} VALUES ({marks})", row)
                    kept += 1
                except sqlite3.IntegrityError:
                    lost += 1
        fresh.execute(f"PRAGMA user_version = {version}")
        fresh.commit()
    stamp = time.strftime("%Y%m%d-%H%M%S")
    for ending in ("", "-wal", "-shm"):
        if Path(f"{path}{ending}").exists():
            os.replace(f"{path}{ending}", f"{path}.damaged-{stamp}{ending}")
    os.replace(new, path)
    log.warning(
        "%s was damaged (%s): %d rows were saved, %s lost; the damaged file is kept as %s",
        path, fault.splitlines()[0], kept, lost or "none", f"{path.name}.damaged-{stamp}",
    )  # fmt: skip


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[tuple[Any, ...] | None]:
    """Every row of a table; None for one that cannot be read."""
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    numbers: dict[int, None] = {}
    for way in ("ASC", "DESC"):  # a page that cannot be read is met from both sides
        try:
            for (number,) in connection.execute(f"SELECT rowid FROM {table} ORDER BY rowid {way}"):
                numbers[number] = None
        except sqlite3.DatabaseError:
            continue
    for number in numbers:
        try:
            yield connection.execute(f"SELECT * FROM {table} WHERE rowid = ?", (number,)).fetchone()
        except sqlite3.DatabaseError:
            yield None
