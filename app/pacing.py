"""Training: one loop a worker, one call a round, the same share of time for each network that plays and
each job. Who goes in a round stands in `turns`."""

import asyncio
import logging
import math
from collections.abc import Mapping
from time import monotonic, time

from engine.errors import Reason, Refused

from .errors import GlassboxError
from .jobs import Jobs
from .kept import FORGOTTEN_S
from .live import Live
from .looks import LARGE_BYTES, Wanted
from .memory import give_back
from .registry import Networks
from .seeing import room_for_looks
from .settings import Settings
from .turns import Turns
from .workers import playing as rounds
from .workers.local import Worker, WorkerDied
from .workers.messages import Advanced, Looked, Play

log = logging.getLogger(__name__)

ROUNDS = "rounds"  # who speaks with the worker
UNWATCHED_REPORT_S = 1.0
DRAWN_SLICE_S = 0.006  # where somebody draws: every stroke is to be answered at once
BEHIND_S = 0.03  # a network that keeps its pace is never so far from it
MOST_CATCHING_UP_S = 0.25  # after a stall a limited run goes on, it does not rush


async def train_forever(worker: Worker, networks: Networks, jobs: Jobs) -> None:
    turns = Turns()
    while True:
        try:
            await _round(worker, networks, jobs, turns)
        except WorkerDied:
            await asyncio.sleep(0.2)
        except Exception:
            log.exception("a round of training failed")
            await asyncio.sleep(0.5)


async def _round(worker: Worker, networks: Networks, jobs: Jobs, turns: Turns) -> None:
    playing = [n for n in networks.live.values() if n.playing and n.worker is worker]
    due = jobs.due(worker)
    if not playing and not due:
        networks.players[worker].clear()
        await networks.players[worker].wait()
        return
    begin = monotonic()
    playing = [live for live in playing if not _is_left(live, begin, networks.settings)]
    playing = [live for live in playing if await _is_loaded(live, worker, networks)]
    if not playing and not due:
        await asyncio.sleep(0.2)
        return
    settings = networks.settings
    for live in playing:
        _allow(live, begin)
    ready = {live.turn: live for live in playing if live.allowance >= 1}
    ready_jobs = {job.turn: job for job in due}
    # What the worker died over goes alone, so that the others don't go down with it.
    suspects = [live for live in ready.values() if live.deaths[ROUNDS]]
    if suspects:
        ready, ready_jobs = {suspects[0].turn: suspects[0]}, {}
    drawn = any(n.channel.looks.drawn(begin) for n in networks.live.values() if n.worker is worker)
    slice_s = min(settings.slice_s, DRAWN_SLICE_S) if drawn else settings.slice_s
    chosen = turns.choose([*ready, *ready_jobs], begin, slice_s)
    watched = sum(1 for n in networks.live.values() if n.playing and n.channel.watchers)
    interval = max(1 / settings.frames_per_second, watched / settings.total_frames_per_second)
    players = len(ready) + len(ready_jobs)
    looks: dict[str, list[Wanted]] = {}
    plays: list[Play] = []
    for live, seconds in ((ready[turn], s) for turn, s in chosen if turn in ready):
        seen = live.channel.looks
        pace = seen.interval(begin, interval)
        if seen:
            looks[live.id] = seen.due(begin, pace, players)
        plays.append(_play(live, seconds, begin, pace, looks.get(live.id, []), drawn=drawn))
    studies = {ready_jobs[turn].id: s for turn, s in chosen if turn in ready_jobs}
    if plays or studies:
        try:
            advanced = await worker.call_for(ROUNDS, rounds.advance, plays, studies)
        except WorkerDied:
            for live in (networks.live.get(play.id) for play in plays):
                if live is not None:
                    networks.suspect(live, ROUNDS)
            raise
        if suspects:
            suspects[0].deaths.pop(ROUNDS, None)
        by_id = {live.id: live for live in playing}
        by_id |= {job.id: job for job in due}
        spent = [
            (by_id[id].turn, spent.seconds, spent.step_s) for id, spent in advanced.spent.items()
        ]
        turns.charge(spent, players, monotonic())
        _tell(advanced, networks, jobs, begin)
        _show(advanced, networks, looks)
    # Those at full speed and jobs leave no pause; limited ones wait for the next frame.
    unlimited = bool(due) or any(live.steps_per_second is None for live in playing)
    rest = 0 if unlimited else begin + 1 / settings.frames_per_second - monotonic()
    await asyncio.sleep(max(0, rest))


def _tell(advanced: Advanced, networks: Networks, jobs: Jobs, begin: float) -> None:
    jobs.progress(advanced.jobs, advanced.lost)
    for id, spent in advanced.spent.items():
        live = networks.live.get(id)
        if live is not None:
            # In a round that began at full speed it may have done more than its new pace allows: no debt.
            live.allowance = max(0.0, live.allowance - spent.steps)
            live.used = begin
    for id, reason in advanced.failed.items():
        if id in networks.live:
            networks.live[id].stop(reason)
    for report in advanced.reports:
        live = networks.live.get(report.id)
        if live is not None:
            live.mark_changed()
            live.publish(report, in_round=True)


def _show(advanced: Advanced, networks: Networks, asked: Mapping[str, list[Wanted]]) -> None:
    for id, looked in advanced.looks.items():
        live = networks.live.get(id)
        if live is not None:
            room = room_for_looks(networks) if any(_is_large(one) for one in looked) else 0
            live.channel.looks.tell(asked[id], looked, live.generation, room)


def _is_large(looked: Looked) -> bool:
    return len(looked.arrays) > LARGE_BYTES


def _is_left(live: Live, now: float, settings: Settings) -> bool:
    """What a page started and nobody watches any more pauses."""
    if live.keep or live.channel.watchers:
        live.watched = now
    elif now - live.watched > settings.unwatched_s:
        live.stop(Reason("unwatched", "nobody watched it"))
        return True
    return False


async def _is_loaded(live: Live, worker: Worker, networks: Networks) -> bool:
    """One network that cannot be loaded does not hold up the others."""
    if live.loaded_in == worker.generation:
        return True
    try:
        await networks.ensure(live)
    except Refused as error:
        live.stop(error.reason)
        return False
    except GlassboxError as error:
        if error.status < 500:
            live.stop(error.reason)
        return False
    except WorkerDied:
        raise
    except Exception:
        log.exception("a network could not be loaded")
        live.stop(Reason("not_loaded", "it could not be loaded; the server's log has the details"))
        return False
    return live.playing


def _allow(live: Live, now: float) -> None:
    """How many steps it may make by now."""
    rate = live.steps_per_second
    # What it may do and has not done is more than a round brings: it is behind.
    live.channel.looks.spare = rate is not None and live.allowance < 1 + rate * BEHIND_S
    if rate is None:
        live.allowance = math.inf
    else:
        passed = min(now - live.ticked, MOST_CATCHING_UP_S)
        live.allowance = min(live.allowance, 0.25 * rate + 1) + passed * rate
    live.ticked = now


def _play(
    live: Live, seconds: float, now: float, interval: float, looks: list[Wanted], *, drawn: bool
) -> Play:
    watched = bool(live.channel.watchers)
    due = now >= live.report_at
    if due:
        # The rhythm is kept, not the delay: report times are added up, unless far behind.
        pace = max(interval, live.payload_s) if watched else UNWATCHED_REPORT_S
        live.report_at = max(live.report_at + pace, now + pace / 2)
    steps = None if live.steps_per_second is None else int(live.allowance)
    wants_weights = due and live.channel.wants_weights
    wanted = [one.look for one in looks]
    return Play(live.id, live.run, steps, seconds, due, wants_weights, wanted, drawn)


async def save_forever(networks: Networks) -> None:
    """Checkpoints, and unloading of what nobody uses."""
    settings = networks.settings
    clients = 0
    while True:
        await asyncio.sleep(settings.checkpoint_every_s)
        before, clients = clients, networks.clients
        if clients < before:
            give_back()
        try:
            renewed = networks.store.renewed
            await networks.keeper.catch_up()
            if networks.store.renewed != renewed:
                for live in networks.live.values():
                    live.dirty = True
            lives = list(networks.live.values())
            await networks.keeper.save(lives)
            await networks.keeper.save_broken(lives)
            idle_since = monotonic() - settings.idle_unload_s
            for live in list(networks.live.values()):
                if not live.playing and not live.channel.watchers and live.used < idle_since:
                    await networks.unload(live)
            await asyncio.to_thread(networks.store.purge_data, time() - FORGOTTEN_S)
        except Exception:
            log.exception("saving failed")
