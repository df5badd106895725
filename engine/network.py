"""A stack of layers with its layout: forward, loss and backward.

This is the definition that the compiled loops are tested against. A Network holds no numbers;
every method takes the parameter vector.
"""

from collections.abc import Callable, Sequence
from math import prod
from typing import cast

import numpy as np
from numpy.typing import NDArray

from .errors import Reason, Refused
from .initializers import INITIALIZERS
from .layers import Layer, Output, Pass, Scratch
from .layers.base import Cache, Place, Shape, Views, spelled
from .layout import Layout
from .losses import LOSSES, check_shapes
from .mixing import FIRST, GOLDEN, MASK
from .naming import check_named
from .surgery import Surgery, check_surgery, units_of
from .weighting import Weights, compiled_loss, weighted

Array = NDArray[np.floating]


class Network:
    """Hidden layers, an output and a loss, fitted to one input shape.

    `vocabulary` says that the inputs are that many kinds of tokens: an embedding then comes first.
    `class_weights`: how much each class counts in the loss; None: all alike.

    Raises: Refused, naming the layer, its position and the shape that reached it
    """

    def __init__(
        self,
        input_shape: Shape,
        layers: Sequence[Layer],
        output: Output,
        loss: str,
        *,
        vocabulary: int = 0,
        class_weights: Weights | None = None,
    ) -> None:
        self.class_weights = class_weights
        self.loss_record = weighted(LOSSES[loss], class_weights)
        required = self.loss_record.requires
        if required is not None and output.activation != required:
            raise Refused(
                "output.activation",
                Reason(
                    "loss_needs_output",
                    "{loss} goes with a {required} output, not {activation}; choose {required} or leave "
                    "it null",
                    loss=loss,
                    required=required,
                    activation=output.activation,
                ),
            )
        self.input_shape = input_shape
        self.layers: list[Layer] = [*layers, output]
        self.output = output
        self.names: list[str] = []
        self.shapes: list[Shape] = [input_shape]
        counts: dict[str, int] = {}
        self._parameters = []
        self._owners: list[Layer] = []
        shapes = []
        for position, layer in enumerate(self.layers):
            counts[layer.kind] = counts.get(layer.kind, 0) + 1
            name = "output" if layer is output else f"{layer.kind}_{counts[layer.kind]}"
            try:
                layer.check(self.shapes[-1], Place(self.shapes[:-1], vocabulary))
                out = layer.output_shape(self.shapes[-1])
            except Refused as error:
                place = "output" if layer is output else f"layers.{position}"
                raise error.within(place, f"layer {position + 1} ({name}): ") from error
            for part, parameter in layer.parameters(self.shapes[-1]).items():
                shapes.append((f"{name}.{part}", parameter.shape))
                self._parameters.append(parameter)
                self._owners.append(layer)
            self.names.append(name)
            self.shapes.append(out)
        self._check_output(loss)
        # Whether updates need random numbers of their own.
        self.random = any(layer.draws for layer in self.layers)
        # Samples that an update needs at least.
        self.least_batch = max(
            layer.least_batch(shape) for layer, shape in zip(self.layers, self.shapes, strict=False)
        )
        self.layout = Layout(shapes)
        self.work = sum(
            layer.work(shape) for layer, shape in zip(self.layers, self.shapes, strict=False)
        )
        # Numbers that one sample leaves in memory on its way.
        self.numbers = prod(input_shape) + sum(
            layer.numbers(shape) for layer, shape in zip(self.layers, self.shapes, strict=False)
        )
        # By hidden layer, how many units it has that can be switched off or frozen.
        self.units = units_of(self.names, self.layers, self.shapes)
        self.operate(Surgery())

    def operate(self, surgery: Surgery) -> None:
        """Switch units off and freeze some, on top of what the layers' own settings hold.

        Raises: Refused, at "surgery": no such unit, or nothing of it learns
        """
        check_surgery(surgery, self.units)
        for layer in surgery.frozen:
            self.check_learns(layer, f"surgery.frozen.{layer}")
        self.surgery = surgery
        self.off = [
            np.array(surgery.off[name], np.int64) if surgery.off.get(name) else None
            for name in self.names
        ]
        mask = np.zeros(self.layout.size, bool)
        for entry, parameter, owner in zip(
            self.layout, self._parameters, self._owners, strict=True
        ):
            if not parameter.trainable or not owner.learns:
                mask[entry.offset : entry.offset + entry.size] = True
        views = self.layout.views(cast(Array, mask))
        for name, layer in zip(self.names, self.layers, strict=True):
            for unit in {*surgery.off.get(name, ()), *surgery.frozen.get(name, ())}:
                for entry in self.layout:
                    owner, part = entry.name.split(".", 1)
                    if owner == name:
                        views[entry.name][..., layer.columns(part, unit)] = True
            for unit in surgery.off.get(name, ()):
                for part, row in layer.rows(unit):
                    views[f"{name}.{part}"][row] = True
        # Numbers of the vector that no update touches, in order.
        self.held = np.flatnonzero(mask)

    def place_of(self, layer: str, unit: int) -> int:
        """Which layer that is; a unit is a place of the last axis of what leaves it, of whatever layer.

        Raises: Refused, where there is none
        """
        widths = (shape[-1] for shape in self.shapes[1:])
        check_named(layer, unit, dict(zip(self.names, widths, strict=True)))
        return self.names.index(layer)

    def check_learns(self, layer: str, place: str) -> None:
        """Raises: Refused, at `place`, where the layer has nothing that could be frozen"""
        if not any(entry.name.startswith(f"{layer}.") for entry in self.layout):
            raise Refused(
                place,
                Reason(
                    "surgery.nothing_to_freeze",
                    "{layer} has no weights, so there is nothing to freeze",
                    layer=layer,
                ),
            )

    def _check_output(self, loss: str) -> None:
        shape, each_step = self.shapes[-1], self.loss_record.asks == "steps"
        before = (
            f"layer {len(self.layers) - 1} ({self.names[-2]})" if self.names[1:] else "the data"
        )
        if each_step and len(shape) != 2:
            raise Refused(
                "layers",
                Reason(
                    "output_needs_steps",
                    "{loss} asks for an output at every step, but shape {shape} reached the output from "
                    "{before}; set return_sequences on the recurrent layers and use no flatten",
                    loss=loss,
                    shape=spelled(self.shapes[-2]),
                    before=before,
                ),
            )
        if not each_step and len(shape) != 1:
            raise Refused(
                "layers",
                Reason(
                    "output_needs_row",
                    "{loss} compares one output a sample, but a sequence of shape {shape} reached the "
                    "output from {before}; set return_sequences false on the last recurrent layer, or "
                    "put a flatten layer after it",
                    loss=loss,
                    shape=spelled(self.shapes[-2]),
                    before=before,
                ),
            )

    def start(self, initializer: str, seed: int, dtype: type = np.float32) -> Array:
        """Fresh parameters: weights drawn, the others at their start.  (capacity,), drawn in
        float64, then cast"""
        rng = np.random.default_rng([seed, 1])
        vector = np.zeros(self.layout.capacity, np.float64)
        draw = INITIALIZERS[initializer].draw
        for entry, parameter in zip(self.layout, self._parameters, strict=True):
            here = vector[entry.offset : entry.offset + entry.size]
            if parameter.decays:
                values = draw(rng, parameter.shape, parameter.fan_in, parameter.fan_out)
                here[...] = values.ravel()
            else:
                here[...] = parameter.start
        return vector.astype(dtype)

    def decaying(self) -> list[tuple[int, int, float, float]]:
        """Where penalties apply: (start, stop, l1, l2) of every weight in the vector, the penalties
        being those that its layer adds to the network's."""
        return [
            (
                entry.offset, entry.offset + entry.size, *owner.penalties,
            )
            for entry, parameter, owner in zip(
                self.layout, self._parameters, self._owners, strict=True
            )
            if parameter.decays and owner.learns
        ]  # fmt: skip

    def fixed(self) -> list[tuple[int, int]]:
        """What no update touches: (start, stop) of running statistics, of biases that are held, of
        frozen layers, and of units that are frozen or off."""
        if not len(self.held):
            return []
        runs = np.split(self.held, np.flatnonzero(np.diff(self.held) != 1) + 1)
        return [(int(run[0]), int(run[-1]) + 1) for run in runs]

    def moves(self, name: str, index: int | None = None) -> bool:
        """Whether updates move any number of that parameter, or the one at `index` of the vector."""
        entry = next(e for e in self.layout if e.name == name)
        start, stop = (
            (entry.offset, entry.offset + entry.size) if index is None else (index, index + 1)
        )
        low, high = np.searchsorted(self.held, (start, stop))
        return bool(high - low < stop - start)

    def passes(self, *, training: bool = False, compiled: bool = False, key: int = 0) -> list[Pass]:
        """How each layer is passed through; `key` is the random key of the update."""
        made = [
            Pass(training, compiled, first=i == 0, scratch=Scratch(), off=self.off[i])
            for i in range(len(self.layers))
        ]
        self.draw_keys(made, key)
        return made

    @staticmethod
    def draw_keys(passes: list[Pass], key: int) -> None:
        """Give every layer its own random key of this update."""
        for i, one in enumerate(passes):
            mixed = (key + (i + 1) * GOLDEN) & MASK
            mixed = ((mixed ^ (mixed >> 30)) * FIRST) & MASK
            one.key = (mixed ^ (mixed >> 27)) & MASK

    def split(self, vector: Array) -> list[dict[str, Array]]:
        """Views of every layer's parameters by their short names.  vector: (size,) or longer"""
        parts: dict[str, dict[str, Array]] = {name: {} for name in self.names}
        for name, view in self.layout.views(vector).items():
            owner, part = name.split(".", 1)
            parts[owner][part] = view
        return list(parts.values())

    def forward(self, vector: Array, x: Array, passes: list[Pass] | None = None) -> list[Cache]:
        """Every layer's cache: x, z and a.  vector: (size,)  x: (batch, *input_shape)

        Without `passes` it is in evaluation mode, in plain NumPy.
        """
        return self.through(self.split(vector), x, passes or self.passes())

    def through(self, parts: list[dict[str, Array]], x: Array, passes: list[Pass]) -> list[Cache]:
        """`forward` with parameters that are split already, see `split`."""
        caches: list[Cache] = []
        inputs: list[Array] = []
        for layer, p, run in zip(self.layers, parts, passes, strict=True):
            inputs.append(x)
            run.inputs = inputs
            x, cache = layer.forward(p, x, run)
            caches.append(cache)
        return caches

    def predict(self, vector: Array, x: Array, passes: list[Pass] | None = None) -> Array:
        """The output's activations.  x: (batch, *input_shape)  ->  (batch, *output shape)"""
        return self.forward(vector, x, passes)[-1]["a"]

    def loss_of(self, cache: Cache, t: Array) -> float:
        """The loss of an output's cache, without penalties.  t: (batch, outputs)"""
        y = cache["z"] if self.loss_record.fused else cache["a"]
        check_shapes(y, t)
        return self.loss_record.value(y, t)

    def loss_and_gradient(
        self, vector: Array, gradient: Array, x: Array, t: Array, passes: list[Pass] | None = None
    ) -> float:
        """The batch's loss; its gradient is written into `gradient` (size,).  No penalties.

        Without `passes` layers are as in evaluation, in plain NumPy. In training mode the running
        statistics in `vector` move, as a part of the update.
        """
        step = self.stepper(vector, gradient, passes or self.passes())
        loss = step(x, t)
        gradient[self.held] = 0
        return loss

    def stepper(
        self, vector: Array, gradient: Array, passes: list[Pass]
    ) -> Callable[[Array, Array], float]:
        """`loss_and_gradient` for many batches: what does not change from one to the next is done
        once. The gradient of what is fixed is left as it comes."""
        parts, slopes = self.split(vector), self.split(gradient)

        def step(x: Array, t: Array) -> float:
            passes[-1].only_z = self.loss_record.fused
            caches = self.through(parts, x, passes)
            passes[-1].only_z = False
            fast = compiled_loss(self.loss_record, self.class_weights, caches[-1], t, passes[-1])
            loss = self.loss_of(caches[-1], t) if fast is None else fast[0]
            self.backward(parts, slopes, caches, t, passes, fast and fast[1])
            self.settle(parts, caches)
            return loss

        return step

    @staticmethod
    def settle(parts: list[dict[str, Array]], caches: list[Cache]) -> None:
        """Let the running statistics move to what the forward pass made of them."""
        for p, cache in zip(parts, caches, strict=True):
            for part, value in cache.get("settled", {}).items():
                p[part][...] = value

    def backward(
        self,
        parts: list[dict[str, Array]],
        slopes: list[dict[str, Array]],
        caches: list[Cache],
        t: Array,
        passes: list[Pass],
        dz: Array | None = None,
    ) -> list[Array | None]:
        """The gradient from the output's cache down, into `slopes`; returns dL/d(what left each
        layer): of the output it is what the loss hands back, dL/dz or dL/da, or `dz` where that is known already.
        parts, slopes: `split`
        """
        top: list[Array | None] = [None]
        d = self._output_backward(parts[-1], slopes[-1], caches[-1], t, passes[-1], top, dz)
        back, _ = self.lead_back(parts, slopes, caches, passes, d, len(self.layers) - 2)
        return back + top

    def lead_back(
        self,
        parts: list[dict[str, Array]],
        slopes: list[dict[str, Array]],
        caches: list[Cache],
        passes: list[Pass],
        d: Array | None,
        last: int,
    ) -> tuple[list[Array | None], Array | None]:
        """From `d`, dL/d(what left layer `last`), down to the input, into `slopes`: dL/d(what left each
        layer up to that one), and dL/d(input), None where the first layer gives nothing back."""
        back: list[Array | None] = [None] * (last + 1)
        # What residual connections gave back to the input of an earlier layer.
        owed: dict[int, Array] = {}
        for i in range(last, -1, -1):
            # Only the first layer gives nothing back, and below it there is none.
            d = cast(Array, d)
            if i + 1 in owed:
                d = owed.pop(i + 1) + d
            back[i] = d
            layer = self.layers[i]
            d = layer.backward(parts[i], slopes[i], caches[i], d, passes[i])
            if layer.earlier and d is not None:
                place = i - layer.earlier
                owed[place] = owed[place] + d if place in owed else d
        return back, owed[0] + d if d is not None and 0 in owed else d

    def _output_backward(
        self,
        p: Views,
        g: Views,
        cache: Cache,
        t: Array,
        run: Pass,
        back: list[Array | None],
        dz: Array | None,
    ) -> Array | None:
        if dz is not None:
            back[-1] = dz
            return self.output.backward_from_z(p, g, cache, dz, run)
        if self.loss_record.fused:
            back[-1] = self.loss_record.gradient(cache["z"], t)
            return self.output.backward_from_z(p, g, cache, back[-1], run)
        back[-1] = self.loss_record.gradient(cache["a"], t)
        return self.output.backward(p, g, cache, back[-1], run)
