"""Sound as a picture over time: how strong each band of pitch is, a moment after the other, in logarithms.

The definitions are those that HTK gave and librosa and torchaudio can be set to: a periodic Hann window, the power
of its Fourier transform, triangles that are evenly apart on the mel scale of O'Shaughnessy (1987),
m = 2595 log10(1 + f / 700), and the natural logarithm.  (Davis & Mermelstein 1980)
"""

from functools import cache

import numpy as np

from .base import Array

WINDOW_S, HOP_S = 0.032, 0.020
LOWEST_HZ, HIGHEST_HZ = 50.0, 7600.0
# Added to every band before the logarithm: silence is a number, too.
FLOOR = 1e-6


def mel(hertz: Array | float) -> Array:
    return 2595 * np.log10(1 + np.asarray(hertz, np.float64) / 700)


def hertz(mels: Array | float) -> Array:
    return 700 * (10 ** (np.asarray(mels, np.float64) / 2595) - 1)


def sizes(rate: int) -> tuple[int, int, int]:
    """Samples of a window, samples to the next one, and points of its transform: the next power of 2."""
    window, hop = round(rate * WINDOW_S), round(rate * HOP_S)
    return window, hop, 1 << (window - 1).bit_length()


@cache
def triangles(rate: int, bands: int) -> Array:
    """What each frequency of the transform adds to each band.  (points / 2 + 1, bands)

    A triangle begins at its lower neighbour's middle and ends at its upper one's; its top is 1.
    """
    points = sizes(rate)[2]
    frequencies = np.fft.rfftfreq(points, 1 / rate)
    edges = _edges(rate, bands)
    low, middle, high = edges[:-2], edges[1:-1], edges[2:]
    at = frequencies[:, None]
    found = np.minimum((at - low) / (middle - low), (high - at) / (high - middle)).clip(min=0)
    found.setflags(write=False)
    return found


def centres(rate: int, bands: int) -> Array:
    """The pitch in the middle of each band, in Hz.  (bands,)"""
    return _edges(rate, bands)[1:-1]


def _edges(rate: int, bands: int) -> Array:
    """Where each band begins, in Hz, and after the last two; evenly apart in mel.  (bands + 2,)"""
    return hertz(np.linspace(mel(LOWEST_HZ), mel(min(HIGHEST_HZ, rate / 2)), bands + 2))


@cache
def _hann(rate: int) -> Array:
    """The window, in the middle of the transform's points."""
    window, _, points = sizes(rate)
    hann = np.zeros(points)
    first = (points - window) // 2
    hann[first : first + window] = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(window) / window)
    hann.setflags(write=False)
    return hann


def frames_of(length: int, rate: int) -> int:
    """Windows over so many samples, each around its moment, the first at 0."""
    return length // sizes(rate)[1] + 1


def log_mel(sound: Array, rate: int, bands: int) -> Array:
    """sound: (length,), from -1 to 1, `rate` samples a second -> (frames, bands)

    Around the sound there is silence.
    """
    _, hop, points = sizes(rate)
    padded = np.pad(np.asarray(sound, np.float64), points // 2)
    seen = np.lib.stride_tricks.sliding_window_view(padded, points)[::hop]
    power = np.abs(np.fft.rfft(seen * _hann(rate), axis=1)) ** 2
    return np.log(power @ triangles(rate, bands) + FLOOR)


__all__ = ["centres", "frames_of", "hertz", "log_mel", "mel", "triangles"]
