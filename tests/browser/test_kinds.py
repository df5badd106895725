"""Every kind of layer and data, watched on the page."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.datasets import DATASETS

from ..data import FILLED
from ..serving import wait_for
from .conftest import Visitor
from .page import choose_data, layers, show_family, too_small

# Every kind that is not points or a curve, and one of those each: test_page.py opens them all.
KINDS = [
    name
    for name in FILLED
    if DATASETS[name].view not in ("plane", "curve") or name in ("moons", "sine")
]
ROWS = ("plane", "curve", "table")


def painted(visitor: Visitor, selector: str) -> list[bool]:
    """Whether each canvas holds more than one colour."""
    return visitor.page.evaluate(
        """(selector) => [...document.querySelectorAll(selector)].map((canvas) => {
          const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
          const seen = new Set();
          for (let i = 0; i < data.length; i += 4) if (data[i + 3]) seen.add(data[i] * 65536 + data[i + 1] * 256 + data[i + 2]);
          return seen.size > 2;
        })""",
        selector,
    )


def test_a_convolutional_network_learns_digits_before_ones_eyes(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "digits")
    visitor.until("s.look && s.look.step === 0 && s.look.outputs.size === 50")
    before = visitor.state("frame.loss")
    page.click("#play")
    visitor.until("s.frame.step > 60", 40)
    visitor.until("s.look.step > 30", 30)
    assert visitor.state("frame.loss") < 0.8 * before
    page.click("#play")
    visitor.until("s.frame.state === 'paused' && s.look.step === s.frame.step")
    page.wait_for_timeout(200)
    # The sample, two convolutions, two poolings, flatten and the output.
    assert painted(visitor, "#chain canvas") == [True] * 7
    assert painted(visitor, "#gallery, #sample-chart") == [True] * 2
    assert page.locator("#sample-bars > div").count() == 10
    page.click("#of-confused")
    page.wait_for_selector("#confusion td")
    assert page.locator("#confusion td").count() == 101
    box = page.locator("#chain canvas[data-layer='0']").bounding_box()
    page.hover(
        "#chain canvas[data-layer='0']",
        position={"x": box["width"] / 4, "y": box["height"] / 2 - 20},
    )
    page.wait_for_selector("#hover-card .title:has-text('layer 1 · filter')")


# Distinct looks that reached a map of the first layer and changed what is on it.
COUNT_DRAWN = """() => {
  const canvas = () => document.querySelector("#chain canvas[data-layer='0']");
  let last = '', step = -1;
  window.moved = 0;
  const again = () => {
    const { look } = glassbox.store.state;
    if (look && look.step !== step && canvas()) {
      const now = canvas().toDataURL();
      if (now !== last) window.moved++;
      [last, step] = [now, look.step];
    }
    requestAnimationFrame(again);
  };
  requestAnimationFrame(again);
}"""


def test_feature_maps_move_while_it_trains_and_not_where_nobody_looks(
    server, client, visitor
) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "digits")
    visitor.until("s.look && s.look.outputs.size === 50")
    looks = server.networks.live[visitor.state("network.id")].channel.looks
    page.evaluate(COUNT_DRAWN)
    page.evaluate("glassbox.session.setSpeed(6)")  # 100 steps a second
    page.click("#play")
    page.wait_for_function("() => window.moved >= 5")
    hide = """(hidden) => {
      Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
      document.dispatchEvent(new Event('visibilitychange'));
    }"""
    page.evaluate(hide, True)
    wait_for(lambda: not looks)
    page.evaluate(hide, False)
    wait_for(lambda: looks)
    step = visitor.state("look.step")
    visitor.until(f"s.look.step > {step}")


def test_a_lost_connection_brings_the_looks_back(server, client, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "digits")
    visitor.until("s.look && s.look.outputs.size === 50")
    page.evaluate("glassbox.session.run.socket.socket.close()")
    visitor.until("s.connection === 'lost'")
    visitor.until("s.connection === 'live'")
    client.post(f"/api/networks/{visitor.state('network.id')}/train", json={"steps": 5})
    visitor.until("s.look.step === 5 && s.look.outputs.size === 50")


def test_looking_shows_what_the_server_says_of_the_raw_sample(server, client, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "sines")
    visitor.until("s.look && s.look.outputs.size > 50")
    page.fill("#sample-number", "7")
    page.press("#sample-number", "Enter")
    visitor.until("s.sample === 6 && s.look.sample === 6")
    data = client.get(f"/api/networks/{visitor.state('network.id')}/dataset").json()
    raw = np.array(data["test_inputs"][6]) * data["deviation"] + data["mean"]
    said = client.post(
        f"/api/networks/{visitor.state('network.id')}/predict", json={"inputs": [raw.tolist()]}
    ).json()["outputs"][0]
    scaled = page.evaluate("Array.from(glassbox.store.state.look.outputs.get(6))")
    values = np.array(scaled) * data["target_deviation"] + data["target_mean"]
    np.testing.assert_allclose(values, said, atol=1e-5)
    page.wait_for_selector("#forecast[data-step]")
    assert painted(visitor, "#forecast canvas") == [True]


def test_a_recurrent_network_tells_waveforms_apart(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "waveforms")
    assert [layer["kind"] for layer in layers(visitor)] == ["gru"]
    before = visitor.state("frame.loss")
    page.click("#play")
    visitor.until("s.frame.step > 40", 40)
    page.click("#play")
    visitor.until("s.frame.state === 'paused' && s.look && s.look.step === s.frame.step")
    assert visitor.state("frame.loss") < before
    page.get_by_label("Every step of layer 1").check()
    # A sequence now reaches the output, which takes one row a sample: said there, and not lost.
    page.wait_for_selector("#chain .layer-card:last-child .refusal:has-text('sequence')")
    assert visitor.state("network.spec.layers[0].return_sequences") is False
    visitor.complaints.clear()  # the browser logs the refused change
    page.select_option("#add-kind", "lstm")
    visitor.until("s.network.spec.layers.length === 2 && !s.refused")
    assert [(one["kind"], one["return_sequences"]) for one in layers(visitor)] == [
        ("gru", True),
        ("lstm", False),
    ]
    visitor.until(
        "s.look && s.look.layers.lstm_1 && s.look.layers.gru_1.shape[0] === s.dataset.shape[0]"
    )


def test_a_text_network_writes_and_can_be_stopped(server, visitor) -> None:
    page = visitor.open(server.url)
    assert page.is_hidden("#writing")
    choose_data(visitor, "zen")
    page.select_option("#step-kind", "step 100")
    page.click("#step")
    visitor.until("s.frame.step === 100 && !s.waiting", 40)
    page.fill("#write-prompt", "Now is")
    page.click("#write")
    page.wait_for_selector("#written[aria-busy=false]:not(:empty)")
    text = page.locator("#written").inner_text()
    assert text.startswith("Now is")
    assert len(page.evaluate("document.getElementById('written').textContent")) == 306
    page.fill("#write-length", "10000")
    page.click("#write")
    page.wait_for_selector("#written[aria-busy=true]")
    visitor.until("document.getElementById('written').textContent.length > 400")
    page.click("#write")
    page.wait_for_selector("#written[aria-busy=false]")
    assert len(page.evaluate("document.getElementById('written').textContent")) < 10_000
    page.fill("#write-prompt", "ß")
    page.click("#write")
    page.wait_for_selector("#write-problem:has-text('ß (U+00DF) does not occur')")
    visitor.complaints.clear()  # the console names the 422
    choose_data(visitor, "spiral")
    page.wait_for_selector("#writing", state="hidden")


def test_text_is_shown_with_what_is_expected_next(server, visitor) -> None:
    page = visitor.open(server.url)
    choose_data(visitor, "zen")
    visitor.until("s.look && s.look.outputs.size === 1")
    before = visitor.state("frame.loss")
    page.select_option("#step-kind", "step 10")
    page.click("#step")
    visitor.until("s.frame.step === 10 && !s.waiting && s.look.step === 10", 40)
    assert visitor.state("frame.loss") < before
    assert page.locator("#sample-text span").count() == 32
    assert page.locator("#sample-text i.wrong, #sample-text i.right").count() == 32
    page.focus("#sample-text")
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector('#sample-text .chosen[data-at="30"]')
    assert page.locator("#sample-bars > div").count() == 6
    # Sequences alone fit the loss, and embeddings go first.
    options = page.locator("#settings").get_by_label("Loss", exact=True).locator("option")
    assert options.all_inner_texts() == ["CE per step"]
    assert page.locator('[data-name="kind 1"] option:not([disabled])').all_inner_texts() == [
        "embedding"
    ]


MIXED = [
    {"kind": "dense", "units": 8, "activation": "tanh"},
    {"kind": "batch_norm", "epsilon": 0.01},
    {"kind": "dropout", "rate": 0.2},
    {"kind": "dense", "units": 8, "activation": "linear"},
    {"kind": "prelu"},
    {"kind": "residual", "span": 2, "activation": "relu"},
    {"kind": "layer_norm"},
    {"kind": "activation", "activation": "softmax"},
    {"kind": "flatten"},
]


@pytest.mark.parametrize("kind", ["spiral", "slope", "sine", "iris"])
def test_planes_of_mixed_kinds_are_the_servers(server, client, visitor, kind) -> None:
    loss = "mse" if kind in ("slope", "sine") else "cross_entropy"
    made = client.post(
        "/api/networks", json={"dataset": {"kind": kind}, "layers": MIXED, "loss": loss}
    ).json()
    url = f"/api/networks/{made['id']}"
    client.post(f"{url}/train", json={"steps": 150})
    visitor.page.goto(f"{server.url}/#network={made['id']}")
    visitor.page.wait_for_selector("body[data-ready]")
    visitor.until("s.picture && s.frame.step === 150")
    ours = np.array(visitor.page.evaluate("glassbox.boundary(31)"), float)
    theirs = np.array(client.get(f"{url}/boundary?resolution=31").json()["outputs"])
    assert ours.shape == theirs.shape
    assert np.abs(ours - theirs).max() < 1e-4 * max(1.0, np.abs(theirs).max())


def test_text_of_ones_own_is_learned_and_errors_are_said(server, visitor) -> None:
    page = visitor.open(server.url)
    show_family(visitor, "own_text")
    page.click('[data-kind="own_text"]')
    page.click("#text-form button[type=submit]")
    page.wait_for_selector("#text-problem:has-text('Paste a text')")
    page.fill("#text-own", "ab" * 10_001)
    page.click("#text-form button[type=submit]")
    page.wait_for_selector("#text-problem:has-text('at most 20,000')")
    page.fill("#text-own", "aaaa")
    page.click("#text-form button[type=submit]")
    page.wait_for_selector("#text-problem:has-text('the text has 4 characters')")
    visitor.complaints.clear()
    page.fill("#text-own", "床前明月光，疑是地上霜。举头望明月，低头思故乡。" * 12)
    page.click("#text-form button[type=submit]")
    visitor.until("s.network.spec.dataset.kind === 'own_text' && s.dataset.vocabulary.length > 10")
    page.wait_for_selector("#text-dialog", state="hidden")
    page.wait_for_selector("#thumbs .own [aria-checked=true]")  # kept, and the one in use
    visitor.until("s.look && s.look.outputs.size === 1")


@pytest.mark.parametrize("view", dict.fromkeys(DATASETS[kind].view for kind in KINDS))
def test_every_dataset_is_chosen_and_trains(server, visitor, view) -> None:
    page = visitor.open(server.url)
    for kind in (kind for kind in KINDS if DATASETS[kind].view == view):
        choose_data(visitor, kind)
        for tab in ("#of-numbers", "#of-activations"):
            page.click(tab)
        page.select_option("#step-kind", "step 1")
        for step in (1, 2, 3):
            page.click("#step")
            visitor.until(f"s.frame.step === {step} && !s.waiting", 40)
        if view in ROWS:
            visitor.until("s.picture && s.picture.train.length > 0")
        else:
            visitor.until("s.look && s.look.step === 3 && s.look.outputs.size > 0")
            assert page.is_visible("#samples"), kind
            assert painted(visitor, "#chain canvas[data-layer='0']") == [True], kind
        assert page.locator("#banner.bad:not([hidden])").count() == 0, kind
        page.click("#undo")
        visitor.until("s.network.spec.dataset.kind === 'spiral' && s.picture")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_no_word_is_missing_whatever_is_shown(server, browser, locale) -> None:
    one = Visitor(browser, locale=locale)
    page = one.open(server.url)
    words = json.loads(
        (Path(__file__).parents[2] / "static" / "i18n" / f"{locale[:2]}.json").read_text()
    )
    page.click("#more")
    for kind in ("spiral", "digits", "waveforms", "sines", "zen", "topics"):
        if kind != "spiral":
            choose_data(one, kind)
            one.until("s.look")
        page.click('[data-name="details 1"]')
        text = page.inner_text("body")
        keys = [key for key in words if "." in key and key in text.split()]
        assert keys == []
        assert too_small(page) == []
        if locale == "zh-CN":
            for english in (
                "Padding",
                "Kernel",
                "Every step",
                "Window",
                "Schedule",
                "layer 1",
                "Units",
            ):
                assert english not in text
        page.keyboard.press("Escape")
    one.context.close()
    assert not one.complaints


@pytest.mark.parametrize("width", [390, 1440])
@pytest.mark.parametrize("kind", ["digits", "zen"])
def test_the_chain_stays_within_the_page(server, browser, width, kind) -> None:
    one = Visitor(browser, viewport={"width": width, "height": 844})
    page = one.open(server.url)
    choose_data(one, kind)
    one.until("s.look && s.look.outputs.size > 0")
    wide = page.evaluate(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )
    assert wide <= 0
    one.context.close()
    assert not one.complaints
