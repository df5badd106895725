"""The API and its own description agree, whatever is sent. Line S27."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.serving import Running, serve

HERE = Path(__file__).parent
# What `make test` draws an operation. `make attack` draws 200 and tries every edge of every setting, which
# is some 9 000 requests: by hand, before a release.
EXAMPLES = 10


def attacked(
    server: Running, folder: Path, examples: int, *options: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [
            sys.executable, "-m", "schemathesis.cli", "--no-color", "--config-file", str(HERE / "schemathesis.toml"),
            "run", f"{server.url}/openapi.json", "--checks", "all", "--max-examples", str(examples),
            "--exclude-path-regex", "/stream$", "--request-timeout", "20",
            "--suppress-health-check", "all", "--warnings", "off",
            *options,
        ],
        capture_output=True, text=True, check=False, cwd=folder,
    )  # fmt: skip


@pytest.mark.timeout(300)
def test_S27_every_operation_keeps_to_the_document(tmp_path: Path) -> None:
    with serve(tmp_path, workers=1) as server:
        done = attacked(
            server, tmp_path, EXAMPLES, "--generation-deterministic", "--phases", "fuzzing"
        )
    assert done.returncode == 0, "\n".join(
        line[:300] for line in (done.stdout + done.stderr).splitlines()
    )[-5000:]


def refs(value: Any) -> set[str]:
    if isinstance(value, dict):
        here = {value["$ref"]} if isinstance(value.get("$ref"), str) else set()
        return here.union(*map(refs, value.values()))
    return set().union(*map(refs, value)) if isinstance(value, list) else set()


def test_S27_the_document_names_nothing_that_is_not_in_it(client: httpx.Client) -> None:
    document = client.get("/openapi.json").json()
    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert refs(document) <= known
    assert "#/components/schemas/OwnIn" in refs(document)


def test_S27_a_method_that_is_not_there_is_told_those_that_are(
    client: httpx.Client, url: str
) -> None:
    document = client.get("/openapi.json").json()
    for template, operations in document["paths"].items():
        path = re.sub(r"\{id\}", url.rsplit("/", 1)[-1], template)
        answer = client.request("OPTIONS", re.sub(r"\{[^}]+\}", "x", path))
        assert answer.status_code == 405
        allowed = set(answer.headers["allow"].split(", "))
        assert allowed == {method.upper() for method in operations}, template


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/play", {"steps_per_second": True}), ("POST", "/play", {"steps_per_second": "5"}),
        ("POST", "/train", {"steps": True}), ("POST", "/train", {"steps": "5"}),
        ("PATCH", "", {"batch_size": True}), ("PATCH", "", {"layers": [{"units": "8"}]}),
        ("PATCH", "", {"dataset": {"noise": False}}), ("PATCH", "", {"optimizer": {"learning_rate": "0.1"}}),
        ("PATCH", "", {"layers": [{"trainable": 1}]}), ("POST", "/predict", {"inputs": [[True, 0]]}),
        ("PUT", "/weights", {"output.bias": [True, 0, 0]}), ("POST", "/reset", {"seed": False}),
        ("POST", "/gradients", {"samples": [True]}), ("POST", "/generate", {"length": "5"}),
        ("POST", "/play", {"keep": "no"}), ("POST", "/play", {"until": {"epochs": True}}),
        ("POST", "/play", {"until": {"loss": "0.1"}}),
    ],
)  # fmt: skip
def test_S11_truth_and_words_are_no_numbers(
    client: httpx.Client, url: str, method: str, path: str, body: dict[str, Any]
) -> None:
    answer = client.request(method, url + path, json=body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


@pytest.mark.parametrize("units", [8, 8.0])
def test_S11_a_whole_number_may_be_written_with_a_point(
    client: httpx.Client, url: str, units: float
) -> None:
    assert client.patch(url, json={"layers": [{"units": units}]}).status_code == 200


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder, serve(Path(folder), workers=1) as server:
        done = attacked(server, Path(folder), 200, "--phases", "coverage,fuzzing")
        print(done.stdout, done.stderr)
        sys.exit(done.returncode)
