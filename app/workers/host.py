"""What a worker process is: it answers one call after another, shows that it lives, and ends with the
server. What it can be asked stands in `shelf`, `playing` and `looking`, whose functions are passed to
`Worker.call`."""

import os
import signal
import threading
import time
import traceback
from multiprocessing.connection import Connection
from typing import Any

from engine.kernels import warm

from ..memory import settle

BEAT_S = 0.5


def serve(calls: Connection, beats: Connection) -> None:
    """Answer what comes over `calls`, each (function, args, kwargs), with (whether it went well, the
    value or the exception, where it arose); the first answer says that it can train. None ends it, and so does the
    end of the server, however that came about."""
    # The server ends its workers itself, when it has what they know: a signal to the whole group, as
    # Ctrl+C and service managers send it, must not end them first.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    if hasattr(os, "nice"):
        os.nice(5)  # answers and pictures come before training
    threading.Thread(target=_beat, args=(beats,), daemon=True).start()
    try:
        warm(lambda *_: None)
        settle()
        calls.send((True, os.getpid(), ""))
        while (asked := calls.recv()) is not None:
            _answer(calls, *asked)
    except (EOFError, OSError):
        pass  # the server is gone


def _answer(calls: Connection, function: Any, args: Any, kwargs: Any) -> None:
    try:
        found = True, function(*args, **kwargs), ""
    except BaseException as error:
        found = False, error, traceback.format_exc()
    try:
        calls.send(found)
    except OSError:
        raise  # the server is gone
    except Exception as error:  # this answer cannot travel
        calls.send((False, RuntimeError(f"{found[1]!r:.200} cannot be sent: {error}"), found[2]))


def _beat(beats: Connection) -> None:
    """Say that the process lives, also while a long call runs; without a server it ends at once."""
    try:
        while True:
            beats.send_bytes(b".")
            time.sleep(BEAT_S)
    except OSError:
        os._exit(0)
