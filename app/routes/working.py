"""An update worked out line by line, made as shown, and asked about."""

from fastapi import APIRouter, Response

from ..deps import CommandsDep, LiveDep, NetworksDep
from ..schemas import (
    ApplyIn,
    ExerciseCheckIn,
    ExerciseIn,
    ExerciseOut,
    ExerciseResultOut,
    FrameOut,
    WorkedIn,
    WorkedOut,
)
from ..workers import working
from . import OF_STATE, json_response

router = APIRouter(prefix="/api/networks/{id}", tags=["looking inside"], responses=OF_STATE)


@router.post("/worked", response_model=WorkedOut)
async def worked(networks: NetworksDep, live: LiveDep, asked: WorkedIn | None = None) -> Response:
    """The next update on those samples, line by line: symbol = substitution = result, of one sample,
    one unit a layer and one number a parameter; `trace` has the whole arrays. Nothing is changed."""
    asked = asked or WorkedIn()
    return json_response(
        await networks.call(
            live, working.worked, asked.samples, asked.sample, _tuples(asked.units),
            _tuples(asked.places),
        )
    )  # fmt: skip


def _tuples(by_name: dict[str, list[int]]) -> dict[str, tuple[int, ...]]:
    return {name: tuple(index) for name, index in by_name.items()}


@router.post("/apply")
async def apply(commands: CommandsDep, live: LiveDep, asked: ApplyIn | None = None) -> FrameOut:
    """Make the very update that `trace` and `worked` show of those samples, to the bit: one step,
    outside of the epoch's own order."""
    asked = asked or ApplyIn()
    return await commands.apply(live, asked.samples, asked.step)


@router.post("/exercise", response_model=ExerciseOut)
async def exercise(
    networks: NetworksDep, live: LiveDep, asked: ExerciseIn | None = None
) -> Response:
    """Lines of the next update with numbers left out."""
    asked = asked or ExerciseIn()
    return json_response(
        await networks.call(live, working.exercise, asked.seed, asked.level, asked.solutions)
    )


@router.post("/exercise/check", response_model=ExerciseResultOut)
async def check_exercise(commands: CommandsDep, live: LiveDep, asked: ExerciseCheckIn) -> Response:
    """Right or wrong by blank; where it is wrong, the next hint: the formula, then the numbers that
    go in, then the whole substitution."""
    return json_response(await commands.check_exercise(live, asked))
