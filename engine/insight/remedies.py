"""What helps against a finding: changes of the spec, made for the very network that was looked at."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, fields, replace
from typing import Any

from ..datasets import AnyDataset, FromKept
from ..errors import Refused
from ..experiment import Experiment
from ..optimizers import SGD
from ..spec import MAX_LAYERS
from .changes import (
    BATCH,
    OWN_TEST,
    RIGHT_LABELS,
    SCALED,
    Layer,
    activation,
    changed,
    clip,
    initializer,
    layers_of,
    less_test,
    more_samples,
    normalized,
    penalty,
    rate,
    smaller,
    two,
)
from .findings import Finding, Remedy

GOOD_MOVE = 0.02  # what a step is to move the weights by, of their size, where no curvature tells


def remedies(finding: Finding, experiment: Experiment) -> list[Remedy]:
    """The best first; none where no setting helps, and none that is so already."""
    spec = asdict(experiment.spec)
    offered = _OF[finding.name](finding, experiment)
    return [one for one in offered if any(_differs(spec[k], v) for k, v in one.patch.items())]


def _differs(old: Any, new: Any) -> bool:
    """Whether a part of a patch changes what is there: objects are merged, lists replaced."""
    if isinstance(new, dict) and new:
        return any(name not in old or _differs(old[name], value) for name, value in new.items())
    return (list(old) if isinstance(old, tuple) else old) != new


def _missing_class(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    """Only what does bring a sample of every class: it is tried."""
    spec = experiment.spec.dataset
    known = {f.name for f in fields(spec)}
    tries: list[tuple[str, str, str, dict[str, Any]]] = []
    if getattr(spec, "erased", ()):
        tries.append(("points", "bring back what was erased", "恢复被擦掉的点", {"erased": ()}))
    if "samples" in known and spec.kind != "drawn":
        tries.append(("samples", "400 samples", "400 个样本", {"samples": 400}))
        tries.append(
            (
                "samples",
                "400 samples, nothing erased",
                "400 个样本，不擦除",
                {"samples": 400, "erased": ()},
            )
        )
    tries.append(
        ("test_fraction", "a tenth for testing", "只留十分之一作测试", {"test_fraction": 0.1})
    )
    for name, en, zh, change in tries:
        if set(change) <= known and _has_all_classes(replace(spec, **change)):
            plain = {k: list(v) if isinstance(v, tuple) else v for k, v in change.items()}
            yield Remedy(name, {"en": en, "zh": zh}, {"dataset": plain})
            return


def _has_all_classes(spec: AnyDataset) -> bool:
    if isinstance(spec, FromKept):  # its table is not here
        return False
    try:
        made = spec.make()  # pyright: ignore[reportAttributeAccessIssue]
    except Refused:
        return False
    return len({int(t) for t in made.targets}) == made.classes


def _shuffled(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield from RIGHT_LABELS(experiment)


def _leak(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield from OWN_TEST(experiment)


def _unscaled(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield from SCALED(experiment)
    layers = layers_of(experiment)
    if len(layers) < MAX_LAYERS and not (layers and layers[0]["kind"] == "batch_norm"):
        label = {"en": "batch_norm in front", "zh": "最前面加 batch_norm"}
        batch = max(BATCH, experiment.spec.batch_size)
        patch = {"layers": [{"kind": "batch_norm"}, *layers], "batch_size": batch, "start": {}}
        yield Remedy("batch_norm", label, patch, True)


def _symmetry(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield initializer(experiment)


def _batch(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    label = {"en": f"a batch of {BATCH}", "zh": f"批量 {BATCH}"}
    if experiment.trainer.samples > finding.figure if finding.figure else True:
        yield Remedy("batch_size", label, {"batch_size": BATCH}, True)

    def other(layer: Layer) -> Layer:
        return {"kind": "layer_norm"} if layer["kind"] == "batch_norm" else layer

    patch = changed(experiment, other)
    if patch is not None:
        label = {"en": "layer_norm instead of batch_norm", "zh": "用 layer_norm 代替 batch_norm"}
        yield Remedy("layer_norm", label, patch, True)


def _l2(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    def without(layer: Layer) -> Layer:
        return {**layer, "l2": 0.0} if layer.get("l2") else layer

    weaker = two(min(0.001, experiment.spec.regularization.l2 / 100))
    mine = changed(experiment, without) or {}
    out = {"output": {"l2": 0.0}} if experiment.spec.output.l2 else {}
    for l2, en, zh in (
        (weaker, f"an L2 penalty of {weaker:g}", f"L2 惩罚 {weaker:g}"),
        (0.0, "no L2 penalty", "不用 L2 惩罚"),
    ):
        patch = {"regularization": {"l2": l2}, **mine, **out}
        yield Remedy("l2", {"en": en, "zh": zh}, patch, True)


def _no_bias(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    def free(layer: Layer) -> Layer:
        return {**layer, "trainable_bias": True} if "trainable_bias" in layer else layer

    patch = {**(changed(experiment, free) or {}), "output": {"trainable_bias": True}}
    yield Remedy("bias", {"en": "train the biases", "zh": "训练偏置"}, patch)


def _too_fast(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    figure, threshold = finding.figure or 10.0, finding.threshold or 1.0
    sgd = isinstance(experiment.spec.optimizer, SGD)
    to = threshold / 8 if sgd and threshold >= 1 else GOOD_MOVE
    yield rate(experiment, min(0.1, to / figure), reset=True)
    yield rate(experiment, 0.1, reset=True)
    if not experiment.spec.clipping.norm:
        yield clip(reset=True)
    yield rate(experiment, 0.5, reset=True)


def _diverged(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield rate(experiment, 0.1, reset=True)
    if not experiment.spec.clipping.norm:
        yield clip(reset=True)
    halved = rate(experiment, 0.5, reset=False, back=min(10, experiment.step))
    label = {
        "en": f"back 10 steps, {halved.label['en']}",
        "zh": f"退回 10 步，{halved.label['zh']}",
    }
    yield replace(halved, name="back", label=label)


def _exploding(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield initializer(experiment)
    if not experiment.spec.clipping.norm:
        yield clip(reset=True)
    yield from normalized(
        experiment, "layer_norm", "layer_norm between layers", "层间加 layer_norm"
    )
    yield rate(experiment, 0.1, reset=True)


def _vanishing(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    def gated(layer: Layer) -> Layer:
        if layer["kind"] != "simple_rnn":
            return layer
        known = ("units", "return_sequences", "bidirectional", "truncate", "l1", "l2", "trainable")
        return {"kind": "gru", **{name: layer[name] for name in known}}

    patch = changed(experiment, gated)
    if patch is not None:
        label = {"en": "gru instead of simple_rnn", "zh": "用 gru 代替 simple_rnn"}
        yield Remedy("gru", label, {**patch, "start": {}}, True)
    yield from activation(experiment, "tanh", "tanh in every layer", "各层都用 tanh")
    yield from activation(experiment, "relu", "relu with He's weights", "relu 加 He 初始化")
    yield from normalized(
        experiment, "batch_norm", "batch_norm between layers", "层间加 batch_norm"
    )
    yield initializer(experiment)


def _dead(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield initializer(experiment)
    yield from activation(
        experiment, "leaky_relu", "leaky_relu instead of relu", "用 leaky_relu 代替 relu"
    )
    yield rate(experiment, 0.1, reset=True)


def _saturated(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield from activation(experiment, "relu", "relu with He's weights", "relu 加 He 初始化")
    yield initializer(experiment)
    yield from normalized(
        experiment, "batch_norm", "batch_norm between layers", "层间加 batch_norm"
    )
    yield rate(experiment, 0.1, reset=True)


def _too_slow(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    figure = finding.figure or 0.0
    # A thousandth of their size a step is what goes well; where it is said in so many orders of
    # magnitude, the measure is too rough for more.
    factor = min(10_000.0, max(10.0, 1e-3 / figure)) if figure else 1.0
    if experiment.spec.optimizer.learning_rate and factor > 1:
        yield rate(experiment, factor, reset=False)
        if factor > 10:
            yield rate(experiment, 10.0, reset=False)
    yield from _adam(experiment)


def _adam(experiment: Experiment) -> Iterator[Remedy]:
    if experiment.spec.optimizer.kind != "adam":
        label = {"en": "adam at 0.01", "zh": "adam，学习率 0.01"}
        yield Remedy("adam", label, {"optimizer": {"kind": "adam", "learning_rate": 0.01}})


def _little(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield from more_samples(experiment, 400)
    yield from less_test(experiment)
    yield from smaller(experiment)
    yield penalty(experiment, 0.01)


def _overfitting(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield from more_samples(experiment, 1000)
    yield replace(penalty(experiment, 0.01), reset=True)
    yield from smaller(experiment)


def _plateau(finding: Finding, experiment: Experiment) -> Iterator[Remedy]:
    yield from _adam(experiment)
    optimizer = experiment.spec.optimizer
    if isinstance(optimizer, SGD) and not optimizer.momentum:
        label = {"en": "momentum 0.9", "zh": "动量 0.9"}
        yield Remedy("momentum", label, {"optimizer": {"momentum": 0.9}})
    if optimizer.learning_rate:
        yield rate(experiment, 3.0, reset=False)


_OF: dict[str, Callable[[Finding, Experiment], Iterator[Remedy]]] = {
    "diverged": _diverged,
    "missing_class": _missing_class,
    "leak": _leak,
    "shuffled_labels": _shuffled,
    "unscaled": _unscaled,
    "symmetry": _symmetry,
    "batch_norm_batch": _batch,
    "l2_too_strong": _l2,
    "no_bias": _no_bias,
    "too_fast": _too_fast,
    "exploding": _exploding,
    "vanishing": _vanishing,
    "dead": _dead,
    "saturated": _saturated,
    "too_slow": _too_slow,
    "too_little_data": _little,
    "overfitting": _overfitting,
    "plateau": _plateau,
}

__all__ = ["Remedy", "remedies"]
