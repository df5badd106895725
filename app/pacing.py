"""Who may train how long: one loop a worker, one call a round, the same share of time for each network
that plays and each job."""

import asyncio
import logging
from time import monotonic

from engine.errors import Refused

from .errors import GlassboxError
from .jobs import Jobs
from .live import Live
from .registry import Networks
from .workers import playing as rounds
from .workers.local import Worker, WorkerDied
from .workers.messages import Play

log = logging.getLogger(__name__)

UNWATCHED_REPORT_S = 1.0
MOST_CATCHING_UP_S = 0.25  # after a stall a limited run goes on, it does not rush


async def train_forever(worker: Worker, networks: Networks, jobs: Jobs) -> None:
    while True:
        try:
            await _round(worker, networks, jobs)
        except WorkerDied:
            await asyncio.sleep(0.2)
        except Exception:
            log.exception("a round of training failed")
            await asyncio.sleep(0.5)


async def _round(worker: Worker, networks: Networks, jobs: Jobs) -> None:
    playing = [n for n in networks.live.values() if n.playing and n.worker is worker]
    due = jobs.due(worker)
    if not playing and not due:
        networks.players[worker].clear()
        await networks.players[worker].wait()
        return
    playing = [live for live in playing if await _is_loaded(live, networks)]
    if not playing and not due:
        await asyncio.sleep(0.2)
        return
    begin = monotonic()
    settings = networks.settings
    watched = sum(1 for n in networks.live.values() if n.playing and n.channel.watchers)
    interval = max(1 / settings.frames_per_second, watched / settings.total_frames_per_second)
    plays = [_turn(live, begin, interval) for live in playing]
    advanced = await worker.call(rounds.advance, plays, settings.slice_s, due)
    jobs.progress(advanced.jobs, advanced.lost)
    for live in playing:
        live.allowance -= advanced.steps.get(live.id, 0)
        live.used = begin
    for id, reason in advanced.failed.items():
        if id in networks.live:
            networks.live[id].stop(reason)
    for report in advanced.reports:
        live = networks.live.get(report.id)
        if live is not None:
            live.mark_changed()
            live.publish(report)
    # Those at full speed and jobs leave no pause; limited ones wait for the next frame.
    unlimited = bool(due) or any(live.steps_per_second is None for live in playing)
    rest = 0 if unlimited else begin + 1 / settings.frames_per_second - monotonic()
    await asyncio.sleep(max(0, rest))


async def _is_loaded(live: Live, networks: Networks) -> bool:
    """One network that cannot be loaded does not hold up the others."""
    try:
        await networks.ensure(live)
    except Refused as error:
        live.stop(error.message)
        return False
    except GlassboxError as error:
        if error.status < 500:
            live.stop(error.detail)
        return False
    return live.playing


def _turn(live: Live, now: float, interval: float) -> Play:
    watched = bool(live.channel.watchers)
    due = now >= live.report_at
    if due:
        # The rhythm is kept, not the delay: report times are added up, unless far behind.
        pace = max(interval, live.payload_s) if watched else UNWATCHED_REPORT_S
        live.report_at = max(live.report_at + pace, now + pace / 2)
    steps = None
    if live.steps_per_second is not None:
        passed = min(now - live.ticked, MOST_CATCHING_UP_S)
        live.allowance = min(live.allowance, 0.25 * live.steps_per_second + 1)
        live.allowance += passed * live.steps_per_second
        steps = max(0, int(live.allowance))
    live.ticked = now
    return Play(live.id, steps, due, due and live.channel.wants_weights)


async def save_forever(networks: Networks) -> None:
    """Checkpoints, and unloading of what nobody uses."""
    settings = networks.settings
    while True:
        await asyncio.sleep(settings.checkpoint_every_s)
        try:
            await networks.keeper.save(list(networks.live.values()))
            idle_since = monotonic() - settings.idle_unload_s
            for live in list(networks.live.values()):
                if not live.playing and not live.channel.watchers and live.used < idle_since:
                    await networks.unload(live)
        except Exception:
            log.exception("saving failed")
