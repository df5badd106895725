"""A file becomes a network: read in a worker, its spec validated here, made like any other."""

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from .registry import Networks
from .schemas import SPEC, ImportedOut, NoteOut, spec_to_json
from .workers import carrying
from .workers.carrying import Language


async def bring(
    networks: Networks, visitor: str, body: bytes, like: str | None, language: Language
) -> ImportedOut:
    """Raises: NotFound, Refused, TooMany; then nothing has been made"""
    other = None if like is None else await networks.get(like)
    spec_of_other = None if other is None else spec_to_json(other.spec)
    brought = await networks.anywhere(
        visitor, carrying.read, body, spec_of_other, other.name if other else "", language
    )
    try:
        spec = SPEC.validate_python(brought.spec).to_engine()
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    tables = await networks.tables_for(spec)
    checkpoint, notes = await networks.anywhere(
        visitor, carrying.fitted, brought, spec, tables, language
    )
    network = await networks.create(spec, visitor, checkpoint)
    return ImportedOut(network=network, notes=[NoteOut(**one) for one in notes])
