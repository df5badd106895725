"""Sounds of one's own: their bands of pitch as librosa computes them, and words told apart after three of each."""

import json
from pathlib import Path

import numpy as np
import pytest

from engine.datasets.mel import centres, hertz, log_mel, mel
from engine.datasets.own import Own
from engine.datasets.sounds import BANDS, FULL, Sounds, loudest, varied
from engine.experiment import Experiment
from engine.spec import NetworkSpec
from engine.suits import recipe

from .speaking import RATE, words

# librosa.feature.melspectrogram(htk=True, norm=None, center=True, pad_mode="constant", power=2) of the same
# sound, and its logarithm; the numbers are every so many bands of four moments.
REFERENCES = json.loads((Path(__file__).parent / "mel_references.json").read_text())["cases"]
NAMES = ("no", "yes")


def recorded(count: int, seed: int) -> Sounds:
    given, said = words(count, seed)
    longest = max(map(len, given))
    samples = np.zeros((len(given), longest), np.int16)
    for row, one in zip(samples, given, strict=True):
        row[: len(one)] = np.rint(np.array(one) * (FULL - 1))
    lengths = np.array([len(one) for one in given])
    targets = np.array([NAMES.index(one) for one in said])
    return Sounds("words", samples, lengths, RATE, targets, NAMES)


@pytest.mark.parametrize("case", REFERENCES)
def test_bands_are_those_of_librosa(case) -> None:
    rate, bands = map(int, case.split("/"))
    t = np.arange(rate) / rate
    rng = np.random.default_rng([rate, bands])
    sound = 0.5 * np.sin(2 * np.pi * (200 + 300 * t) * t) + 0.1 * rng.standard_normal(rate)
    found, known = log_mel(sound, rate, bands), REFERENCES[case]
    assert list(found.shape) == known["shape"]
    assert found.mean() == pytest.approx(known["mean"], abs=1e-7)
    some = found[[0, 7, 25, 49], :: max(1, bands // 6)]
    np.testing.assert_allclose(some, known["some"], atol=1e-7)


def test_the_mel_scale_and_back() -> None:
    assert mel(1000.0) == pytest.approx(999.9855)
    assert hertz(mel(np.array([50.0, 440.0, 7600.0]))) == pytest.approx([50, 440, 7600])
    assert (np.diff(centres(RATE, BANDS)) > 0).all()


def test_a_pure_tone_is_strongest_in_its_band() -> None:
    for band, pitch in enumerate(centres(RATE, BANDS)[2:], 2):
        tone = np.sin(2 * np.pi * pitch * np.arange(RATE) / RATE)
        assert log_mel(tone, RATE, BANDS)[25].argmax() == band


def test_the_loudest_stretch_is_taken_whole_and_a_short_sound_stands_in_silence() -> None:
    sound = np.zeros(1000)
    sound[620:680] = 1.0
    cut = loudest(sound, 200)
    assert len(cut) == 200
    assert cut.sum() == 60
    assert 55 < cut.argmax() < 85  # in the middle, not at an edge
    short = loudest(np.ones(5), 11)
    assert short.tolist() == [0, 0, 0, 1, 1, 1, 1, 1, 0, 0, 0]


def test_copies_differ_and_are_made_of_training_sounds_alone() -> None:
    own = Own(id="x", test_fraction=0.25)
    data = own.make_from(recorded(4, 0))
    assert data.sources is not None
    assert data.test_sources is not None
    assert len(data.test_sources) == len(data.test_inputs) == 2
    assert len(data.sources) == len(data.inputs) == 6 * 8
    assert not set(data.sources) & set(data.test_sources)
    assert len(np.unique(data.inputs.round(6), axis=0)) == len(data.inputs)
    np.testing.assert_allclose(data.inputs.mean(axis=(0, 1)), 0, atol=1e-6)
    np.testing.assert_allclose(data.inputs.std(axis=(0, 1)), 1, atol=1e-6)
    again = own.make_from(recorded(4, 0))
    assert np.array_equal(data.inputs, again.inputs)


def test_a_varied_sound_is_as_long_and_of_another_loudness() -> None:
    sound = np.sin(np.arange(1000) / 5)
    changed = varied(sound, 1000, np.random.default_rng(0))
    assert changed.shape == sound.shape
    assert not np.allclose(changed, sound)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_three_recordings_of_a_word_are_enough_to_tell_it(seed) -> None:
    learnt, said = recorded(3, seed), recorded(25, seed + 100)
    dataset = Own(id="x", test_fraction=0.0)
    suits = recipe(Own, "classification", (51, BANDS)).parts()
    run = Experiment(NetworkSpec(dataset=dataset, **suits), tables={"x": learnt})
    run.train(100)
    # Others that it has not heard, as they were said.
    raw = [
        log_mel(loudest(said.sound(n) / FULL, RATE), RATE, BANDS) for n in range(len(said.targets))
    ]
    answers = run.predict(np.array(raw)).argmax(axis=1)
    assert (answers == said.targets).mean() >= 0.9
