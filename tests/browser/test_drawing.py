"""The pad: what is drawn is what every layer is shown of, by mouse, finger and keys."""

from math import cos, pi, sin
from typing import Any

import pytest

from ..serving import wait_for
from .conftest import Visitor
from .page import choose_data, says

Points = list[tuple[float, float]]
ZERO: Points = [
    (0.5 + 0.2 * cos(a), 0.5 + 0.3 * sin(a)) for a in (i / 20 * pi - pi / 2 for i in range(41))
]
ONE: Points = [(0.38, 0.3), (0.52, 0.15), (0.52, 0.5), (0.52, 0.85)]


def trained(server: Any, client: Any, steps: int = 600, **spec: Any) -> str:
    """The address of a network that has learned digits."""
    made = client.post("/api/networks", json={"dataset": {"kind": "digits"}, **spec}).json()
    found = client.post(f"/api/networks/{made['id']}/train", json={"steps": steps}).json()
    assert steps < 600 or found["metrics"]["test_accuracy"] > 0.97
    return f"{server.url}/#network={made['id']}"


def opened(visitor: Visitor, url: str) -> Any:
    visitor.page.goto(url)
    visitor.page.wait_for_selector("#chain canvas[data-drawn]")
    visitor.until("s.look?.outputs.size")
    return visitor.page


def draw(page: Any, stroke: Points, pad: str = "#pad") -> None:
    """A stroke with the mouse, its points in parts of the pad."""
    # One that is being laid out anew has no box for a moment.
    box = wait_for(page.locator(pad).bounding_box)
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in stroke]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place)
    page.mouse.up()


def guess(visitor: Visitor) -> int:
    """What the network says of what is drawn now."""
    return visitor.until(
        "s.drawing && s.look?.drawing === s.drawing && 1 + s.look.layers.output.a.indexOf(Math.max(...s.look.layers.output.a))"
    ) - 1  # fmt: skip


def test_a_drawn_digit_is_recognised(server, client, visitor) -> None:
    page = opened(visitor, trained(server, client))
    page.click("#draw")
    page.wait_for_selector("#pad:visible")
    for digit, stroke in enumerate((ZERO, ONE)):
        draw(page, stroke)
        assert guess(visitor) == digit
        page.wait_for_function("(d) => document.getElementById('sample-readout').innerText.includes(`predicted: ${d} (`)", arg=digit)  # fmt: skip
        # Said, too, and by the bars.
        page.wait_for_function("(d) => document.getElementById('live').innerText.includes(`predicted: ${d}`)", arg=digit)  # fmt: skip
        bars = [float(one) for one in page.locator("#sample-bars .number").all_inner_texts()]
        assert bars.index(max(bars)) == digit
        assert page.locator("#sample-bars .true").count() == 0
        page.click("#pad-clear")
    # The data's own sample was chosen all the while.
    draw(page, ZERO)
    guess(visitor)
    page.click("#pad-back")
    visitor.until("!s.drawing && s.look && !s.look.drawing")
    assert page.locator("#pad").is_hidden()
    says(page, "#sample-readout", "True class")
    # And the drawing is there again.
    page.click("#draw")
    assert guess(visitor) == 0


def test_a_press_on_the_picture_is_the_first_stroke(server, client, visitor) -> None:
    page = opened(visitor, trained(server, client, steps=1))
    page.hover("#sample-chart")
    page.wait_for_selector("#pad", state="attached")
    draw(page, [(0.2, 0.2), (0.6, 0.6), (0.3, 0.8)], "#sample-chart")
    visitor.until("s.drawing?.flat(2).some((v) => v > 0)")
    assert page.locator("#pad-undo").is_enabled()
    page.click("#pad-undo")
    visitor.until("s.drawing.flat(2).every((v) => v === 0)")
    # Another sample takes the drawing's place.
    page.click("#gallery", position={"x": 60, "y": 20})
    visitor.until("!s.drawing && s.sample > 0 && s.look?.sample === s.sample && !s.look.drawing")


def test_every_layer_shows_the_drawing_while_the_pen_moves_and_while_it_trains(
    server, client, visitor
) -> None:
    page = opened(visitor, trained(server, client, steps=20))
    page.click("#draw")
    page.wait_for_selector("#pad:visible")
    box = page.locator("#pad").bounding_box()
    seen = set()
    page.mouse.move(box["x"] + 30, box["y"] + 30)
    page.mouse.down()
    for i in range(5):
        page.mouse.move(box["x"] + 40 + 20 * i, box["y"] + 40 + (i % 2) * 60)
        guess(visitor)
        seen.add(visitor.page.evaluate("JSON.stringify(Array.from(glassbox.store.state.look.layers.output.a))"))  # fmt: skip
    assert len(seen) == 5
    page.mouse.up()
    # What is shown as the input of the network is the drawing as well.
    assert page.evaluate("glassbox.store.state.look.layers.conv2d_1.a.some((v) => v !== 0)")
    said = visitor.state("look.step")
    page.click("#play")
    visitor.until(f"s.look.drawing === s.drawing && s.look.step > {said} && s.look.confusion")
    page.click("#play")
    visitor.until("s.frame.state === 'paused'")
    # It is what the network itself says of these numbers.
    inputs = visitor.state("drawing")
    url = f"/api/networks/{visitor.state('network.id')}/predict"
    visitor.until("s.look.step === s.frame.step")
    theirs = client.post(url, json={"inputs": [inputs], "scaled": True}).json()["outputs"][0]
    ours = page.evaluate("Array.from(glassbox.store.state.look.layers.output.a)")
    assert ours == pytest.approx(theirs, abs=1e-5)


def test_tabs_say_whether_they_speak_of_the_drawing(server, client, visitor) -> None:
    page = opened(visitor, trained(server, client, steps=20))
    page.click("#of-backprop")
    hint = page.locator("#backprop .lines h3 small").last
    page.wait_for_selector(
        "#backprop .lines h3 small:text('Of training sample 1, not of the test sample shown.')"
    )
    page.click("#draw")
    page.wait_for_selector("#backprop .lines h3 small:text('not of the drawing')")
    draw(page, ZERO)
    page.click("#of-ask")
    page.wait_for_selector("#ask .ask-head p:text-is('About the drawing')")
    assert page.inner_text('#ask [data-name="target"] option >> nth=0') == "the class it gives"
    page.wait_for_selector("#ask .ask-samples [data-sample]")
    asked = client.post(
        f"/api/networks/{visitor.state('network.id')}/influence",
        json={"inputs": [visitor.state("drawing")], "scaled": True, "most": 12},
    ).json()
    shown = page.locator("#ask [data-sample]").evaluate_all("all => all.map((b) => Number(b.dataset.sample))")  # fmt: skip
    assert shown == [pull["sample"] for pull in asked["pulls"]]
    # A training sample that was chosen meanwhile is the one that is walked through.
    page.click("#pad-back")
    tests = visitor.state("dataset.test_inputs.length")
    page.evaluate(f"glassbox.store.set({{ sample: {tests} + 6 }})")
    page.click("#of-backprop")
    page.wait_for_function(
        "() => document.querySelector('#backprop [data-name=samples]')?.value === '7'"
    )
    assert hint.inner_text() == ""


def test_the_worst_are_not_asked_for_again_while_one_draws(server, client, visitor) -> None:
    page = opened(visitor, trained(server, client, steps=20))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.click("#of-ask")
    page.wait_for_selector("#ask [data-worst]")
    page.click("#draw")
    page.wait_for_selector("#pad:visible")
    draw(page, ZERO)
    page.wait_for_selector("#ask [data-sample]")
    page.wait_for_timeout(300)
    assert sum("/influence" in url for url in asked) > 1
    assert sum("/worst" in url for url in asked) == 1


def test_the_pad_by_keys(server, client, visitor) -> None:
    page = opened(visitor, trained(server, client))
    page.focus("#draw")
    page.keyboard.press("Enter")
    page.wait_for_selector("#pad:focus")
    playing = visitor.state("frame.state")
    for _ in range(10):
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.getElementById('live').innerText === 'The pen is down.'")
    for _ in range(3):
        page.keyboard.press("Shift+ArrowDown")
    for _ in range(9):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert guess(visitor) == 1
    page.wait_for_function(
        "() => document.getElementById('live').innerText.includes('predicted: 1')"
    )
    page.keyboard.press("Backspace")
    visitor.until("s.drawing.flat(2).every((v) => v === 0)")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    visitor.until("s.drawing.flat(2).some((v) => v > 0)")
    page.keyboard.press("Delete")
    visitor.until("s.drawing.flat(2).every((v) => v === 0)")
    page.keyboard.press("Escape")
    visitor.until("!s.drawing")
    page.wait_for_selector("#draw:focus")
    # None of these keys was meant for the network.
    assert (visitor.state("frame.state"), visitor.state("frame.step")) == (playing, 600)


def test_a_finger_opens_the_pad_and_draws_where_it_scrolled_before(browser, server, client) -> None:
    url = trained(server, client, steps=1)
    phone = Visitor(browser, viewport={"width": 390, "height": 844}, has_touch=True)
    page = opened(phone, url)
    page.locator("#sample-chart").scroll_into_view_if_needed()
    page.tap("#sample-chart")
    page.wait_for_selector("#pad", state="attached")
    if not phone.state("drawing"):
        page.tap("#draw")
    page.wait_for_selector("#pad:visible")
    page.locator("#pad").scroll_into_view_if_needed()
    box = page.locator("#pad").bounding_box()
    assert box["width"] >= 180
    assert box["x"] + box["width"] <= 390
    before = page.evaluate("scrollY")
    touch = page.context.new_cdp_session(page)
    x = box["x"] + box["width"] / 2
    for kind, y in (("touchStart", 30), ("touchMove", 80), ("touchMove", 150), ("touchEnd", 0)):
        points = [] if kind == "touchEnd" else [{"x": x, "y": box["y"] + y}]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
    phone.until("s.drawing?.flat(2).some((v) => v > 0)")
    assert page.evaluate("scrollY") == before
    phone.context.close()
    assert not phone.complaints


SETTLED = """async ([strokes, sides]) => {
  const { mannerOf, pictureOf, settled } = await import('/static/js/model/strokes.js');
  const { dataset } = glassbox.store.state;
  const manner = mannerOf([...dataset.test_inputs, ...dataset.inputs].filter(Boolean));
  const points = settled(strokes.map((s) => s.map(([x, y]) => ({ x, y }))), manner).flat();
  const of = (axis) => points.map((p) => p[axis]);
  const picture = pictureOf(strokes.map((s) => s.map(([x, y]) => ({ x, y }))), sides, manner);
  return { manner, picture, box: [Math.min(...of('x')), Math.min(...of('y')), Math.max(...of('x')), Math.max(...of('y'))] };
}"""  # fmt: skip


def test_a_drawing_is_moved_and_scaled_as_little_as_it_takes(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "shapes")
    ring = [(0.5 + 0.3 * cos(i / 10), 0.5 + 0.3 * sin(i / 10)) for i in range(64)]
    found = page.evaluate(SETTLED, [[ring], [16, 16]])
    # As large, and where, pictures of this set have theirs: it stays as it is.
    assert found["box"] == pytest.approx([0.2, 0.2, 0.8, 0.8], abs=0.01)
    assert 0.05 <= found["manner"]["pen"] <= 0.13
    # Small and in a corner: made larger, moved in, and round still.
    small = [(0.1 + 0.15 * x, 0.1 + 0.15 * y) for x, y in ring]
    left, top, right, bottom = page.evaluate(SETTLED, [[small], [16, 16]])["box"]
    assert right - left == pytest.approx(bottom - top, abs=0.01)
    assert right - left > 0.4
    assert left >= 0
    assert top >= 0
    # Digits fill their eight rows, and hold seventeen shades.
    choose_data(visitor, "digits")
    picture = page.evaluate(SETTLED, [[small], [8, 8]])["picture"]
    rows = [sum(pixel[0] for pixel in row) for row in picture]
    assert rows[0] > 0
    assert rows[-1] > 0
    page.click("#draw")
    page.wait_for_selector("#pad:visible")
    draw(page, ZERO)
    drawn = visitor.until("s.drawing?.flat(2).some((v) => v > 0) && s.drawing.flat(2)")
    assert all((16 * v).is_integer() for v in map(float, drawn))
