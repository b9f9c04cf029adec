"""How a case is written down: an op, what PyTorch computes in its place, and which inputs to draw.

Numbers are drawn as odd multiples of 1/64, so that none is a kink; those of one input are distinct and leave the same
rest by 4, another one for the next input, so that there are no ties and differences are never 0 or 1.
"""
import torch

# How arguments name the tensors of a case: "$0" is the first one.
A, B, C = "$0", "$1", "$2"

CASES = []


class Drawn:
    """A float input that gradients are asked of, between two bounds; `shift` is added to the diagonals of matrices."""

    def __init__(self, shape, low=-2, high=2, shift=0, symmetric=False):
        self.shape, self.low, self.high, self.shift, self.symmetric = tuple(shape), low, high, shift, symmetric

    def tensor(self, rng, place):
        pool = [k for k in range(int(self.low * 64), int(self.high * 64) + 1) if k % 4 == (2 * place + 1) % 4]
        size = 1
        for length in self.shape:
            size *= length
        assert size <= len(pool), "too few numbers to be distinct"
        order = sorted((rng.random(), k) for k in pool)
        x = torch.tensor([k / 64 for _, k in order[:size]], dtype=torch.float64).reshape(self.shape)
        if self.symmetric:
            x = x.tril() + x.tril(-1).mT
        if self.shift:
            x = x + self.shift * torch.eye(self.shape[-2], self.shape[-1], dtype=torch.float64)
        return x.requires_grad_()


class Fixed:
    """A float tensor that no gradient is asked of: a mask, or a target."""

    def __init__(self, values):
        self.values = values

    def tensor(self, _rng, _place):
        return torch.tensor(self.values, dtype=torch.float64)


class Ints:
    """An int32 tensor: labels, or indices (PyTorch's are int64)."""

    def __init__(self, values):
        self.values = values

    def tensor(self, _rng, _place):
        return torch.tensor(self.values, dtype=torch.int64)


def between(low, high):
    """Inputs of a shape between two bounds."""
    return lambda *shape: Drawn(shape, low, high)


def square(*shape, shift=3, symmetric=False):
    """Matrices that are far from singular."""
    return Drawn(shape, -1, 1, shift, symmetric)


def case(op, f, *inputs, args=None):
    """`f` of the inputs is what the op gives for `args`, by default the inputs; a bare tuple is a shape to draw."""
    drawn = [Drawn(x) if isinstance(x, tuple) else x for x in inputs]
    CASES.append((op, f, drawn, ["$%d" % i for i in range(len(drawn))] if args is None else args))
