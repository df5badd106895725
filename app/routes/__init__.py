"""One router a noun; handlers translate, `Networks` decides."""

from typing import Any

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
