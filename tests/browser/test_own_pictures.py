"""Pictures of one's own: drawn class by class, or out of files; what cannot be read is named."""

import io
import struct
import zlib
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import Image, ImageDraw

from .barriers import violations
from .conftest import Visitor
from .page import reads, says
from .test_drawing import ZERO, draw

FILES = "#pictures-chosen input[type=file]:not([webkitdirectory])"
FOLDER = "#pictures-chosen input[webkitdirectory]"
LINE = [(0.3, 0.2), (0.5, 0.5), (0.7, 0.8)]


def opened(visitor: Visitor, server: Any, way: str = "chosen") -> Any:
    page = visitor.open(server.url)
    page.click('[data-family="image"]')
    page.click("#pictures")
    page.wait_for_selector("#pictures-dialog[open]")
    page.click(f"#pictures-of-{way}")
    return page


def picture(kind: str, seed: int, ink: str = "black", paper: str = "white") -> bytes:
    """A ring or a bar somewhere on a sheet."""
    chance = Random(f"{kind} {seed}")
    image = Image.new("RGB", (chance.randint(60, 120), 90), paper)
    x, y = image.width // 2 - 18 + chance.randint(-6, 6), chance.randint(20, 34)
    pen = ImageDraw.Draw(image)
    if kind == "ring":
        pen.ellipse((x, y, x + 36, y + 36), outline=ink, width=6)
    else:
        pen.line((x, y, x + 36, y + 36), fill=ink, width=6)
    written = io.BytesIO()
    image.save(written, ("PNG", "JPEG", "WEBP")[seed % 3])
    return written.getvalue()


def named(name: str, content: bytes) -> dict[str, Any]:
    return {"name": name, "mimeType": "", "buffer": content}


def rings_and_bars(count: int) -> list[dict[str, Any]]:
    kinds = ((kind, i) for i in range(count) for kind in ("ring", "bar"))
    return [
        named(f"{kind}-{i}.{('png', 'jpg', 'webp')[i % 3]}", picture(kind, i)) for kind, i in kinds
    ]


def with_size(png: bytes, width: int, height: int) -> bytes:
    """The same file, whose header says another size."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return png[:16] + head + struct.pack(">I", zlib.crc32(b"IHDR" + head)) + png[33:]


def sections(page: Any) -> dict[str, str]:
    """What is shown of each class: its count."""
    found = page.locator(".picture-classes h3").all_inner_texts()
    return dict(line.removesuffix("×").strip().rsplit("\n", 1) for line in found)


def test_files_of_two_classes_are_learned(server, client, visitor) -> None:
    page = opened(visitor, server)
    page.set_input_files(FILES, rings_and_bars(40))
    page.wait_for_selector(".picture-classes section >> nth=1")
    counts = {name: text.split()[-1] for name, text in sections(page).items()}
    assert counts == {"bar": "40", "ring": "40"}
    assert page.locator(".picture-classes canvas").count() == 24
    page.fill("#pictures-name", "things")
    page.click("#pictures-use")
    page.wait_for_selector("#pictures-dialog", state="hidden")
    visitor.until("s.network.spec.dataset.kind === 'own' && s.dataset.view === 'image'")
    assert visitor.state("dataset.class_names") == ["bar", "ring"]
    assert visitor.state("dataset.shape") == [28, 28, 1]
    # White paper is nothing, and black ink is 1.
    sample = visitor.until("s.dataset.test_inputs[0]?.flat(2)")
    assert sample[0] == 0
    assert max(sample) > 0.7
    page.wait_for_selector("#thumbs .own [aria-checked=true]")
    assert page.locator("#thumbs .own .thumb").all_inner_texts() == ["things"]
    reads(page, "#data-name", "your pictures")
    id = visitor.state("network.id")
    found = client.post(f"/api/networks/{id}/train", json={"steps": 200}).json()
    assert found["metrics"]["test_accuracy"] >= 0.95
    # They are told apart on the pad, too.
    page.click("#draw")
    page.wait_for_selector("#pad:visible")
    draw(page, ZERO)
    visitor.until("s.drawing && s.look?.drawing === s.drawing && s.look.layers.output.a[1] > 0.5")
    # And stay until they are deleted.
    page.get_by_role("button", name="Delete “things”").click()
    page.click("#forget-yes")
    page.wait_for_selector("#thumbs .own", state="detached")


def test_what_cannot_be_read_is_named_and_the_rest_goes_on(server, visitor) -> None:
    page = opened(visitor, server)
    good = picture("ring", 0)
    gif, large = io.BytesIO(), io.BytesIO()
    Image.new("P", (40, 40)).save(gif, "GIF", save_all=True, append_images=[Image.new("P", (40, 40))] * 3)  # fmt: skip
    Image.new("L", (5000, 4000)).save(large, "JPEG")
    script = (
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>document.title = "run"</script></svg>'
    )
    page.set_input_files(
        FILES,
        [
            *rings_and_bars(3),
            named("bomb-1.gif", gif.getvalue()),
            named("twenty-megapixels.jpg", large.getvalue()),
            named("evil-1.svg", script),
            named("dressed-1.png", script),
            named("lies-1.png", with_size(good, 60_000, 60_000)),
            named("cut-1.png", good[:60]),
            named("empty-1.png", b""),
            named("word-1.png", b"not a picture at all"),
            named("001.png", good),
        ],
    )
    page.wait_for_selector(".left-out li >> nth=7")
    said = dict(line.split(" ", 1) for line in page.locator(".left-out li").all_inner_texts())
    assert "GIF" in said["bomb-1.gif"]
    assert "5,000 × 4,000" in said["twenty-megapixels.jpg"]
    assert "SVG" in said["evil-1.svg"]
    assert "SVG" in said["dressed-1.png"]
    assert "60,000 × 60,000" in said["lies-1.png"]
    assert "damaged" in said["cut-1.png"]
    assert "empty" in said["empty-1.png"]
    assert "no picture" in said["word-1.png"]
    assert len(said) == 8
    assert page.title() != "run"
    says(page, ".picture-classes", "without a class")
    assert page.is_enabled("#pictures-use")
    # A class can be left out, and one alone is too few.
    page.get_by_role("button", name="Leave out ring").click()
    assert page.is_disabled("#pictures-use")
    says(page, "#pictures-dialog", "two classes")


def test_a_folder_tells_the_classes_and_the_rest_is_asked(server, visitor, tmp_path: Path) -> None:
    for kind in ("ring", "bar"):
        (tmp_path / "all" / kind).mkdir(parents=True)
        for i in range(3):
            # White on black, as MNIST is: nothing is to be turned round.
            (tmp_path / "all" / kind / f"{i}.png").write_bytes(picture(kind, 3 * i, "white", "black"))  # fmt: skip
    page = opened(visitor, server)
    page.set_input_files(FOLDER, str(tmp_path / "all"))
    page.wait_for_selector(".picture-classes section >> nth=1")
    assert set(sections(page)) == {"bar", "ring"}
    page.get_by_label("Size", exact=True).select_option("16")
    page.get_by_label("Colours", exact=True).select_option("colour")
    page.wait_for_function("() => !document.getElementById('pictures-use').disabled")
    page.click("#pictures-use")
    visitor.until("s.dataset.view === 'image' && s.dataset.shape.join() === '16,16,3'")
    # A drawing is in their colours: white on black.
    page.click("#draw")
    page.wait_for_selector("#pad:visible")
    draw(page, ZERO)
    drawn = visitor.until("s.drawing?.flat(2).some((v) => v > 0.6) && s.drawing")
    assert drawn[0][0] == [0, 0, 0]


def test_reading_can_be_stopped_and_is_fast_enough_to_watch(server, visitor) -> None:
    page = opened(visitor, server)
    page.set_input_files(FILES, rings_and_bars(250))
    page.wait_for_function("() => document.querySelector('#pictures-chosen progress').value > 0.05")
    page.get_by_role("button", name="Stop", exact=True).click()
    page.wait_for_selector(".picture-classes section")
    read = page.locator(".picture-classes h3 small").all_inner_texts()
    assert 0 < sum(int(one.split()[-1]) for one in read) < 500
    assert page.is_enabled("#pictures-use")


def test_classes_are_drawn_thought_over_and_learned(server, client, visitor) -> None:
    page = opened(visitor, server, "drawn")
    names = page.locator(".draw-classes input")
    names.nth(0).fill("ring")
    names.nth(1).fill("ring")
    says(page, "#pictures-dialog", "same name")
    names.nth(1).fill("line")
    for which, stroke in enumerate((ZERO, LINE)):
        names.nth(which).click()
        for i in range(5):
            moved = [(x + 0.02 * i, y - 0.01 * i) for x, y in stroke]
            draw(page, moved, "#own-pad")
            if i % 2:
                page.click("#own-add")
            else:
                page.keyboard.press("Space")
            page.wait_for_selector(f".drawn .picture >> nth={i}")
    assert page.is_enabled("#pictures-use")
    # One deleted is one too few, until that is undone.
    page.get_by_role("button", name="Delete picture 2 of line").click()
    assert page.is_disabled("#pictures-use")
    says(page, "#pictures-dialog", "line (4)")
    page.locator(".draw-drawn > button").click()
    assert page.locator(".drawn .picture").count() == 5
    page.click("#pictures-use")
    page.wait_for_selector("#pictures-dialog", state="hidden")
    visitor.until("s.dataset.view === 'image' && s.network.spec.dataset.kind === 'own'")
    # Five drawings and four copies of each, of two classes.
    assert visitor.state("dataset.samples") + visitor.state("dataset.test_samples") == 50
    id = visitor.state("network.id")
    found = client.post(f"/api/networks/{id}/train", json={"steps": 80}).json()
    assert found["metrics"]["test_accuracy"] >= 0.9
    # Reopened, all is there to add more to.
    page.click("#pictures")
    assert page.locator(".draw-classes .number").all_inner_texts() == ["5", "5"]


@pytest.mark.parametrize(
    ("way", "locale", "width"), [("drawn", "en-US", 1440), ("chosen", "zh-CN", 390)]
)
def test_the_dialog_and_the_pad_have_no_barriers(server, browser, way, locale, width) -> None:
    size = {"width": width, "height": 844}
    one = Visitor(browser, locale=locale, viewport=size)
    page = opened(one, server, way)
    if way == "chosen":
        page.set_input_files(FILES, [*rings_and_bars(3), named("word-1.png", b"no picture")])
        page.wait_for_selector(".left-out li")
    else:
        draw(page, LINE, "#own-pad")
        page.click("#own-add")
    page.wait_for_timeout(200)
    assert violations(page, "#pictures-dialog") == []
    room = page.evaluate("() => { const d = document.getElementById('pictures-dialog'); return [d.scrollWidth, d.clientWidth]; }")  # fmt: skip
    assert room[0] <= room[1]
    page.keyboard.press("Escape")
    page.click('[data-kind="digits"]')
    one.until("s.dataset.kind === 'digits' && s.look?.outputs.size", 30)
    page.click("#draw")
    one.until("s.look?.drawing")
    page.wait_for_timeout(200)
    assert violations(page) == []
    one.context.close()
    assert not one.complaints
