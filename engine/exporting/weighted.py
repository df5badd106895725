"""Classes that count more or less in a script's loss: the mean over a batch is sum(w l) / sum(w), w being
the weight of each sample's class. Where a library's loss has a `weight` of that meaning it is given; else
the mean is written out.
"""

from textwrap import wrap

import numpy as np

from .pieces import COLUMNS, comment
from .run import Run
from .words import Language

# NumPy: `share` is what each sample is of the batch's loss, (n, 1); the shares add up to 1.
SHARES = '''
def shares(t):
    """@{shares}"""
    weight = CLASS_WEIGHT[@{classes}]
    return (weight / weight.sum())[:, None]
'''
NUMPY: dict[str, str] = {
    "cross_entropy": '''
def cross_entropy(z, t):
    """@{cross_entropy}"""
    share, log_y = shares(t), log_softmax(z)
    return -(share * t * log_y).sum(), share * (np.exp(log_y) - t)
''',
    "label_smoothing": '''
def label_smoothing(z, t):
    """@{label_smoothing} @{weighted_smoothing}"""
    whole, log_y = CLASS_WEIGHT[@{classes}].sum(), log_softmax(z)
    t = (0.9 * t + 0.1 / t.shape[-1]) * CLASS_WEIGHT / whole
    return -(t * log_y).sum(), np.exp(log_y) * t.sum(-1, keepdims=True) - t
''',
    "kl_divergence": '''
def kl_divergence(z, t):
    """@{kl_divergence}"""
    share, log_y = shares(t), log_softmax(z)
    log_t = np.log(np.where(t > 0, t, 1))
    return (share * t * (log_t - log_y)).sum(), share * (np.exp(log_y) - t)
''',
    "focal": '''
def focal(z, t):
    """@{focal}"""
    share, log_y = shares(t), log_softmax(z)
    log_p = (t * log_y).sum(-1, keepdims=True)
    p = np.exp(log_p)
    slope = 2 * p * (1 - p) * log_p - (1 - p) ** 2
    return -(share * (1 - p) ** 2 * log_p).sum(), share * slope * (t - np.exp(log_y))
''',
    "sequence_cross_entropy": '''
def sequence_cross_entropy(z, t):
    """@{sequence_cross_entropy}"""
    asked, places = t >= 0, np.maximum(t, 0).astype(int)
    # @{weighted_steps}
    share = (CLASS_WEIGHT[places] * asked)[..., None]
    share /= share.sum() or 1
    log_y, true = log_softmax(z), np.zeros_like(z)
    np.put_along_axis(true, places[..., None], 1, -1)
    return -(share * true * log_y).sum(), share * (np.exp(log_y) - true)
''',
    "binary_cross_entropy": '''
def binary_cross_entropy(z, t):
    """@{binary_cross_entropy}"""
    share = shares(t) / z.shape[-1]
    loss = np.maximum(z, 0) - t * z + np.log1p(np.exp(-np.abs(z)))
    return (share * loss).sum(), share * (sigmoid(z) - t)
''',
    "mse": '''
def mse(y, t):
    """@{mse}"""
    share = shares(t) / y.shape[-1]
    return (share * (y - t) ** 2).sum(), share * 2 * (y - t)
''',
    "mae": '''
def mae(y, t):
    """@{mae}"""
    share = shares(t) / y.shape[-1]
    return (share * np.abs(y - t)).sum(), share * np.sign(y - t)
''',
    "huber": '''
def huber(y, t):
    """@{huber}"""
    share, e = shares(t) / y.shape[-1], np.minimum(np.abs(y - t), 1)
    return (share * (0.5 * e * e + np.abs(y - t) - e)).sum(), share * np.clip(y - t, -1, 1)
''',
    "hinge": '''
def hinge(y, t):
    """@{hinge}"""
    share = shares(t) / y.shape[-1]
    return (share * np.maximum(0, 1 - t * y)).sum(), share * np.where(t * y < 1, -t, 0)
''',
    "poisson": '''
def poisson(z, t):
    """@{poisson}"""
    share = shares(t) / z.shape[-1]
    return (share * (np.exp(z) - t * z)).sum(), share * (np.exp(z) - t)
''',
}

# PyTorch: those whose loss has `weight` with this meaning; it takes class numbers then. With shares of
# classes as targets, cross_entropy would divide by the number of samples.
PYTORCH_OWN: dict[str, str] = {
    "cross_entropy": "F.cross_entropy(output, {classes}, CLASS_WEIGHT)",
    "label_smoothing": "F.cross_entropy(output, {classes}, CLASS_WEIGHT, label_smoothing=0.1)",
    "sequence_cross_entropy":
        "F.cross_entropy(output.transpose(1, 2), t.long(), CLASS_WEIGHT, ignore_index=-1)",
}  # fmt: skip
# The others: the loss of each sample.
PYTORCH_EACH: dict[str, str] = {
    "binary_cross_entropy": 'F.binary_cross_entropy_with_logits(output, t, reduction="none").mean(-1)',
    "mse": 'F.mse_loss(output, t, reduction="none").mean(-1)',
    "mae": 'F.l1_loss(output, t, reduction="none").mean(-1)',
    "huber": 'F.huber_loss(output, t, reduction="none").mean(-1)',
    "hinge": "torch.clamp(1 - t * output, min=0).mean(-1)",
    "focal": "-((1 - p) ** 2) * torch.log(p)",
    "kl_divergence": 'F.kl_div(F.log_softmax(output, -1), t, reduction="none").sum(-1)',
    "poisson": 'F.poisson_nll_loss(output, t, reduction="none").mean(-1)',
}

# Keras divides by the number of samples, not by the sum of their weights, so the mean is written out.
KERAS_EACH: dict[str, str] = {
    "cross_entropy": "keras.losses.categorical_crossentropy(t, z, from_logits=True)",
    "binary_cross_entropy": "keras.losses.binary_crossentropy(t, z, from_logits=True)",
    "mse": "keras.losses.mean_squared_error(t, z)",
    "mae": "keras.losses.mean_absolute_error(t, z)",
    "huber": "keras.losses.huber(t, z)",
    "hinge": "keras.losses.hinge(t, z)",
    "focal": "focal(t, z)",
    "kl_divergence": "kl_divergence(t, z)",
    "poisson": "poisson(t, z)",
}
KERAS = '''
def weighted_loss(t, z):
    """@{shares}"""
    t = keras.ops.convert_to_tensor(t, z.dtype)
    weight = keras.ops.take(CLASS_WEIGHT, @{classes})
    return keras.ops.sum(weight * @{each}) / keras.ops.sum(weight)
'''
KERAS_SMOOTHING = '''
def weighted_loss(t, z):
    """@{label_smoothing} @{weighted_smoothing}"""
    t = keras.ops.convert_to_tensor(t, z.dtype)
    whole = keras.ops.sum(keras.ops.take(CLASS_WEIGHT, @{classes}))
    t = (0.9 * t + 0.1 / z.shape[-1]) * keras.ops.convert_to_tensor(CLASS_WEIGHT, z.dtype)
    return -keras.ops.sum(t * keras.ops.log_softmax(z)) / whole
'''
KERAS_STEPS = '''
def weighted_loss(t, z):
    """@{sequence_cross_entropy}"""
    places = keras.ops.cast(keras.ops.maximum(t, 0), "int32")
    asked = keras.ops.cast(keras.ops.convert_to_tensor(t) >= 0, z.dtype)
    # @{weighted_steps}
    weight = keras.ops.take(CLASS_WEIGHT, places) * asked
    log_p = keras.ops.sum(keras.ops.one_hot(places, z.shape[-1]) * keras.ops.log_softmax(z), -1)
    whole = keras.ops.sum(weight)
    return -keras.ops.sum(weight * log_p) / keras.ops.where(whole > 0, whole, 1.0)
'''


def weight_lines(run: Run, language: Language, made: str) -> list[str]:
    """The table CLASS_WEIGHT, in lines; none where classes count alike.  `made`: what makes an array"""
    if run.class_weight is None:
        return []
    numbers = ", ".join(f"{weight:.9g}" for weight in run.class_weight.astype(np.float32))
    table = f"[{numbers}]"
    if len(numbers) > COLUMNS - 40:
        rows = wrap(numbers, COLUMNS, initial_indent="    ", subsequent_indent="    ")
        table = "\n".join(["[", *rows, "]"])
    return [comment("class_weight", language), f"CLASS_WEIGHT = {made.format(table)}"]


def numpy_losses(run: Run) -> list[str]:
    """The functions of the weighted loss."""
    loss = NUMPY[run.spec.loss].replace("@{classes}", _classes(run, "(t[:, 0] > 0).astype(int)"))
    shares = SHARES.replace("@{classes}", _classes(run, "(t[:, 0] > 0).astype(int)"))
    return [shares, loss] if "shares(" in loss else [loss]


def pytorch_loss(run: Run) -> list[str]:
    """The lines that make `loss` of `output` and `t`."""
    name, classes = run.spec.loss, _classes(run, "(t[:, 0] > 0).long()")
    if name in PYTORCH_OWN:
        return [f"        loss = {PYTORCH_OWN[name].format(classes=classes)}"]
    return [
        f"        each = {PYTORCH_EACH[name]}",
        f"        weight = CLASS_WEIGHT[{classes}]",
        "        loss = (weight * each).sum() / weight.sum()",
    ]


def keras_loss(run: Run) -> str:
    """The function `weighted_loss`; what it calls of ours stands before it."""
    name = run.spec.loss
    whole = {"label_smoothing": KERAS_SMOOTHING, "sequence_cross_entropy": KERAS_STEPS}.get(name, KERAS)  # fmt: skip
    one = 'keras.ops.cast(t[:, 0] > 0, "int32")'
    classes = "keras.ops.argmax(t, -1)" if run.targets.shape[-1] > 1 else one
    return whole.replace("@{classes}", classes).replace("@{each}", KERAS_EACH.get(name, ""))


def _classes(run: Run, of_one: str) -> str:
    """Class numbers of targets as the loss compares them: one-hot, or one number to either side of 0."""
    return "t.argmax(-1)" if run.targets.shape[-1] > 1 else of_one


__all__ = ["keras_loss", "numpy_losses", "pytorch_loss", "weight_lines"]
