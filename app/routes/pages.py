"""The pages and their files. Everything on them is served from here."""

from fastapi import APIRouter, Request, Response

from engine.errors import Reason

from ..assets import FOR_GOOD
from ..deps import SiteDep
from ..errors import NotFound
from ..pages import PAGES, Page

router = APIRouter(include_in_schema=False)


def _add(page: Page) -> None:
    async def show(request: Request, site: SiteDep) -> Response:
        return site.page(page).answer(request)

    router.add_api_route(page.path, show, methods=["GET"])


for _page in PAGES:
    _add(_page)


@router.get("/assets/{digest}/{name}")
async def get_asset(request: Request, site: SiteDep) -> Response:
    """A file by its hash, which never changes: nobody has to ask for it again."""
    kept = site.asset(request.url.path)
    if kept is None:
        raise NotFound(Reason("no_such_file", "no page has this file; reload the page"))
    return kept.answer(request, FOR_GOOD)
