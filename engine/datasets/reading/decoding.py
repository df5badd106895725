"""The bytes of a text file as text: which encoding they are in is found out, and said."""

import re
from typing import Literal

from ...errors import Reason, Refused

# What a person may choose from; the names are Python's, and IANA's.
Encoding = Literal[
    "utf-8", "utf-16", "windows-1252", "iso-8859-15", "windows-1250", "windows-1251", "gb18030",
    "big5", "shift_jis", "euc-kr",
]  # fmt: skip

# What other files begin with that are called .csv by mistake.
_OTHERS = {
    b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF", b"%PDF": "PDF", b"PK\x03\x04": "ZIP",
    b"\xd0\xcf\x11\xe0": "XLS", b"RIFF": "RIFF", b"\x1f\x8b": "gzip", b"PAR1": "Parquet",
}  # fmt: skip
_HIGH = re.compile(rb"[\x80-\xff]+")
_REPLACED = "�"


def decoded(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text without its byte-order mark, and the encoding it was in.

    Without an `encoding`: UTF-8 or, with its mark, UTF-16; what is neither was written by a program of
    an older kind, which for Chinese is GB 18030 (its bytes come in pairs) and else Windows-1252.

    Raises: Refused
    """
    _check_kind(data)
    if encoding is not None:
        return _in(data, encoding), encoding
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _in(data, "utf-16"), "utf-16"
    try:
        return data.decode("utf-8-sig"), "utf-8"
    except UnicodeDecodeError:
        pass
    if b"\0" in data:
        raise Refused("id", _not_a_text())
    pairs = [len(run[0]) % 2 == 0 for run in _HIGH.finditer(data)]
    for found in ("gb18030", "windows-1252") if all(pairs) else ("windows-1252", "gb18030"):
        try:
            return data.decode(found), found
        except UnicodeDecodeError:
            continue
    raise Refused("id", _not_a_text())


def check_whole(text: str) -> None:
    """Raises: Refused, where whoever made this text of bytes could not read one of them"""
    at = text.find(_REPLACED)
    if at >= 0:
        line = text.count("\n", 0, at) + 1
        raise Refused(
            "id",
            Reason(
                "table.replaced",
                "line {line} has characters (\ufffd) that could not be read when this text was made; "
                "give the file itself, or save it as UTF-8",
                line=line,
            ),
        )


def _in(data: bytes, encoding: str) -> str:
    try:
        return data.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeDecodeError as error:
        raise Refused(
            "encoding",
            Reason(
                "table.other_encoding",
                "the file is not {encoding}: its byte {place} does not belong there",
                encoding=encoding,
                place=error.start + 1,
            ),
        ) from error


def _check_kind(data: bytes) -> None:
    """Raises: Refused, where the file is one of a kind that holds no text"""
    found = next((name for head, name in _OTHERS.items() if data.startswith(head)), None)
    if found:
        raise Refused(
            "id",
            Reason(
                "table.other_file",
                "this is a {kind} file, not a table as text; save the table as CSV",
                kind=found,
            ),
        )


def _not_a_text() -> Reason:
    return Reason("table.not_a_text", "this is not a text; save the table as CSV in UTF-8")


__all__ = ["Encoding", "check_whole", "decoded"]
