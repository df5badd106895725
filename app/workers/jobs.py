"""Studies under way in a worker process, advanced in the rounds of those that play."""

import logging
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from engine.errors import Reason, Refused
from engine.studies import Progress, Study, gather

from .messages import Progressed
from .shelf import experiment_of

log = logging.getLogger(__name__)

_running: dict[str, Iterator[Progress]] = {}


def begin(network: str, job: str, study: Study[...], settings: dict[str, Any]) -> None:
    """Take what the study needs of the network as it is now.  Raises: Refused"""
    take(job, study(experiment_of(network), **settings))


def take(job: str, study: Iterator[Progress]) -> None:
    """Go on with it in the rounds that come."""
    _running[job] = study


def cancel(job: str) -> None:
    """What it held is freed."""
    _running.pop(job, None)


def advance(job: str, share_s: float) -> Progressed | None:
    """Go on with a job for its share of the time, one piece at least; None if it isn't here."""
    study = _running.get(job)
    if study is None:
        return None
    news: dict[str, Any] = {}
    fraction, over, refused = None, False, None
    end = perf_counter() + share_s
    try:
        while fraction is None or perf_counter() < end:
            fraction, piece = next(study)
            gather(news, piece)
    except StopIteration:
        over, fraction = True, 1.0
    except Refused as error:
        refused = error.reason
    except Exception:
        log.exception("a job failed")
        refused = Reason("our_error", "an error of ours; the server's log has the details")
    if over or refused is not None:
        cancel(job)
    return Progressed(job, fraction, news, over, refused)
