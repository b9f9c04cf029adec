"""Makes torch.json, what PyTorch 1.13 in float64 says of our ops, and checks (--check) that it is what this makes.

python3 spec/golden/torch.py           writes it, the same bytes whenever it is run
python3 spec/golden/torch.py --check   compares; on another processor the last digits of a number may differ

A case is a line. "x" has its tensors as [shape, values]; float values are in 64ths, and a third entry says what kind of
tensor has no gradient. "args" is how the op is called, "$0" standing for the first tensor. "y" is the value, "g" a
cotangent in 64ths, "d" the gradients; "w" are weights of these, in 64ths, and "h" the gradients of their weighed sum in
the inputs and in g. 0 stands for a gradient of zeros, null for one that PyTorch cannot tell. "training" has the losses
of training.py.
"""
import random
import sys

sys.dont_write_bytecode = True

from oracle import keep, line, listed, named, numbers  # noqa: E402
import torch  # noqa: E402

import elementwise, linear, losses, movement, networks, sums  # noqa: E402, E401
from drawing import CASES, Drawn, Ints  # noqa: E402
from training import RUNS  # noqa: E402


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


def parts():
    lines, places, wrong = [], {}, []
    for op, f, specs, args in CASES:
        places[op] = places.get(op, 0) + 1
        try:
            lines.append(line(entry(op, f, specs, args, places[op])))
        except Exception as error:
            wrong.append("%s, case %d: %s: %s" % (op, places[op], type(error).__name__, error))
    if wrong:
        raise SystemExit("\n".join(wrong))
    return {"training": named(RUNS), "cases": listed(lines)}


keep("torch", parts, loose={"training": 1e-5})
