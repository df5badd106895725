"""Register tiles: some places times a row of filters, summed in registers from start to end.

Numba keeps no array of vectors in registers, so a tile is written as LLVM code, its size a
constant: as many sums as the machine has registers for hide how long an addition takes, and every
number that is loaded is used that often (Goto & van de Geijn 2008, section 6; Zhang et al. 2018,
High performance zero-memory overhead direct convolutions, section 4).

All tiles run over the same three nested loops,

    for u in range(loops[0]): for v in range(loops[1]): for k in range(loops[2])

and `steps_x` and `steps_w` say how far the two operands move a turn of each.
"""

from typing import Any

from llvmlite import binding, ir
from numba import config, types
from numba.core import cgutils
from numba.extending import intrinsic

WIDE = 16  # lanes of a tile
UNROLLED = 4
FAST = ("contract", "nsz")

# Registers of sixteen floats: there are twice as many then, and each holds a whole row.
LARGE_REGISTERS = "+avx512f" in str(
    config.CPU_FEATURES or binding.get_host_cpu_features().flatten()
)
# How many places a tile takes, the largest first.
PLACES = (12, 8, 4, 2, 1) if LARGE_REGISTERS else (6, 4, 4, 2, 1)


def _zero() -> Any:
    return ir.Constant(ir.IntType(32), 0)


def _repeated(builder: Any, values: Any, count: int, lanes: int) -> Any:
    """`count` values of a vector over and over, in so many lanes."""
    mask = ir.Constant(
        ir.VectorType(ir.IntType(32), lanes), [lane % count for lane in range(lanes)]
    )
    return builder.shuffle_vector(values, ir.Constant(values.type, ir.Undefined), mask)


class _Code:
    """What the tiles' code has in common: pointers into flat arrays, loads, sums in registers."""

    def __init__(self, context: Any, builder: Any, dtype: Any, lanes: int) -> None:
        self.context, self.builder = context, builder
        self.scalar = context.get_value_type(dtype)
        self.vector = ir.VectorType(self.scalar, lanes)
        self.lanes, self.align = lanes, dtype.bitwidth // 8
        self.index = context.get_value_type(types.intp)
        suffix = "f32" if isinstance(self.scalar, ir.FloatType) else "f64"
        self.fma = cgutils.get_or_insert_function(
            builder.module,
            ir.FunctionType(self.vector, [self.vector] * 3),
            f"llvm.fmuladd.v{lanes}{suffix}",
        )

    def number(self, value: int) -> Any:
        return ir.Constant(self.index, value)

    def times(self, value: Any, factor: int) -> Any:
        return self.builder.mul(value, self.number(factor))

    def moved(self, turns: tuple[Any, ...], steps: Any) -> Any:
        """How far an operand has moved after so many turns of each loop."""
        far = self.number(0)
        for i, turn in enumerate(turns):
            far = self.builder.add(
                far, self.builder.mul(turn, self.builder.extract_value(steps, i))
            )
        return far

    def at(self, array_type: Any, array: Any, place: Any) -> Any:
        data = cgutils.create_struct_proxy(array_type)(self.context, self.builder, array).data
        return self.builder.gep(data, [place])

    def load(self, pointer: Any, count: int = 0) -> Any:
        vector = ir.VectorType(self.scalar, count or self.lanes)
        pointer = self.builder.bitcast(pointer, vector.as_pointer())
        return self.builder.load(pointer, align=self.align)

    def store(self, pointer: Any, value: Any) -> None:
        pointer = self.builder.bitcast(pointer, value.type.as_pointer())
        self.builder.store(value, pointer, align=self.align)

    def every(self, scalar: Any, lanes: int) -> Any:
        one = ir.Constant(ir.VectorType(self.scalar, 1), ir.Undefined)
        return _repeated(self.builder, self.builder.insert_element(one, scalar, _zero()), 1, lanes)

    def spread(self, pointer: Any, count: int) -> Any:
        """`count` (one or two) neighbours over and over in all lanes."""
        if count == 1:
            return self.every(self.builder.load(pointer), self.lanes)
        if isinstance(self.scalar, ir.FloatType):
            # As one number of twice the size: machines repeat that as it is loaded.
            pointer = self.builder.bitcast(pointer, ir.DoubleType().as_pointer())
            both = self.builder.load(pointer, align=self.align)
            one = ir.Constant(ir.VectorType(ir.DoubleType(), 1), ir.Undefined)
            one = self.builder.insert_element(one, both, _zero())
            wide = _repeated(self.builder, one, 1, self.lanes // 2)
            return self.builder.bitcast(wide, self.vector)
        return _repeated(self.builder, self.load(pointer, 2), 2, self.lanes)

    def add(self, total: Any, a: Any, b: Any) -> None:
        product = self.builder.call(self.fma, [a, b, self.builder.load(total)], fastmath=FAST)
        self.builder.store(product, total)


def tile(places: int, together: int, run: int = 0) -> Any:
    """A tile of a convolution, as a function for compiled code.

        z[o + p z_step ..] = max(low, bias[b ..] + sum over the loops of x[at + p step ..] * w[w_at ..])

    together 1: sixteen filters, w holds sixteen numbers a k
    together 2: eight filters, two k at once: w holds w[k, 0], w[k + 1, 0], w[k, 1], .. and a last k
    that has no partner stands alone, its partner's weight being whatever is there
    `loops` and the steps as in the module; x moves by one a k, w by what a k holds. Where `run` is
    given, loops[1] is 1 and loops[2] is `run`: short ones are not worth a loop.
    """
    filters = WIDE // together

    @intrinsic
    def of_tile(
        typingctx: Any, x: Any, at: Any, step: Any, steps_x: Any, w: Any, w_at: Any, steps_w: Any,
        loops: Any, bias: Any, b: Any, low: Any, z: Any, o: Any, z_step: Any,
    ) -> Any:  # fmt: skip
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            x, at, step, steps_x, w, w_at, steps_w, loops, bias, b, low, z, o, z_step = args
            c = _Code(context, builder, sig.args[0].dtype, WIDE)
            w = c.at(sig.args[4], w, w_at)
            # Three places from one pointer: more pointers than registers would be loads of their own.
            pointers = [
                c.at(sig.args[0], x, builder.add(at, c.times(step, p // 3 * 3)))
                for p in range(places)
            ]
            shifts = [c.times(step, p % 3) for p in range(places)]
            sums = [
                cgutils.alloca_once_value(builder, ir.Constant(c.vector, [0.0] * WIDE))
                for _ in range(places)
            ]

            def multiply(x_at: Any, w_at: Any, k: int, count: int) -> None:
                row = c.load(builder.gep(w, [builder.add(w_at, c.number(k * filters))]))
                for pointer, shift, total in zip(pointers, shifts, sums, strict=True):
                    place = builder.gep(pointer, [x_at])
                    place = builder.gep(place, [builder.add(shift, c.number(k))])
                    value = c.spread(place, count)
                    if count < together:
                        none = ir.Constant(c.vector, [0.0] * WIDE)
                        first = [2 * (i // 2) if i % 2 == 0 else WIDE for i in range(WIDE)]
                        mask = ir.Constant(ir.VectorType(ir.IntType(32), WIDE), first)
                        value = builder.shuffle_vector(value, none, mask)
                    c.add(total, value, row)

            many = UNROLLED * together
            with cgutils.for_range(builder, builder.extract_value(loops, 0)) as (u, _):
                if run:
                    x_at, w_at = c.moved((u,), steps_x), c.moved((u,), steps_w)
                    for k in range(0, run, together):
                        multiply(x_at, w_at, k, min(together, run - k))
                    lines = c.number(0)
                else:
                    lines = builder.extract_value(loops, 1)
                with cgutils.for_range(builder, lines) as (v, _):
                    x_at, w_at = c.moved((u, v), steps_x), c.moved((u, v), steps_w)
                    length = builder.extract_value(loops, 2)
                    begin = c.number(0)
                    for stride in dict.fromkeys((many, together, 1)):
                        end = builder.and_(length, c.number(-stride))
                        with cgutils.for_range_slice(
                            builder, begin, end, c.number(stride), c.index
                        ) as (k, _):
                            here = builder.add(w_at, c.times(k, filters))
                            for j in range(0, stride, together):
                                multiply(builder.add(x_at, k), here, j, min(together, stride))
                        begin = end
            first = c.load(c.at(sig.args[8], bias, b), filters)
            lowest = c.every(low, filters)
            for p, total in enumerate(sums):
                value = builder.load(total)
                if together == 2:
                    halves = (
                        builder.shuffle_vector(
                            value, value,
                            ir.Constant(
                                ir.VectorType(ir.IntType(32), filters), list(range(h, WIDE, 2))
                            ),
                        )
                        for h in range(2)
                    )  # fmt: skip
                    value = builder.fadd(*halves)
                value = builder.fadd(value, first)
                # A NaN stays.
                value = builder.select(builder.fcmp_ordered(">", lowest, value), lowest, value)
                c.store(c.at(sig.args[11], z, builder.add(o, c.times(z_step, p))), value)
            return context.get_dummy_value()

        i = types.intp
        two, three = types.UniTuple(i, 2), types.UniTuple(i, 3)
        return (
            types.void(x, i, i, two, w, i, two, three, bias, i, x.dtype, z, i, i), code,
        )  # fmt: skip

    return of_tile


def gradient_tile(lanes: int, tall: int, broad: int) -> Any:
    """A tile of a weight's gradient, as a function for compiled code.

        g[o + p g_down + q g_step ..] += sum over the loops of x[at + p down + q ..] * dz[d_at ..]

    p: 0 to `tall`, q: 0 to `broad`; each row of g, and of dz, `lanes` filters wide.
    """

    @intrinsic
    def run(
        typingctx: Any, x: Any, at: Any, down: Any, steps_x: Any, dz: Any, d_at: Any, steps_d: Any,
        loops: Any, g: Any, o: Any, g_down: Any, g_step: Any,
    ) -> Any:  # fmt: skip
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            x, at, down, steps_x, dz, d_at, steps_d, loops, g, o, g_down, g_step = args
            c = _Code(context, builder, sig.args[0].dtype, lanes)
            dz = c.at(sig.args[4], dz, d_at)
            rows = [c.at(sig.args[0], x, builder.add(at, c.times(down, p))) for p in range(tall)]
            goals = [
                c.at(
                    sig.args[8], g,
                    builder.add(o, builder.add(c.times(g_down, p), c.times(g_step, q))),
                )
                for p in range(tall)
                for q in range(broad)
            ]  # fmt: skip
            sums = [cgutils.alloca_once_value(builder, c.load(goal)) for goal in goals]
            outer, inner, columns = (builder.extract_value(loops, n) for n in range(3))
            with (
                cgutils.for_range(builder, outer) as (u, _),
                cgutils.for_range(builder, inner) as (v, _),
                cgutils.for_range(builder, columns) as (k, _),
            ):
                far, far_d = c.moved((u, v, k), steps_x), c.moved((u, v, k), steps_d)
                row = c.load(builder.gep(dz, [far_d]))
                for p in range(tall):
                    place = builder.gep(rows[p], [far])
                    for q in range(broad):
                        value = c.spread(builder.gep(place, [c.number(q)]), 1)
                        c.add(sums[p * broad + q], value, row)
            for goal, total in zip(goals, sums, strict=True):
                c.store(goal, builder.load(total))
            return context.get_dummy_value()

        i, three = types.intp, types.UniTuple(types.intp, 3)
        return types.void(x, i, i, three, dz, i, three, three, g, i, i, i), code

    return run
