"""A link as a picture that a phone reads."""

from io import BytesIO
from typing import Annotated

import segno
from fastapi import APIRouter, Query, Response

from engine.errors import Reason, Refused

from . import PROBLEMS

router = APIRouter(prefix="/api", tags=["sharing"])

SVG = "image/svg+xml"


@router.get(
    "/qr",
    response_class=Response,
    responses={**PROBLEMS, 200: {"content": {SVG: {"schema": {"type": "string"}}}}},
)
def get_qr(
    text: Annotated[str, Query(min_length=1, max_length=2000, description="a link, say")],
) -> Response:
    """A text as a QR code (ISO/IEC 18004), black on white, as SVG."""
    try:
        code = segno.make_qr(text, error="l", boost_error=True)
    except (segno.DataOverflowError, ValueError) as error:
        raise Refused(
            "text", Reason("qr_too_long", "the text is too long for a QR code; make it shorter")
        ) from error
    picture = BytesIO()
    code.save(picture, kind="svg", border=3, light="#fff", svgclass=None, lineclass=None)
    return Response(picture.getvalue(), media_type=SVG)
