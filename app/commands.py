"""What a user may do to a network."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import monotonic
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from engine.errors import Refused
from engine.spec import NetworkSpec

from .errors import Conflict
from .live import Live
from .registry import Networks
from .schemas import SPEC, FrameOut, NetworkOut, PatchIn, TrainIn
from .workers import playing
from .workers.messages import Report

NO_SAMPLES = "there are no training samples; draw some points first"
TRAIN_SLICE_S = 0.02


class Commands:
    def __init__(self, networks: Networks) -> None:
        self.networks = networks

    async def patch(self, live: Live, change: PatchIn) -> NetworkOut:
        """The changed network. Its frame is held until the answer is out: then `live.release`."""
        async with live.changing:
            await self.networks.ensure(live)
            spec = self._validated(change.merged(live.spec))
            tables = await self.networks.tables_for(spec)
            report, described = await self.networks.call(live, playing.patch, spec, tables)
            live.spec = spec
            live.describe_as(described)
            live.mark_changed()
            live.hold(report)
        network = live.described(described)
        if live.playing and not network.samples:
            live.stop(NO_SAMPLES)
            network.state = "paused"
        return network

    @staticmethod
    def _validated(whole: dict[str, Any]) -> NetworkSpec:
        try:
            return SPEC.validate_python(whole).to_engine()
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error

    async def play(self, live: Live, steps_per_second: float | None) -> FrameOut:
        report = await self.networks.publish_now(live)
        await self._check_trainable(live, report)
        live.steps_per_second = steps_per_second
        live.allowance = 0.0
        live.ticked = monotonic()
        live.playing = True
        live.mark_changed()
        self.networks.players[live.worker].set()
        live.channel.notify("state", {"state": "playing"})
        live.publish(replace(report, points=[]))
        return live.frame_with_weights(report)

    async def pause(self, live: Live) -> FrameOut:
        live.playing = False
        report = await self.networks.publish_now(live)
        live.channel.notify("state", {"state": live.state(report)})
        return live.frame_with_weights(report)

    async def reset(self, live: Live, seed: int | None) -> FrameOut:
        async with live.changing:
            report = await self.networks.call(live, playing.reset, seed)
            if seed is not None:
                live.spec = replace(live.spec, seed=seed)
            live.generation += 1
            live.mark_changed()
            live.channel.restart()
        live.publish(report)
        return live.frame_with_weights(report)

    async def set_weights(self, live: Live, values: dict[str, Any]) -> FrameOut:
        report = await self.networks.call(live, playing.set_weights, values)
        live.mark_changed()
        live.publish(report)
        return live.frame_with_weights(report)

    async def _check_trainable(self, live: Live, report: Report | None) -> None:
        """Raises: Conflict"""
        if report is not None and report.divergence:
            raise Conflict("the network diverged and stopped; lower the learning rate or reset it")
        if not await self.networks.call(live, playing.steps_in_epochs, 1):
            raise Conflict(NO_SAMPLES)

    async def train_amount(
        self, live: Live, amount: TrainIn, gone: Callable[[], Awaitable[bool]] | None = None
    ) -> FrameOut:
        """A number of steps, or of epochs.  Raises: Conflict, Refused"""
        if (amount.steps is None) == (amount.epochs is None):
            raise Refused("steps", "give either steps or epochs")
        await self._check_trainable(live, live.channel.report)
        steps = amount.steps
        if steps is None:
            steps = await self.networks.call(live, playing.steps_in_epochs, amount.epochs or 1)
        limit = self.networks.settings.max_steps_per_call
        if steps > limit:
            raise Refused(
                "steps" if amount.epochs is None else "epochs",
                f"{steps} steps, at most {limit} a call",
                limit="max_steps_per_call",
                value=limit,
            )
        return await self.train(live, steps, gone)

    async def train(
        self, live: Live, steps: int, gone: Callable[[], Awaitable[bool]] | None = None
    ) -> FrameOut:
        """`steps` updates in slices; other networks and commands get their turn between them."""
        losses: list[float] = []
        points: list[tuple[int, float]] = []
        while True:
            report = await self.networks.call(
                live, playing.train, steps - len(losses), TRAIN_SLICE_S
            )
            losses += report.losses
            points += report.points
            live.mark_changed()
            live.used = monotonic()
            live.publish(report)
            if not report.remaining or report.divergence:
                break
            if gone is not None and await gone():
                break
        if report.weights is None:
            report = await self.networks.publish_now(live)
        frame = live.frame_with_weights(report)
        frame.losses = losses
        frame.loss_points = points
        return frame
