"""Have a Chromium for the tests: the machine's own, Debian's package, or playwright's download."""

import os
import shutil
import subprocess
import sys


def main() -> int:
    if shutil.which("chromium") or shutil.which("chromium-browser"):
        return 0
    if shutil.which("apt-get"):
        sudo = [] if os.geteuid() == 0 else ["sudo", "-n"] if shutil.which("sudo") else None
        if sudo is not None:
            print("Installing Chromium from Debian's packages, once", flush=True)
            quiet = {
                "stdout": subprocess.DEVNULL,
                "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            }
            subprocess.run([*sudo, "apt-get", "update", "-qq"], check=False, **quiet)  # type: ignore[call-overload]
            done = subprocess.run(
                [*sudo, "apt-get", "install", "-y", "-qq", "chromium"], check=False, **quiet
            )  # type: ignore[call-overload]
            if done.returncode == 0 and shutil.which("chromium"):
                return 0
    print("Installing Chromium by playwright, once", flush=True)
    return subprocess.run(
        [sys.executable, "-m", "playwright", "install", "chromium"], check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
