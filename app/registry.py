"""All networks: made, found, loaded into a worker, asked, watched, put away. The arrays themselves
live in worker processes."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import Callable
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar

from engine.datasets import FromKept, OwnData
from engine.errors import Reason, Refused
from engine.spec import NetworkSpec

from .broadcast import Watcher
from .errors import Conflict, NotFound, TooMany, Unavailable
from .finishing import to_its_end
from .keeping import Keeper
from .live import Live, cannot_return, deadly, in_trash
from .problems import said
from .room import Room
from .schemas import NetworkOut
from .settings import Settings
from .store import CannotSave, Store
from .wire import Unreadable
from .workers import playing, shelf
from .workers.local import Worker, WorkerDied
from .workers.messages import Report

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

NO_SUCH_NETWORK = Reason(
    "no_such_network", "there is no such network; POST /api/networks makes one"
)
BEING_REPLACED = Reason("being_replaced", "a training process is being replaced; try again")
MOST_DEATHS = 3


class Networks:
    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.workers = [
            Worker(i, settings.worker_timeout_s, settings.worker_silence_s)
            for i in range(settings.workers)
        ]
        self.keeper = Keeper(store, self.workers)
        self.room = Room(self)
        self.live: dict[str, Live] = {}
        self.players = {worker: asyncio.Event() for worker in self.workers}
        self.draining = False
        self.clients = 0
        self.deleted = self.keeper.deleted
        self._tables: dict[str, OwnData] = {}

    async def create(
        self, spec: NetworkSpec, visitor: str, checkpoint: bytes | None = None
    ) -> NetworkOut:
        """A new network, from the beginning or from a checkpoint.  Raises: TooMany, Refused"""
        await self.room.make_on_disk(visitor)
        await self.room.make(visitor)
        id = secrets.token_urlsafe(16)
        live = Live(id, visitor, spec, self._least_loaded())
        self.live[id] = live
        with live.in_hand():
            try:
                described = await self._load(live, checkpoint)
                await self.room.make_fit()
            except BaseException:
                self.live.pop(id, None)
                await to_its_end(self._discard(live))
                raise
            await self.keeper.save_new(live)
            if checkpoint is not None:
                await self.keeper.save_now(live)
                await self.begin_channel(live)
            await self.publish_now(live)
            return live.described(described)

    def _least_loaded(self) -> Worker:
        counts = dict.fromkeys(self.workers, 0)
        for live in self.live.values():
            counts[live.worker] += 1
        return min(self.workers, key=lambda worker: counts[worker])

    async def get(self, id: str) -> Live:
        """Raises: NotFound, TooMany"""
        live = self.live.get(id) or await self._fetch(id)
        live.used = monotonic()
        return live

    async def _fetch(self, id: str) -> Live:
        """From the store.  Raises: NotFound, TooMany"""
        saved = await asyncio.to_thread(self.store.network, id)
        if saved is not None and id not in self.deleted:
            if saved.trashed is not None:
                raise NotFound(in_trash(id))
            if id not in self.live:
                await self.room.make(saved.visitor)
        live = self.live.get(id)
        if live is not None:
            return live
        if saved is None or id in self.deleted:
            raise NotFound(NO_SUCH_NETWORK)
        live = Live(id, saved.visitor, NetworkSpec(), self._least_loaded(), dirty=False)
        live.generation = saved.generation
        live.changed = saved.summary.get("changed", saved.used)
        live.newest_run = saved.summary.get("newest_run", 0)
        live.take_spec(saved.spec)
        self.live[id] = live
        with contextlib.suppress(CannotSave):
            await asyncio.to_thread(self.store.touch, id)
        return live

    async def take_back(self, id: str) -> Live:
        """Out of the trash.  Raises: NotFound, TooMany"""
        saved = await asyncio.to_thread(self.store.network, id)
        if saved is None or saved.trashed is None:
            raise NotFound(Reason("not_in_trash", "there is no such network in the trash"))
        await self.room.make(saved.visitor)
        await asyncio.to_thread(self.store.touch, id)
        return await self.get(id)

    async def resume(self) -> None:
        """What played when the server ended plays again."""
        for kept in await asyncio.to_thread(self.store.playing):
            try:
                live = await self.get(kept.id)
            except Exception:
                log.exception("a network that played could not be brought back")
                continue
            if live.broken is None:
                how = kept.summary
                self.begin_playing(live, how.get("steps_per_second"), how.get("keep", True))

    async def delete(self, id: str) -> None:
        """In memory or not, in the trash too.  Raises: NotFound"""
        live = self.live.pop(id, None)
        known = live is not None or await asyncio.to_thread(self.store.knows, id)
        if not known or id in self.deleted:
            raise NotFound(NO_SUCH_NETWORK)
        if live is not None:
            live.playing = False
            live.channel.notify("deleted", {})
        await self.keeper.delete(id)
        if live is not None:
            await self._discard(live)

    async def _discard(self, live: Live) -> None:
        """Out of its worker's memory."""
        if live.loaded_in == live.worker.generation:
            with contextlib.suppress(WorkerDied):
                await live.worker.call_for(live.visitor, shelf.discard, live.id)

    async def unload(self, live: Live) -> bool:
        """Out of memory, not out of the store; whether it could be."""
        used = live.used
        await self.keeper.save([live])
        # Whoever came while it was being saved still has it in hand: what is done to it now must not
        # be done to something thrown away.
        came = live.used != used or live.hands
        # What its worker lost cannot be saved any more.
        unsaved = live.dirty and live.loaded_in == live.worker.generation
        busy = came or unsaved or live.playing or live.channel.watchers
        if self.live.get(live.id) is live and not busy:
            del self.live[live.id]
            await self._discard(live)
            return True
        return self.live.get(live.id) is not live

    async def _load(self, live: Live, checkpoint: bytes | None) -> dict[str, Any]:
        """Put it into its worker.  Raises: Refused, Unavailable"""
        generation = live.worker.generation
        tables = await self.tables_for(live.spec)
        try:
            try:
                described = await self._create(live, tables, checkpoint)
            except (Unreadable, Refused) as error:
                if checkpoint is None or (isinstance(error, Refused) and error.place != "state"):
                    raise
                live.notice = Reason(
                    "notice.of_another",
                    "the checkpoint is not of this network; the training starts anew",
                )
                log.warning("a checkpoint could not be used: %s", error)
                described = await self._create(live, tables, None)
        except WorkerDied as error:
            self.suspect(live, shelf.create.__name__)
            raise Unavailable(BEING_REPLACED) from error
        live.loaded_in = generation
        live.deaths.pop(shelf.create.__name__, None)
        live.describe_as(described)
        return described

    async def _create(
        self, live: Live, tables: dict[str, OwnData], checkpoint: bytes | None
    ) -> dict[str, Any]:
        taken = {*await asyncio.to_thread(self.store.runs, live.id), *(p.run for p in live.ended)}
        return await live.worker.call_for(
            live.visitor,
            shelf.create,
            live.id,
            live.spec,
            tables,
            checkpoint,
            taken,
            live.newest_run,
        )

    async def ensure(self, live: Live) -> None:
        """Loaded, from its last checkpoint if its worker lost it.

        Raises: Conflict, where it cannot be brought to life as it is
        """
        if live.loaded_in != live.worker.generation:
            await to_its_end(self._bring(live))

    async def _bring(self, live: Live) -> None:
        async with live.loading:
            if live.loaded_in == live.worker.generation:
                return
            if live.id in self.deleted:
                raise NotFound(NO_SUCH_NETWORK)
            if live.broken is not None:
                raise Conflict(live.broken)
            lost = live.loaded_in >= 0
            saved = await asyncio.to_thread(self.store.network, live.id)
            if saved is not None:
                live.take_spec(saved.spec)
                if live.broken is not None:
                    raise Conflict(live.broken)
                live.notice = saved.fault or live.notice
            try:
                described = await self._load(live, saved.checkpoint if saved else None)
            except Refused as error:
                raise Conflict(live.set_aside(cannot_return(error))) from error
            await self.begin_channel(live)
            if self.live.get(live.id) is not live:  # it was deleted meanwhile
                await self._discard(live)
                raise NotFound(NO_SUCH_NETWORK)
            if lost:
                live.generation += 1
            if lost or live.notice:
                live.channel.notify(
                    "restored", {"step": described["step"], **said("reason", live.notice)}
                )

    async def begin_channel(self, live: Live) -> None:
        """Whoever watches is told the course of the run anew."""
        history = await self._ask(live, shelf.history)
        live.channel.restart()
        names = ("step", "loss", "low", "high")
        live.channel.seed(zip(*(history[name] for name in names), strict=True))

    async def rebuild(self, live: Live, spec: NetworkSpec) -> None:
        """A network that cannot be brought to life as it is, with another spec; with its weights where
        they fit.  Raises: Refused, and then nothing has changed"""
        async with live.loading:
            before, live.spec = live.spec, spec
            saved = await asyncio.to_thread(self.store.network, live.id)
            try:
                await self._load(live, saved.checkpoint if saved else None)
            except BaseException:
                live.spec = before
                raise
            live.broken = live.saved_spec = None
            live.deaths.clear()
            live.generation += 1
        await self.begin_channel(live)

    def suspect(self, live: Live, doing: str) -> None:
        """Its worker died while it did that to this network: the third time, and never well since the
        first, it is the network's fault."""
        live.deaths[doing] += 1
        times = live.deaths[doing]
        if times >= MOST_DEATHS and live.broken is None:
            live.stop(live.set_aside(deadly(times)))
            live.dirty = True
            log.warning("a network was set aside: its worker died %d times over it", times)

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
                found = await live.worker.call_for(live.visitor, function, live.id, *args, **kwargs)
            live.deaths.pop(function.__name__, None)
            return found
        except (WorkerDied, shelf.Gone) as error:
            if isinstance(error, WorkerDied):
                self.suspect(live, function.__name__)
            if live.id in self.deleted:
                raise NotFound(NO_SUCH_NETWORK) from error
            live.loaded_in = -2 if isinstance(error, shelf.Gone) else live.loaded_in
            raise Unavailable(BEING_REPLACED) from error

    async def tables_for(self, spec: NetworkSpec) -> dict[str, OwnData]:
        return await self.tables_of(spec.dataset.id) if isinstance(spec.dataset, FromKept) else {}

    async def tables_of(self, id: str) -> dict[str, OwnData]:
        if id not in self._tables:
            table = await asyncio.to_thread(self.store.own, id)
            if table is None:
                return {}
            if len(self._tables) > 16:
                self._tables.clear()
            self._tables[id] = table
        return {id: self._tables[id]}

    async def anywhere(
        self, visitor: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run what is about no network in a worker.  Raises: Unavailable, and what it refuses"""
        try:
            return await self._least_loaded().call_for(visitor, function, *args, **kwargs)
        except WorkerDied as error:
            raise Unavailable(BEING_REPLACED) from error

    async def forget_own(self, id: str) -> bool:
        """For a while it can be taken back; whether there was such an uploaded dataset."""
        self._tables.pop(id, None)
        return await asyncio.to_thread(self.store.forget_data, id)

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
                Reason(
                    "too_many_streams",
                    "{most} streams are open, the most this server serves; close one or try later",
                ),
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
            if not live.channel.watchers:
                live.forget_encoded()

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
