"""Products and linear algebra."""
import torch
import torch.nn.functional as F
from drawing import A, B, C, Drawn, case, square

case("matmul", torch.matmul, (2, 3), (3, 4))
case("matmul", torch.matmul, (2, 1, 2, 3), (2, 3, 2))
case("matmul", torch.matmul, (3,), (2, 3, 2))
case("matmul", torch.matmul, (2, 2, 3), (3,))
case("matmul", lambda a, b: a.mT @ b, (3, 2), (2, 3, 2), args=[A, B, {"ta": True}])
case("matmul", lambda a, b: a @ b.mT, (2, 3), (4, 3), args=[A, B, {"tb": True}])
case("matmul", lambda a, b: a.mT @ b.mT, (3, 2), (2, 3), args=[A, B, {"ta": True, "tb": True}])
case("dot", torch.dot, (3,), (3,))
case("dot", torch.dot, (7,), (7,))
case("outer", torch.outer, (2,), (3,))
case("outer", torch.outer, (3,), (1,))
case("vecdot", lambda a, b: (a * b).sum(-1), (2, 3), (3,))
case("vecdot", lambda a, b: torch.linalg.vecdot(a, b, dim=0), (2, 3), (2, 3), args=[A, B, 0])
case("cross", torch.linalg.cross, (3,), (3,))
case("cross", torch.linalg.cross, (2, 3), (1, 3))
case("cross", lambda a, b: torch.linalg.cross(a, b, dim=0), (3, 2), (3, 2), args=[A, B, 0])
case("kron", torch.kron, (2, 2), (1, 3))
case("kron", torch.kron, (2,), (3,))
case("kron", torch.kron, (2, 1, 2), (1, 2, 2))
case("linear", F.linear, (2, 3), (2, 3), (2,))
case("linear", F.linear, (2, 2, 2), (3, 2))
case("linear", F.linear, (3,), (2, 3), (2,))

EQUATIONS = [
    ("ij,jk->ki", (2, 3), (3, 2)),
    ("bij,bik", (2, 2, 3), (2, 2, 2)),
    ("...ij,...j->...i", (2, 2, 3), (1, 3)),
    ("ii->i", (3, 3)),
    ("i,j,ij->", (2,), (3,), (2, 3)),
    ("abc->ca", (2, 2, 3)),
    ("iij,jk->ik", (2, 2, 3), (3, 2)),
]
for equation, *shapes in EQUATIONS:
    names = ["$%d" % i for i in range(len(shapes))]
    case("einsum", lambda *xs, equation=equation: torch.einsum(equation, *xs), *shapes, args=[equation, *names])
case("tensordot", torch.tensordot, (2, 2, 3), (2, 3, 2))
case("tensordot", lambda a, b: torch.tensordot(a, b, 1), (2, 3), (3, 2), args=[A, B, 1])
swapped = lambda a, b: torch.tensordot(a, b, ([0, 2], [1, 0]))
case("tensordot", swapped, (2, 3, 2), (2, 2, 2), args=[A, B, [[0, 2], [1, 0]]])

triangular = torch.linalg.solve_triangular
case("solveTriangular", lambda a, b: triangular(a.tril(), b, upper=False), square(3, 3), (3, 2))
upper = lambda a, b: triangular(a.triu(), b[:, None], upper=True)[:, 0]
case("solveTriangular", upper, square(3, 3), (3,), args=[A, B, {"upper": True}])
turned = lambda a, b: triangular(a.triu().mT, b, upper=False)
case("solveTriangular", turned, square(2, 2, 2), (2, 3), args=[A, B, {"upper": True, "ta": True}])
units = lambda a, b: triangular(a.tril(), b, upper=False, unitriangular=True)
case("solveTriangular", units, square(2, 2), (2, 2), args=[A, B, {"unitriangular": True}])

case("cholesky", torch.linalg.cholesky, square(3, 3, symmetric=True))
case("cholesky", torch.linalg.cholesky, square(2, 2, 2, symmetric=True))
# Of a matrix that is not symmetric the lower triangle is read.
case("cholesky", torch.linalg.cholesky, square(3, 3))
for shape in ((3, 3), (2, 3, 2), (2, 3), (4, 2)):
    case("orthogonalFactor", lambda x: torch.linalg.qr(x)[0], square(*shape))
    case("triangularFactor", lambda x: torch.linalg.qr(x)[1], square(*shape))
case("solve", torch.linalg.solve, square(3, 3), (3,))
case("solve", torch.linalg.solve, square(2, 2, 2), (2, 2, 3))
case("solve", lambda a, b: torch.linalg.solve(a, b), square(2, 2, 2), (2, 2))
case("inverse", torch.linalg.inv, square(3, 3))
case("inverse", torch.linalg.inv, square(2, 2, 2))
case("det", torch.linalg.det, square(3, 3))
case("det", torch.linalg.det, square(2, 2, 2))
case("det", torch.linalg.det, square(4, 4))
case("logAbsDet", lambda x: torch.linalg.slogdet(x)[1], square(3, 3))
case("logAbsDet", lambda x: torch.linalg.slogdet(x)[1], square(2, 2, 2))
case("signDet", lambda x: torch.linalg.slogdet(x)[0], square(2, 2, 2))
case("signDet", lambda x: torch.linalg.slogdet(x)[0], Drawn((3, 3)))
case("matrixPower", lambda x: torch.linalg.matrix_power(x, 3), (2, 2), args=[A, 3])
case("matrixPower", lambda x: torch.linalg.matrix_power(x, 2), (2, 2, 2), args=[A, 2])
case("matrixPower", lambda x: torch.linalg.matrix_power(x, -1), square(3, 3), args=[A, -1])

distance = lambda a, b, p: torch.linalg.vector_norm(a[..., :, None, :] - b[..., None, :, :], p, -1)
exact = "donot_use_mm_for_euclid_dist"
case("cdist", lambda a, b: torch.cdist(a, b, compute_mode=exact), (2, 3), (3, 3))
case("cdist", lambda a, b: distance(a, b, 2), (2, 3), (3, 3))
case("cdist", lambda a, b: distance(a, b, 1), (2, 1, 2), (2, 2), args=[A, B, {"p": 1}])
case("cdist", lambda a, b: distance(a, b, 3), (2, 2), (2, 2, 2), args=[A, B, {"p": 3}])
case("pairwiseDistance", F.pairwise_distance, (2, 3), (2, 3))
apart = lambda a, b: F.pairwise_distance(a, b, p=1, eps=0.25, keepdim=True)
case("pairwiseDistance", apart, (2, 2), (2,), args=[A, B, {"p": 1, "eps": 0.25, "keepDims": True}])
case("cosineSimilarity", F.cosine_similarity, (2, 3), (2, 3))
case("cosineSimilarity", lambda a, b: F.cosine_similarity(a, b, dim=0), (3, 2), (3, 1), args=[A, B, {"axis": 0}])


def attention(q, k, v, scale=None, bias=0):
    scores = q @ k.mT * (q.shape[-1] ** -0.5 if scale is None else scale) + bias
    return scores.softmax(-1) @ v


case("scaledDotProductAttention", attention, (2, 3), (3, 3), (3, 2))
future = torch.full((3, 3), float("-inf"), dtype=torch.float64).triu(1)
causal = lambda q, k, v: attention(q, k, v, 0.5, future)
case("scaledDotProductAttention", causal, (3, 2), (3, 2), (3, 2), args=[A, B, C, {"causal": True, "scale": 0.5}])
biased = lambda q, k, v, bias: attention(q, k, v, bias=bias)
case("scaledDotProductAttention", biased, (2, 2, 3), (2, 2, 3), (2, 2, 2), (2, 2), args=[A, B, C, {"bias": "$3"}])
