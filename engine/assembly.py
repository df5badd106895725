"""From a spec to what is trained: data, network, and arrays as the network and its loss take them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from .activations import OutputActivationName
from .datasets import Dataset, FromKept, OwnData
from .errors import Reason, Refused
from .features import FEATURES, apply_features, features_backward
from .given import check_starting
from .layers import Output
from .limits import MAX_PARAMETERS, keep_batch, keep_within, keep_work
from .losses import LOSSES
from .network import Network
from .spec import NetworkSpec
from .weighting import Weights

Array = NDArray[np.floating]


def make_dataset(spec: Any, tables: Mapping[str, OwnData]) -> Dataset:
    """Raises: Refused"""
    if isinstance(spec, FromKept) and spec.id not in tables:
        raise Refused(
            "dataset.id",
            Reason(
                "no_such_dataset", "there is no such dataset; upload it with POST /api/datasets"
            ),
        )
    try:
        return spec.make_from(tables[spec.id]) if isinstance(spec, FromKept) else spec.make()
    except Refused as error:
        raise error.within("dataset") from error


@dataclass(frozen=True, slots=True)
class Assembly:
    """A spec with its data and its network."""

    spec: NetworkSpec
    dataset: Dataset
    network: Network

    @property
    def input_names(self) -> tuple[str, ...]:
        """The network's inputs: features of a plane or curve, columns of what else there is."""
        return input_names(self.spec, self.dataset)

    def features(self, columns: Array) -> Array:
        """Samples as the dataset scales them, as the network takes them."""
        if self.dataset.view not in ("plane", "curve"):
            return columns
        return apply_features(self.input_names, columns)

    def features_backward(self, columns: Array, d: Array) -> Array:
        """The gradient by the samples, from that by the network's inputs.  (n, *shape)"""
        if self.dataset.view not in ("plane", "curve"):
            return d
        return features_backward(self.input_names, columns, d)

    def training_arrays(self) -> tuple[Array, Array]:
        """(samples, *input shape), targets as the loss compares them"""
        return self.features(self.dataset.inputs), self.coded(self.dataset.targets)

    def test_arrays(self) -> tuple[Array, Array]:
        return self.features(self.dataset.test_inputs), self.coded(self.dataset.test_targets)

    def coded(self, targets: Array) -> Array:
        """Targets as the loss compares them: one-hot, 0/1, -1/1 or values (n, outputs); or class
        numbers at every step (n, time)."""
        spec, dataset = self.spec, self.dataset
        if dataset.per_step:
            return targets
        if not dataset.classes:
            return targets.reshape(len(targets), dataset.outputs)
        activation = spec.output.activation or LOSSES[spec.loss].output
        low = -1.0 if spec.loss == "hinge" or activation == "tanh" else 0.0
        labels = targets.astype(np.int64)
        if dataset.classes == 2 and spec.loss in ("binary_cross_entropy", "hinge"):
            return np.where(labels == 1, 1.0, low)[:, None]
        return np.where(labels[:, None] == np.arange(dataset.classes), 1.0, low)


def assemble(spec: NetworkSpec, dataset: Dataset, before: NetworkSpec | None = None) -> Assembly:
    """`before` is what was there: units under surgery and starting weights that it named already are
    left out where they are no longer to be had, instead of refused.

    Raises: Refused, naming the field or the limit, before anything of that size is allocated
    """
    _check_loss(spec, dataset)
    _check_features(spec)
    network = _network(spec, dataset)
    _check_size(spec, dataset, network)
    if spec.surgery:
        old = before is not None and spec.surgery == before.surgery
        surgery = spec.surgery.fitted(network.units) if old else spec.surgery.tidy()
        network.operate(surgery)
        spec = replace(spec, surgery=surgery)
    if spec.start:
        try:
            check_starting(spec.start, network.layout.views(np.zeros(network.layout.size)))
        except Refused:
            if before is None or spec.start != before.start:
                raise
            spec = replace(spec, start={})
    return Assembly(spec, dataset, network)


def input_names(spec: NetworkSpec, dataset: Dataset) -> tuple[str, ...]:
    if dataset.view == "plane":
        return spec.features
    if dataset.view == "curve":
        names = tuple(name for name in spec.features if FEATURES[name].columns == 1)
        return names or ("x1",)
    return dataset.columns


def _network(spec: NetworkSpec, dataset: Dataset) -> Network:
    loss, out = LOSSES[spec.loss], spec.output
    activation = cast(OutputActivationName, out.activation or loss.output)
    units = dataset.classes or dataset.outputs
    if dataset.classes == 2 and spec.loss in ("binary_cross_entropy", "hinge"):
        units = 1
    if activation == "softmax" and units < 2:
        raise Refused(
            "output.activation",
            Reason(
                "softmax_of_one",
                "{activation} over {units} output is always 1; choose another activation or leave it "
                "null",
                activation=activation,
                units=units,
            ),
        )
    vocabulary = len(dataset.vocabulary)
    drawn = dataset.view in ("plane", "curve")
    shape = (len(input_names(spec, dataset)),) if drawn else dataset.shape
    layers = [layer.fitted(vocabulary) for layer in spec.layers]
    output = Output(
        units, activation, l1=out.l1, l2=out.l2, trainable=out.trainable,
        trainable_bias=out.trainable_bias,
    )  # fmt: skip
    weights = None
    if spec.class_weight == "balanced":
        weights = Weights.balanced(dataset.targets, dataset.classes)
    return Network(
        shape, layers, output, spec.loss, vocabulary=vocabulary, class_weights=weights
    )  # fmt: skip


def _check_features(spec: NetworkSpec) -> None:
    """Raises: Refused where one is named twice: two inputs that are one have weights nobody can tell apart"""
    for i, name in enumerate(spec.features):
        if name in spec.features[:i]:
            raise Refused(
                f"features.{i}", Reason("features.twice", "{name} is there twice", name=name)
            )


def _check_loss(spec: NetworkSpec, dataset: Dataset) -> None:
    """Raises: Refused where the loss is for another kind of target"""
    asks = LOSSES[spec.loss].asks
    steps = dataset.per_step
    if steps and asks != "steps":
        raise Refused(
            "loss",
            Reason(
                "loss_of_steps_needed",
                "{dataset} has a class at every step of a sequence; choose {fitting}",
                dataset=spec.dataset.kind,
                fitting="sequence_cross_entropy",
            ),
        )
    if asks == "steps" and not steps:
        raise Refused(
            "loss",
            Reason(
                "loss_needs_steps",
                "{loss} compares a class at every step, but {dataset} has one target a sample; choose "
                "{fitting}",
                loss=spec.loss,
                dataset=spec.dataset.kind,
                fitting="cross_entropy" if dataset.classes else "mse",
            ),
        )
    if asks == "classes" and not dataset.classes:
        raise Refused(
            "loss",
            Reason(
                "loss_needs_classes",
                "{loss} tells classes apart, but {dataset} has values to fit; choose {fitting}",
                loss=spec.loss,
                dataset=spec.dataset.kind,
                fitting="mse, mae, huber",
            ),
        )
    if spec.class_weight != "none" and not dataset.classes:
        raise Refused(
            "class_weight",
            Reason(
                "class_weight_needs_classes",
                "{dataset} has values to fit and no classes to be weighted; choose none",
                dataset=spec.dataset.kind,
            ),
        )
    if (
        asks == "counts"
        and not dataset.classes
        and (min(dataset.targets.min(initial=0), dataset.test_targets.min(initial=0)) < 0)
    ):
        raise Refused(
            "loss",
            Reason(
                "loss_needs_counts",
                "{loss} is for counts, but {dataset} has values below 0; choose {fitting}",
                loss=spec.loss,
                dataset=spec.dataset.kind,
                fitting="mse, mae, huber",
            ),
        )


def _check_size(spec: NetworkSpec, dataset: Dataset, network: Network) -> None:
    """Raises: Refused, naming the limit"""
    parameters = network.layout.size
    keep_within(
        "max_parameters", MAX_PARAMETERS, parameters, "layers",
        Reason(
            "too_many_parameters",
            "this network would have {asked} parameters, at most {most} (limit: {limit}); choose fewer "
            "units or layers",
        ),
    )  # fmt: skip
    samples = max(1, len(dataset.inputs))
    full = spec.optimizer.full_batch
    batch = samples if full else min(spec.batch_size, samples)
    keep_work(
        batch * network.work, "optimizer.kind" if full else "batch_size",
        Reason(
            "update_too_costly",
            "one update would take {asked} multiply-adds (batch x what a sample takes), at most {most} "
            "(limit: {limit}); choose a smaller batch or fewer units",
        ),
    )  # fmt: skip
    keep_batch(batch * network.numbers, "batch_size", batch)
    if not full and spec.batch_size < network.least_batch:
        raise Refused(
            "batch_size",
            Reason(
                "batch_norm.batch_of_one",
                "batch_norm takes mean and variance over the batch, and a batch of one has no variance; "
                "choose a batch size of 2 or more, or layer_norm",
            ),
        )
