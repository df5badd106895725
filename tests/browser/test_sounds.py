"""Sounds of one's own on the page: chosen from files, recorded, learned, heard, and refused where they are none."""

from pathlib import Path

import numpy as np
import pytest

from ..app.test_own_sounds import GOOD, changed, wav
from ..engine.speaking import words
from .conftest import Visitor


def files(folder: Path, word: str, count: int = 3) -> list[str]:
    given, said = words(count, 5)
    paths = []
    for number, (sound, label) in enumerate(zip(given, said, strict=True)):
        if label == word:
            path = folder / f"{word}-{number}.wav"
            path.write_bytes(wav(sound))
            paths.append(str(path))
    return paths


def open_dialog(server, visitor) -> None:
    visitor.open(server.url)
    visitor.page.click('[data-family="sequence"]')
    visitor.page.click("#sounds")
    visitor.page.wait_for_selector("#sounds-dialog[open] .sound-class")


def choose(visitor, word: int, paths: list[str]) -> None:
    visitor.page.locator(".sound-class").nth(word).locator("input[type=file]").set_input_files(
        paths
    )


def test_two_words_out_of_files_are_learned_and_heard(server, visitor, tmp_path) -> None:
    open_dialog(server, visitor)
    page = visitor.page
    for number, word in enumerate(("yes", "no")):
        choose(visitor, number, files(tmp_path, word))
        page.wait_for_function(
            f"() => document.querySelectorAll('.sound-class')[{number}].querySelectorAll('.wave').length === 3"
        )
    page.click("#sounds-use")
    visitor.until("s.dataset?.sources && s.network.spec.layers[0].kind === 'gru'", 30)
    assert visitor.state("dataset.class_names") == ["no", "yes"]
    page.click("#play")
    visitor.until("s.frame.metrics.accuracy >= 0.95", 40)
    page.click("#play")
    page.wait_for_selector("#hear:visible")
    with page.expect_response("**/sounds/*") as heard:
        page.click("#hear")
    assert heard.value.headers["content-type"] == "audio/wav"
    assert page.locator("#thumbs .own .thumb").all_inner_texts() == ["own sounds"]


def test_what_is_no_sound_is_said_and_the_rest_stays(server, visitor, tmp_path) -> None:
    open_dialog(server, visitor)
    page = visitor.page
    bad = {
        "empty.wav": (wav([], 8000), "has no sound in it"),
        "nothing.wav": (b"", "has no sound in it"),
        "lies.wav": (changed(GOOD, 40, 2**31 - 2), "ends before its header says"),
        "words.wav": (b"hello" * 100, "is no sound"),
        "long.wav": (wav(np.zeros(8000 * 11), 8000), "is longer than 10 seconds"),
    }
    paths = []
    for name, (data, _) in bad.items():
        (tmp_path / name).write_bytes(data)
        paths.append(str(tmp_path / name))
    choose(visitor, 0, [*paths, *files(tmp_path, "yes", 1)])
    page.wait_for_function(
        "() => document.querySelector('#sounds-problem').textContent.includes('long.wav')"
    )
    said = page.text_content("#sounds-problem")
    for name, (_, why) in bad.items():
        assert f"{name} {why}" in said
    assert page.locator(".wave").count() == 1
    assert page.is_disabled("#sounds-use")
    assert "at least 3" in page.text_content("#sounds-dialog").lower()
    page.get_by_label("Delete recording 1 of yes").click()
    assert page.locator(".wave").count() == 0
    page.click("#sounds-undo")
    assert page.locator(".wave").count() == 1


@pytest.mark.parametrize("allowed", [True, False])
def test_a_word_is_recorded_or_it_is_said_why_not(server, visitor, allowed) -> None:
    open_dialog(server, visitor)
    page = visitor.page
    if not allowed:
        page.evaluate(
            "() => { navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('no', 'NotAllowedError')); }"
        )
    page.click('[data-record="0"]')
    if allowed:
        page.wait_for_selector(".wave", timeout=15_000)
        assert page.locator(".wave").count() == 1
    else:
        page.wait_for_function(
            "() => /microphone/.test(document.querySelector('#sounds-problem').textContent)"
        )
    assert page.evaluate("document.activeElement.dataset.record") == "0"


def test_a_wave_is_heard_as_a_tone(server, visitor) -> None:
    page = visitor.open(server.url)
    page.click('[data-family="sequence"]')
    page.click('[data-kind="waveforms"]')
    page.wait_for_selector("#hear:visible")
    page.evaluate(
        """() => { const start = AudioBufferSourceNode.prototype.start;
          AudioBufferSourceNode.prototype.start = function () { window.heard = this.buffer.length; start.call(this); }; }"""
    )
    page.click("#hear")
    page.wait_for_function("() => window.heard === 12800")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_on_a_phone_what_is_done_to_a_word_stands_in_one_line(server, browser, locale) -> None:
    one = Visitor(browser, locale=locale, viewport={"width": 390, "height": 844})
    open_dialog(server, one)
    found = one.page.evaluate(
        """() => {
          const list = document.querySelector('.sound-classes'), row = list.querySelector('.row');
          const middles = [...row.children].filter((e) => e.offsetParent).map((e) => e.getBoundingClientRect()).map(({ top, bottom }) => (top + bottom) / 2);
          return { apart: Math.max(...middles) - Math.min(...middles), beyond: list.scrollWidth - list.clientWidth };
        }"""
    )
    assert found["apart"] < 4
    assert found["beyond"] == 0
    one.context.close()
