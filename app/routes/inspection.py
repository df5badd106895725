"""Looking inside. Nothing here touches the state of training, but for setting weights."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from ..deps import LiveDep, NetworksDep, SettingsDep
from ..errors import Unprocessable
from ..networks import Networks
from ..schemas import (
    BoundaryOut,
    FrameOut,
    GradientsOut,
    LayerActivationsOut,
    Number,
    OutputsOut,
    RowsIn,
    SamplesIn,
)
from ..settings import Settings
from . import OF_NETWORK

router = APIRouter(prefix="/api/networks/{id}", tags=["looking inside"], responses=OF_NETWORK)

Nested = Number | list[Number] | list[list[Number]] | list[list[list[list[Number]]]]


@router.get("/weights")
async def get_weights(networks: NetworksDep, live: LiveDep) -> dict[str, Any]:
    """Every parameter by name, weights as (inputs, units)."""
    return await networks.call(live, "weights")


@router.put("/weights")
async def put_weights(networks: NetworksDep, live: LiveDep, values: dict[str, Nested]) -> FrameOut:
    """Set some of them; all or none."""
    return await networks.set_weights(live, values)


@router.post("/predict")
async def predict(
    networks: NetworksDep, settings: SettingsDep, live: LiveDep, rows: RowsIn
) -> OutputsOut:
    """The outputs for raw inputs; scaling and features are done here."""
    outputs = await _on_rows(networks, settings, live, "predict", rows)
    return OutputsOut(outputs=outputs)


@router.post("/activations")
async def activations(
    networks: NetworksDep, settings: SettingsDep, live: LiveDep, rows: RowsIn
) -> dict[str, LayerActivationsOut]:
    """Every layer's weighted sums z and activations a for raw inputs."""
    return await _on_rows(networks, settings, live, "activations", rows)


async def _on_rows(
    networks: Networks, settings: Settings, live: LiveDep, name: str, rows: RowsIn
) -> Any:
    limit = settings.max_predict_rows
    if len(rows.inputs) > limit:
        raise Unprocessable(
            f"{len(rows.inputs)} rows, at most {limit}",
            field="inputs",
            limit="max_predict_rows",
            value=limit,
        )
    if not rows.inputs:
        raise Unprocessable("give at least one row", field="inputs")
    try:
        return await networks.call(live, name, rows.inputs)
    except ValueError as error:
        raise Unprocessable(str(error), field="inputs") from error


@router.get("/boundary")
async def boundary(
    networks: NetworksDep,
    settings: SettingsDep,
    live: LiveDep,
    resolution: Annotated[int, Query(ge=2, le=100_000)] = 100,
) -> BoundaryOut:
    """The outputs over the drawn plane (or curve), on a grid of that many points a side."""
    limit = settings.max_resolution
    if resolution > limit:
        raise Unprocessable(
            f"at most {limit} points a side",
            field="resolution",
            limit="max_resolution",
            value=limit,
        )
    return BoundaryOut(**await networks.call(live, "boundary", resolution))


@router.post("/gradients")
async def gradients(
    networks: NetworksDep, live: LiveDep, chosen: SamplesIn | None = None
) -> GradientsOut:
    """The loss and its gradient by parameter, on those training samples or on all."""
    try:
        return GradientsOut(
            **await networks.call(live, "gradients", chosen.samples if chosen else None)
        )
    except ValueError as error:
        raise Unprocessable(str(error), field="samples") from error
