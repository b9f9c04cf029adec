"""Losses."""
import torch
import torch.nn.functional as F
from drawing import A, B, C, Fixed, Ints, between, case

share, above = between(0.125, 0.875), between(0.25, 3)


def reduced(loss, how):
    return loss.mean() if how == "mean" else loss.sum() if how == "sum" else loss


def each(op, f, x=None, t=None, **attributes):
    """A loss reduced in all three ways, with attributes by our name: (their name, value)."""
    x, t = x or between(-2, 2), t or between(-2, 2)
    for shape, how in (((2, 3), "mean"), ((4,), "sum"), ((2, 2), "none")):
        theirs = {name: value for name, value in attributes.values()} if how != "mean" else {}
        ours = {name: value for name, (_, value) in attributes.items()} if how != "mean" else {}
        args = [A, B] if how == "mean" else [A, B, {**ours, "reduction": how}]
        case(op, lambda a, b, how=how, theirs=theirs: f(a, b, reduction=how, **theirs), x(*shape), t(*shape), args=args)


each("mse", F.mse_loss)
each("mae", F.l1_loss)
each("huber", F.huber_loss, delta=("delta", 0.7))
each("smoothL1", F.smooth_l1_loss, beta=("beta", 0.7))
each("klDiv", F.kl_div, t=share)
each("bce", F.binary_cross_entropy, x=share, t=share)
each("bceWithLogits", F.binary_cross_entropy_with_logits, t=share)
each("softMargin", lambda x, t, reduction: reduced(F.softplus(-t * x), reduction))
each("poissonNll", F.poisson_nll_loss, logInput=("log_input", False), x=above, t=above)
each("hinge", lambda x, t, reduction: reduced((1 - t * x).clamp(min=0), reduction))
case("softMargin", F.soft_margin_loss, (2, 3), Fixed([[1, -1, 1], [-1, -1, 1]]))
logs = {"log_target": True, "reduction": "sum"}
case("klDiv", lambda x, t: F.kl_div(x, t, **logs), (2, 3), (2, 3), args=[A, B, {"logTarget": True, "reduction": "sum"}])
case(
    "klDiv",
    lambda x, t: F.kl_div(x, t, reduction="batchmean"),
    (3, 2),
    share(3, 2),
    args=[A, B, {"reduction": "batchmean"}],
)
# F.binary_cross_entropy's second derivative adds 1e-12 to probabilities, which shows where large numbers cancel.
weighed = lambda x, t, w: -(w * (t * x.log() + (1 - t) * (1 - x).log())).sum()
case("bce", weighed, share(4), share(4), Fixed([1, 0.5, 2, 3]), args=[A, B, {"weights": C, "reduction": "sum"}])
weighed = lambda x, t, w: F.binary_cross_entropy_with_logits(x, t, pos_weight=w)
case("bceWithLogits", weighed, (2, 3), share(2, 3), Fixed([1, 0.5, 2]), args=[A, B, {"posWeight": C}])
# What PyTorch adds for `full` is masked in place and has no derivative in the target.
full = lambda x, t: F.poisson_nll_loss(x, t, full=True, reduction="sum")
case("poissonNll", full, (4,), Fixed([0, 1, 2, 5]), args=[A, B, {"full": True, "reduction": "sum"}])
case("gaussianNll", F.gaussian_nll_loss, (2, 3), (2, 3), above(2, 3))
full = lambda x, t, v: F.gaussian_nll_loss(x, t, v, full=True, reduction="sum")
case("gaussianNll", full, (2, 2), (2, 2), above(2, 1), args=[A, B, C, {"full": True, "reduction": "sum"}])
case("sumSquaredError", lambda y, t: ((y - t) ** 2).sum() / 2, (2, 3), (2, 3))
case("sumSquaredError", lambda y, t: ((y - t) ** 2).sum() / 2, (4,), (4,))


def focal(x, t, alpha=0.25, gamma=2.0):
    q = torch.where(t == 1, x.sigmoid(), 1 - x.sigmoid())
    return -torch.where(t == 1, alpha, 1 - alpha) * (1 - q) ** gamma * q.log()


case("focal", lambda x, t: focal(x, t).mean(), (2, 3), Fixed([[1, 0, 1], [0, 0, 1]]))
case(
    "focal",
    lambda x, t: focal(x, t, 0.5, 0.5),
    (4,),
    Fixed([0, 1, 1, 0]),
    args=[A, B, {"alpha": 0.5, "gamma": 0.5, "reduction": "none"}],
)

case("crossEntropy", F.cross_entropy, (4, 3), Ints([2, 0, 1, 2]))
case("crossEntropy", F.cross_entropy, (2, 3), share(2, 3))
case(
    "crossEntropy",
    lambda x, t: F.cross_entropy(x, t, reduction="none"),
    (3, 2),
    Ints([1, 0, 1]),
    args=[A, B, {"reduction": "none"}],
)
smooth = lambda x, t, w: F.cross_entropy(x, t, weight=w, label_smoothing=0.25, ignore_index=9)
case(
    "crossEntropy",
    smooth,
    (3, 3),
    Ints([2, 9, 1]),
    Fixed([1, 0.5, 2]),
    args=[A, B, {"weights": C, "labelSmoothing": 0.25, "ignoreIndex": 9}],
)
case("nll", F.nll_loss, (4, 3), Ints([2, 0, 1, 2]))
weighed = lambda x, t, w: F.nll_loss(x, t, weight=w, ignore_index=9)
case("nll", weighed, (3, 3), Ints([2, 9, 1]), Fixed([1, 0.5, 2]), args=[A, B, {"weights": C, "ignoreIndex": 9}])
case(
    "nll",
    lambda x, t: F.nll_loss(x, t, reduction="none"),
    (2, 2, 2),
    Ints([[1, 0], [0, 1]]),
    args=[A, B, {"reduction": "none"}],
)
case("crossEntropyError", lambda y, t: -(t * (y + 1e-7).log()).sum() / 2, share(2, 3), share(2, 3))
case("crossEntropyError", lambda y, t: -(y[[0, 1, 2], t] + 1e-7).log().sum() / 3, share(3, 2), Ints([1, 0, 1]))

signs = Fixed([[1, -1, 1], [-1, -1, 1]])
case("marginRanking", F.margin_ranking_loss, (2, 3), (2, 3), signs)
ranked = lambda a, b, t: F.margin_ranking_loss(a, b, t, margin=0.5, reduction="sum")
case("marginRanking", ranked, (3,), (3,), Fixed([1, 1, -1]), args=[A, B, C, {"margin": 0.5, "reduction": "sum"}])
case(
    "tripletMargin",
    lambda a, p, n: F.triplet_margin_loss(a, p, n, 4),
    (2, 3),
    (2, 3),
    (2, 3),
    args=[A, B, C, {"margin": 4}],
)
triplet = lambda a, p, n: F.triplet_margin_loss(a, p, n, 6, p=1, reduction="none")
case("tripletMargin", triplet, (3, 2), (3, 2), (3, 2), args=[A, B, C, {"margin": 6, "p": 1, "reduction": "none"}])
case("cosineEmbedding", F.cosine_embedding_loss, (2, 3), (2, 3), Fixed([1, -1]))
embedded = lambda a, b, t: F.cosine_embedding_loss(a, b, t, margin=-0.5, reduction="sum")
case(
    "cosineEmbedding",
    embedded,
    (3, 2),
    (3, 2),
    Fixed([-1, 1, -1]),
    args=[A, B, C, {"margin": -0.5, "reduction": "sum"}],
)
case("multiMargin", F.multi_margin_loss, (2, 3), Ints([2, 0]))
margins = lambda x, t: F.multi_margin_loss(x, t, p=2, margin=5, reduction="sum")
case("multiMargin", margins, (3, 2), Ints([1, 0, 1]), args=[A, B, {"p": 2, "margin": 5, "reduction": "sum"}])
# The same by its formula, which has a second derivative.
chosen = lambda x, t: (((5 - x.gather(1, t[:, None]) + x).clamp(min=0) ** 2).sum(1) - 25) / 3
case("multiMargin", chosen, (2, 3), Ints([2, 0]), args=[A, B, {"p": 2, "margin": 5, "reduction": "none"}])
