"""Nobody but this machine's own pages and programs drives the server."""

import json

import pytest
import websockets
from starlette.routing import Mount, Route, WebSocketRoute

from app.guard import is_loopback, same_origin
from tests.serving import complete

FOREIGN_HOSTS = [
    "evil.example", "127.0.0.1.evil.com", "localhost@evil", "", "localhost.", "2130706433", "a/b?c#d",
    "[::2]", "localhost:99999", "0.0.0.0", "evil@127.0.0.1",
]  # fmt: skip
FOREIGN_ORIGINS = [
    "http://evil.example", "null", "http://127.0.0.1:1", "https://{host}", "http://x:notaport", "not-a-url",
    "http://{host}.evil.com", "http://{host}/x",
]  # fmt: skip


def routes(app):
    """Every path of the app, those inside included routers too."""
    found = []

    def walk(entries, prefix=""):
        for route in entries:
            if isinstance(route, Route | WebSocketRoute) or hasattr(route, "path"):
                if isinstance(route, Mount):
                    continue
                found.append((prefix + route.path, route))
            for attribute in ("original_router", "router"):
                inner = getattr(route, attribute, None)
                if inner is not None and hasattr(inner, "routes"):
                    walk(inner.routes, prefix)

    walk(app.routes)
    return found


def test_the_walk_finds_the_routes(server) -> None:
    paths = {path for path, _ in routes(server.app)}
    assert {"/api/networks/{id}/socket", "/api/networks/{id}/train", "/", "/healthz"} <= paths


def test_whatever_takes_inputs_takes_as_many_bytes_of_them(server, client) -> None:
    """A route of its own limit is easily forgotten: a picture in colour is larger than a command."""
    document = server.app.openapi()
    schemas = document["components"]["schemas"]
    taking = []
    for path, operations in document["paths"].items():
        content = operations.get("post", {}).get("requestBody", {}).get("content", {})
        said = json.dumps(content.get("application/json", {}).get("schema", {}))
        names = [name for name in schemas if f'schemas/{name}"' in said]
        if any(
            {"inputs", "scaled"} <= schemas[name].get("properties", {}).keys() for name in names
        ):
            taking.append(path)
    assert any(path.endswith("/saliency") for path in taking)
    large = b'{"inputs": [' + b" " * 280_000 + b"]}"  # this server takes 300 kB
    headers = {"content-type": "application/json"}
    for path in taking:
        answer = client.post(path.replace("{id}", "none"), content=large, headers=headers)
        assert answer.status_code in (404, 422), (path, answer.text[:200])


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
def test_a_foreign_host_is_refused_everywhere_and_changes_nothing(server, client, host) -> None:
    before = client.get("/api/networks").json()
    for path, route in routes(server.app):
        for method in getattr(route, "methods", None) or ():
            response = client.request(
                method, path.replace("{", "").replace("}", ""), headers={"host": host}
            )
            assert response.status_code in (400, 403), (method, path, response.status_code)
    assert client.get("/api/networks").json() == before


@pytest.mark.parametrize(
    "host", ["LOCALHOST", "localhost:{port}", "127.0.0.1:{port}", "[::1]:{port}", "127.0.0.1"]
)
def test_names_of_this_machine_are_served(server, client, host) -> None:
    assert (
        client.get("/healthz", headers={"host": host.format(port=server.port)}).status_code == 200
    )


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_may_not_change_anything(server, client, origin) -> None:
    origin = origin.format(host=f"127.0.0.1:{server.port}")
    response = client.post("/api/networks", headers={"origin": origin})
    assert response.status_code == 403
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_pages_of_other_sites_may_not_change_anything(client, site) -> None:
    assert client.post("/api/networks", headers={"sec-fetch-site": site}).status_code == 403


@pytest.mark.parametrize("site", ["same-origin", "none"])
def test_ones_own_page_may(server, client, site) -> None:
    headers = {"sec-fetch-site": site, "origin": server.url}
    assert client.post("/api/networks", headers=headers).status_code == 201


async def _handshake(server, id: str, **headers: str) -> int:
    try:
        async with websockets.connect(
            f"ws://127.0.0.1:{server.port}/api/networks/{id}/socket",
            additional_headers=headers,
            proxy=None,
        ):
            return 101
    except websockets.InvalidStatus as error:
        return error.response.status_code


@pytest.mark.parametrize("origin", FOREIGN_ORIGINS)
def test_a_foreign_origin_opens_no_socket(server, network, origin) -> None:
    origin = origin.format(host=f"127.0.0.1:{server.port}")
    assert complete(_handshake(server, network["id"], Origin=origin)) == 403


def test_ones_own_origin_or_none_opens_a_socket(server, network) -> None:
    assert complete(_handshake(server, network["id"], Origin=server.url)) == 101
    assert complete(_handshake(server, network["id"])) == 101


def test_loopback_is_told_from_what_looks_like_it() -> None:
    assert is_loopback("127.9.9.9:80")
    assert not is_loopback("::1")
    assert not same_origin("http://[", "localhost")


def test_every_answer_has_its_headers(client, url) -> None:
    for path in (
        "/",
        "/docs",
        "/api/catalog",
        url,
        "/static/js/pages/playground.js",
        "/nope",
        "/static/nope",
        "/openapi.json",
    ):
        headers = client.get(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "*" not in policy
        assert headers["content-type"]


@pytest.mark.parametrize(
    "path",
    ["../pyproject.toml", "%2e%2e/pyproject.toml", "..%2fpyproject.toml", "%5c%5chost", "C:%5cx", "/etc/passwd",
     "x%00y", "a" * 5000, "js/../../pyproject.toml"],
)  # fmt: skip
def test_static_files_only_come_from_their_folder(client, path) -> None:
    response = client.get(f"/static/{path}")
    assert response.status_code == 404
    assert "glassbox-playground" not in response.text


def test_reading_changes_nothing(client, url) -> None:
    client.post(f"{url}/train", json={"steps": 5})
    before = (
        client.get(url).json(),
        client.get(f"{url}/weights").json(),
        client.get("/api/networks").json(),
    )
    for path in ("", "/weights", "/history", "/dataset", "/boundary?resolution=5"):
        for method in ("GET", "HEAD", "OPTIONS"):
            client.request(method, url + path)
    assert (
        client.get(url).json(),
        client.get(f"{url}/weights").json(),
        client.get("/api/networks").json(),
    ) == before
