"""The pages. Everything on them is served from here."""

from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from .. import __version__
from ..settings import web_root

router = APIRouter(include_in_schema=False)


@cache
def _templates() -> Jinja2Templates:
    return Jinja2Templates(web_root() / "templates")


@router.get("/")
async def playground(request: Request) -> HTMLResponse:
    return _templates().TemplateResponse(request, "playground.html", {"version": __version__})


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    return _templates().TemplateResponse(request, "docs.html", {"version": __version__})
