"""All networks: made, found, loaded into a worker, asked, watched, put away. The arrays themselves
live in worker processes."""

import asyncio
import logging
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar

from engine.datasets import Own, Table
from engine.errors import Refused
from engine.spec import NetworkSpec

from .broadcast import Watcher
from .errors import NotFound, TooMany, Unavailable
from .keeping import Keeper, summary_of
from .live import Live
from .schemas import SPEC, NetworkOut, NetworkSummary
from .settings import Settings
from .store import Store
from .wire import Unreadable
from .workers import looking, playing, shelf
from .workers.local import Worker, WorkerDied
from .workers.messages import Report

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

NO_SUCH_NETWORK = "there is no such network; POST /api/networks makes one"
BEING_REPLACED = "a training process is being replaced; try again"
IDLE_S = 60.0  # so long unused, a network may make room for another


class Networks:
    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.workers = [
            Worker(i, settings.worker_timeout_s, settings.worker_silence_s)
            for i in range(settings.workers)
        ]
        self.keeper = Keeper(store, self.workers)
        self.live: dict[str, Live] = {}
        self.players = {worker: asyncio.Event() for worker in self.workers}
        self.draining = False
        self.clients = 0
        self._deleted: set[str] = set()
        self._tables: dict[str, Table] = {}

    async def create(self, spec: NetworkSpec, visitor: str) -> NetworkOut:
        """Raises: TooMany, Refused"""
        await self._make_room()
        id = secrets.token_urlsafe(16)
        live = Live(id, visitor, spec, self._least_loaded())
        self.live[id] = live
        with live.in_hand():
            try:
                described = await self._load(live, None)
            except BaseException:
                del self.live[id]
                raise
            await self.keeper.save_new(live)
            await self.publish_now(live)
            return live.described(described)

    async def _make_room(self) -> None:
        """Have a place free, by unloading who has been idle longest.  Raises: TooMany"""
        limit = self.settings.max_networks
        while len(self.live) >= limit:
            idle = [
                n
                for n in self.live.values()
                if not (n.playing or n.hands or n.channel.watchers)
                and monotonic() - n.used > IDLE_S
            ]
            oldest = min(idle, key=lambda n: n.used, default=None)
            if oldest is None or not await self.unload(oldest):
                raise TooMany(
                    f"{limit} networks are alive, the most this server keeps; "
                    "delete one or try later",
                    limit="max_networks",
                    value=limit,
                )

    def _least_loaded(self) -> Worker:
        counts = dict.fromkeys(self.workers, 0)
        for live in self.live.values():
            counts[live.worker] += 1
        return min(self.workers, key=lambda worker: counts[worker])

    async def get(self, id: str) -> Live:
        """Raises: NotFound"""
        live = self.live.get(id)
        if live is None:
            saved = await asyncio.to_thread(self.store.network, id)
            live = self.live.get(id)
            if live is None:
                if saved is None or id in self._deleted:
                    raise NotFound(NO_SUCH_NETWORK)
                spec = SPEC.validate_python(saved.spec).to_engine()
                live = Live(id, saved.visitor, spec, self._least_loaded(), dirty=False)
                live.generation = saved.generation
                live.changed = saved.summary.get("changed", saved.used)
                self.live[id] = live
        live.used = monotonic()
        return live

    async def list_of(self, visitor: str | None) -> list[NetworkSummary]:
        """What is kept of a visitor's networks and, of those in memory, how they are now; newest
        first."""
        if visitor is None:
            return []
        kept = {n.id: n for n in await asyncio.to_thread(self.store.networks_of, visitor)}
        found = []
        for id in kept.keys() | {n.id for n in self.live.values() if n.visitor == visitor}:
            live, saved = self.live.get(id), kept.get(id)
            # One that is just being loaded has nothing to tell yet.
            told = live is not None and live.channel.report is not None
            summary = live.summary() if live and told else summary_of(saved)
            summary["changed"] = datetime.fromtimestamp(summary["changed"], UTC)
            found.append(NetworkSummary(id=id, **summary))
        return sorted(found, key=lambda network: network.changed, reverse=True)

    async def delete(self, id: str) -> None:
        live = await self.get(id)
        live.playing = False
        self._deleted.add(id)  # a request already under way must not bring it back
        live.channel.notify("deleted", {})
        self.live.pop(id, None)
        await asyncio.to_thread(self.store.delete_network, id)
        if live.loaded_in == live.worker.generation:
            await live.worker.call(shelf.discard, id)

    async def unload(self, live: Live) -> bool:
        """Out of memory, not out of the store; whether it could be."""
        used = live.used
        await self.keeper.save([live])
        # Whoever came while it was being saved still has it in hand: what is done to it now must not
        # be done to something thrown away.
        came = live.used != used or live.hands
        busy = came or live.dirty or live.playing or live.channel.watchers
        if self.live.get(live.id) is live and not busy:
            del self.live[live.id]
            if live.loaded_in == live.worker.generation:
                await live.worker.call(shelf.discard, live.id)
            return True
        return self.live.get(live.id) is not live

    async def _load(self, live: Live, checkpoint: bytes | None) -> dict[str, Any]:
        """Put it into its worker.  Raises: Refused, Unavailable"""
        generation = live.worker.generation
        tables = await self.tables_for(live.spec)
        try:
            try:
                described = await live.worker.call_for(
                    live.visitor, shelf.create, live.id, live.spec, tables, checkpoint
                )
            except (Unreadable, Refused) as error:
                if isinstance(error, Refused) and error.place != "state":
                    raise
                log.warning("a checkpoint could not be used (%s); the network starts anew", error)
                described = await live.worker.call(shelf.create, live.id, live.spec, tables, None)
        except WorkerDied as error:
            raise Unavailable(BEING_REPLACED) from error
        live.loaded_in = generation
        live.describe_as(described)
        return described

    async def ensure(self, live: Live) -> None:
        """Loaded, from its last checkpoint if its worker lost it."""
        if live.loaded_in == live.worker.generation:
            return
        async with live.loading:
            if live.loaded_in == live.worker.generation:
                return
            if live.id in self._deleted:
                raise NotFound(NO_SUCH_NETWORK)
            lost = live.loaded_in >= 0
            saved = await asyncio.to_thread(self.store.network, live.id)
            if saved is not None:
                live.spec = SPEC.validate_python(saved.spec).to_engine()
            described = await self._load(live, saved.checkpoint if saved else None)
            history = await self._ask(live, shelf.history)
            live.channel.restart()
            live.channel.seed(history["step"], history["loss"])
            if lost:
                live.generation += 1
                live.channel.notify("restored", {"step": described["step"]})

    async def call(
        self,
        live: Live,
        function: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a function of the network's id in its worker.

        Raises: Unavailable, and what the function refuses
        """
        await self.ensure(live)
        return await self._ask(live, function, *args, **kwargs)

    async def _ask(
        self,
        live: Live,
        function: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        try:
            with live.in_hand():
                return await live.worker.call_for(live.visitor, function, live.id, *args, **kwargs)
        except (WorkerDied, shelf.Gone) as error:
            if live.id in self._deleted:
                raise NotFound(NO_SUCH_NETWORK) from error
            live.loaded_in = -2 if isinstance(error, shelf.Gone) else live.loaded_in
            raise Unavailable(BEING_REPLACED) from error

    async def tables_for(self, spec: NetworkSpec) -> dict[str, Table]:
        return await self.tables_of(spec.dataset.id) if isinstance(spec.dataset, Own) else {}

    async def tables_of(self, id: str) -> dict[str, Table]:
        if id not in self._tables:
            table = await asyncio.to_thread(self.store.table, id)
            if table is None:
                return {}
            if len(self._tables) > 16:
                self._tables.clear()
            self._tables[id] = table
        return {id: self._tables[id]}

    async def make_dataset(
        self, spec: Any, tables: dict[str, Table], first: int, count: int | None
    ) -> bytes:
        """A dataset of no network yet, made in a worker.  Raises: Refused, Unavailable"""
        try:
            return await self._least_loaded().call(looking.dataset, spec, tables, first, count)
        except WorkerDied as error:
            raise Unavailable(BEING_REPLACED) from error

    async def forget_table(self, id: str) -> bool:
        """Whether there was such an uploaded dataset."""
        self._tables.pop(id, None)
        return await asyncio.to_thread(self.store.delete_table, id)

    async def describe(self, live: Live) -> NetworkOut:
        return live.described(await self.call(live, shelf.describe))

    async def publish_now(self, live: Live) -> Report:
        report = await self.call(live, playing.report)
        live.publish(report)
        return report

    async def watch(self, live: Live, weights: bool, after: int | None) -> Watcher:
        """Raises: TooMany"""
        limit = self.settings.max_stream_clients
        if self.clients >= limit:
            raise TooMany(
                f"{limit} streams are open, the most this server serves; close one or try later",
                limit="max_stream_clients",
                value=limit,
            )
        self.clients += 1
        try:
            await self.ensure(live)
            if live.channel.report is None or (weights and live.channel.report.weights is None):
                await self.publish_now(live)
        except BaseException:
            self.clients -= 1
            raise
        live.report_at = 0.0
        return live.channel.watch(weights, after)

    def leave(self, live: Live, watcher: Watcher) -> None:
        if watcher in live.channel.watchers:
            self.clients -= 1
            live.channel.leave(watcher)

    def begin_playing(self, live: Live, steps_per_second: float | None, keep: bool) -> None:
        now = monotonic()
        live.steps_per_second, live.keep = steps_per_second, keep
        live.allowance = 0.0
        live.ticked = live.watched = now
        live.turn.begin(now)
        live.playing = True
        self.players[live.worker].set()
        live.channel.notify("state", {"state": "playing"})

    def say_goodbye(self) -> None:
        """End every stream: the server stops."""
        self.draining = True
        for live in self.live.values():
            live.channel.notify("bye", {})
