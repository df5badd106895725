"""Jobs: followed, read, cancelled."""

from collections.abc import AsyncIterator
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path
from fastapi.sse import EventSourceResponse, ServerSentEvent

from ..deps import JobsDep
from ..jobs import OPEN, Job
from ..problems import said
from ..schemas import JobOut
from . import PROBLEMS, described

router = APIRouter(
    prefix="/api/jobs/{job}", tags=["jobs"], responses={**PROBLEMS, 404: described("no such job")}
)


async def get_job(
    jobs: JobsDep,
    job: Annotated[str, Path(max_length=64, description="the job's id, the right to follow it")],
) -> Job:
    return jobs.get(job)


JobDep = Annotated[Job, Depends(get_job)]


def job_out(job: Job) -> JobOut:
    return JobOut(
        job=job.id,
        kind=job.kind,
        state=job.state,
        fraction=job.fraction,
        result=job.result,
        **said("failure", job.failure),
    )


@router.get("")
async def read_job(job: JobDep) -> JobOut:
    """How far it is, and the result as far as it is known."""
    return job_out(job)


@router.delete("", status_code=204)
async def cancel_job(jobs: JobsDep, job: JobDep) -> None:
    """Cancel it; what it held is freed at once. What it found stays readable for a while."""
    await jobs.cancel(job)


@router.get("/stream", response_class=EventSourceResponse)
async def stream_job(
    job: JobDep, last_event_id: Annotated[str | None, Header(max_length=20)] = None
) -> AsyncIterator[ServerSentEvent]:
    """Events `progress` (fraction and what is new of the result), then one of `done`, `failed`,
    `cancelled`; goes on from Last-Event-ID."""
    told = (
        int(last_event_id)
        if last_event_id and last_event_id.isdecimal() and last_event_id.isascii()
        else 0
    )
    told = min(told, len(job.news))
    while True:
        changed = job.changed
        for news in job.news[told:]:
            told += 1
            last = told == len(job.news)
            data: dict[str, Any] = {"fraction": job.fraction if last else None, "news": news}
            yield ServerSentEvent(event="progress", data=data, id=str(told))
        if told < len(job.news):
            continue
        if job.state not in OPEN:
            yield ServerSentEvent(event=job.state, data=said("failure", job.failure))
            return
        await changed.wait()
