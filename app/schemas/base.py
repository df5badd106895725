"""What all models share: what comes in refuses, what goes out can always be written."""

from typing import Any

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler
from pydantic_core import core_schema

from .strict import strict_schema


class Wire(BaseModel):
    """Refuses what it does not know, and numbers that are not finite."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        return strict_schema(source, handler)


class Answer(BaseModel):
    """What the server says; declared, so that a NaN can never become a 500."""

    model_config = ConfigDict(ser_json_inf_nan="null")


class ProblemOut(BaseModel):
    """RFC 9457. `errors` names the fields, `limit` the setting that was passed."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[dict[str, Any]] | None = None
    limit: str | None = None
    value: float | None = None
