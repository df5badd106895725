"""The tab that asks about one answer: a point clicked, a sample shown, by pointer and by keys."""

import pytest

from .page import choose_data

TAB = "#of-ask"


def opened(visitor, server) -> str:
    page = visitor.open(server.url)
    page.click(TAB)
    page.wait_for_selector("#ask [data-worst]")
    page.evaluate("window.glassbox.session.step({ steps: 200 })")
    page.wait_for_function("() => window.glassbox.store.state.frame?.step === 200")
    return f"/api/networks/{page.evaluate('window.glassbox.session.id')}"


def pulled(page) -> list[int]:
    page.wait_for_selector("#ask [data-sample]")
    found = page.evaluate(
        "[...document.querySelectorAll('#ask [data-sample]')].map((one) => Number(one.dataset.sample))"
    )
    return [int(n) for n in found]


def test_a_point_that_is_clicked_is_asked_about(visitor, server, client) -> None:
    url = opened(visitor, server)
    page = visitor.page
    box = page.locator("#plane").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.95, box["y"] + box["height"] * 0.1)
    page.wait_for_selector("#ask [data-sample]")
    assert page.inner_text("#ask .ask-head p").startswith("About the point")
    at = page.evaluate("window.glassbox.store.state.probePinned")
    asked = {"inputs": [[at["u"], at["v"]]], "scaled": True}
    told = client.post(f"{url}/influence", json=asked).json()
    assert pulled(page) == [pull["sample"] for pull in told["pulls"]]
    page.wait_for_function("() => window.glassbox.store.state.pulls?.length === 12")
    page.hover("#ask [data-sample]")
    page.wait_for_function("() => window.glassbox.store.state.pulls?.length === 1")
    # Another class to compare with is another question.
    page.select_option("#ask [data-name=target]", "2")
    page.wait_for_function(
        "() => /for C/.test(document.querySelector('#ask .ask-part p').textContent)"
    )
    other = client.post(f"{url}/influence", json={**asked, "target": 2}).json()
    assert pulled(page) == [pull["sample"] for pull in other["pulls"]]
    page.click("#of-activations")
    page.wait_for_function("() => window.glassbox.store.state.pulls === null")


def test_the_worst_samples_lead_to_themselves_by_keys(visitor, server, client) -> None:
    url = opened(visitor, server)
    page = visitor.page
    worst = client.get(f"{url}/worst", params={"part": "test"}).json()["worst"][0]["sample"]
    page.wait_for_function(
        "(n) => Number(document.querySelector('#ask [data-worst]').dataset.worst) === n", arg=worst
    )
    page.focus("#ask [data-worst]")
    page.keyboard.press("Enter")
    page.wait_for_selector("#ask [data-sample]")
    assert page.inner_text("#ask .ask-head p").startswith(f"About test sample {worst + 1}")


@pytest.mark.parametrize("kind", ["digits", "waveforms", "sine", "wine", "zen"])
def test_every_kind_of_data_can_be_asked_about(visitor, server, kind) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, kind)
    page.click(TAB)
    page.wait_for_selector("#ask [data-worst]")
    if kind in ("sine", "wine"):
        page.click("#plane", position={"x": 150, "y": 100})
    assert len(pulled(page)) == 12
    visitor.page.click("#language")
    page.wait_for_function(
        "() => [...document.querySelectorAll('#ask h3')].some((one) => one.textContent === '回答')"
    )


def test_what_excites_a_unit_of_a_text_stands_side_by_side(visitor, server) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "zen")
    visitor.until("s.look?.outputs.size")
    page.hover("#chain canvas.map >> nth=2")
    page.wait_for_selector("#hover-card .excited code")
    assert page.evaluate("getComputedStyle(document.querySelector('#hover-card .excited')).display") == "grid"  # fmt: skip


def test_pointing_at_a_unit_shows_what_excites_it(visitor, server, client) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "waveforms")
    visitor.until("s.look")
    canvas = page.locator("#chain canvas.map").nth(1)
    page.mouse.move(2, 2)
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 0.5 * box["height"])
    page.wait_for_selector("#hover-card .excited canvas")
    unit = int(page.inner_text("#hover-card .title").split("unit ")[1]) - 1
    told = client.get(
        f"/api/networks/{visitor.state('network.id')}/excites",
        params={"layer": visitor.state("network.layers[0].name"), "unit": unit},
    ).json()
    shown = page.locator("#hover-card figcaption b").all_inner_texts()
    assert [float(v.replace("−", "-")) for v in shown] == pytest.approx(
        [one["value"] for one in told["most"]], abs=6e-3
    )
    page.mouse.move(2, 2)
    page.wait_for_function("() => document.getElementById('hover-card').hidden")
