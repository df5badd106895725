"""What a user may do to a network."""

import asyncio
import math
from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import monotonic
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from engine.errors import Reason, Refused
from engine.history import Point, bins
from engine.spec import NetworkSpec
from engine.stopping import Until
from engine.trainer import NO_SAMPLES

from .errors import Conflict, NotFound
from .live import Live
from .registry import Networks
from .schemas import SPEC, ExerciseCheckIn, FrameOut, NetworkOut, PatchIn, SurgeryIn, TrainIn
from .wire import Unreadable
from .workers import playing, rewinding, runs, working
from .workers.messages import Amount, CannotTrain, Checkpoint, EndedRun, Report, Sought

P = ParamSpec("P")
T = TypeVar("T")
R = TypeVar("R", Sought, Checkpoint)

TRAIN_SLICE_S = 0.04
SHORT_SLICE_S = 0.008  # where others ask as well
MOST_LOSSES = 2000  # in an answer, unless all are asked for


class Commands:
    def __init__(self, networks: Networks) -> None:
        self.networks = networks

    async def patch(self, live: Live, change: PatchIn, *, anew: bool = False) -> NetworkOut:
        """The changed network, `anew` at the start of a run. Its frame is held until the answer is out: then `live.release`."""
        async with live.changing:
            try:
                await self.networks.ensure(live)
            except Conflict:
                return await self._mend(live, change)
            spec = self._validated(change.merged(live.spec))
            tables = await self.networks.tables_for(spec)
            answer = await self.networks.call(live, runs.patch, spec, tables, anew)
            described = await self._take(live, *answer)
        network = live.described(described)
        if live.playing and not network.samples:
            live.stop(NO_SAMPLES)
            network.state = "paused"
        return network

    async def changed(self, live: Live, change: PatchIn) -> NetworkSpec:
        """What the spec would be; nothing changes.  Raises: Conflict, RequestValidationError"""
        await self.networks.ensure(live)
        try:
            return self._validated(change.merged(live.spec))
        except RequestValidationError as error:
            named = [{**e, "loc": ("body", "change", *e["loc"])} for e in error.errors()]
            raise RequestValidationError(named) from error

    async def operate(self, live: Live, asked: SurgeryIn) -> NetworkOut:
        """The network after that. Its frame is held until the answer is out: then `live.release`.

        Raises: Conflict, Refused
        """
        async with live.changing:
            answer = await self.networks.call(
                live, runs.operate, asked.layer, asked.unit, asked.what, asked.other
            )
            described = await self._take(live, *answer)
        return live.described(described)

    async def _take(
        self, live: Live, report: Report, described: dict[str, Any], ended: EndedRun | None
    ) -> dict[str, Any]:
        live.describe_as(described)
        await self._part(live, ended)
        await self._settle(live, report)
        await self.networks.room.fit()
        return described

    async def _mend(self, live: Live, change: PatchIn) -> NetworkOut:
        """Change what cannot be brought to life as it is, so that it can."""
        saved = live.saved_spec
        known = {k: v for k, v in (saved or {}).items() if k in type(change).model_fields}
        spec = self._validated(change.merged(live.spec, known))
        await self.networks.rebuild(live, spec)
        live.mark_changed()
        live.hold(await self.networks.call(live, playing.report))
        await self.networks.keeper.save_now(live)
        return await self.networks.describe(live)

    @staticmethod
    def _validated(whole: dict[str, Any]) -> NetworkSpec:
        try:
            return SPEC.validate_python(whole).to_engine()
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error

    async def play(
        self,
        live: Live,
        steps_per_second: float | None,
        keep: bool = True,
        until: Until | None = None,
    ) -> FrameOut:
        """`keep`: it plays on where nobody watches; `until`: and no further than that.

        Raises: Conflict, Refused (a rule that cannot hold)
        """
        report = await self._training(live, playing.begin, until)
        await self._part(live, report.left)
        self.networks.begin_playing(live, steps_per_second, keep)
        live.mark_changed()
        live.publish(report)
        await self.networks.keeper.save_now(live)  # after a restart it goes on
        return live.frame_with_weights(report)

    async def pause(self, live: Live) -> FrameOut:
        live.playing = False
        report = await self.networks.call(live, playing.pause)
        live.publish(report)
        live.channel.notify("state", {"state": live.state(report)})
        await self.networks.keeper.save_now(live)
        return live.frame_with_weights(report)

    async def reset(self, live: Live, seed: int | None) -> FrameOut:
        async with live.changing:
            report, ended = await self.networks.call(live, runs.reset, seed)
            if seed is not None:
                live.spec = replace(live.spec, seed=seed)
            live.begin_run(ended)
            await self._settle(live, report)
        await live.release()
        return live.frame_with_weights(report)

    async def restore(self, live: Live, number: int) -> NetworkOut:
        """That run goes on, paused. Its frame is held until the answer is out: then `live.release`.

        Raises: NotFound, Conflict
        """
        async with live.changing:
            await self.networks.ensure(live)
            if live.run == number:
                return await self.networks.describe(live)
            waiting = (past for past in live.ended if past.run == number)
            past = next(waiting, None) or await asyncio.to_thread(
                self.networks.store.run, live.id, number
            )
            if past is None:
                raise NotFound(
                    Reason(
                        "no_such_run",
                        "there is no run {run} of this network, or not any more; GET runs lists those kept",
                        run=number,
                    )
                )
            try:
                spec = SPEC.validate_python(past.spec).to_engine()
                tables = await self.networks.tables_for(spec)
                report, described, ended = await self.networks.call(
                    live, runs.restore, spec, tables, past.checkpoint
                )
            except (ValidationError, Refused, Unreadable) as error:
                known = isinstance(error, Refused)
                why = error.message if known else "it is of another version"
                more = {**error.reason.values, "because": error.reason.code} if known else {}
                raise Conflict(
                    Reason(
                        "run_cannot_return",
                        "run {run} cannot be brought back: {why}",
                        run=number,
                        why=why,
                        **more,
                    )
                ) from error
            live.describe_as(described)
            live.ended = [waiting for waiting in live.ended if waiting.run != number]
            await self._begin_again(live, report, ended)
        return live.described(described)

    async def back_to_best(self, live: Live) -> FrameOut:
        """Raises: Conflict, where nothing was measured"""
        async with live.changing:
            report, ended = await self._training(live, runs.back_to_best)
            if ended is not None:
                await self._begin_again(live, report, ended)
        if ended is None:
            return await self.pause(live)
        await live.release()
        return live.frame_with_weights(report)

    async def _begin_again(self, live: Live, report: Report, ended: EndedRun) -> None:
        """Another run goes on where it was, paused."""
        played, live.playing = live.playing, False
        live.begin_run(ended)
        live.mark_changed()
        live.hold(report)
        await self.networks.begin_channel(live)
        if played:
            live.channel.notify("state", {"state": "paused"})
        await self.networks.keeper.save_now(live)
        await self.networks.room.fit()

    async def _part(self, live: Live, ended: EndedRun | None) -> None:
        """What was left by going on from its past, or by a change, is a run that ended."""
        if ended is not None:
            live.begin_run(ended)
            await self.networks.begin_channel(live)

    # In its own past

    async def seek(
        self, live: Live, step: int, gone: Callable[[], Awaitable[bool]] | None = None
    ) -> FrameOut:
        """Paused, as it was at that step.  Raises: Conflict; then nothing has changed"""
        async with live.changing:
            played, live.playing = live.playing, False
            try:
                found = await self._replayed(live, rewinding.seek, step, gone)
            except BaseException:
                if played:
                    self.networks.begin_playing(live, live.steps_per_second, live.keep)
                raise
            if found.described is not None:
                live.describe_as(found.described)
            live.mark_changed()
            live.hold(found.report)
            if played:
                live.channel.notify("state", {"state": "paused"})
                await self.networks.keeper.save_now(live)
        await live.release()
        return live.frame_with_weights(found.report)

    async def branch(
        self,
        live: Live,
        step: int | None,
        visitor: str,
        gone: Callable[[], Awaitable[bool]] | None = None,
    ) -> NetworkOut:
        """A network of its own, from that step on.  Raises: Conflict, TooMany"""
        async with live.changing:
            found = await self._replayed(live, rewinding.branch, step, gone)
        return await self.networks.create(found.spec, visitor, found.state)

    async def _replayed(
        self,
        live: Live,
        function: Callable[[str, Any, int, float, bool], int | R],
        step: int | None,
        gone: Callable[[], Awaitable[bool]] | None,
    ) -> R:
        """What a replay comes to, gone in slices; others get their turn between them."""
        most = self.networks.settings.max_replay_steps
        first = True
        while True:
            found = await self._training(live, function, step, most, self._slice_s(live), first)
            if not isinstance(found, int):
                return found
            first = False
            live.used = monotonic()
            if gone is not None and await gone():
                await self.networks.call(live, rewinding.give_up)
                raise Conflict(Reason("seek.given_up", "nobody waited for it"))

    def _slice_s(self, live: Live) -> float:
        return SHORT_SLICE_S if live.worker.shared(live.visitor) else TRAIN_SLICE_S

    async def set_weights(self, live: Live, values: dict[str, Any]) -> FrameOut:
        return await self._changed(live, playing.set_weights, values)

    async def apply(self, live: Live, samples: list[int] | None, step: int | None) -> FrameOut:
        """One update on those samples.  Raises: Conflict, where it is not at that step, Refused"""
        return await self._changed(live, working.apply, samples, step)

    async def _changed(
        self,
        live: Live,
        function: Callable[Concatenate[str, P], Report],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> FrameOut:
        """The frame after a change of the weights.  Raises: Conflict, Refused"""
        async with live.changing:
            report = await self._training(live, function, *args, **kwargs)
            await self._part(live, report.left)
            await self._settle(live, report)
        await live.release()
        return live.frame_with_weights(report)

    async def _settle(self, live: Live, report: Report) -> None:
        """What was changed is kept before it is told: its frame waits for `live.release`."""
        live.mark_changed()
        live.hold(report)
        await self.networks.keeper.save_now(live)

    async def check_exercise(self, live: Live, asked: ExerciseCheckIn) -> bytes:
        """Raises: Conflict, where the network has gone on, Refused"""
        return await self._training(
            live, working.check_exercise, asked.seed, asked.level, asked.step, asked.answers,
            asked.hints,
        )  # fmt: skip

    async def train_amount(
        self,
        live: Live,
        amount: TrainIn,
        gone: Callable[[], Awaitable[bool]] | None = None,
        wait_s: float = math.inf,
    ) -> FrameOut:
        """A number of steps, or of epochs, in slices; other networks and commands get their turn
        between them. After `wait_s` it ends with what is done, and so it does where another run begins.

        Raises: Conflict, Refused
        """
        end = monotonic() + wait_s
        if (amount.steps is None) == (amount.epochs is None):
            raise Refused("steps", Reason("steps_or_epochs", "give either steps or epochs"))
        most = self.networks.settings.max_steps_per_call
        left = Amount(amount.steps or 0, amount.epochs, most, amount.losses != "none")
        losses: list[Any] = []
        points: list[Point] = []
        step = 0
        while True:
            report = await self._training(live, playing.train, left, self._slice_s(live))
            await self._part(live, report.left)
            if left.run in (None, report.figures["run"]):
                losses.append(report.losses)
                points += report.points
                step = report.step
            live.mark_changed()
            live.used = monotonic()
            live.publish(replace(report, losses=None))
            if not report.remaining or report.divergence:
                break
            if monotonic() >= end or (gone is not None and await gone()):
                break
            left = replace(left, steps=report.remaining, epochs=None, run=report.figures["run"])
        remaining = report.remaining
        if report.weights is None:
            report = await self.networks.publish_now(live)
        frame = live.frame_with_weights(report)
        frame.remaining = remaining
        frame.loss_points = [(at, loss) for at, loss, _, _ in points]
        frame.loss_ranges = [(low, high) for _, _, low, high in points]
        _add_losses(frame, losses, amount.losses, step)
        return frame

    async def _training(
        self,
        live: Live,
        function: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Raises: Conflict"""
        try:
            return await self.networks.call(live, function, *args, **kwargs)
        except CannotTrain as error:
            raise Conflict(error.reason) from error


def _add_losses(frame: FrameOut, losses: list[Any], wanted: str | None, step: int) -> None:
    """Every batch loss, or means of neighbours where they are many."""
    if wanted == "none":
        frame.losses_kind = "none"
        return
    all_losses = np.concatenate(losses)
    if wanted == "all" or (wanted is None and len(all_losses) <= MOST_LOSSES):
        frame.losses_kind = "all"
        frame.losses = all_losses.tolist()
        return
    found = bins(all_losses, step - len(all_losses), MOST_LOSSES)
    frame.losses_kind = "thinned"
    frame.losses = [point[1] for point in found]
    frame.losses_steps = [point[0] for point in found]
