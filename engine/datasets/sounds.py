"""Sounds of one's own: a second of each, as the strength of its bands of pitch over time."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..errors import Reason, Refused
from .base import Array, Dataset, check_size, split
from .faults import Fault, leaked, shuffled, stretches
from .labels import Labels, label, labels
from .mel import centres, frames_of, log_mel

LOWEST_RATE, HIGHEST_RATE = 8_000, 48_000
MAX_SOUNDS = 2_000
LEAST_S, MOST_S = 0.05, 10.0
FULL = 32_768  # of 16-bit samples
BANDS = 24
SECONDS = 1.0
# Of every training sound so many more are made, so that three of a word teach more than three do.
COPIES = 7
SHIFT_S, TEMPO, GAIN_DB = 0.08, 0.08, 6.0
NOISE_DB = (-50.0, -25.0)  # below the sound


@dataclass(frozen=True, slots=True)
class Sounds:
    """samples: (n, longest) int16, silence behind the shorter ones
    lengths: (n,) samples of each
    rate: samples a second
    targets: (n,) numbers of the classes
    """

    name: str
    samples: NDArray[np.int16]
    lengths: NDArray[np.int64]
    rate: int
    targets: NDArray[np.int64]
    class_names: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The bands, by the pitch in their middle."""
        return tuple(f"{hz:.0f} Hz" for hz in centres(self.rate, BANDS))

    def sound(self, number: int) -> NDArray[np.int16]:
        """(length,)"""
        return self.samples[number, : self.lengths[number]]


def joined(
    signals: Sequence[NDArray[np.int16]], rate: int
) -> tuple[NDArray[np.int16], NDArray[np.int64]]:
    """Sounds (length,) as one array.  Returns: samples (n, longest), lengths (n,)

    Raises: Refused (one that is too short or too long, or all together)
    """
    lengths = np.array([len(one) for one in signals], np.int64)
    for number, length in enumerate(lengths.tolist(), 1):
        check_length(number, length, rate)
    check_size(len(signals), (int(lengths.max()),), "sounds")
    samples = np.zeros((len(signals), int(lengths.max())), np.int16)
    for row, one in zip(samples, signals, strict=True):
        row[: len(one)] = one
    return samples, lengths


def check_rate(rate: int) -> None:
    """Raises: Refused"""
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise Refused(
            "sounds",
            Reason(
                "sounds.rate",
                "a sound of {rate} samples a second; there are to be {least} to {most}",
                rate=rate,
                least=LOWEST_RATE,
                most=HIGHEST_RATE,
            ),
        )


def check_length(number: int, length: int, rate: int) -> None:
    """Of the sound of that number, from 1.  Raises: Refused"""
    if not LEAST_S * rate <= length <= MOST_S * rate:
        raise Refused(
            "sounds",
            Reason(
                "sounds.length",
                "sound {sound} is {seconds} s long; a sound has {least} to {most} s (limit: max_seconds)",
                sound=number,
                seconds=f"{length / rate:.2f}",
                least=f"{LEAST_S:g}",
            ),
            limit="max_seconds",
            value=MOST_S,
        )


def loudest(sound: Array, length: int) -> Array:
    """The stretch of that length with the most energy; a shorter sound with silence around it.
    sound: (n,) -> (length,)
    """
    if len(sound) <= length:
        before = (length - len(sound)) // 2
        return np.pad(sound, (before, length - len(sound) - before))
    energy = np.concatenate([[0.0], np.cumsum(sound.astype(np.float64) ** 2)])
    sums = energy[length:] - energy[:-length]
    # Where several are as loud, as in a word with silence around it, the middle one.
    best = np.flatnonzero(sums >= sums.max() * (1 - 1e-3))
    start = int(best[len(best) // 2])
    return sound[start : start + length]


def varied(sound: Array, rate: int, rng: np.random.Generator) -> Array:
    """The same word said otherwise: sooner or later, faster or slower, louder or softer, with noise.
    (n,) -> (n,)
    """
    n = len(sound)
    tempo = 1 + rng.uniform(-TEMPO, TEMPO)
    shift = rng.uniform(-SHIFT_S, SHIFT_S) * rate
    at = (np.arange(n) - n / 2) * tempo + n / 2 + shift
    changed = np.interp(at, np.arange(n), sound, left=0.0, right=0.0)
    level = float(np.sqrt(np.mean(changed**2)))
    noise = level * 10 ** (rng.uniform(*NOISE_DB) / 20)
    gain = 10 ** (rng.uniform(-GAIN_DB, GAIN_DB) / 20)
    return gain * (changed + noise * rng.standard_normal(n))


def as_dataset(
    sounds: Sounds, test_fraction: float, seed: int, fault: Fault, copies: int = COPIES
) -> Dataset:
    """(time, bands) of each, scaled by the training part; of every training sound there are `copies`
    besides, of the test sounds none.

    Raises: Refused (too many numbers, with all the copies that training makes)
    """
    rng = np.random.default_rng([seed, 2])
    numbers = np.arange(len(sounds.targets))
    train, test = split(numbers, sounds.targets, test_fraction, rng)
    test = leaked(train, test, fault, seed)
    length = round(SECONDS * sounds.rate)
    shape = (frames_of(length, sounds.rate), BANDS)
    check_size(len(train) * (1 + COPIES) + len(test), shape, "sounds")
    cut = {int(n): loudest(sounds.sound(n) / FULL, length) for n in (*train, *test)}
    # All as they are, then all once more: who takes the first has every recording.
    others = [varied(cut[int(n)], sounds.rate, rng) for _ in range(copies) for n in train]
    made = [log_mel(one, sounds.rate, BANDS) for one in ([cut[int(n)] for n in train] + others)]
    inputs = np.array(made).reshape(-1, *shape)
    tests = np.array([log_mel(cut[int(n)], sounds.rate, BANDS) for n in test]).reshape(-1, *shape)
    mean = inputs.mean(axis=(0, 1)) if len(inputs) else np.zeros(BANDS)
    spread = inputs.std(axis=(0, 1)) if len(inputs) else np.ones(BANDS)
    deviation = np.where(spread > 0, spread, 1.0) / stretches(BANDS, fault, seed)
    targets = shuffled(sounds.targets, fault, seed)
    sources = np.tile(train, 1 + copies)
    return Dataset(
        inputs=(inputs - mean) / deviation,
        targets=targets[sources],
        test_inputs=(tests - mean) / deviation,
        test_targets=targets[test],
        view="sequence",
        task="classification",
        columns=sounds.columns,
        class_names=sounds.class_names,
        plane=None,
        mean=mean,
        deviation=deviation,
        identities=sources,
        sources=sources,
        test_sources=test,
        labels=Labels(columns=labels(*sounds.columns), target=label("word", "词")),
    )


__all__ = [
    "COPIES",
    "Sounds",
    "as_dataset",
    "check_length",
    "check_rate",
    "joined",
    "loudest",
    "varied",
]
