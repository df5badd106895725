"""The package as it is installed: a wheel with its static files and templates."""

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import httpx

ROOT = Path(__file__).parent.parent.parent


def test_the_wheel_serves_the_page_on_its_own(tmp_path: Path) -> None:
    built = subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path), str(ROOT)],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert built.returncode == 0, built.stdout + built.stderr
    wheel = next(tmp_path.glob("*.whl"))
    names = set(zipfile.ZipFile(wheel).namelist())
    for folder in ("static", "templates"):
        for path in (ROOT / folder).rglob("*"):
            if path.is_file():
                assert f"app/{path.relative_to(ROOT)}" in names
    for data in ("mnist.npz", "mnist.NOTICE.txt"):
        assert f"engine/datasets/{data}" in names
    assert not any(name.startswith("tests/") for name in names)
    site = tmp_path / "site"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)],
        check=True,
    )  # fmt: skip
    entry = next(site.glob("*.dist-info")) / "entry_points.txt"
    assert "glassbox = app.__main__:main" in entry.read_text()
    process = subprocess.Popen(
        [sys.executable, "-m", "app", "--no-browser", "--port", "8899", "--workers", "1", "--data-dir", str(tmp_path / "d")],
        cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(site)}, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert process.stdout
        url = next(line.split()[3] for line in process.stdout if "Glassbox is at" in line)
        page = httpx.get(url).text
        assert "<title>Glassbox" in page
        for path in re.findall(r'"/(assets/[^"]+)"', page):
            assert httpx.get(url + path).status_code == 200
        assert httpx.get(f"{url}static/js/pages/playground.js").status_code == 200
        assert httpx.post(f"{url}api/networks").status_code == 201
        digits = httpx.post(f"{url}api/networks", json={"dataset": {"kind": "mnist"}}, timeout=30)
        assert digits.status_code == 201
    finally:
        process.terminate()
        process.wait(15)
