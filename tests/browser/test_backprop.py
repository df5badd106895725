"""Backprop in numbers: walked by keys and by pointer; its figures are those of the API."""

import pytest

from .barriers import violations
from .conftest import Visitor
from .page import choose_data, open_preset, says

TAB = "#of-backprop"


def open_tab(visitor: Visitor, server) -> str:
    """Returns the network's address in the API."""
    page = visitor.open(server.url)
    page.click(TAB)
    page.wait_for_selector("#backprop .line.on")
    return f"{server.url}/api/networks/{visitor.state('network.id')}"


def go_to(visitor: Visitor, chapter: int) -> None:
    visitor.page.click(f"#backprop [data-name='chapter {chapter}']")
    visitor.page.wait_for_selector(f"#backprop [data-name='chapter {chapter}'][aria-current]")


def drawn(visitor: Visitor) -> str:
    return visitor.page.get_attribute("#backprop", "data-drawn")


def press(visitor: Visitor, key: str) -> None:
    """And wait for the picture after it."""
    before = drawn(visitor)
    visitor.page.keyboard.press(key)
    visitor.page.wait_for_function(
        "(was) => document.getElementById('backprop').dataset.drawn !== was", arg=before
    )


def test_the_eight_steps_are_walked_without_a_mouse(visitor, server) -> None:
    page = visitor.open(server.url)
    page.focus("#of-activations")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#backprop .line.on")
    page.keyboard.press("Enter")  # once more: into the lines, past the buttons
    assert page.evaluate("document.activeElement.className") == "lines"
    page.keyboard.press("f")
    page.wait_for_selector("#backprop-whole[open]")
    seen = []
    for _ in range(200):
        chapter = page.get_attribute("#backprop [aria-current='step']", "data-name")
        assert page.inner_text("#backprop .line.on .k")
        if chapter not in seen:
            seen.append(chapter)
        if not page.locator("#backprop [data-name='next']").count():
            break
        press(visitor, "ArrowRight")
    assert seen == [f"chapter {n}" for n in range(1, 9)]
    # The last step leads to the next sample; what has happened is said above the dialog.
    ahead = page.evaluate("window.glassbox.store.state.frame.step")
    page.focus("#backprop [data-name='apply next']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#backprop [data-name='chapter 2'][aria-current='step']")
    page.wait_for_function("(was) => window.glassbox.store.state.frame.step === was + 1", arg=ahead)
    assert page.is_visible("#backprop-whole #banner")
    assert page.input_value("#backprop [data-name='samples']") != "1"
    press(visitor, "ArrowLeft")
    press(visitor, "3")
    assert page.get_attribute("#backprop [aria-current='step']", "data-name") == "chapter 3"
    unit = page.input_value("#backprop [data-name='unit 0']")
    page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "(was) => document.querySelector(\"#backprop [data-name='unit 0']\").value !== was",
        arg=unit,
    )
    page.keyboard.press("Escape")
    assert not page.is_visible("#backprop-whole")


def test_what_is_shown_is_what_the_api_says(visitor, server, client) -> None:
    url = open_tab(visitor, server)
    page = visitor.page
    go_to(visitor, 3)
    found = client.post(f"{url}/worked", json={}).json()
    first = next(line for line in found["lines"] if line["chapter"] == 3)
    shown = page.text_content("#backprop .line.on .result").replace("−", "-")
    assert float(shown) == pytest.approx(first["value"], rel=6e-4)


@pytest.mark.parametrize("kind", ["digits", "waveforms", "zen", "wine", "sine"])
def test_every_view_of_data_has_its_walk(visitor, server, kind) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, kind)
    page.click(TAB)
    page.wait_for_selector("#backprop .line.on")
    page.click("#backprop-full")
    for chapter in range(1, 9):
        go_to(visitor, chapter)
        assert page.text_content("#backprop .line.on .equation")
    page.click("#backprop [data-name='overview']")
    page.wait_for_selector("#backprop .overview-row .matrix")
    page.click("#backprop [data-name='chain']")
    page.wait_for_selector("#backprop .factor")


def test_one_hover_lights_the_number_wherever_it_stands(visitor, server) -> None:
    open_tab(visitor, server)
    page = visitor.page
    page.click("#backprop-full")
    go_to(visitor, 3)
    page.wait_for_selector("#backprop .where .unit")
    page.locator("#backprop .line.on [data-at='dense_1/weight/0.0']").first.hover()
    lit = page.eval_on_selector_all("#backprop .lit", "all => all.map((one) => one.localName)")
    assert "line" in lit
    assert len(lit) >= 3  # in symbols, in figures, as a line of the diagram
    assert visitor.state("hover") == {"layer": 0, "unit": 0, "from": 0}


def test_a_point_of_the_plane_is_the_sample(visitor, server) -> None:
    open_tab(visitor, server)
    page = visitor.page
    point = visitor.state("dataset.inputs[5]")
    page.evaluate("(p) => glassbox.store.set({ probePinned: { u: p[0], v: p[1] } })", point)
    page.wait_for_function(
        "() => document.querySelector(\"#backprop [data-name='samples']\").value === '6'"
    )


def test_apply_makes_the_update_shown(visitor, server, client) -> None:
    url = open_tab(visitor, server)
    page = visitor.page
    page.fill("#backprop [data-name='samples']", "3, 8")
    page.keyboard.press("Enter")
    page.wait_for_selector("#backprop [data-name='sample']")
    traced = client.post(f"{url}/trace", json={"samples": [2, 7]}).json()
    page.click("#backprop [data-name='apply']")
    visitor.until("s.frame.step === 1")
    weights = client.get(f"{url}/weights").json()
    for entry in traced["entries"]:
        if "weight_after" in entry:
            assert weights[f"{entry['layer']}.{entry['parameter']}"] == entry["weight_after"]


def test_check_holds_the_gradient_to_central_differences(visitor, server) -> None:
    open_tab(visitor, server)
    page = visitor.page
    go_to(visitor, 7)
    page.click("#backprop [data-name='check']")
    page.wait_for_selector("#backprop .check.ok")


def test_samples_that_are_not_there_are_said_so(visitor, server) -> None:
    open_tab(visitor, server)
    field = visitor.page.locator("#backprop [data-name='samples']")
    field.fill("900")
    field.press("Enter")
    assert "1" in field.evaluate("(f) => f.validationMessage")
    field.fill("1")
    field.press("Enter")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_an_exercise_is_solved_with_hints(browser, server, client, locale) -> None:
    one = Visitor(browser, locale=locale)
    url = open_tab(one, server)
    page = one.page
    page.click("#backprop [data-name='exercise']")
    page.wait_for_selector("#backprop .blank input")
    made = client.post(f"{url}/exercise", json={"seed": 1, "level": 1, "solutions": True}).json()
    answer = next(line["value"] for line in made["lines"] if line.get("blank"))
    field = page.locator("#backprop .blank input")
    for n in range(3):
        field.fill(str(answer + 10))
        field.press("Enter")
        page.wait_for_function(
            "(n) => document.querySelector('.exercise-hint p')?.textContent.includes(String(n))",
            arg=n + 1,
        )
    field.fill("three")
    field.press("Enter")
    page.wait_for_selector(".exercise-hint:not(:has(math))")
    field.fill(f"{answer:.5g}")
    field.press("Enter")
    page.wait_for_selector("#backprop .blank.right")
    says(page, ".tally", "1")
    assert violations(page, "#tabs") == []
    one.context.close()


def test_ten_exercises_are_printed_with_solutions(visitor, server) -> None:
    open_tab(visitor, server)
    page = visitor.page
    network = visitor.state("network.id")
    page.goto(f"{server.url}/exercises?network={network}&seed=1")
    page.wait_for_selector("#solutions > li")
    assert page.locator("#exercises > li").count() == page.locator("#solutions > li").count() == 10
    assert page.locator("#exercises .write-here").count() >= 10
    assert page.locator("#solutions .write-here").count() == 0
    assert violations(page) == []
    page.goto(f"{server.url}/exercises?network=none")
    visitor.page.wait_for_function("() => document.getElementById('lead').textContent.length > 20")
    visitor.complaints.clear()  # the browser tells of the 404, too


def test_the_tab_and_its_whole_screen_have_no_barriers(browser, server) -> None:
    one = Visitor(browser)
    open_tab(one, server)
    assert violations(one.page) == []
    one.page.click("#backprop-full")
    for view in ("overview", "chain", "exercise"):
        one.page.click(f"#backprop [data-name='{view}']")
        one.page.wait_for_timeout(400)
        assert violations(one.page, "#backprop") == [], view
    one.context.close()


def test_the_eight_steps_of_the_article(visitor, server) -> None:
    visitor.open(server.url)
    open_preset(visitor, "article_bp")
    visitor.until("s.network.spec.batch_size === 1")
    visitor.page.click(TAB)
    visitor.page.wait_for_selector("#backprop .line.on")
    go_to(visitor, 7)
    assert "∂" in visitor.page.text_content("#backprop .line.on .equation")


def test_a_clicked_unit_shows_its_sum_and_what_the_last_step_did(visitor, server, client) -> None:
    page = visitor.open(server.url)
    url = f"{server.url}/api/networks/{visitor.state('network.id')}"
    visitor.until("s.picture && s.picture.probe")
    page.evaluate("glassbox.store.set({ pinned: { layer: 0, unit: 3 } })")
    page.wait_for_selector("#neuron-card:not([hidden]) .total")
    first = client.post(f"{url}/worked", json={"units": {"dense_1": [3]}}).json()
    z = next(line["value"] for line in first["lines"] if line["what"] == "weighted_sum")
    shown = page.inner_text("#neuron-card .total td:nth-child(4)").replace("−", "-")
    assert float(shown) == pytest.approx(z, abs=6e-4)
    batch = {"samples": first["next_samples"], "units": {"dense_1": [3]}}
    chains = client.post(f"{url}/worked", json=batch).json()["chains"]
    before = client.get(f"{url}/weights").json()["dense_1.weight"]
    page.wait_for_timeout(500)  # it asks what the next step will do
    page.click("#step")
    visitor.until("s.frame.step === 1 && !s.waiting")
    page.wait_for_selector("#neuron-card .moved")
    after = client.get(f"{url}/weights").json()["dense_1.weight"]
    moved = page.inner_text("#neuron-card tr:first-child .moved").replace("−", "-")
    assert float(moved) == pytest.approx(after[0][3] - before[0][3], rel=0.06, abs=6e-4)
    delta = chains["dense_1.bias"]["gradient"]
    page.wait_for_selector("#neuron-card .back")
    says(page, "#neuron-card .back", f"{abs(delta):.4f}")
    page.keyboard.press("Escape")
    page.wait_for_selector("#neuron-card", state="hidden")


def test_dense_layers_on_images_are_walked_too(visitor, server, client) -> None:
    layers = [{"kind": "flatten"}, {"kind": "dense", "units": 12}]
    made = client.post(
        "/api/networks", json={"dataset": {"kind": "digits"}, "layers": layers}
    ).json()
    page = visitor.page
    page.goto(f"{server.url}/#network={made['id']}")
    page.wait_for_selector("body[data-ready]")
    page.click(TAB)
    page.wait_for_selector("#backprop .line.on")
    page.click("#backprop-full")
    for chapter in range(1, 9):
        go_to(visitor, chapter)
    page.wait_for_selector("#backprop .where .unit")
