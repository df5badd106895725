"""Data: generated, and one's own."""

import asyncio
import secrets
from itertools import accumulate
from typing import Annotated, Any

import numpy as np
import orjson
from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from engine.datasets import (
    DATASETS,
    Drawn,
    DrawnCurve,
    FromKept,
    OwnData,
    OwnText,
    Pictures,
)
from engine.datasets.pictures import MAX_SIDE, MIN_SIDE, pictures_of
from engine.datasets.reading import MAX_ROWS
from engine.errors import Reason, Refused
from engine.formulas import MAX_LENGTH

from ..deps import KnownVisitor, NetworksDep, SettingsDep, SomeVisitor
from ..errors import NotFound
from ..gallery import content_of, line_of, line_of_spec
from ..guard import FILES, MAX_LISTS, PARQUET, XLSX, ZIP, content_type, keep_lists, lists_in
from ..ones_own import line_of_old, told, told_whole
from ..schemas import (
    DatasetOut,
    OwnIn,
    OwnOut,
    ReadIn,
    ReadNoteOut,
    Row,
    UnderstoodOut,
    dataset_adapter,
)
from ..spreadsheets import is_workbook
from ..tables import File, notes, read, understanding
from ..workers import looking, pictures
from ..zipped import pictures_in
from . import PROBLEMS, Count, First, described, json_response
from .reading import reading_of

router = APIRouter(
    prefix="/api/datasets", tags=["data"], responses={**PROBLEMS, 404: described("no such dataset")}
)

_ADAPTER = dataset_adapter()
_ROW = TypeAdapter(Row)
ONE_KIND = Reason("own.one_kind", "give a table, or pictures, or sounds, or a dataset to keep")
# Pictures sent to a worker together, of which it decodes as many as a turn allows.
AT_ONCE, AT_ONCE_BYTES = 64, 1_000_000


@router.get("")
async def list_datasets(networks: NetworksDep, visitor: KnownVisitor) -> list[OwnOut]:
    """This visitor's own tables, pictures, sounds, texts and drawings, the newest first."""
    if visitor is None:
        return []
    found = await asyncio.to_thread(networks.store.data_of, visitor)
    return [
        told(id, line)
        for id in found
        if (line := found[id] or await line_of_old(networks, id)) is not None
    ]


@router.get("/{kind}", response_model=DatasetOut)
async def get_dataset(
    networks: NetworksDep,
    visitor: KnownVisitor,
    kind: Annotated[str, Path(max_length=64)],
    samples: Annotated[int | None, Query(ge=0)] = None,
    noise: Annotated[float | None, Query(ge=0, allow_inf_nan=False)] = None,
    test_fraction: Annotated[float | None, Query(ge=0, allow_inf_nan=False)] = None,
    seed: Annotated[int | None, Query(ge=0)] = None,
    arms: Annotated[int | None, Query(ge=2)] = None,
    rule: Annotated[str | None, Query(max_length=MAX_LENGTH)] = None,
    id: Annotated[str | None, Query(max_length=64)] = None,
    first: First = 0,
    count: Count = None,
) -> Response:
    """A dataset as a network is given it: scaled, targets as class numbers or values; of large data so
    many samples as fit into an answer, the next ones from `first` on.

    `id` goes with kind `own`, `arms` with `spiral`, `rule` with `rule`: a formula in x and y, whose values are fitted,
    or one with comparisons, of which class B is where it holds. It is read into known operations and never run as code.
    """
    if kind not in DATASETS:
        raise NotFound(
            Reason(
                "no_such_kind_of_data",
                "there is no such dataset; there are {known}",
                known=", ".join(DATASETS),
            )
        )
    given = {
        "samples": samples, "noise": noise, "test_fraction": test_fraction, "seed": seed,
        "arms": arms, "rule": rule, "id": id,
    }  # fmt: skip
    fields = {name: value for name, value in given.items() if value is not None}
    try:
        spec = _ADAPTER.validate_python({"kind": kind, **fields})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    tables = await networks.tables_of(spec.id) if isinstance(spec, FromKept) else {}
    return json_response(
        await networks.anywhere(visitor or "", looking.dataset, spec, tables, first, count)
    )


@router.post(
    "",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/OwnIn"}},
                "text/csv": {"schema": {"type": "string"}},
                XLSX: {"schema": {"type": "string", "format": "binary"}},
                PARQUET: {"schema": {"type": "string", "format": "binary"}},
                ZIP: {"schema": {"type": "string", "format": "binary"}},
            },
        }
    },
    response_model=OwnOut,
    responses={200: {"model": UnderstoodOut, "description": "with dry_run: what was understood"}},
)
async def post_dataset(
    request: Request,
    response: Response,
    networks: NetworksDep,
    settings: SettingsDep,
    visitor: SomeVisitor,
    reading: Annotated[ReadIn, Depends(reading_of)],
    dry_run: Annotated[
        bool, Query(description="keep nothing, answer what was understood of the table")
    ] = False,
    target: Annotated[
        str | None, Query(max_length=80, description="of a file: the target's column name")
    ] = None,
    series: Annotated[
        bool, Query(description="of a file: its rows are steps of time, as in JSON")
    ] = False,
    name: Annotated[
        str, Query(min_length=1, max_length=80, description="of a file, or an archive of pictures")
    ] = "own",
    size: Annotated[
        int, Query(ge=MIN_SIDE, le=MAX_SIDE, description="of its pictures: pixels a side")
    ] = 28,
    colour: Annotated[bool, Query(description="whether its pictures keep their colours")] = False,
) -> Any:
    """Own data: a table, pictures, sounds, or a text or a drawing, which a spec holds whole, to have it
    again. With `series` a table is a series to forecast (`own_series`).

    A table is CSV (as a file, text/csv, or in JSON), an .xlsx workbook, of which the first sheet is read, a
    Parquet file where the server has what reads it, or in JSON `records` or `inputs` and `targets`. Separator,
    decimal sign, encoding, header, the kind of each column, the target, whether it is classes or values, and
    what becomes of empty cells are found out; each can be said, in `read` or, of a file, in the query. With
    `dry_run` nothing is kept, and the answer, 200, says what was understood. What one should know is in
    `notes`.

    Pictures come as JSON, `images` and `labels`, or as a ZIP archive of PNG, JPEG and WebP files. There the
    class of a picture is the folder it lies in; where all lie in one folder or in none, it is its name up
    to the first digit, underscore or hyphen (`cat_01.png`). Each is cut to the square in its middle and
    made `size` pixels a side; what is transparent becomes white. Grey is given to the network as it is,
    0 to 255 as 0 to 1.

    Sounds are WAV files in base64, `sounds` and `labels`. The network is given the strength of 24 bands of
    pitch every 20 ms of the loudest second, in logarithms (log-mel, as HTK, librosa and torchaudio define it);
    of each training sound there are seven copies besides, varied in tempo, place, loudness and noise.
    """
    content = content_type(dict(request.headers.raw))
    body = await request.body()
    if content == ZIP and not is_workbook(body):
        await networks.room.admit_dataset(visitor)
        own = await _unpacked(networks, settings, visitor, body, (name, size, colour))
        return await _added(networks, visitor, response, own)
    pixels = file = None
    if content == "text/csv" or content in FILES or content == ZIP:
        given = OwnIn(name=name, target=target, series=series, read=reading)
        file = File(body, settings.max_unpacked_bytes)
    else:
        if b'"images"' in body:
            body, pixels = await networks.anywhere(visitor, pictures.given, body)
        keep_lists(lists_in(body), MAX_LISTS)
        given = await asyncio.to_thread(_json_body, body)
    _keep_one_kind(given, pixels is not None)
    if given.dataset is not None:
        return await _keep(networks, visitor, response, given)
    if dry_run:
        return json_response(orjson.dumps(await asyncio.to_thread(understanding, given, file)))
    await networks.room.admit_dataset(visitor)
    found = await asyncio.to_thread(read, given, pixels, file)
    added = await _added(networks, visitor, response, found.own)
    added.notes = [ReadNoteOut(**note) for note in notes(found)]
    return added


async def _unpacked(
    networks: NetworksDep,
    settings: SettingsDep,
    visitor: str,
    body: bytes,
    how: tuple[str, int, bool],
) -> Pictures:
    """An archive's pictures, decoded a few at a time: others have their turns between.

    Raises: Refused
    """
    name, size, colour = how
    packed = await asyncio.to_thread(pictures_in, body, settings.max_unpacked_bytes)
    files = [(one.name, one.data) for one in packed]
    parts: list[Any] = []
    done = pixels = 0
    while done < len(files):
        part, used = await networks.anywhere(
            visitor, pictures.decoded, _next(files[done : done + AT_ONCE]), size, colour,
            settings.max_picture_pixels,
        )  # fmt: skip
        parts.append(part)
        done += len(part)
        pixels += used
        if pixels > settings.max_pictures_pixels:
            raise Refused(
                "zip",
                Reason(
                    "pictures.too_many_pixels_in_all",
                    "the pictures have more than {most} pixels together (limit: max_pictures_pixels); make "
                    "them smaller, or give fewer",
                ),
                limit="max_pictures_pixels",
                value=settings.max_pictures_pixels,
            )
    return await asyncio.to_thread(
        pictures_of, np.concatenate(parts), [one.label for one in packed], name
    )


def _next(files: list[tuple[str, bytes]]) -> list[tuple[str, bytes]]:
    """As many as are sent together: what is not decoded then is sent again."""
    sizes = accumulate(len(data) for _, data in files)
    return files[: max(1, sum(size <= AT_ONCE_BYTES for size in sizes))]


async def _added(networks: NetworksDep, visitor: str, response: Response, own: OwnData) -> OwnOut:
    id = secrets.token_urlsafe(16)
    line = await asyncio.to_thread(line_of, own)
    await asyncio.to_thread(networks.store.add_own, id, visitor, own, line)
    response.headers["Location"] = f"/api/datasets/own?id={id}"
    return told(id, line)


async def _keep(networks: NetworksDep, visitor: str, response: Response, given: OwnIn) -> OwnOut:
    """A text or a drawing; the same one twice is kept once.  Raises: Refused"""
    try:
        spec = _ADAPTER.validate_python(given.dataset)
    except ValidationError as error:
        found = [{**e, "loc": ("dataset", *e["loc"])} for e in error.errors()]
        raise RequestValidationError(found) from error
    if not isinstance(spec, OwnText | Drawn | DrawnCurve):
        raise Refused(
            "dataset.kind",
            Reason("own.kind", "only own_text, drawn and drawn_curve can be kept by themselves"),
        )
    content = content_of(spec)
    id = await asyncio.to_thread(networks.store.same_data, visitor, content)
    if id is None:
        await networks.room.admit_dataset(visitor)
        # In a worker, which knows whether anything can be learned from it.
        await networks.anywhere(visitor, looking.dataset, spec, {}, 0, 1)
        line = await asyncio.to_thread(line_of_spec, given.name, spec)
        id = secrets.token_urlsafe(16)
        await asyncio.to_thread(networks.store.add_data, id, visitor, content, line)
    response.headers["Location"] = f"/api/datasets/own/{id}"
    return await told_whole(networks, id)


def _json_body(body: bytes) -> OwnIn:
    """As one call pydantic would keep the interpreter, and with it the event loop, for long: rows are
    validated one by one."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        place = {"type": "json_invalid", "loc": ("body", error.pos), "msg": "JSON decode error"}
        raise RequestValidationError([place]) from error
    return _rows_of(given)


def _rows_of(given: Any) -> OwnIn:
    if not isinstance(given, dict):
        return _validated(given)
    rows = given.get("inputs")
    if not isinstance(rows, list) or len(rows) > MAX_ROWS:
        return _validated(given)
    for number, row in enumerate(rows):
        _validated_row(number, row)
    whole = _validated({**given, "inputs": []})
    whole.inputs = rows
    return whole


def _validated(given: Any) -> OwnIn:
    try:
        return OwnIn.model_validate(given)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error


def _validated_row(number: int, row: Any) -> None:
    try:
        _ROW.validate_python(row)
    except ValidationError as error:
        place = ("inputs", number)
        raise RequestValidationError(
            [{**e, "loc": (*place, *e["loc"])} for e in error.errors()]
        ) from error


def _keep_one_kind(given: OwnIn, pictured: bool) -> None:
    """Raises: Refused"""
    table = (given.csv, given.inputs, given.records).count(None) < 3
    others = {
        "dataset": given.dataset is not None,
        "images": pictured or given.images is not None,
        "sounds": given.sounds is not None,
    }
    found = [place for place, there in others.items() if there]
    if len(found) + table > 1:
        raise Refused(found[0], ONE_KIND)
