"""What the engine will not do, and the one way of refusing it.

Work is counted in multiply-adds of a forward pass, or what costs as much.
"""

from .errors import Reason, Refused

MAX_PARAMETERS = 1_000_000
# An update, a gradient or a prediction may take no more: one is a fraction of a second.
MAX_WORK = 1_200_000_000
# A measurement looks at as many samples as this much work allows, ...
MEASURE_WORK = 40_000_000
# ... at 256 all the same where that is no more than this, and at fewer where it is.
MAX_MEASURE_WORK = 200_000_000
LEAST_MEASURED = 256
# Numbers that a batch leaves in memory on its way through the layers.
MAX_BATCH_NUMBERS = 24_000_000
# All updates that a check of the clinic makes: some seconds.
MAX_CHECK_WORK = 4_000_000_000
# All that a study measures: some seconds, beside which others play.
MAX_STUDY_WORK = 32_000_000_000
# Numbers of one answer: predictions, activations, a boundary.
MAX_ANSWER_NUMBERS = 1_000_000
MAX_TRACE_NUMBERS = 1_500_000
# Values that a series is carried on by, each a pass of its own: a tenth of a second of them.
MAX_AHEAD = 1_000
# Snapshots of one network's run, by which its steps can be reached again.
MAX_TRAIL_BYTES = 32_000_000


def keep_within(limit: str, most: int, asked: int, place: str, reason: Reason) -> None:
    """Raises: Refused, where more is asked than the limit allows; the sentence of `reason` says
    {asked}, {most} and {limit}."""
    if asked > most:
        raise Refused(place, reason.knowing(asked=asked, limit=limit), limit=limit, value=most)


def keep_work(asked: int, place: str, reason: Reason) -> None:
    """`keep_within` MAX_WORK, asked for in multiply-adds.  Raises: Refused"""
    keep_within("max_work", MAX_WORK, asked, place, reason)


def keep_answer(rows: int, numbers: int, work: int, place: str) -> None:
    """`keep_within` MAX_ANSWER_NUMBERS and MAX_WORK: what an answer about so many rows holds and
    takes.  Raises: Refused"""
    keep_within(
        "max_answer_numbers", MAX_ANSWER_NUMBERS, numbers, place,
        Reason(
            "answer_too_large",
            "{rows} rows would give {asked} numbers, at most {most} (limit: {limit}); ask for fewer",
            rows=rows,
        ),
    )  # fmt: skip
    keep_work(
        work, place,
        Reason(
            "answer_too_costly",
            "{rows} rows would take {asked} multiply-adds, at most {most} (limit: {limit}); ask for "
            "fewer",
            rows=rows,
        ),
    )  # fmt: skip


def keep_numbers(numbers: int, place: str, **values: int) -> None:
    """`keep_within` MAX_ANSWER_NUMBERS, of an answer that is no rows of anything.  Raises: Refused"""
    keep_within(
        "max_answer_numbers", MAX_ANSWER_NUMBERS, numbers, place,
        Reason(
            "too_many_numbers",
            "the answer would have {asked} numbers, at most {most} (limit: {limit}); ask for less",
            **values,
        ),
    )  # fmt: skip


def affordable(work: int, numbers: int) -> int:
    """Samples that a look of ours takes, where one of them takes that much work and leaves so many
    numbers: one at least."""
    work = max(1, work + 2 * numbers)
    return max(1, MEASURE_WORK // work, min(LEAST_MEASURED, MAX_MEASURE_WORK // work))


def keep_batch(numbers: int, place: str, samples: int) -> None:
    """`keep_within` MAX_BATCH_NUMBERS, for so many samples at once.  Raises: Refused"""
    keep_within(
        "max_batch_numbers", MAX_BATCH_NUMBERS, numbers, place,
        Reason(
            "batch_too_large",
            "a batch of {samples} would leave {asked} numbers on its way through the layers, at most "
            "{most} (limit: {limit}); choose a smaller batch or fewer units",
            samples=samples,
        ),
    )  # fmt: skip
