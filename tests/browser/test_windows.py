"""What a layer's window makes of its image is said while one sets it, and what does not fit before the server is asked."""

from typing import Any

from .page import layers, reads, says

NETWORK = [
    {"kind": "conv2d", "filters": 4, "kernel_size": 3, "padding": "valid"},
    {"kind": "conv2d", "filters": 6, "kernel_size": 3, "padding": "valid"},
    {"kind": "max_pool2d", "pool_size": 2},
    {"kind": "flatten"},
]


def opened(server: Any, client: Any, visitor: Any) -> tuple[Any, list[str]]:
    """The network on the digits, of 8 by 8; and what is asked of the server by edits."""
    made = client.post("/api/networks", json={"dataset": {"kind": "digits"}, "layers": NETWORK})
    asked: list[str] = []
    visitor.page.on("request", lambda r: asked.append(r.method) if r.method == "PATCH" else None)
    visitor.page.goto(f"{server.url}/#network={made.json()['id']}")
    visitor.page.wait_for_selector("#chain canvas[data-drawn]")
    return visitor.page, asked


def details(page: Any, layer: int) -> None:
    page.click(f'[data-name="details {layer}"]')
    page.wait_for_selector("#layer-card .window-size math")


def field(page: Any, name: str) -> Any:
    return page.locator(f"#layer-card [data-setting={name}]")


def figures(page: Any) -> str:
    return "".join(page.inner_text("#layer-card .window-size .formula").split())


def test_the_size_is_worked_out_while_one_sets_it(server, client, visitor) -> None:
    page, asked = opened(server, client, visitor)
    details(page, 1)
    assert "(8+0−1·(3−1)−1)/1⌋+1=⌊5/1⌋+1=6" in figures(page)
    says(page, "#layer-card .window-size", "8 × 8 × 1 → 6 × 6 × 4")
    # Typed, but not yet asked for.
    number = field(page, "kernel_size").locator("input[type=number]")
    number.press("Control+a")
    number.type("5")
    assert figures(page).endswith("=4")
    number.press("Control+a")
    number.type("2")
    number.press("Control+a")
    number.type("9")
    wrong = field(page, "kernel_size").locator(".problem")
    assert "A kernel of 9 is larger than its input of 8 × 8 × 1. Choose 8 or less" in wrong.inner_text()  # fmt: skip
    assert number.get_attribute("aria-invalid") == "true"
    assert figures(page).endswith("=0")
    assert not asked
    # Asked for all the same it is a proposal, as everything that was refused; the network plays on.
    number.press("Enter")
    page.wait_for_selector(".layer-card.wrong .refusal")
    assert not asked
    assert visitor.state("refused.layers[0].kernel_size") == 9
    assert layers(visitor)[0]["kernel_size"] == 3
    page.keyboard.press("Escape")
    page.click("#play")
    visitor.until("s.frame.state === 'playing' && s.frame.step > 2", 30)
    page.click("#play")
    page.click(".refusal button")
    page.locator(".layer-card.wrong").wait_for(state="detached")
    # A slider leads no further than there is room.
    details(page, 1)
    slider = field(page, "kernel_size").locator("input[type=range]")
    assert slider.get_attribute("max") == "8"
    dilation = field(page, "dilation_rate").locator("input[type=range]")
    assert dilation.get_attribute("max") == "3"
    slider.focus()
    page.keyboard.press("ArrowRight")
    visitor.until("s.network.spec.layers[0].kernel_size === 4")
    assert asked == ["PATCH"]


def test_a_later_layer_that_no_longer_fits_is_named(server, client, visitor) -> None:
    page, asked = opened(server, client, visitor)
    details(page, 1)
    number = field(page, "kernel_size").locator("input[type=number]")
    number.press("Control+a")
    number.type("7")
    said = page.locator("#layer-card .problem")
    assert "Layer 2: A kernel of 3 is larger than its input of 2 × 2 × 4." in said.inner_text()
    assert number.get_attribute("aria-invalid") == "false"
    number.press("Enter")
    page.wait_for_selector(".layer-card.wrong")
    assert visitor.state("refused.index") == 1
    assert not asked
    # The shape that would reach it is known without the server, so its popover says it too.
    page.keyboard.press("Escape")
    details(page, 2)
    assert "2 × 2 × 4" in field(page, "kernel_size").locator(".problem").inner_text()
    field(page, "padding").locator("select").select_option("same")
    visitor.until("!s.refused && s.network.spec.layers[1].padding === 'same'")
    assert asked == ["PATCH"]


def test_groups_that_divide_nothing_say_which_would(server, client, visitor) -> None:
    page, asked = opened(server, client, visitor)
    details(page, 2)
    number = field(page, "groups").locator("input[type=number]")
    number.press("Control+a")
    number.type("3")
    assert "Possible: 1, 2." in field(page, "groups").locator(".problem").inner_text()
    number.press("Control+a")
    number.type("2")
    assert page.is_hidden("#layer-card .problem")
    number.press("Enter")
    visitor.until("s.network.spec.layers[1].groups === 2")
    assert asked == ["PATCH"]


def test_no_pool_has_a_stride_of_nothing(server, client, visitor) -> None:
    page, _ = opened(server, client, visitor)
    card = page.get_by_label("Stride of layer 3")
    assert card.input_value() == ""
    assert card.get_attribute("placeholder") == "as the window"
    assert card.get_attribute("title") == "Stride: 1 – 16"
    details(page, 3)
    number, slider = (field(page, "strides").locator(f"input[type={kind}]") for kind in ("number", "range"))  # fmt: skip
    assert number.input_value() == ""
    assert number.get_attribute("placeholder") == "as the window"
    assert slider.get_attribute("aria-valuetext") == "as the window"
    assert "(4+0−1·(2−1)−1)/2⌋" in figures(page)
    number.type("1")
    number.press("Enter")
    visitor.until("s.network.spec.layers[2].strides === 1")
    says(page, "#layer-card .window-size", "4 × 4 × 6 → 3 × 3 × 6")
    number.press("Control+a")
    number.type("0")
    number.press("Enter")
    visitor.until("s.network.spec.layers[2].strides === 0")
    assert number.input_value() == ""
    link = page.get_attribute("#layer-card .window-size a", "href")
    assert link == "/convolution#op=max&n=4&k=2&s=2&d=1&pad=valid"
    page.goto(server.url + link)
    page.wait_for_selector("body[data-ready]")
    assert page.inner_text("#x").split() == page.inner_text("#x").split()[:16]
    reads(page, ".stage figcaption >> nth=2", "output y, 2 × 2")
