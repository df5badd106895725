"""What padding adds around an image, as code says it."""

from .run import Part

Padding = tuple[tuple[int, int], tuple[int, int]]


def padding_of(part: Part) -> Padding:
    """((top, bottom), (left, right)) of a convolution or a pool."""
    _, (top, left), (bottom, right) = part.layer.geometry(part.shape)
    return (top, bottom), (left, right)
