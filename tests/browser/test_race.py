"""The tab of races: what it shows is what the API says; a variant becomes the network; a rate is found and taken;
what would be is seen while a slider moves."""

from typing import Any

import numpy as np
import pytest

from .barriers import violations
from .conftest import Visitor
from .page import says, too_small


def opened(one: Visitor, server: Any, steps: int = 60) -> Any:
    page = one.open(server.url)
    page.evaluate("(n) => glassbox.session.step({ steps: n })", steps)
    one.until(f"s.frame.step === {steps} && !s.waiting")
    page.click("#of-race")
    page.wait_for_selector('[data-name="race start"]')
    return page


def ended(page: Any, said: str) -> None:
    page.wait_for_function(
        "(said) => document.querySelector('.race-results')?.dataset.drawn === said", arg=said
    )


def race(page: Any) -> dict[str, Any]:
    """The race as the server has it."""
    job = page.get_attribute('[data-name="race csv"]', "href").split("/")[3]
    return page.evaluate(f"fetch('/api/jobs/{job}').then((a) => a.json())")["result"]


def test_a_race_is_run_read_and_one_of_it_opened(visitor, server) -> None:
    page = opened(visitor, server)
    own = page.evaluate("glassbox.session.id")
    page.fill('[data-name="race values 0"]', "0.03, 0.3")
    page.fill('[data-name="race steps"]', "400")
    page.keyboard.press("Tab")
    says(page, "#race-count", "6 variants, 400 steps")
    page.focus('[data-name="race start"]')
    page.keyboard.press("Enter")
    ended(page, "done 6")
    found = race(page)
    figures = page.locator(".race-table tbody tr").all_inner_texts()
    for line, one in zip(figures, found["variants"], strict=True):
        assert f"{one['loss']:.3f}" in line
        assert f"{one['test_loss']:.3f}" in line
        cell = page.locator(f'[data-name="race cell {one["k"]}"]')
        assert cell.inner_text() == f"{one['test_loss']:.3f}"
    best = found["summary"]["groups"][found["summary"]["best"]]
    said = page.inner_text("#race-sentence")
    assert f"{best['mean']['test_loss']:.3f}" in said
    assert ("may be chance" in said) == found["summary"]["within"]
    label = page.get_attribute("#race-chart", "aria-label") or ""
    last = [one["course"]["loss"][-1] for one in found["variants"]]
    assert f"{np.mean(last[:3]):.3f}" in label
    assert violations(page, "#race") == []
    # A variant becomes the playground's network, and there is a way back.
    page.focus('[data-name="race cell 4"]')
    page.keyboard.press("Enter")
    page.click('[data-name="race open"]')
    visitor.until(f"s.network.id !== '{own}' && s.frame?.step === 400")
    assert visitor.state("network.spec.seed") == 1
    assert visitor.state("network.spec.optimizer.learning_rate") == 0.3
    assert visitor.state("frame.test_loss") == found["variants"][4]["test_loss"]
    page.click('[data-name="race back"]')
    visitor.until(f"s.network.id === '{own}'")
    # Names are chosen by buttons; what is too much or too little is said and not begun.
    page.click('[data-name="race activations"]')
    page.click('[data-name="race relu"]')
    assert page.get_attribute('[data-name="race relu"]', "aria-pressed") == "false"
    page.fill('[data-name="race values 1"]', "0 1 2 3 4 5 6 7 8 9 10 11 12 13")
    page.keyboard.press("Tab")
    assert page.get_attribute('[data-name="race start"]', "aria-disabled") == "true"
    page.focus('[data-name="race start"]')
    page.keyboard.press("Enter")
    assert race(page) == found
    # Under way it can be ended, and what there is stays.
    page.fill('[data-name="race values 1"]', "0 1 2 3")
    page.fill('[data-name="race steps"]', "20000")
    page.keyboard.press("Tab")
    page.click('[data-name="race start"]')
    says(page, '[data-name="race start"]', "Cancel")
    page.wait_for_selector(".race-going progress:visible")
    page.click('[data-name="race start"]')
    says(page, '[data-name="race start"]', "Start")
    assert too_small(page) == []


@pytest.mark.parametrize(("locale", "width"), [("en-US", 1440), ("zh-CN", 390)])
def test_a_rate_is_found_and_taken_and_what_would_be_is_seen(
    server, browser, client, locale, width
) -> None:
    one = Visitor(browser, locale=locale, viewport={"width": width, "height": 844})
    page = opened(one, server, 10)
    url = f"/api/networks/{page.evaluate('glassbox.session.id')}"
    page.click('[data-name="way rate"]')
    page.click('[data-name="rate find"]')
    page.wait_for_selector("#rate-chart[data-drawn]")
    found = client.post(f"{url}/rate-finder", json={}).json()
    wanted = float(f"{found['suggestion']:.2g}")
    assert str(wanted) in page.inner_text('[data-name="rate take"]')
    assert violations(page, "#race") == []
    page.click('[data-name="rate take"]')
    one.until(f"s.network.spec.optimizer.learning_rate === {wanted}")
    assert one.state("frame.step") == 10
    # What if: while the slider moves, and not only when it is let go.
    page.click('[data-name="way whatif"]')
    slider = page.locator('[data-name="whatif rate slider"]')
    slider.evaluate(
        "(e) => { e.value = 700; e.dispatchEvent(new InputEvent('input', { bubbles: true })); }"
    )
    page.wait_for_function(
        "() => document.querySelector('.race-whatif').dataset.drawn.includes('0.32')"
    )
    change = {"optimizer": {"learning_rate": 0.32}}
    told = client.post(f"{url}/what-if", json={"change": change}).json()
    for figure in (told["test_loss"], one.state("frame.test_loss")):
        assert f"{figure:.3f}" in page.inner_text("#race-whatif .race-sentence")
    assert page.locator("#whatif-then").get_attribute("width") == "50"
    assert too_small(page) == []
    assert violations(page, "#race") == []
    page.click('[data-name="whatif discard"]')
    page.wait_for_function("() => !document.querySelector('.race-whatif').dataset.drawn")
    assert page.input_value('[data-name="whatif rate"]') == str(wanted)
    page.fill('[data-name="whatif seed"]', "3")
    page.keyboard.press("Tab")
    page.wait_for_function(
        """() => document.querySelector('.race-whatif').dataset.drawn.includes('"seed":3')"""
    )
    told = client.post(f"{url}/what-if", json={"change": {"seed": 3}}).json()
    page.click('[data-name="whatif keep"]')
    one.until("s.frame.step === 1000 && s.network.spec.seed === 3")
    assert client.get(url).json()["loss"] == told["loss"]
    assert not one.complaints
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    one.context.close()


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_while_what_if_is_open_the_settings_only_ask(server, client, browser, language) -> None:
    one = Visitor(browser, locale=language)
    page = opened(one, server)
    url = f"/api/networks/{one.state('network.id')}"
    before = client.get(url).json()
    page.click("#of-race")
    page.click('[data-name="way whatif"]')
    assert page.inner_text("#settings .asking-note")
    # A slider of the strip asks while it moves, and stays under the hand.
    slider = page.locator("#main-fields input[type=range]").first
    box = slider.bounding_box()
    y = box["y"] + box["height"] / 2
    page.mouse.move(box["x"] + 0.5 * box["width"], y)
    page.mouse.down()
    for share in (0.6, 0.65, 0.7):
        page.mouse.move(box["x"] + share * box["width"], y)
    page.wait_for_function("() => document.querySelector('.race-whatif').dataset.drawn")
    held = one.state("wished.optimizer.learning_rate")
    assert held != before["spec"]["optimizer"]["learning_rate"]
    page.mouse.up()
    rate = page.locator("#main-fields input[type=number]").first
    assert float(rate.input_value()) == held
    # By keyboard, and of all there is in the strip.
    page.select_option("#main-fields select >> nth=0", "rmsprop")
    one.until("s.wished.optimizer.kind === 'rmsprop'")
    rate = page.locator("#main-fields input[type=number]").first
    rate.fill("0.02")
    rate.press("Enter")
    page.click("#more")
    page.fill("#more-fields [data-name=seed]", "4")
    page.keyboard.press("Tab")
    one.until("s.wished.seed === 4")
    page.keyboard.press("Escape")
    page.wait_for_function(
        """() => { const drawn = document.querySelector('.race-whatif').dataset.drawn; return drawn.includes('"seed":4') && drawn.includes('"learning_rate":0.02,'); }"""
    )
    assert client.get(url).json() == before
    assert one.state("canUndo") is False
    told = client.post(
        f"{url}/what-if",
        json={"change": {"seed": 4, "optimizer": {"kind": "rmsprop", "learning_rate": 0.02}}},
    ).json()
    # Its course is read by keys and by pointer.
    page.focus("#whatif-chart")
    page.keyboard.press("Home")
    said = page.inner_text(".whatif-course .readout").split(":")[0]
    page.keyboard.press("End")
    assert f"{told['course']['loss'][-1]:.3f}" in page.inner_text(".whatif-course .readout")
    page.keyboard.press("Home")
    assert f"{told['course']['loss'][0]:.3f}" in page.inner_text(".whatif-course .readout")
    page.hover("#whatif-chart", position={"x": 200, "y": 60})
    assert not page.inner_text(".whatif-course .readout").startswith(said)
    assert violations(page) == []
    # Elsewhere the settings are the network's own again; kept, they are what was asked for.
    page.click("#of-activations")
    assert one.state("wished") is None
    assert page.input_value("#main-fields select >> nth=0") == "sgd"
    page.click("#of-race")
    page.select_option("#main-fields select >> nth=0", "rmsprop")
    page.wait_for_function("() => document.querySelector('.race-whatif').dataset.drawn")
    page.click('[data-name="whatif keep"]')
    one.until("s.frame.step === 1000 && s.network.spec.optimizer.kind === 'rmsprop'")
    page.click("#undo")
    one.until("s.network.spec.optimizer.kind === 'sgd'")
    assert client.get(url).json()["spec"] == before["spec"]
    assert not one.complaints
    one.context.close()
