"""Ops that work element by element."""
import torch
import torch.nn.functional as F
from drawing import A, B, Fixed, between, case

some = between(-2, 2)
wide = between(-4, 8)
above = between(0.25, 3)
inner = between(-0.75, 0.75)
beyond = between(1.25, 4)
share = between(0.125, 0.875)
where = torch.where

UNARY = {
    "sigmoid": (torch.sigmoid, wide),
    "logSigmoid": (F.logsigmoid, wide),
    "softplus": (F.softplus, wide),
    "relu": (F.relu, some),
    "relu6": (F.relu6, wide),
    "selu": (F.selu, some),
    "gelu": (F.gelu, some),
    "geluTanh": (lambda x: F.gelu(x, approximate="tanh"), some),
    "silu": (F.silu, wide),
    "mish": (F.mish, some),
    "softsign": (F.softsign, wide),
    # The sixth in F.hardsigmoid's derivative is a float32.
    "hardSigmoid": (lambda x: F.relu6(x + 3) / 6, wide),
    "hardSwish": (F.hardswish, wide),
    "tanhshrink": (F.tanhshrink, some),
    "neg": (torch.neg, some),
    "reciprocal": (torch.reciprocal, above),
    "abs": (torch.abs, some),
    "sign": (torch.sign, some),
    "sqrt": (torch.sqrt, above),
    "rsqrt": (torch.rsqrt, above),
    "square": (torch.square, some),
    "cbrt": (lambda x: x.sign() * x.abs() ** (1 / 3), some),
    "exp": (torch.exp, wide),
    "exp2": (torch.exp2, wide),
    "expm1": (torch.expm1, some),
    "log": (torch.log, above),
    "log1p": (torch.log1p, inner),
    "log2": (torch.log2, above),
    "log10": (torch.log10, above),
    "logit": (torch.logit, share),
    "erf": (torch.erf, some),
    "erfc": (torch.erfc, wide),
    "floor": (torch.floor, wide),
    "ceil": (torch.ceil, wide),
    "trunc": (torch.trunc, wide),
    "round": (torch.round, wide),
    "frac": (torch.frac, wide),
    "sin": (torch.sin, wide),
    "cos": (torch.cos, wide),
    "tan": (torch.tan, inner),
    "sinc": (torch.sinc, wide),
    "asin": (torch.asin, inner),
    "acos": (torch.acos, inner),
    "atan": (torch.atan, wide),
    "sinh": (torch.sinh, wide),
    "cosh": (torch.cosh, wide),
    "tanh": (torch.tanh, some),
    "asinh": (torch.asinh, wide),
    "acosh": (torch.acosh, beyond),
    "atanh": (torch.atanh, inner),
    "deg2rad": (torch.deg2rad, wide),
    "rad2deg": (torch.rad2deg, wide),
}
for name, (f, domain) in UNARY.items():
    case(name, f, domain(2, 3))
    case(name, f, domain(7))
    case(name, f, domain())

BINARY = {
    "add": (torch.add, some, some),
    "sub": (torch.sub, some, some),
    "mul": (torch.mul, some, some),
    "div": (torch.div, some, above),
    "pow": (torch.pow, above, some),
    "copysign": (torch.copysign, some, some),
    "maximum": (torch.maximum, some, some),
    "minimum": (torch.minimum, some, some),
    "clampMin": (torch.maximum, some, some),
    "clampMax": (torch.minimum, some, some),
    "hypot": (torch.hypot, some, some),
    "xlogy": (torch.xlogy, some, above),
    "logAddExp": (torch.logaddexp, some, some),
    "logAddExp2": (torch.logaddexp2, some, some),
    "atan2": (torch.atan2, some, some),
    "fmod": (torch.fmod, some, above),
    "remainder": (torch.remainder, some, above),
    "floorDivide": (lambda a, b: (a / b).floor(), some, above),
}
for name, (f, one, other) in BINARY.items():
    case(name, f, one(2, 3), other(2, 3))
    case(name, f, one(2, 1, 3), other(4, 1))
    case(name, f, one(), other(3))
case("pow", lambda x: x**3, (2, 3), args=[A, 3])
case("pow", lambda x: x**-2, (4,), args=[A, -2])
case("div", lambda x: 3 / x, above(3), args=[3, A])
case("remainder", torch.remainder, some(4), between(-3, -0.5)(4))
case("fmod", lambda x: torch.fmod(x, 0.75), some(4), args=[A, 0.75])

COMPARED = {
    "lt": torch.lt,
    "le": torch.le,
    "gt": torch.gt,
    "ge": torch.ge,
    "eq": torch.eq,
    "ne": torch.ne,
    "logicalAnd": torch.logical_and,
    "logicalOr": torch.logical_or,
    "logicalXor": torch.logical_xor,
}
for name, f in COMPARED.items():
    case(name, lambda a, b, f=f: f(a, b).double(), Fixed([[1, 0, -2], [0, 0.5, 1]]), Fixed([1, 0, 0.5]))
    case(name, lambda a, b, f=f: f(a, b).double(), (2, 3), (2, 1))
for name, f in {
    "logicalNot": torch.logical_not,
    "isNaN": torch.isnan,
    "isInf": torch.isinf,
    "isFinite": torch.isfinite,
}.items():
    case(name, lambda x, f=f: f(x).double(), Fixed([1, 0, -2.5]))
    case(name, lambda x, f=f: f(x).double(), (2, 3))

# A slope or bound is a number or a tensor; of tensors PyTorch's functions have no derivative, but their formulas have.
case("leakyRelu", lambda x: F.leaky_relu(x, 0.2), (2, 3), args=[A, 0.2])
case("leakyRelu", F.leaky_relu, (5,))
case("leakyRelu", lambda x, s: where(x > 0, x, s * x), (2, 3), (3,))
case("elu", lambda x: F.elu(x, 0.7), (2, 3), args=[A, 0.7])
case("elu", F.elu, (5,))
case("elu", lambda x, a: where(x > 0, x, a * (x.exp() - 1)), (2, 3), above(3))
# In its derivative F.celu rounds 1 / alpha to float32, so it is one that needs no rounding.
case("celu", lambda x: F.celu(x, 0.5), (2, 3), args=[A, 0.5])
case("celu", F.celu, (5,))
case("celu", lambda x, a: where(x > 0, x, a * (x.clamp(max=0) / a).expm1()), (2, 3), above(3))
case("hardTanh", F.hardtanh, (2, 3))
case("hardTanh", lambda x: F.hardtanh(x, -0.5, 1.5), (7,), args=[A, -0.5, 1.5])
case("softshrink", F.softshrink, (2, 3))
case("softshrink", lambda x: F.softshrink(x, 1), (7,), args=[A, 1])
case("softshrink", lambda x, l: where(x > l, x - l, where(x < -l, x + l, 0 * x)), (2, 3), between(0.25, 1)(3))
case("hardshrink", F.hardshrink, (2, 3))
case("hardshrink", lambda x: F.hardshrink(x, 1), (7,), args=[A, 1])
case("threshold", lambda x: F.threshold(x, 0.5, -3), (2, 3), args=[A, 0.5, -3])
case("threshold", lambda x, v: where(x > 0.25, x, v), (2, 3), (3,), args=[A, 0.25, B])

case("clampMin", lambda x: x.clamp(min=0.25), (5,), args=[A, 0.25])
case("clampMax", lambda x: x.clamp(max=0.25), (5,), args=[A, 0.25])
case("clamp", lambda x: x.clamp(-0.5, 1), (2, 3), args=[A, -0.5, 1])
case("clamp", lambda x: x.clamp(min=-0.5), (7,), args=[A, -0.5])
case("clamp", lambda x, l, h: x.maximum(l).minimum(h), (2, 4), between(-1, -0.25)(4), between(0.25, 1)(2, 1))
case("lerp", torch.lerp, (2, 3), (2, 3), between(0, 1)(2, 3))
case("lerp", lambda a, b: torch.lerp(a, b, 0.25), (2, 3), (3,), args=[A, B, 0.25])
case("lerp", lambda a, b, t: a + (b - a) * t, (2, 1), (3,), ())
at_zero = lambda x, v: where(x == 0, v, (x > 0).double())
case("heaviside", at_zero, Fixed([0, -1, 2, 0]), (4,))
case("heaviside", at_zero, (2, 3), (3,))
case("where", lambda m, a, b: where(m != 0, a, b), Fixed([[1, 0, 1], [0, 0, 1]]), (2, 3), (2, 3))
case("where", lambda m, a, b: where(m != 0, a, b), Fixed([1, 0, 1]), (2, 1), (3,))
case("where", lambda m, a: where(m != 0, a, 0.5), Fixed([1, 0, 1]), (2, 3), args=[A, B, 0.5])
case("maskedFill", lambda x, m: x.masked_fill(m != 0, 0.5), (2, 3), Fixed([1, 0, 1]), args=[A, B, 0.5])
case("maskedFill", lambda x, m, v: where(m != 0, v, x), (2, 3), Fixed([[1, 0, 1], [0, 0, 1]]), (3,))
