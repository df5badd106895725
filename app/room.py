"""Who may have how much: networks alive, their memory, what is kept on the disk. Nobody's networks are
thrown away for it: they leave memory, and at worst go to the trash, from where they come back."""

import asyncio
import logging
from collections import Counter
from math import inf
from time import monotonic
from typing import TYPE_CHECKING

from engine.errors import Reason

from .errors import TooMany
from .live import Live

if TYPE_CHECKING:
    from .registry import Networks

log = logging.getLogger(__name__)

IDLE_S = 60.0  # so long unused, a network may make room for another
MADE_ROOM = Reason(
    "made_room", "room was needed for others; it is kept, and goes on when it is asked for"
)


class Room:
    """Has a place free before a network is made or comes back."""

    def __init__(self, networks: "Networks") -> None:
        self.networks = networks
        self.settings = networks.settings

    async def make(self, visitor: str) -> None:
        """One place, for this visitor.  Raises: TooMany"""
        limit = self.settings.max_networks
        while len(self.networks.live) >= limit:
            if not await self._unload_one([*self._idle(), *self._of_the_largest(visitor)]):
                raise TooMany(
                    Reason(
                        "too_many_networks",
                        "{most} networks are alive, the most this server keeps; delete one or try "
                        "later",
                    ),
                    limit="max_networks",
                    value=limit,
                )
        await self.make_fit()

    async def make_fit(self) -> None:
        """Raises: TooMany, where not all fit into the memory there is for them"""
        if not await self.fit():
            raise TooMany(
                Reason(
                    "no_memory",
                    "the networks alive take {bytes} bytes, all that this server has for them; delete "
                    "one, make it smaller, or try later",
                    bytes=self._used(),
                ),
                limit="max_memory_bytes",
                value=self.settings.max_memory_bytes,
            )

    async def fit(self) -> bool:
        """Unload who is idle until all fit into the memory there is for them; whether they do."""
        while self._used() > self.settings.max_memory_bytes:
            if not await self._unload_one(self._idle()):
                return False
        return True

    def _used(self) -> int:
        return sum(live.memory for live in self.networks.live.values())

    async def _unload_one(self, candidates: list[Live]) -> bool:
        """The first that can be; one that cannot keeps nobody else from making room."""
        for live in candidates:
            if live.playing:
                live.stop(MADE_ROOM)
            if await self.networks.unload(live):
                return True
        return False

    def _idle(self) -> list[Live]:
        """Who is unused, the longest first."""
        since = monotonic() - IDLE_S
        idle = [
            n
            for n in self.networks.live.values()
            if not (n.playing or n.hands or n.channel.watchers) and n.used < since
        ]
        return sorted(idle, key=lambda n: n.used)

    def _of_the_largest(self, visitor: str) -> list[Live]:
        """Of whoever has the most networks alive, those nobody watches, where they have at least two more
        than the visitor who comes: then both have a fair share."""
        counts = Counter(n.visitor for n in self.networks.live.values())
        largest, most = counts.most_common(1)[0]
        if most < counts[visitor] + 2:
            return []
        theirs = [
            n
            for n in self.networks.live.values()
            if n.visitor == largest and not (n.hands or n.channel.watchers)
        ]
        return sorted(theirs, key=lambda n: (n.playing, n.used))

    async def make_on_disk(self, visitor: str) -> None:
        """For one more network or dataset of this visitor.  Raises: TooMany"""
        store, settings = self.networks.store, self.settings
        for name, most, of in (
            ("max_visitor_bytes", settings.max_visitor_bytes, visitor),
            ("max_kept_bytes", settings.max_kept_bytes, None),
        ):
            kept = await asyncio.to_thread(store.kept_bytes, of)
            if kept >= most and await asyncio.to_thread(self._throw_away, of):
                kept = await asyncio.to_thread(store.kept_bytes, of)
            if kept >= most:
                yours = Reason(
                    "no_room_of_yours",
                    "you have {bytes} bytes of networks and data, the most that is kept; delete some",
                    bytes=kept,
                )
                ours = Reason(
                    "no_room",
                    "this server has {bytes} bytes of networks and data, the most that is kept; delete "
                    "some",
                    bytes=kept,
                )
                raise TooMany(yours if of else ours, limit=name, value=most)
        moved = await asyncio.to_thread(
            store.make_room, settings.max_kept_networks, settings.max_trash, [*self.networks.live]
        )
        if moved:
            log.warning("%d networks unused longest went to the trash to make room", len(moved))

    def _throw_away(self, visitor: str | None) -> bool:
        """What waits to be taken back, of a visitor or of all; whether there was anything."""
        store = self.networks.store
        return store.empty_trash(visitor) | store.purge_data(inf, visitor)

    async def admit_dataset(self, visitor: str) -> None:
        """Raises: TooMany"""
        await self.count_dataset(visitor)
        await self.make_on_disk(visitor)

    async def count_dataset(self, visitor: str) -> None:
        """One more of this visitor.  Raises: TooMany"""
        store = self.networks.store
        for name, of in (("max_visitor_datasets", visitor), ("max_datasets", None)):
            most = getattr(self.settings, name)
            if await asyncio.to_thread(store.count_data, of) >= most:
                yours = Reason(
                    "too_many_datasets_of_yours",
                    "{most} datasets of yours are kept, the most this server keeps; delete one",
                )
                ours = Reason(
                    "too_many_datasets",
                    "{most} datasets are kept, the most this server keeps; delete one",
                )
                raise TooMany(yours if of else ours, limit=name, value=most)
