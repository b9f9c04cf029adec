"""Ops along axes: reductions, statistics, scans, sorting, softmax."""
import torch
from drawing import A, Drawn, Fixed, between, case

REDUCED = {
    "sum": torch.sum,
    "mean": torch.mean,
    "max": torch.amax,
    "min": torch.amin,
    "logSumExp": torch.logsumexp,
}
for name, f in REDUCED.items():
    case(name, lambda x, f=f: f(x, (0, 1)), (2, 3))
    case(name, lambda x, f=f: f(x, 1), (2, 3, 4), args=[A, 1])
    case(name, lambda x, f=f: f(x, (0, 2), keepdim=True), (2, 3, 4), args=[A, [0, -1], {"keepDims": True}])

case("prod", torch.prod, (2, 3))
case("prod", lambda x: x.prod(1), (2, 3, 4), args=[A, 1])
case("prod", lambda x: x.prod(2).prod(0).reshape(1, 3, 1), (2, 3, 2), args=[A, [0, -1], {"keepDims": True}])

for name, f in {"argmax": torch.argmax, "argmin": torch.argmin}.items():
    case(name, f, (2, 3))
    case(name, lambda x, f=f: f(x, 1), (2, 3, 4), args=[A, 1])
    case(name, lambda x, f=f: f(x, -1, keepdim=True), (2, 5), args=[A, -1, {"keepDims": True}])
zeros = Fixed([[[1, 0, 2], [0, 0, 0]], [[0.5, -1, 1], [0, 0, 3]]])
for name, f in {"any": torch.any, "all": torch.all}.items():
    case(name, lambda x, f=f: f(x != 0).double(), zeros)
    case(name, lambda x, f=f: f(x != 0, 2).double(), zeros, args=[A, 2])
    case(name, lambda x, f=f: f(x != 0, 0, keepdim=True).double(), zeros, args=[A, 0, {"keepDims": True}])
case("countNonzero", torch.count_nonzero, zeros)
case("countNonzero", lambda x: x.count_nonzero((0, 2)), zeros, args=[A, [0, 2]])

for name, f in {"variance": torch.var, "std": torch.std}.items():
    case(name, f, (2, 3))
    case(name, lambda x, f=f: f(x, 1, unbiased=False), (2, 3, 2), args=[A, 1, {"correction": 0}])
    case(name, lambda x, f=f: f(x, (0, 2), keepdim=True), (2, 3, 2), args=[A, [0, -1], {"keepDims": True}])

norm = torch.linalg.vector_norm
case("norm", norm, (2, 3))
case("norm", lambda x: norm(x, 2, 1), (2, 3, 2), args=[A, 2, 1])
case("norm", lambda x: norm(x, 1, 0, keepdim=True), (2, 3), args=[A, 1, [0], {"keepDims": True}])
case("norm", lambda x: norm(x, 3, (0, 2)), (2, 3, 2), args=[A, 3, [0, 2]])
case("norm", lambda x: norm(x, 0.5), Drawn((4,), 0.25, 2), args=[A, 0.5])
case("norm", lambda x: norm(x, float("inf"), -1), (2, 3), args=[A, "$inf", -1])
case("norm", lambda x: norm(x, float("-inf"), 0), (3, 2), args=[A, "$-inf", 0])

SCANNED = {
    "cumsum": torch.cumsum,
    "cumprod": torch.cumprod,
    "cummax": lambda x, axis: torch.cummax(x, axis)[0],
    "cummin": lambda x, axis: torch.cummin(x, axis)[0],
    "logCumSumExp": lambda x, axis: torch.logcumsumexp(x, axis),
}
for name, f in SCANNED.items():
    case(name, lambda x, f=f: f(x, 1), (2, 3), args=[A, 1])
    case(name, lambda x, f=f: f(x, 0), (5,), args=[A, 0])
    case(name, lambda x, f=f: f(x, -2), (2, 4, 2), args=[A, -2])
case("cumsum", lambda x: x.flip(1).cumsum(1).flip(1), (2, 3), args=[A, 1, {"reverse": True}])

SOFT = {
    "softmax": torch.softmax,
    "logSoftmax": torch.log_softmax,
    "softmin": torch.nn.functional.softmin,
}
for name, f in SOFT.items():
    case(name, lambda x, f=f: f(x, 1), (2, 3))
    case(name, lambda x, f=f: f(x, 0), (4,), args=[A, 0])
    both = lambda x, f=f: f(x.permute(1, 0, 2).flatten(1), 1).reshape(2, 2, 3).permute(1, 0, 2)
    case(name, both, (2, 2, 3), args=[A, [0, 2]])

ORDERED = {"argsort": 1, "sort": 0}
for name, which in ORDERED.items():
    case(name, lambda x, which=which: x.sort()[which], (2, 3))
    case(name, lambda x, w=which: x.sort(0, descending=True)[w], (5,), args=[A, 0, {"descending": True}])
    case(name, lambda x, which=which: x.sort(-2)[which], (2, 4, 2), args=[A, -2])
for name, which in {"argTopk": 1, "topk": 0}.items():
    case(name, lambda x, which=which: x.topk(2)[which], (2, 4), args=[A, 2])
    case(name, lambda x, w=which: x.topk(1, 0, largest=False)[w], (3, 2), args=[A, 1, 0, {"largest": False}])
    case(name, lambda x, which=which: x.topk(3, -2)[which], (2, 4, 2), args=[A, 3, -2])

case("median", torch.median, (2, 3))
case("median", lambda x: x.median(1)[0], (2, 4, 2), args=[A, 1])
case("median", lambda x: x.median(-1, keepdim=True)[0], (2, 5), args=[A, -1, {"keepDims": True}])
case("quantile", lambda x: x.quantile(0.3), (5,), args=[A, 0.3])
case("quantile", lambda x: x.quantile(0.5, 1), (2, 4), args=[A, 0.5, 1])
case("quantile", lambda x: x.quantile(0.9, -1, keepdim=True), (2, 3), args=[A, 0.9, -1, {"keepDims": True}])

case("normalize", torch.nn.functional.normalize, (2, 3))
case("normalize", lambda x: torch.nn.functional.normalize(x, p=1, dim=0), (3,), args=[A, {"p": 1, "axis": 0}])
case(
    "normalize",
    lambda x: torch.nn.functional.normalize(x, 3, -1),
    between(0.25, 2)(2, 3, 2),
    args=[A, {"p": 3, "axis": -1}],
)
