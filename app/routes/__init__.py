"""One router a noun; handlers translate, `Networks` decides."""

from typing import Annotated, Any

from fastapi import Query, Response

from ..schemas import ProblemOut


def described(description: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
    return {
        "description": description,
        "model": ProblemOut,
        "content": {"application/problem+json": {"schema": schema}},
    }


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: described("not readable, or a foreign Host"),
    403: described("asked by a page of another site"),
    413: described("larger than a limit"),
    415: described("not JSON"),
    422: described("a field is wrong; `errors` names it"),
    429: described("a limit of this server is reached"),
    503: described("a training process is being replaced"),
}
OF_NETWORK = {**PROBLEMS, 404: described("no such network")}
OF_STATE = {**OF_NETWORK, 409: described("the network's state does not allow it")}

TENSORS = "application/octet-stream"  # safetensors have no registered type

First = Annotated[int, Query(ge=0, le=10**9, description="the first sample wanted, of either part")]
Count = Annotated[
    int | None, Query(ge=1, le=10**9, description="at most so many samples of either part")
]


def json_response(encoded: bytes) -> Response:
    """What a worker has encoded: a million numbers would stop the event loop for a second. The
    declared models say what is in it."""
    return Response(encoded, media_type="application/json")
