"""Networks as files: code, weights, notebooks out; files of ours and of other libraries in."""

from typing import Annotated, Any, get_args

from fastapi import APIRouter, Query, Request, Response

from ..deps import LiveDep, NetworksDep, SomeVisitor
from ..importing import bring
from ..schemas import ImportedOut, NoteOut
from ..workers import carrying
from ..workers.carrying import Format, Language
from . import OF_NETWORK, OF_STATE, TENSORS

router = APIRouter(prefix="/api/networks", tags=["files"])

# What a file ends with, and its media type.
ENDINGS: dict[Format, tuple[str, str]] = {
    "json": ("json", "application/json"),
    "safetensors": ("safetensors", TENSORS),
    "numpy": ("py", "text/x-python"),
    "pytorch": ("py", "text/x-python"),
    "keras": ("py", "text/x-python"),
    "onnx": ("onnx", TENSORS),
    "ipynb": ("ipynb", "application/x-ipynb+json"),
}
assert tuple(ENDINGS) == get_args(Format)
Of = Annotated[
    Format,
    Query(
        description="numpy, pytorch, keras: a script that makes the run once more and prints its losses; "
        "ipynb: the first of them as a notebook; json, safetensors: all there is, to be taken in again; "
        "onnx: the network with its weights of now"
    ),
]
In = Annotated[Language, Query(description="of comments and notes")]
FILE: Any = {"schema": {"type": "string", "format": "binary"}}
BODY: Any = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": {"type": "object"}},
            TENSORS: FILE,
        },
    }
}


@router.get(
    "/{id}/export",
    response_class=Response,
    responses={
        **OF_STATE,
        200: {
            "content": {
                media: {"schema": {"type": "object"}} if "json" in media else FILE
                for _, media in ENDINGS.values()
            },
            "headers": {
                "X-Glassbox-Notes": {
                    "description": "codes of what this form says otherwise, see export/notes",
                    "schema": {"type": "string"},
                }
            },
        },
    },
)
async def get_export(
    networks: NetworksDep,
    live: LiveDep,
    format: Of,
    language: In = "en",
    updates: Annotated[int, Query(ge=1, le=100_000, description="that a script makes")] = 100,
) -> Response:
    """This run to take along: as code that prints the same losses, as a file, as a notebook."""
    found = await networks.call(live, carrying.export, format, language, updates)
    notes = await networks.call(live, carrying.lacking, format, language)
    ending, media = ENDINGS[format]
    name = f"glassbox_{live.spec.dataset.kind}{'_' + format if ending == 'py' else ''}.{ending}"
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "X-Glassbox-Notes": ", ".join(note["code"] for note in notes),
    }
    return Response(found, media_type=media, headers=headers)


@router.get("/{id}/export/notes", responses=OF_STATE)
async def get_export_notes(
    networks: NetworksDep, live: LiveDep, format: Of, language: In = "en"
) -> list[NoteOut]:
    """What that form of this run says otherwise or not at all; its first lines say the same."""
    found = await networks.call(live, carrying.lacking, format, language)
    return [NoteOut(**one) for one in found]


@router.post("/import", status_code=201, responses=OF_NETWORK, openapi_extra=BODY)
async def import_network(
    request: Request,
    response: Response,
    networks: NetworksDep,
    visitor: SomeVisitor,
    like: Annotated[
        str | None,
        Query(
            max_length=64,
            description="a network whose data, loss and optimizer a file without is given",
        ),
    ] = None,
    language: In = "en",
) -> ImportedOut:
    """Make a network of a file: what the export as JSON, safetensors or ONNX gave; an ONNX file of layers
    there are here, or a `state_dict` of PyTorch or Keras as safetensors, with `like` or in JSON as {"spec": ..,
    "file": base64}. What of it could not be taken is said; what is refused makes nothing."""
    made = await bring(networks, visitor, await request.body(), like, language)
    response.headers["Location"] = f"/api/networks/{made.network.id}"
    return made
