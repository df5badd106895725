"""What a user may do with a network. The arrays themselves live in worker processes."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from time import monotonic, time
from typing import Any, Concatenate, ParamSpec, TypeVar

import numpy as np
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from engine.datasets import Own, Table
from engine.errors import Refused
from engine.spec import NetworkSpec

from .broadcast import Channel, Watcher
from .errors import Conflict, NotFound, TooMany, Unavailable
from .schemas import (
    SPEC,
    DivergenceOut,
    FrameOut,
    NetworkOut,
    NetworkSummary,
    PatchIn,
    TrainIn,
    spec_to_json,
)
from .settings import Settings
from .store import CannotSave, Saved, Store
from .wire import Unreadable
from .workers import looking, playing, shelf
from .workers.local import Worker, WorkerDied
from .workers.messages import Report

log = logging.getLogger(__name__)

P = ParamSpec("P")
T = TypeVar("T")

NO_SUCH_NETWORK = "there is no such network; POST /api/networks makes one"
NO_SAMPLES = "there are no training samples; draw some points first"
TRAIN_SLICE_S = 0.02
IDLE_S = 60.0  # so long unused, a network may make room for another
MOST_WEIGHTS_IN_JSON = 50_000  # beyond it weights come over the socket only, in binary


@dataclass(slots=True, eq=False)
class Live:
    """One network in memory: where it is trained, who watches, whether it plays."""

    id: str
    visitor: str
    spec: NetworkSpec
    worker: Worker
    loaded_in: int = -1  # the worker's generation that holds it; -1: none yet
    channel: Channel = field(default_factory=Channel)
    # Changes of the spec come one after another; loading has a lock of its own, so that a change
    # which finds its worker gone can load.
    changing: asyncio.Lock = field(default_factory=asyncio.Lock)
    loading: asyncio.Lock = field(default_factory=asyncio.Lock)
    playing: bool = False
    steps_per_second: float | None = None
    allowance: float = 0.0
    ticked: float = 0.0
    report_at: float = 0.0
    used: float = field(default_factory=monotonic)
    dirty: bool = True  # changed since it was saved
    changed: float = field(default_factory=time)  # wall clock, for people
    generation: int = 0
    name: str = ""
    parameters: int | None = None

    @property
    def payload_s(self) -> float:
        """The least time between frames that keeps one client under ten megabytes a second."""
        weights = self.channel.report.weights if self.channel.report else None
        return len(weights) / 10e6 if weights and self.channel.wants_weights else 0.0

    def state(self, report: Report | None) -> Any:
        if self.playing:
            return "playing"
        return "diverged" if report and report.divergence else "paused"

    def mark_changed(self) -> None:
        self.dirty = True
        self.changed = time()

    def describe_as(self, described: dict[str, Any]) -> None:
        """Note what a list says of it."""
        units = [str(layer["units"]) for layer in described["layers"] if layer["parameters"]]
        self.name = f"{self.spec.dataset.kind} {'-'.join(units)}"
        self.parameters = described["parameters"]

    def summary(self) -> dict[str, Any]:
        report = self.channel.report
        return {
            "name": self.name,
            "dataset": self.spec.dataset.kind,
            "parameters": self.parameters,
            "step": report.step if report else 0,
            "loss": report.loss if report else None,
            "state": self.state(report),
            "changed": self.changed,
        }


class Networks:
    def __init__(self, settings: Settings, store: Store) -> None:
        self.settings = settings
        self.store = store
        self.workers = [Worker(i, settings.worker_timeout_s) for i in range(settings.workers)]
        self.live: dict[str, Live] = {}
        self.players = {worker: asyncio.Event() for worker in self.workers}
        self.saving_fails: str | None = None
        self.draining = False
        self.clients = 0
        self._deleted: set[str] = set()
        self._tables: dict[str, Table] = {}

    # Life

    async def create(self, spec: NetworkSpec, visitor: str) -> NetworkOut:
        """Raises: TooMany, Refused"""
        await self._make_room()
        id = secrets.token_urlsafe(16)
        live = Live(id, visitor, spec, self._least_loaded())
        self.live[id] = live
        try:
            described = await self._load(live, None)
        except BaseException:
            del self.live[id]
            raise
        try:
            await asyncio.to_thread(self.store.save_networks, [self._saved(live, spec, None)])
        except CannotSave as error:
            self._saving_failed(error)
        await self._publish_now(live)
        return self._described(live, described)

    async def _make_room(self) -> None:
        """Have a place free, by unloading who has been idle longest.  Raises: TooMany"""
        limit = self.settings.max_networks
        while len(self.live) >= limit:
            idle = [
                n
                for n in self.live.values()
                if not n.playing and not n.channel.watchers and monotonic() - n.used > IDLE_S
            ]
            oldest = min(idle, key=lambda n: n.used, default=None)
            if oldest is None or not await self.unload(oldest):
                raise TooMany(
                    f"{limit} networks are alive, the most this server keeps; "
                    "delete one or try later",
                    limit="max_networks",
                    value=limit,
                )

    def _least_loaded(self) -> Worker:
        counts = dict.fromkeys(self.workers, 0)
        for live in self.live.values():
            counts[live.worker] += 1
        return min(self.workers, key=lambda worker: counts[worker])

    async def get(self, id: str) -> Live:
        """Raises: NotFound"""
        live = self.live.get(id)
        if live is None:
            saved = await asyncio.to_thread(self.store.network, id)
            live = self.live.get(id)
            if live is None:
                if saved is None or id in self._deleted:
                    raise NotFound(NO_SUCH_NETWORK)
                spec = SPEC.validate_python(saved.spec).to_engine()
                live = Live(id, saved.visitor, spec, self._least_loaded(), dirty=False)
                live.generation = saved.generation
                live.changed = saved.summary.get("changed", saved.used)
                self.live[id] = live
        live.used = monotonic()
        return live

    async def list_of(self, visitor: str | None) -> list[NetworkSummary]:
        """What is kept of a visitor's networks and, of those in memory, how they are now; newest
        first."""
        if visitor is None:
            return []
        kept = {n.id: n for n in await asyncio.to_thread(self.store.networks_of, visitor)}
        found = []
        for id in kept.keys() | {n.id for n in self.live.values() if n.visitor == visitor}:
            live, saved = self.live.get(id), kept.get(id)
            # One that is just being loaded has nothing to tell yet.
            told = live is not None and live.channel.report is not None
            summary = live.summary() if live and told else _summary_of(saved)
            summary["changed"] = datetime.fromtimestamp(summary["changed"], UTC)
            found.append(NetworkSummary(id=id, **summary))
        return sorted(found, key=lambda network: network.changed, reverse=True)

    def _saved(self, live: Live, spec: NetworkSpec, checkpoint: bytes | None) -> Saved:
        summary = {**live.summary(), "state": "paused"}  # what is loaded again does not play
        return Saved(
            live.id, live.visitor, spec_to_json(spec), checkpoint, live.generation, summary
        )

    async def delete(self, id: str) -> None:
        live = await self.get(id)
        live.playing = False
        self._deleted.add(id)  # a request already under way must not bring it back
        live.channel.notify("deleted", {})
        self.live.pop(id, None)
        await asyncio.to_thread(self.store.delete_network, id)
        if live.loaded_in == live.worker.generation:
            await live.worker.call(shelf.discard, id)

    async def unload(self, live: Live) -> bool:
        """Out of memory, not out of the store; whether it could be."""
        await self.save([live])
        busy = live.dirty or live.playing or live.channel.watchers
        if self.live.get(live.id) is live and not busy:
            del self.live[live.id]
            if live.loaded_in == live.worker.generation:
                await live.worker.call(shelf.discard, live.id)
            return True
        return self.live.get(live.id) is not live

    async def _load(self, live: Live, checkpoint: bytes | None) -> dict[str, Any]:
        """Put it into its worker.  Raises: Refused, Unavailable"""
        generation = live.worker.generation
        tables = await self.tables_for(live.spec)
        try:
            try:
                described = await live.worker.call(
                    shelf.create, live.id, live.spec, tables, checkpoint
                )
            except (Unreadable, Refused) as error:
                if isinstance(error, Refused) and error.place != "state":
                    raise
                log.warning("a checkpoint could not be used (%s); the network starts anew", error)
                described = await live.worker.call(shelf.create, live.id, live.spec, tables, None)
        except WorkerDied as error:
            raise Unavailable("a training process is being replaced; try again") from error
        live.loaded_in = generation
        live.describe_as(described)
        return described

    async def ensure(self, live: Live) -> None:
        """Loaded, from its last checkpoint if its worker lost it."""
        if live.loaded_in == live.worker.generation:
            return
        async with live.loading:
            if live.loaded_in == live.worker.generation:
                return
            if live.id in self._deleted:
                raise NotFound(NO_SUCH_NETWORK)
            lost = live.loaded_in >= 0
            saved = await asyncio.to_thread(self.store.network, live.id)
            if saved is not None:
                live.spec = SPEC.validate_python(saved.spec).to_engine()
            described = await self._load(live, saved.checkpoint if saved else None)
            history = await self._ask(live, shelf.history)
            live.channel.restart()
            live.channel.seed(history["step"], history["loss"])
            if lost:
                live.generation += 1
                live.channel.notify("restored", {"step": described["step"]})

    async def call(
        self,
        live: Live,
        function: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a function of the network's id in its worker.

        Raises: Unavailable, and what the function refuses
        """
        await self.ensure(live)
        return await self._ask(live, function, *args, **kwargs)

    async def _ask(
        self,
        live: Live,
        function: Callable[Concatenate[str, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        try:
            return await live.worker.call(function, live.id, *args, **kwargs)
        except (WorkerDied, shelf.Gone) as error:
            if live.id in self._deleted:
                raise NotFound(NO_SUCH_NETWORK) from error
            live.loaded_in = -2 if isinstance(error, shelf.Gone) else live.loaded_in
            raise Unavailable("a training process is being replaced; try again") from error

    async def tables_for(self, spec: NetworkSpec) -> dict[str, Table]:
        return await self.tables_of(spec.dataset.id) if isinstance(spec.dataset, Own) else {}

    async def tables_of(self, id: str) -> dict[str, Table]:
        if id not in self._tables:
            table = await asyncio.to_thread(self.store.table, id)
            if table is None:
                return {}
            if len(self._tables) > 16:
                self._tables.clear()
            self._tables[id] = table
        return {id: self._tables[id]}

    async def make_dataset(self, spec: Any, tables: dict[str, Table]) -> dict[str, Any]:
        """A dataset of no network yet, made in a worker.  Raises: Refused, Unavailable"""
        try:
            return await self._least_loaded().call(looking.dataset, spec, tables)
        except WorkerDied as error:
            raise Unavailable("a training process is being replaced; try again") from error

    async def forget_table(self, id: str) -> bool:
        """Whether there was such an uploaded dataset."""
        self._tables.pop(id, None)
        return await asyncio.to_thread(self.store.delete_table, id)

    def stop(self, live: Live, reason: str) -> None:
        """It can't go on training; whoever watches is told why."""
        live.playing = False
        live.channel.notify("state", {"state": "paused", "reason": reason})

    # What it tells

    async def describe(self, live: Live) -> NetworkOut:
        return self._described(live, await self.call(live, shelf.describe))

    def _described(self, live: Live, found: dict[str, Any]) -> NetworkOut:
        found = {**found, "spec": spec_to_json(found["spec"])}
        divergence = divergence_out(found["divergence"])
        state = "playing" if live.playing else "diverged" if divergence else "paused"
        return NetworkOut(
            **{**found, "divergence": divergence},
            id=live.id,
            state=state,
            steps_per_second=live.steps_per_second if live.playing else None,
            generation=live.generation,
        )

    def frame(self, live: Live, report: Report) -> FrameOut:
        return FrameOut(
            weights=None,
            losses=None,
            step=report.step,
            epoch=report.epoch,
            state=live.state(report),
            loss=report.loss,
            test_loss=report.test_loss,
            measured_step=report.measured_step,
            metrics=report.metrics,
            divergence=divergence_out(report.divergence),
            learning_rate=report.learning_rate,
            revision=report.revision,
            generation=live.generation,
        )

    def frame_with_weights(self, live: Live, report: Report) -> FrameOut:
        frame = self.frame(live, report)
        frame.weights = weights_of(report)
        return frame

    def publish(self, live: Live, report: Report) -> None:
        """To all who watch, and stop playing where it diverged."""
        if report.divergence and live.playing:
            live.playing = False
        told = live.channel.report
        live.channel.publish(report)
        if report.divergence and (told is None or told.divergence is None):
            out = divergence_out(report.divergence)
            live.channel.notify("diverged", out.model_dump() if out else {})

    async def _publish_now(self, live: Live) -> Report:
        report = await self.call(live, playing.report)
        self.publish(live, report)
        return report

    # What changes it

    async def patch(self, live: Live, change: PatchIn) -> tuple[NetworkOut, Report]:
        """The changed network, and its frame, to be published when the answer is out."""
        async with live.changing:
            await self.ensure(live)
            spec = self._validated(change.merged(live.spec))
            tables = await self.tables_for(spec)
            report, described = await self.call(live, playing.patch, spec, tables)
            live.spec = spec
            live.describe_as(described)
            live.mark_changed()
        network = self._described(live, described)
        if live.playing and not network.samples:
            self.stop(live, NO_SAMPLES)
            network.state = "paused"
        return network, report

    @staticmethod
    def _validated(whole: dict[str, Any]) -> NetworkSpec:
        try:
            return SPEC.validate_python(whole).to_engine()
        except ValidationError as error:
            raise RequestValidationError(error.errors()) from error

    async def play(self, live: Live, steps_per_second: float | None) -> FrameOut:
        await self.ensure(live)
        report = await self._publish_now(live)
        await self._check_trainable(live, report)
        live.steps_per_second = steps_per_second
        live.allowance = 0.0
        live.ticked = monotonic()
        live.playing = True
        live.mark_changed()
        self.players[live.worker].set()
        live.channel.notify("state", {"state": "playing"})
        self.publish(live, replace(report, points=[]))
        return self.frame_with_weights(live, report)

    async def pause(self, live: Live) -> FrameOut:
        live.playing = False
        report = await self._publish_now(live)
        live.channel.notify("state", {"state": live.state(report)})
        return self.frame_with_weights(live, report)

    async def reset(self, live: Live, seed: int | None) -> FrameOut:
        async with live.changing:
            report = await self.call(live, playing.reset, seed)
            if seed is not None:
                live.spec = replace(live.spec, seed=seed)
            live.generation += 1
            live.mark_changed()
            live.channel.restart()
        self.publish(live, report)
        return self.frame_with_weights(live, report)

    async def set_weights(self, live: Live, values: dict[str, Any]) -> FrameOut:
        report = await self.call(live, playing.set_weights, values)
        live.mark_changed()
        self.publish(live, report)
        return self.frame_with_weights(live, report)

    async def _check_trainable(self, live: Live, report: Report | None) -> None:
        """Raises: Conflict"""
        if report is not None and report.divergence:
            raise Conflict("the network diverged and stopped; lower the learning rate or reset it")
        if not await self.call(live, playing.steps_in_epochs, 1):
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
            steps = await self.call(live, playing.steps_in_epochs, amount.epochs or 1)
        limit = self.settings.max_steps_per_call
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
            report = await self.call(live, playing.train, steps - len(losses), TRAIN_SLICE_S)
            losses += report.losses
            points += report.points
            live.mark_changed()
            live.used = monotonic()
            self.publish(live, report)
            if not report.remaining or report.divergence:
                break
            if gone is not None and await gone():
                break
        if report.weights is None:
            report = await self._publish_now(live)
        frame = self.frame_with_weights(live, report)
        frame.losses = losses
        frame.loss_points = points
        return frame

    # Watching

    async def watch(self, live: Live, weights: bool, after: int | None) -> Watcher:
        """Raises: TooMany"""
        limit = self.settings.max_stream_clients
        if self.clients >= limit:
            raise TooMany(
                f"{limit} streams are open, the most this server serves; close one or try later",
                limit="max_stream_clients",
                value=limit,
            )
        self.clients += 1
        try:
            await self.ensure(live)
            if live.channel.report is None or (weights and live.channel.report.weights is None):
                await self._publish_now(live)
        except BaseException:
            self.clients -= 1
            raise
        live.report_at = 0.0
        return live.channel.watch(weights, after)

    def leave(self, live: Live, watcher: Watcher) -> None:
        if watcher in live.channel.watchers:
            self.clients -= 1
            live.channel.leave(watcher)

    def say_goodbye(self) -> None:
        """End every stream: the server stops."""
        self.draining = True
        for live in self.live.values():
            live.channel.notify("bye", {})

    # Keeping

    async def save(self, lives: list[Live]) -> None:
        """Checkpoint what has changed; what fails stays dirty and is tried again."""
        for worker in self.workers:
            mine = [
                n
                for n in lives
                if n.worker is worker and n.dirty and n.loaded_in == worker.generation
            ]
            for first in range(0, len(mine), 20):
                part = mine[first : first + 20]
                for live in part:
                    live.dirty = live.playing
                try:
                    found = await worker.call(shelf.checkpoints, [live.id for live in part])
                    rows = [self._saved(live, *found[live.id]) for live in part if live.id in found]
                    await asyncio.to_thread(self.store.save_networks, rows)
                    self.saving_fails = None
                except (CannotSave, WorkerDied) as error:
                    for live in part:
                        live.dirty = True
                    if isinstance(error, CannotSave):
                        self._saving_failed(error)

    def _saving_failed(self, error: CannotSave) -> None:
        if self.saving_fails is None:
            log.warning("cannot save: %s; networks go on in memory", error)
        self.saving_fails = str(error)


def _summary_of(saved: Saved | None) -> dict[str, Any]:
    """Of a network that is not in memory, as it was when it was last."""
    kind = saved.spec["dataset"]["kind"] if saved else ""
    blank = {"name": kind, "dataset": kind, "parameters": None, "step": 0, "loss": None}
    used = saved.used if saved else time()
    return {**blank, "state": "paused", "changed": used, **(saved.summary if saved else {})}


def divergence_out(found: Any) -> DivergenceOut | None:
    if found is None:
        return None
    part = "the loss" if found.what == "loss" else f"a {found.what} of {found.layer}"
    return DivergenceOut(
        step=found.step,
        layer=found.layer,
        what=found.what,
        value=found.value,
        detail=(
            f"Training diverged after step {found.step}: {part} became {found.value}. "
            "The last finite weights are kept; lower the learning rate or reset."
        ),
    )


def weights_of(report: Report) -> list[float] | None:
    if report.weights is None or len(report.weights) > 4 * MOST_WEIGHTS_IN_JSON:
        return None
    return np.frombuffer(report.weights, np.float32).tolist()
