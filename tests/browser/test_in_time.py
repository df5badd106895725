"""The tab that unrolls a recurrent network in time: its numbers are the API's, by keys too, while it trains."""

import pytest

from .page import choose_data

WAVES = {"kind": "waveforms", "samples": 40, "length": 16}


def number(text: str) -> float:
    return float(text.replace("−", "-").replace(",", ""))


def opened(visitor, server, client, kind: str, **layer):
    """A small network, trained a little, with its tab; and what the API says of the sample."""
    spec = {"dataset": WAVES, "layers": [{"kind": kind, "units": 3, **layer}]}
    made = client.post("/api/networks", json=spec).json()["id"]
    client.post(f"/api/networks/{made}/train", json={"steps": 20})
    page = visitor.page
    page.goto(f"{server.url}/#network={made}")
    page.wait_for_selector("body[data-ready]")
    page.click("#of-time")
    settled(page, 20)
    asked = {"part": "test", "samples": [0]}
    return page, client.post(f"/api/networks/{made}/unrolled", json=asked).json()


def settled(page, step: int) -> None:
    page.wait_for_function(
        """(n) => { const { drawn, asked } = document.getElementById('tab-time').dataset;
          return drawn === n && asked === n; }""",
        arg=str(step),
    )


def shown(page, what: str, way: int = 0) -> float:
    row = f'[data-what="{what}"][data-way="{way}"]'
    page.wait_for_function(
        "(row) => document.querySelector(`${row} .of > .number`)?.textContent", arg=row
    )
    return number(page.inner_text(f"{row} .of > .number"))


def test_the_rows_show_the_numbers_of_the_api(visitor, server, client) -> None:
    page, said = opened(visitor, server, client, "lstm", bidirectional=True)
    page.focus("#time-rows")
    page.keyboard.press("Home")
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function(
        "() => document.getElementById('time-readout').textContent.startsWith('time step 5:')"
    )
    for way, layer in enumerate(said["layers"]):
        for what in ("h", "c"):
            mean = sum(layer[what][4]) / 3
            assert shown(page, what, way) == pytest.approx(mean, abs=6e-4)
        for letter, gate in layer["gates"].items():
            assert shown(page, f"gate.{letter}", way) == pytest.approx(sum(gate[4]) / 3, abs=6e-4)
        assert shown(page, "grad", way) == pytest.approx(layer["grad_h"][4], rel=6e-2, abs=6e-4)
    # The second unit of the direction that reads from the end.
    for _ in range(5):
        page.keyboard.press("ArrowDown")
    page.wait_for_function(
        "() => document.getElementById('time-readout').textContent.includes('from the end · unit 2')"
    )
    page.wait_for_function(
        '(v) => document.querySelector(\'[data-what="h"][data-way="1"] .number\').textContent === v',
        arg=f"{said['layers'][1]['h'][4][1]:.3f}".replace("-", "−"),
    )
    along = said["layers"][0]["grad_c"]  # of an LSTM it comes back along the cells
    first, last = along[0], along[-1]
    spoken = page.inner_text("#in-time .time-said")
    ratio = number(spoken.split("step 1 is ")[1].split(" ")[0])
    assert ratio == pytest.approx(first / last, rel=6e-2)


def test_a_cell_is_opened_and_walked_through_by_keys(visitor, server, client) -> None:
    page, said = opened(visitor, server, client, "gru")
    layer = said["layers"][0]
    page.focus("#time-rows")
    page.keyboard.press("End")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")

    def states(step: int) -> None:
        """The card's last line is the state of unit 1 at that step."""
        page.wait_for_function(
            """([title, value]) => document.querySelector('.time-cell h3')?.textContent.includes(title) &&
              Math.abs(Number(document.querySelector('.time-cell [data-line="state"] .part:last-child .result')
                ?.textContent.replace('−', '-')) - value) < 1e-3""",
            arg=[f"time step {step + 1}×", layer["h"][step][0]],
        )  # fmt: skip

    states(15)
    assert page.locator(".time-cell [data-line^='gate.']").count() == 3
    page.wait_for_function("() => document.activeElement.classList.contains('time-cell')")
    was = page.get_attribute(".time-cell [aria-current]", "data-line")
    page.keyboard.press("ArrowDown")
    assert page.get_attribute(".time-cell [aria-current]", "data-line") != was
    page.keyboard.press("ArrowLeft")
    states(14)
    page.keyboard.press("Escape")
    page.wait_for_selector(".time-cell .line", state="detached")
    assert page.evaluate("document.activeElement.id") == "time-rows"


def test_it_follows_the_training(visitor, server, client) -> None:
    page, _ = opened(visitor, server, client, "simple_rnn")
    page.focus("#time-rows")
    page.keyboard.press("End")
    before, drawn = shown(page, "h"), page.get_attribute("#tab-time", "data-drawn")
    page.click("#play")
    page.wait_for_function(
        "(was) => Number(document.getElementById('tab-time').dataset.drawn) > Number(was) + 50",
        arg=drawn,
    )
    page.click("#play")
    visitor.until("s.frame.state === 'paused' && s.look.step === s.frame.step")
    settled(page, visitor.state("frame.step"))
    assert shown(page, "h") != before
    made = page.evaluate("glassbox.session.id")
    asked = {"part": "test", "samples": [0]}
    [layer] = client.post(f"/api/networks/{made}/unrolled", json=asked).json()["layers"]
    assert shown(page, "h") == pytest.approx(sum(layer["h"][15]) / 3, abs=6e-4)


def test_of_several_layers_each_speaks_of_itself(visitor, server, client) -> None:
    layers = [
        {"kind": "simple_rnn", "units": 3, "return_sequences": True},
        {"kind": "lstm", "units": 3, "return_sequences": True},
        {"kind": "gru", "units": 3},
    ]
    made = client.post("/api/networks", json={"dataset": WAVES, "layers": layers}).json()["id"]
    page = visitor.page
    page.goto(f"{server.url}/#network={made}")
    page.wait_for_selector("body[data-ready]")
    page.click("#of-time")
    settled(page, 0)
    own = page.locator('#time-rows [data-what="said"]')
    assert own.count() == 3
    asked = {"part": "test", "samples": [0]}
    said = client.post(f"/api/networks/{made}/unrolled", json=asked).json()["layers"]
    for w, layer in enumerate(said):
        row = own.nth(w)
        assert row.locator(".title").inner_text() == f"layer {w + 1} · the way back"
        spoken = row.locator(".says").inner_text()
        along = layer["grad_c"] or layer["grad_h"]
        ratio = number(spoken.split("step 1 is ")[1].split(" ")[0])
        assert ratio == pytest.approx(along[0] / along[-1], rel=6e-2, abs=6e-3)
        assert ("gradient of the cell" in spoken) == (layer["kind"] == "lstm")
        label = page.get_attribute(f'[data-what="grad"][data-way="{w}"] canvas', "aria-label") or ""
        assert label.startswith(f"layer {w + 1} · the way back · |dL/dh|")


def test_what_is_drawn_again_is_not_built_again(visitor, server, client) -> None:
    """Elements that come and go with every picture are most of what a page of text takes."""
    spec = {"dataset": {"kind": "arithmetic", "samples": 60}, "batch_size": 20}
    made = client.post("/api/networks", json=spec).json()["id"]
    page = visitor.page
    page.goto(f"{server.url}/#network={made}")
    page.wait_for_selector("body[data-ready]")
    page.click("#of-time")
    settled(page, 0)
    page.wait_for_selector("#sample-text [data-at]")
    assert page.locator("#sample-bars > div").count() == 6
    page.evaluate(
        """() => {
          window.built = 0;
          const observer = new MutationObserver((found) => { window.built += found.length; });
          for (const id of ['sample-text', 'sample-bars', 'time-rows']) observer.observe(document.getElementById(id), { childList: true });
        }"""
    )
    page.click("#play")
    visitor.until("s.look && s.look.step > 30")
    page.click("#play")
    visitor.until("s.frame.state === 'paused' && s.look.step === s.frame.step")
    settled(page, visitor.state("frame.step"))
    assert page.evaluate("window.built") == 0


def test_another_kind_of_layer_is_trained_as_long_beside_it(visitor, server, client) -> None:
    page, _ = opened(visitor, server, client, "simple_rnn")
    with page.expect_response(
        lambda one: one.request.method == "POST" and one.url.endswith("/api/networks")
    ) as made:
        page.click("#time-beside:has-text('Compare with LSTM')")
    other = made.value.json()
    assert [layer["kind"] for layer in other["spec"]["layers"]] == ["lstm"]
    assert other["spec"]["layers"][0]["units"] == 3
    page.wait_for_selector("#in-time header:has-text('test accuracy after 20 steps: LSTM ')")
    there = client.get(f"/api/networks/{other['id']}").json()
    assert there["step"] == 20
    share = f"LSTM {there['metrics']['test_accuracy'] * 100:.1f}%"
    assert share in page.inner_text("#in-time header")
    page.click("#time-beside:has-text('End the comparison')")
    page.wait_for_selector("#time-beside:has-text('Compare with LSTM')")
    for _ in range(50):
        if client.get(f"/api/networks/{other['id']}").status_code == 404:
            break
        page.wait_for_timeout(50)
    assert client.get(f"/api/networks/{other['id']}").status_code == 404
    assert "after 20 steps" not in page.inner_text("#in-time header")


@pytest.mark.parametrize(("kind", "other"), [("rnn", "lstm"), ("lstm", "simple_rnn")])
def test_the_layer_beside_starts_as_the_recipe_has_it(visitor, server, client, kind, other) -> None:
    """An LSTM with its forget gates open, and a simple RNN without weights of gates that it has not."""
    presets = client.get("/api/catalog").json()["presets"]
    spec = next(one["spec"] for one in presets if one["name"] == f"vanishing_gradient_{kind}")
    made = client.post("/api/networks", json=spec).json()["id"]
    page = visitor.page
    page.goto(f"{server.url}/#network={made}")
    page.wait_for_selector("body[data-ready]")
    page.click("#of-time")
    with page.expect_response(
        lambda one: one.request.method == "POST" and one.url.endswith("/api/networks")
    ) as answer:
        page.click("#time-beside")
    beside = answer.value.json()["spec"]
    assert [layer["kind"] for layer in beside["layers"]] == [other]
    assert list(beside["start"]) == (["lstm_1.bias"] if other == "lstm" else [])
    page.wait_for_selector("#in-time header:has-text('test accuracy after 0 steps')")
    page.click("#time-beside")


def test_without_recurrent_layers_there_is_no_such_tab(visitor, server) -> None:
    page = visitor.open(server.url)
    assert page.locator("#of-time").is_hidden()
    choose_data(visitor, "brackets")
    page.wait_for_selector("#of-time")
    page.click("#of-time")
    page.wait_for_selector("#time-rows canvas")
    assert page.locator('[data-what="x"]').count() == 0  # signs are read where steps are numbered
    choose_data(visitor, "digits")
    assert page.locator("#of-time").is_hidden()
    assert page.locator("#tab-time").is_hidden()
