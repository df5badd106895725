"""What a user may do with data of their own once it is kept: ask for it, rename it, take it along, delete
it and have it back."""

import asyncio
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from engine.datasets import Table
from engine.datasets.reading.words import one_form
from engine.errors import Reason, Refused

from .errors import NotFound
from .gallery import line_of
from .listing import users_of
from .registry import Networks
from .schemas import OwnOut
from .workers import written

NO_SUCH = Reason("no_such_dataset", "there is no such dataset")
MAX_NAME = 80
_UNSAFE = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*%;\']+')


@dataclass(frozen=True, slots=True)
class TakenAlong:
    """A file with its media type; `disposition` names it safely."""

    content: bytes
    media_type: str
    disposition: str


def told(id: str, line: dict[str, Any], dataset: Any = None, networks: int | None = None) -> OwnOut:
    if line["kind"] in ("own", "own_series"):
        dataset = {"kind": line["kind"], "id": id}
    return OwnOut(id=id, dataset=dataset, networks=networks, **line)


async def line_of_old(networks: Networks, id: str) -> dict[str, Any] | None:
    """Of a table that a version without lines kept; None where it is damaged."""
    own = await asyncio.to_thread(networks.store.own, id)
    return own and await asyncio.to_thread(line_of, own)


async def _found(networks: Networks, id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Content and line.  Raises: NotFound"""
    found = await asyncio.to_thread(networks.store.data, id)
    line = found and (found[1] or await line_of_old(networks, id))
    if not found or not line:
        raise NotFound(NO_SUCH)
    return found[0], line


async def told_whole(networks: Networks, id: str) -> OwnOut:
    """Raises: NotFound"""
    content, line = await _found(networks, id)
    used = await users_of(networks, id) if line["kind"] in ("own", "own_series") else 0
    return told(id, line, content.get("dataset"), used)


async def rename(networks: Networks, id: str, name: str) -> OwnOut:
    """Raises: NotFound, Refused"""
    name = one_form(name)
    if not 1 <= len(name) <= MAX_NAME:
        raise Refused(
            "name", Reason("own.name", "a name has 1 to {most} characters", most=MAX_NAME)
        )
    _, line = await _found(networks, id)
    await asyncio.to_thread(networks.store.write_line, id, {**line, "name": name})
    return await told_whole(networks, id)


async def forget(networks: Networks, id: str) -> None:
    """Raises: NotFound"""
    if not await networks.forget_own(id):
        raise NotFound(NO_SUCH)


async def restore(networks: Networks, id: str) -> OwnOut:
    """What was deleted and is not purged yet.  Raises: NotFound, TooMany"""
    store = networks.store
    visitor = await asyncio.to_thread(store.forgotten_of, id)
    if visitor is None:
        raise NotFound(NO_SUCH)
    await networks.room.count_dataset(visitor)
    await asyncio.to_thread(store.take_back_data, id)
    return await told_whole(networks, id)


async def taken_along(networks: Networks, visitor: str, id: str) -> TakenAlong:
    """Raises: NotFound, Refused (pictures and sounds)"""
    content, line = await _found(networks, id)
    dataset: dict[str, Any] | None = content.get("dataset")
    if dataset is not None and dataset["kind"] == "own_text":
        whole = dataset["text"].encode("utf-8", "replace")
        return TakenAlong(whole, "text/plain", _disposition(line["name"], "txt"))
    if dataset is not None:
        whole = await networks.anywhere(visitor, written.drawing, dataset["points"])
    else:
        own = (await networks.tables_of(id)).get(id)
        if not isinstance(own, Table):
            raise Refused(
                "id",
                Reason(
                    "own.no_csv", "pictures and sounds are no rows of numbers: they have no CSV"
                ),
            )
        whole = await networks.anywhere(visitor, written.table, own)
    return TakenAlong(whole, "text/csv", _disposition(line["name"], "csv"))


def _disposition(name: str, ending: str) -> str:
    """For every system: no sign that a path or a header could be made of (RFC 6266, with RFC 8187's form)."""
    safe = _UNSAFE.sub("-", name).strip(" .-") or "data"
    plain = re.sub(r"[^A-Za-z0-9 ._()-]+", "-", safe).strip(" .-") or "data"
    return f"attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{quote(f'{safe}.{ending}', safe='')}"
