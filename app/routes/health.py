"""Is it alive, is it ready."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from ..deps import NetworksDep
from . import PROBLEMS

router = APIRouter(tags=["the server"], responses=PROBLEMS)


class Health(BaseModel):
    status: str
    reason: str | None = None


@router.get("/healthz")
async def healthz() -> Health:
    """The process answers; nothing else is asked."""
    return Health(status="ok")


@router.get("/readyz", responses={503: {"model": Health, "description": "not ready, and why"}})
async def readyz(networks: NetworksDep, response: Response) -> Health:
    """Every training process shows that it lives, saving works, and the server is not stopping."""
    reason = None
    if networks.draining:
        reason = "the server is stopping"
    elif not any(worker.ready for worker in networks.workers):
        reason = "no training process is up yet"
    elif not all(worker.shows_life for worker in networks.workers):
        reason = "a training process gives no sign of life; it is being replaced"
    elif not networks.store.path.parent.is_dir():
        reason = "the data folder is gone; networks go on in memory"
    elif networks.keeper.fails:
        reason = f"networks cannot be saved: {networks.keeper.fails}"
    if reason is not None:
        response.status_code = 503
        return Health(status="not ready", reason=reason)
    return Health(status="ready")
