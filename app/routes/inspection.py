"""Looking inside. Nothing here touches the state of training, but for setting weights."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from engine.errors import Reason, Refused

from ..deps import CommandsDep, LiveDep, NetworksDep, SettingsDep
from ..errors import Conflict
from ..registry import Networks
from ..schemas import (
    BoundaryOut,
    CheckIn,
    ConfusionOut,
    DiagnosisOut,
    FlowOut,
    FrameOut,
    GradientCheckOut,
    GradientsOut,
    LayerActivationsOut,
    OutputsOut,
    RowsIn,
    SamplesIn,
    TraceOut,
    Values,
)
from ..settings import Settings
from ..workers import looking
from ..workers.messages import Asked
from . import OF_STATE, json_response

router = APIRouter(prefix="/api/networks/{id}", tags=["looking inside"], responses=OF_STATE)


@router.get("/weights", response_model=dict[str, Any], responses=OF_STATE)
async def get_weights(networks: NetworksDep, live: LiveDep, average: bool = False) -> Response:
    """Every parameter by name, weights as (inputs, units); or their moving average."""
    found = await networks.call(live, looking.weights, average)
    if found is None:
        raise Conflict(
            Reason("no_average", "no average is kept; set average to its decay first, 0.99 say")
        )
    return json_response(found)


@router.put("/weights")
async def put_weights(commands: CommandsDep, live: LiveDep, values: Values) -> FrameOut:
    """Set some of them, all or none; a null leaves its number as it is."""
    return await commands.set_weights(live, values)


@router.post("/predict", response_model=OutputsOut)
async def predict(
    networks: NetworksDep, settings: SettingsDep, live: LiveDep, rows: RowsIn
) -> Response:
    """The outputs for raw inputs, or for samples of the data by number: values in the units of the data, or
    with `scaled` inputs and values as the network has them."""
    return await _on_rows(networks, settings, live, looking.predict, rows)


@router.post("/activations", response_model=dict[str, LayerActivationsOut])
async def activations(
    networks: NetworksDep, settings: SettingsDep, live: LiveDep, rows: RowsIn
) -> Response:
    """Every layer's weighted sums z and activations a, for raw inputs or samples by number."""
    return await _on_rows(networks, settings, live, looking.activations, rows)


async def _on_rows(
    networks: Networks,
    settings: Settings,
    live: LiveDep,
    function: Callable[[str, Asked], bytes],
    rows: RowsIn,
) -> Response:
    return json_response(await networks.call(live, function, rows.asked(settings.max_predict_rows)))


@router.get("/confusion", response_model=ConfusionOut)
async def confusion(networks: NetworksDep, live: LiveDep) -> Response:
    """Which class is taken for which, on the training and the test samples."""
    return json_response(await networks.call(live, looking.confusion))


@router.get("/boundary", response_model=BoundaryOut)
async def boundary(
    networks: NetworksDep,
    settings: SettingsDep,
    live: LiveDep,
    resolution: Annotated[int, Query(ge=2, le=100_000, json_schema_extra={"maximum": 512})] = 100,
) -> Response:
    """The outputs over the drawn plane (or curve), on a grid of that many points a side."""
    limit = settings.max_resolution
    if resolution > limit:
        raise Refused(
            "resolution",
            Reason("resolution_too_large", "at most {most} points a side"),
            limit="max_resolution",
            value=limit,
        )
    return json_response(await networks.call(live, looking.boundary, resolution))


@router.post("/gradients", response_model=GradientsOut)
async def gradients(
    networks: NetworksDep, live: LiveDep, chosen: SamplesIn | None = None
) -> Response:
    """The loss and its gradient by parameter, on those training samples or on all."""
    return json_response(
        await networks.call(live, looking.gradients, chosen.samples if chosen else None)
    )


@router.post("/check-gradient", response_model=GradientCheckOut)
async def check_gradient(
    networks: NetworksDep, live: LiveDep, chosen: CheckIn | None = None
) -> Response:
    """Backpropagation against central differences, in float64 on a copy of the live weights.

    On the first 8 training samples unless `samples` says otherwise, penalties left out, layers as
    in the next update (batch norm on the batch, one dropout mask). Errors are relative to the
    largest gradient of the parameter, or to 1e-4 of the loss where that is more. `at` names the very
    numbers to check.
    """
    chosen = chosen or CheckIn()
    return json_response(
        await networks.call(
            live,
            looking.check_gradient,
            chosen.samples,
            chosen.numbers,
            {name: tuple(index) for name, index in chosen.at.items()} if chosen.at else None,
        )
    )


@router.post("/trace", response_model=TraceOut)
async def trace(networks: NetworksDep, live: LiveDep, chosen: SamplesIn | None = None) -> Response:
    """One whole update in numbers, in order, nothing changed: what training would do next with
    those training samples as its batch (sample 0 unless named)."""
    return json_response(
        await networks.call(live, looking.trace, chosen.samples if chosen else None)
    )


@router.get("/diagnosis", response_model=DiagnosisOut)
async def diagnosis(networks: NetworksDep, live: LiveDep) -> Response:
    """What ails the network, each with the figure that says so and the changes that help; no findings:
    it is healthy.

    Causes come before signs. Gradients, units and curvature are measured now, on up to 64 training samples;
    plateau and overfitting are read off the run so far. A remedy is sent to PATCH as it is, and followed by
    a reset where it says so.
    """
    return json_response(await networks.call(live, looking.diagnosis))


@router.get("/flow", response_model=FlowOut)
async def flow(
    networks: NetworksDep,
    live: LiveDep,
    after: Annotated[int, Query(ge=-1, le=2**53)] = -1,
    bins: Annotated[int, Query(ge=0, le=200)] = 0,
) -> Response:
    """How the gradient, the update and their share of the weights went layer by layer, at steps kept of
    the run after `after`, and in the update that comes next: made once more on a copy, so that what is
    measured is what was. With `bins` how weights, gradients and activations are spread now.

    Of a large network fewer steps are looked at.
    """
    return json_response(await networks.call(live, looking.flow, after, bins))
