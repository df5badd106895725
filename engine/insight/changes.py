"""Changes of a spec that help against several findings."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import Any

from ..activations import ACTIVATIONS
from ..datasets.base import MAX_SAMPLES
from ..experiment import Experiment
from ..spec import MAX_LAYERS
from .findings import Remedy

BATCH = 32
CLIP = 1.0
Layer = dict[str, Any]


def two(value: float) -> float:
    """Two digits, as somebody would set it."""
    return float(f"{value:.2g}")


def rate(experiment: Experiment, factor: float, *, reset: bool, back: int = 0) -> Remedy:
    rate = two(experiment.spec.optimizer.learning_rate * factor)
    return Remedy(
        "learning_rate",
        {"en": f"learning rate {rate:g}", "zh": f"学习率 {rate:g}"},
        {"optimizer": {"learning_rate": rate}},
        reset,
        back,
    )


def clip(*, reset: bool) -> Remedy:
    label = {"en": f"clip the gradient's norm at {CLIP:g}", "zh": f"梯度范数裁剪到 {CLIP:g}"}
    return Remedy("clipping", label, {"clipping": {"norm": CLIP}}, reset)


def initializer(experiment: Experiment) -> Remedy:
    """Made for the activations there are; what was given as a start is drawn instead."""
    functions = [d.get("activation") for d in layers_of(experiment)]
    kinked = [f for f in functions if f in ACTIVATIONS and not ACTIVATIONS[f].saturates]
    chosen = "he_uniform" if any(f not in ("linear", None) for f in kinked) else "glorot_uniform"
    en, zh = ("He", "He") if chosen.startswith("he") else ("Glorot", "Glorot")
    return Remedy(
        "initializer",
        {"en": f"{en} initializer", "zh": f"{zh} 初始化"},
        {"initializer": chosen, "start": {}},
        True,
    )


def layers_of(experiment: Experiment) -> list[Layer]:
    return [asdict(layer) for layer in experiment.spec.layers]


def changed(experiment: Experiment, change: Callable[[Layer], Layer]) -> dict[str, Any] | None:
    """A patch with all layers, some of them changed; None where none is."""
    before = layers_of(experiment)
    after = [change(dict(layer)) for layer in before]
    return None if after == before else {"layers": after}


def bends(layer: Layer, to: str) -> Layer:
    """A dense or convolutional layer with another activation."""
    if layer.get("activation") in ACTIVATIONS and layer["kind"] in ("dense", "conv2d"):
        layer["activation"] = to
    return layer


def activation(experiment: Experiment, to: str, en: str, zh: str) -> Iterator[Remedy]:
    patch = changed(experiment, lambda layer: bends(layer, to))
    if patch is not None:
        relu = to in ("relu", "leaky_relu")
        start = {"initializer": "he_uniform" if relu else "glorot_uniform", "start": {}}
        yield Remedy(f"activation_{to}", {"en": en, "zh": zh}, {**patch, **start}, True)


def normalized(experiment: Experiment, kind: str, en: str, zh: str) -> Iterator[Remedy]:
    """A norm after every dense or convolutional layer that has none."""
    layers: list[Layer] = []
    before = layers_of(experiment)
    for i, layer in enumerate(before):
        layers.append(layer)
        follows = before[i + 1]["kind"] if i + 1 < len(before) else ""
        if layer["kind"] in ("dense", "conv2d") and not follows.endswith("_norm"):
            layers.append({"kind": kind})
    if len(before) < len(layers) <= MAX_LAYERS and experiment.spec.batch_size > 4:
        yield Remedy(kind, {"en": en, "zh": zh}, {"layers": layers}, True)


def more_samples(experiment: Experiment, least: int) -> Iterator[Remedy]:
    spec = experiment.spec.dataset
    count = getattr(spec, "samples", None)
    if count is None or spec.kind == "drawn":
        return
    count = min(MAX_SAMPLES, max(least, 10 * count))
    label = {"en": f"{count} samples", "zh": f"{count} 个样本"}
    yield Remedy("samples", label, {"dataset": {"samples": count}}, True)


def less_test(experiment: Experiment) -> Iterator[Remedy]:
    label = {"en": "a tenth for testing", "zh": "只留十分之一作测试"}
    if experiment.spec.dataset.test_fraction > 0.1:
        yield Remedy("test_fraction", label, {"dataset": {"test_fraction": 0.1}})


def penalty(experiment: Experiment, l2: float) -> Remedy:
    label = {"en": f"an L2 penalty of {l2:g}", "zh": f"L2 惩罚 {l2:g}"}
    return Remedy("l2", label, {"regularization": {"l2": l2}})


def smaller(experiment: Experiment) -> Iterator[Remedy]:
    def halved(layer: Layer) -> Layer:
        for size in ("units", "filters"):
            if layer.get(size, 0) > 4 and not layer.get("groups", 1) > 1:
                layer[size] = max(4, layer[size] // 4)
        return layer

    # What goes round a layer needs the shapes to stay as they are.
    if any(layer["kind"] == "residual" for layer in layers_of(experiment)):
        return
    patch = changed(experiment, halved)
    if patch is not None:
        yield Remedy(
            "smaller",
            {"en": "a quarter of the units", "zh": "单元减到四分之一"},
            {**patch, "start": {}},
            True,
        )


def healed(fault: str, en: str, zh: str) -> Callable[[Experiment], Iterator[Remedy]]:
    def heal(experiment: Experiment) -> Iterator[Remedy]:
        if getattr(experiment.spec.dataset, "fault", "none") == fault:
            yield Remedy("data", {"en": en, "zh": zh}, {"dataset": {"fault": "none"}}, True)

    return heal


RIGHT_LABELS = healed("shuffled_labels", "the labels put right", "恢复正确的标签")
OWN_TEST = healed("leaked_test", "test samples of their own", "使用独立的测试样本")
SCALED = healed("unscaled", "scale the input", "缩放该输入")
