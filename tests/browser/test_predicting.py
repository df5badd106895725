"""Predict first: a guess by hand or by keys, what happened over it, a score; skipped by one key, asked for by a link."""

from typing import Any

import pytest

from .barriers import violations
from .conftest import Visitor
from .page import reads, says

CIRCLE = {"dataset": {"kind": "circle"}}


def asked(visitor: Visitor, server: Any, client: Any, kind: str, spec: Any = CIRCLE) -> Any:
    """The page as a lesson's link opens it."""
    made = client.post("/api/networks", json=spec).json()
    visitor.page.goto(f"{server.url}/#network={made['id']}&predict={kind}")
    visitor.page.wait_for_selector("#predict-card[data-phase=asking]:visible")
    return visitor.page


def drag(page: Any, selector: str, *places: tuple[float, float]) -> None:
    """With the pointer, places as parts of the box."""
    page.locator(selector).scroll_into_view_if_needed()
    box = page.locator(selector).bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()


def revealed(page: Any) -> int:
    page.wait_for_selector("#predict-card[data-phase=shown]")
    score = int(page.inner_text("#predict-card .score b"))
    assert 0 <= score <= 100
    return score


def run(page: Any, code: str) -> Any:
    """Of the page's own scores, without the page."""
    return page.evaluate(
        f"async () => {{ const g = await import('/static/js/model/guess.js'); {code} }}"
    )


def test_scores_are_what_they_say(visitor: Visitor, server: Any) -> None:
    page = visitor.open(server.url)
    line = "{x: [0, 100], y: [1, 1]}"
    truth = "{x: [0, 50, 100], y: [9, VALUE, VALUE]}"
    for value, score in ((1, 100), (2, 70), (0.5, 70), (10, 0), (1000, 0)):
        told = truth.replace("VALUE", str(value))
        assert run(page, f"return g.curveScore({line}, {told})") == score
    assert run(page, f"return g.curveScore({line}, {{x: [0], y: [1]}})") is None
    assert (
        run(page, "return g.boundaryScore([true, true, false, false], [1, 1, 0, 0]).score") == 100
    )
    assert (
        run(page, "return g.boundaryScore([false, false, true, true], [1, 1, 0, 0]).score") == 100
    )
    assert run(page, "return g.boundaryScore([true, false, true, false], [1, 1, 0, 0]).score") == 0
    assert run(page, "return g.boundaryScore([true, true, true, false], [1, 1, 0, 0]).score") == 50
    assert (
        run(page, "return g.boundaryScore([true, false, false, false], [0, 0, 0, 0]).score") == 75
    )
    for guess, truth, score in (
        (0.1, 0.1, 100), (-0.1, 0.1, 50), (1, 0.1, 50), (-1, 0.1, 0), (0, 0, 100), (0, 0.1, 0), (0.1, 0, 0),
    ):  # fmt: skip
        assert run(page, f"return g.changeScore({guess}, {truth})") == score


def test_a_line_parts_the_plane_and_a_ring_has_an_inside(visitor: Visitor, server: Any) -> None:
    page = visitor.open(server.url)
    sides = """const side = g.sideOf(LINE, [-1, -1], [1, 1]);
      return [[-0.9, -0.9], [0.9, -0.9], [0.9, 0.9], [-0.9, 0.9], [0, 0.2]].map(([u, v]) => side({u, v}));"""

    def parted(line: str) -> list[bool]:
        found = run(page, sides.replace("LINE", line))
        return found if found[0] else [not side for side in found]

    upright = "[{u: 0.1, v: -0.5}, {u: 0.1, v: 0}, {u: 0.1, v: 0.5}]"
    assert parted(upright) == [True, False, False, True, True]
    level = "[{u: -0.6, v: 0}, {u: 0.6, v: 0}]"
    assert parted(level) == [True, True, False, False, False]
    corner = "[{u: -1, v: 0}, {u: 0.5, v: 0}, {u: 0.5, v: -1}]"
    assert parted(corner) == [True, False, False, False, False] or parted(corner)[:2] == [
        True,
        False,
    ]
    assert parted("g.round(0.5, [-1, -1], [1, 1])") == [True, True, True, True, False]
    assert parted("g.straight(0, 0, [-1, -1], [1, 1])")[:4] == [True, True, False, False]
    assert parted("g.straight(90, 0, [-1, -1], [1, 1])")[:4] == [True, False, False, True]


def test_a_drawn_curve_is_held_against_the_loss(visitor: Visitor, server: Any, client: Any) -> None:
    page = asked(visitor, server, client, "loss")
    assert page.is_disabled("[data-name=reveal]")
    drag(page, "#loss-chart", (0.3, 0.4), (0.6, 0.55), (0.85, 0.7))
    assert len(visitor.state("guess.x")) == 33
    page.click("[data-name=reveal]")
    revealed(page)
    assert visitor.state("frame.step") == 100
    assert visitor.state("history.measureStep.length") > 10
    assert visitor.state("guess.last") == 100
    assert not visitor.state("canUndo"), "training is no edit"


def test_the_end_of_the_curve_is_typed_and_space_reveals(
    visitor: Visitor, server: Any, client: Any
) -> None:
    page = asked(visitor, server, client, "loss")
    page.keyboard.press("Space")
    says(page, "#predict-card [role=status]", "Esc")
    assert visitor.state("frame.step") == 0
    page.select_option("[data-name='predict steps']", "10")
    page.fill("[data-name='Loss after 10 steps']", "0.6")
    page.keyboard.press("Enter")
    page.locator("#predict-card h3").click()
    page.keyboard.press("Space")
    assert revealed(page) > 50
    assert visitor.state("frame.step") == 10
    page.keyboard.press("Space")
    visitor.until("s.frame.state === 'playing'")
    assert not page.is_visible("#predict-card")


def test_a_ring_is_held_against_the_boundary(visitor: Visitor, server: Any, client: Any) -> None:
    page = asked(visitor, server, client, "boundary")
    drag(
        page, "#plane", (0.3, 0.3), (0.7, 0.3), (0.75, 0.6), (0.5, 0.7), (0.32, 0.55), (0.31, 0.32)
    )
    assert int(page.get_attribute("#plane-guess", "data-drawn") or "0") > 5
    assert visitor.state("probePinned") is None
    page.select_option("#predict-card [data-name='predict shape']", "circle")
    page.select_option("#predict-card [data-name='predict steps']", "500")
    page.select_option("#predict-card [data-name='predict shape']", "line")
    page.select_option("#predict-card [data-name='predict shape']", "circle")
    page.locator("#predict-card [data-name='Radius slider']").press("ArrowRight")
    page.click("[data-name=reveal]")
    assert revealed(page) > 20
    assert visitor.state("frame.step") == 500


def test_a_guessed_change_is_held_against_the_update(
    visitor: Visitor, server: Any, client: Any
) -> None:
    page = asked(visitor, server, client, "weight", {"dataset": {"kind": "worked_example"}})
    says(page, "#predict-card .ask", "0.4000")
    page.click("#predict-card [data-name=falls]")
    page.fill("#predict-card [data-name='Size of the change']", "0.0411")
    page.keyboard.press("Enter")
    page.click("#step")
    assert revealed(page) == 100
    says(page, "#predict-card", "−0.04108")
    assert visitor.state("frame.step") == 1
    page.click("[data-name=again]")
    page.click("[data-name='another weight']")
    says(page, "#predict-card .ask", "i₁")
    page.click("#predict-card [data-name=stays]")
    page.keyboard.press("ArrowRight")
    assert revealed(page) == 0


def test_escape_skips_and_a_new_run_asks_again(visitor: Visitor, server: Any, client: Any) -> None:
    page = asked(visitor, server, client, "loss")
    page.keyboard.press("Escape")
    assert not page.is_visible("#predict-card")
    page.click("#step")
    visitor.until("s.frame.step === 1 && !s.waiting")
    assert visitor.state("guess") is None
    page.click("#reset")
    page.wait_for_selector("#predict-card[data-phase=asking]:visible")


def test_from_the_past_another_run_answers_and_the_old_one_tells_nothing(
    visitor: Visitor, server: Any, client: Any
) -> None:
    page = asked(visitor, server, client, "loss")
    page.keyboard.press("Escape")
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100 && !s.waiting")
    client.post(f"/api/networks/{visitor.state('network.id')}/seek", json={"step": 50})
    visitor.until("s.frame.step <= 50 && !s.waiting")
    page.click("#more")
    page.select_option("#predict-kind", "weight")
    page.select_option("#predict-kind", "loss")
    page.keyboard.press("Escape")
    page.wait_for_selector("#predict-card[data-phase=asking]")
    page.select_option("[data-name='predict steps']", "10")
    page.fill("[data-name='Loss after 10 steps']", "0.6")
    page.keyboard.press("Enter")
    step = visitor.state("frame.step")
    page.click("[data-name=reveal]")
    revealed(page)
    assert visitor.state("frame.step") == step + 10
    page.wait_for_timeout(500)
    assert page.is_visible("#predict-card[data-phase=shown]")


def test_only_what_fits_the_data_is_asked(visitor: Visitor, server: Any, client: Any) -> None:
    page = asked(visitor, server, client, "boundary", {"dataset": {"kind": "sine"}})
    found = page.locator("#predict-card .kinds button").evaluate_all(
        "all => all.map((b) => b.dataset.name)"
    )
    assert found == ["predict loss", "predict weight"]
    assert page.get_attribute("[data-name='predict loss']", "aria-pressed") == "true"


def test_it_is_off_by_itself_and_the_link_carries_it(visitor: Visitor, server: Any) -> None:
    page = visitor.open(server.url)
    assert not page.is_visible("#predict-card")
    page.click("#more")
    page.select_option("#predict-kind", "weight")
    page.wait_for_selector("#predict-card[data-phase=asking]")
    assert "predict=weight" in page.url
    page.keyboard.press("Escape")
    page.click("#share")
    link = page.locator("#share-link")
    assert "predict=weight" in link.input_value()
    page.select_option("[data-name='share predict']", "loss")
    assert "predict=loss" in link.input_value()
    page.select_option("[data-name='share predict']", "")
    assert "predict" not in link.input_value()


@pytest.mark.parametrize(
    ("locale", "title", "width"), [("en-US", "Predict first", 1440), ("zh-CN", "先预测", 390)]
)
def test_the_card_has_no_barriers(
    browser: Any, server: Any, client: Any, locale: str, title: str, width: int
) -> None:
    one = Visitor(browser, locale=locale, viewport={"width": width, "height": 844})
    for kind in ("loss", "boundary", "weight"):
        page = asked(one, server, client, kind)
        reads(page, "#predict-card h3", title)
        assert violations(page, "#predict-card") == [], kind
        card = page.locator("#predict-card").bounding_box()
        assert card["x"] >= 0
        assert card["x"] + card["width"] <= width
    page.click("#predict-card [data-name=falls]")
    page.click("[data-name=reveal]")
    revealed(page)
    assert violations(page, "#predict-card") == []
    assert not one.complaints
    one.context.close()


def test_a_finger_draws_too(browser: Any, server: Any, client: Any) -> None:
    one = Visitor(browser, viewport={"width": 390, "height": 844}, has_touch=True)
    page = asked(one, server, client, "loss")
    box = page.locator("#loss-chart").bounding_box()
    session = one.context.new_cdp_session(page)
    for kind, part in (
        ("touchStart", 0.3),
        ("touchMove", 0.5),
        ("touchMove", 0.8),
        ("touchEnd", None),
    ):
        points = [] if part is None else [
            {"x": box["x"] + part * box["width"], "y": box["y"] + (0.3 + part / 2) * box["height"]}
        ]  # fmt: skip
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    one.until("s.guess.x.length === 33")
    page.click("[data-name=reveal]")
    revealed(page)
    one.context.close()
