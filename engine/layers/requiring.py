"""What a layer asks of the shape that reaches it."""

from ..errors import Reason, Refused
from .base import Shape, spelled


def require_image(kind: str, shape: Shape) -> tuple[int, int, int]:
    """Raises: Refused"""
    if len(shape) != 3:
        raise Refused(
            "",
            Reason(
                "layers.takes_images",
                "a {kind} layer takes images (height x width x channels), not shape {shape}; use it on "
                "image data, before flatten",
                kind=kind,
                shape=spelled(shape),
            ),
        )
    return shape[0], shape[1], shape[2]


def require_sequence(kind: str, shape: Shape) -> tuple[int, int]:
    """Raises: Refused"""
    if len(shape) == 1:
        raise Refused(
            "",
            Reason(
                "layers.takes_sequences_not_rows",
                "a {kind} layer takes sequences (time x features), not shape {shape}; use sequence "
                "data, or put an embedding before it for text; after a layer that ends the sequence "
                "set return_sequences",
                kind=kind,
                shape=spelled(shape),
            ),
        )
    if len(shape) != 2:
        raise Refused(
            "",
            Reason(
                "layers.takes_sequences",
                "a {kind} layer takes sequences (time x features), not shape {shape}; use sequence data",
                kind=kind,
                shape=spelled(shape),
            ),
        )
    return shape[0], shape[1]
