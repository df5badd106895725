"""The clinic: networks with a fault in them, and whether one is cured."""

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from engine.clinic import CASES, check
from engine.errors import Reason

from ..deps import JobsDep, NetworksDep
from ..errors import NotFound
from ..schemas import CaseOut, ClinicCheckIn, ClinicResultOut, JobOut
from . import OF_STATE, PROBLEMS, described
from .studies import ACCEPTED, Wait, answered

router = APIRouter(prefix="/api/clinic", tags=["clinic"])

# What gives the fault away.
ANSWERS = ("explanation", "finding", "remedy")
CaseName = Annotated[str, Path(max_length=64, description="the case's name")]


@router.get("", responses=PROBLEMS)
async def get_clinic(
    answers: Annotated[bool, Query(description="with explanation, finding and remedy")] = False,
) -> list[CaseOut]:
    """Networks that ail: what is seen of each, its whole spec, the goal that a cured one reaches, and three
    hints. POST the spec to `/api/networks` to begin."""
    return [
        CaseOut.model_validate(
            {k: v for k, v in asdict(case).items() if answers or k not in ANSWERS}
        )
        for case in CASES.values()
    ]


@router.post(
    "/{case}/check",
    responses={**OF_STATE, 404: described("no such case, or no such network"), **ACCEPTED},
)
async def check_case(
    request: Request,
    response: Response,
    networks: NetworksDep,
    jobs: JobsDep,
    case: CaseName,
    asked: ClinicCheckIn,
    wait: Wait = 60,
) -> ClinicResultOut | JobOut:
    """Train that network's spec from its seed for as many updates as the goal says, on a copy, and say
    whether it is cured. Refused where it is another task than the case's, or takes too much work."""
    if case not in CASES:
        raise NotFound(
            Reason(
                "clinic.no_such_case",
                "there is no case {case}; there are {known}",
                case=case,
                known=", ".join(CASES),
            )
        )
    live = await networks.get(asked.network)
    with live.in_hand():
        job = await jobs.start(live, "clinic", check, case=case)
    return await answered(request, response, jobs, job, wait)
