"""Makes optimizers.json, what PyTorch 1.13 in float64 says of our optimizers, and checks (--check) that it is what this makes.

python3 spec/golden/optimizers.py           writes it, the same bytes whenever it is run
python3 spec/golden/optimizers.py --check   compares; on another processor the last digits of a number may differ

"training" has for each case the losses before steps 0, 10, 20, … of 100 and the parameters afterwards; all that they begin
with is computed by both sides. "schedules" has the learning rates of two groups that begin at 0.5 and 0.125, over 60 steps;
"clipped" the norm of gradients before they were clipped, and the gradients afterwards.
"""
import math
import sys

sys.dont_write_bytecode = True

from oracle import keep, named, numbers  # noqa: E402
import torch  # noqa: E402
from torch.optim import SGD, Adadelta, Adagrad, Adam, AdamW, RMSprop  # noqa: E402
from torch.optim import lr_scheduler as schedule  # noqa: E402

from training import begin_double as begin  # noqa: E402

STEPS, KEPT = 100, 10
SHAPES = [(3, 4), (4,), (4, 2), (1,)]


def train(optimizer, ascend=False, change=lambda groups, step: None):
    """A perceptron with a scale at its end, which takes part, and so has a gradient, in every third step only."""
    x, t = begin((6, 3), 1), begin((6, 2), 2)
    weights = [begin(shape, 10 + i, 0.5).requires_grad_() for i, shape in enumerate(SHAPES)]
    made = optimizer(weights)
    losses = []
    for step in range(STEPS):
        W1, b1, W2, scale = weights
        y = (x @ W1 + b1).tanh() @ W2
        loss = ((y * scale.exp() if step % 3 == 2 else y) - t).square().mean()
        loss = -loss if ascend else loss
        if step % KEPT == 0:
            losses.append(loss.item())
        change(made.param_groups, step)
        made.zero_grad(set_to_none=True)
        loss.backward()
        made.step()
    return [losses, [numbers(x) for x in weights]]


def halve(groups, step):
    if step in (30, 60):
        groups[0]["lr"] /= 2


TRAINING = {
    "sgd": lambda: train(lambda p: SGD(p, lr=0.25)),
    "sgd, decay": lambda: train(lambda p: SGD(p, lr=0.25, weight_decay=0.01)),
    "sgd, maximize": lambda: train(lambda p: SGD(p, lr=0.25, maximize=True), ascend=True),
    "sgd, momentum": lambda: train(lambda p: SGD(p, lr=0.1, momentum=0.9)),
    "sgd, dampening": lambda: train(lambda p: SGD(p, lr=0.1, momentum=0.9, dampening=0.5, weight_decay=0.01)),
    "sgd, nesterov": lambda: train(lambda p: SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01)),
    "sgd, changed": lambda: train(lambda p: SGD(p, lr=0.2, momentum=0.8), change=halve),
    "sgd, groups": lambda: train(
        lambda p: SGD([{"params": p[:2], "lr": 0.05}, {"params": p[2:], "momentum": 0.5}], lr=0.2, momentum=0.9)
    ),
    "adagrad": lambda: train(lambda p: Adagrad(p, lr=0.1)),
    "adagrad, options": lambda: train(
        lambda p: Adagrad(p, lr=0.2, lr_decay=0.05, weight_decay=0.01, initial_accumulator_value=0.25, eps=1e-3)
    ),
    "adagrad, maximize": lambda: train(lambda p: Adagrad(p, lr=0.1, maximize=True), ascend=True),
    "rmsprop": lambda: train(lambda p: RMSprop(p)),
    "rmsprop, momentum": lambda: train(lambda p: RMSprop(p, lr=0.002, momentum=0.9, weight_decay=0.01)),
    "rmsprop, centered": lambda: train(lambda p: RMSprop(p, lr=0.005, alpha=0.9, eps=1e-4, centered=True)),
    "rmsprop, all": lambda: train(
        lambda p: RMSprop(p, lr=0.002, alpha=0.95, eps=1e-3, centered=True, momentum=0.5, maximize=True), ascend=True
    ),
    "adadelta": lambda: train(lambda p: Adadelta(p)),
    "adadelta, options": lambda: train(
        lambda p: Adadelta(p, lr=2, rho=0.95, eps=1e-4, weight_decay=0.01, maximize=True), ascend=True
    ),
    "adam": lambda: train(lambda p: Adam(p)),
    "adam, options": lambda: train(lambda p: Adam(p, lr=0.02, betas=(0.8, 0.9), eps=1e-3, weight_decay=0.01)),
    "adam, amsgrad": lambda: train(lambda p: Adam(p, lr=0.05, betas=(0.9, 0.9), amsgrad=True)),
    "adam, maximize": lambda: train(lambda p: Adam(p, lr=0.02, maximize=True, weight_decay=0.01), ascend=True),
    "adam, changed": lambda: train(lambda p: Adam(p, lr=0.05), change=halve),
    "adam, groups": lambda: train(
        lambda p: Adam([{"params": p[2:]}, {"params": p[:2], "betas": (0.5, 0.9), "amsgrad": True}], lr=0.02)
    ),
    "adamw": lambda: train(lambda p: AdamW(p, lr=0.01)),
    "adamw, options": lambda: train(
        lambda p: AdamW(p, lr=0.02, weight_decay=0.5, amsgrad=True, maximize=True), ascend=True
    ),
    "adamw, without": lambda: train(lambda p: AdamW(p, lr=0.02, weight_decay=0)),
}


def rates(make, metric=None):
    """The learning rates before each of 60 steps."""
    parameters = [torch.zeros(1, requires_grad=True) for _ in range(2)]
    optimizer = SGD([{"params": parameters[:1]}, {"params": parameters[1:], "lr": 0.125}], lr=0.5)
    made = make(optimizer)
    found = []
    for step in range(60):
        found.append([group["lr"] for group in optimizer.param_groups])
        optimizer.step()
        made.step(*([metric(step)] if metric else []))
    return [list(of) for of in zip(*found)]


def one_cycle(**options):
    return rates(lambda o: schedule.OneCycleLR(o, max_lr=[0.5, 0.125], total_steps=60, cycle_momentum=False, **options))


def falling(step):
    """A metric that falls, rests, rises, and is nothing for a while."""
    return math.nan if step == 40 else 1 + (step - 20) ** 2 / 256 if step < 30 else 1.375 - (step % 4) / 1024


SCHEDULES = {
    "step": lambda: rates(lambda o: schedule.StepLR(o, 7)),
    "step, gamma": lambda: rates(lambda o: schedule.StepLR(o, 13, gamma=0.5)),
    "multiStep": lambda: rates(lambda o: schedule.MultiStepLR(o, [5, 11, 11, 40], gamma=0.5)),
    "exponential": lambda: rates(lambda o: schedule.ExponentialLR(o, 0.9)),
    "linear": lambda: rates(lambda o: schedule.LinearLR(o)),
    "linear, options": lambda: rates(lambda o: schedule.LinearLR(o, 0.125, 0.75, 30)),
    "polynomial": lambda: rates(lambda o: schedule.PolynomialLR(o, 40, power=2)),
    "cosine": lambda: rates(lambda o: schedule.CosineAnnealingLR(o, 59)),
    "cosine, back": lambda: rates(lambda o: schedule.CosineAnnealingLR(o, 20, eta_min=0.05)),
    "restarts": lambda: rates(lambda o: schedule.CosineAnnealingWarmRestarts(o, 10)),
    "restarts, longer": lambda: rates(lambda o: schedule.CosineAnnealingWarmRestarts(o, 5, T_mult=2, eta_min=0.05)),
    "oneCycle": lambda: one_cycle(),
    "oneCycle, options": lambda: one_cycle(pct_start=0.5, anneal_strategy="linear", div_factor=10, final_div_factor=100),
    "oneCycle, three": lambda: one_cycle(pct_start=0.25, three_phase=True),
    "lambda": lambda: rates(lambda o: schedule.LambdaLR(o, lambda step: 1 / (1 + step))),
    "sequential": lambda: rates(
        lambda o: schedule.SequentialLR(
            o, [schedule.LinearLR(o, 0.25, 1, 8), schedule.ExponentialLR(o, 0.9), schedule.StepLR(o, 4)], [8, 30]
        )
    ),
    "plateau": lambda: rates(lambda o: schedule.ReduceLROnPlateau(o), falling),
    "plateau, options": lambda: rates(
        lambda o: schedule.ReduceLROnPlateau(
            o, factor=0.5, patience=2, threshold=0.01, threshold_mode="abs", cooldown=3, min_lr=0.01, eps=1e-3
        ),
        falling,
    ),
    "plateau, max": lambda: rates(
        lambda o: schedule.ReduceLROnPlateau(o, mode="max", patience=4, threshold=0.01), falling
    ),
    "plateau, max, abs": lambda: rates(
        lambda o: schedule.ReduceLROnPlateau(o, mode="max", patience=4, threshold_mode="abs", cooldown=1), falling
    ),
}


def clipped(clip):
    weights = [torch.zeros(shape, dtype=torch.float64) for shape in SHAPES]
    for i, weight in enumerate(weights[:3]):  # the last has no gradient
        weight.grad = begin(weight.shape, 20 + i, 4)
    norm = clip(weights)
    return [[] if norm is None else [norm.item()], [numbers(x.grad) for x in weights[:3]]]


def by_norm(most, p):
    return lambda: clipped(lambda weights: torch.nn.utils.clip_grad_norm_(weights, most, p))


CLIPPED = {
    "norm 2": by_norm(1, 2),
    "norm 2, large": by_norm(100, 2),
    "norm 1": by_norm(1, 1),
    "norm 3": by_norm(0.5, 3),
    "norm 0.5": by_norm(0.5, 0.5),
    "norm inf": by_norm(1, math.inf),
    "value": lambda: clipped(lambda weights: torch.nn.utils.clip_grad_value_(weights, 0.75)),
}


PARTS = {"training": TRAINING, "schedules": SCHEDULES, "clipped": CLIPPED}
keep("optimizers", lambda: {name: named(cases) for name, cases in PARTS.items()})
