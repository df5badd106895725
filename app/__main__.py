"""The `glassbox` command.

Heavy imports stand inside functions: worker processes import this module again.
"""

import argparse
import errno
import logging
import os
import socket
import subprocess
import sys
import webbrowser
from pathlib import Path
from typing import Any

SEND_BUFFER_BYTES = 65_536


def main(arguments: list[str] | None = None) -> int:
    """Run the server; returns the exit code: 0 stopped on request, 2 cannot start."""
    from .guard import is_loopback
    from .settings import Settings

    options = _options(arguments)
    given = {name: value for name, value in vars(options).items() if value is not None}
    given.pop("no_browser", None)
    try:
        settings = Settings(**given)
    except ValueError as error:
        print(f"glassbox: {error}", file=sys.stderr)
        return 2
    host = settings.host if ":" not in settings.host else f"[{settings.host}]"
    if not is_loopback(host):
        print(
            f"glassbox: {settings.host} is not a loopback address. Anyone on the network could then "
            "drive this server; it listens on 127.0.0.1 or ::1 only.",
            file=sys.stderr,
        )
        return 2
    try:
        listener = listen(settings.host, settings.port)
    except OSError as error:
        print(f"glassbox: cannot listen on {settings.host}: {error.strerror}", file=sys.stderr)
        return 2
    _warm()
    return _serve(settings, listener, browser=not options.no_browser)


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "glassbox", description="A visual playground for deep learning: the server and its page."
    )
    parser.add_argument("--host", help="address to listen on, loopback only (127.0.0.1)")
    parser.add_argument("--port", type=int, help="port (8000); the next free one if it is taken")
    parser.add_argument(
        "--workers", type=int, help="training processes (cores less one, at most 8)"
    )
    parser.add_argument(
        "--data-dir", type=Path, help="folder for networks and datasets (~/.local/share/glassbox)"
    )
    parser.add_argument(
        "--embed", help="sites whose pages may show the playground in a frame: origins, or *"
    )
    parser.add_argument("--no-browser", action="store_true", help="do not open the page")
    return parser.parse_args(arguments)


def listen(host: str, port: int, tries: int = 50) -> socket.socket:
    """A listening socket on that port or the next free one.

    Raises: OSError
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    for candidate in range(port, min(port + tries, 65536)):
        listener = socket.socket(family, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, candidate))
        except OSError as error:
            listener.close()
            if error.errno != errno.EADDRINUSE or candidate == port + tries - 1:
                raise
            continue
        # Small, and those who are accepted have it from here: what a client doesn't read then shows.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)
        listener.listen(512)
        if candidate != port:
            print(f"Port {port} is taken, using {candidate}.")
        return listener
    raise OSError(errno.EADDRINUSE, "no free port")


def _warm() -> None:
    """Compile the kernels before the workers need them, in a process that then goes away."""
    if _is_cold():
        subprocess.run([sys.executable, "-m", "engine.kernels"], check=True)


def _is_cold() -> bool:
    from engine.kernels import cache_folder

    return len(list(cache_folder().rglob("mlp.train_*.nbc"))) < 2


def _serve(settings: Any, listener: socket.socket, browser: bool) -> int:
    from .main import create_app
    from .opening import CannotOpen, Hold
    from .server import Server
    from .store import Store

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        hold = Hold(settings.data_dir)
    except CannotOpen as error:
        print(f"glassbox: {error}", file=sys.stderr)
        return 2
    try:
        Store(settings.data_dir).close()
    except CannotOpen as error:
        print(f"glassbox: {error}", file=sys.stderr)
        hold.let_go()
        return 2
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}/"
    hold.say(url)
    app = create_app(settings)
    app.state.hold = hold
    server = Server(app, lambda: _announce(url, browser))
    server.run(sockets=[listener])
    hold.let_go()
    return 0 if server.started else 1


def _announce(url: str, browser: bool) -> None:
    print(f"Glassbox is at {url}  (stop with Ctrl+C)", flush=True)
    if browser and (sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY")):
        webbrowser.open(url)


if __name__ == "__main__":
    sys.exit(main())
