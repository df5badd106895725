"""What all models share: what comes in refuses, what goes out can always be written."""

from typing import Any

from pydantic import BaseModel, ConfigDict, Field, GetCoreSchemaHandler
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


# What a sentence in another language needs besides its code.
Facts = dict[str, str | int | float]


class MistakeOut(BaseModel):
    """A field that is wrong."""

    field: str = Field(description="its path as it was written: layers.2.kernel_size")
    message: str = Field(description="in English")
    code: str = Field(description="stable: what is wrong with it")
    values: Facts = Field(description="what a sentence about it needs: most, least, known, ..")
    limit: float | None = Field(None, description="the bound that was passed, if it is one")


class ProblemOut(BaseModel):
    """RFC 9457. `errors` names the fields, `limit` the setting that was passed; `code` is stable and names
    the case, `values` are what a sentence about it needs, in whatever language."""

    model_config = ConfigDict(
        json_schema_extra={
            "example": {
                "type": "about:blank",
                "title": "Unprocessable Entity",
                "status": 422,
                "detail": "layer 2 (conv2d_2): a kernel of 4 is larger than its input of 4 x 3 x 8; choose "
                "kernel_size 3 or less, or padding same",
                "code": "layers.kernel_too_large",
                "values": {"size": 4, "shape": "4 x 3 x 8", "most": 3},
                "errors": [
                    {
                        "field": "layers.1.kernel_size",
                        "message": "layer 2 (conv2d_2): a kernel of 4 is larger than its input of "
                        "4 x 3 x 8; choose kernel_size 3 or less, or padding same",
                        "code": "layers.kernel_too_large",
                        "values": {"size": 4, "shape": "4 x 3 x 8", "most": 3},
                    }
                ],
            }
        }
    )

    type: str
    title: str
    status: int
    detail: str
    code: str
    values: Facts
    errors: list[MistakeOut] | None = None
    limit: str | None = None
    value: float | None = None
