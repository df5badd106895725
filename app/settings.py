"""Every limit, rate, path and address, each with its unit and a default that suits a laptop.

Set by environment variables with the prefix GLASSBOX_ or by the command's options.
"""

import os
import re
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def half_of_memory() -> int:
    """Bytes."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") // 2
    except (AttributeError, ValueError, OSError):
        return 4_000_000_000


_ORIGIN = re.compile(r"https?:/{2}[A-Za-z0-9.*-]+(:[0-9]{1,5})?")


def _frame_ancestors(embed: str) -> str:
    """Raises: ValueError, where a part is no origin"""
    for part in embed.split():
        if part != "*" and not _ORIGIN.fullmatch(part):
            raise ValueError(f"{part} is no origin (a scheme and a host), and not *")
    return " ".join(embed.split())


def _default_data_dir() -> Path:
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(base) / "glassbox"


def web_root() -> Path:
    """Where `static` and `templates` are: beside the package in a checkout, inside it in a wheel."""
    inside = Path(__file__).parent
    return inside if (inside / "static").is_dir() else inside.parent


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_prefix="GLASSBOX_", extra="ignore")

    host: str = Field("127.0.0.1", description="address to listen on; loopback only")
    port: int = Field(8000, ge=0, le=65535, description="port; the next free one if taken")
    workers: int = Field(
        max(1, min(8, (os.cpu_count() or 2) - 1)), ge=1, le=64, description="training processes"
    )
    data_dir: Path = Field(
        default_factory=_default_data_dir, description="networks and datasets are kept here"
    )
    embed: Annotated[str, AfterValidator(_frame_ancestors)] = Field(
        "", description="sites that may show the page in a frame: origins with spaces between, or *"
    )

    max_body_bytes: int = Field(4_000_000, description="of one request: data of one's own")
    max_table_bytes: int = Field(16_000_000, description="of a table as a file")
    max_zip_bytes: int = Field(16_000_000, description="of a request with pictures in an archive")
    max_unpacked_bytes: int = Field(
        32_000_000, description="of the pictures in an archive, or a workbook's parts, together"
    )
    max_picture_pixels: int = Field(
        4_000_000, description="of one picture, before it is made small"
    )
    max_pictures_pixels: int = Field(250_000_000, description="of all pictures of an archive")
    max_import_bytes: int = Field(16_000_000, description="of a network that comes as a file")
    max_numbers_bytes: int = Field(1_000_000, description="of weights, or of inputs to predict")
    max_spec_bytes: int = Field(262_144, description="of a network's spec, or of a change to it")
    max_command_bytes: int = Field(65_536, description="of any other request")
    request_timeout_s: float = Field(30.0, description="a request must be whole by then")
    max_header_bytes: int = Field(65_536, description="of one request's line and headers")
    max_message_bytes: int = Field(65_536, description="of one message from a socket's client")
    max_networks: int = Field(300, description="alive at once, of all visitors")
    max_memory_bytes: int = Field(
        default_factory=half_of_memory, description="that networks alive take, of all visitors"
    )
    max_kept_networks: int = Field(
        5000, description="kept on the disk; beyond it, those unused longest go to the trash"
    )
    max_trash: int = Field(1000, description="networks in the trash; beyond it the oldest are gone")
    max_kept_bytes: int = Field(4_000_000_000, description="on the disk, of all visitors")
    max_visitor_bytes: int = Field(500_000_000, description="on the disk, of one visitor")
    max_datasets: int = Field(200, description="uploaded and kept, of all visitors")
    max_visitor_datasets: int = Field(100, description="uploaded and kept, of one visitor")
    max_steps_per_call: int = Field(100_000, description="of one train request")
    max_replay_steps: int = Field(
        1_000_000, description="made once more to reach one of a run's past"
    )
    max_predict_rows: int = Field(10_000, description="of one predict or activations request")
    max_resolution: int = Field(512, description="of one boundary request, points a side")
    max_jobs: int = Field(32, description="under way or waiting at once, of all visitors")
    max_ended_jobs: int = Field(64, description="that ended and can still be read")
    keep_jobs_s: float = Field(600.0, description="an ended job can be read so long")
    max_look_bytes: int = Field(64_000_000, description="large looks of all clients at once")
    max_stream_clients: int = Field(400, description="streams and sockets open at once")

    frames_per_second: float = Field(40.0, description="most frames a second to one client")
    total_frames_per_second: float = Field(900.0, description="most frames a second to all clients")
    slice_s: float = Field(0.016, description="training between two commands of a worker")
    unwatched_s: float = Field(
        30.0, description="what a page started pauses when nobody has watched it for so long"
    )
    send_timeout_s: float = Field(
        20.0, description="a client that takes nothing for so long is dropped"
    )
    checkpoint_every_s: float = Field(5.0, description="so much training a crash may cost")
    idle_unload_s: float = Field(
        1800.0, description="unwatched, paused networks leave memory after this"
    )
    worker_timeout_s: float = Field(
        30.0, description="a worker that answers a call no sooner is replaced"
    )
    worker_silence_s: float = Field(
        5.0, description="a worker without a sign of life for so long is replaced"
    )
