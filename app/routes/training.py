"""Training: step, play, pause, reset."""

import math
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from ..deps import CommandsDep, LiveDep, SomeVisitor
from ..schemas import BranchIn, FrameOut, NetworkOut, PlayIn, ResetIn, SeekIn, TrainIn
from . import OF_STATE

router = APIRouter(prefix="/api/networks/{id}", tags=["training"])


@router.post(
    "/train",
    responses={**OF_STATE, 202: {"model": FrameOut, "description": "the wait was over before"}},
)
async def train(
    request: Request,
    response: Response,
    commands: CommandsDep,
    live: LiveDep,
    amount: TrainIn,
    wait: Annotated[
        float | None,
        Query(
            ge=0,
            le=86_400,
            description="seconds after which the answer is 202 with what is done, and how many steps are "
            "`remaining`; null: all are made",
        ),
    ] = None,
) -> FrameOut:
    """A number of updates, or of epochs; returns the frame after them, with the batch losses.

    A client that hangs up ends it between two slices.
    """
    wait_s = math.inf if wait is None else wait
    frame = await commands.train_amount(live, amount, request.is_disconnected, wait_s)
    if frame.remaining and frame.divergence is None:
        response.status_code = 202
    return frame


@router.post("/play", responses=OF_STATE)
async def play(commands: CommandsDep, live: LiveDep, pace: PlayIn | None = None) -> FrameOut:
    """Train until paused, at a number of steps a second or (null) as fast as it goes; with `keep`
    false, until nobody has watched for a while; with `until`, until the first of its rules holds.

    Rules are looked at after every epoch, so that where it stops depends on no pace. Another play takes
    the place of a rule, and a pause ends it.
    """
    pace = pace or PlayIn(keep=True)
    return await commands.play(live, pace.steps_per_second, pace.keep, pace.until)


@router.post("/pause", responses=OF_STATE)
async def pause(commands: CommandsDep, live: LiveDep) -> FrameOut:
    return await commands.pause(live)


@router.post("/reset", responses=OF_STATE)
async def reset(commands: CommandsDep, live: LiveDep, start: ResetIn | None = None) -> FrameOut:
    """Fresh weights at step 0, a new run; the same seed gives the same weights."""
    return await commands.reset(live, start.seed if start else None)


@router.post("/seek", responses=OF_STATE)
async def seek(request: Request, commands: CommandsDep, live: LiveDep, asked: SeekIn) -> FrameOut:
    """Take it back (or forth) in its own past, paused: weights, optimizer and settings as they were at
    that step, to the bit. What came after stays, and can be gone to, until one trains or changes something
    there: that is a new run, with the course up to there, and the run before is kept whole (GET runs).

    Where something was changed at that very step, it is as it was when training went on. `restored` and
    `notice` say which settings are others than before. A client that hangs up ends it; then nothing has
    changed.
    """
    return await commands.seek(live, asked.step, request.is_disconnected)


@router.post("/branch", status_code=201, responses=OF_STATE)
async def branch(
    request: Request,
    response: Response,
    commands: CommandsDep,
    live: LiveDep,
    visitor: SomeVisitor,
    asked: BranchIn | None = None,
) -> NetworkOut:
    """A network of its own that goes on from that step of the run, with its course up to there; this one
    stays as it is."""
    step = asked.step if asked else None
    network = await commands.branch(live, step, visitor, request.is_disconnected)
    response.headers["Location"] = f"/api/networks/{network.id}"
    return network
