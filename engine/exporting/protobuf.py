"""The little of protocol buffers that an ONNX file is made of: fields of numbers, of bytes, of messages.

Wire format: a key (field number << 3 | wire type), then a varint (type 0), eight bytes (1), a length and so
many bytes (2), or four bytes (5) (protobuf.dev, Encoding).
"""

import struct
from collections.abc import Iterable, Iterator

from ..errors import Reason, Refused

# Shapes and small tables; large tensors come as raw bytes.
MOST_PACKED = 100_000
DAMAGED = Reason("import.damaged", "the file is damaged, or no ONNX file")


def varint(n: int) -> bytes:
    """n: from 0 up, or negative in two's complement of 64 bits"""
    n &= (1 << 64) - 1
    out = bytearray()
    while n > 127:
        out.append(n & 127 | 128)
        n >>= 7
    out.append(n)
    return bytes(out)


def number(field: int, value: int) -> bytes:
    return varint(field << 3) + varint(value)


def text(field: int, value: str | bytes) -> bytes:
    """Also a message, which is its bytes."""
    data = value.encode() if isinstance(value, str) else value
    return varint(field << 3 | 2) + varint(len(data)) + data


def single(field: int, value: float) -> bytes:
    """A float of 32 bits."""
    return varint(field << 3 | 5) + struct.pack("<f", value)


def numbers(field: int, values: Iterable[int]) -> bytes:
    return b"".join(number(field, value) for value in values)


Value = int | float | memoryview


class Reading:
    """Messages are read one after another, and no more fields of all of them than `left`: a file of a few
    megabytes could hold millions."""

    def __init__(self, left: int = 200_000) -> None:
        self.left = left

    def fields(self, data: memoryview) -> Iterator[tuple[int, Value]]:
        """The number and the value of every field of a message; messages and texts come as bytes.

        Raises: Refused, where it says more than is there
        """
        place = 0

        def read_varint() -> int:
            nonlocal place
            value = shift = 0
            while True:
                if place >= len(data) or shift > 63:
                    raise Refused("file", DAMAGED)
                byte = data[place]
                place += 1
                value |= (byte & 127) << shift
                if byte < 128:
                    return value & ((1 << 64) - 1)
                shift += 7

        while place < len(data):
            key = read_varint()
            kind = key & 7
            self.left -= 1
            if self.left < 0 or key < 8:  # no field has the number 0
                raise Refused("file", DAMAGED)
            if kind == 0:
                value: Value = read_varint()
                yield key >> 3, value - (1 << 64) if value >> 63 else value
                continue
            size = read_varint() if kind == 2 else {1: 8, 5: 4}.get(kind, -1)
            if size < 0 or place + size > len(data):
                raise Refused("file", DAMAGED)
            part = data[place : place + size]
            place += size
            yield key >> 3, struct.unpack("<f", part)[0] if kind == 5 else part


def varints(part: memoryview) -> list[int]:
    """Packed numbers.  Raises: Refused"""
    if len(part) > MOST_PACKED:
        raise Refused("file", DAMAGED)
    found, value, shift = [], 0, 0
    for byte in part:
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            value &= (1 << 64) - 1
            found.append(value - (1 << 64) if value >> 63 else value)
            value = shift = 0
        elif shift > 63:
            raise Refused("file", DAMAGED)
    return found
