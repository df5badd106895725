"""Data: generated, and one's own."""

import asyncio
import secrets
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import TypeAdapter, ValidationError

from engine.datasets import DATASETS, Own, parse_csv
from engine.datasets.table import MAX_ROWS, table_from_rows
from engine.errors import Reason, Refused
from engine.suits import recipe

from ..catalog import plain
from ..deps import KnownVisitor, NetworksDep, SettingsDep, SomeVisitor
from ..errors import NotFound
from ..schemas import DatasetOut, OwnIn, OwnOut, Row, dataset_adapter
from . import PROBLEMS, Count, First, described, json_response

router = APIRouter(
    prefix="/api/datasets", tags=["data"], responses={**PROBLEMS, 404: described("no such dataset")}
)

_ADAPTER = dataset_adapter()
_ROW = TypeAdapter(Row)


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
    id: Annotated[str | None, Query(max_length=64)] = None,
    first: First = 0,
    count: Count = None,
) -> Response:
    """A dataset as a network is given it: scaled, targets as class numbers or values; of large data so
    many samples as fit into an answer, the next ones from `first` on.

    `id` goes with kind `own`, `arms` with `spiral`.
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
        "arms": arms, "id": id,
    }  # fmt: skip
    fields = {name: value for name, value in given.items() if value is not None}
    try:
        spec = _ADAPTER.validate_python({"kind": kind, **fields})
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    tables = await networks.tables_of(spec.id) if isinstance(spec, Own) else {}
    return json_response(await networks.make_dataset(spec, tables, first, count, visitor or ""))


@router.post(
    "",
    status_code=201,
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/OwnIn"}},
                "text/csv": {"schema": {"type": "string"}},
            },
        }
    },
)
async def post_dataset(
    request: Request,
    response: Response,
    networks: NetworksDep,
    settings: SettingsDep,
    visitor: SomeVisitor,
    target: Annotated[str | None, Query(max_length=80)] = None,
) -> OwnOut:
    """Own data: CSV (as text/csv, or in JSON) or rows and targets."""
    body = await request.body()
    if request.headers.get("content-type", "").startswith("text/csv"):
        given = _csv_body(body, target)
    else:
        given = await asyncio.to_thread(_json_body, body)
    await networks.room.admit_dataset(visitor)
    try:
        table = await asyncio.to_thread(_table_of, given)
    except Refused as error:
        place = "csv" if given.csv is not None else "inputs"
        raise error.at(place) from error
    id = secrets.token_urlsafe(16)
    await asyncio.to_thread(networks.store.add_table, id, visitor, table)
    response.headers["Location"] = f"/api/datasets/own?id={id}"
    suited = recipe(Own, "classification" if table.class_names else "regression")
    return OwnOut(
        id=id,
        name=table.name,
        rows=len(table.inputs),
        columns=list(table.columns),
        target=table.target_name,
        class_names=list(table.class_names),
        suits=plain(suited.parts()),
        pace=suited.pace,
        dataset={"kind": "own", "id": id},
    )


@router.delete("/own/{id}", status_code=204)
async def delete_dataset(
    networks: NetworksDep,
    id: Annotated[str, Path(max_length=64, description="of an uploaded dataset")],
) -> None:
    """Forget an uploaded dataset. Networks that use it go on while they are in memory, and cannot
    be loaded again after."""
    if not await networks.forget_table(id):
        raise NotFound(Reason("no_such_dataset", "there is no such dataset"))


def _csv_body(body: bytes, target: str | None) -> OwnIn:
    try:
        return OwnIn(csv=body.decode("utf-8-sig"), target=target)
    except UnicodeDecodeError as error:
        raise Refused(
            "csv", Reason("table.not_utf8", "the CSV is not UTF-8; save it as UTF-8")
        ) from error


def _json_body(body: bytes) -> OwnIn:
    """As one call pydantic would keep the interpreter, and with it the event loop, for long: rows are
    validated one by one."""
    try:
        given = orjson.loads(body)
    except orjson.JSONDecodeError:
        given = None
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


def _table_of(given: OwnIn) -> Any:
    if (given.csv is None) == (given.inputs is None):
        raise Refused("csv", Reason("table.csv_or_rows", "give either csv, or inputs and targets"))
    if given.csv is not None:
        return parse_csv(given.csv, given.name, given.target)
    return table_from_rows(given.inputs or [], given.targets or [], given.name)
