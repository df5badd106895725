"""Jobs: what takes longer than an answer may. Their work is done in workers (`workers/jobs.py`), in
the rounds of the networks that play; here they are started, followed, cancelled and forgotten."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Literal

from engine.errors import Reason
from engine.studies import Share, Study, gather

from .errors import NotFound, TooMany, Unavailable
from .live import Live
from .registry import Networks
from .turns import Turn
from .workers import jobs as work
from .workers.local import Worker, WorkerDied
from .workers.messages import Progressed

NO_SUCH_JOB = Reason(
    "no_such_job", "there is no such job, or it ended so long ago that it is forgotten"
)
AT_ONCE = 2  # of a worker; the others wait, so that the networks that play keep their pace
LOOK_AGAIN_S = 0.2
LOST = Reason("job_lost", "the training process was replaced; start it again")

State = Literal["queued", "running", "done", "cancelled", "failed"]
OPEN = ("queued", "running")


@dataclass(slots=True, eq=False)
class Job:
    """One study of one network as it was; `news` are the pieces of the result as they came. Or one of
    several parts, each in a worker of its own, that tell the whole what they find."""

    id: str
    kind: str
    worker: Worker | None = None  # None of what has parts
    generation: int = 0  # the worker's: a replaced worker has lost it
    begun: bool = False  # the worker has it; before that a round would take it for lost
    state: State = "queued"
    fraction: float = 0.0
    result: dict[str, Any] = field(default_factory=dict)
    news: list[dict[str, Any]] = field(default_factory=list)
    failure: Reason | None = None
    ended: float = 0.0
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    turn: Turn = field(default_factory=Turn)
    whole: "Job | None" = None
    parts: "list[Job]" = field(default_factory=list["Job"])
    of: str = ""  # the network's id
    gather: Callable[[dict[str, Any], dict[str, Any]], None] = gather
    conclude: Callable[[dict[str, Any]], dict[str, Any]] | None = None  # the last of its news

    def tell(self) -> None:
        """Wake whoever waits; those who come next wait for the next change."""
        self.changed.set()
        self.changed = asyncio.Event()


class Jobs:
    def __init__(self, networks: Networks) -> None:
        self.networks = networks
        self.settings = networks.settings
        self._jobs: dict[str, Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, live: Live, kind: str, study: Study[...], **settings: Any) -> Job:
        """Begin a study of a network as it is now.  Raises: TooMany, and what the study refuses"""
        self._make_place()
        job = Job(secrets.token_urlsafe(16), kind, live.worker, live.worker.generation, of=live.id)
        # Kept first: whoever asks at the same time must find the place taken.
        self._jobs[job.id] = job
        try:
            await self.networks.call(live, work.begin, job.id, study, settings)
        except BaseException:
            del self._jobs[job.id]
            raise
        job.worker = live.worker
        self._begun(job)
        return job

    async def newest(self, live: Live, kind: str, study: Study[...], **settings: Any) -> Job:
        """The same where only the newest is wanted: earlier ones of that kind and network are cancelled."""
        for job in list(self._jobs.values()):
            if job.kind == kind and job.of == live.id:
                await self.cancel(job)
        return await self.start(live, kind, study, **settings)

    async def start_parts(self, whole: Job, begin: Callable[..., None], *args: Any) -> None:
        """Begin what is about no network, a part in every worker: `begin` is called there with the part's
        id, those arguments and its share.  Raises: TooMany, and what it refuses"""
        self._make_place()
        self._jobs[whole.id] = whole
        workers = self.networks.workers
        for i, worker in enumerate(workers):
            part = Job(secrets.token_urlsafe(16), whole.kind, worker, whole=whole)
            whole.parts.append(part)
            self._jobs[part.id] = part
            try:
                await worker.call(begin, part.id, *args, Share(i, len(workers)))
            except BaseException as error:
                await self.cancel(whole)
                for one in (whole, *whole.parts):
                    self._jobs.pop(one.id, None)
                if isinstance(error, WorkerDied):
                    raise Unavailable(LOST) from error
                raise
            self._begun(part)

    def _begun(self, job: Job) -> None:
        assert job.worker is not None
        job.generation, job.begun = job.worker.generation, True
        self.networks.players[job.worker].set()

    def _make_place(self) -> None:
        """Raises: TooMany"""
        limit = self.settings.max_jobs
        if sum(job.state in OPEN and not job.whole for job in self._jobs.values()) >= limit:
            raise TooMany(
                Reason(
                    "too_many_jobs",
                    "{most} jobs are under way or wait, the most this server takes; cancel one or try "
                    "later",
                ),
                limit="max_jobs",
                value=limit,
            )
        self._forget()

    def _forget(self) -> None:
        """Drop what ended long ago, and the oldest beyond what is kept."""
        whole = [job for job in self._jobs.values() if not job.whole and job.state not in OPEN]
        ended = sorted(whole, key=lambda job: job.ended)
        since = monotonic() - self.settings.keep_jobs_s
        for i, job in enumerate(ended):
            if job.ended < since or i < len(ended) - self.settings.max_ended_jobs:
                for one in (job, *job.parts):
                    self._jobs.pop(one.id, None)

    def get(self, id: str) -> Job:
        """Raises: NotFound"""
        job = self._jobs.get(id)
        if job is None or job.whole:
            raise NotFound(NO_SUCH_JOB)
        return job

    def all(self) -> list[Job]:
        return [job for job in self._jobs.values() if not job.whole]

    def due(self, worker: Worker) -> list[Job]:
        """The jobs that the worker goes on with, the oldest first."""
        mine = [
            job
            for job in self._jobs.values()
            if job.worker is worker and job.begun and job.state in OPEN
        ]
        for job in mine:
            if job.generation != worker.generation:
                self._end(job, "failed", LOST)
        chosen = [job for job in mine if job.state in OPEN][:AT_ONCE]
        for job in chosen:
            job.state = "running"
            if job.whole and job.whole.state == "queued":
                job.whole.state = "running"
        return chosen

    def progress(self, told: list[Progressed], lost: list[str]) -> None:
        """What a round brought."""
        for id in lost:
            job = self._jobs.get(id)
            if job is not None and job.state in OPEN:
                self._end(job, "failed", LOST)
        for found in told:
            job = self._jobs.get(found.job)
            if job is None or job.state not in OPEN:
                continue
            if found.fraction is not None:
                job.fraction = found.fraction
            whole = job.whole or job
            if job.whole:
                whole.fraction = sum(part.fraction for part in whole.parts) / len(whole.parts)
            if found.news:
                whole.gather(whole.result, found.news)
                whole.news.append(found.news)
            if found.failed is not None:
                self._end(job, "failed", found.failed)
            elif found.done:
                self._end(job, "done")
            else:
                whole.tell()

    def _end(self, job: Job, state: State, failure: Reason | None = None) -> None:
        job.state, job.failure, job.ended = state, failure, monotonic()
        whole = job.whole
        if whole is not None:
            if whole.state not in OPEN:
                return
            if state == "failed":
                for part in whole.parts:
                    part.state = "failed" if part.state in OPEN else part.state
                    # Whoever goes on in vain is told once this round is over.
                    task = asyncio.get_running_loop().create_task(self._let_go(part))
                    self._tasks.add(task)
                    task.add_done_callback(self._tasks.discard)
                self._end(whole, state, failure)
            elif all(part.state == "done" for part in whole.parts):
                self._end(whole, "done")
            return
        if state == "done" and job.conclude is not None:
            last = job.conclude(job.result)
            job.result.update(last)
            job.news.append(last)
        job.tell()

    async def cancel(self, job: Job) -> None:
        """What it held is freed at once; what it found so far can still be read."""
        if job.state not in OPEN:
            return
        self._end(job, "cancelled")
        for part in job.parts or [job]:
            part.state = "cancelled" if part.state in OPEN else part.state
            await self._let_go(part)

    @staticmethod
    async def _let_go(job: Job) -> None:
        """What it held in its worker is freed."""
        if job.worker is not None and job.generation == job.worker.generation:
            with suppress(WorkerDied):
                await job.worker.call(work.cancel, job.id)

    def end_all(self) -> None:
        """The server stops."""
        for job in self._jobs.values():
            if job.state in OPEN:
                self._end(job, "cancelled")

    async def wait(
        self, job: Job, seconds: float, gone: Callable[[], Awaitable[bool]] | None = None
    ) -> None:
        """Until it has ended or the time is up; a caller who has gone ends it."""
        end = monotonic() + seconds
        while job.state in OPEN and (left := end - monotonic()) > 0:
            changed = job.changed
            try:
                async with asyncio.timeout(min(left, LOOK_AGAIN_S)):
                    await changed.wait()
            except TimeoutError:
                if gone is not None and await gone():
                    await self.cancel(job)
