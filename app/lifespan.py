"""Starts workers and store, stops them cleanly."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI

from .jobs import Jobs
from .memory import keep_little, settle, unsettle
from .opening import Hold
from .pacing import save_forever, train_forever
from .registry import Networks
from .settings import Settings
from .store import Store


@contextlib.asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    settings: Settings = app.state.settings
    keep_little()
    # The command holds the folder from before it listens; whoever serves the app alone holds it here.
    hold = None if hasattr(app.state, "hold") else Hold(settings.data_dir)
    store = await asyncio.to_thread(Store, settings.data_dir)
    networks = Networks(settings, store)
    app.state.networks = networks
    jobs = app.state.jobs = Jobs(networks)
    starting = [asyncio.create_task(worker.start()) for worker in networks.workers]
    loops = [
        asyncio.create_task(train_forever(worker, networks, jobs)) for worker in networks.workers
    ]
    loops.append(asyncio.create_task(save_forever(networks)))
    await asyncio.gather(*starting)
    await networks.resume()
    settle()
    try:
        yield
    finally:
        unsettle()
        networks.say_goodbye()
        jobs.end_all()
        for task in loops:
            task.cancel()
        await asyncio.gather(*loops, return_exceptions=True)
        await networks.keeper.save(list(networks.live.values()))
        for worker in networks.workers:
            await worker.close()
        store.close()
        if hold is not None:
            hold.let_go()
