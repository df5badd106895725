"""What of a spec is a trainer's, and a trainer made of it."""

from typing import Any

from .assembly import Assembly
from .spec import NetworkSpec
from .trainer import Care, Trainer


def care_of(spec: NetworkSpec) -> Care:
    return Care(spec.clipping.value, spec.clipping.norm, spec.average)


def plain_settings(spec: NetworkSpec) -> dict[str, Any]:
    """What of a spec is a trainer's plain setting."""
    return {
        "batch_size": spec.batch_size,
        "l1": spec.regularization.l1,
        "l2": spec.regularization.l2,
        "initializer": spec.initializer,
        "starting": spec.start,
        "seed": spec.seed,
    }


def trainer_of(parts: Assembly, dtype: type, *, compiled: bool) -> Trainer:
    """One at step 0, with the weights of the spec's seed."""
    spec = parts.spec
    return Trainer(
        parts.network,
        *parts.training_arrays(),
        spec.optimizer,
        schedule=spec.schedule,
        care=care_of(spec),
        dtype=dtype,
        compiled=compiled,
        **plain_settings(spec),
    )
