"""What scripts of every target share: their first lines, the order of samples, rates, masks, the numbers."""

import base64
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from textwrap import wrap
from typing import Any

import numpy as np

from .run import Array, Run
from .words import WORDS, Language

COLUMNS = 100
MARK = re.compile(r"@\{(\w+)\}")

SHUFFLE = '''
def shuffle(order, state):
    """@{shuffle}"""
    mask = (1 << 64) - 1
    for i in range(len(order) - 1, 0, -1):
        state = (state + 0x9E3779B97F4A7C15) & mask
        z = (state ^ (state >> 30)) * 0xBF58476D1CE4E5B9 & mask
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB & mask
        j = ((z ^ (z >> 31)) >> 32) * (i + 1) >> 32
        order[i], order[j] = order[j], order[i]
    return state
'''

MASK = '''
def dropout_mask(step, layer, rate, shape):
    """@{dropout_mask}"""
    bits, golden = (1 << 64) - 1, 0x9E3779B97F4A7C15
    key = (SEED * 0x2545F4914F6CDD1D + step * golden + (layer + 1) * golden) & bits
    key = (key ^ (key >> 30)) * 0xBF58476D1CE4E5B9 & bits
    with np.errstate(over="ignore"):
        z = np.uint64(key ^ (key >> 27)) + np.arange(1, np.prod(shape) + 1, dtype=np.uint64) * np.uint64(golden)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    kept = ((z ^ (z >> np.uint64(31))) >> np.uint64(40)) >= np.uint64(rate * 2**24)
    return (kept * (1 / (1 - rate))).astype(np.float32).reshape(shape)
'''

ARRAYS = '''
def arrays():
    """@{arrays}"""
    with np.load(io.BytesIO(base64.b64decode(DATA))) as packed:
        return {name: packed[name] for name in packed.files}
'''

# By schedule, what the learning rate is multiplied by in update u, from 0 on.
FACTORS: dict[str, str] = {
    "step": "{gamma} ** (u // {every})",
    "exponential": "{gamma} ** u",
    "cosine": "{floor} + (1 - {floor}) * (1 + math.cos(math.pi * min(u, {updates}) / {updates})) / 2",
    "warm_up": "{start} + (1 - {start}) * min(u, {updates}) / {updates}",
}

ONE_CYCLE = '''
def factor(u):
    """@{one_cycle}"""
    top, last, low, least = {top}, {last}, {low}, {least}
    if u <= top:
        return 1 + (low - 1) * (1 + math.cos(math.pi * min(1, u / top if top > 0 else 1))) / 2
    return least + (1 - least) * (1 + math.cos(math.pi * min(1, (u - top) / (last - top)))) / 2
'''

PLATEAU = '''
class Plateau:
    """@{plateau}"""

    factor, best, bad, cooling = 1.0, math.inf, 0, 0

    def after_epoch(self, loss):
        if loss < self.best * (1 - {threshold}):
            self.best, self.bad = loss, 0
        else:
            self.bad += 1
        if self.cooling:
            self.cooling, self.bad = self.cooling - 1, 0
        if self.bad > {patience}:
            self.factor, self.cooling, self.bad = self.factor * {gamma}, {cooldown}, 0
'''


def spoken(text: str, language: Language, **more: str) -> str:
    """With the comments of a language in place of their marks; `more` is what else a mark may stand for."""
    return MARK.sub(lambda m: more.get(m[1]) or WORDS[m[1]][language], text)


def comment(key: str, language: Language, indent: int = 0, **values: Any) -> str:
    """A line or more."""
    text = WORDS[key][language].format(**values)
    width = COLUMNS - indent - 2 if language == "en" else (COLUMNS - indent) // 2
    return "\n".join(" " * indent + "# " + line for line in wrap(text, width))


def schedule_of(run: Run) -> str:
    """A function or class of the schedule; empty where the rate is constant."""
    schedule: Any = run.spec.schedule
    values = {name: getattr(schedule, name) for name in schedule.__dataclass_fields__}
    if schedule.kind == "constant":
        return ""
    if schedule.kind == "plateau":
        return _filled(PLATEAU, values)
    if schedule.kind == "one_cycle":
        more = {
            "top": schedule.rise * schedule.updates - 1, "last": schedule.updates - 1,
            "low": 1 / schedule.divide, "least": 1 / (schedule.divide * schedule.final_divide),
        }  # fmt: skip
        return _filled(ONE_CYCLE, more)
    return f'\ndef factor(u):\n    """@{{factor}}"""\n    return {_filled(FACTORS[schedule.kind], values)}\n'


def _filled(text: str, values: Mapping[str, Any]) -> str:
    """With values in place of {names}; marks of comments stay."""
    return re.sub(r"(?<!@)\{(\w+)\}", lambda m: repr(values[m[1]]), text)


def batch_lines(run: Run, language: Language) -> list[str]:
    """Which samples the next update takes."""
    size, before = "BATCH", list[str]()
    if run.joins:
        size = "size"
        before = [
            comment("joined", language, 8),
            "        size = BATCH + (position + BATCH + 1 == len(order))",
        ]
    return [
        "        if position == 0:",
        "            state = shuffle(order, state)",
        *before,
        f"        batch = order[position : position + {size}]",
        "        position = (position + len(batch)) % len(order)",
    ]


def rate_of(run: Run) -> str:
    """The learning rate of an update, as an expression."""
    schedule = run.spec.schedule.kind
    if schedule == "constant":
        return "LEARNING_RATE"
    return f"LEARNING_RATE * {'plateau.factor' if schedule == 'plateau' else 'factor(step)'}"


def packed(named: Mapping[str, Array]) -> bytes:
    """An .npz archive, each array in the smallest type that holds it exactly."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, array in named.items():
            part = io.BytesIO()
            np.lib.format.write_array(part, np.ascontiguousarray(_small(array)))
            stored = zipfile.ZIP_DEFLATED if _is_worth_it(array) else zipfile.ZIP_STORED
            info = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            archive.writestr(info, part.getvalue(), compress_type=stored)
    return whole.getvalue()


def _is_worth_it(array: Array) -> bool:
    """Random weights do not shrink."""
    raw = array.ravel()[:20_000].tobytes()
    return len(zlib.compress(raw, 1)) < 0.8 * len(raw)


def _small(array: Array) -> Array:
    if array.dtype != np.float32 or not array.size:
        return array
    low, high = float(array.min()), float(array.max())
    for kind, least, most in ((np.int8, -128, 127), (np.uint8, 0, 255), (np.int16, -32768, 32767)):
        if least <= low and high <= most:
            found = array.astype(kind)
            if np.array_equal(found, array):
                return found
    return array


def data_block(run: Run, extra: Mapping[str, Array]) -> str:
    """The last lines of a script: all its numbers."""
    named = {"inputs": run.inputs, "targets": run.targets, **run.start, **extra}
    text = base64.b64encode(packed(named)).decode()
    lines = (text[i : i + COLUMNS] for i in range(0, len(text), COLUMNS))
    return 'DATA = """\n' + "\n".join(lines) + '\n"""\n'


def joined(*parts: str | Iterable[str]) -> str:
    """Functions with two empty lines between."""
    flat = [p for part in parts for p in ([part] if isinstance(part, str) else part)]
    return "\n\n\n".join(p.strip("\n") for p in flat if p.strip()) + "\n"
