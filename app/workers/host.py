"""What a worker process does when it begins; what it can be asked stands in `shelf`, `playing` and
`looking`, whose functions are passed to `Worker.call`."""

import os
import signal

from engine.kernels import warm


def start() -> int:
    """Called once in a new process; returns its id when it can train."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the server ends its workers itself
    if hasattr(os, "nice"):
        os.nice(5)  # answers and pictures come before training
    warm(lambda *_: None)
    return os.getpid()
