"""Requests without end: headers, halves, and readers that read nothing."""

import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.serving import Running, serve, wait_for


def connected(server: Running, sent: bytes = b"", receive_buffer: int = 0) -> socket.socket:
    found = socket.socket()
    if receive_buffer:
        found.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    found.settimeout(20)
    found.connect(("127.0.0.1", server.port))
    found.sendall(sent)
    return found


def head(server: Running, path: str, *lines: str) -> bytes:
    host = f"Host: 127.0.0.1:{server.port}"
    return "\r\n".join([f"GET {path} HTTP/1.1", host, *lines, "", ""]).encode()


def is_cut(connection: socket.socket) -> bool:
    try:
        return connection.recv(65_536) == b""
    except ConnectionError:
        return True


def test_S12_headers_without_end_are_cut_off(server: Running) -> None:
    with connected(server, b"GET / HTTP/1.1\r\nx: ") as connection:
        sent = 0
        try:
            while sent < 100_000_000:
                connection.sendall(b"a" * 65_536)
                sent += 65_536
        except ConnectionError:
            pass
        assert sent < 20_000_000  # what buffers on the way take in is not the server's
    with connected(server, head(server, "/healthz", "x: " + "a" * 60_000)) as connection:
        assert b" 200 " in connection.recv(1000)


@pytest.mark.parametrize(
    "half", [b"", b"GET / HT", b"POST /api/networks HTTP/1.1\r\nHost: 127.0.0.1\r\n"],
    ids=["nothing", "a line", "headers"],
)  # fmt: skip
def test_S12_half_a_request_ends(tmp_path: Path, half: bytes) -> None:
    with serve(tmp_path, request_timeout_s=0.5) as server, connected(server, half) as connection:
        begin = time.monotonic()
        assert is_cut(connection)
        assert time.monotonic() - begin < 10


def test_S12_half_a_body_ends_with_a_sentence(tmp_path: Path) -> None:
    with serve(tmp_path, request_timeout_s=0.5) as server:
        request = head(
            server, "/api/networks", "Content-Type: application/json", "Content-Length: 20"
        )
        with connected(server, request.replace(b"GET", b"POST") + b'{"l') as connection:
            answer = b""
            while part := connection.recv(65_536):
                answer += part
            assert b" 408 " in answer
            assert b"did not come to its end" in answer


@pytest.mark.parametrize("kind", ["stream", "socket"])
def test_R08_readers_that_read_nothing_are_cut(tmp_path: Path, kind: str) -> None:
    upgrade = [
        "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ]  # fmt: skip
    with serve(tmp_path, send_timeout_s=1) as server, server.client() as client:
        spec = {"layers": [{"units": 150}, {"units": 150}]}
        id = client.post("/api/networks", json=spec).json()["id"]
        client.post(f"/api/networks/{id}/play")
        path = f"/api/networks/{id}/{kind}"
        request = head(server, path, *(upgrade if kind == "socket" else ()))
        stalled = [connected(server, request, receive_buffer=4096) for _ in range(20)]
        live = server.networks.live[id]
        wait_for(lambda: len(live.channel.watchers) == 20)
        wait_for(lambda: not live.channel.watchers, 30)
        assert server.networks.clients == 0
        with client.stream("GET", f"/api/networks/{id}/stream?limit=2") as reader:
            assert sum(line.startswith("event: frame") for line in reader.iter_lines()) == 2
        for connection in stalled:
            connection.close()


def test_R23_too_many_connections_are_told_so(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("app.server.most_connections", lambda workers: 4)
    with serve(tmp_path) as server, server.client() as first:
        assert first.get("/healthz").status_code == 200
        waiting = [connected(server) for _ in range(4)]
        assert first.get("/healthz").status_code == 200  # who was here is served on
        refused = httpx.get(f"{server.url}/healthz")
        assert refused.status_code == 503
        assert "too many connections" in refused.json()["detail"]
        for connection in waiting:
            connection.close()
        assert wait_for(lambda: httpx.get(f"{server.url}/healthz").status_code == 200)


@pytest.mark.parametrize("mark", ["0:²", "0:-1", "0:x", "²", "0:٣", ":", "0:" + "9" * 70])
def test_S11_a_mark_that_is_none_is_no_error(client: httpx.Client, url: str, mark: str) -> None:
    headers = {"last-event-id": mark.encode()}
    with client.stream("GET", f"{url}/stream?limit=1", headers=headers) as answer:
        assert answer.status_code == 200
        answer.read()
