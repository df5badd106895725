"""Looks out of the rounds of training: at once when one is asked for, and after every change."""

import asyncio
from time import monotonic

from engine.errors import Refused

from .broadcast import Watcher
from .errors import GlassboxError, Unavailable, problem_of
from .live import Live
from .looks import Wanted, tell_problem, wake
from .registry import Networks
from .store import CannotSave
from .workers import watching

TRY_AGAIN_S = 0.5


async def keep_seeing(networks: Networks, live: Live, watcher: Watcher) -> None:
    """As long as this watcher is there."""
    while True:
        await watcher.stale.wait()
        watcher.stale.clear()
        wanted = watcher.wanted
        if wanted is None or wanted.busy:
            continue
        wanted.busy = True
        try:
            await _catch_up(networks, live, wanted)
        finally:
            wanted.busy = False
            if wanted.seen != live.channel.looks.changes:
                wake(wanted)  # another one who asked for the same goes on


async def _catch_up(networks: Networks, live: Live, wanted: Wanted) -> None:
    looks = live.channel.looks
    behind = False
    while wanted.watchers and (behind or wanted.seen != looks.changes):
        now = monotonic()
        if not live.playing:
            looks.spare = True
        pause = looks.pause(wanted, now, players_beside(networks, live))
        if pause > 0:
            await asyncio.sleep(pause)
            continue
        change = looks.changes
        wanted.put_off(now, looks.interval(now, 0.0))
        try:
            found = await networks.call(live, watching.looks, [wanted.look])
        except Unavailable:
            await asyncio.sleep(TRY_AGAIN_S)
            continue
        except (GlassboxError, Refused, CannotSave) as error:
            tell_problem(wanted, problem_of(error))
            wanted.seen = change
            return
        wanted.seen = change
        looks.tell([wanted], found, live.generation, room_for_looks(networks))
        # While it plays, its rounds bring what is still to be counted.
        behind = found[0].behind and not live.playing


def players_beside(networks: Networks, live: Live) -> int:
    """Who trains where this one is, itself included."""
    others = (one for one in networks.live.values() if one.playing and one is not live)
    return 1 + sum(1 for one in others if one.worker is live.worker)


def room_for_looks(networks: Networks) -> int:
    """Bytes that are left for looks of all clients."""
    taken = sum(one.channel.looks.size for one in networks.live.values() if one.channel.looks)
    return networks.settings.max_look_bytes - taken
