"""Vectors of eight numbers as values inside Numba code.

Numba's own vectorizer gives up at playground sizes: its main loop wants 32 and more elements, and a
batch of ten never reaches it. Here eight samples ("lanes") are one value of LLVM's vector type,
held in registers across loops, for float32 and float64 alike. On a machine without 256-bit
registers LLVM splits the operations; the meaning stays.

    acc = splat(bias)
    for k in range(inputs):
        acc = fma(splat(weight[k]), load(x, k * LANES), acc)
    store(z, 0, acc)

Source of the idea: the batch-innermost ("structure of arrays") layout of ispc,
Pharr & Mark 2012, section 2.
"""

import operator
from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.typing.templates import AbstractTemplate, infer_global, signature
from numba.extending import intrinsic, lower_builtin, models, register_model

LANES = 8

# Sums over lanes and fused multiply-adds may be regrouped; NaN and infinity keep their meaning,
# for divergence is detected by them.
FLAGS = ("reassoc", "contract", "nsz", "arcp")


class Lanes(types.Type):
    """The Numba type of eight numbers of one dtype."""

    def __init__(self, dtype: Any) -> None:
        self.dtype = dtype
        super().__init__(name=f"Lanes({dtype})")


@register_model(Lanes)
class _LanesModel(models.PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Lanes) -> None:
        bits = {types.float32: ir.FloatType(), types.float64: ir.DoubleType()}[fe_type.dtype]
        super().__init__(dmm, fe_type, ir.VectorType(bits, LANES))


def _pointer(context: Any, builder: Any, array_type: Any, array: Any, index: Any) -> Any:
    data = cgutils.create_struct_proxy(array_type)(context, builder, array).data
    element = builder.gep(data, [index])
    scalar = context.get_value_type(array_type.dtype)
    return builder.bitcast(element, ir.VectorType(scalar, LANES).as_pointer())


def _llvm(builder: Any, name: str, vector_type: Any, operands: int) -> Any:
    """The LLVM intrinsic of that name for a vector type (llvmlite declares scalar ones only)."""
    suffix = "f32" if isinstance(vector_type.element, ir.FloatType) else "f64"
    return cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(vector_type, [vector_type] * operands),
        f"{name}.v{LANES}{suffix}",
    )


def _broadcast(builder: Any, scalar: Any) -> Any:
    vector_type = ir.VectorType(scalar.type, LANES)
    one = builder.insert_element(
        ir.Constant(vector_type, ir.Undefined), scalar, ir.Constant(ir.IntType(32), 0)
    )
    zeros = ir.Constant(ir.VectorType(ir.IntType(32), LANES), [0] * LANES)
    return builder.shuffle_vector(one, ir.Constant(vector_type, ir.Undefined), zeros)


@intrinsic
def load(typingctx: Any, array: Any, index: Any) -> Any:
    """Eight neighbours of a flat array, from `index` on."""
    lanes = Lanes(array.dtype)

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, sig.args[0], args[0], args[1])
        return builder.load(pointer, align=array.dtype.bitwidth // 8)

    return lanes(array, types.intp), code


@intrinsic
def store(typingctx: Any, array: Any, index: Any, value: Any) -> Any:
    """Write eight neighbours of a flat array, from `index` on."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        pointer = _pointer(context, builder, sig.args[0], args[0], args[1])
        builder.store(args[2], pointer, align=array.dtype.bitwidth // 8)
        return context.get_dummy_value()

    return types.void(array, types.intp, value), code


@intrinsic
def splat(typingctx: Any, scalar: Any) -> Any:
    """The scalar in every lane."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return _broadcast(builder, args[0])

    return Lanes(scalar)(scalar), code


@intrinsic
def like(typingctx: Any, value: Any, scalar: Any) -> Any:
    """The scalar in every lane, in the dtype of `value`: so a Python float never widens float32."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        narrow = context.cast(builder, args[1], types.float64, value.dtype)
        return _broadcast(builder, narrow)

    return value(value, types.float64), code


@intrinsic
def fma(typingctx: Any, a: Any, b: Any, c: Any) -> Any:
    """a * b + c, fused where the machine can."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        function = _llvm(builder, "llvm.fmuladd", args[0].type, 3)
        return builder.call(function, args, fastmath=FLAGS)

    return a(a, a, a), code


def _unary(name: str) -> Any:
    @intrinsic
    def operation(typingctx: Any, a: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            function = _llvm(builder, name, args[0].type, 1)
            return builder.call(function, args)

        return a(a), code

    return operation


root = _unary("llvm.sqrt")
magnitude = _unary("llvm.fabs")
floor = _unary("llvm.floor")


def libm(name: str) -> Any:
    """A function of the C library, called once a lane."""

    @intrinsic
    def operation(typingctx: Any, a: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            scalar = args[0].type.element
            function = cgutils.get_or_insert_function(
                builder.module,
                ir.FunctionType(scalar, [scalar]),
                name + ("f" if isinstance(scalar, ir.FloatType) else ""),
            )
            result = ir.Constant(args[0].type, ir.Undefined)
            for lane in range(LANES):
                place = ir.Constant(ir.IntType(32), lane)
                value = builder.call(function, [builder.extract_element(args[0], place)])
                result = builder.insert_element(result, value, place)
            return result

        return a(a), code

    return operation


def _selecting(comparison: str) -> Any:
    @intrinsic
    def operation(typingctx: Any, a: Any, b: Any) -> Any:
        def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
            # Ordered comparison: a NaN in `a` is kept (comes out of the second choice).
            chosen = builder.fcmp_ordered(comparison, args[1], args[0])
            return builder.select(chosen, args[1], args[0])

        return a(a, a), code

    return operation


larger = _selecting(">")
smaller = _selecting("<")


@intrinsic
def where_positive(typingctx: Any, condition: Any, yes: Any, no: Any) -> Any:
    """Lane by lane: `yes` where `condition > 0`, else `no` (NaN counts as not positive)."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        zero = ir.Constant(args[0].type, [0.0] * LANES)
        return builder.select(builder.fcmp_ordered(">", args[0], zero), args[1], args[2])

    return yes(condition, yes, yes), code


@intrinsic
def scale_by_power_of_two(typingctx: Any, value: Any, exponent: Any) -> Any:
    """value * 2**exponent for float32 lanes; exponent holds whole numbers within -126..127."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = ir.VectorType(ir.IntType(32), LANES)
        bits = builder.fptosi(args[1], whole)
        bits = builder.add(bits, ir.Constant(whole, [127] * LANES))
        bits = builder.shl(bits, ir.Constant(whole, [23] * LANES))
        return builder.fmul(args[0], builder.bitcast(bits, args[0].type))

    return value(value, value), code


@intrinsic
def exponent_of(typingctx: Any, value: Any) -> Any:
    """The binary exponent of positive, normal float32 lanes, for a mantissa in [1, 2)."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = ir.VectorType(ir.IntType(32), LANES)
        bits = builder.lshr(builder.bitcast(args[0], whole), ir.Constant(whole, [23] * LANES))
        bits = builder.sub(bits, ir.Constant(whole, [127] * LANES))
        return builder.sitofp(bits, args[0].type)

    return value(value), code


@intrinsic
def mantissa_of(typingctx: Any, value: Any) -> Any:
    """The mantissa, in [1, 2), of positive, normal float32 lanes."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        whole = ir.VectorType(ir.IntType(32), LANES)
        bits = builder.and_(
            builder.bitcast(args[0], whole), ir.Constant(whole, [0x007FFFFF] * LANES)
        )
        bits = builder.or_(bits, ir.Constant(whole, [0x3F800000] * LANES))
        return builder.bitcast(bits, args[0].type)

    return value(value), code


@intrinsic
def total(typingctx: Any, value: Any) -> Any:
    """The sum over the lanes."""

    def code(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        width = LANES
        vector = args[0]
        while width > 1:
            width //= 2
            half = ir.VectorType(ir.IntType(32), width)
            undefined = ir.Constant(vector.type, ir.Undefined)
            low = builder.shuffle_vector(vector, undefined, ir.Constant(half, list(range(width))))
            high = builder.shuffle_vector(
                vector, undefined, ir.Constant(half, list(range(width, 2 * width)))
            )
            vector = builder.fadd(low, high)
        return builder.extract_element(vector, ir.Constant(ir.IntType(32), 0))

    return value.dtype(value), code


def _arithmetic(symbol: Any, instruction: str) -> None:
    @infer_global(symbol)
    class _(AbstractTemplate):
        def generic(self, args: Any, kws: Any) -> Any:
            if len(args) == 2 and isinstance(args[0], Lanes) and args[0] == args[1]:
                return signature(args[0], *args)
            return None

    @lower_builtin(symbol, Lanes, Lanes)
    def _(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        return getattr(builder, instruction)(args[0], args[1], flags=FLAGS)


_arithmetic(operator.add, "fadd")
_arithmetic(operator.sub, "fsub")
_arithmetic(operator.mul, "fmul")
_arithmetic(operator.truediv, "fdiv")
