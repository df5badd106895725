"""One router a noun; handlers translate, `Networks` decides."""

from typing import Any

from ..schemas import ProblemOut


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": f"#/components/schemas/{ProblemOut.__name__}"}
    return {
        "description": description,
        "model": ProblemOut,
        "content": {"application/problem+json": {"schema": schema}},
    }


PROBLEMS: dict[int | str, dict[str, Any]] = {
    400: _problem("not readable, or a foreign Host"),
    403: _problem("asked by a page of another site"),
    413: _problem("larger than a limit"),
    415: _problem("not JSON"),
    422: _problem("a field is wrong; `errors` names it"),
    429: _problem("a limit of this server is reached"),
    503: _problem("a training process is being replaced"),
}
OF_NETWORK = {**PROBLEMS, 404: _problem("no such network")}
OF_STATE = {**OF_NETWORK, 409: _problem("the network's state does not allow it")}
