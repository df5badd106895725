"""What can be built."""

from typing import Annotated, Any

import numpy as np
from fastapi import APIRouter, Query, Request, Response

from engine.activations import ACTIVATIONS, ActivationName
from engine.errors import Reason, Refused

from ..catalog import kept
from ..schemas import CurveOut
from . import PROBLEMS

router = APIRouter(prefix="/api", tags=["what can be built"], responses=PROBLEMS)

Bound = Annotated[float, Query(ge=-1000, le=1000, allow_inf_nan=False)]


@router.get("/catalog", response_model=dict[str, Any])
async def get_catalog(
    request: Request,
    short: Annotated[
        bool, Query(description="schemas without texts, of the spec's what stands nowhere else")
    ] = False,
) -> Response:
    """Every layer, activation, loss, optimizer, initializer, dataset and preset."""
    return kept(short).answer(request)


@router.get("/activations/{name}/curve")
async def get_curve(
    name: ActivationName,
    low: Bound = -5,
    high: Bound = 5,
    points: Annotated[int, Query(ge=2, le=2001)] = 201,
) -> CurveOut:
    """An activation's values and derivatives over a range of z."""
    if low >= high:
        raise Refused("low", Reason("low_not_below_high", "low must be below high"))
    record = ACTIVATIONS[name]
    z = np.linspace(low, high, points)
    with np.errstate(all="ignore"):
        a = record.value(z)
        return CurveOut(x=z.tolist(), y=a.tolist(), dy=record.slope(z, a).tolist())
