"""A network drawn on the server, and its course as a table."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from ..deps import JobsDep, LiveDep, NetworksDep
from ..schemas import FilmIn, FilmOut, JobOut
from ..workers import filming, scenes
from ..workers.scenes import LEAST_SIDE, MOST_SIDE, Drawn, Language, Look, Scale, Theme, What
from . import OF_STATE
from .studies import ACCEPTED, Wait, answered

router = APIRouter(prefix="/api/networks/{id}", tags=["files"])

MEDIA: dict[Drawn, str] = {"svg": "image/svg+xml", "png": "image/png"}
Side = Annotated[int, Field(ge=LEAST_SIDE, le=MOST_SIDE)]
FILE: Any = {"schema": {"type": "string", "format": "binary"}}


@router.get(
    "/picture",
    response_class=Response,
    responses={
        **OF_STATE,
        200: {
            "content": dict.fromkeys(MEDIA.values(), FILE),
            "headers": {
                "X-Glassbox-Notes": {
                    "description": "codes of what a PNG has otherwise than was asked for: `picture.in_english`, "
                    "because the server's machine has no Chinese letters; `picture.letters_missing`, because "
                    "it lacks some that stand in names, which are question marks. An SVG has every letter",
                    "schema": {"type": "string"},
                }
            },
        },
    },
)
async def get_picture(
    networks: NetworksDep,
    live: LiveDep,
    what: Annotated[
        What,
        Query(
            description="output: over the plane or the curve, else which class was taken for which, or what "
            "was said against what was wanted"
        ),
    ] = "output",
    format: Annotated[
        Drawn,
        Query(description="a PNG has twice as many pixels a side, its letters are the server's"),
    ] = "svg",
    theme: Theme = "light",
    language: Annotated[Language, Query(description="of the words in the picture")] = "en",
    scale: Annotated[Scale, Query(description="of the loss")] = "linear",
    width: Annotated[
        Side | None, Query(description="in pixels of the SVG; null: what suits it")
    ] = None,
    height: Annotated[
        Side | None, Query(description="the same; of one alone the other keeps the proportion")
    ] = None,
) -> Response:
    """The network, its output or the course of its loss, as it is now: drawn to be printed, with names and
    units, without a title."""
    look = Look(theme, language, scale, width, height)
    found, notes = await networks.call(live, scenes.picture, what, format, look)
    name = f"glassbox_{live.spec.dataset.kind}_{what}.{format}"
    headers = {
        "Content-Disposition": f'inline; filename="{name}"',
        "X-Glassbox-Notes": ", ".join(notes),
    }
    return Response(found, media_type=MEDIA[format], headers=headers)


@router.get(
    "/history.csv",
    response_class=Response,
    responses={**OF_STATE, 200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
async def get_history_csv(networks: NetworksDep, live: LiveDep) -> Response:
    """The course of the run as a table: a row a step, empty where nothing was measured."""
    name = f"glassbox_{live.spec.dataset.kind}_history.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    found = await networks.call(live, scenes.course_csv)
    return Response(found, media_type="text/csv", headers=headers)


@router.post("/film", responses={**OF_STATE, **ACCEPTED})
async def post_film(
    request: Request,
    response: Response,
    jobs: JobsDep,
    live: LiveDep,
    asked: FilmIn | None = None,
    wait: Wait = 60,
) -> FilmOut | JobOut:
    """The states that are kept of the run, drawn one after another: an animation, or stills."""
    asked = asked or FilmIn()
    job = await jobs.start(live, "film", filming.film, **asked.model_dump())
    return await answered(request, response, jobs, job, wait)
