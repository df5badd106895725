"""Sounds of one's own in a request: WAV files, as text in base64."""

import binascii
import wave
from base64 import b64decode
from collections.abc import Sequence
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

from engine.datasets.pictures import classes_of
from engine.datasets.sounds import FULL, MOST_S, Sounds, check_length, check_rate, joined
from engine.errors import Reason, Refused

MOST_CHANNELS = 8
WIDTHS = (1, 2, 3, 4)  # bytes of a sample


def sounds_of(files: Sequence[str], labels: Sequence[str], name: str) -> Sounds:
    """Each with its label; all of one rate, several channels as their mean.  Raises: Refused"""
    if not files:
        raise Refused(
            "sounds", Reason("sounds.none", "there are no sounds; give at least one of each class")
        )
    if len(labels) != len(files):
        raise Refused(
            "labels",
            Reason(
                "sounds.labels_differ",
                "{sounds} sounds but {labels} labels; give one a sound",
                sounds=len(files),
                labels=len(labels),
            ),
        )
    names, targets = classes_of(labels)
    found = [_read(number, text) for number, text in enumerate(files, 1)]
    rates = sorted({rate for _, rate in found})
    if len(rates) > 1:
        raise Refused(
            "sounds",
            Reason(
                "sounds.rates_differ",
                "the sounds have {rates} samples a second; give all of one rate",
                rates=", ".join(map(str, rates)),
            ),
        )
    samples, lengths = joined([signal for signal, _ in found], rates[0])
    return Sounds(name, samples, lengths, rates[0], targets, names)


def wav_of(sound: NDArray[np.int16], rate: int) -> bytes:
    """One channel of 16 bits.  sound: (length,)"""
    out = BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.astype("<i2").tobytes())
    return out.getvalue()


def _read(number: int, text: str) -> tuple[NDArray[np.int16], int]:
    """Raises: Refused"""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Refused(
            "sounds", Reason("sounds.not_base64", "sound {sound} is no base64", sound=number)
        ) from error
    try:
        with wave.open(BytesIO(data)) as file:
            channels, width, rate, told, *_ = file.getparams()
            # By the header: before so much is made of it.
            frames = file.readframes(min(told, round(MOST_S * rate) + 1))
    except (wave.Error, EOFError, ValueError, OverflowError, ZeroDivisionError) as error:
        raise _no_wav(number) from error
    if width not in WIDTHS or not 1 <= channels <= MOST_CHANNELS:
        raise _no_wav(number)
    check_rate(rate)
    check_length(number, told, rate)
    if len(frames) < told * channels * width:
        raise Refused(
            "sounds",
            Reason(
                "sounds.not_whole",
                "sound {sound} ends before its header says; its file is damaged or not whole",
                sound=number,
            ),
        )
    return _mono(frames, channels, width), rate


def _mono(frames: bytes, channels: int, width: int) -> NDArray[np.int16]:
    """Samples of 8 bits have no sign, the others have; the lowest byte is the first."""
    if width == 1:
        values = np.frombuffer(frames, np.uint8).astype(np.float64) - 128
    elif width == 3:
        parts = np.frombuffer(frames, np.uint8).reshape(-1, 3).astype(np.int32)
        whole = parts[:, 0] | parts[:, 1] << 8 | parts[:, 2] << 16
        values = (whole - ((whole >> 23) << 24)).astype(np.float64)
    else:
        values = np.frombuffer(frames, f"<i{width}").astype(np.float64)
    values = values.reshape(-1, channels).mean(axis=1) * 2.0 ** (16 - 8 * width)
    return np.rint(values).clip(-FULL, FULL - 1).astype(np.int16)


def _no_wav(number: int) -> Refused:
    return Refused(
        "sounds",
        Reason(
            "sounds.not_wav",
            "sound {sound} is no WAV file of whole numbers (PCM)",
            sound=number,
        ),
    )


__all__ = ["sounds_of", "wav_of"]
