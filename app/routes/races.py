"""Races: variants of a spec trained side by side; what they came to, and networks made of them."""

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, Body, Path, Request, Response

from engine.datasets import Own

from ..deps import JobsDep, KnownVisitor, NetworksDep, RacesDep, SomeVisitor
from ..racing import table_of
from ..schemas import JobOut, NetworkOut, RaceIn, RaceOut
from . import PROBLEMS, described
from .studies import ACCEPTED, Wait, answered

router = APIRouter(prefix="/api/races", tags=["races"], responses=PROBLEMS)

RATES: Any = {
    "three rates, three seeds": {
        "value": {
            "vary": {"optimizer.learning_rate": [0.01, 0.03, 0.1], "seed": [0, 1, 2]},
            "steps": 2000,
            "target_loss": 0.1,
        }
    },
    "optimizers": {"value": {"vary": {"optimizer": ["sgd", "adam", "rmsprop"]}, "steps": 1000}},
    "width and depth": {
        "value": {"vary": {"layers.*.units": [2, 4, 8], "depth": [1, 2, 3]}, "steps": 1000}
    },
}
OF_RACE: dict[int | str, dict[str, Any]] = {
    404: described("no such race"),
    409: described("the variant is not there"),
}
OF_JOB: dict[int | str, dict[str, Any]] = {409: described("it was cancelled")}
RaceId = Annotated[str, Path(max_length=64, description="the race's job")]
Place = Annotated[int, Path(ge=0, le=10_000, description="the variant's place in the list")]


@router.post("", responses={**OF_JOB, **ACCEPTED})
async def post_race(
    request: Request,
    response: Response,
    networks: NetworksDep,
    races: RacesDep,
    jobs: JobsDep,
    visitor: KnownVisitor,
    asked: Annotated[RaceIn | None, Body(openapi_examples=RATES)] = None,
    wait: Wait = 60,
) -> RaceOut | JobOut:
    """Train every combination of the values of one or two settings, each exactly as it would be alone."""
    asked = asked or RaceIn()
    made = asked.spec.to_engine()
    if isinstance(made.dataset, Own):
        line = await asyncio.to_thread(networks.store.line_of, made.dataset.id)
        if line:
            made = asked.spec.suited(line["suits"]).to_engine()
    race = await races.start(made, asked)
    return await answered(request, response, jobs, race, wait)


@router.post("/{job}/variants/{k}", status_code=201, responses=OF_RACE)
async def open_variant(
    response: Response, races: RacesDep, visitor: SomeVisitor, job: RaceId, k: Place
) -> NetworkOut:
    """A network that is that variant: its spec, its trained weights, its course."""
    network = await races.network(races.get(job), k, visitor)
    response.headers["Location"] = f"/api/networks/{network.id}"
    return network


@router.get(
    "/{job}/csv",
    response_class=Response,
    responses={**OF_RACE, 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def race_table(races: RacesDep, job: RaceId) -> Response:
    """What every variant came to so far, a line each."""
    headers = {"Content-Disposition": 'attachment; filename="race.csv"'}
    return Response(table_of(races.get(job)), media_type="text/csv", headers=headers)
