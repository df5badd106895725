"""Every layer as a PyTorch module and a line of the way forward."""

from typing import Any

from ..losses import LOSSES as RECORDS
from .numpy_layers import RECURRENT
from .run import Part, Run
from .windows import padding_of

ACTIVATIONS: dict[str, str] = {
    "sigmoid": "torch.sigmoid({z})", "tanh": "torch.tanh({z})", "relu": "torch.relu({z})",
    "elu": "F.elu({z})", "leaky_relu": "F.leaky_relu({z})", "softplus": "F.softplus({z})",
    "gelu": "F.gelu({z})", "swish": "F.silu({z})", "sin": "torch.sin({z})", "linear": "{z}",
    "hard_sigmoid": "F.hardsigmoid({z})", "hard_tanh": "F.hardtanh({z})", "relu6": "F.relu6({z})",
    "selu": "F.selu({z})", "mish": "F.mish({z})", "softsign": "F.softsign({z})",
    "exponential": "torch.exp(({z}).clamp(max=80))", "softmax": "torch.softmax({z}, {axis})",
}  # fmt: skip
Put = tuple[str, str]  # a tensor of the module, and the array that it takes


class Writer:
    def __init__(self, run: Run) -> None:
        self.run = run
        self.modules: list[str] = []
        self.forward: list[str] = []
        self.puts: list[Put] = []
        self.silent: list[str] = []  # second biases, which stay 0
        self.tensors: dict[str, str] = {}  # of a module, by the name of what it holds
        self.names = ["x", *(part.name for part in run.parts)]

    def layer(self, part: Part) -> None:
        x, name, layer = self.names[part.index], part.name, part.layer
        kind = "recurrent" if layer.kind in RECURRENT else layer.kind
        value = getattr(self, f"_{kind}")(part, x, name, layer)
        f = part.activation
        fused = layer.kind == "output" and RECORDS[self.run.spec.loss].fused
        if kind != "recurrent" and not fused:
            axis = 1 if len(part.out) == 3 else -1
            value = ACTIVATIONS[f].format(z=value, axis=axis)
        self.forward.append(f"        {name} = {value}" + ("  #@logits" if fused else ""))
        if part.off:
            on = f"ON[{name!r}]" + ("[:, None, None]" if len(part.out) == 3 else "")
            self.forward.append(f"        {name} = {name} * {on}  #@off")

    def _put(self, name: str, ours: str, theirs: str, turned: str = "") -> None:
        self.tensors[f"{name}.{ours}"] = theirs
        self.puts.append((f"net.{theirs}", f'w["{name}.{ours}"]{turned}'))

    def _dense(self, part: Part, x: str, name: str, layer: Any) -> str:
        self.modules.append(f"        self.{name} = nn.Linear({part.shape[-1]}, {part.out[-1]})")
        self._put(name, "weight", f"{name}.weight", ".T")
        self._put(name, "bias", f"{name}.bias")
        return f"self.{name}({x})"

    _output = _dense

    def _conv2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        (top, bottom), (left, right) = padding_of(part)
        even = top == bottom and left == right
        more = {
            "stride": (layer.strides, 1), "padding": ((top, left) if even else 0, (0, 0) if even else 0),
            "dilation": (layer.dilation_rate, 1), "groups": (layer.groups, 1),
        }  # fmt: skip
        said = "".join(f", {key}={value}" for key, (value, usual) in more.items() if value != usual)
        self.modules.append(
            f"        self.{name} = nn.Conv2d({part.shape[-1]}, {layer.filters}, {layer.kernel_size}{said})"
        )
        self._put(name, "weight", f"{name}.weight", ".transpose(3, 2, 0, 1)")
        self._put(name, "bias", f"{name}.bias")
        return f"self.{name}({x if even else self._bordered(part, x)})"

    def _bordered(self, part: Part, x: str, value: str = "0") -> str:
        (top, bottom), (left, right) = padding_of(part)
        more = "" if value == "0" else f", value={value}"
        return f"F.pad({x}, ({left}, {right}, {top}, {bottom}){more})"

    def _max_pool2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        if any(map(any, padding_of(part))):
            x = self._bordered(part, x, "-torch.inf")
        return f"F.max_pool2d({x}, {layer.pool_size}, {layer.strides or layer.pool_size})"

    def _avg_pool2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        how = f"{layer.pool_size}, {layer.strides or layer.pool_size}"
        if not any(map(any, padding_of(part))):
            return f"F.avg_pool2d({x}, {how})"
        inside = f"F.avg_pool2d({self._bordered(part, f'torch.ones_like({x})')}, {how})"
        return f"F.avg_pool2d({self._bordered(part, x)}, {how}) / {inside}"

    def _global_avg_pool2d(self, part: Part, x: str, name: str, layer: Any) -> str:
        return f"{x}.mean((2, 3))"

    def _flatten(self, part: Part, x: str, name: str, layer: Any) -> str:
        return f"{x}.movedim(1, -1).flatten(1)" if len(part.shape) == 3 else f"{x}.flatten(1)"

    def _dropout(self, part: Part, x: str, name: str, layer: Any) -> str:
        if not layer.rate:
            return x
        shape = ", ".join(map(str, part.shape))
        back = ".movedim(-1, 1)" if len(part.shape) == 3 else ""
        mask = f"dropout_mask(step, {part.index}, {layer.rate}, (len(x), {shape}))"
        return f"{x} * torch.from_numpy({mask}){back}"

    def _batch_norm(self, part: Part, x: str, name: str, layer: Any) -> str:
        kind = "BatchNorm2d" if len(part.shape) == 3 else "BatchNorm1d"
        self.modules.append(
            f"        self.{name} = nn.{kind}({part.shape[-1]}, eps={layer.epsilon}, momentum={round(1 - layer.momentum, 12)})"
        )
        for ours, theirs in (("weight", "weight"), ("bias", "bias"), ("running_mean", "running_mean"), ("running_variance", "running_var")):  # fmt: skip
            self._put(name, ours, f"{name}.{theirs}")
        if len(part.shape) == 2:
            return f"self.{name}({x}.movedim(-1, 1)).movedim(1, -1)"
        return f"self.{name}({x})"

    def _layer_norm(self, part: Part, x: str, name: str, layer: Any) -> str:
        self.modules.append(
            f"        self.{name} = nn.LayerNorm({part.shape[-1]}, eps={layer.epsilon})"
        )
        self._put(name, "weight", f"{name}.weight")
        self._put(name, "bias", f"{name}.bias")
        if len(part.shape) == 3:
            return f"self.{name}({x}.movedim(1, -1)).movedim(-1, 1)"
        return f"self.{name}({x})"

    def _embedding(self, part: Part, x: str, name: str, layer: Any) -> str:
        self.modules.append(
            f"        self.{name} = nn.Embedding({layer.input_dim}, {layer.output_dim})"
        )
        self._put(name, "weight", f"{name}.weight")
        return f"self.{name}({x}.long())"

    def _recurrent(self, part: Part, x: str, name: str, layer: Any) -> str:
        kind = {"simple_rnn": "RNN", "lstm": "LSTM", "gru": "GRU"}[layer.kind]
        bend = ', nonlinearity="relu"' if layer.function == "relu" else ""
        how, units = f"{part.shape[-1]}, {layer.units}, batch_first=True{bend}", layer.units
        ways = [("", name, "")]
        both = layer.bidirectional and not layer.truncate
        if both:
            how += ", bidirectional=True"
            ways.append(("backward_", name, "_reverse"))
        elif layer.bidirectional:
            ways.append(("backward_", f"{name}_backward", ""))
        for module in dict.fromkeys(way[1] for way in ways):
            self.modules.append(f"        self.{module} = nn.{kind}({how})")
        for way, module, end in ways:
            self._put(name, way + "weight", f"{module}.weight_ih_l0{end}", ".T")
            self._put(name, way + "recurrent_weight", f"{module}.weight_hh_l0{end}", ".T")
            self._put(name, way + "bias", f"{module}.bias_ih_l0{end}")
            second = f"{module}.bias_hh_l0{end}"
            if layer.kind == "gru":
                self._put(name, way + "recurrent_bias", second)
            else:
                self.silent.append(second)
        if layer.truncate:
            outs = [f"chunks(self.{name}, {x}, {layer.truncate})"]
            if layer.bidirectional:
                outs.append(f"chunks(self.{name}_backward, {x}.flip(1), {layer.truncate})")
            if not layer.return_sequences:
                last = [f"{out}[:, -1]" for out in outs]
                return last[0] if len(last) == 1 else f"torch.cat([{', '.join(last)}], 1)"
            if len(outs) == 1:
                return outs[0]
            return f"torch.cat([{outs[0]}, {outs[1]}.flip(1)], 2)"
        self.forward.append(f"        {name}_all, _ = self.{name}({x})")
        if layer.return_sequences:
            return f"{name}_all"
        if not layer.bidirectional:
            return f"{name}_all[:, -1]"
        return f"torch.cat([{name}_all[:, -1, :{units}], {name}_all[:, 0, {units}:]], 1)"

    def _residual(self, part: Part, x: str, name: str, layer: Any) -> str:
        return f"{x} + {self.names[part.index - layer.span]}"

    def _activation(self, part: Part, x: str, name: str, layer: Any) -> str:
        return x

    def _prelu(self, part: Part, x: str, name: str, layer: Any) -> str:
        self.modules.append(f"        self.{name} = nn.PReLU({part.shape[-1]})")
        self._put(name, "slope", f"{name}.weight")
        if len(part.shape) == 2:
            return f"self.{name}({x}.movedim(-1, 1)).movedim(1, -1)"
        return f"self.{name}({x})"
