"""What the engine will not do, and the one way of refusing it.

Work is counted in multiply-adds of a forward pass, or what costs as much.
"""

from .errors import Refused

MAX_PARAMETERS = 1_000_000
# A measurement looks at as many samples as this much work allows, but at 256 at least; an update, a
# gradient or a prediction may take no more than the second.
MAX_MEASURE_WORK = 40_000_000
MAX_WORK = 1_500_000_000
MAX_ACTIVATION_NUMBERS = 2_000_000
MAX_BATCH_NUMBERS = 50_000_000
MAX_TRACE_NUMBERS = 2_000_000


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
