"""Optimizers on surfaces in two variables: the engine's own, where every step can be seen."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Response

from engine.descent import SURFACES

from ..deps import KnownVisitor, NetworksDep
from ..schemas import (
    DescentIn,
    DescentOut,
    DescentStepIn,
    DescentStepOut,
    SurfaceOut,
    SurfaceValuesOut,
    ValuesIn,
)
from ..workers import descending
from . import PROBLEMS, json_response

router = APIRouter(prefix="/api", tags=["descent"], responses=PROBLEMS)

RACE: Any = {
    "momentum in a ravine": {
        "value": {
            "surface": "ravine",
            "steps": 200,
            "optimizers": [
                {"kind": "sgd", "learning_rate": 0.3},
                {"kind": "sgd", "learning_rate": 0.3, "momentum": 0.8},
            ],
        }
    },
    "a formula of one's own": {
        "value": {
            "surface": {"formula": "x^2 + 3 sin(y)^2", "low": [-4, -4], "high": [4, 4]},
            "start": [3, 1.2],
            "optimizers": [{"kind": "adam", "learning_rate": 0.1}],
            "noise": 0.5,
        }
    },
}
STEP: Any = {
    "the first step of Adam": {
        "value": {
            "surface": "rosenbrock",
            "optimizer": {"kind": "adam", "learning_rate": 0.01},
            "step": 0,
        }
    }
}
VALUES: Any = {"a known one": {"value": {"surface": "himmelblau", "resolution": 41}}}


@router.get("/surfaces", response_model=list[SurfaceOut])
async def list_surfaces(networks: NetworksDep, visitor: KnownVisitor) -> Response:
    """The known surfaces."""
    return json_response(
        await networks.anywhere(visitor or "", descending.all_of, list(SURFACES.values()))
    )


@router.post("/surfaces/values", response_model=SurfaceValuesOut)
async def surface_values(
    networks: NetworksDep,
    visitor: KnownVisitor,
    asked: Annotated[ValuesIn | None, Body(openapi_examples=VALUES)] = None,
) -> Response:
    """The values of a surface on a grid between its corners."""
    asked = asked or ValuesIn()
    return json_response(
        await networks.anywhere(
            visitor or "", descending.values, asked.surface.surface(), asked.resolution
        )
    )


@router.post("/descent", response_model=DescentOut)
async def descent(
    networks: NetworksDep,
    visitor: KnownVisitor,
    asked: Annotated[DescentIn | None, Body(openapi_examples=RACE)] = None,
) -> Response:
    """Optimizers that race from one start: the engine's own updates, in float64, as `torch.optim` makes them."""
    asked = asked or DescentIn()
    surface = asked.surface.surface()
    return json_response(
        await networks.anywhere(
            visitor or "", descending.raced, surface, asked.begin(surface), asked.optimizers, asked.steps,
            asked.noise, asked.seed, asked.slots,
        )
    )  # fmt: skip


@router.post("/descent/step", response_model=DescentStepOut)
async def descent_step(
    networks: NetworksDep,
    visitor: KnownVisitor,
    asked: Annotated[DescentStepIn | None, Body(openapi_examples=STEP)] = None,
) -> Response:
    """One update of one optimizer, line by line: gradient, what it keeps, corrections, the step."""
    asked = asked or DescentStepIn()
    surface = asked.surface.surface()
    return json_response(
        await networks.anywhere(
            visitor or "", descending.step, surface, asked.begin(surface), asked.optimizer, asked.step,
            asked.noise, asked.seed,
        )
    )  # fmt: skip
