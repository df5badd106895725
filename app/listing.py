"""A visitor's networks as lists say them, in memory or not."""

import asyncio
from datetime import UTC, datetime

from .keeping import summary_of
from .live import Live
from .registry import Networks
from .schemas import NetworkSummary, RunOut
from .workers import shelf


async def networks_of(networks: Networks, visitor: str | None) -> list[NetworkSummary]:
    """What is kept of a visitor's networks and, of those in memory, how they are now; newest first."""
    if visitor is None:
        return []
    kept = {
        n.id: n
        for n in await asyncio.to_thread(networks.store.networks_of, visitor)
        if n.trashed is None and n.id not in networks.deleted
    }
    found = []
    for id in kept.keys() | {n.id for n in networks.live.values() if n.visitor == visitor}:
        live, saved = networks.live.get(id), kept.get(id)
        # One that is just being loaded has nothing to tell yet.
        told = live is not None and live.channel.report is not None
        summary = live.summary() if live and told else summary_of(saved)
        summary["changed"] = datetime.fromtimestamp(summary["changed"], UTC)
        found.append(NetworkSummary(id=id, **summary))
    return _newest_first(found)


async def trash_of(networks: Networks, visitor: str | None) -> list[NetworkSummary]:
    """A visitor's networks that had to make room; `changed` is when they did."""
    if visitor is None:
        return []
    found = []
    for kept in await asyncio.to_thread(networks.store.networks_of, visitor):
        if kept.trashed is not None:
            summary = {**summary_of(kept), "changed": datetime.fromtimestamp(kept.trashed, UTC)}
            found.append(NetworkSummary(id=kept.id, **summary))
    return _newest_first(found)


async def users_of(networks: Networks, id: str) -> int:
    """How many networks learn from data of one's own, in memory or not."""
    saved = await asyncio.to_thread(networks.store.users_of, id)
    live = {n.id for n in networks.live.values() if getattr(n.spec.dataset, "id", None) == id}
    return len(((saved - networks.live.keys()) | live) - networks.deleted)


async def runs_of(networks: Networks, live: Live) -> list[RunOut]:
    """The present run of a network, and those that are kept."""
    kept = await asyncio.to_thread(networks.store.runs, live.id)
    kept |= {past.run: past.line for past in live.ended}
    present = await networks.call(live, shelf.current)
    found = {**kept, present["run"]: present}
    return [
        RunOut(**{**found[number], "run": number}, current=number == present["run"])
        for number in sorted(found, reverse=True)
        if found[number]  # one whose line is damaged cannot be told of
    ]


def _newest_first(found: list[NetworkSummary]) -> list[NetworkSummary]:
    return sorted(found, key=lambda network: network.changed, reverse=True)
