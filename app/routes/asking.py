"""Asking about one answer. Nothing here touches the state of training."""

from typing import Annotated, Literal

from annotated_types import Interval
from fastapi import APIRouter, Query, Response

from ..deps import LiveDep, NetworksDep, SettingsDep
from ..schemas import (
    ExcitesOut,
    ForecastOut,
    InfluenceIn,
    InfluenceOut,
    NextCharactersOut,
    NextIn,
    SurpriseIn,
    SurpriseOut,
    UnrolledIn,
    UnrolledOut,
    WorstSamplesOut,
)
from ..workers import asking
from . import OF_STATE, json_response

router = APIRouter(prefix="/api/networks/{id}", tags=["looking inside"], responses=OF_STATE)

Most = Annotated[int, Query(ge=1, le=200)]


@router.post("/influence", response_model=InfluenceOut)
async def influence(
    networks: NetworksDep, settings: SettingsDep, live: LiveDep, asked: InfluenceIn
) -> Response:
    """Which training samples pull most at the answer for one input, and which way: alignment of gradients
    at the present weights (Pruthi et al. 2020, TracIn, at one checkpoint).

    It says what a step of plain SGD on each sample would do now. It does not say what the steps of the past
    have done, nor what another optimizer would do.
    """
    return json_response(
        await networks.call(
            live,
            asking.influence,
            asked.asked(settings.max_predict_rows),
            asked.target,
            asked.most,
        )
    )


@router.get("/worst", response_model=WorstSamplesOut)
async def worst(
    networks: NetworksDep,
    live: LiveDep,
    part: Literal["train", "test"] = "test",
    most: Most = 12,
) -> Response:
    """The samples that the network does worst on, the largest loss first; of large networks and data as
    many are looked at as a measurement looks at."""
    return json_response(await networks.call(live, asking.worst, part, most))


@router.get("/excites", response_model=ExcitesOut)
async def excites(
    networks: NetworksDep,
    live: LiveDep,
    layer: Annotated[str, Query(max_length=80)],
    unit: Annotated[int, Query(ge=0, le=2**31)],
    part: Literal["train", "test"] = "train",
    most: Most = 6,
) -> Response:
    """The samples for which a unit, or a filter, gives most and least."""
    return json_response(await networks.call(live, asking.excites, layer, unit, part, most))


@router.post("/unrolled", response_model=UnrolledOut)
async def unrolled(
    networks: NetworksDep, settings: SettingsDep, live: LiveDep, asked: UnrolledIn
) -> Response:
    """Every recurrent layer on one input, time step by time step: input, gates, cell and state, and how
    much of the gradient reaches each step, whence it can be seen to vanish.

    In float64 and as in evaluation. Truncated backpropagation cuts as it does in training.
    """
    cell = asked.cell and (asked.cell.layer, tuple(asked.cell.unit))
    rows = asked.asked(settings.max_predict_rows)
    return json_response(
        await networks.call(live, asking.unrolled, rows, asked.of, cell, asked.brief)
    )


@router.get("/forecast", response_model=ForecastOut)
async def forecast(
    networks: NetworksDep,
    live: LiveDep,
    ahead: Annotated[int, Query(ge=1, le=2**31, description="values of the free run")] = 50,
    start: Annotated[
        Annotated[int, Interval(ge=0, le=2**31)] | Literal["test"],
        Query(
            alias="from",
            description="the place in the series of the first value that is not known; test: where the test "
            "part begins",
        ),
    ] = "test",
) -> Response:
    """What the network forecasts of a series, in its own units: from the true values before each, and
    freely, on its own forecasts; beside persistence, with the errors of both.

    With a horizon of h a forecast stands h places after its window. A free run asks for place after place
    so: the first h values rest on known ones, later ones on forecasts (`fed_back_from`).
    """
    return json_response(await networks.call(live, asking.forecast, start, ahead))


@router.post("/next", response_model=NextCharactersOut)
async def next_character(networks: NetworksDep, live: LiveDep, asked: NextIn) -> Response:
    """What a text network expects after a prompt: of every character the probability, the network's own
    and what temperature and top-k make of it, in this order, as `generate` draws from it."""
    return json_response(
        await networks.call(
            live, asking.next_character, asked.prompt, asked.temperature, asked.top_k
        )
    )


@router.post("/surprise", response_model=SurpriseOut)
async def surprise(networks: NetworksDep, live: LiveDep, asked: SurpriseIn) -> Response:
    """How much a text surprises a text network: of every character the probability given those before
    it, at most as many as a window has, and its bits; of the whole bits per character and perplexity."""
    return json_response(await networks.call(live, asking.surprise, asked.text))
