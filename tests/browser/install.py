"""Have a Chromium for the tests: the machine's own, Debian's package, or playwright's download."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.browser.chromium import NAMES


def main() -> int:
    if any(map(shutil.which, NAMES)):
        return 0
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"] if shutil.which("sudo") else None
    if shutil.which("apt-get") and sudo is not None:
        print("Installing Chromium from Debian's packages, once", flush=True)
        _quietly(*sudo, "apt-get", "update", "-qq")
        for package in NAMES[:2]:  # the shell where the distribution has it
            done = _quietly(*sudo, "apt-get", "install", "-y", "-qq", package)
            if done and shutil.which(package):
                return 0
    print("Installing Chromium by playwright, once", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], check=False
    ).returncode


def _quietly(*command: str) -> bool:
    """Run a command without a word; whether it went well."""
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    silent = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.run(command, check=False, env=environment, **silent).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
