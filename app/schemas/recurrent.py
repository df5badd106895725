"""Recurrent networks in numbers: unrolled in time, and what they forecast."""

from typing import Annotated, Any, Literal

from annotated_types import Interval, Len
from pydantic import ConfigDict, Field

from .base import Answer, Wire
from .inspection import RowsIn
from .worked import Index, LineOut


class CellIn(Wire):
    """One unit of a recurrent layer at one step."""

    layer: Annotated[str, Len(1, 80)]
    unit: Index = Field(
        description="[time, unit], time along the sequence; units that read from the end after the others"
    )


class UnrolledIn(RowsIn):
    """One input, raw, or one sample of the data."""

    of: Annotated[int, Interval(ge=0, le=2**31)] | None = Field(
        None,
        description="the class, or the number of the value, whose output (its weighted sum, before the "
        "activation) the gradients are of; null: they are of the loss for the sample's target, or, for an "
        "input that has none, of the class that the network gives it",
    )
    cell: CellIn | None = Field(
        None, description="whose way forward is worked out too, gate by gate, in `lines`"
    )
    brief: bool = Field(
        False,
        description="the gradients and the lines alone: x, h, c, gates and outputs, most of the bytes, are "
        "null; who watches a network over the socket has them from there",
    )


class DirectionOut(Answer):
    """One direction of one recurrent layer. Time counts along the sequence: what is read from its end
    begins at the last step. Matrices have a row a time step."""

    layer: str
    kind: str
    direction: Literal["forward", "backward"]
    truncate: int = Field(
        description="every so many steps of reading the gradient is cut; 0: never"
    )
    x: list[list[float | None]] | None = Field(description="what goes in: (time, features)")
    h: list[list[float | None]] | None = Field(description="the state: (time, units)")
    c: list[list[float | None]] | None = Field(description="the cell of an LSTM: (time, units)")
    gates: dict[str, list[list[float | None]]] | None = Field(
        description="after their activation, (time, units) each: i, f, g, o of an LSTM (Gers et al. 2000), "
        "r, z, n of a GRU (Cho et al. 2014); of a simple RNN, which has none, its weighted sum z"
    )
    grad_h: list[float | None] = Field(
        description="length of dL/dh by time step, what later steps gave back included"
    )
    grad_c: list[float | None] | None = Field(description="the same of the cell")
    grad_from: list[list[float | None]] = Field(
        description="by the step it came from: row k is the length of dL_s/dh by time step, of the loss of "
        "step s = sources[k] alone (RNNbow, Cashman et al. 2018)"
    )


class UnrolledOut(Answer):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "step": 200,
                "steps": 3,
                "of": "loss",
                "target": 1,
                "loss": 0.21,
                "losses": [0.21],
                "outputs": [[0.19, 0.81]],
                "output_steps": [2],
                "sources": [2],
                "layers": [
                    {
                        "layer": "simple_rnn_1",
                        "kind": "simple_rnn",
                        "direction": "forward",
                        "truncate": 0,
                        "x": [[0.5], [-1.0], [0.25]],
                        "h": [[0.462], [-0.635], [-0.07]],
                        "c": None,
                        "gates": {"z": [[0.5], [-0.75], [-0.07]]},
                        "grad_h": [0.06, 0.1, 0.34],
                        "grad_c": None,
                        "grad_from": [[0.06, 0.1, 0.34]],
                    }
                ],
                "lines": [],
            }
        }
    )

    step: int = Field(description="updates made so far")
    steps: int = Field(description="time steps of the sample")
    of: Literal["loss", "output"] = Field(description="what the gradients, its `L`, are of")
    target: Any = Field(
        description="what the loss is for (at every step, -1 where nothing is asked), or the output's number"
    )
    loss: float | None
    losses: list[float | None] | None = Field(
        description="each output's share of the loss; null where nothing is asked there"
    )
    outputs: list[list[float | None]] | None = Field(
        description="a row at each of `output_steps`, as the network gives them"
    )
    output_steps: list[int] = Field(description="every step, or the last alone")
    sources: list[int] = Field(
        description="the steps that grad_from has a row for: every step that has an output, or some of "
        "them, evenly spaced, where more would be too much work"
    )
    layers: list[DirectionOut] = Field(description="from the input up, forward before backward")
    lines: list[LineOut] = Field(
        description="of the cell asked about, as `worked` has them: symbol, term and value"
    )


class ErrorsOut(Answer):
    """In the series' own units; null where no true value is known."""

    count: int = Field(description="values compared")
    mse: float | None
    rmse: float | None
    persistence_mse: float | None
    persistence_rmse: float | None
    relative: float | None = Field(
        description="1 - mse / persistence_mse: above 0 it beats repeating the last value"
    )


class CourseOut(Answer):
    """One value a place of the series, from `first` on, in its own units."""

    first: int = Field(description="the place in the series of the first value")
    forecast: list[float | None]
    persistence: list[float | None] = Field(
        description='"as now": the last value that was known when the forecast was made'
    )
    truth: list[float | None] = Field(description="null beyond the end of the series")


class FreeCourseOut(CourseOut):
    fed_back_from: int = Field(
        description="from this place on a window holds forecasts; before it, known values alone"
    )
    errors: ErrorsOut


class ForecastOut(Answer):
    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "step": 200,
                "window": 24,
                "horizon": 1,
                "length": 309,
                "test_first": 236,
                "test_last": 308,
                "direct": {
                    "first": 236,
                    "forecast": [81.2, 60.5],
                    "persistence": [83.3, 75.1],
                    "truth": [75.1, 63.0],
                },
                "errors": {
                    "count": 2,
                    "mse": 21.7,
                    "rmse": 4.66,
                    "persistence_mse": 106.8,
                    "persistence_rmse": 10.3,
                    "relative": 0.797,
                },
                "free": {
                    "first": 236,
                    "forecast": [81.2, 66.0],
                    "persistence": [83.3, 83.3],
                    "truth": [75.1, 63.0],
                    "fed_back_from": 237,
                    "errors": {
                        "count": 2,
                        "mse": 23.1,
                        "rmse": 4.81,
                        "persistence_mse": 239.7,
                        "persistence_rmse": 15.5,
                        "relative": 0.904,
                    },
                },
            }
        }
    )

    step: int = Field(description="updates made so far")
    window: int = Field(description="values that a forecast is made from")
    horizon: int = Field(
        description="how many places after its window's last value a forecast stands"
    )
    length: int = Field(description="values of the series")
    test_first: int | None = Field(
        description="the first place that a forecast of the test part is for; null without a test part"
    )
    test_last: int | None
    direct: CourseOut = Field(
        description="every value forecast from the true values that end `horizon` before it: over the test "
        "part, or `ahead` values where `from` is a place"
    )
    errors: ErrorsOut | None = Field(description="of direct forecasts, over the whole test part")
    free: FreeCourseOut = Field(
        description="nothing but what comes before `first` is known: from then on the network's own "
        "forecasts stand in for the values, also beyond the end"
    )


__all__ = ["DirectionOut", "ErrorsOut", "ForecastOut", "FreeCourseOut", "UnrolledIn", "UnrolledOut"]
