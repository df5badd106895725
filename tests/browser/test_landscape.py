"""The tab of the landscape: what is drawn is what the API says, and any place of it can be looked at and gone to."""

from typing import Any

import numpy as np
import pytest

from .barriers import violations
from .conftest import Visitor
from .page import choose_data, says, weights_of
from .test_loading import asked

TAB = "#of-landscape"
MAP = "#landscape-map"
GO = '[data-name="land go"]'
# The script of the tab is a late one: its parts are found where the bundler leaves them.
DRAWN = "() => document.getElementById('landscape-map')?.dataset.drawn"


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def steps(visitor: Visitor, count: int) -> None:
    visitor.page.evaluate("(n) => glassbox.session.step({ steps: n })", count)
    visitor.until("!s.waiting")


def shown(visitor: Visitor, step: int, resolution: int = 41) -> None:
    """Wait until the slice of a step is there, whole."""
    visitor.page.wait_for_function(
        f"(drawn) => ({DRAWN})() === drawn && document.getElementById('tab-landscape').dataset.asked === 'resting'",
        arg=f"{resolution} {step} whole",
    )  # fmt: skip


def opened(visitor: Visitor, server, count: int = 120) -> str:
    page = visitor.open(server.url)
    if count:
        steps(visitor, count)
    page.click(TAB)
    shown(visitor, count)
    return f"/api/networks/{page.evaluate('glassbox.session.id')}"


def directions(visitor: Visitor, kind: str) -> None:
    visitor.page.select_option('[data-name="land directions"]', kind)


def at(visitor: Visitor, across: float, up: float) -> Any:
    """A place of the picture by its shares from the left and from below, in pixels of the canvas."""
    return visitor.page.evaluate(
        """([across, up]) => {
          const map = document.getElementById('landscape-map'), line = 12;
          const left = line * 4.4, right = map.clientWidth - 14 - line * 6.2, top = line * 1.7, bottom = map.clientHeight - line * 2.8;
          return { x: left + across * (right - left), y: bottom - up * (bottom - top) };
        }""",
        [across, up],
    )


def vector(client, url: str) -> np.ndarray:
    found = client.get(f"{url}/weights").json()
    return np.concatenate([np.ravel(value) for value in found.values()]).astype(np.float32)


def there(found, a: float, b: float) -> np.ndarray:
    centre, axes = np.array(found["centre"]), np.array(found["axes"])
    return (centre + a * axes[0] + b * axes[1]).astype(np.float32)


def put(visitor: Visitor) -> None:
    """Wait until what goes there has arrived."""
    visitor.page.wait_for_selector(GO, state="hidden")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_the_picture_says_what_the_api_says_at_pointer_and_by_keys(
    server, browser, client, locale
) -> None:
    one = Visitor(browser, locale=locale)
    url = opened(one, server)
    page = one.page
    found = client.post(f"{url}/landscape", json={}).json()
    page.hover(MAP, position=at(one, 0.9, 0.2))
    page.wait_for_function(
        "() => document.getElementById('landscape-readout').textContent.startsWith('(')"
    )
    said = page.inner_text("#landscape-readout")
    a, b = (number(v) for v in said[1 : said.index(")")].split(", "))
    i, j = np.argmin(np.abs(np.array(found["a"]) - a)), np.argmin(np.abs(np.array(found["b"]) - b))
    near = np.array(found["loss"])[max(0, j - 1) : j + 2, max(0, i - 1) : i + 2]
    loss = number(said.split("≈ ")[1])
    assert near.min() - 1e-3 <= loss <= near.max() + 1e-3
    # By keys a place of the grid itself: two parts of a hundred are 0.04 to each side of 1.
    page.mouse.move(5, 5)
    page.focus(MAP)
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    says(page, "#live", "(1.00, 0.00)")
    loss = number(page.inner_text("#live").split("≈ ")[1])
    assert loss == pytest.approx(found["loss"][20][40], abs=6e-4)
    label = page.get_attribute(MAP, "aria-label") or ""
    for value in (np.min(found["loss"]), np.max(found["loss"]), found["centre_loss"]):
        assert f"{value:.3f}" in label
    text = page.inner_text("#landscape .land-side")
    assert "195" in text
    assert "300" in text
    one.context.close()


def test_a_place_is_looked_at_by_pointer_and_left(visitor, server, client) -> None:
    url = opened(visitor, server)
    page = visitor.page
    before, own = weights_of(visitor), page.evaluate("glassbox.boundary(9)")
    found = client.post(f"{url}/landscape", json={}).json()
    page.locator(MAP).click(position=at(visitor, 0.85, 0.3))
    page.wait_for_selector("#output.elsewhere")
    says(page, "#landscape .there", "another network")
    imagined = np.array(visitor.page.evaluate("Array.from(glassbox.store.state.imagined)"))
    axes = np.array(found["axes"])
    moved = np.linalg.lstsq(axes.T, imagined - np.array(found["centre"]), rcond=None)[0]
    assert moved == pytest.approx([0.7, -0.4], abs=0.02)
    assert page.evaluate("glassbox.boundary(9)") != own
    assert weights_of(visitor) == before
    page.keyboard.press("Escape")
    page.wait_for_selector("#output:not(.elsewhere)")
    assert page.evaluate("glassbox.boundary(9)") == own
    assert (vector(client, url) == np.array(before, np.float32)).all()


def test_going_there_by_keys_sets_those_weights_and_undo_brings_back_the_old_ones(
    visitor, server, client
) -> None:
    url = opened(visitor, server)
    page = visitor.page
    before = vector(client, url)
    found = client.post(f"{url}/landscape", json={}).json()
    page.focus(MAP)
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "Shift+ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.wait_for_selector("#output.elsewhere")
    page.focus(GO)
    page.keyboard.press("Enter")
    put(visitor)
    assert vector(client, url) == pytest.approx(there(found, 0.4, 0.2), abs=1e-6)
    visitor.until("s.canUndo")
    assert client.get(url).json()["loss"] == pytest.approx(found["loss"][24][28], rel=1e-4)
    assert page.evaluate("document.activeElement.id") == "landscape-map"
    page.keyboard.press("Control+z")
    visitor.until("!s.canUndo && s.canRedo")
    assert vector(client, url).tobytes() == before.tobytes()


def test_another_network_is_not_taken_for_a_place_of_the_one_before(visitor, server) -> None:
    opened(visitor, server)
    page = visitor.page
    for change in ("layers: [{ kind: 'dense', units: 3 }]", "dataset: { kind: 'moons' }"):
        page.locator(MAP).click(position=at(visitor, 0.85, 0.3))
        page.wait_for_selector("#output.elsewhere")
        page.evaluate(f"glassbox.session.patch({{ {change} }}, 'layers')")
        page.wait_for_selector("#output:not(.elsewhere)")
        assert visitor.state("imagined") is None
        page.wait_for_function(
            "(n) => document.querySelector('.land-slice').textContent.includes(n)",
            arg=str(visitor.state("network.parameters")),
        )
        page.wait_for_function(
            f"() => ({DRAWN})()?.endsWith(' whole') && document.getElementById('tab-landscape').dataset.asked === 'resting'"
        )


def test_what_is_looked_at_stays_though_another_slice_was_on_its_way(visitor, server) -> None:
    opened(visitor, server)
    page = visitor.page
    asked, held = [], []
    page.route("**/landscape?wait=0", lambda route: (asked.append(1), held.append(route)))
    steps(visitor, 1)
    page.wait_for_function(
        "() => document.getElementById('tab-landscape').dataset.asked === 'going'"
    )
    page.locator(MAP).click(position=at(visitor, 0.85, 0.3))
    page.wait_for_selector("#output.elsewhere")
    for route in held:
        route.continue_()
    page.unroute("**/landscape?wait=0")
    page.wait_for_timeout(600)
    assert page.locator("#output.elsewhere").count() == 1
    assert len(asked) == 1
    page.keyboard.press("Escape")
    shown(visitor, 121)


def test_what_plays_stands_before_it_goes_there(visitor, server) -> None:
    opened(visitor, server)
    page = visitor.page
    page.click("#play")
    page.wait_for_function(f"() => ({DRAWN})().startsWith('11 ')")
    page.locator(MAP).click(position=at(visitor, 0.8, 0.8))
    page.wait_for_selector("#output.elsewhere")
    page.click(GO)
    put(visitor)
    visitor.until("s.frame.state === 'paused' && s.canUndo")


def test_pausing_refines_and_what_is_cancelled_rests_until_it_is_wanted(visitor, server) -> None:
    opened(visitor, server, 0)
    page = visitor.page
    page.click("#play")
    page.wait_for_function(f"() => ({DRAWN})().startsWith('11 ') && ({DRAWN})().endsWith(' whole')")
    page.click("#play")
    visitor.until("s.frame.state === 'paused'")
    shown(visitor, visitor.state("frame.step"))
    # The next one is held up, so that there is something to cancel.
    page.route("**/landscape?wait=0", lambda route: None)
    page.click('[data-name="land pair"]')
    page.wait_for_selector('[data-name="land stop"]:enabled')
    page.unroute("**/landscape?wait=0")
    page.click('[data-name="land stop"]')
    says(page, '[data-name="land stop"]', "Refine")
    with asked(server) as found:
        page.wait_for_timeout(600)
    assert not [path for path, _ in found if path.endswith("/landscape")]
    page.click('[data-name="land stop"]')
    shown(visitor, visitor.state("frame.step"))


def test_a_hidden_tab_asks_for_nothing(visitor, server) -> None:
    opened(visitor, server, 0)
    page = visitor.page
    page.click("#play")
    with asked(server) as found:
        page.wait_for_timeout(2600)
    # Once a second at most.
    assert 1 <= len([path for path, _ in found if path.endswith("/landscape")]) <= 3
    page.click("#of-activations")
    page.wait_for_timeout(200)
    with asked(server) as found:
        page.wait_for_timeout(1500)
    assert not [path for path, _ in found if path.endswith("/landscape")]
    page.click("#play")


@pytest.mark.parametrize(
    ("locale", "words"), [("en-US", "Train first, some hundred steps"), ("zh-CN", "先训练")]
)
def test_a_path_too_short_says_what_to_do_and_leaves_what_there_was(
    server, browser, locale, words
) -> None:
    one = Visitor(browser, locale=locale)
    opened(one, server, 0)
    page = one.page
    directions(one, "pca")
    says(page, "#landscape .problem", words)
    assert page.evaluate(DRAWN) == "41 0 whole"
    steps(one, 200)
    shown(one, 200)
    assert page.inner_text("#landscape .problem") == ""
    one.context.close()


def test_a_server_that_is_gone_is_said_and_nothing_is_lost(visitor, server) -> None:
    opened(visitor, server)
    page = visitor.page
    page.evaluate("glassbox.store.set({ connection: 'lost' })")
    says(page, "#landscape .problem", "does not answer")
    assert page.evaluate(DRAWN) == "41 120 whole"
    page.evaluate("glassbox.store.set({ connection: 'live' })")
    page.wait_for_selector("#landscape .problem:empty", state="attached")
    page.click('[data-name="land pair"]')
    page.wait_for_selector("#tab-landscape[data-asked=going]")
    shown(visitor, 120)


def test_two_weights_show_their_own_values_and_the_pinned_line_is_one_of_them(
    visitor, server, client
) -> None:
    url = opened(visitor, server)
    page = visitor.page
    page.evaluate("glassbox.store.set({ pinned: { layer: 1, unit: 2, from: 4 } })")
    directions(visitor, "weights")
    shown(visitor, 120)
    first = int(page.get_attribute("#landscape [data-index] >> nth=0", "data-index") or 0)
    layout = {p["name"]: p for p in visitor.state("network.layout")}
    assert first == layout["dense_2.weight"]["offset"] + 4 * 8 + 2
    other = int(page.get_attribute("#landscape [data-index] >> nth=1", "data-index") or 0)
    before = vector(client, url)
    page.locator(MAP).click(position=at(visitor, 0.75, 0.5))
    page.wait_for_selector("#output.elsewhere")
    page.click(GO)
    put(visitor)
    moved = vector(client, url) - before
    assert moved[first] == pytest.approx(1, abs=0.05)
    assert moved[other] == pytest.approx(0, abs=0.05)
    assert not np.delete(moved, [first, other]).any()
    # The very same one twice is refused, in words.
    page.keyboard.press("Control+z")
    name = next(n for n, p in layout.items() if p["offset"] == layout["dense_2.weight"]["offset"])
    place = visitor.state("network.layout").index(layout[name])
    page.select_option('[data-name="land parameter 1"]', str(place))
    page.fill('[data-name="land number 1"]', str(4 * 8 + 3))
    page.keyboard.press("Tab")
    says(page, "#landscape .problem", "one and the same")
    visitor.complaints.clear()


def test_of_pictures_a_place_has_its_loss_and_can_be_gone_to(visitor, server, client) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "digits")
    page.click(TAB)
    page.wait_for_function(
        f"() => ({DRAWN})()?.endsWith(' whole') && !({DRAWN})().startsWith('11 ')"
    )
    url = f"/api/networks/{page.evaluate('glassbox.session.id')}"
    before = vector(client, url)
    page.locator(MAP).click(position=at(visitor, 0.6, 0.6))
    says(page, "#landscape .there", "the loss is")
    assert visitor.state("imagined") is None
    page.click(GO)
    put(visitor)
    assert (vector(client, url) != before).any()


def test_what_is_too_large_to_go_through_says_so(visitor, server, client) -> None:
    wide = [{"kind": "flatten"}, *({"kind": "dense", "units": 256} for _ in range(2))]
    spec = {"dataset": {"kind": "digits", "samples": 60}, "layers": wide}
    made = client.post("/api/networks", json=spec).json()
    assert made["parameters"] > 50_000
    page = visitor.page
    page.goto(f"{server.url}/#network={made['id']}")
    page.wait_for_selector("body[data-ready]")
    page.click(TAB)
    page.wait_for_selector(f"{MAP}[data-drawn$=whole]")
    page.locator(MAP).click(position=at(visitor, 0.6, 0.6))
    page.wait_for_selector(f"{GO}[aria-disabled=true]")
    says(page, "#land-why", "50,000")
    before = vector(client, f"/api/networks/{made['id']}")
    page.click(GO, force=True)
    page.wait_for_timeout(200)
    assert (vector(client, f"/api/networks/{made['id']}") == before).all()


def test_on_a_phone_nothing_is_cut(server, browser) -> None:
    one = Visitor(browser, locale="zh-CN", viewport={"width": 390, "height": 844})
    opened(one, server)
    page = one.page
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.evaluate("document.getElementById('landscape-map').clientWidth") > 300
    for kind in ("pca", "weights"):
        directions(one, kind)
        shown(one, 120)
        page.locator(MAP).click(position=at(one, 0.3, 0.7))
        page.wait_for_selector("#output.elsewhere")
        assert violations(page) == [], kind
    one.context.close()
