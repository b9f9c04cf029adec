"""Makes torch.json, what PyTorch 1.13 in float64 says of our ops, and checks (--check) that it is what this makes.

python3 spec/golden/torch.py           writes it, the same bytes whenever it is run
python3 spec/golden/torch.py --check   compares; on another processor the last digits of a number may differ

A case is a line. "x" has its tensors as [shape, values]; float values are in 64ths, and a third entry says what kind of
tensor has no gradient. "args" is how the op is called, "$0" standing for the first tensor. "y" is the value, "g" a
cotangent in 64ths, "d" the gradients; "w" are weights of these, in 64ths, and "h" the gradients of their weighed sum in
the inputs and in g. 0 stands for a gradient of zeros, null for one that PyTorch cannot tell. "training" has the losses
of training.py.
"""
import json
import os
import random
import sys
import warnings

here = sys.path.pop(0)  # or this script would be taken for PyTorch
os.environ["ATEN_CPU_CAPABILITY"] = "default"  # the same sums whatever the processor has
import torch  # noqa: E402

sys.path.append(here)
sys.dont_write_bytecode = True
torch.set_num_threads(1)
warnings.filterwarnings("ignore")

import elementwise, linear, losses, movement, networks, sums  # noqa: E402, E401
from drawing import CASES, Drawn, Ints  # noqa: E402
from training import RUNS  # noqa: E402

TARGET = os.path.join(here, "torch.json")


def plain(x):
    """A number as short as it can be written: 2 for 2.0, and 0 for -0.0."""
    return int(x) if x == int(x) else x


def numbers(x):
    return [plain(value) for value in x.detach().double().flatten().tolist()]


def scaled(x):
    """Values in 64ths, which are whole numbers."""
    whole = [value * 64 for value in x.detach().flatten().tolist()]
    assert all(value == int(value) for value in whole)
    return [int(value) for value in whole]


def slopes(y, inputs, weights):
    """The gradients of the weighed sum of y; 0 where it does not depend on an input."""
    found = torch.autograd.grad(y, inputs, weights, create_graph=True, allow_unused=True)
    return [None if x is None or not x.any() and not x.requires_grad else x for x in found]


def written(x):
    return 0 if x is None or not x.any() else numbers(x)


def second(firsts, weights, targets):
    """The gradients of Σ⟨first, weight⟩ in the targets; null where PyTorch has none."""
    pairs = [(x, w) for x, w in zip(firsts, weights) if x is not None and x.requires_grad]
    if not pairs:
        return [0 for _ in targets]
    total = sum((x * w).sum() for x, w in pairs)
    try:
        return [written(x) for x in torch.autograd.grad(total, targets, allow_unused=True)]
    except (RuntimeError, NotImplementedError) as error:
        if "not implemented" not in str(error) and "not differentiable" not in str(error):
            raise
        return None


def entry(op, f, specs, args, place):
    rng = random.Random("%s %d" % (op, place))
    xs = [spec.tensor(rng, i) for i, spec in enumerate(specs)]
    y = f(*xs)
    tensors = []
    for spec, x in zip(specs, xs):
        if isinstance(spec, Ints):
            tensors.append([list(x.shape), x.flatten().tolist(), "int32"])
        else:
            tensors.append([list(x.shape), scaled(x)] + ([] if isinstance(spec, Drawn) else ["constant"]))
    made = {"op": op, "x": tensors, "args": args, "y": [list(y.shape), numbers(y)]}
    if not y.requires_grad:
        return made
    like = lambda x: (Drawn([max(x.numel(), 1)], -8, 8).tensor(rng, 0).detach().reshape(x.shape)).requires_grad_()
    leaves = [x for x in xs if x.requires_grad]
    g, weights = like(y), [like(x).detach() for x in leaves]
    firsts = slopes(y, leaves, g)
    made.update(g=scaled(g), d=[written(x) for x in firsts])
    made.update(w=[scaled(x) for x in weights], h=second(firsts, weights, leaves + [g]))
    return made


def whole():
    """The file's text."""
    lines, places, wrong = [], {}, []
    for op, f, specs, args in CASES:
        places[op] = places.get(op, 0) + 1
        try:
            lines.append(json.dumps(entry(op, f, specs, args, places[op]), separators=(",", ":"), allow_nan=False))
        except Exception as error:
            wrong.append("%s, case %d: %s: %s" % (op, places[op], type(error).__name__, error))
    if wrong:
        raise SystemExit("\n".join(wrong))
    runs = ",\n".join('"%s":%s' % (name, json.dumps(run(), separators=(",", ":"))) for name, run in RUNS.items())
    head = '"made":"by python3 spec/golden/torch.py, with PyTorch 1.13"'
    return '{%s,\n"training":{\n%s\n},\n"cases":[\n%s\n]}\n' % (head, runs, ",\n".join(lines))


def differs(a, b, tolerance):
    """Whether two parsed files differ by more than the last digits of numbers."""
    if isinstance(a, dict) and isinstance(b, dict):
        return a.keys() != b.keys() or any(differs(a[k], b[k], 1e-5 if k == "training" else tolerance) for k in a)
    if isinstance(a, list) and isinstance(b, list):
        return len(a) != len(b) or any(differs(x, y, tolerance) for x, y in zip(a, b))
    if isinstance(a, (int, float)) and isinstance(b, (int, float)):
        return abs(a - b) > tolerance * max(1, abs(a))
    return a != b


def main():
    if "--check" not in sys.argv:
        text = whole()
        with open(TARGET, "w", encoding="utf-8") as file:
            file.write(text)
        print("%d cases, %d bytes" % (len(CASES), len(text)))
        return
    if not torch.__version__.startswith("1.13"):
        print("not checked: the file is PyTorch 1.13's, this is %s" % torch.__version__)
        return
    with open(TARGET, encoding="utf-8") as file:
        kept = file.read()
    text = whole()
    if kept == text:
        print("the same bytes")
    elif differs(json.loads(kept), json.loads(text), 1e-11):
        raise SystemExit("spec/golden/torch.json is not what this script makes: run python3 spec/golden/torch.py")
    else:
        print("the same numbers, save for their last digits")


main()
