"""Three networks trained for 100 steps in float32; only their losses are kept, as all they begin with is computed."""
import torch
import torch.nn.functional as F

STEPS = 100


def begin(shape, seed, scale):
    """Dyadic numbers between -scale and scale, which floats of any size hold."""
    size = 1
    for length in shape:
        size *= length
    values = [(((i + 1000 * seed) * 7919 + 13) % 1009 / 512 - 1) * scale for i in range(size)]
    return torch.tensor(values, dtype=torch.float32).reshape(shape)


def begin_double(shape, seed, scale=1.0):
    return begin(shape, seed, scale).double()


def labels(count, classes):
    return torch.tensor([(i * 7919 + 13) % 1009 % classes for i in range(count)])


def train(loss, shapes, scale, lr):
    """The loss before each step of gradient descent; weight i is `begin` with seed i + 10."""
    weights = [begin(shape, 10 + i, scale).requires_grad_() for i, shape in enumerate(shapes)]
    optimizer = torch.optim.SGD(weights, lr=lr)
    losses = []
    for _ in range(STEPS):
        value = loss(*weights)
        losses.append(value.item())
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    return losses


def mlp():
    x, t = begin((16, 6), 1, 1), labels(16, 4)

    def loss(W1, b1, W2, b2, W3, b3):
        h = ((x @ W1 + b1).tanh() @ W2 + b2).relu()
        return F.cross_entropy(h @ W3 + b3, t)

    return train(loss, [(6, 10), (10,), (10, 8), (8,), (8, 4), (4,)], 1, 0.5)


def cnn():
    x, t = begin((6, 1, 8, 8), 1, 1), labels(6, 3)

    def loss(W1, b1, W2, b2):
        h = F.max_pool2d(F.conv2d(x, W1, b1, padding=1).relu(), 2)
        return F.cross_entropy(h.flatten(1) @ W2 + b2, t)

    return train(loss, [(4, 1, 3, 3), (4,), (64, 3), (3,)], 0.25, 0.125)


def recurrent():
    """A GRU that runs over 8 steps of 4 sequences and is to tell what came a step ago."""
    x = begin((8, 4, 3), 1, 1)

    def loss(Wz, Uz, Wr, Ur, Wn, Un, b, V):
        h, total = torch.zeros(4, 6), 0
        for step in range(8):
            z = (x[step] @ Wz + h @ Uz + b).sigmoid()
            r = (x[step] @ Wr + h @ Ur).sigmoid()
            n = (x[step] @ Wn + r * (h @ Un)).tanh()
            h = (1 - z) * n + z * h
            if step > 0:
                total = total + F.mse_loss(h @ V, x[step - 1])
        return total / 7

    return train(loss, [(3, 6), (6, 6), (3, 6), (6, 6), (3, 6), (6, 6), (6,), (6, 3)], 0.5, 1)


RUNS = {"mlp": mlp, "cnn": cnn, "recurrent": recurrent}
