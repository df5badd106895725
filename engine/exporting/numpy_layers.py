"""Every layer's way forward and back as lines of NumPy code."""

from typing import Any

from ..losses import LOSSES as RECORDS
from .numpy_parts import NEEDS
from .run import Part, Run
from .windows import padding_of
from .words import Language

RECURRENT = ("simple_rnn", "lstm", "gru")


class Writer:
    """Collects the lines of the way forward and back, and the functions that they call."""

    def __init__(self, run: Run, language: Language) -> None:
        self.run, self.language = run, language
        self.used: list[str] = []
        self.forward: list[str] = []
        self.bend = "tanh"
        self.names = ["x", *(part.name for part in run.parts)]
        self.owed: dict[int, list[str]] = {}

    def use(self, *names: str) -> None:
        for name in names:
            self.use(*NEEDS.get(name, ()))
            if name not in self.used:
                self.used.append(name)

    def note(self, part: Part, target: list[str]) -> None:
        shapes = " x ".join(map(str, part.shape)), " x ".join(map(str, part.out))
        target.append(f"    # {part.name}: {shapes[0]} -> {shapes[1]}")

    # The way forward

    def ahead(self, part: Part) -> None:
        x, name, layer = self.names[part.index], part.name, part.layer
        self.note(part, self.forward)
        getattr(self, f"_ahead_{layer.kind}", self._ahead_recurrent)(part, x, name, layer)
        if part.off:
            self.forward.append(f"    {name} = {name} * ON[{name!r}]  #@off")

    def _activated(self, part: Part, z: str) -> None:
        name, f = part.name, part.activation
        if f == "linear":
            self.forward.append(f"    {name} = {z}")
            return
        self.use(f)
        self.forward += [f"    {name}_z = {z}", f"    {name} = {f}({name}_z)"]

    def _ahead_dense(self, part: Part, x: str, name: str, layer: Any) -> None:
        self._activated(part, f'{x} @ w["{name}.weight"] + w["{name}.bias"]')

    def _ahead_output(self, part: Part, x: str, name: str, layer: Any) -> None:
        if RECORDS[self.run.spec.loss].fused:
            self.forward.append(
                f'    output = {x} @ w["output.weight"] + w["output.bias"]  #@logits'
            )
        else:
            self._ahead_dense(part, x, name, layer)

    def _ahead_conv2d(self, part: Part, x: str, name: str, layer: Any) -> None:
        self.use("conv2d")
        how = f"{layer.strides}, {layer.dilation_rate}, {layer.groups}, {padding_of(part)}"
        self._activated(part, f'conv2d({x}, w["{name}.weight"], w["{name}.bias"], {how})')

    def _ahead_max_pool2d(self, part: Part, x: str, name: str, layer: Any) -> None:
        self.use(layer.kind)
        self.forward.append(f"    {name} = {layer.kind}({x}, {_pool(part)})")

    _ahead_avg_pool2d = _ahead_max_pool2d

    def _ahead_global_avg_pool2d(self, part: Part, x: str, name: str, layer: Any) -> None:
        self.forward.append(f"    {name} = {x}.mean((1, 2))")

    def _ahead_flatten(self, part: Part, x: str, name: str, layer: Any) -> None:
        self.forward.append(f"    {name} = {x}.reshape(len({x}), -1)")

    def _ahead_dropout(self, part: Part, x: str, name: str, layer: Any) -> None:
        if not layer.rate:
            self.forward.append(f"    {name} = {x}")
            return
        self.forward += [
            f"    {name}_mask = dropout_mask(step, {part.index}, {layer.rate}, {x}.shape)",
            f"    {name} = {x} * {name}_mask",
        ]

    def _ahead_batch_norm(self, part: Part, x: str, name: str, layer: Any) -> None:
        kind = "batch_norm" if layer.trainable else "fixed_norm"
        self.use(kind)
        how = f"{layer.momentum}, {layer.epsilon}" if layer.trainable else f"{layer.epsilon}"
        self.forward.append(
            f"    {name}, {name}_normal, {name}_inverse = {kind}(w, {name!r}, {x}, {how})"
        )

    def _ahead_layer_norm(self, part: Part, x: str, name: str, layer: Any) -> None:
        self.use("layer_norm")
        self.forward.append(
            f"    {name}, {name}_normal, {name}_inverse = layer_norm(w, {name!r}, {x}, {layer.epsilon})"
        )

    def _ahead_embedding(self, part: Part, x: str, name: str, layer: Any) -> None:
        self.forward += [
            f"    tokens = {x}.astype(int)",
            f'    {name} = w["{name}.weight"][tokens]',
        ]

    def _ahead_recurrent(self, part: Part, x: str, name: str, layer: Any) -> None:
        self.use("recurrent_gradients", self._step(layer), "recurrent")
        how = f"{_ways(layer)}, {layer.return_sequences}"
        self.forward.append(
            f'    {name}, {name}_kept = recurrent({self._step(layer)}, w, "{name}.", {x}, {how})'
        )

    @staticmethod
    def _step(layer: Any) -> str:
        return (
            "relu_rnn" if layer.kind == "simple_rnn" and layer.activation == "relu" else layer.kind
        )

    def _ahead_residual(self, part: Part, x: str, name: str, layer: Any) -> None:
        self._activated(part, f"{x} + {self.names[part.index - layer.span]}")

    def _ahead_activation(self, part: Part, x: str, name: str, layer: Any) -> None:
        self._activated(part, x)

    def _ahead_prelu(self, part: Part, x: str, name: str, layer: Any) -> None:
        self.forward.append(f'    {name} = np.where({x} > 0, {x}, w["{name}.slope"] * {x})')

    # The way back

    def back(self, part: Part) -> list[str]:
        """From d, the gradient by what left the layer, to the one by what came in."""
        x, name, layer, lines = self.names[part.index], part.name, part.layer, list[str]()
        self.note(part, lines)
        if part.index + 1 in self.owed:
            lines += [f"    d = d + {owed}" for owed in self.owed.pop(part.index + 1)]
        if part.off:
            lines.append(f"    d = d * ON[{name!r}]")
        f = part.activation
        fused = layer.kind == "output" and RECORDS[self.run.spec.loss].fused
        if layer.kind not in RECURRENT and f != "linear" and not fused:
            if f == "softmax":
                self.use("softmax_back")
                lines.append(f"    d = softmax_back({name}, d)")
            else:
                lines.append(f"    d = d * {f}_slope({name}_z, {name})")
        kind = "dense" if layer.kind == "output" else layer.kind
        kind = "recurrent" if kind in RECURRENT else kind
        getattr(self, f"_back_{kind}")(part, x, name, layer, lines)
        return lines

    def _goes_on(self, part: Part) -> bool:
        return part.index > self.run.lowest

    def _back_dense(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        rows = (x, "d")
        if len(part.shape) > 1:
            rows = (f"{x}.reshape(-1, {part.shape[-1]})", f"d.reshape(-1, {part.out[-1]})")
        lines += [
            f'    g["{name}.weight"] = {rows[0]}.T @ {rows[1]}',
            f'    g["{name}.bias"] = {rows[1]}.sum(0)',
        ]
        if self._goes_on(part):
            lines.append(f'    d = d @ w["{name}.weight"].T')

    def _back_conv2d(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        how = f"{layer.strides}, {layer.dilation_rate}, {layer.groups}, {padding_of(part)}"
        d = "d" if self._goes_on(part) else "_"
        lines += [
            f'    g["{name}.weight"], g["{name}.bias"], {d} = conv2d_back(',
            f'        {x}, w["{name}.weight"], d, {how}',
            "    )",
        ]

    def _back_max_pool2d(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        lines.append(f"    d = {layer.kind}_back({x}, d, {_pool(part)})")

    _back_avg_pool2d = _back_max_pool2d

    def _back_global_avg_pool2d(
        self, part: Part, x: str, name: str, layer: Any, lines: list[str]
    ) -> None:
        pixels = part.shape[0] * part.shape[1]
        lines.append(f"    d = np.broadcast_to(d[:, None, None, :] / {pixels}, {x}.shape)")

    def _back_flatten(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        lines.append(f"    d = d.reshape({x}.shape)")

    def _back_dropout(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        lines.append(f"    d = d * {name}_mask" if layer.rate else "    # (d)")

    def _back_batch_norm(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        if not layer.trainable:
            lines += [
                f'    g["{name}.weight"] = g["{name}.bias"] = 0',
                f'    d = d * w["{name}.weight"] * {name}_inverse',
            ]
            return
        self._back_norm(name, lines, str(tuple(range(len(part.shape)))))

    def _back_layer_norm(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        self._back_norm(name, lines, "-1")

    def _back_norm(self, name: str, lines: list[str], axes: str) -> None:
        self.use("norm_back")
        lines += [
            f'    g["{name}.weight"], g["{name}.bias"], d = norm_back(',
            f'        w["{name}.weight"], {name}_normal, {name}_inverse, d, {axes}',
            "    )",
        ]

    def _back_embedding(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        lines += [
            f'    g["{name}.weight"] = np.zeros_like(w["{name}.weight"])',
            f'    np.add.at(g["{name}.weight"], tokens, d)',
        ]

    def _back_recurrent(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        how = f"{_ways(layer)}, {layer.return_sequences}, {layer.truncate}"
        lines.append(
            f'    d = recurrent_back({self._step(layer)}_back, g, "{name}.", {name}_kept, d, {how})'
        )

    def _back_residual(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        place = part.index - layer.span
        if place > self.run.lowest:
            lines.append(f"    {name}_d = d")
            self.owed.setdefault(place, []).append(f"{name}_d")

    def _back_activation(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        pass

    def _back_prelu(self, part: Part, x: str, name: str, layer: Any, lines: list[str]) -> None:
        lines += [
            f'    g["{name}.slope"] = np.where({x} > 0, 0, d * {x}).reshape(-1, {part.shape[-1]}).sum(0)',
            f'    d = np.where({x} > 0, d, w["{name}.slope"] * d)',
        ]


def _pool(part: Part) -> str:
    layer = part.layer
    return f"{layer.pool_size}, {layer.strides or layer.pool_size}, {padding_of(part)}"


def _ways(layer: Any) -> str:
    return '("", "backward_")' if layer.bidirectional else '("",)'
