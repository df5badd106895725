"""Studies of a network: each is a job; what is done soon enough is the answer itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from engine.errors import Reason
from engine.studies import generate

from ..deps import JobsDep, LiveDep
from ..errors import Conflict, Unavailable
from ..jobs import LOST, Job, Jobs
from ..schemas import GenerateIn, JobOut, TextOut
from . import OF_STATE
from .jobs import job_out

router = APIRouter(prefix="/api/networks/{id}", tags=["studies"], responses=OF_STATE)

Wait = Annotated[
    float,
    Query(
        ge=0,
        le=60,
        description="seconds to wait for the result; not done by then, or with 0, the answer is 202 and the job",
    ),
]
ACCEPTED: dict[int | str, dict[str, Any]] = {
    202: {"model": JobOut, "description": "under way; Location says where it can be followed"}
}


async def answered(request: Request, response: Response, jobs: Jobs, job: Job, wait: float) -> Any:
    """What the job found, or after so many seconds the job itself."""
    await jobs.wait(job, wait, request.is_disconnected)
    if job.state == "done":
        return job.result
    if job.state == "failed":
        failure = job.failure or Reason(
            "our_error", "an error of ours; the server's log has the details"
        )
        raise Unavailable(failure) if failure == LOST else Conflict(failure)
    if job.state == "cancelled":
        raise Conflict(Reason("job_cancelled", "it was cancelled"))
    response.status_code = 202
    response.headers["Location"] = f"/api/jobs/{job.id}"
    return job_out(job)


@router.post("/generate", responses=ACCEPTED)
async def post_generate(
    request: Request,
    response: Response,
    jobs: JobsDep,
    live: LiveDep,
    asked: GenerateIn | None = None,
    wait: Wait = 60,
) -> TextOut | JobOut:
    """Text that the network writes: a character at a time after a prompt, each drawn from what the
    network expects next. At temperature 0 the likeliest is taken; the same seed gives the same text."""
    asked = asked or GenerateIn()
    job = await jobs.start(live, "generate", generate, **asked.model_dump())
    return await answered(request, response, jobs, job, wait)
