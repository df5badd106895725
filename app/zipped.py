"""Pictures in a ZIP archive: each file with its class, read within bounds and without trust. Nothing is
written to a disk, and no name of a file is taken for a path."""

import re
import zlib
from dataclasses import dataclass
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from engine.datasets.base import MAX_SAMPLES
from engine.datasets.pictures import MAX_LABEL
from engine.errors import Reason, Refused

PLACE = "zip"
# How every entry's line in the archive's directory begins.
ENTRY = b"PK\x01\x02"
ENCRYPTED, UTF8 = 0x1, 0x800
# What a system puts beside one's own files.
NOISE = re.compile(r"(^|/)(__MACOSX/|\.|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
OUTSIDE = re.compile(r"^[/\\]|^[A-Za-z]:|(^|[/\\])\.\.([/\\]|$)")
# A name up to its first digit, underscore or hyphen: cat_01.png, cat-2.jpg, cat3.webp.
PREFIX = re.compile(r"[^0-9_.-]*")


@dataclass(frozen=True, slots=True)
class Packed:
    """One picture as it lay in the archive: `label` is its class, `data` the file."""

    name: str
    label: str
    data: bytes


def pictures_in(archive: bytes, most_bytes: int) -> list[Packed]:
    """All of them, in the archive's order. A class is a folder's name; where all lie in one folder, or
    in none, it is the beginning of the file's name.

    Args:
        most_bytes: that the files may have together, unpacked

    Raises: Refused
    """
    _check_entries(archive.count(ENTRY))
    try:
        with ZipFile(BytesIO(archive)) as opened:
            found = [(_name_of(info), info) for info in opened.infolist() if not info.is_dir()]
            chosen = [(name, info) for name, info in found if not NOISE.search(name)]
            labels = _labels([name for name, _ in chosen])
            left, packed = most_bytes, list[Packed]()
            for (name, info), label in zip(chosen, labels, strict=True):
                data = _read(opened, name, info, left)
                if len(data) > left:
                    _refuse_size(most_bytes)
                left -= len(data)
                packed.append(Packed(name, label, data))
    except (BadZipFile, EOFError, NotImplementedError, OSError, ValueError, zlib.error) as error:
        if isinstance(error, Refused):
            raise
        raise Refused(
            PLACE,
            Reason(
                "pictures.no_zip", "this is no readable ZIP archive; pack the pictures once more"
            ),
        ) from error
    if not packed:
        raise Refused(
            PLACE,
            Reason(
                "pictures.empty_zip",
                "there are no pictures in the archive; put PNG, JPEG or WebP files into it",
            ),
        )
    return packed


def _check_entries(entries: int) -> None:
    """Before the directory is read: of a million entries Python would make a million objects.

    Raises: Refused
    """
    if entries > MAX_SAMPLES:
        raise Refused(
            PLACE,
            Reason(
                "pictures.too_many_files",
                "{files} files in the archive, at most {most} (limit: max_samples)",
                files=entries,
            ),
            limit="max_samples",
            value=MAX_SAMPLES,
        )


def _name_of(info: ZipInfo) -> str:
    """Raises: Refused, where it leads out of the archive"""
    name = info.orig_filename
    if not info.flag_bits & UTF8:
        # Some systems write UTF-8 without saying so.
        try:
            name = name.encode("cp437").decode("utf-8")
        except UnicodeError:
            pass
    if OUTSIDE.search(name) or "\0" in name:
        raise Refused(
            PLACE,
            Reason(
                "pictures.path",
                "{file} leads out of the archive; pack the folders themselves",
                file=name[:80],
            ),
        )
    return name.replace("\\", "/")


def _labels(names: list[str]) -> list[str]:
    """Raises: Refused"""
    folders = [name.rpartition("/")[0] for name in names]
    told_by_folder = len(set(folders)) > 1
    found: list[str] = []
    for name, path in zip(names, folders, strict=True):
        folder, match = path.rpartition("/")[2].strip(), PREFIX.match(name.rpartition("/")[2])
        beginning = match[0].strip() if match else ""
        found.append((folder or beginning) if told_by_folder else (beginning or folder))
        if not 1 <= len(found[-1]) <= MAX_LABEL:
            raise Refused(
                PLACE,
                Reason(
                    "pictures.no_class",
                    "{file} has no class: put it into a folder with the name of its class, or let its name "
                    "begin with it, as cat_01.png does",
                    file=name[:80],
                ),
            )
    return found


def _read(archive: ZipFile, name: str, info: ZipInfo, left: int) -> bytes:
    """No more than one byte beyond what is left, whatever the directory says of its size.

    Raises: Refused
    """
    if info.flag_bits & ENCRYPTED:
        raise Refused(
            PLACE,
            Reason(
                "pictures.encrypted",
                "{file} is encrypted; pack the pictures without a password",
                file=name[:80],
            ),
        )
    if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise Refused(
            PLACE,
            Reason(
                "pictures.compression",
                "{file} is packed in an unusual way; pack it as an ordinary ZIP archive",
                file=name[:80],
            ),
        )
    with archive.open(info) as file:
        return file.read(left + 1)


def _refuse_size(most: int) -> None:
    """Raises: Refused, always"""
    raise Refused(
        PLACE,
        Reason(
            "pictures.unpacked_too_large",
            "the archive is larger than {most} bytes when it is unpacked (limit: max_unpacked_bytes)",
        ),
        limit="max_unpacked_bytes",
        value=most,
    )
