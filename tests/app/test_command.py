"""The `glassbox` command."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from app.__main__ import listen, main


def start(tmp_path: Path, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "app", "--no-browser", "--workers", "1", "--data-dir", str(tmp_path), *options],
        stdout=subprocess.PIPE, text=True,
    )  # fmt: skip


def test_help_explains_every_option(capsys) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    text = capsys.readouterr().out
    for option in ("--host", "--port", "--workers", "--data-dir", "--no-browser"):
        assert option in text


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.com"])
def test_only_loopback_is_served(host, capsys) -> None:
    assert main(["--host", host]) == 2
    assert "not a loopback address" in capsys.readouterr().err


def test_bad_settings_are_said(capsys) -> None:
    assert main(["--workers", "0"]) == 2
    assert "workers" in capsys.readouterr().err


def test_a_taken_port_gives_the_next_free_one(capsys) -> None:
    with listen("127.0.0.1", 0) as first:
        port = first.getsockname()[1]
        with listen("127.0.0.1", port) as second:
            assert second.getsockname()[1] > port
    assert f"Port {port} is taken" in capsys.readouterr().out


def test_the_command_serves_and_stops_cleanly(tmp_path: Path) -> None:
    process = start(tmp_path, "--port", "8765")
    assert process.stdout
    for line in process.stdout:
        if "Glassbox is at" in line:
            url = line.split()[3]
            break
    assert httpx.get(f"{url}healthz").status_code == 200
    page = httpx.get(url).text
    assert "<title>Glassbox" in page
    begin = time.monotonic()
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) in (0, -signal.SIGTERM)
    assert time.monotonic() - begin < 8


def test_a_broken_data_folder_is_a_sentence_not_a_traceback(tmp_path: Path) -> None:
    (tmp_path / "glassbox.sqlite").write_bytes(b"x" * 5000)
    done = subprocess.run(
        [sys.executable, "-m", "app", "--no-browser", "--data-dir", str(tmp_path)],
        check=False, capture_output=True, text=True, timeout=90, env={**os.environ, "GLASSBOX_PORT": "0"},
    )  # fmt: skip
    assert done.returncode == 2
    assert "move the file away" in done.stderr
    assert "Traceback" not in done.stderr
