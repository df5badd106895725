"""Kernels are compiled once, by two processes side by side."""

import os
import subprocess
import sys
from pathlib import Path

from engine import kernels
from engine.kernels import HALVES

ROOT = Path(__file__).parents[2]


def run(cache: Path, *arguments: str) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(cache)}
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, check=True, timeout=300)


def test_both_halves_are_all_there_is_in_order() -> None:
    assert [name for half in HALVES for name in half] == list(kernels._pieces())


def test_pieces_that_are_named_are_compiled_alone(tmp_path: Path) -> None:
    run(tmp_path, "-m", "engine.kernels", "losses")
    kept = {path.name.split("-")[0] for path in tmp_path.rglob("*.nbi")}
    assert any(name.startswith("softmax.") for name in kept)
    assert not any(name.startswith(("conv", "mlp.", "descent.")) for name in kept)
    # Not all of it is there, so nobody takes it for whole.
    assert not (tmp_path / kernels.READY).exists()


def test_what_was_compiled_beside_is_only_read(tmp_path: Path) -> None:
    code = """
import engine.kernels as k
ran = []
k._pieces = lambda: {"small dense networks": lambda: ran.append("here"), "losses": lambda: ran.append("losses")}
k._begin_beside = lambda names: (ran.append(names), type("P", (), {"wait": lambda self: ran.append("waited")})())[1]
k.os.cpu_count = lambda: 2
k.cache_folder().mkdir(parents=True, exist_ok=True)
k.warm(lambda *_: None)
assert ran == [k.HALVES[1], "here", "waited", "losses"], ran
ran.clear()
k.warm(lambda *_: None)
assert ran == ["here", "losses"], ran
"""
    run(tmp_path / "cache", "-c", code)
