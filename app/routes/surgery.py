"""Operations on single units, and what the network is without them."""

from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Query, Response

from ..deps import CommandsDep, LiveDep, NetworksDep
from ..schemas import AblationOut, NetworkOut, SurgeryIn
from ..workers import looking
from . import OF_STATE, json_response

router = APIRouter(prefix="/api/networks/{id}", tags=["surgery"], responses=OF_STATE)


@router.post("/surgery")
async def surgery(
    commands: CommandsDep, live: LiveDep, asked: SurgeryIn, after: BackgroundTasks
) -> NetworkOut:
    """Operate on one unit of a hidden layer: switch it off (it says 0, and its own weights stay) or on
    again, freeze its weights or let them learn again, or let it change places with another unit of its
    layer. What is off or frozen stands in the spec (`surgery`), so a PATCH does the same; it goes on in
    the same run, and leaves a mark in its history."""
    network = await commands.operate(live, asked)
    after.add_task(live.release)  # first the answer, then its frame
    return network


@router.get("/ablation", response_model=AblationOut)
async def ablation(
    networks: NetworksDep,
    live: LiveDep,
    layer: Annotated[
        str | None, Query(max_length=60, description="units of that layer alone")
    ] = None,
) -> Response:
    """Loss and accuracy as it is, and without each unit of every hidden layer, by class too. Of large
    networks fewer samples are looked at; the answer says how many."""
    return json_response(await networks.call(live, looking.ablation, layer))
