"""The sandbox of convolution and pooling: its numbers are the engine's, and what cannot be is said before anything runs."""

import itertools
import re
from typing import Any

import numpy as np
import pytest

from engine.errors import Refused
from engine.layers import AvgPool2D, Conv2D, MaxPool2D
from engine.layers.base import Pass

from .conftest import Visitor
from .page import drawn, says, too_small

# Fragments, and the engine's layer with the same settings.
SETTINGS = {
    "": Conv2D(filters=1, kernel_size=3, activation="linear"),
    "s=2&n=8&kernel=gaussian": Conv2D(filters=1, kernel_size=3, strides=2, activation="linear"),
    "pad=same&kernel=laplace": Conv2D(filters=1, kernel_size=3, padding="same", activation="linear"),
    "n=9&s=2&k=4&pad=same&kernel=box": Conv2D(filters=1, kernel_size=4, strides=2, padding="same", activation="linear"),
    "n=9&d=2&kernel=sharpen": Conv2D(filters=1, kernel_size=3, dilation_rate=2, activation="linear"),
    "n=11&d=2&s=3&k=5&pad=same&kernel=sobel_y": Conv2D(filters=1, kernel_size=5, strides=3, dilation_rate=2, padding="same", activation="linear"),
    "n=4&k=2&kernel=own&w=1,-0.5,2,99&by=4&in=own&x=0123456789012345": Conv2D(filters=1, kernel_size=2, activation="linear"),
    "op=max": MaxPool2D(pool_size=2, strides=2),
    "op=max&n=10&k=3&s=2&pad=same&in=cross": MaxPool2D(pool_size=3, strides=2, padding="same"),
    "op=max&n=5&k=2&s=1&in=own&x=1111111111111111111111111": MaxPool2D(pool_size=2, strides=1),
    "op=avg&n=9&k=3&s=2": AvgPool2D(pool_size=3, strides=2),
    "op=avg&n=8&k=3&s=3&pad=same&in=gradient": AvgPool2D(pool_size=3, strides=3, padding="same"),
}  # fmt: skip

WIDTHS = (390, 768, 1100, 1440, 1920)


def opened(visitor: Visitor, url: str, fragment: str = "") -> Any:
    page = visitor.page
    page.goto("about:blank")
    page.goto(f"{url}/convolution{'#' if fragment else ''}{fragment}")
    page.wait_for_selector("body[data-ready]")
    return page


def grid(page: Any, name: str) -> np.ndarray:
    """The numbers of a picture; those of its border are left out."""
    found = page.evaluate(
        f"[...document.querySelectorAll('#{name} [role=gridcell]:not(.border)')].map((c) => Number(c.dataset.value))"
    )
    side = round(len(found) ** 0.5)
    return np.array(found, np.float64).reshape(side, side)


def texts(page: Any, name: str) -> list[str]:
    return page.evaluate(f"[...document.querySelectorAll('#{name} [role=gridcell]')].map((c) => c.textContent)")  # fmt: skip


def lit(page: Any, name: str) -> list[int]:
    return page.evaluate(f"[...document.querySelectorAll('#{name} [role=gridcell]')].flatMap((c, k) => c.matches('.lit') ? [k] : [])")  # fmt: skip


def weights(page: Any, size: int) -> dict[str, np.ndarray]:
    found = page.get_attribute(".stage", "data-weights").split(",")
    return {"weight": np.array(found, np.float64).reshape(size, size, 1, 1), "bias": np.zeros(1)}


@pytest.mark.parametrize("fragment", SETTINGS)
def test_every_number_is_the_engines_and_so_is_what_goes_back(server, visitor, fragment) -> None:
    layer, page = SETTINGS[fragment], opened(visitor, server.url, fragment)
    x = grid(page, "x")[None, :, :, None]
    p = weights(page, layer.window[0]) if isinstance(layer, Conv2D) else {}
    y, cache = layer.forward(p, x, Pass())
    assert layer.output_shape(x.shape[1:]) == y.shape[1:]
    np.testing.assert_allclose(grid(page, "y"), y[0, :, :, 0], rtol=1e-12)
    out = y.shape[1]
    assert f"= {out}" in re.sub(r"\s+", " ", page.inner_text("#size-line").replace("\n", " "))
    page.click('.switch [data-value="1"]')
    g = {name: np.zeros_like(one) for name, one in p.items()}
    for i, j in {(0, 0), (out - 1, out - 1), (out // 2, 0)}:
        page.click(f"#y-{i * out + j}")
        dy = np.zeros_like(y)
        dy[0, i, j, 0] = 1
        back = layer.backward(p, g, cache, dy, Pass())
        np.testing.assert_allclose(grid(page, "x"), back[0, :, :, 0], rtol=1e-12)


def test_what_cannot_be_is_the_engines_refusal_word_for_word(server, visitor) -> None:
    """The same code, field and values, before the server is asked: the builder relies on it."""
    page = opened(visitor, server.url)
    asked, expected = [], []
    shapes = ((8, 8, 3), (5, 9, 4))
    convolutions = itertools.product((1, 2, 5, 9), (1, 2, 8), ("valid", "same"), (1, 3, 4), (1, 2, 3), shapes)  # fmt: skip
    pools = list(itertools.product((1, 2, 6, 16), (0, 1, 3), ("valid", "same"), shapes))
    for k, s, padding, d, groups, shape in convolutions:
        asked.append((Conv2D(filters=6, kernel_size=k, strides=s, padding=padding, dilation_rate=d, groups=groups), shape))  # fmt: skip
    for kind in (MaxPool2D, AvgPool2D):
        asked += [
            (kind(pool_size=k, strides=s, padding=pad), shape) for k, s, pad, shape in pools
        ]  # fmt: skip
    for layer, shape in asked:
        try:
            expected.append({"shape": list(layer.output_shape(shape))})
        except Refused as error:
            expected.append({"field": error.place, "code": error.reason.code, "values": error.reason.values})  # fmt: skip
    assert {one["code"] for one in expected if "code" in one} == {
        "layers.kernel_too_large", "layers.dilated_kernel_too_large", "layers.window_too_large", "layers.groups_do_not_divide",
    }  # fmt: skip
    fields = [
        ({name: getattr(layer, name) for name in type(layer).__dataclass_fields__}, shape)
        for layer, shape in asked
    ]
    found = page.evaluate(
        """async (asked) => {
          const { refusalOf, shapeAfter } = await import('/static/js/model/windows.js');
          return asked.map(([layer, shape]) => refusalOf(layer, shape) ?? { shape: shapeAfter(layer, shape) });
        }""",
        fields,
    )
    assert found == expected


def test_a_window_is_lit_by_pointer_and_by_keys_and_an_input_lights_its_outputs(
    server, visitor
) -> None:
    page = opened(visitor, server.url, "pad=same&in=edge")
    assert lit(page, "x") == [r * 9 + c for r in range(3) for c in range(3)]
    page.focus("#y")
    for key in ("ArrowDown", "ArrowRight", "ArrowRight"):
        page.keyboard.press(key)
    assert lit(page, "x") == [r * 9 + c for r in (1, 2, 3) for c in (2, 3, 4)]
    assert page.get_attribute("#y", "aria-activedescendant") == "y-9"
    assert page.get_attribute("#y-9", "aria-label") == "row 2, column 3: 36"
    assert re.sub(r"\s", "", page.inner_text("#sum")).endswith("=36")
    page.wait_for_function("() => location.hash.includes('at=1.2')")
    # A corner has a part in four outputs only, and its neighbours say how often they have.
    page.hover("#x-10")
    assert lit(page, "y") == [0, 1, 7, 8]
    says(page, "#words", "in 4 outputs")
    page.hover("#x-0")
    says(page, "#words", "border")
    page.mouse.move(2, 2)
    assert lit(page, "y") == [9]
    page.hover("#sum .term >> nth=2")
    assert page.evaluate("[...document.querySelectorAll('#x .winner')].map((c) => c.id)") == ["x-13"]  # fmt: skip


def test_one_draws_by_pointer_and_by_keys(server, visitor) -> None:
    page = opened(visitor, server.url, "n=5&kernel=identity")
    page.click("#empty")
    assert not grid(page, "x").any()
    first, last = (page.locator(f"#x-{k}").bounding_box() for k in (5, 8))
    page.mouse.move(first["x"] + 8, first["y"] + 8)
    page.mouse.down()
    page.mouse.move(last["x"] + 8, last["y"] + 8, steps=12)
    page.mouse.up()
    assert grid(page, "x")[1].tolist() == [9, 9, 9, 9, 0]
    page.keyboard.press("ArrowDown")
    page.keyboard.press("4")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press(" ")
    assert grid(page, "x")[2].tolist() == [0, 0, 9, 4, 0]
    assert grid(page, "y")[1].tolist() == [0, 9, 4]
    page.wait_for_function("() => location.hash.includes('x=0000099990')")
    # A smaller picture loses nothing of the larger one.
    page.fill('[data-name="Input side n"]', "3")
    page.keyboard.press("Enter")
    assert grid(page, "x").shape == (3, 3)
    page.fill('[data-name="Input side n"]', "5")
    page.keyboard.press("Enter")
    assert grid(page, "x")[1].tolist() == [9, 9, 9, 9, 0]
    # The kernel is typed over, a fraction too; what is no number is not taken.
    page.click("#kernel input >> nth=0")
    page.keyboard.type("-1/2")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("x")
    assert page.get_attribute("#kernel input >> nth=1", "aria-invalid") == "true"
    page.keyboard.press("ArrowRight")
    assert page.input_value("#kernel input >> nth=1") == "0"
    assert grid(page, "y")[0].tolist() == [9, 9, 9]
    assert grid(page, "y")[1].tolist() == pytest.approx([-4.5, 4.5, -0.5])
    assert page.locator("#kernels select").input_value() == "own"


def test_what_is_impossible_turns_red_and_loses_nothing(server, visitor) -> None:
    page = opened(visitor, server.url, "n=6&k=3&d=2&in=cross")
    before = grid(page, "y").tolist()
    page.focus('[data-name="Window side k slider"]')
    page.keyboard.press("ArrowRight")
    page.wait_for_selector("#problem:not([hidden])")
    says(page, "#problem", "A kernel of 4, dilated by 2, spans 7 pixels: more than its input of 6 × 6 × 1.")  # fmt: skip
    for name in ("Window side k", "Input side n", "Dilation"):
        assert page.get_attribute(f'[data-name="{name}"]', "aria-invalid") == "true", name
    assert page.get_attribute('[data-name="Stride"]', "aria-invalid") == "false"
    # The last picture that was possible is there, pale, and nothing of it answers.
    assert grid(page, "y").tolist() == before
    assert page.evaluate("document.querySelector('.stage').inert")
    assert page.is_disabled("#slide")
    assert page.get_attribute("#open-in", "href") is None
    place = page.locator("#slide").bounding_box()
    page.click('[data-fix="same"]')
    assert page.is_hidden("#problem")
    assert grid(page, "y").shape == (6, 6)
    assert page.locator("#slide").bounding_box()["x"] == place["x"]
    page.click('[data-value="valid"]')
    page.click('[data-fix="size"]')
    assert grid(page, "y").tolist() == before
    # An address may ask for it too: the page tells why, and shows what it begins with.
    page = opened(visitor, server.url, "op=max&n=3&k=5")
    says(page, "#problem", "A window of 5 is larger than its input of 3 × 3 × 1.")
    assert page.input_value('[data-name="Window side k"]') == "5"


def test_what_no_window_holds_is_hatched_and_said(server, visitor) -> None:
    page = opened(visitor, server.url, "n=8&s=2")
    hatched = "[...document.querySelectorAll('#x .unseen')].map((c) => Number(c.id.slice(2)))"
    assert page.evaluate(hatched) == [k for k in range(64) if k % 8 == 7 or k >= 56]
    says(page, "#size-words", "The last row and the last column are left out")
    page = opened(visitor, server.url, "op=avg&n=9&k=2&s=4")
    rows = [2, 3, 6, 7, 8]
    assert page.evaluate(hatched) == [k for k in range(81) if k % 9 in rows or k // 9 in rows]
    said = page.inner_text("#size-words")
    assert "The last 3 rows" in said
    assert "2 rows and columns lie between" in said


def test_it_slides_when_asked_to_and_steps_by_keys(server, visitor) -> None:
    page = opened(visitor, server.url, "n=4")
    assert lit(page, "y") == [0]
    page.keyboard.press("ArrowRight")
    assert lit(page, "y") == [1]
    says(page, "#live", "9 products")
    for _ in range(3):
        page.keyboard.press("ArrowRight")
    assert lit(page, "y") == [0]
    page.keyboard.press("ArrowLeft")
    assert lit(page, "y") == [3]
    page.keyboard.press(" ")
    assert page.get_attribute("#slide", "aria-pressed") == "true"
    page.wait_for_function("() => document.querySelector('#y-1').matches('.lit')")
    page.keyboard.press(" ")
    assert page.get_attribute("#slide", "aria-pressed") == "false"


def test_two_layers_see_further_than_one(server, visitor) -> None:
    page = opened(visitor, server.url, "n=11&s=2")
    page.hover("#deep-2-3")
    assert lit(page, "deep-1") == [r * 5 + c for r in (2, 3, 4) for c in (2, 3, 4)]
    says(page, "#field-words", "3 × 3 after one layer, 7 × 7 after two")
    page = opened(visitor, server.url, "n=7&k=3")
    page.hover("#deep-2-8")
    assert lit(page, "deep-1") == [r * 5 + c for r in (2, 3, 4) for c in (2, 3, 4)]
    assert lit(page, "deep-0") == [r * 7 + c for r in range(2, 7) for c in range(2, 7)]
    says(page, "#field-words", "25 cells")
    page = opened(visitor, server.url, "n=5&k=4")
    says(page, "#field-words", "A second does not fit: its window of 4 is larger than the 2 × 2")  # fmt: skip


def test_the_link_opens_it_as_it_is(server, visitor) -> None:
    page = opened(visitor, server.url, "op=max&k=3&s=1&n=6&in=gradient&at=2.1&back=1")
    page.click("#copy-link")
    page.wait_for_selector("#banner.note")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.endswith("/convolution#op=max&n=6&k=3&s=1&in=gradient&at=2.1&back=1")
    picture = page.evaluate("document.querySelector('.stage').innerText")
    page = opened(visitor, server.url, copied.split("#")[1])
    assert page.evaluate("document.querySelector('.stage').innerText") == picture
    # What makes no sense is as in the beginning.
    page = opened(
        visitor, server.url, "op=none&n=99&k=0&s=x&d=-1&pad=1&in=own&x=12&w=a&at=9.9&by=0"
    )
    page.wait_for_function("() => location.hash === ''")


@pytest.mark.parametrize(
    ("fragment", "dataset", "first"),
    [
        ("s=2&pad=same", "digits", {"kind": "conv2d", "kernel_size": 3, "strides": 2, "padding": "same"}),
        ("n=14&k=7&d=2", "shapes", {"kind": "conv2d", "kernel_size": 7, "dilation_rate": 2}),
        ("op=avg&k=3&s=2", "digits", {"kind": "avg_pool2d", "pool_size": 3, "strides": 2}),
    ],
)  # fmt: skip
def test_it_leads_to_a_network_that_begins_with_such_a_layer(
    server, visitor, fragment: str, dataset: str, first: dict[str, Any]
) -> None:
    page = opened(visitor, server.url, fragment)
    page.click("#open-in")
    page.wait_for_selector("#chain canvas[data-drawn]")
    spec = visitor.state("network.spec")
    assert spec["dataset"]["kind"] == dataset
    assert spec["layers"][0] == spec["layers"][0] | first


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_nothing_is_cut_or_too_small_to_read(server, browser, locale: str) -> None:
    one = Visitor(browser, locale=locale)
    for fragment in ("", "n=14&k=7&d=4&pad=same", "op=avg&n=14&back=1", "k=7&n=4", "n=14&k=7&kernel=gaussian"):  # fmt: skip
        page = opened(one, server.url, fragment)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 900})
            drawn(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (fragment, width)
            assert too_small(page) == [], (fragment, width)
            cut = page.evaluate(
                """[...document.querySelectorAll('[role=gridcell], .switch button, figcaption')].filter((e) => e.checkVisibility() && e.scrollWidth > e.clientWidth + 1).map((e) => e.outerHTML.slice(0, 100))"""
            )
            assert cut == [], (fragment, width)
            if one.page.locator('[role="alert"]:visible').count():
                box = page.locator("#problem").bounding_box()
                assert box["x"] >= 0
                assert box["x"] + box["width"] <= width
    assert not one.complaints
    one.context.close()
