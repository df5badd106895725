"""One network in memory, and what it tells: frames, descriptions, a line of a list."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, time
from typing import Any

import numpy as np
import orjson
from pydantic import ValidationError

from engine.errors import Reason, Refused
from engine.spec import NetworkSpec

from .broadcast import Channel
from .past import Past, trimmed
from .problems import coded, said
from .schemas import SPEC, DivergenceOut, FrameOut, NetworkOut, spec_to_json
from .turns import Turn
from .validation import validation_problem
from .wire import BESIDE
from .workers.local import Worker
from .workers.messages import EndedRun, Report

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
    keep: bool = True  # it plays on where nobody watches
    steps_per_second: float | None = None
    turn: Turn = field(default_factory=Turn)
    watched: float = 0.0  # when somebody last did
    allowance: float = 0.0
    ticked: float = 0.0
    report_at: float = 0.0
    _encoded_of: Report | None = None
    _encoded: dict[tuple[str, int, bool], bytes] = field(default_factory=dict)
    held: Report | None = None  # made, and to be published when an answer is out
    used: float = field(default_factory=monotonic)
    hands: int = 0  # requests and calls that have it in hand: it is not put away meanwhile
    dirty: bool = True  # changed since it was saved
    changed: float = field(default_factory=time)  # wall clock, for people
    generation: int = 0
    run: int = 0  # the number of the present one
    newest_run: int = 0  # the highest that there was
    ended: list[Past] = field(default_factory=list)  # runs that wait to be saved
    saved_spec: dict[str, Any] | None = None  # one that cannot be brought to life, as it was found
    broken: Reason | None = None  # why it cannot be trained or looked at until it is changed
    notice: Reason | None = None  # what its people should know: what of it was lost
    # Of its worker over it, by what was done; what then goes well is forgotten.
    deaths: Counter[str] = field(default_factory=Counter)
    name: str = ""
    parameters: int | None = None
    memory: int = 0  # bytes that it takes in its worker

    @property
    def payload_s(self) -> float:
        """The least time between frames that keeps one client under ten megabytes a second."""
        weights = self.channel.report.weights if self.channel.report else None
        return len(weights) / 10e6 if weights and self.channel.wants_weights else 0.0

    def state(self, report: Report | None) -> Any:
        if self.playing:
            return "playing"
        return "diverged" if report and report.divergence else "paused"

    @contextmanager
    def in_hand(self) -> Iterator[None]:
        """Not to be put away until this is over."""
        self.hands += 1
        try:
            yield
        finally:
            self.hands -= 1

    def mark_changed(self) -> None:
        self.dirty = True
        self.changed = time()

    def describe_as(self, described: dict[str, Any]) -> None:
        """Note what a list says of it."""
        self.spec = described["spec"]  # in its own past that of then
        self.name = described["name"]
        self.parameters = described["parameters"]
        self.memory = described["memory"]
        self._note_run(described["run"])

    def _note_run(self, run: int) -> None:
        self.run, self.newest_run = run, max(run, self.newest_run)

    def begin_run(self, ended: EndedRun) -> None:
        """Another run than before goes on; that one waits to be saved."""
        if ended.checkpoint is not None:
            past = Past(ended.run, spec_to_json(ended.spec), ended.checkpoint, ended.line)
            self.ended = trimmed([*self.ended, past])
        self.generation += 1
        self.channel.restart()

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

    def kept_summary(self) -> dict[str, Any]:
        """The same as it is saved, with how it plays: after a restart it goes on. A number of a run is
        not used again, whatever becomes of the checkpoints."""
        summary = {**self.summary(), "newest_run": self.newest_run}
        if self.playing:
            return {**summary, "keep": self.keep, "steps_per_second": self.steps_per_second}
        return {**summary, "state": "paused"}

    def take_spec(self, spec: dict[str, Any]) -> None:
        """A saved spec; one that is none of this version's is kept as it is, to be changed."""
        self.saved_spec, self.broken = spec, None
        if not spec:
            self.broken = Reason(
                "broken.damaged",
                "PATCH it to something else, or delete it: its saved spec is damaged",
            )
            return
        try:
            self.spec = SPEC.validate_python(spec).to_engine()
            self.saved_spec = None
        except ValidationError as error:
            found = validation_problem(error.errors())
            self.broken = Reason(
                "broken.unknown",
                "PATCH it to something else, or delete it: its saved spec is none that can be built. "
                "{why}",
                why=found["detail"],
                because=found["code"],
            )

    def set_aside(self, reason: Reason) -> Reason:
        """It cannot be trained or looked at until it is changed."""
        self.broken = reason
        return reason

    def frame(self, report: Report) -> FrameOut:
        return FrameOut(
            **report.figures,
            state=self.state(report),
            divergence=divergence_out(report.divergence),
            generation=self.generation,
            **said("notice", report.notice),
        )

    def encoded(self, report: Report, weights: bool) -> bytes:
        """A frame as JSON, its loss points left out, which are each watcher's own. Made once for all of
        them: who reads slowly holds it for long, and there may be hundreds."""
        if self._encoded_of is not report:
            self._encoded_of, self._encoded = report, {}
        key = (self.state(report), self.generation, weights)
        if key not in self._encoded:
            frame = self.frame(report).model_dump(mode="json", exclude=set(BESIDE))
            if weights and report.weights and len(report.weights) <= 4 * MOST_WEIGHTS_IN_JSON:
                frame["weights"] = np.frombuffer(report.weights, np.float32)
            else:
                frame["weights"] = None
            self._encoded[key] = orjson.dumps(frame, option=orjson.OPT_SERIALIZE_NUMPY)
        return self._encoded[key]

    def forget_encoded(self) -> None:
        """Nobody reads any more."""
        self._encoded_of, self._encoded = None, {}

    def frame_with_weights(self, report: Report) -> FrameOut:
        frame = self.frame(report)
        frame.weights = weights_of(report)
        return frame

    def described(self, found: dict[str, Any]) -> NetworkOut:
        found = {**found, "spec": spec_to_json(found["spec"])}
        divergence = divergence_out(found["divergence"])
        state = "playing" if self.playing else "diverged" if divergence else "paused"
        return NetworkOut(
            **{
                **found,
                "divergence": divergence,
                "until": found["until"] if self.playing else None,
            },
            id=self.id,
            state=state,
            steps_per_second=self.steps_per_second if self.playing else None,
            **said("notice", self.notice),
            generation=self.generation,
        )

    def hold(self, report: Report) -> None:
        """Publish it at `release`, or when the next one comes: frames keep their order."""
        self._flush()
        self._note_run(report.figures["run"])
        self.held = report

    async def release(self) -> None:
        """Publish what is held. A coroutine, so that it runs on the event loop and in no thread."""
        self._flush()

    def _flush(self) -> None:
        held, self.held = self.held, None
        if held is not None:
            self.publish(held)

    def publish(self, report: Report, *, in_round: bool = False) -> None:
        """To all who watch, and stop playing where it diverged or its rule holds."""
        self._flush()
        self._note_run(report.figures["run"])
        stop = report.stop if self.playing else None
        if report.divergence or stop:
            self.playing = False
        told = self.channel.report
        self.channel.publish(report, in_round=in_round and self.playing)
        if report.divergence and (told is None or told.divergence is None):
            out = divergence_out(report.divergence)
            self.channel.notify("diverged", out.model_dump() if out else {})
        if stop:
            told_of_it = {"rule": stop.rule, "value": stop.value, "step": stop.step}
            self.channel.notify(
                "state", {"state": "paused", "reason": stop.reason, "code": "until", **told_of_it}
            )

    def stop(self, reason: Reason) -> None:
        """It can't go on training; whoever watches is told why."""
        self.playing = False
        self.channel.looks.change()
        self.channel.notify("state", {"state": "paused", **said("reason", reason)})


def divergence_out(found: Any) -> DivergenceOut | None:
    if found is None:
        return None
    return DivergenceOut(
        step=found.step,
        layer=found.layer,
        what=found.what,
        value=found.value,
        detail=str(found.reason),
        **coded(found.reason),
    )


def weights_of(report: Report) -> list[float] | None:
    if report.weights is None or len(report.weights) > 4 * MOST_WEIGHTS_IN_JSON:
        return None
    return np.frombuffer(report.weights, np.float32).tolist()


def cannot_return(error: Refused) -> Reason:
    """Why a saved network cannot be brought back: for a reason that has a code of its own, `because`."""
    return Reason(
        "broken.lost",
        "PATCH it to something else, or delete it: it cannot be brought back. {why}",
        **{**error.reason.values, "why": error.message, "because": error.reason.code},
    )


def deadly(times: int) -> Reason:
    return Reason(
        "broken.deadly",
        "PATCH it to something else, or delete it: its training process died {times} times over it",
        times=times,
    )


def in_trash(id: str) -> Reason:
    return Reason(
        "in_trash",
        "it was unused for long and went to the trash to make room; POST "
        "/api/networks/{id}/restore brings it back",
        id=id,
    )
