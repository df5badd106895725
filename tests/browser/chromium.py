"""A Chromium for the tests: the system's, or the one playwright installed."""

import os
import shutil
from typing import Any

# Without the network flags Chromium looks up its maker's hosts at every start.
FLAGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # A microphone that beeps, and whoever asks may hear it.
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    # Nothing leaves the machine, whatever a page asks for.
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
]


# The shell first: the same engine without a window's compositing, and half the work.
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")


ROOTED = [*FLAGS, "--no-sandbox"] if getattr(os, "geteuid", lambda: 1)() == 0 else FLAGS


def found(playwright: Any) -> str:
    """Where it is."""
    own = filter(None, map(shutil.which, NAMES))
    return next(own, None) or str(playwright.chromium.executable_path)


def launch(playwright: Any) -> Any:
    return playwright.chromium.launch(executable_path=found(playwright), args=ROOTED)
