"""Samples come to the page as they are drawn: few bytes at first, and any of them when it is wanted."""

import httpx
import pytest

from ..serving import Running, serve
from .conftest import Visitor
from .page import choose_data, says

MOST_BYTES = 200_000


# Of every family the kind with the most to send; Chinese with the largest of all.
@pytest.mark.parametrize(
    ("kind", "language"),
    [
        *((kind, "en-US") for kind in ("checkerboard", "breast_cancer", "digits", "shapes")),
        *((kind, "en-US") for kind in ("waveforms", "sines", "topics")),
        ("breast_cancer", "zh-CN"),
    ],
)
def test_a_load_takes_at_most_200_kilobytes(
    browser, server: Running, client: httpx.Client, kind: str, language: str
) -> None:
    made = client.post("/api/networks", json={"dataset": {"kind": kind}}).json()
    visitor = Visitor(browser, locale=language)
    received: list[int] = []
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("Network.enable")
    devtools.on("Network.loadingFinished", lambda e: received.append(e["encodedDataLength"]))
    visitor.page.goto(f"{server.url}/#network={made['id']}")
    visitor.page.wait_for_selector("body[data-ready]")
    visitor.until("s.picture || s.look?.outputs.size")
    visitor.page.wait_for_timeout(300)
    visitor.context.close()
    assert 50_000 < sum(received) <= MOST_BYTES
    assert not visitor.complaints


def chosen(visitor: Visitor, number: int) -> None:
    visitor.page.fill("#sample-number", str(number))
    visitor.page.press("#sample-number", "Enter")
    visitor.until(
        f"s.sample === {number - 1} && s.shown.includes({number - 1}) && s.look?.sample === {number - 1}"
    )


def test_any_sample_comes_when_it_is_chosen(server, client, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "digits")
    data = client.get(f"/api/networks/{visitor.state('network.id')}/dataset").json()
    tests = data["test_samples"]
    here = "Object.keys(s.dataset.inputs).length + Object.keys(s.dataset.test_inputs).length"
    assert visitor.until(here) == 50
    says(page, "#sample-count", f"{data['samples'] + tests:,}")
    # The page of the gallery that begins in the test part and ends in the training part.
    chosen(visitor, tests - 2)
    visitor.until("s.shown.every((i) => s.dataset.test_inputs[i] ?? s.dataset.inputs[i - s.dataset.test_inputs.length])")  # fmt: skip
    first = tests - tests % 50 + 49 - tests
    assert visitor.state(f"dataset.inputs[{first}]") == data["inputs"][first]
    assert visitor.state(f"dataset.test_inputs[{tests - 1}]") == data["test_inputs"][-1]
    assert visitor.until(here) <= 100
    assert visitor.state("dataset.targets") == data["targets"]
    # All samples are counted, whatever is here.
    assert sum(map(sum, visitor.until("s.look.confusion")["test"])) == tests


def test_a_line_of_text_comes_with_what_it_asks(server, client, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "topics")
    chosen(visitor, 1500)
    data = client.get(f"/api/networks/{visitor.state('network.id')}/dataset").json()
    place = 1499 - data["test_samples"]
    visitor.until(f"s.dataset.inputs[{place}]")
    assert visitor.state(f"dataset.targets[{place}]") == data["targets"][place]
    page.wait_for_function("(n) => document.querySelectorAll('#sample-text [data-at]').length === n", arg=32)  # fmt: skip


def test_what_does_not_come_is_said_and_asked_for_again(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "digits")
    page.route("**/dataset?*first=*", lambda route: route.abort())
    page.fill("#sample-number", "301")
    page.press("#sample-number", "Enter")
    page.wait_for_selector("#banner.bad:visible")
    visitor.complaints.clear()  # the browser logs the answer that did not come
    page.unroute("**/dataset?*first=*")
    page.click("#sample-after")
    visitor.until("s.dataset.test_inputs[300] && s.dataset.test_inputs[301]")


def test_a_table_too_large_for_one_answer_is_there_to_its_last_row(browser, tmp_path) -> None:
    rows = [[(i * 7 + c * 3) % 10 for c in range(64)] for i in range(6_500)]
    with serve(tmp_path, workers=1) as server, httpx.Client(base_url=server.url) as client:
        own = client.post("/api/datasets", json={"inputs": rows, "targets": [0, 1] * 3_250})
        url = "/api/networks"
        made = client.post(url, json={"dataset": own.json()["dataset"]}, timeout=60).json()
        visitor = Visitor(browser)
        visitor.page.goto(f"{server.url}/#network={made['id']}")
        visitor.page.wait_for_selector("body[data-ready]")
        visitor.until("s.picture && s.dataset?.kind === 'own'", 40)
        count = visitor.state("dataset.samples")
        assert visitor.page.evaluate("Object.keys(glassbox.store.state.dataset.inputs).length") == count  # fmt: skip
        assert visitor.state("picture.train.length") % count == 0
        last = client.get(f"{url}/{made['id']}/dataset?first={count - 1}").json()["inputs"][0]
        assert visitor.state(f"dataset.inputs[{count - 1}]") == last
        visitor.context.close()
    assert not visitor.complaints
