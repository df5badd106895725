"""Networks: made, listed, described, changed, deleted."""

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, BackgroundTasks, Query, Request, Response

from engine.datasets import Own

from ..deps import CommandsDep, KnownVisitor, LiveDep, NetworkId, NetworksDep, SomeVisitor
from ..listing import networks_of, trash_of
from ..schemas import DatasetOut, HistoryOut, NetworkOut, NetworkSummary, PatchIn, SpecIn
from ..workers import looking, shelf
from ..workers.samples import Wanted
from . import OF_NETWORK, OF_STATE, PROBLEMS, TENSORS, Count, First, json_response

router = APIRouter(prefix="/api/networks", tags=["networks"])
trash = APIRouter(prefix="/api/trash", tags=["networks"])


@router.post("", status_code=201, responses=PROBLEMS)
async def post_network(
    response: Response, networks: NetworksDep, visitor: SomeVisitor, spec: SpecIn | None = None
) -> NetworkOut:
    """Make a network. Every field may be left out; no body at all gives the default one."""
    given = spec or SpecIn()
    made = given.to_engine()
    if isinstance(made.dataset, Own):
        line = await asyncio.to_thread(networks.store.line_of, made.dataset.id)
        if line:
            made = given.suited(line["suits"]).to_engine()
    network = await networks.create(made, visitor)
    response.headers["Location"] = f"/api/networks/{network.id}"
    return network


@router.get("", responses=PROBLEMS)
async def list_networks(networks: NetworksDep, visitor: KnownVisitor) -> list[NetworkSummary]:
    """This visitor's networks, by the cookie that making one set; newest first."""
    return await networks_of(networks, visitor)


@router.post("/{id}/restore", responses=OF_STATE)
async def restore_network(networks: NetworksDep, id: NetworkId) -> NetworkOut:
    """Bring a network back from the trash, as it was."""
    return await networks.describe(await networks.take_back(id))


@trash.get("", responses=PROBLEMS)
async def list_trash(networks: NetworksDep, visitor: KnownVisitor) -> list[NetworkSummary]:
    """This visitor's networks that were unused longest when room was needed; `changed` is when they
    went there."""
    return await trash_of(networks, visitor)


@router.get("/{id}", responses=OF_STATE)
async def get_network(networks: NetworksDep, live: LiveDep) -> NetworkOut:
    return await networks.describe(live)


@router.patch("/{id}", responses=OF_STATE)
async def patch_network(
    commands: CommandsDep,
    live: LiveDep,
    change: PatchIn,
    after: BackgroundTasks,
    reset: Annotated[bool, Query(description="begin a new run with fresh weights, too")] = False,
) -> NetworkOut:
    """Change settings of a live network; it goes on training if it was.

    Weights are kept; where layers change, the overlapping part of each. Another kind of data, another
    uploaded table and another network begin a new run at step 0, and the one before is kept (GET runs);
    what else is changed goes on in the same run and leaves a mark in its history. With `reset` whatever is
    changed begins a new run with fresh weights, as POST reset does, in one go.
    """
    network = await commands.patch(live, change, anew=reset)
    after.add_task(live.release)  # first the answer, then its frame
    return network


@router.delete("/{id}", status_code=204, responses=OF_NETWORK)
async def delete_network(networks: NetworksDep, id: NetworkId) -> None:
    await networks.delete(id)


@router.get("/{id}/history", responses=OF_STATE)
async def get_history(networks: NetworksDep, live: LiveDep) -> HistoryOut:
    """The course of the run so far, in columns."""
    return HistoryOut(**await networks.call(live, shelf.history), generation=live.generation)


@router.get(
    "/{id}/dataset",
    response_model=DatasetOut,
    responses={
        **OF_STATE,
        200: {"content": {TENSORS: {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def get_dataset_of(
    request: Request,
    networks: NetworksDep,
    live: LiveDep,
    first: First = 0,
    count: Count = None,
    format: Annotated[
        Literal["json", "safetensors"],
        Query(description="safetensors: arrays, and all else as JSON in the metadata's `dataset`"),
    ] = "json",
    part: Annotated[
        Literal["train", "test"] | None,
        Query(description="of safetensors: that part's samples alone"),
    ] = None,
) -> Response:
    """The samples this network trains and is tested on; of large data so many as fit into an answer,
    the next ones from `first` on. As safetensors, of images, sequences and text 50 in all unless
    `count` says otherwise, the test part's before the others; what is in it stands in `docs/socket.md` of the project."""
    if format == "json":
        return json_response(await networks.call(live, looking.dataset_of, first, count))
    zipped = "gzip" in request.headers.get("accept-encoding", "")
    found = await networks.call(live, looking.dataset_tensors, Wanted(first, count, part, zipped))
    headers = {"Vary": "Accept-Encoding", **({"Content-Encoding": "gzip"} if zipped else {})}
    return Response(found, media_type=TENSORS, headers=headers)
