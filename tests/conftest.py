"""One server for the tests that do not stop it, and a client each."""

from collections.abc import Iterator
from time import monotonic
from typing import Any

import httpx
import pytest

from app.threads import hold_to_one

hold_to_one()  # before NumPy is imported

from engine.kernels import warm  # noqa: E402

from .serving import Running, serve  # noqa: E402


def pytest_sessionstart() -> None:
    """Compile before any test's time is counted; from the second run on it is read from disk."""

    def report(what: str, done: int, of: int) -> None:
        if monotonic() - begin > 2:
            print(f"compiling kernels, once: {done} of {of}", flush=True)

    begin = monotonic()
    warm(report)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    # Fewer frames than a person gets: pages that draw them without a graphics card would take both cores.
    with serve(
        tmp_path_factory.mktemp("data"), workers=2, max_body_bytes=300_000, frames_per_second=12
    ) as running:
        yield running


@pytest.fixture
def client(server: Running) -> Iterator[httpx.Client]:
    with server.client() as found:
        yield found
    server.rest()


@pytest.fixture
def network(client: httpx.Client) -> Iterator[dict[str, Any]]:
    made = client.post("/api/networks").json()
    yield made
    client.delete(f"/api/networks/{made['id']}")


@pytest.fixture
def url(network: dict[str, Any]) -> str:
    return f"/api/networks/{network['id']}"
