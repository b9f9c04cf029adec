"""Makes layers.json, what PyTorch 1.13 in float64 says of our layers, and checks (--check) that it is what this makes.

python3 spec/golden/layers.py           writes it, the same bytes whenever it is run
python3 spec/golden/layers.py --check   compares; on another processor the last digits of a number may differ

A case is a line: "y" is the layer's value, "d" the gradients of its inputs and parameters for a cotangent, in the order of
"names"; "losses" are those of every fifth of 100 steps of gradient descent in inputs and parameters on the mean square
of y minus a target; "end" has a weighed sum of each of these afterwards, of each buffer, and of the value in evaluation. All that
it begins with is computed by both sides: input i is `begin` with seed 1 + i, parameter i, which is in our layout, with 10 + i.
"""
import sys

sys.dont_write_bytecode = True

from oracle import keep, line, listed, numbers  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as F  # noqa: E402
from torch.nn.utils.stateless import functional_call  # noqa: E402

from training import begin_double as begin  # noqa: E402

STEPS, KEPT = 100, 5
CASES = []


def case(name, inputs, parameters, make, lr=0.1):
    """inputs: shapes, or lists of whole numbers; parameters: our names and shapes; make(): what computes y, and its buffers."""
    CASES.append((name, inputs, parameters, make, lr))


def plain(f):
    """A layer without buffers, which is the same in training and in use."""
    return lambda: (lambda training, *given: f(*given), [])


def tensors(inputs, parameters):
    ints = lambda x: isinstance(x, list)
    xs = [torch.tensor(x) if ints(x) else begin(x, 1 + i) for i, x in enumerate(inputs)]
    ws = [begin(shape, 10 + i, 0.5) for i, (_, shape) in enumerate(parameters)]
    leaves = [x.requires_grad_() for x in xs + ws if x.is_floating_point()]
    return xs, ws, leaves


def weighed(x):
    return (x.detach() * begin(x.shape, 7)).sum().item()


def entry(name, inputs, parameters, make, lr):
    xs, ws, leaves = tensors(inputs, parameters)
    f, _ = make()
    y = f(True, *xs, *ws)
    gradients = torch.autograd.grad(y, leaves, begin(y.shape, 5))
    made = {"name": name, "names": [name for name, _ in parameters], "shape": list(y.shape), "y": numbers(y)}
    made["d"] = [numbers(x) for x in gradients]
    f, buffers = make()
    target = begin(y.shape, 6)
    optimizer = torch.optim.SGD(leaves, lr=lr)
    losses = []
    for step in range(STEPS):
        loss = F.mse_loss(f(True, *xs, *ws), target)
        if step % KEPT == 0 or step == STEPS - 1:
            losses.append(loss.item())
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    made["lr"] = lr
    made["losses"] = losses
    made["end"] = [weighed(x) for x in leaves + buffers + [f(False, *xs, *ws)]]
    return made


# ---- affine maps, activations, losses

case("Affine", [(4, 3)], [("W", (3, 2)), ("b", (2,))], plain(lambda x, W, b: F.linear(x, W.T, b)))
case("Sigmoid", [(2, 3)], [], plain(torch.sigmoid), lr=1)
case("ReLU", [(2, 3)], [], plain(F.relu))
case("Tanh", [(2, 3)], [], plain(torch.tanh))
case("Softmax", [(2, 3)], [], plain(lambda x: F.softmax(x, -1)), lr=1)
case("GELU", [(2, 3)], [], plain(F.gelu))
case("SiLU", [(2, 3)], [], plain(F.silu))
case("Softplus", [(2, 3)], [], plain(F.softplus))
case("LeakyReLU", [(2, 3)], [], plain(lambda x: F.leaky_relu(x, 0.25)))
case("ELU", [(2, 3)], [], plain(lambda x: F.elu(x, 0.5)))
case("PReLU", [(4, 3)], [("W", (1,))], plain(F.prelu))
case("PReLU, a slope for each channel", [(2, 3, 2)], [("W", (3,))], plain(F.prelu))
case("Flatten", [(2, 3, 2)], [], plain(lambda x: x.flatten(1)))
case("SoftmaxWithLoss", [(4, 3), [2, 0, 1, 1]], [], plain(F.cross_entropy))
case("IdentityWithLoss", [(4, 3), (4, 3)], [], plain(lambda x, t: F.mse_loss(x, t, reduction="sum") / 8))

# ---- normalization


def batch_norm(shape, affine=True, **how):
    """Of the second axis, or (a shape of more than one length) of every position."""

    def make():
        mean, variance = torch.zeros(shape).double(), torch.ones(shape).double()
        flat = [x.view(-1) for x in (mean, variance)]

        def f(training, x, gamma=None, beta=None):
            kept = x.reshape(len(x), -1) if len(shape) > 1 else x
            given = [None if p is None else p.reshape(-1) for p in (gamma, beta)]
            return F.batch_norm(kept, *flat, *given, training=training, **how).reshape(x.shape)

        return f, [mean, variance]

    return make


pair = lambda *shape: [("gamma", shape), ("beta", shape)]
case("BatchNormalization", [(5, 3)], pair(3), batch_norm((3,)))
case("BatchNormalization of images", [(3, 2, 2, 2)], pair(2), batch_norm((2,), momentum=0.25, eps=0.125))
case("BatchNormalization without parameters", [(3, 2, 2)], [], batch_norm((2,)))
case("BatchNormalization of positions", [(4, 2, 2, 1)], pair(2, 2, 1), batch_norm((2, 2, 1), eps=1e-6))
own = lambda x, gamma, beta: F.batch_norm(x, None, None, gamma, beta, training=True)
case("BatchNormalization without statistics", [(4, 2)], pair(2), plain(own))
case("LayerNorm", [(4, 3)], pair(3), plain(lambda x, g, b: F.layer_norm(x, (3,), g, b)))
case("LayerNorm of two axes", [(2, 2, 3)], pair(2, 3), plain(lambda x, g, b: F.layer_norm(x, (2, 3), g, b, 0.125)))
rms = lambda x, g: x / (x.square().mean(-1, keepdim=True) + 1e-5).sqrt() * g
case("RMSNorm", [(4, 3)], [("gamma", (3,))], plain(rms))
case("GroupNorm", [(2, 4, 3)], pair(4), plain(lambda x, g, b: F.group_norm(x, 2, g, b)))
case("InstanceNorm", [(2, 2, 3)], [], plain(lambda x: F.instance_norm(x)))
case("InstanceNorm with parameters", [(2, 2, 2, 2)], pair(2), plain(lambda x, g, b: F.instance_norm(x, weight=g, bias=b)))

# ---- convolution, pooling

filters = lambda *shape, b: [("W", shape), ("b", (b,))]
case("Convolution", [(2, 2, 3, 3)], filters(3, 2, 2, 2, b=3), plain(F.conv2d))
wide = {"stride": (2, 1), "padding": (1, 0), "dilation": (1, 2), "groups": 2}
case("Convolution, all options", [(1, 4, 4, 4)], filters(2, 2, 2, 2, b=2), plain(lambda *x: F.conv2d(*x, **wide)))
same = lambda x, W: F.conv2d(x, W, padding="same")
case("Convolution without bias", [(2, 1, 3, 2)], [("W", (2, 1, 3, 3))], plain(same))
case("Convolution1d", [(2, 2, 4)], filters(3, 2, 2, b=3), plain(lambda *x: F.conv1d(*x, stride=2, padding=1)))
grow = {"stride": (2, 1), "padding": (0, 1), "output_padding": (1, 0), "groups": 2}
case("ConvolutionTranspose", [(1, 2, 2, 3)], filters(2, 2, 2, 3, b=4), plain(lambda *x: F.conv_transpose2d(*x, **grow)))
case("ConvolutionTranspose1d", [(2, 2, 3)], filters(2, 3, 2, b=3), plain(lambda *x: F.conv_transpose1d(*x, stride=2)))
case("Pooling", [(1, 2, 4, 4)], [], plain(lambda x: F.max_pool2d(x, 2)))
case("Pooling of sequences", [(2, 2, 5)], [], plain(lambda x: F.max_pool1d(x, 3, 1, 1)))
case("Pooling, means", [(1, 2, 3, 4)], [], plain(lambda x: F.avg_pool2d(x, (2, 3), 1)))
case("AdaptivePooling", [(1, 2, 3, 5)], [], plain(lambda x: F.adaptive_max_pool2d(x, (2, 3))))
case("AdaptivePooling, means", [(2, 3, 4)], [], plain(lambda x: F.adaptive_avg_pool1d(x, 1)))

# ---- recurrent layers


def recurrent(kind, layers=1, directions=1, batch_first=False):
    """x, the state, and four weights for each direction of each layer give all outputs and the last state, one after the other."""

    def f(x, *rest):
        parts = 2 if kind == "lstm" else 1
        given = len(rest) - 4 * layers * directions
        state, weights = rest[:given], rest[given:]
        flat = [p.T if p.dim() == 2 else p for p in weights]
        if not state:
            state = [torch.zeros(layers * directions, x.shape[0 if batch_first else 1], flat[1].shape[1]).double()] * parts
        run = getattr(torch, kind)
        how = (True, layers, 0.0, True, directions == 2, batch_first)
        found = run(x, state, flat, *how) if parts == 2 else run(x, state[0], flat, *how)
        return torch.cat([part.flatten() for part in found])

    return plain(f)


def cells(inputs, size, gates, layers=1, directions=1):
    return [
        ("cells.%d.%d.%s" % (i, d, name), shape)
        for i in range(layers)
        for d in range(directions)
        for name, shape in (
            ("Wx", (inputs if i == 0 else directions * size, gates * size)),
            ("Wh", (size, gates * size)),
            ("bx", (gates * size,)),
            ("bh", (gates * size,)),
        )
    ]


case("RNN", [(4, 2, 3)], cells(3, 2, 1), recurrent("rnn_tanh"))
case("RNN of relu", [(3, 2, 2), (1, 2, 3)], cells(2, 3, 1), recurrent("rnn_relu"))
case("LSTM", [(4, 2, 3)], cells(3, 2, 4), recurrent("lstm"))
stacked = cells(2, 2, 4, 2, 2)
case("LSTM, all options", [(2, 3, 2), (4, 2, 2), (4, 2, 2)], stacked, recurrent("lstm", 2, 2, True))
case("GRU", [(4, 2, 3)], cells(3, 2, 3), recurrent("gru"))
case("GRU, two layers, with a state", [(3, 1, 2), (2, 1, 2)], cells(2, 2, 3, 2), recurrent("gru", 2))
case("GRU both ways", [(3, 2, 2)], cells(2, 2, 3, 1, 2), recurrent("gru", 1, 2))
cell = lambda gates: [(name.split(".")[-1], shape) for name, shape in cells(3, 2, gates)]
case("RNNCell", [(2, 3), (2, 2)], cell(1), plain(lambda x, h, W, U, b, c: torch.rnn_tanh_cell(x, h, W.T, U.T, b, c)))
remembering = lambda x, h, s, W, U, b, c: torch.lstm_cell(x, (h, s), W.T, U.T, b, c)[0]
case("LSTMCell", [(2, 3), (2, 2), (2, 2)], cell(4), plain(remembering))
case("GRUCell", [(2, 3), (2, 2)], cell(3), plain(lambda x, h, W, U, b, c: torch.gru_cell(x, h, W.T, U.T, b, c)))

# ---- embedding, attention

case("Embedding", [[[2, 0], [2, 1]]], [("W", (3, 2))], plain(F.embedding))
heads = lambda width, at="": [(at + "W" + n, (width, width)) for n in "qkvo"] + [(at + "b" + n, (width,)) for n in "qkvo"]


def attention(module, query, key, value, Wq, Wk, Wv, Wo, bq, bk, bv, bo, **how):
    given = {
        "in_proj_weight": torch.cat([Wq.T, Wk.T, Wv.T]),
        "in_proj_bias": torch.cat([bq, bk, bv]),
        "out_proj.weight": Wo.T,
        "out_proj.bias": bo,
    }
    return functional_call(module, given, (query, key, value), how)[0]


def attending(self_attention=False, **how):
    module = torch.nn.MultiheadAttention(4, 2, batch_first=True).double()
    f = lambda *x: attention(module, *((x[0],) * 3 if self_attention else ()), *x[1 if self_attention else 0 :], **how)
    return plain(f)


seen = torch.tensor([[True, True, False], [True, False, True]])
causal = torch.ones(3, 3).tril() == 0
case("MultiHeadAttention", [(2, 3, 4)], heads(4), attending(True))
case("MultiHeadAttention, causal", [(2, 3, 4)], heads(4), attending(True, attn_mask=causal))
others = [(1, 2, 4), (1, 3, 4), (1, 3, 4)]
case("MultiHeadAttention to others, with a mask", others, heads(4), attending(attn_mask=~seen))


def block(**how):
    module = torch.nn.TransformerEncoderLayer(4, 2, 3, dropout=0.0, batch_first=True, **how).double()

    def f(x, *given):
        attention, (g1, b1, W1, c1, W2, c2, g2, b2) = given[:8], given[8:]
        Wq, Wk, Wv, Wo, bq, bk, bv, bo = attention
        weights = {
            "self_attn.in_proj_weight": torch.cat([Wq.T, Wk.T, Wv.T]),
            "self_attn.in_proj_bias": torch.cat([bq, bk, bv]),
            "self_attn.out_proj.weight": Wo.T,
            "self_attn.out_proj.bias": bo,
            "norm1.weight": g1,
            "norm1.bias": b1,
            "linear1.weight": W1.T,
            "linear1.bias": c1,
            "linear2.weight": W2.T,
            "linear2.bias": c2,
            "norm2.weight": g2,
            "norm2.bias": b2,
        }
        return functional_call(module, weights, (x,))

    return plain(f)


def norm(at):
    return [(at + ".gamma", (4,)), (at + ".beta", (4,))]


maps = [("affine1.W", (4, 3)), ("affine1.b", (3,)), ("affine2.W", (3, 4)), ("affine2.b", (4,))]
halves = heads(4, "attention.") + norm("norm1") + maps + norm("norm2")
case("TransformerBlock", [(2, 3, 4)], halves, block(norm_first=True))
# With larger steps training is chaotic here: in PyTorch 1e-14 in x becomes 1e-6.
case("TransformerBlock, normalized last", [(2, 3, 4)], halves, block(activation="gelu"), lr=0.02)

# ---- networks


def network():
    """Convolution, batch normalization, ReLU, pooling, an affine map."""

    def make():
        statistics = [torch.zeros(3).double(), torch.ones(3).double()]

        def f(training, x, W, b, gamma, beta, W2, b2):
            y = F.batch_norm(F.conv2d(x, W, b, padding=1), *statistics, gamma, beta, training=training)
            return F.max_pool2d(y.relu(), 2).flatten(1) @ W2 + b2

        return f, statistics

    return make


shapes = {"W": (3, 1, 3, 3), "b": (3,), "gamma": (3,), "beta": (3,), "W2": (12, 2), "b2": (2,)}
names = ["layers.0.W", "layers.0.b", "layers.1.gamma", "layers.1.beta", "layers.5.W", "layers.5.b"]
case("Sequential, convolutional", [(4, 1, 4, 4)], list(zip(names, shapes.values())), network())


def words(indices, W, *rest):
    flat = [p.T if p.dim() == 2 else p for p in rest[:4]]
    start = [torch.zeros(1, len(indices), 3).double()] * 2
    outputs = torch.lstm(F.embedding(indices, W), start, flat, True, 1, 0.0, True, False, True)[0]
    return outputs[:, -1] @ rest[4] + rest[5]


sentences = [[1, 0, 3], [2, 2, 1]]
below = [("layers.1." + name, shape) for name, shape in cells(2, 3, 4)]
all_words = [("layers.0.W", (4, 2))] + below + [("layers.3.W", (3, 2)), ("layers.3.b", (2,))]
case("Sequential, recurrent", [sentences], all_words, plain(words), lr=0.25)


def parts():
    lines = []
    for given in CASES:
        try:
            lines.append(line(entry(*given)))
        except Exception as error:
            raise SystemExit("%s: %s: %s" % (given[0], type(error).__name__, error))
    return {"cases": listed(lines)}


keep("layers", parts, tolerance=1e-10)
