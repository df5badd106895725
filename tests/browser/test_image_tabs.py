"""Tabs of an image network: its kernels, what an answer hangs on, and the samples behind a confusion."""

from typing import Any

import numpy as np
import pytest

from .barriers import violations
from .conftest import Visitor
from .page import reads
from .test_cells import digits

SOBEL_X = [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]


def kernels(client: Any, url: str, layer: str = "conv2d_1") -> Any:
    return np.array(client.get(f"{url}/weights").json()[f"{layer}.weight"])


def opened(visitor: Visitor, server: Any, tab: str, ready: str, steps: int = 20) -> str:
    url = digits(visitor, server, steps)
    visitor.page.click(tab)
    visitor.page.wait_for_selector(ready)
    return url


def test_a_kernel_is_chosen_and_set_by_keys_and_comes_back_by_undo(server, client, visitor) -> None:
    url = opened(visitor, server, "#of-kernels", "#kernels[data-drawn]")
    page, before = visitor.page, kernels(client, url)
    page.focus("#kernels")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#kernel-form h3:text-is('filter 3')")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.dataset.at") == "0"
    fields = page.locator("#kernel-form [data-at]")
    shown = [float(fields.nth(i).input_value().replace("−", "-")) for i in range(9)]
    assert shown == pytest.approx(before[:, :, 0, 2].ravel().tolist(), abs=6e-4)
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("-1,5")
    page.keyboard.press("Enter")
    visitor.until("s.canUndo && s.weights[2] === -1.5")
    assert page.evaluate("document.activeElement.dataset.at") == "1"
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.dataset.at") == "4"
    after = kernels(client, url)
    assert after[0, 0, 0, 2] == -1.5
    after[0, 0, 0, 2] = before[0, 0, 0, 2]
    assert (after == before).all()
    page.click("#undo")
    visitor.until(f"Math.abs(s.weights[2] - {float(before[0, 0, 0, 2])}) < 1e-6")
    assert (kernels(client, url) == before).all()


def test_what_is_not_drawn_is_counted(server, client, visitor) -> None:
    layers = [
        {"kind": "conv2d", "filters": 40, "kernel_size": 3},
        {"kind": "conv2d", "filters": 8, "kernel_size": 3},
        {"kind": "flatten"},
        {"units": 300},
    ]
    spec = {"dataset": {"kind": "digits"}, "layers": layers}
    made = client.post("/api/networks", json=spec).json()
    page = visitor.page
    page.goto(f"{server.url}/#network={made['id']}")
    page.wait_for_selector("#chain canvas[data-drawn]")
    facts = page.locator("#chain .facts").all_inner_texts()
    rest = [text.split("+")[1] if "+" in text else "" for text in facts]
    assert rest == ["", "24 more", "", "", "44 more", ""]
    label = page.get_attribute('#chain canvas[data-layer="0"]', "aria-label")
    assert label.endswith(", +24 more")
    # Of kernels the columns out of sight, and beyond 32 channels the rest.
    page.click("#of-kernels")
    page.wait_for_selector("#kernels[data-drawn]")
    after = page.locator(".kernels-head .beyond:visible")
    assert "more →" in after.inner_text()
    after.click()
    page.wait_for_selector(".kernels-head .beyond:visible:text('← ')")
    # The one that keys choose is in sight.
    page.focus("#kernels")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("() => document.querySelector('.kernels-scroll').scrollLeft < 60")
    for _ in range(38):
        page.keyboard.press("ArrowRight")
    page.wait_for_selector("#kernel-form h3:text-is('filter 40')")
    page.wait_for_function("() => document.querySelectorAll('.kernels-head .beyond:not([hidden])').length === 1")  # fmt: skip
    page.select_option('[data-name="kernels of"]', "conv2d_2")
    page.wait_for_selector(".kernels-head .hint:has-text('+8 more channels')")


@pytest.mark.parametrize("kind", ["digits", "shapes"])
def test_the_confusion_is_no_wider_than_a_phone(server, browser, kind) -> None:
    phone = Visitor(browser, viewport={"width": 360, "height": 740})
    with server.client() as client:
        made = client.post("/api/networks", json={"dataset": {"kind": kind}}).json()
    phone.page.goto(f"{server.url}/#network={made['id']}")
    phone.page.wait_for_selector("#chain canvas[data-drawn]")
    phone.page.click("#of-confused")
    phone.page.wait_for_selector("#confusion button")
    assert phone.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    phone.context.close()


def test_a_ready_made_kernel_stays_while_the_rest_learns(server, client, visitor) -> None:
    url = opened(visitor, server, "#of-kernels", "#kernels[data-drawn]")
    page = visitor.page
    page.click("#kernels", position={"x": 30 + 20, "y": 18 + 10})
    page.wait_for_selector("#kernel-form h3:text-is('filter 1')")
    page.select_option("#kernel-ready", "sobelX")
    visitor.until("s.weights[0] === -1 && s.canUndo")
    assert kernels(client, url)[:, :, 0, 0].tolist() == SOBEL_X
    page.click("[data-name='kernel frozen']")
    visitor.until("s.network.spec.surgery.frozen.conv2d_1?.[0] === 0")
    before = kernels(client, url)
    page.evaluate("glassbox.session.step({ steps: 15 })")
    visitor.until("s.frame.step === 35")
    after = kernels(client, url)
    assert after[:, :, 0, 0].tolist() == SOBEL_X
    assert not np.allclose(after[..., 1], before[..., 1])
    page.wait_for_selector("#kernels[data-drawn='35']")


def test_ready_made_kernels_fit_larger_ones_and_all_channels(server, client, visitor) -> None:
    layers = [
        {"kind": "conv2d", "filters": 2, "kernel_size": 2},
        {"kind": "conv2d", "filters": 3, "kernel_size": 5, "padding": "same"},
        {"kind": "flatten"},
    ]
    made = client.post("/api/networks", json={"dataset": {"kind": "digits"}, "layers": layers})
    url = f"/api/networks/{made.json()['id']}"
    page = visitor.page
    page.goto(f"{server.url}/#network={made.json()['id']}")
    page.wait_for_selector("body[data-ready]")
    page.click("#of-kernels")
    page.wait_for_selector("#kernels[data-drawn]")
    option = page.locator("#kernel-ready option[value=sobelX]")
    assert option.is_disabled()
    assert "does not fit 2 × 2" in (option.text_content() or "")
    page.select_option("[data-name='kernels of']", "conv2d_2")
    page.wait_for_selector("#kernel-every")
    page.check("#kernel-every")
    page.select_option("#kernel-ready", "sobelX")
    visitor.until("s.canUndo")
    found = kernels(client, url, "conv2d_2")
    for channel in range(2):
        assert found[1:4, 1:4, channel, 0].tolist() == SOBEL_X
        assert np.abs(found[:, :, channel, 0]).sum() == np.abs(SOBEL_X).sum()
    # Beside what is typed the kernels are to be read, too.
    page.hover("#kernels", position={"x": 50, "y": 40})
    page.wait_for_selector("#hover-card .kernel")
    shown = [float(v.replace("−", "-")) for v in page.inner_text("#hover-card .kernel").split()]
    assert shown == pytest.approx(found[:, :, 0, 0].ravel().tolist(), abs=6e-3)


def test_what_an_answer_hangs_on_is_what_the_server_says(server, client, visitor) -> None:
    url = opened(visitor, server, "#of-ask", "[data-name='q saliency']", 60)
    page = visitor.page
    page.select_option("[data-name='q saliency class']", "3")
    page.select_option("[data-name='q method']", "gradient_x_input")
    page.click("[data-name='q saliency']")
    page.wait_for_selector("[data-question=saliency] .question-map")
    asked = {"part": "test", "samples": [0], "of": 3}
    told = client.post(f"{url}/saliency", json={**asked, "method": "gradient_x_input"}).json()
    text = page.inner_text("[data-question=saliency]")
    assert f"z of 3 is {told['output']:.3f}".replace("-", "−") in text
    values = np.array(told["saliency"])[..., 0]
    row, column = np.unravel_index(np.abs(values).argmax(), values.shape)
    assert f"row {row + 1}, column {column + 1}: {values[row, column]:.3f}".replace("-", "−") in text  # fmt: skip
    assert "at step 60" in text
    page.select_option("[data-name='q size']", "3")
    page.click("[data-name='q occlusion']")
    page.wait_for_selector("[data-question=occlusion] .question-map")
    told = client.post(f"{url}/occlusion", json={**asked, "size": 3}).json()
    text = page.inner_text("[data-question=occlusion]")
    assert f"3 has {told['whole'] * 100:.1f}%" in text
    assert f"{(told['whole'] - np.max(told['drop'])) * 100:.1f}%" in text
    page.hover("[data-question=occlusion] .question-map", position={"x": 4, "y": 4})
    first = (told["whole"] - told["drop"][0][0]) * 100
    page.wait_for_selector(f"[data-question=occlusion] .hint:has-text('→ {first:.1f}%')")
    # What has been trained since is said, and another sample is another question.
    page.evaluate("glassbox.session.step({ steps: 5 })")
    page.wait_for_selector("[data-question=saliency]:has-text('at step 60; the network is at 65')")
    page.click("#sample-after")
    page.wait_for_selector("[data-question=saliency] .question-map", state="detached")


def test_a_filter_is_excited_while_it_plays_and_that_can_be_cancelled(
    server, client, visitor
) -> None:
    opened(visitor, server, "#of-ask", "[data-name='q excite']")
    page = visitor.page
    page.select_option("[data-name='q layer']", "conv2d_2")
    page.select_option("[data-name='q unit']", "4")
    page.keyboard.press("Escape")
    page.evaluate("glassbox.session.play()")
    visitor.until("s.frame.step > 25")
    page.click("[data-name='q excite']")
    page.wait_for_selector("#excited-text:has-text('Mean z from')")
    page.wait_for_selector("[data-name='q excite']:has-text('Ask again')")
    told = page.inner_text("#excited-text").split(";")[0].removeprefix("Mean z from ")
    first, value = (float(v.replace("−", "-")) for v in told.split(" to "))
    assert value >= first
    # What is cancelled stays where it was.
    page.evaluate("glassbox.session.setSpeed(14)")
    page.click("[data-name='q excite']")
    page.click("[data-name='q excite']:has-text('Cancel')")
    page.wait_for_selector("[data-name='q excite']:not(:has-text('Cancel'))")
    assert not page.locator("[data-question=excite] .problem").count()
    # So is what has only just been asked for: nobody knows yet which job it is.
    page.evaluate(
        "for (let k = 0; k < 2; k++) document.querySelector(\"[data-name='q excite']\").click()"
    )
    page.wait_for_selector("[data-name='q excite']:not(:has-text('Cancel'))", timeout=2000)
    page.wait_for_timeout(1500)
    assert page.locator("#excited-text").count() == 0


def test_a_number_of_the_confusion_leads_to_its_samples_and_back(server, client, visitor) -> None:
    url = opened(visitor, server, "#of-confused", "#confusion button:not([disabled])", 40)
    page = visitor.page
    told = client.get(f"{url}/confusion").json()["test"]
    counts = np.array(told)
    np.fill_diagonal(counts, 0)
    truth, said = (int(i) for i in np.unravel_index(counts.argmax(), counts.shape))
    cell = f"#confusion [data-truth='{truth}'][data-said='{said}']"
    page.focus(cell)
    reads(page, cell, str(counts[truth, said]))
    page.keyboard.press("Enter")
    visitor.until("s.group && s.look && s.group.samples.every((i) => s.look.outputs.has(i))")
    group = visitor.state("group.samples")
    data = client.get(f"{url}/dataset").json()
    outputs = client.post(
        f"{url}/predict", json={"part": "test", "samples": list(range(data["test_samples"]))}
    ).json()["outputs"]
    classes = np.argmax(outputs, axis=1)
    expected = np.flatnonzero((np.array(data["test_targets"]) == truth) & (classes == said))
    assert group == expected.tolist()
    assert visitor.state("shown") == group
    reads(page, "#sample-group b", f"Samples of {truth} taken for {said}: {len(group)}")  # fmt: skip
    assert visitor.state("sample") == group[0]
    assert page.is_disabled("#sample-before")
    page.focus("#gallery-box")
    page.keyboard.press("ArrowRight")
    visitor.until(f"s.sample === {group[1]}")
    page.click("#sample-group button")
    visitor.until("s.group === null && s.shown.length === 50")
    assert page.is_hidden("#sample-group")


def test_the_worst_pictures_are_seen_and_lead_to_themselves(server, client, visitor) -> None:
    url = opened(visitor, server, "#of-ask", "#ask [data-worst] canvas")
    worst = client.get(f"{url}/worst", params={"part": "test"}).json()["worst"][0]["sample"]
    page = visitor.page
    page.wait_for_selector(f"#ask [data-worst='{worst}']")
    page.click(f"#ask [data-worst='{worst}']")
    visitor.until(f"s.sample === {worst} && s.shown.includes({worst})")


@pytest.mark.parametrize(("locale", "width"), [("zh-CN", 1440), ("en-US", 390)])
def test_tabs_of_images_have_no_barriers(server, browser, locale, width) -> None:
    one = Visitor(browser, locale=locale, viewport={"width": width, "height": 844})
    opened(one, server, "#of-kernels", "#kernels[data-drawn]")
    assert violations(one.page, "#tabs") == []
    one.page.click("#of-ask")
    for name in ("saliency", "occlusion", "excite"):
        one.page.click(f"[data-name='q {name}']")
    for name in ("saliency", "occlusion"):
        one.page.wait_for_selector(f"[data-question={name}] .question-map")
    one.page.wait_for_selector("#excited-picture")
    assert violations(one.page, "#tabs") == []
    one.page.click("#of-confused")
    one.page.click("#confusion button:not([disabled]) >> nth=0")
    one.page.wait_for_selector("#sample-group:not([hidden])")
    assert violations(one.page) == []
    assert not one.complaints
    one.context.close()
