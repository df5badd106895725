"""What the page asks the server for until there is a picture, and when it is opened again."""

import contextlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

from app.pages import PAGES

from ..serving import Running
from .page import says

MOST = 12


@contextlib.contextmanager
def asked(server: Running) -> Iterator[list[tuple[str, int]]]:
    """(path, status) of all that reaches the server, sockets included, by the server's own count."""
    found: list[tuple[str, int]] = []
    inner = server.app.middleware_stack

    async def counted(scope: Any, receive: Any, send: Any) -> None:
        place = len(found)
        found.append((scope["path"], 0))

        async def noted(message: Any) -> None:
            if message["type"] in ("http.response.start", "websocket.accept"):
                found[place] = (scope["path"], message.get("status", 101))
            await send(message)

        await inner(scope, receive, noted)

    server.app.middleware_stack = counted
    try:
        yield found
    finally:
        server.app.middleware_stack = inner


def kinds(found: list[tuple[str, int]]) -> Counter[str]:
    return Counter(path.rsplit("/", 1)[-1] or "page" for path, _ in found)


def test_R04_a_page_load_asks_at_most_twelve_things(server, visitor) -> None:
    with asked(server) as found:
        page = visitor.open(server.url)
        assert visitor.until("s.picture && s.weights && true")
        first = list(found)
    assert {status for _, status in first} <= {101, 200, 201}, first
    once = ["page", PAGES[0].styles[-1].rsplit("/", 1)[-1], "playground.js", "worker.js", "en.json", "catalog", "datasets", "networks", "dataset", "socket"]  # fmt: skip
    shown = kinds(first)
    shown.pop("icon.svg", None)  # a window asks for it, the shell without one does not
    assert shown == Counter(once)
    assert len(once) + 1 <= MOST
    # And what came in one piece does its work: the network plays, the worker computes.
    page.click("#play")
    visitor.until("s.frame.step > 50")
    page.click("#play")
    visitor.until("s.frame.state === 'paused'")
    assert len(visitor.page.evaluate("glassbox.boundary(9)")) == 9
    page.click("#language")
    page.wait_for_function("() => document.documentElement.lang === 'zh-Hans'")


def test_R04_a_second_visit_asks_for_no_file_again(server, visitor) -> None:
    visitor.open(server.url)
    visitor.until("s.picture && true")
    with asked(server) as found:
        visitor.page.goto("about:blank")
        visitor.open(server.url)
        visitor.until("s.picture && true")
    assert not [path for path, _ in found if path.startswith(("/assets", "/static"))], found
    assert ("/", 304) in found
    assert ("/api/catalog", 304) in found


def test_R04_a_page_whose_files_are_gone_says_so(server, visitor) -> None:
    page = visitor.open(server.url)
    page.route("**/zh.json", lambda route: route.fulfill(status=404, json={"detail": "reload the page"}))  # fmt: skip
    page.click("#language")
    page.wait_for_selector("#banner:has-text('reload the page')")
    assert page.evaluate("document.documentElement.lang") == "en"
    visitor.complaints.clear()


def test_thousands_of_drawn_points_open_and_their_link_is_said_to_be_long(
    server, client, visitor
) -> None:
    points = [[i / 1000, -i / 1000, i % 2] for i in range(2000)]
    data = {"kind": "circle", "samples": 11_000, "points": points, "erased": list(range(6000))}
    made = client.post("/api/networks", json={"dataset": data}).json()
    page = visitor.page
    page.goto(f"{server.url}/#network={made['id']}")
    page.wait_for_selector("body[data-ready]")
    visitor.until("s.dataset && s.picture", seconds=60)
    assert page.is_hidden("#banner")
    page.click("#share")
    says(page, "#share-body", "too long")
    link = page.input_value("#share-link")
    assert len(link) > 50_000
    # It is the whole experiment all the same.
    decoded = page.evaluate(
        "(text) => JSON.parse(new TextDecoder().decode(Uint8Array.from(atob(text.replace(/-/g, '+').replace(/_/g, '/')), (c) => c.charCodeAt(0))))",
        link.split("e=")[1].split("&")[0],
    )
    assert len(decoded["dataset"]["points"]) == 2000
