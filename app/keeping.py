"""Checkpoints: what has changed is saved, what cannot be saved now is tried again."""

import asyncio
import logging
from collections.abc import Sequence
from time import time
from typing import Any

from engine.spec import NetworkSpec

from .live import Live
from .schemas import spec_to_json
from .store import CannotSave, Saved, Store
from .workers import shelf
from .workers.local import Worker, WorkerDied

log = logging.getLogger(__name__)


class Keeper:
    """Saves networks; `fails` says why where it cannot."""

    def __init__(self, store: Store, workers: Sequence[Worker]) -> None:
        self.store = store
        self.workers = workers
        self.fails: str | None = None

    async def save_new(self, live: Live) -> None:
        """A network is kept from its first moment on."""
        try:
            await asyncio.to_thread(self.store.save_networks, [saved(live, live.spec, None)])
        except CannotSave as error:
            self._failed(error)

    async def save(self, lives: list[Live]) -> None:
        """Checkpoint what has changed; what fails stays dirty and is tried again."""
        for worker in self.workers:
            mine = [
                n
                for n in lives
                if n.worker is worker and n.dirty and n.loaded_in == worker.generation
            ]
            for first in range(0, len(mine), 20):
                part = mine[first : first + 20]
                for live in part:
                    live.dirty = live.playing
                try:
                    found = await worker.call(shelf.checkpoints, [live.id for live in part])
                    rows = [saved(live, *found[live.id]) for live in part if live.id in found]
                    await asyncio.to_thread(self.store.save_networks, rows)
                    self.fails = None
                except (CannotSave, WorkerDied) as error:
                    for live in part:
                        live.dirty = True
                    if isinstance(error, CannotSave):
                        self._failed(error)

    def _failed(self, error: CannotSave) -> None:
        if self.fails is None:
            log.warning("cannot save: %s; networks go on in memory", error)
        self.fails = str(error)


def saved(live: Live, spec: NetworkSpec, checkpoint: bytes | None) -> Saved:
    summary = {**live.summary(), "state": "paused"}  # what is loaded again does not play
    return Saved(live.id, live.visitor, spec_to_json(spec), checkpoint, live.generation, summary)


def summary_of(saved: Saved | None) -> dict[str, Any]:
    """Of a network that is not in memory, as it was when it was last."""
    kind = saved.spec["dataset"]["kind"] if saved else ""
    blank = {"name": kind, "dataset": kind, "parameters": None, "step": 0, "loss": None}
    used = saved.used if saved else time()
    return {**blank, "state": "paused", "changed": used, **(saved.summary if saved else {})}
