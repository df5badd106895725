"""What the engine will not do, and the one way of refusing it.

Work is counted in multiply-adds of a forward pass, or what costs as much.
"""

from .errors import Refused

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
# Numbers of one answer: predictions, activations, a boundary.
MAX_ANSWER_NUMBERS = 1_000_000
MAX_TRACE_NUMBERS = 1_500_000


def keep_within(
    limit: str, most: int, asked: int, place: str, said: str, remedy: str, *, aside: str = ""
) -> None:
    """Raises: Refused, where more is asked than the limit allows; `said` is what it would be, with
    the figure, `aside` what the figure is made of."""
    if asked > most:
        raise Refused(
            place,
            f"{said}{aside and f' ({aside})'}, at most {most} (limit: {limit}); {remedy}",
            limit=limit,
            value=most,
        )


def keep_work(asked: int, place: str, said: str, remedy: str, *, aside: str = "") -> None:
    """`keep_within` MAX_WORK; `said` says what would take it.  Raises: Refused"""
    said = f"{said} would take {asked} multiply-adds"
    keep_within("max_work", MAX_WORK, asked, place, said, remedy, aside=aside)


def keep_answer(numbers: int, place: str, said: str, remedy: str) -> None:
    """`keep_within` MAX_ANSWER_NUMBERS; `said` says what would give them.  Raises: Refused"""
    said = f"{said} would give {numbers} numbers"
    keep_within("max_answer_numbers", MAX_ANSWER_NUMBERS, numbers, place, said, remedy)


def affordable(work: int, numbers: int) -> int:
    """Samples that a look of ours takes, where one of them takes that much work and leaves so many
    numbers: one at least."""
    work = max(1, work + 2 * numbers)
    return max(1, MEASURE_WORK // work, min(LEAST_MEASURED, MAX_MEASURE_WORK // work))


def keep_batch(numbers: int, place: str, said: str) -> None:
    """`keep_within` MAX_BATCH_NUMBERS; `said` is the batch.  Raises: Refused"""
    said = f"{said} would leave {numbers} numbers on its way through the layers"
    remedy = "choose a smaller batch or fewer units"
    keep_within("max_batch_numbers", MAX_BATCH_NUMBERS, numbers, place, said, remedy)
