"""Variants raced in a worker process, and the network that one of them is."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine.datasets import OwnData
from engine.experiment import Experiment
from engine.spec import NetworkSpec
from engine.studies import Progress, Share, race, what_if
from engine.trainer import Divergence

from ..wire import arrays_to_bytes
from .jobs import take


def begin(
    job: str,
    specs: Sequence[NetworkSpec],
    steps: int,
    target_loss: float | None,
    tables: Mapping[str, OwnData],
    share: Share,
) -> None:
    """The share of the race that is this worker's.  Raises: Refused"""
    take(job, _packed(race(specs, steps, target_loss, tables=tables, share=share)))


def _packed(study: Iterator[Progress]) -> Iterator[Progress]:
    """What a variant can be gone on from, as a checkpoint."""
    for fraction, news in study:
        for piece in news.get("variants", ()):
            if "kept" in piece:
                piece["kept"] = arrays_to_bytes(piece["kept"])
            if "divergence" in piece:
                piece["divergence"] = _plain(piece["divergence"])
        yield fraction, news


def would_be(
    experiment: Experiment,
    spec: NetworkSpec,
    steps: int,
    resolution: int,
    tables: Mapping[str, OwnData],
) -> Iterator[Progress]:
    """`what_if`, told in JSON.  Raises: Refused"""
    return _said(what_if(experiment, spec, steps, resolution, tables))


def _said(study: Iterator[Progress]) -> Iterator[Progress]:
    for fraction, news in study:
        gone = news.get("divergence")
        yield fraction, {**news, "divergence": _plain(gone)} if gone else news


def _plain(gone: Divergence) -> dict[str, Any]:
    reason = gone.reason
    said = {"detail": str(reason), "code": reason.code, "values": reason.values}
    return {**asdict(gone), **said}
