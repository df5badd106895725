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
]


def launch(playwright: Any) -> Any:
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    arguments = [*FLAGS, "--no-sandbox"] if root else FLAGS
    return playwright.chromium.launch(executable_path=found, args=arguments)
