"""The pages. Everything on them is served from here."""

from functools import cache

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from fastapi.templating import Jinja2Templates

from .. import __version__
from ..pages import PAGES, Page, modules_of
from ..settings import web_root

router = APIRouter(include_in_schema=False)


@cache
def _templates() -> Jinja2Templates:
    return Jinja2Templates(web_root() / "templates")


def _add(page: Page) -> None:
    async def show(request: Request) -> HTMLResponse:
        shown = {
            "version": __version__,
            "script": page.script,
            "modules": modules_of(page.script),
            "title": page.title,
        }
        return _templates().TemplateResponse(request, page.template, shown)

    router.add_api_route(page.path, show, methods=["GET"], response_class=HTMLResponse)


for _page in PAGES:
    _add(_page)
