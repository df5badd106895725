"""The page of descent: what it draws and says are the engine's numbers."""

import re
from typing import Any

import numpy as np
import pytest

from engine.descent import SURFACES, race
from engine.optimizers import SGD, Adam

from .conftest import Visitor
from .page import says

WIDTHS = (360, 390, 768, 1100, 1440, 1920)


def opened(visitor: Visitor, url: str, fragment: str = "") -> Any:
    page = visitor.page
    page.goto("about:blank")
    page.goto(f"{url}/descent{'#' if fragment else ''}{fragment}")
    page.wait_for_selector("body[data-ready]")
    page.wait_for_selector("#standing tbody tr")
    return page


def standing(page: Any) -> np.ndarray:
    """x, y, f of every racer, as the table has them."""
    rows = page.locator("#standing tbody tr").all()
    cells = [row.locator("td").all_inner_texts()[:3] for row in rows]
    return np.array([[float(cell.replace("−", "-").replace(",", "")) for cell in row] for row in cells])  # fmt: skip


def step_of(page: Any) -> int:
    return int(page.input_value("#scrub"))


def go_to(page: Any, step: int) -> None:
    page.evaluate(
        "(n) => { const s = document.getElementById('scrub'); s.value = n; s.dispatchEvent(new Event('input')); }", step
    )  # fmt: skip


def start_of(page: Any) -> list[float]:
    found = re.search(r"x = (\S+), y = (\S+), f", page.inner_text("#map-readout"))
    assert found
    return [float(text.replace("−", "-")) for text in found.groups()]


def test_paths_are_the_engines_at_every_step(server, visitor) -> None:
    page = opened(visitor, server.url, "on=rosenbrock&with=sgd:learning_rate=0.001:momentum=0.9;adam:learning_rate=0.05&steps=80&of=0")  # fmt: skip
    surface = SURFACES["rosenbrock"]
    wanted = race(surface, surface.start, [SGD(learning_rate=0.001, momentum=0.9), Adam(learning_rate=0.05)], 80)  # fmt: skip
    for step in (0, 7, 80):
        go_to(page, step)
        says(page, "#where", f"step {step} of 80")
        for k, path in enumerate(wanted):
            np.testing.assert_allclose(standing(page)[k], [*path.points[step], path.values[step]], atol=6e-4, rtol=1e-2)  # fmt: skip


def test_a_click_on_the_map_starts_the_race_there_and_it_runs_to_its_end(server, visitor) -> None:
    page = opened(visitor, server.url, "steps=12")
    box = page.locator("#map").bounding_box()
    page.mouse.click(box["x"] + box["width"] * 0.7, box["y"] + box["height"] * 0.3)
    page.wait_for_function("() => Number(document.getElementById('scrub').value) === 12")
    page.mouse.move(2, 2)
    x, y = start_of(page)
    assert x > 2
    assert y > 0.5
    says(page, "#run", "Race")
    go_to(page, 0)
    np.testing.assert_allclose(standing(page)[:, :2], [[x, y]] * 3, atol=6e-4)
    # From the end it begins anew.
    go_to(page, 12)
    page.click("#run")
    page.wait_for_function("() => Number(document.getElementById('scrub').value) < 12")


def test_all_of_it_by_keys(server, visitor) -> None:
    page = opened(visitor, server.url)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    says(page, "#where", "step 11 of 100")
    page.keyboard.press("ArrowLeft")
    assert step_of(page) == 10
    page.keyboard.press("End")
    assert step_of(page) == 100
    page.keyboard.press("Home")
    page.focus("#map")
    before = start_of(page)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowUp")
    x, y = start_of(page)
    assert x - before[0] == pytest.approx(0.2)
    assert y - before[1] == pytest.approx(0.6)
    says(page, "#live", f"x = {x:.3f}".replace("-", "−"))
    page.focus("#solid")
    drawn = page.get_attribute("#solid", "data-drawn")
    page.keyboard.press("ArrowLeft")
    page.wait_for_function("(was) => document.getElementById('solid').dataset.drawn !== was", arg=drawn)  # fmt: skip
    page.keyboard.press(" ")
    page.wait_for_function("() => Number(document.getElementById('scrub').value) > 2")
    page.keyboard.press(" ")
    says(page, "#run", "Race")
    # What was set is taken back.
    page.evaluate("document.activeElement.blur()")
    page.wait_for_timeout(400)
    page.keyboard.press("Control+z")
    page.wait_for_function("() => document.getElementById('map-readout').textContent.includes('x = −8.500, y = 2.000')")  # fmt: skip


def test_the_next_step_is_written_out_and_leads_to_the_next_point(server, visitor) -> None:
    page = opened(visitor, server.url, "on=beale&with=adam:learning_rate=0.2&of=0&at=3")
    page.wait_for_selector("#lines .line[data-what=new_weight]")
    said = page.locator("#lines .line").evaluate_all("(all) => all.map((one) => one.dataset.what)")
    assert said == ["slope", "first_moment", "second_moment", "corrected_m", "corrected_v", "new_weight"]  # fmt: skip
    results = page.locator("#lines .line[data-what=new_weight] strong").all_inner_texts()
    go_to(page, 4)
    after = standing(page)[0][:2]
    np.testing.assert_allclose([float(text.replace("−", "-")) for text in results], after, atol=1e-3)  # fmt: skip
    # Sentences are the page's own, in its language.
    assert all(page.locator("#lines .said").all_inner_texts())
    page.click("#language")
    page.wait_for_function("() => document.documentElement.lang === 'zh-Hans'")
    page.wait_for_function("() => /[一-龥]/.test(document.querySelector('#lines .said').textContent)")  # fmt: skip


def test_a_rate_past_two_over_the_curvature_is_told_and_seen(server, visitor) -> None:
    page = opened(visitor, server.url, "on=bowl&with=sgd:learning_rate=0.4&of=0")
    page.wait_for_selector("[data-verdict=passes]")
    rate = page.locator(".racer input[type=number]").first
    rate.fill("1.05")
    rate.press("Enter")
    page.wait_for_selector("[data-verdict=explodes]")
    says(page, "#verdict", "2.1")
    page.wait_for_function("() => document.querySelector('#standing tbody td').textContent === '2.400'")  # fmt: skip
    go_to(page, 10)
    assert standing(page)[0][2] > 8.32
    # With momentum the bound is a higher one, and said.
    page.locator(".racer input[type=number]").nth(1).fill("0.9")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-verdict=passes]")
    says(page, "#verdict", "3.80")
    says(page, "#misprint", "misprint")


def test_a_formula_of_ones_own(server, visitor, client) -> None:
    page = opened(visitor, server.url)
    page.click("[data-of=own]")
    # It begins with what was shown.
    assert page.input_value("#surfaces input[type=text]") == SURFACES["ravine"].text
    page.fill("#surfaces input[type=text]", "x^2 + 3 sin(y)^2")
    page.keyboard.press("Enter")
    page.wait_for_selector("#surface-formula math mi:has-text('sin')")
    formula = {"formula": "x^2 + 3 sin(y)^2", "low": [-10, -3], "high": [10, 3]}
    body = {"surface": formula, "start": start_of(page), "steps": 1, "optimizers": [{"learning_rate": 0.5}]}  # fmt: skip
    wanted = client.post("/api/descent", json=body).json()["paths"][0]["points"][1]
    page.keyboard.press("Tab")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.getElementById('where').textContent.startsWith('step 1 ')")  # fmt: skip
    np.testing.assert_allclose(standing(page)[0][:2], wanted, atol=6e-4)
    # What is no formula is said, where it is, and the surface before stays.
    shown = page.inner_text("#surface-formula")
    for wrong, word in (("x + alert(1)", "alert"), ("x +", "missing"), ("x ; y", ";")):
        page.fill("#surfaces input[type=text]", wrong)
        page.keyboard.press("Enter")
        says(page, "#problem", word)
    assert page.get_attribute("#surfaces input[type=text]", "aria-invalid") == "true"
    assert page.inner_text("#surface-formula") == shown
    visitor.complaints.clear()
    page.fill("#surfaces input[type=text]", "x^2 + y^2")
    page.keyboard.press("Enter")
    page.wait_for_selector("#problem", state="hidden")


def test_racers_come_and_go_with_rates_that_the_surface_bears(server, visitor) -> None:
    page = opened(visitor, server.url)
    page.click("#add-racer")
    page.wait_for_function("() => document.querySelectorAll('#standing tbody tr').length === 4")
    for surface in SURFACES:
        page.click(f"[data-of={surface}]")
        page.wait_for_function(
            "(text) => document.querySelector('#surface-about').textContent.includes(text)",
            arg=SURFACES[surface].summary["en"][:30],
        )
        page.wait_for_timeout(150)
        go_to(page, 100)
        found = standing(page)
        assert np.isfinite(found).all(), surface
        low, high = SURFACES[surface].low, SURFACES[surface].high
        assert (found[:, 0] >= low[0]).all() and (found[:, 0] <= high[0]).all(), surface  # noqa: PT018
    for _ in range(3):
        page.locator("[data-name^=remove]").last.click()
    page.wait_for_function("() => document.querySelectorAll('#standing tbody tr').length === 1")
    assert page.locator("[data-name^=remove]").is_disabled()


def test_the_address_holds_what_is_shown(server, visitor) -> None:
    page = opened(visitor, server.url)
    page.click("[data-of=himmelblau]")
    page.wait_for_timeout(100)
    go_to(page, 5)
    page.wait_for_function("() => location.hash.includes('on=himmelblau') && location.hash.includes('at=5')")  # fmt: skip
    where, fragment = standing(page), page.evaluate("location.hash.slice(1)")
    again = opened(visitor, server.url, fragment)
    says(again, "#where", "step 5 of 100")
    np.testing.assert_array_equal(standing(again), where)
    # Nonsense is as in the beginning.
    for nonsense in ("on=nope&with=nope:learning_rate=1&steps=-4&noise=1e9&at=x", "with=sgd:nope=3:learning_rate=&from=1,2,3", "f=&low=a,b"):  # fmt: skip
        page = opened(visitor, server.url, nonsense)
        says(page, "#where", "step 0 of 100")


def test_the_playgrounds_optimizer_goes_along(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click("#more")
    page.click("#more-fields a[href^='/descent']")
    page.wait_for_selector("#standing tbody tr")
    rate = visitor.page.locator(".racer input[type=number]").first.input_value()
    assert float(rate) == pytest.approx(0.03)


@pytest.mark.parametrize("language", ["en-US", "zh-CN"])
def test_nothing_is_wider_than_the_window(server, browser, language) -> None:
    one = Visitor(browser, locale=language)
    page = opened(one, server.url, "on=himmelblau&at=20")
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        page.wait_for_timeout(100)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("document.getElementById('map').getBoundingClientRect().width") > 200
    one.context.close()
