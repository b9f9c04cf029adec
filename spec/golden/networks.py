"""Parts of networks: embeddings, normalization, convolutions, pooling, upsampling."""
import torch.nn.functional as F
from drawing import A, B, C, Fixed, Ints, between, case

above = between(0.25, 3)

case("embedding", F.embedding, Ints([[2, 0], [2, 1]]), (3, 2))
case("embedding", F.embedding, Ints([1, 1, 0]), (2, 3))
case("glu", F.glu, (2, 4))
case("glu", lambda x: F.glu(x, 0), (4, 1, 2), args=[A, 0])

case("layerNorm", lambda x, w, b: F.layer_norm(x, (3,), w, b), (2, 3), (3,), (3,))
case("layerNorm", lambda x: F.layer_norm(x, (2, 3), eps=1), (2, 2, 3), args=[A, None, None, {"axes": 2, "eps": 1}])
case("rmsNorm", lambda x, w: x / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt() * w, (2, 3), (3,))
whole = lambda x: x / (x.square().mean((1, 2), keepdim=True) + 1).sqrt()
case("rmsNorm", whole, (2, 2, 2), args=[A, None, {"axes": 2, "eps": 1}])
case("groupNorm", lambda x, w, b: F.group_norm(x, 2, w, b), (2, 4, 3), (4,), (4,), args=[A, 2, B, C])
case("groupNorm", lambda x: F.group_norm(x, 1, eps=1), (2, 4, 2), args=[A, 1, None, None, {"eps": 1}])
case("instanceNorm", lambda x, w, b: F.instance_norm(x, weight=w, bias=b), (2, 2, 3), (2,), (2,))
case("instanceNorm", lambda x: F.instance_norm(x, eps=1), (1, 2, 2, 2), args=[A, None, None, {"eps": 1}])
trained = lambda x, w, b: F.batch_norm(x, None, None, w, b, training=True)
case("batchNorm", trained, (4, 2), (2,), (2,), args=[A, None, None, B, C])
case("batchNorm", trained, (2, 2, 2, 2), (2,), (2,), args=[A, None, None, B, C])
# In F.batch_norm given means and variances have no derivative.
given = lambda x, m, v, w, b: (x - m) / (v + 1e-5).sqrt() * w + b
case("batchNorm", given, (2, 3), (3,), above(3), (3,), (3,))
kept = lambda x, m, v: F.batch_norm(x, m, v, eps=0.5)
case("batchNorm", kept, (3, 2), Fixed([0.5, -1]), Fixed([1, 0.25]), args=[A, B, C, None, None, {"eps": 0.5}])

small, one = {"stride": [2, 1], "padding": [1, 0]}, {"dilation": [1, 2], "padding": 1, "groups": 2}
case("conv2d", F.conv2d, (2, 2, 3, 3), (2, 2, 2, 2), (2,))
case("conv2d", lambda x, W, b: F.conv2d(x, W, b, **small), (1, 2, 4, 3), (1, 2, 3, 2), (1,), args=[A, B, C, small])
case("conv2d", lambda x, W: F.conv2d(x, W, **one), (1, 4, 3, 4), (2, 2, 2, 2), args=[A, B, None, one])
same = {"padding": "same"}
case("conv2d", lambda x, W: F.conv2d(x, W, **same), (1, 1, 3, 4), (2, 1, 2, 3), args=[A, B, None, same])
case("conv1d", F.conv1d, (2, 2, 4), (2, 2, 3), (2,))
strided = {"stride": 2, "padding": 1, "groups": 2}
case("conv1d", lambda x, W: F.conv1d(x, W, **strided), (1, 2, 5), (4, 1, 2), args=[A, B, None, strided])
case("convTranspose2d", F.conv_transpose2d, (2, 2, 2, 3), (2, 1, 2, 2), (1,))
ours = {"groups": 2, "padding": [0, 1], "stride": 2, "outputPadding": [1, 0]}
theirs = {"groups": 2, "padding": (0, 1), "stride": 2, "output_padding": (1, 0)}
case(
    "convTranspose2d",
    lambda x, W, b: F.conv_transpose2d(x, W, b, **theirs),
    (1, 2, 2, 2),
    (2, 2, 1, 3),
    (4,),
    args=[A, B, C, ours],
)
wide = {"dilation": [1, 2], "padding": 1, "stride": [1, 3]}
case(
    "convTranspose2d",
    lambda x, W: F.conv_transpose2d(x, W, **wide),
    (1, 1, 3, 2),
    (1, 2, 2, 3),
    args=[A, B, None, wide],
)
case(
    "convTranspose1d",
    lambda x, W, b: F.conv_transpose1d(x, W, b, stride=2),
    (2, 2, 3),
    (2, 1, 2),
    (1,),
    args=[A, B, C, {"stride": 2}],
)
case(
    "convTranspose1d",
    lambda x, W: F.conv_transpose1d(x, W, padding=1, dilation=2),
    (1, 2, 3),
    (2, 2, 2),
    args=[A, B, None, {"padding": 1, "dilation": 2}],
)

case("unfold", lambda x: F.unfold(x, 2), (1, 2, 3, 3), args=[A, 2])
case("unfold", lambda x: F.unfold(x, (2, 3), stride=(2, 1), padding=(1, 0)), (2, 1, 3, 4), args=[A, [2, 3], small])
case("fold", lambda x: F.fold(x, (3, 3), 2), (1, 8, 4), args=[A, [3, 3], 2])
case(
    "fold",
    lambda x: F.fold(x, (3, 4), (2, 3), stride=(2, 1), padding=(1, 0)),
    (2, 6, 4),
    args=[A, [3, 4], [2, 3], small],
)

sliding, half = {"stride": 1}, {"stride": 2, "padding": 1}
argmax = lambda x, *args, **how: F.max_pool2d(x, *args, return_indices=True, **how)[1]
for name, f in {"argmaxPool2d": argmax, "maxPool2d": F.max_pool2d, "avgPool2d": F.avg_pool2d}.items():
    case(name, lambda x, f=f: f(x, 2), (1, 2, 4, 4), args=[A, 2])
    case(name, lambda x, f=f: f(x, (2, 3), **sliding), (2, 1, 3, 4), args=[A, [2, 3], sliding])
    case(name, lambda x, f=f: f(x, 3, **half), (1, 1, 4, 5), args=[A, 3, half])
outside = lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False)
case("avgPool2d", outside, (1, 1, 4, 5), args=[A, 3, {**half, "countIncludePad": False}])
for name, f in {"maxPool1d": F.max_pool1d, "avgPool1d": F.avg_pool1d}.items():
    case(name, lambda x, f=f: f(x, 2), (2, 1, 5), args=[A, 2])
    case(name, lambda x, f=f: f(x, 3, 1, 1), (1, 2, 5), args=[A, 3, {"stride": 1, "padding": 1}])
case("maxUnpool2d", lambda x, i: F.max_unpool2d(x, i, 2), (1, 2, 1, 2), Ints([[[[1, 2]], [[4, 3]]]]), args=[A, B, 2])
for name, f in {"adaptiveAvgPool": F.adaptive_avg_pool2d, "adaptiveMaxPool": F.adaptive_max_pool2d}.items():
    case(name + "2d", lambda x, f=f: f(x, 2), (1, 2, 3, 5), args=[A, 2])
    case(name + "2d", lambda x, f=f: f(x, (1, 2)), (2, 1, 3, 3), args=[A, [1, 2]])
for name, f in {"adaptiveAvgPool": F.adaptive_avg_pool1d, "adaptiveMaxPool": F.adaptive_max_pool1d}.items():
    case(name + "1d", lambda x, f=f: f(x, 3), (1, 2, 5), args=[A, 3])
    case(name + "1d", lambda x, f=f: f(x, 2), (2, 1, 4), args=[A, 2])

resized = F.interpolate
case("upsampleNearest", lambda x: resized(x, scale_factor=(2, 3)), (1, 2, 2, 2), args=[A, [2, 3]])
case("upsampleNearest", lambda x: resized(x, scale_factor=1.5), (2, 1, 4), args=[A, 1.5])
case("upsampleNearest", lambda x: resized(x, size=(2, 5)), (1, 1, 3, 4), args=[A, {"size": [2, 5]}])
bilinear = lambda x, **to: resized(x, mode="bilinear", **to)
case("upsampleBilinear", lambda x: bilinear(x, scale_factor=2), (1, 2, 2, 3), args=[A, 2])
case(
    "upsampleBilinear",
    lambda x: bilinear(x, size=(2, 3), align_corners=True),
    (2, 1, 3, 2),
    args=[A, {"size": [2, 3], "alignCorners": True}],
)
case(
    "upsampleBilinear", lambda x: bilinear(x, scale_factor=(1.5, 0.75)), (1, 1, 3, 4), args=[A, {"scale": [1.5, 0.75]}]
)
straight = lambda x, **to: resized(x, mode="linear", **to)
case("upsampleLinear", lambda x: straight(x, scale_factor=2), (2, 1, 3), args=[A, 2])
case("upsampleLinear", lambda x: straight(x, size=3), (1, 2, 4), args=[A, {"size": 3}])
case(
    "upsampleLinear",
    lambda x: straight(x, size=5, align_corners=True),
    (1, 2, 3),
    args=[A, {"size": 5, "alignCorners": True}],
)
