"""Data of one's own once it is kept: its name, its file, its end."""

from typing import Annotated

from fastapi import APIRouter, Body, Path, Response

from engine.datasets import Sounds
from engine.datasets.sounds import MAX_SOUNDS
from engine.errors import Reason

from ..deps import KnownVisitor, NetworksDep
from ..errors import NotFound
from ..ones_own import forget, rename, restore, taken_along, told_whole
from ..recordings import wav_of
from ..schemas import OwnOut, RenameIn
from . import PROBLEMS, described

router = APIRouter(
    prefix="/api/datasets/own/{id}",
    tags=["data"],
    responses={**PROBLEMS, 404: described("no such dataset")},
)

WAV = "audio/wav"
OwnId = Annotated[str, Path(max_length=64, description="of one's own data")]


@router.get("")
async def get_own_dataset(networks: NetworksDep, id: OwnId) -> OwnOut:
    """One's own data, with the `dataset` of a spec that learns from it."""
    return await told_whole(networks, id)


@router.patch("")
async def rename_dataset(
    networks: NetworksDep,
    id: OwnId,
    asked: Annotated[RenameIn, Body(examples=[{"name": "the lab, second week"}])],
) -> OwnOut:
    """Call it otherwise. Nothing else of it changes, and no network."""
    return await rename(networks, id, asked.name)


@router.delete("", status_code=204)
async def delete_dataset(networks: NetworksDep, id: OwnId) -> None:
    """Forget data of one's own. For ten minutes `restore` has it back, unless its room is needed; meanwhile it
    counts among the bytes that a visitor may keep, but not among the datasets. Networks that use a table, pictures
    or sounds go on while they are in memory, and cannot be loaded again after; texts and drawings are in the
    specs themselves."""
    await forget(networks, id)


@router.post("/restore")
async def restore_dataset(networks: NetworksDep, id: OwnId) -> OwnOut:
    """Have back what was deleted, as it was; 404 where it is too late."""
    return await restore(networks, id)


@router.get(
    "/csv",
    response_class=Response,
    responses={
        200: {
            "content": {
                "text/csv": {"schema": {"type": "string"}},
                "text/plain": {"schema": {"type": "string"}},
            }
        }
    },
)
async def get_own_file(networks: NetworksDep, visitor: KnownVisitor, id: OwnId) -> Response:
    """A table or a series as CSV: the columns that are learned and the target, in their own units and to the last
    digit; a drawing as x1, x2 and class; a text as it is, text/plain. Pictures and sounds have none: 422.

    Read again it is the same table, but for what was said against what is found out (`read`), which has to be
    said again. A word that a spreadsheet would take for a formula, one that begins with = + - or @, has an
    apostrophe before it, which reading takes away; numbers are numbers.
    """
    found = await taken_along(networks, visitor or "", id)
    return Response(
        found.content,
        media_type=found.media_type,
        headers={"Content-Disposition": found.disposition},
    )


@router.get(
    "/sounds/{sound}",
    response_class=Response,
    responses={200: {"content": {WAV: {"schema": {"type": "string", "format": "binary"}}}}},
)
async def get_sound(
    networks: NetworksDep, id: OwnId, sound: Annotated[int, Path(ge=0, le=MAX_SOUNDS)]
) -> Response:
    """A sound of one's own as it was given, as a WAV file of one channel; `sources` and `test_sources` of a
    dataset say which one each of its samples was made of."""
    own = (await networks.tables_of(id)).get(id)
    if not isinstance(own, Sounds) or sound >= len(own.targets):
        raise NotFound(Reason("no_such_sound", "there is no such sound"))
    return Response(wav_of(own.sound(sound), own.rate), media_type=WAV)
