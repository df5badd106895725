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


def launch(playwright: Any) -> Any:
    found = next(filter(None, map(shutil.which, NAMES)), None)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = [*FLAGS, "--no-sandbox"] if root else FLAGS
    return playwright.chromium.launch(executable_path=found, args=arguments)
