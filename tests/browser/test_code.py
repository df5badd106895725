"""The tab of code: the script is the server's, and files go out and come in again."""

import httpx
import pytest

from .barriers import violations
from .conftest import Visitor
from .page import choose_data, says

TAB = "#of-code"
SMALLEST = """() => Math.min(...[...document.querySelectorAll('#tab-code *')]
  .filter((e) => e.textContent.trim() && e.offsetParent).map((e) => parseFloat(getComputedStyle(e).fontSize)))"""


def written(visitor: Visitor, target: str) -> str:
    visitor.page.wait_for_selector(f'#tab-code[data-code="{target}"]')
    return visitor.page.inner_text("#code-script")


@pytest.mark.parametrize(("locale", "width"), [("en-US", 1440), ("zh-CN", 390)])
def test_the_run_is_read_as_code_and_taken_along(server, browser, client, tmp_path, locale, width) -> None:  # fmt: skip
    one = Visitor(browser, locale=locale, viewport={"width": width, "height": 900})
    page = one.open(server.url)
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.click(TAB)
    url = f"/api/networks/{page.evaluate('glassbox.session.id')}"
    language = "zh" if locale == "zh-CN" else "en"
    whole = client.get(f"{url}/export?format=numpy&language={language}").text
    shown = written(one, "numpy")
    assert shown.startswith(whole[: whole.index("DATA =")])
    assert len(shown) < len(whole)
    assert page.locator("#code-script .py-word").first.inner_text() == "import"
    other = "en" if language == "zh" else "zh"
    page.select_option('[data-name="code language"]', other)
    said = {"en": "Down the gradient", "zh": "沿梯度下降"}
    says(page, "#code-script", said[other])
    page.select_option('[data-name="code language"]', language)
    says(page, "#code-script", said[language])
    # By keys: another library, and all of it onto the clipboard.
    page.focus('[data-name="code pytorch"]')
    page.keyboard.press("Enter")
    assert "class Net(nn.Module):" in written(one, "pytorch")
    page.click('[data-name="code copy"]')
    says(page, "#tab-code [role=status]", "已复制" if language == "zh" else "Copied")
    assert page.evaluate("navigator.clipboard.readText()") == client.get(f"{url}/export?format=pytorch&language={language}").text  # fmt: skip
    assert violations(page) == []
    assert page.evaluate(SMALLEST) >= 12
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # A file goes out, and comes in as another network that is where this one was.
    one.page.evaluate("glassbox.session.step({ steps: 20 })")
    one.until("s.frame.step === 20 && !s.waiting")
    with page.expect_download() as got:
        page.click('[data-name="save safetensors"]')
    file = tmp_path / got.value.suggested_filename
    got.value.save_as(file)
    page.set_input_files("#tab-code input[type=file]", file)
    page.wait_for_function("(was) => glassbox.session.id !== was", arg=url.rsplit("/", 1)[1])
    one.until("s.frame && s.frame.step === 20")
    says(page, ".code-notes", "20")
    with page.expect_download() as got:
        page.click('[data-name="code film"]')
    assert got.value.path().read_bytes()[8:16] == b"WEBPVP8X"
    # What is no file of ours is said, and nothing changes.
    here = page.evaluate("glassbox.session.id")
    wrong = tmp_path / "wrong.json"
    wrong.write_text("{}")
    page.set_input_files("#tab-code input[type=file]", wrong)
    says(page, "#tab-code .problem", "Glassbox")
    assert page.evaluate("glassbox.session.id") == here
    one.complaints.clear()  # of the refusal
    one.context.close()


def test_what_a_library_lacks_is_said_beside_the_code(server, client, visitor) -> None:
    spec = {
        "dataset": {"kind": "waveforms", "samples": 20},
        "layers": [{"kind": "gru", "units": 3, "truncate": 4}],
    }
    made = client.post("/api/networks", json=spec).json()
    page = visitor.page
    page.goto(f"{server.url}/#network={made['id']}")
    page.click(TAB)
    written(visitor, "numpy")
    assert page.locator(".code-notes li").count() == 0
    page.click('[data-name="code keras"]')
    assert "layers.GRU(3" in written(visitor, "keras")
    says(page, ".code-notes", "gru_1")
    # Another network, another script; and a picture of it is one.
    page.click('[data-name="code numpy"]')
    choose_data(visitor, "circle")
    page.wait_for_function(
        "() => document.getElementById('code-script').textContent.includes('dense_1')"
    )
    source = page.get_attribute('[data-name="output svg"]', "href")
    assert "<svg" in httpx.get(server.url + str(source)).text
