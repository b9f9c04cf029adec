"""Ops that move values: shapes, slices, indices, padding, lists of tensors."""
import torch
import torch.nn.functional as F
from drawing import A, B, C, Fixed, Ints, case

case("reshape", lambda x: x.reshape(4, 3), (2, 3, 2), args=[A, [4, 3]])
case("reshape", lambda x: x.reshape(2, -1), (6,), args=[A, [2, -1]])
case("flatten", torch.flatten, (2, 3, 2))
case("flatten", lambda x: x.flatten(1, -2), (2, 1, 3, 2), args=[A, 1, -2])
case("unflatten", lambda x: x.unflatten(1, (3, 2)), (2, 6), args=[A, 1, [3, 2]])
case("squeeze", torch.squeeze, (1, 2, 1, 3))
case("squeeze", lambda x: x.squeeze(-1), (1, 3, 1), args=[A, -1])
case("unsqueeze", lambda x: x.unsqueeze(1), (2, 3), args=[A, 1])
case("unsqueeze", lambda x: x.unsqueeze(-1), (4,), args=[A, -1])
case("clone", torch.clone, (2, 3))
case("permute", lambda x: x.permute(2, 0, 1), (2, 3, 4), args=[A, [2, 0, 1]])
case("permute", lambda x: x.permute(1, 0), (2, 3), args=[A, [1, 0]])
case("transpose", torch.t, (2, 3))
case("transpose", lambda x: x.transpose(0, -1), (2, 3, 2), args=[A, 0, -1])
case("movedim", lambda x: x.movedim(0, -1), (2, 3, 2), args=[A, 0, -1])
case("movedim", lambda x: x.movedim((-1, 0), (0, 2)), (2, 3, 1, 2), args=[A, [-1, 0], [0, 2]])
case("expandTo", lambda x: x.expand(3, 2, 4), (2, 1), args=[A, [3, 2, 4]])
case("expandTo", lambda x: x.expand(2, 2), (), args=[A, [2, 2]])
case("expand", lambda x: x.expand(-1, 3), (2, 1), args=[A, [-1, 3]])
case("expand", lambda x: x.expand(2, -1, 2), (3, 1), args=[A, [2, -1, 2]])
case("sumTo", lambda x: x.sum_to_size(2, 1), (3, 2, 4), args=[A, [2, 1]])
case("sumTo", lambda x: x.sum_to_size(2, 3), (2, 2, 3), args=[A, [2, 3]])
case("to", torch.Tensor.double, (2, 3), args=[A, "float64"])
case("to", torch.Tensor.int, Fixed([3, -2, 0]), args=[A, "int32"])

case("flip", lambda x: x.flip(0, 1), (2, 3))
case("flip", lambda x: x.flip(1), (2, 3, 2), args=[A, [1]])
case("roll", lambda x: x.roll(1), (2, 3), args=[A, 1])
case("roll", lambda x: x.roll((1, 2), (-2, 1)), (3, 4), args=[A, [1, 2], [-2, 1]])
case("repeat", lambda x: x.repeat_interleave(2), (2, 2), args=[A, 2])
case("repeat", lambda x: x.repeat_interleave(3, 0), (2, 3), args=[A, 3, 0])
case("tile", lambda x: x.tile(2, 1), (2, 3), args=[A, [2, 1]])
case("tile", lambda x: x.repeat(2, 2), (3,), args=[A, [2, 2]])

case("slice", lambda x: x[1:3], (4, 3), args=[A, [1, 3]])
case("slice", lambda x: x[-2:, :, ::3], (3, 2, 4), args=[A, [-2], [], [None, None, 3]])
case("slice", lambda x: x.flip(1)[:, 0:4:2], (2, 5), args=[A, None, [-1, 0, -2]])


def place(shape, at):
    def f(x):
        y = x.new_zeros(shape)
        y[at] = x
        return y

    return f


case("place", place((4, 3), slice(1, 3)), (2, 3), args=[A, [4, 3], [1, 3]])
case("place", place((3, 5), (slice(None), slice(0, 4, 2))), (3, 2), args=[A, [3, 5], None, [0, 4, 2]])
case("narrow", lambda x: x.narrow(1, 1, 2), (2, 4), args=[A, 1, 1, 2])
case("narrow", lambda x: x.narrow(-2, -2, 1), (3, 2), args=[A, -2, -2, 1])
case("select", lambda x: x.select(0, 1), (2, 3), args=[A, 0, 1])
case("select", lambda x: x.select(-2, -1), (2, 3, 2), args=[A, -2, -1])

case("indexSelect", lambda x, i: x.index_select(0, i), (4, 3), Ints([2, 0, 2]), args=[A, 0, B])
case("indexSelect", lambda x, i: x.index_select(-2, i), (2, 3, 2), Ints([1]), args=[A, -2, B])
case("indexAdd", lambda x, i, s: x.index_add(0, i, s), (4, 2), Ints([1, 3, 1]), (3, 2), args=[A, 0, B, C])
case("indexAdd", lambda x, i, s: x.index_add(-1, i, s), (2, 3), Ints([2]), (2, 1), args=[A, -1, B, C])
four = Ints([[2, 0, 2, 1], [1, 1, 0, 1]])
case("gather", lambda x, i: x.gather(1, i), (2, 3), four, args=[A, 1, B])
case("gather", lambda x, i: x.gather(-2, i), (2, 2, 2), Ints([[[1, 0]], [[0, 0]]]), args=[A, -2, B])
case("scatterAdd", lambda x, i, s: x.scatter_add(1, i, s), (2, 3), four, (2, 4), args=[A, 1, B, C])
case("scatterAdd", lambda x, i, s: x.scatter_add(0, i, s), (3, 2), Ints([[1, 2]]), (1, 2), args=[A, 0, B, C])
# What is written twice to one place is left to chance in PyTorch.
case("scatter", lambda x, i, s: x.scatter(1, i, s), (2, 3), Ints([[2, 0], [0, 1]]), (2, 2), args=[A, 1, B, C])
case("scatter", lambda x, i, s: x.scatter(0, i, s), (3, 2), Ints([[1, 2]]), (1, 2), args=[A, 0, B, C])
case("at", lambda x: x[[0, 2, -2, 0], [1, 0, 1, 1]], (3, 2), args=[A, [0, 2, -2, 0], [1, 0, 1, 1]])
case("at", lambda x: x[1, [[-1], [0]]], (2, 2, 2), args=[A, 1, [[-1], [0]]])
case("at", lambda x, i, j: x[i, j], (3, 4), Ints([[2], [0]]), Ints([1, 3, 1]))
case("take", lambda x: x.take(torch.tensor([[4, -1], [0, 4]])), (2, 3), args=[A, [[4, -1], [0, 4]]])
case("take", torch.take, (2, 3), Ints([3, 0, 1]))


def put(at):
    def f(x, value):
        y = x.clone()
        y[at] = value
        return y

    return f


case("set", put(slice(1, 3)), (3, 2), (2, 2), args=[A, [[1, 3]], B])
case("set", put((slice(None), slice(0, 4, 2))), (2, 5), (2, 1), args=[A, [None, [0, 4, 2]], B])
case("set", lambda x: put(slice(1, 3))(x, 0.5), (4,), args=[A, [[1, 3]], 0.5])
case("setAt", put(([0, 2, 0], [1, -2, 0])), (3, 2), (3,), args=[A, [[0, 2, 0], [1, -2, 0]], B])
case("setAt", put(([-1, 0],)), (3, 2), (2,), args=[A, [[-1, 0]], B])
case("maskedSelect", lambda x, m: x.masked_select(m != 0), (2, 3), Fixed([[1, 0, 1], [0, 0, 1]]))
case("maskedSelect", lambda x, m: x.masked_select(m != 0), (2, 1), Fixed([0, 1, 1]))
case("nonzero", torch.nonzero, Fixed([[1, 0, -2], [0, 0, 0.5]]))
case("nonzero", torch.nonzero, Fixed([0, 0.5, 0, 1]))

case("pad", lambda x: F.pad(x, (2, 1, 1, 0)), (2, 3), args=[A, [[1, 0], [2, 1]]])
case("pad", lambda x: F.pad(x, (0, 0, 1, 1, 0, 1), value=-1.5), (2, 1, 2), args=[A, [[0, 1], [1, 1], [0, 0]], -1.5])
for mode in ("reflect", "replicate", "circular"):
    args = [A, [[0, 0], [0, 0], [2, 1]], {"mode": mode}]
    case("pad", lambda x, mode=mode: F.pad(x, (2, 1), mode=mode), (1, 2, 3), args=args)
    args = [A, [[0, 0], [0, 0], [1, 0], [1, 2]], {"mode": mode}]
    case("pad", lambda x, mode=mode: F.pad(x, (1, 2, 1, 0), mode=mode), (1, 1, 2, 3), args=args)

case("concat", lambda a, b: torch.cat([a, b]), (2, 3), (1, 3), args=[[A, B]])
case("concat", lambda a, b, c: torch.cat([a, b, c], 1), (2, 1, 2), (2, 3, 2), (2, 2, 2), args=[[A, B, C], 1])
case("concat", lambda x: torch.cat([x, x], -1), (2, 2), args=[[A, A], -1])
case("stack", lambda a, b: torch.stack([a, b]), (2, 3), (2, 3), args=[[A, B]])
case("stack", lambda a, b, c: torch.stack([a, b, c], -1), (2,), (2,), (2,), args=[[A, B, C], -1])
case("hstack", lambda a, b: torch.hstack([a, b]), (2, 1), (2, 3), args=[[A, B]])
case("hstack", lambda a, b: torch.hstack([a, b]), (2,), (1,), args=[[A, B]])
case("vstack", lambda a, b: torch.vstack([a, b]), (1, 3), (3,), args=[[A, B]])
case("vstack", lambda a, b: torch.vstack([a, b]), (2, 1, 2), (1, 1, 2), args=[[A, B]])

case("diagonal", torch.diagonal, (3, 3))
case("diagonal", lambda x: x.diagonal(1, -2, -1), (2, 2, 4), args=[A, 1])
case("diagEmbed", torch.diag_embed, (2, 3))
case("diagEmbed", lambda x: x.diag_embed(-2), (2,), args=[A, -2])
case("diag", torch.diag, (3,))
case("diag", lambda x: x.diag(1), (2,), args=[A, 1])
case("diag", lambda x: x.diag(-1), (2, 3), args=[A, -1])
case("trace", torch.trace, (3, 3))
case("trace", lambda x: x.diagonal(0, -2, -1).sum(-1), (2, 3, 2))
case("tril", torch.tril, (3, 3))
case("tril", lambda x: x.tril(-1), (2, 3, 2), args=[A, -1])
case("triu", torch.triu, (2, 3, 3))
case("triu", lambda x: x.triu(1), (2, 4), args=[A, 1])
case("pixelShuffle", lambda x: F.pixel_shuffle(x, 2), (1, 4, 1, 3), args=[A, 2])
case("pixelShuffle", lambda x: F.pixel_shuffle(x, 2), (1, 8, 1, 2), args=[A, 2])
case("pixelUnshuffle", lambda x: F.pixel_unshuffle(x, 2), (1, 1, 2, 6), args=[A, 2])
case("pixelUnshuffle", lambda x: F.pixel_unshuffle(x, 2), (2, 1, 4, 2), args=[A, 2])
