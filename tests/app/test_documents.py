"""The README says what is true: its code runs, its commands and links exist."""

import re
from pathlib import Path

from tests.data import FILLED
from tests.js_types import TARGET, written

ROOT = Path(__file__).parent.parent.parent
README = (ROOT / "README.md").read_text()


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", README, re.S)


def test_the_first_screen_has_the_two_commands() -> None:
    first = "\n".join(README.splitlines()[:20])
    assert "make run" in first
    assert "make test" in first
    assert "pip install --require-hashes -r requirements.lock" in first


def test_ten_lines_of_httpx_build_train_and_stream(server, capsys) -> None:
    code = next(block for block in blocks() if "httpx" in block)
    assert len([line for line in code.splitlines() if line and "import" not in line]) <= 10
    compiled = compile(code.replace("http://127.0.0.1:8000", server.url), "README", "exec")
    run(compiled)
    out = capsys.readouterr().out
    assert out.startswith("500 ")
    assert "data: {" in out


def test_five_lines_train_without_the_server(capsys) -> None:
    code = next(block for block in blocks() if "from engine" in block)
    assert len([line for line in code.splitlines() if line]) <= 5
    run(compile(code, "README", "exec"))
    assert "test_accuracy" in capsys.readouterr().out


def run(compiled) -> None:
    names: dict[str, object] = {}
    eval(compiled, names)


def test_links_and_pictures_exist() -> None:
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", README):
        assert (ROOT / path).exists(), path


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for text in (README, (ROOT / "CONTRIBUTING.md").read_text()):
        for target in re.findall(r"make ([a-z]+)", text):
            assert re.search(rf"^{target}:", makefile, re.M), target


def test_what_the_readme_lists_is_what_the_catalog_has(client) -> None:
    catalog = client.get("/api/catalog").json()
    table = README[README.index("## What it covers") : README.index("Numbers are checked")]
    for key in ("activations", "losses"):
        for entry in catalog[key]:
            assert entry["name"] in table
    for entry in catalog["presets"]:
        assert f"`{entry['name']}`" in table
    for entry in catalog["datasets"]:
        if entry["name"] in FILLED and not entry["name"].startswith("article"):
            assert entry["name"] in table, entry["name"]


def test_the_ci_runs_make_test() -> None:
    assert "make test" in (ROOT / ".ci" / "run").read_text()


def test_the_pages_types_are_those_of_the_present_api() -> None:
    assert TARGET.read_text(encoding="utf-8") == written(), "make types writes them anew"
