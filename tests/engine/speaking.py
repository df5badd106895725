"""Words that nobody said: formants over a buzz, and noise, by a seed."""

import numpy as np

RATE = 16_000


def _voiced(seconds: float, pitch: float, formants: list[tuple[float, float]], rng) -> np.ndarray:
    """A buzz at `pitch` Hz through formants that glide from one frequency to another, in Hz.

    Each formant is a resonator of two poles.  (Klatt 1980)
    """
    n = round(seconds * RATE)
    phase = np.cumsum(pitch * (1 + 0.02 * rng.standard_normal(n).cumsum() / np.sqrt(n)) / RATE)
    out = (phase % 1 - 0.5) * np.hanning(n) ** 0.3
    for start, end in formants:
        centre, width = np.linspace(start, end, n), 90.0
        r = np.exp(-np.pi * width / RATE)
        a1, a2 = 2 * r * np.cos(2 * np.pi * centre / RATE), -(r**2)
        y = np.zeros(n + 2)
        for i in range(n):
            y[i + 2] = out[i] * (1 - r) + a1[i] * y[i + 1] + a2 * y[i]
        out = y[2:]
    return out / np.abs(out).max()


def _hiss(seconds: float, rng) -> np.ndarray:
    """Noise of a high pitch, as an s has."""
    n = round(seconds * RATE)
    noise = rng.standard_normal(n)
    high = np.diff(noise, n=2, prepend=[0.0, 0.0]) * np.hanning(n) ** 0.5
    return high / np.abs(high).max()


def word(which: str, rng: np.random.Generator) -> list[float]:
    """`yes` or `no`, of one speaker, each time a little otherwise; about a second, from -1 to 1."""
    pitch = 120 * rng.uniform(0.92, 1.08)
    stretch, near = rng.uniform(0.85, 1.15), lambda hz: hz * rng.uniform(0.95, 1.05)
    if which == "yes":
        vowel = _voiced(
            0.3 * stretch, pitch, [(near(280), near(550)), (near(2200), near(1800))], rng
        )
        spoken = np.concatenate([vowel, 0.35 * _hiss(0.22 * stretch, rng)])
    else:
        hum = 0.4 * _voiced(
            0.12 * stretch, pitch, [(near(250), near(280)), (near(1100), near(1000))], rng
        )
        vowel = _voiced(
            0.35 * stretch, pitch, [(near(550), near(400)), (near(1000), near(750))], rng
        )
        spoken = np.concatenate([hum, vowel])
    length = round(RATE * rng.uniform(1.0, 1.3))
    at = rng.integers(0, max(1, length - len(spoken)))
    sound = 0.003 * rng.standard_normal(length)
    sound[at : at + len(spoken)] += rng.uniform(0.2, 0.8) * spoken[: length - at]
    return sound.clip(-1, 1).tolist()


def words(count: int, seed: int) -> tuple[list[list[float]], list[str]]:
    """So many of each."""
    rng = np.random.default_rng([seed, 31])
    labels = ["yes", "no"] * count
    return [word(which, rng) for which in labels], labels
