"""Training: step, play, pause, reset."""

from fastapi import APIRouter, Request

from ..deps import CommandsDep, LiveDep
from ..schemas import FrameOut, PlayIn, ResetIn, TrainIn
from . import OF_STATE

router = APIRouter(prefix="/api/networks/{id}", tags=["training"])


@router.post("/train", responses=OF_STATE)
async def train(
    request: Request, commands: CommandsDep, live: LiveDep, amount: TrainIn
) -> FrameOut:
    """A number of updates, or of epochs; returns the frame after them, with the batch losses.

    A client that hangs up ends it between two slices.
    """
    return await commands.train_amount(live, amount, request.is_disconnected)


@router.post("/play", responses=OF_STATE)
async def play(commands: CommandsDep, live: LiveDep, pace: PlayIn | None = None) -> FrameOut:
    """Train until paused, at a number of steps a second or (null) as fast as it goes; with `keep`
    false, until nobody has watched for a while."""
    pace = pace or PlayIn(keep=True)
    return await commands.play(live, pace.steps_per_second, pace.keep)


@router.post("/pause", responses=OF_STATE)
async def pause(commands: CommandsDep, live: LiveDep) -> FrameOut:
    return await commands.pause(live)


@router.post("/reset", responses=OF_STATE)
async def reset(commands: CommandsDep, live: LiveDep, start: ResetIn | None = None) -> FrameOut:
    """Fresh weights at step 0; the same seed gives the same weights."""
    return await commands.reset(live, start.seed if start else None)
