"""Runs of a network: listed, brought back; and its best."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Path

from ..deps import CommandsDep, LiveDep, NetworksDep
from ..listing import runs_of
from ..schemas import FrameOut, NetworkOut, RunOut
from . import OF_STATE

router = APIRouter(prefix="/api/networks/{id}", tags=["runs"])

RunNumber = Annotated[int, Path(ge=0, le=2**31, description="the number of a run, as listed")]


@router.get("/runs", responses=OF_STATE)
async def list_runs(networks: NetworksDep, live: LiveDep) -> list[RunOut]:
    """The present run and those before it that are kept, newest first: the last 16 that ended, up to
    16 MB. Other data, another network, a reset, a run brought back and going back to the best end one."""
    return await runs_of(networks, live)


@router.post("/runs/{run}/restore", responses=OF_STATE)
async def restore_run(
    commands: CommandsDep, live: LiveDep, run: RunNumber, after: BackgroundTasks
) -> NetworkOut:
    """Bring a run back whole: it goes on exactly where it ended, paused. The present one is kept in its
    place."""
    network = await commands.restore(live, run)
    after.add_task(live.release)  # first the answer, then its frame
    return network


@router.post("/best", responses=OF_STATE)
async def back_to_best(commands: CommandsDep, live: LiveDep) -> FrameOut:
    """Go back to the lowest test loss that was measured in this run (the lowest training loss where
    there is no test part): weights, optimizer, clock, course, paused. It is a new run, and the present
    one is kept; where it is at its best already, nothing changes."""
    return await commands.back_to_best(live)
