"""Training: step, play, pause, reset."""

from fastapi import APIRouter, Request

from ..deps import LiveDep, NetworksDep, SettingsDep
from ..errors import Conflict, Unprocessable
from ..schemas import FrameOut, PlayIn, ResetIn, TrainIn
from . import OF_NETWORK, OF_STATE

router = APIRouter(prefix="/api/networks/{id}", tags=["training"])


@router.post("/train", responses=OF_STATE)
async def train(
    request: Request, networks: NetworksDep, settings: SettingsDep, live: LiveDep, amount: TrainIn
) -> FrameOut:
    """A number of updates, or of epochs; returns the frame after them, with every batch loss.

    A client that hangs up ends it between two slices.
    """
    if (amount.steps is None) == (amount.epochs is None):
        raise Unprocessable("give either steps or epochs", field="steps")
    report = live.channel.report
    if report is not None and report.divergence:
        raise Conflict("the network diverged and stopped; lower the learning rate or reset it")
    if amount.epochs is not None:
        return await networks.train_epochs(live, amount.epochs, request.is_disconnected)
    steps = amount.steps or 0
    limit = settings.max_steps_per_call
    if steps > limit:
        raise Unprocessable(
            f"at most {limit} steps a call", field="steps", limit="max_steps_per_call", value=limit
        )
    if not await networks.call(live, "steps_in_epochs", 1):
        raise Conflict("there are no training samples; draw some points first")
    return await networks.train(live, steps, request.is_disconnected)


@router.post("/play", responses=OF_STATE)
async def play(networks: NetworksDep, live: LiveDep, pace: PlayIn | None = None) -> FrameOut:
    """Train until paused, at a number of steps a second or (null) as fast as it goes."""
    return await networks.play(live, pace.steps_per_second if pace else None)


@router.post("/pause", responses=OF_NETWORK)
async def pause(networks: NetworksDep, live: LiveDep) -> FrameOut:
    return await networks.pause(live)


@router.post("/reset", responses=OF_NETWORK)
async def reset(networks: NetworksDep, live: LiveDep, start: ResetIn | None = None) -> FrameOut:
    """Fresh weights at step 0; the same seed gives the same weights."""
    return await networks.reset(live, start.seed if start else None)
