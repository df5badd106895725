"""Checkpoints: what has changed is saved, what cannot be saved now is tried again."""

import asyncio
import logging
from collections.abc import Callable, Iterable, Sequence
from time import time
from typing import Any, ParamSpec

from .finishing import to_its_end
from .live import Live
from .schemas import spec_to_json
from .store import CannotSave, Listed, Saved, Store
from .workers import shelf
from .workers.local import Worker, WorkerDied
from .workers.messages import Checkpoint

log = logging.getLogger(__name__)

P = ParamSpec("P")


class Keeper:
    """Saves networks; `fails` says why where it cannot."""

    def __init__(self, store: Store, workers: Sequence[Worker]) -> None:
        self.store = store
        self.workers = workers
        self.fails: str | None = None
        self.deleted: set[str] = set()  # a request or a save under way must not bring them back
        # Deleted while the disk refused: it is tried until it works.
        self._to_delete: set[str] = set()
        self._writing = asyncio.Lock()
        # From taking a checkpoint to having written it, so that an older one never follows a newer one.
        self._saving = {worker: asyncio.Lock() for worker in workers}

    async def save_new(self, live: Live) -> None:
        """A network is kept from its first moment on."""
        await to_its_end(self._save_new(live))

    async def _save_new(self, live: Live) -> None:
        async with self._writing:
            await self._write(self.store.save_networks, [saved(live, None)])

    async def save_now(self, live: Live) -> None:
        """What is acknowledged survives: a change is saved before its answer."""
        live.dirty = True
        await self.save([live])

    async def save(self, lives: Iterable[Live]) -> None:
        """Checkpoint what has changed; what fails stays dirty and is tried again."""
        lives = list(lives)
        for worker in self.workers:
            mine = [
                n
                for n in lives
                if n.worker is worker and n.dirty and n.loaded_in == worker.generation
            ]
            for first in range(0, len(mine), 20):
                await to_its_end(self._save_some(worker, mine[first : first + 20]))

    async def _save_some(self, worker: Worker, part: list[Live]) -> None:
        async with self._saving[worker]:
            for live in part:
                live.dirty = live.playing
            kept: set[str] = set()
            try:
                found = await worker.call_for(SAVING, shelf.checkpoints, [n.id for n in part])
                kept = await self._write_some(part, found)
            except WorkerDied:
                pass
            finally:
                for live in part:
                    live.dirty = live.dirty or live.id not in kept

    async def _write_some(self, part: list[Live], found: dict[str, Checkpoint]) -> set[str]:
        """Ids of those that were written."""
        async with self._writing:
            rows = [
                saved(live, found[live.id])
                for live in part
                if live.id in found and live.id not in self.deleted
            ]
            # To write nothing would say that the disk takes something.
            written = bool(rows) and await self._write(self.store.save_networks, rows)
            if written:
                done = {id(past) for row in rows for past in row.ended}
                for live in part:
                    live.ended = [past for past in live.ended if id(past) not in done]
        return {row.id for row in rows} if written else set()

    async def save_broken(self, lives: Iterable[Live]) -> None:
        """What is set aside is not in a worker; that it does not play is kept all the same."""
        for live in [n for n in lives if n.broken is not None and n.dirty]:
            live.dirty = not await self._write(
                self.store.save_summary, live.id, live.kept_summary()
            )

    async def delete(self, id: str) -> None:
        """Now, or as soon as the disk lets us."""
        self.deleted.add(id)
        self._to_delete.add(id)
        await self.catch_up()

    async def catch_up(self) -> None:
        """What the disk refused before; and whether it would refuse now."""
        async with self._writing:
            ids = list(self._to_delete)
            if not ids:
                await self._write(self.store.write_nothing)
            elif await self._write(self.store.delete_networks, ids):
                self._to_delete.difference_update(ids)

    async def _write(self, function: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> bool:
        """Whether it could be written."""
        try:
            await asyncio.to_thread(function, *args, **kwargs)
        except CannotSave as error:
            if self.fails is None:
                log.warning("cannot save: %s; networks go on in memory", error)
            self.fails = str(error)
            return False
        self.fails = None
        return True


SAVING = "saving"  # who speaks with the worker


def saved(live: Live, checkpoint: Checkpoint | None) -> Saved:
    return Saved(
        live.id,
        live.visitor,
        spec_to_json(checkpoint.spec if checkpoint else live.spec),
        checkpoint.state if checkpoint else None,
        live.generation,
        live.kept_summary(),
        run=checkpoint.run if checkpoint else live.run,
        ended=tuple(live.ended),
    )


def summary_of(listed: Listed | None) -> dict[str, Any]:
    """Of a network that is not in memory, as it was when it was last."""
    blank = {"name": "", "dataset": "", "parameters": None, "step": 0, "loss": None}
    used = listed.used if listed else time()
    known = listed.summary if listed else {}
    found = {**blank, "state": "paused", "changed": used, **known}
    # What is not in memory does not play, whatever it will do then.
    return {name: found[name] for name in blank} | {"state": "paused", "changed": found["changed"]}
