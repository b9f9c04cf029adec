"""PyTorch in the bench: the child's side, as in serve.ts. Started with OMP_NUM_THREADS set; the second argument is that number."""
import json
import resource
import sys
import time

import torch
import torch.nn.functional as F

path, threads = sys.argv[1], int(sys.argv[2])
torch.set_num_threads(threads)


def say(message):
    print(json.dumps(message), flush=True)


def read_problem():
    with open(path + ".json") as file:
        problem = json.load(file)
    with open(path + ".bin", "rb") as file:
        values = torch.frombuffer(bytearray(file.read()), dtype=torch.float32)
    arrays, start = {}, 0
    for array in problem["arrays"]:
        size = 1
        for length in array["shape"]:
            size *= length
        arrays[array["name"]] = values[start : start + size].reshape(array["shape"]).clone()
        start += size
    return problem["kind"], problem["settings"], arrays


def checksum(name, values, start=None):
    values = values.detach().double().flatten()
    if start is not None:
        values = values - start.double().flatten()
    size = values.abs().sum().item()
    mixed = (values * (torch.arange(values.numel()) % 7 - 3)).sum().item()
    return {f"Σ |{name}|": [size, size], f"Σ ± {name}": [mixed, size]}


def training(arrays, settings, loss_of):
    """The step of training, and its results: as `trained` in serve.ts."""
    p = {name: value.clone().requires_grad_() for name, value in arrays.items() if name not in ("x", "t")}
    optimizer = torch.optim.SGD(p.values(), lr=settings["lr"])

    def step():
        loss = loss_of(p)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return loss.item()

    def figures():
        losses = [step() for _ in range(5)]
        out = {"loss of step 5": [losses[4], losses[4]], "loss of step 1": [losses[0], losses[0]]}
        for name, value in p.items():
            out.update(checksum(f"movement of {name}", value, arrays[name]))
        return out

    return step, figures


def train(settings, arrays):
    last = len(settings["sizes"]) - 2
    activation = torch.relu if settings["activation"] == "relu" else torch.sigmoid

    def normalize(y):
        centred = y - y.mean(0)
        return centred / ((centred * centred).mean(0) + 1e-5).sqrt()

    x, t = arrays["x"], arrays["t"].long()

    def loss(p):
        y = x
        for i in range(last):
            y = y @ p[f"W{i}"]
            y = normalize(y) * p[f"gamma{i}"] + p[f"beta{i}"] if settings["norm"] else y + p[f"b{i}"]
            y = activation(y)
        return F.cross_entropy(y @ p[f"W{last}"] + p[f"b{last}"], t)

    return training(arrays, settings, loss)


def convnet(settings, arrays):
    x, t = arrays["x"], arrays["t"].long()

    def loss(p):
        y = F.max_pool2d(F.relu(F.conv2d(x, p["W0"], p["b0"])), 2).flatten(1)
        return F.cross_entropy(F.relu(y @ p["W1"] + p["b1"]) @ p["W2"] + p["b2"], t)

    return training(arrays, settings, loss)


def transformer(settings, arrays):
    x, t = arrays["x"], arrays["t"]
    batch, tokens, width = x.shape
    heads = settings["heads"]

    def split(y):
        return y.reshape(batch, tokens, heads, width // heads).transpose(1, 2)

    def attend(y, p):
        q, k, v = (split(y @ p[name]) for name in ("Wq", "Wk", "Wv"))
        shares = torch.softmax(q @ k.transpose(2, 3) * (width / heads) ** -0.5, -1)
        return (shares @ v).transpose(1, 2).reshape(batch, tokens, width) @ p["Wo"]

    def loss(p):
        y = x + attend(F.layer_norm(x, (width,), p["gamma0"], p["beta0"]), p)
        z = F.layer_norm(y, (width,), p["gamma1"], p["beta1"])
        y = y + F.relu(z @ p["W0"] + p["b0"]) @ p["W1"] + p["b1"]
        return F.mse_loss(y, t)

    return training(arrays, settings, loss)


def matmul(settings, arrays):
    def step():
        return arrays["a"] @ arrays["b"]

    return step, lambda: checksum("product", step())


def chain(settings, arrays):
    x = arrays["x"].requires_grad_()

    def step():
        y = (torch.tanh(x * 0.5 + 1) * torch.sigmoid(x) * x).sum()
        x.grad = None
        y.backward()
        return y.item()

    def figures():
        return {"value": [step(), x.numel()], **checksum("gradient", x.grad)}

    return step, figures


def scalar(settings, arrays):
    a = arrays["a"].requires_grad_()

    def step():
        y = a
        for _ in range(settings["repeats"]):
            y = y * a + a
        (g,) = torch.autograd.grad(y, a)
        return y.item(), g.item()

    def figures():
        y, g = step()
        return {"value": [y, y], "gradient": [g, g]}

    return step, figures


kinds = {"train": train, "convnet": convnet, "matmul": matmul, "chain": chain, "scalar": scalar, "transformer": transformer}
kind, settings, arrays = read_problem()
step, figures = kinds[kind](settings, arrays)
say({"figures": figures()})
for line in sys.stdin:
    seconds = float(line) / 1000
    start = time.perf_counter()
    steps, elapsed = 0, 0.0
    while steps == 0 or elapsed < seconds:
        step()
        steps += 1
        elapsed = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    say({"ms": 1000 * elapsed / steps, "steps": steps, "peakMb": peak})
