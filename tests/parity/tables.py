"""All cases, made from the engine's own tables; an entry without its settings here is a KeyError."""

from collections.abc import Iterator
from typing import Any

from engine.activations import ACTIVATIONS
from engine.layers import GRU, BatchNorm, Conv2D, Dense, Flatten
from engine.losses import LOSSES
from engine.optimizers import (
    LBFGS,
    OPTIMIZERS,
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    NAdam,
    Optimizer,
    RAdam,
    RMSprop,
    Rprop,
)
from engine.schedules import (
    SCHEDULES,
    Constant,
    Cosine,
    ExponentialDecay,
    OneCycle,
    Plateau,
    Schedule,
    StepDecay,
    WarmUp,
)
from engine.trainer import Care

from .cases import SAMPLES, STEPS, Case
from .stacks import stacks

# Of each optimizer, the settings that take another path.
OPTIMIZER_CASES: dict[str, list[Optimizer]] = {
    "sgd": [
        SGD(learning_rate=0.05),
        SGD(learning_rate=0.02, momentum=0.9),
        SGD(learning_rate=0.02, momentum=0.9, nesterov=True),
    ],
    "adam": [
        Adam(learning_rate=0.01),
        Adam(learning_rate=0.02, beta_1=0.8, beta_2=0.99, epsilon=1e-6),
    ],
    "adamw": [AdamW(learning_rate=0.01), AdamW(learning_rate=0.01, weight_decay=0.3)],
    "nadam": [NAdam(learning_rate=0.01), NAdam(learning_rate=0.01, momentum_decay=0.1)],
    "radam": [RAdam(learning_rate=0.01), RAdam(learning_rate=0.01, beta_2=0.9)],
    "adamax": [Adamax(learning_rate=0.01)],
    "rmsprop": [RMSprop(learning_rate=0.003), RMSprop(learning_rate=0.001, momentum=0.9)],
    "adagrad": [Adagrad(learning_rate=0.05), Adagrad(learning_rate=0.05, learning_rate_decay=0.01)],
    "adadelta": [Adadelta(), Adadelta(rho=0.8, epsilon=1e-5)],
    "rprop": [Rprop(learning_rate=0.01), Rprop(shrink=0.7, grow=1.1, most_step=0.1)],
    "lion": [Lion(learning_rate=0.003), Lion(learning_rate=0.003, weight_decay=0.1)],
    "lbfgs": [LBFGS(learning_rate=0.3), LBFGS(learning_rate=0.05)],
}
# Rprop looks at signs alone, L-BFGS divides by small changes: both amplify rounding step by step.
OPTIMIZER_STEPS = {"rprop": 20, "lbfgs": 12}
# A schedule that ends before the run does, and one that does not.
SCHEDULE_CASES: dict[str, list[Schedule]] = {
    "constant": [Constant()],
    "step": [StepDecay(every=7, gamma=0.6)],
    "exponential": [ExponentialDecay(gamma=0.95)],
    "cosine": [Cosine(updates=60), Cosine(updates=20, floor=0.1)],
    "warm_up": [WarmUp(updates=15), WarmUp(updates=80, start=0.2)],
    "one_cycle": [OneCycle(updates=60), OneCycle(updates=30, rise=0.5, divide=5, final_divide=20)],
    "plateau": [
        Plateau(patience=0, threshold=0.2),
        Plateau(patience=1, threshold=0.3, cooldown=2, gamma=0.3),
        # Down to where a fall would be so small that PyTorch makes none.
        Plateau(patience=0, threshold=0.9, gamma=0.01),
    ],
}
UNDER_SCHEDULE: list[Optimizer] = [
    SGD(learning_rate=0.1, momentum=0.9),
    Adam(learning_rate=0.03),
    LBFGS(learning_rate=0.1),
]
CARE_CASES: dict[str, Care] = {
    "clip value": Care(clip_value=0.05),
    "clip norm": Care(clip_norm=0.3),
    "clip norm that never bites": Care(clip_norm=100.0),
    "both clips": Care(clip_value=0.1, clip_norm=0.2),
    "average": Care(average=0.9),
    "average, slow": Care(average=0.999, clip_norm=0.5),
}
PENALTIES = {"l1": 0.01, "l2": 0.03}


def dense(*units: int, activation: str = "tanh") -> tuple[Any, ...]:
    return tuple(Dense(units=u, activation=activation) for u in units)  # type: ignore[arg-type]


CLASSES = {"layers": dense(5, 4), "loss": "cross_entropy", "output": "softmax"}


def layer_cases(seed: int) -> Iterator[Case]:
    for kind, stack in stacks():
        # Two layers that grow as e^z leave any float behind at this rate.
        calm = {"optimizer": SGD(learning_rate=0.001)} if stack.name == "exponential" else {}
        yield Case(
            f"layer {kind}: {stack.name}", stack.layers, stack.input_shape, stack.vocabulary, stack.loss,
            stack.output, outputs=2, seed=seed, **calm,
        )  # fmt: skip


def loss_cases(seed: int) -> Iterator[Case]:
    everything = [name for name in (*ACTIVATIONS, "softmax") if name != "exponential"]
    for loss, record in LOSSES.items():
        # Every output on one loss, a few on the others that leave it open.
        few = everything if loss == "mse" else ["linear", "tanh", "sigmoid", "softmax"]
        for output in [record.requires] if record.requires else few:
            if record.asks == "steps":
                layers, shape = dense(4), (5, 2)
            else:
                layers, shape = dense(5, 4), (2,)
            yield Case(
                f"loss {loss} on {output}", layers, shape, loss=loss, output=output, seed=seed
            )
    for loss in ("cross_entropy", "kl_divergence", "label_smoothing", "binary_cross_entropy"):
        output = str(LOSSES[loss].requires)
        yield Case(
            f"loss {loss}, soft targets",
            dense(5, 4),
            loss=loss,
            output=output,
            soft=True,
            seed=seed,
        )
    yield Case("one output", dense(5), loss="binary_cross_entropy", output="sigmoid", outputs=1, seed=seed)  # fmt: skip


def weight_cases(seed: int) -> Iterator[Case]:
    """Classes that count more or less, as `torch.nn.CrossEntropyLoss(weight=w)` has it."""
    weights = (0.4, 2.5, 1.2)
    of_classes = [name for name, record in LOSSES.items() if record.asks == "classes"]
    for loss in (*of_classes, "mse"):
        yield Case(
            f"weights of classes, {loss}", dense(5, 4), loss=loss, output=LOSSES[loss].output,
            class_weights=weights, seed=seed,
        )  # fmt: skip
    for loss in ("binary_cross_entropy", "hinge"):
        yield Case(
            f"weights of classes, {loss} of one output", dense(5), loss=loss, output=LOSSES[loss].output,
            outputs=1, class_weights=weights[:2], seed=seed,
        )  # fmt: skip
    yield Case(
        "weights of classes at every step", (GRU(units=4, return_sequences=True),), (5, 2),
        loss="sequence_cross_entropy", output="softmax", class_weights=weights, seed=seed,
    )  # fmt: skip
    yield Case(
        "weights of classes of images", (Conv2D(filters=2, activation="tanh"), Flatten()), (5, 4, 2),
        loss="cross_entropy", output="softmax", class_weights=weights, seed=seed,
    )  # fmt: skip


def optimizer_cases(seed: int) -> Iterator[Case]:
    for kind in OPTIMIZERS:
        for i, optimizer in enumerate(OPTIMIZER_CASES[kind]):
            steps = OPTIMIZER_STEPS.get(kind, STEPS)
            for batch in (SAMPLES,) if kind == "lbfgs" else (SAMPLES, 5):
                yield Case(
                    f"optimizer {kind} {i}, {'full' if batch == SAMPLES else 'mini'} batches", **CLASSES,
                    optimizer=optimizer, batch=batch, steps=steps, seed=seed,
                )  # fmt: skip
        # What is frozen and what is not in one vector, penalties on top.
        yield Case(
            f"optimizer {kind}, frozen layer", (*dense(4), Dense(units=4, trainable=False)), loss="cross_entropy",
            output="softmax", optimizer=OPTIMIZER_CASES[kind][-1], l1=0.001, l2=0.01,
            steps=OPTIMIZER_STEPS.get(kind, STEPS), seed=seed,
        )  # fmt: skip


def schedule_cases(seed: int) -> Iterator[Case]:
    for kind in SCHEDULES:
        for i, schedule in enumerate(SCHEDULE_CASES[kind]):
            for optimizer in UNDER_SCHEDULE:
                steps = OPTIMIZER_STEPS.get(optimizer.kind, STEPS)
                yield Case(
                    f"schedule {kind} {i}, {optimizer.kind}", **CLASSES, schedule=schedule, optimizer=optimizer,
                    steps=steps, seed=seed,
                )  # fmt: skip


def care_cases(seed: int) -> Iterator[Case]:
    for name, care in CARE_CASES.items():
        for kind in ("sgd", "adam"):
            yield Case(
                f"{name}, {kind}", **CLASSES, care=care, optimizer=OPTIMIZER_CASES[kind][-1], **PENALTIES, seed=seed
            )  # fmt: skip
    kinds = {kind: stack for kind, stack in stacks() if kind in ("batch_norm", "gru")}
    yield Case(
        "batch norm, where an epoch would end with one sample", (*dense(5), BatchNorm(), *dense(4)), batch=4, seed=seed
    )  # fmt: skip
    for kind, stack in kinds.items():
        yield Case(
            f"average and clips on {kind}", stack.layers, stack.input_shape, outputs=2,
            care=Care(clip_value=0.2, clip_norm=0.3, average=0.9), **PENALTIES, seed=seed,
        )  # fmt: skip


def cases(seed: int = 1) -> Iterator[Case]:
    """Everything that is recorded."""
    for activation in ACTIVATIONS:
        # Two layers that grow as e^z leave any float behind at once.
        units, rate = ((4,), 0.001) if activation == "exponential" else ((5, 4), 0.05)
        layers = dense(*units, activation=activation)
        yield Case(f"activation {activation}", layers, optimizer=SGD(learning_rate=rate), seed=seed)
    for name, value in PENALTIES.items():
        yield Case(name, dense(5, 4), **{name: value}, seed=seed)
    yield Case("no hidden layer", (), seed=seed)
    yield Case("output frozen", dense(5), last={"trainable": False}, seed=seed)
    yield Case("output with penalties", dense(5), last={"l1": 0.01, "l2": 0.1}, l2=0.01, seed=seed)
    yield from layer_cases(seed)
    yield from loss_cases(seed)
    yield from weight_cases(seed)
    yield from optimizer_cases(seed)
    yield from schedule_cases(seed)
    yield from care_cases(seed)
