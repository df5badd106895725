"""A run as Keras 3 code, for whichever backend is installed."""

from typing import Any

from ..losses import LOSSES as RECORDS
from .keras_held import held_lines, holding
from .keras_updates import class_of
from .numpy_code import extra_arrays
from .numpy_layers import RECURRENT
from .pieces import (
    ARRAYS,
    MASK,
    SHUFFLE,
    batch_lines,
    comment,
    data_block,
    joined,
    rate_of,
    schedule_of,
    spoken,
)
from .run import Part, Run
from .weighted import keras_loss, weight_lines
from .windows import padding_of
from .words import Language

# Of those that Keras calls by another name, or has with other constants.
ACTIVATIONS: dict[str, str] = {
    "swish": '"silu"',
    "leaky_relu": "lambda z: keras.ops.leaky_relu(z, 0.01)",
    "sin": "keras.ops.sin",
    "exponential": "lambda z: keras.ops.exp(keras.ops.minimum(z, 80))",
}
LOSSES: dict[str, str] = {
    "cross_entropy": "keras.losses.CategoricalCrossentropy(from_logits=True)",
    "binary_cross_entropy": "keras.losses.BinaryCrossentropy(from_logits=True)",
    "mse": "keras.losses.MeanSquaredError()",
    "mae": "keras.losses.MeanAbsoluteError()",
    "huber": "keras.losses.Huber(delta=1.0)",
    "hinge": "keras.losses.Hinge()",
    "label_smoothing": "keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)",
}
# Losses that Keras does not have in this form.
FUNCTIONS: dict[str, str] = {
    "focal": '''
def focal(t, z):
    """@{focal}"""
    t = keras.ops.convert_to_tensor(t, z.dtype)
    log_p = keras.ops.sum(t * keras.ops.log_softmax(z), -1)
    return -((1 - keras.ops.exp(log_p)) ** 2) * log_p
''',
    "kl_divergence": '''
def kl_divergence(t, z):
    """@{kl_divergence}"""
    t = keras.ops.convert_to_tensor(t, z.dtype)
    entropy = keras.ops.sum(t * keras.ops.log(keras.ops.where(t > 0, t, 1.0)), -1)
    return entropy - keras.ops.sum(t * keras.ops.log_softmax(z), -1)
''',
    "poisson": '''
def poisson(t, z):
    """@{poisson}"""
    t = keras.ops.convert_to_tensor(t, z.dtype)
    return keras.ops.mean(keras.ops.exp(z) - t * z, -1)
''',
    "sequence_cross_entropy": '''
def sequence_cross_entropy(t, z):
    """@{sequence_cross_entropy}"""
    t = keras.ops.convert_to_tensor(t, z.dtype)
    asked = keras.ops.cast(t >= 0, z.dtype)
    true = keras.ops.one_hot(keras.ops.cast(keras.ops.maximum(t, 0), "int32"), z.shape[-1])
    log_p = keras.ops.sum(true * keras.ops.log_softmax(z), -1)
    return -keras.ops.sum(log_p * asked) / keras.ops.maximum(keras.ops.sum(asked), 1.0)
''',
}
_BETAS = "beta_1={beta_1}, beta_2={beta_2}, epsilon={epsilon}"
OPTIMIZERS: dict[str, str] = {
    "sgd": "keras.optimizers.SGD(LEARNING_RATE, momentum={momentum}, nesterov={nesterov}{clip})",
    "adamax": f"keras.optimizers.Adamax(LEARNING_RATE, {_BETAS}{{clip}})",
    "adagrad": "keras.optimizers.Adagrad(LEARNING_RATE, initial_accumulator_value=0, epsilon={epsilon}{clip})",
    "adadelta": "keras.optimizers.Adadelta(LEARNING_RATE, rho={rho}, epsilon={epsilon}{clip})",
    "lion": "keras.optimizers.Lion(LEARNING_RATE, beta_1={beta_1}, beta_2={beta_2}, weight_decay={weight_decay}{clip})",
    "lbfgs": "keras.optimizers.SGD(LEARNING_RATE{clip})",
}
GATES = '''
def gates(array):
    """@{keras_gates}"""
    reset, update, new = np.split(array, 3, -1)
    return np.concatenate([update, reset, new], -1)
'''


class _Writer:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.lines: list[str] = []
        self.weights: list[tuple[str, list[str]]] = []  # of a layer, in Keras' order
        self.masks: list[str] = []
        self.names = ["x", *(part.name for part in run.parts)]

    def layer(self, part: Part) -> None:
        x, name, layer = self.names[part.index], part.name, part.layer
        kind = "recurrent" if layer.kind in RECURRENT else layer.kind
        value = getattr(self, f"_{kind}")(part, x, name, layer)
        fused = layer.kind == "output" and RECORDS[self.run.spec.loss].fused
        self.lines.append(f"    {name} = {value}" + ("  #@logits" if fused else ""))
        if part.off:
            self.lines.append(f"    {name} = {name} * ON[{name!r}]  #@off")

    def _bent(self, f: str) -> str:
        if f == "linear":
            return ""
        return f", activation={ACTIVATIONS.get(f, chr(34) + f + chr(34))}"

    def _more(self, part: Part, *kinds: str) -> str:
        """Penalties, whether it learns, its name."""
        name, layer, said = part.name, part.layer, ""
        l1, l2 = self.run.penalties.get(f"{name}.weight", (0.0, 0.0))
        if l1 or l2:
            said += "".join(
                f", {kind}_regularizer=keras.regularizers.L1L2({l1}, {l2 / 2})" for kind in kinds
            )
        if not layer.learns:
            said += ", trainable=False"
        return f'{said}, name="{name}"'

    def _take(self, name: str, *arrays: str) -> None:
        self.weights.append((name, [f'w["{name}.{array}"]' for array in arrays]))

    def _dense(self, part: Part, x: str, name: str, layer: Any) -> str:
        self._take(name, "weight", "bias")
        fused = layer.kind == "output" and RECORDS[self.run.spec.loss].fused
        bent = "" if fused else self._bent(part.activation)
        return f"layers.Dense({part.out[-1]}{bent}{self._more(part, 'kernel')})({x})"

    _output = _dense

    def _conv2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        self._take(name, "weight", "bias")
        strides, slow = layer.strides, layer.strides > 1 and layer.dilation_rate > 1
        more = {
            "strides": (1 if slow else strides, 1), "dilation_rate": (layer.dilation_rate, 1),
            "groups": (layer.groups, 1),
        }  # fmt: skip
        said = "".join(f", {key}={value}" for key, (value, usual) in more.items() if value != usual)
        pad = padding_of(part)
        if any(map(any, pad)):
            x = f"layers.ZeroPadding2D({pad})({x})"
        whole = f"layers.Conv2D({layer.filters}, {layer.kernel_size}{said}{self._bent(part.activation)}{self._more(part, 'kernel')})({x})"
        return f"{whole}[:, ::{strides}, ::{strides}]" if slow else whole

    def _max_pool2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        kind = "MaxPooling2D" if layer.kind == "max_pool2d" else "AveragePooling2D"
        return (
            f"layers.{kind}({layer.pool_size}, {layer.strides or layer.pool_size}, "
            f'"{layer.padding}", name="{name}")({x})'
        )

    def _avg_pool2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        pad = padding_of(part)
        if not any(map(any, pad)):
            return self._max_pool2d(part, x, name, layer)
        # The mean of the pixels that are there, whatever the backend makes of a border.
        how = f"{layer.pool_size}, {layer.strides or layer.pool_size}"
        sides = f"[[0, 0], {list(pad[0])}, {list(pad[1])}, [0, 0]]"
        ones = f"keras.ops.pad(keras.ops.ones((1, {part.shape[0]}, {part.shape[1]}, 1)), {sides})"
        whole = f"layers.AveragePooling2D({how})(layers.ZeroPadding2D({pad})({x}))"
        return f"{whole} / keras.ops.average_pool({ones}, {how})"

    def _global_avg_pool2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        return f'layers.GlobalAveragePooling2D(name="{name}")({x})'

    def _flatten(self, part: Part, x: str, name: str, layer: Any) -> str:
        return f'layers.Flatten(name="{name}")({x})'

    def _dropout(self, part: Part, x: str, name: str, layer: Any) -> str:
        if not layer.rate:
            return x
        self.masks.append(f"({part.index}, {layer.rate}, {part.shape})")
        self.lines.append(f"    {name}_mask = keras.Input({part.shape})")
        return f'layers.Multiply(name="{name}")([{x}, {name}_mask])'

    def _batch_norm(self, part: Part, x: str, name: str, layer: Any) -> str:
        self._take(name, "weight", "bias", "running_mean", "running_variance")
        return f"layers.BatchNormalization(momentum={layer.momentum}, epsilon={layer.epsilon}{self._more(part)})({x})"

    def _layer_norm(self, part: Part, x: str, name: str, layer: Any) -> str:
        self._take(name, "weight", "bias")
        return f"layers.LayerNormalization(epsilon={layer.epsilon}{self._more(part)})({x})"

    def _embedding(self, part: Part, x: str, name: str, layer: Any) -> str:
        self._take(name, "weight")
        return f"layers.Embedding({layer.input_dim}, {layer.output_dim}{self._more(part, 'embeddings')})({x})"

    def _recurrent(self, part: Part, x: str, name: str, layer: Any) -> str:
        kind = {"simple_rnn": "SimpleRNN", "lstm": "LSTM", "gru": "GRU"}[layer.kind]
        bend = ', activation="relu"' if layer.function == "relu" else ""
        every = ", return_sequences=True" if layer.return_sequences else ""
        arrays = []
        for way in ("", "backward_") if layer.bidirectional else ("",):
            mine = [f'w["{name}.{way}{p}"]' for p in ("weight", "recurrent_weight", "bias")]
            if layer.kind == "gru":
                mine = [f"gates({a})" for a in mine]
                mine[2] = f'np.stack([{mine[2]}, gates(w["{name}.{way}recurrent_bias"])])'
            arrays += mine
        self.weights.append((name, arrays))
        more = self._more(part, "kernel", "recurrent").replace(f', name="{name}"', "")
        frozen = more.replace(", trainable=False", "")
        one = f"layers.{kind}({layer.units}{bend}{every}{frozen}"
        if layer.bidirectional:
            hold = ", trainable=False" if frozen != more else ""
            return f'layers.Bidirectional({one}){hold}, name="{name}")({x})'
        return f'{one}{", trainable=False" if frozen != more else ""}, name="{name}")({x})'

    def _residual(self, part: Part, x: str, name: str, layer: Any) -> str:
        value = f"layers.Add()([{x}, {self.names[part.index - layer.span]}])"
        return self._then(part, value)

    def _then(self, part: Part, value: str) -> str:
        f = part.activation
        if f == "linear":
            return value
        return f'layers.Activation({ACTIVATIONS.get(f, chr(34) + f + chr(34))}, name="{part.name}")({value})'

    def _activation(self, part: Part, x: str, name: str, layer: Any) -> str:
        return self._then(part, x)

    def _prelu(self, part: Part, x: str, name: str, layer: Any) -> str:
        shared = list(range(1, len(part.shape)))
        shape = f".reshape({(*[1] * len(shared), -1)})" if shared else ""
        self.weights.append((name, [f'w["{name}.slope"]{shape}']))
        how = f"shared_axes={shared}" if shared else ""
        return f"layers.PReLU({how}{self._more(part)})({x})".replace("(, ", "(")


def keras_code(run: Run, language: Language, first: str) -> list[str]:
    """The script in pieces, see `numpy_code`."""
    writer = _Writer(run)
    for part in run.parts:
        writer.layer(part)
    masks = [f"{p.name}_mask" for p in run.drops]
    inputs = f"[x, {', '.join(masks)}]" if masks else "x"
    net = "\n".join(
        [
            "def network():",
            '    """@{keras_net}"""',
            *([comment("keras_masks", language, 4)] if masks else []),
            f"    x = keras.Input({run.network.input_shape})",
            *writer.lines,
            f"    return keras.Model({inputs}, output)",
        ]
    )
    net = net.replace("#@off", comment("off", language)).replace(
        "#@logits", comment("logits", language)
    )
    load = "\n".join(
        [
            "def load(model, w):",
            '    """@{keras_load}"""',
            *(
                f'    model.get_layer("{name}").set_weights([{", ".join(arrays)}])'
                for name, arrays in writer.weights
            ),
        ]
    )
    spread = schedule_of(run)
    own = class_of(run.spec.optimizer, bool(spread))
    more = [FUNCTIONS[run.spec.loss]] if run.spec.loss in FUNCTIONS else []
    if run.class_weight is not None:
        steps = run.spec.loss == "sequence_cross_entropy"  # it is whole already
        more = [*([] if steps else more), keras_loss(run)]
    if own:
        more.append(own[1])
    math = "import math\n" if any("math." in text for text in (spread, *more)) else ""
    if any(p.layer.kind == "gru" for p in run.parts):
        more.append(GATES)
    if masks:
        more.append(MASK)
    begin = f'"""{first}"""\n\nimport base64\nimport io\n{math}\nimport keras\nimport numpy as np\nfrom keras import layers\n\n'
    body = joined(
        begin + _settings(run, language),
        more,
        net,
        load,
        spread,
        SHUFFLE,
        ARRAYS,
        _loop(run, writer, language),
    )
    return [spoken(body, language), data_block(run, extra_arrays(run)) + "\nmain()\n"]


def _settings(run: Run, language: Language) -> str:
    lines = [
        f"UPDATES = {run.updates}",
        f"BATCH = {run.batch}",
        f"LEARNING_RATE = {run.spec.optimizer.learning_rate}",
    ]
    if run.drops:
        lines.append(f"SEED = {run.key_seed}")
    lines += weight_lines(run, language, "np.array({}, np.float32)")
    off = [part for part in run.parts if part.off]
    if off:
        lines += [comment("on", language), "ON = {}"]
    for part in off:
        lines += [
            f"ON[{part.name!r}] = np.ones({part.out[-1]}, np.float32)",
            f"ON[{part.name!r}][{list(part.off)}] = 0",
        ]
    return "\n".join(lines)


def _loop(run: Run, writer: _Writer, language: Language) -> str:
    spec, optimizer = run.spec, run.spec.optimizer
    settings: Any = {name: getattr(optimizer, name) for name in optimizer.__dataclass_fields__}
    clip = f", global_clipnorm={spec.clipping.norm}" if spec.clipping.norm else ""
    clip = clip or (f", clipvalue={spec.clipping.value}" if spec.clipping.value else "")
    own = class_of(optimizer, spec.schedule.kind != "constant")
    made = (
        f"{own[0]}(LEARNING_RATE{clip})"
        if own
        else OPTIMIZERS[optimizer.kind].format(**settings, clip=clip)
    )
    loss = LOSSES.get(spec.loss, spec.loss)
    if run.class_weight is not None:
        loss = "weighted_loss"
    plateau, held = spec.schedule.kind == "plateau", holding(run)
    lines = [
        "def main():",
        '    """@{main}"""',
        "    w = arrays()",
        '    inputs, targets = (w[name].astype(np.float32) for name in ("inputs", "targets"))',
        "    model = network()",
        "    load(model, w)",
        f"    optimizer = {made}",
        comment("keras_metric", language, 4),
        f'    metric = keras.metrics.MeanMetricWrapper({loss}, name="plain")',
        f"    model.compile(optimizer, {loss}, metrics=[metric])",
    ]
    if held:
        lines += [
            comment("keras_held", language, 4),
            "    held = []",
            *held_lines(run, dict(writer.weights), held),
        ]
    if plateau:
        lines.append("    plateau, epoch = Plateau(), []")
    x = "inputs[batch]"
    if writer.masks:
        masks = f"[{', '.join(writer.masks)}]"
        x = f"[inputs[batch], *(dropout_mask(step, i, rate, (len(batch), *shape)) for i, rate, shape in {masks})]"
    lines += [
        f"    order, position, state = np.arange(len(inputs)), 0, {run.seed}",
        "    losses = []",
        "    for step in range(UPDATES):",
        *batch_lines(run, language),
    ]
    if spec.schedule.kind != "constant" or getattr(optimizer, "learning_rate_decay", 0):
        rate = rate_of(run)
        if decay := getattr(optimizer, "learning_rate_decay", 0):
            rate = f"{rate} / (1 + step * {decay})"
        lines.append(f"        optimizer.learning_rate = {rate}")
    lines += [
        "        model.reset_metrics()",
        f"        found = model.train_on_batch({x}, targets[batch], return_dict=True)",
        '        loss = float(found["plain"])',
        '        print(f"{step:6d} {loss:.8g}")',
        "        losses.append(loss)",
    ]
    if held:
        lines += [
            "        for variable, mask, before in held:",
            "            variable.assign(np.where(mask, before, keras.ops.convert_to_numpy(variable)))",
        ]
    if plateau:
        lines += [
            "        epoch.append(loss)", "        if position == 0:",
            "            plateau.after_epoch(sum(epoch) / len(epoch))", "            epoch = []",
        ]  # fmt: skip
    lines.append("    return losses")
    return "\n".join(lines)


__all__ = ["keras_code"]
