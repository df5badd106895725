"""Studies of a network: each is a job; what is done soon enough is the answer itself."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Query, Request, Response

from engine.errors import Reason
from engine.studies import Study, excite, generate, landscape, rate_finder

from ..deps import CommandsDep, JobsDep, LiveDep, SettingsDep
from ..errors import Conflict, Unavailable
from ..jobs import LOST, Job, Jobs
from ..live import Live
from ..schemas import (
    ExciteIn,
    ExciteOut,
    GenerateIn,
    JobOut,
    LandscapeIn,
    LandscapeOut,
    OcclusionIn,
    OcclusionOut,
    RateFinderIn,
    RateFinderOut,
    RowsIn,
    SaliencyIn,
    SaliencyOut,
    TextOut,
    WhatIfIn,
    WhatIfOut,
)
from ..settings import Settings
from ..workers import asking, racing
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
SALIENCY: Any = {
    "a test sample": {"value": {"part": "test", "samples": [3]}},
    "smooth, of class 7": {
        "value": {"part": "test", "samples": [3], "of": 7, "method": "smooth", "draws": 32}
    },
}
OCCLUSION: Any = {
    "a test sample": {"value": {"part": "test", "samples": [3], "size": 2, "stride": 1}},
}
EXCITE: Any = {
    "a filter": {"value": {"layer": "conv2d_1", "unit": 3, "steps": 100, "seed": 0}},
    "a class": {"value": {"layer": "output", "unit": 7, "steps": 200}},
}

LANDSCAPE: Any = {
    "random directions": {"value": {"resolution": 41, "directions": "random", "seed": 0}},
    "along the path walked": {"value": {"directions": "pca"}},
    "two weights": {"value": {"directions": "weights", "weights": [0, 1], "span": 3}},
}

WHAT_IF: Any = {
    "a larger rate": {"value": {"change": {"optimizer": {"learning_rate": 0.3}}, "steps": 1000}},
    "another seed": {"value": {"change": {"seed": 7}}},
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


@router.post("/saliency", responses=ACCEPTED)
async def post_saliency(
    request: Request,
    response: Response,
    jobs: JobsDep,
    settings: SettingsDep,
    live: LiveDep,
    asked: Annotated[SaliencyIn, Body(openapi_examples=SALIENCY)],
    wait: Wait = 60,
) -> SaliencyOut | JobOut:
    """Which parts of one input its answer hangs on: the gradient of a class's z, before softmax, by the
    input (Simonyan et al. 2014), times the input, or smoothed over noise (Smilkov et al. 2017)."""
    job = await _of_one(jobs, settings, live, "saliency", asking.saliency, asked)
    return await answered(request, response, jobs, job, wait)


@router.post("/occlusion", responses=ACCEPTED)
async def post_occlusion(
    request: Request,
    response: Response,
    jobs: JobsDep,
    settings: SettingsDep,
    live: LiveDep,
    asked: Annotated[OcclusionIn, Body(openapi_examples=OCCLUSION)],
    wait: Wait = 60,
) -> OcclusionOut | JobOut:
    """By how much a class's probability falls where a patch covers the picture, for every place of the
    patch (Zeiler & Fergus 2014)."""
    job = await _of_one(jobs, settings, live, "occlusion", asking.occlusion, asked)
    return await answered(request, response, jobs, job, wait)


async def _of_one(
    jobs: Jobs, settings: Settings, live: Live, kind: str, study: Study[...], asked: RowsIn
) -> Job:
    more = asked.model_dump(exclude=set(RowsIn.model_fields))
    return await jobs.start(live, kind, study, asked=asked.asked(settings.max_predict_rows), **more)


@router.post("/excite", responses=ACCEPTED)
async def post_excite(
    request: Request,
    response: Response,
    jobs: JobsDep,
    live: LiveDep,
    asked: Annotated[ExciteIn, Body(openapi_examples=EXCITE)],
    wait: Wait = 60,
) -> ExciteOut | JobOut:
    """An input that a unit, or a filter, answers to most: made from noise by gradient ascent (Erhan et al.
    2009; Yosinski et al. 2015), kept within the range of the data. What is maximised is the mean of the
    filter's map before its activation."""
    job = await jobs.start(live, "excite", excite, **asked.model_dump())
    return await answered(request, response, jobs, job, wait)


@router.post("/landscape", responses=ACCEPTED)
async def post_landscape(
    request: Request,
    response: Response,
    jobs: JobsDep,
    live: LiveDep,
    asked: Annotated[LandscapeIn | None, Body(openapi_examples=LANDSCAPE)] = None,
    wait: Wait = 60,
) -> LandscapeOut | JobOut:
    """The training loss at the weights around those there are, over a plane of two directions: random and
    filter-normalised (Li et al. 2018), the principal ones of the path walked, or two single weights. With
    where the path lies in it, and the plane itself, so that one can go to any place of it by setting the
    weights."""
    asked = asked or LandscapeIn()
    job = await jobs.start(live, "landscape", landscape, **asked.model_dump())
    return await answered(request, response, jobs, job, wait)


@router.post("/rate-finder", responses=ACCEPTED)
async def find_rate(
    request: Request,
    response: Response,
    jobs: JobsDep,
    live: LiveDep,
    asked: RateFinderIn | None = None,
    wait: Wait = 60,
) -> RateFinderOut | JobOut:
    """Which learning rate the network bears: a copy of it is trained with one that rises with every update
    (Smith 2017, "Cyclical Learning Rates for Training Neural Networks", section 3.3). Nothing of the network
    changes."""
    asked = asked or RateFinderIn()
    job = await jobs.start(live, "rate_finder", rate_finder, **asked.model_dump())
    return await answered(request, response, jobs, job, wait)


@router.post("/what-if", responses=ACCEPTED)
async def ask_what_if(
    request: Request,
    response: Response,
    jobs: JobsDep,
    commands: CommandsDep,
    live: LiveDep,
    asked: Annotated[WhatIfIn | None, Body(openapi_examples=WHAT_IF)] = None,
    wait: Wait = 60,
) -> WhatIfOut | JobOut:
    """Where the network would be after so many updates from its own start, were its spec changed so. Nothing of
    the network changes. The newest question wins: an older one that is still waiting is answered 409."""
    asked = asked or WhatIfIn()
    spec = await commands.changed(live, asked.change)
    job = await jobs.newest(
        live, "what_if", racing.would_be, spec=spec, steps=asked.steps, resolution=asked.resolution,
        tables=await commands.networks.tables_for(spec),
    )  # fmt: skip
    return await answered(request, response, jobs, job, wait)
