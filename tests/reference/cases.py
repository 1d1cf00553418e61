"""cases.py -- the vocabulary of the reference nets: how a case is written, and how it is trained.

A case says a net twice: as a `.net` file, and as a torch module with what goes around it (loss,
penalty, clip, optimiser, schedule).  nets_*.py hold the cases.
"""
import math
import re

import torch
from torch import nn

CASES = []


class Net(nn.Module):
    """A module of named layers (lists are arrays, as in a `repeat`) and a function from x to y."""

    def __init__(self, function, **layers):
        super().__init__()
        self.function = function
        for name, layer in layers.items():
            setattr(self, name, nn.ModuleList(layer) if isinstance(layer, list) else layer)

    def forward(self, x):
        return self.function(self, x)


def path(*parts):
    """A function for Net: each part is the name of a layer, a function of the tensor, or one of
    `steps`."""
    def run(m, x):
        for part in parts:
            if isinstance(part, steps):
                x = getattr(m, part)(x.flatten(0, 1)).unflatten(0, x.shape[:2])
            else:
                x = getattr(m, part)(x) if isinstance(part, str) else part(x)
        return x
    return run


class steps(str):
    """The name of a layer that in torch works on [n][features]: here, on each step by itself."""


def flat(x):
    return x.flatten(1)


def softmax(x):
    return x.softmax(-1)


def hard_sigmoid(x):
    """hardsigmoid; torch 1.13's own has a gradient of 1/6 rounded to float even in float64."""
    return (x / 6 + 0.5).clamp(0, 1)


class Scale(nn.Module):
    """The trained scalar of `residual(scale = learn(v))`."""

    def __init__(self, value):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(float(value)))

    def forward(self, x):
        return self.scale * x


class Case:
    """One net.  `words` 0: inputs are unit-normal, else whole numbers under it.  `classes` 0: the
    target is a vector of shape `targets`; `binary`: of 0 and 1; `label_steps`: [t] for a class at
    each of t steps.  `penalty`: parameter name -> (l1, l2); `clip`, `schedule`: functions, None for
    none.  `kept`: the steps whose gradients are stored; `compact`: as float32."""

    def __init__(self, name, source, module, loss, optimizer, **given):
        self.name, self.source, self.module = name, source, module
        self.loss, self.optimizer = loss, optimizer
        self.shape = given.pop("shape", [6])
        self.words = given.pop("words", 0)
        self.classes = given.pop("classes", 0)
        self.label_steps = given.pop("label_steps", [])
        self.targets = given.pop("targets", [])
        self.binary = given.pop("binary", False)
        self.samples = given.pop("samples", 58)
        self.batch = given.pop("batch", 16)
        self.steps = int((re.findall(r"^ *steps *= (\d+);", source, re.M) or [20])[0])
        self.kept = given.pop("kept", (0, 1, 9, 19))
        self.compact = given.pop("compact", False)
        self.penalty = given.pop("penalty", {})
        self.clip = given.pop("clip", None)
        self.schedule = given.pop("schedule", None)
        self.gain = given.pop("gain", 1.0)
        self.double = bool(re.search(r"precision\s*= double", source))
        epochs = re.findall(r"^ *epochs *= (\d+);", source, re.M)
        assert not epochs or int(epochs[0]) * self.steps_per_epoch() == self.steps, name
        assert not given, given

    def steps_per_epoch(self):
        return -(-self.samples // self.batch)

    def rate(self, step):
        """The factor on the learning rate at a step, from 0."""
        if not self.schedule:
            return 1.0
        return self.schedule(step, step // self.steps_per_epoch(), self.steps)


def case(name, source, build, loss, optimizer, **given):
    """build: a function that makes the module, called under a fixed seed by make.py."""
    CASES.append(Case(name, source, build, loss, optimizer, **given))


def one_hot(loss, classes):
    """A loss of vectors for a target that is a class."""
    return lambda y, label: loss(y, nn.functional.one_hot(label, classes).to(y.dtype))


# ---- schedules: functions of (step, epoch, steps in all) ----------------------------------------

def step_at(epochs, factor):
    return lambda s, epoch, total: factor ** sum(epoch >= at for at in epochs)


def exponential(factor):
    return lambda s, epoch, total: factor ** epoch


def warm(warmup, after):
    """(s + 1) / w for s < w, then `after` of the share of the rest that is done."""
    return lambda s, epoch, total: ((s + 1) / warmup if s < warmup
                                    else after((s - warmup) / (total - warmup)))


def cosine(warmup=0):
    return warm(warmup, lambda share: 0.5 * (1 + math.cos(math.pi * share)))


def linear(warmup=0):
    return warm(warmup, lambda share: 1 - share)


# ---- clips: functions of the list of parameters, on their gradients ------------------------------

def clip_value(limit):
    return lambda params: nn.utils.clip_grad_value_(params, limit)


def clip_norm(limit):
    """clip_grad_norm_, each tensor by itself"""
    return lambda params: [nn.utils.clip_grad_norm_([p], limit) for p in params]


def clip_global_norm(limit):
    return lambda params: nn.utils.clip_grad_norm_(params, limit)


def clip_adaptive(limit, eps=1e-3):
    """Brock et al. 2021 (arXiv 2102.06171): by row of a matrix, by filter of a convolution, by the
    whole of a vector."""
    def unit_norm(x):
        if x.dim() < 2:
            return x.norm()
        return x.flatten(1).norm(dim=1).reshape([-1] + [1] * (x.dim() - 1))

    def clip(params):
        for p in params:
            most = limit * unit_norm(p.detach()).clamp(min=eps)
            norm = unit_norm(p.grad)
            p.grad.mul_((most / norm.clamp(min=1e-6)).clamp(max=1))
    return clip


# ---- optimisers: functions of the list of parameters ---------------------------------------------

def sgd(lr, **more):
    return lambda p: torch.optim.SGD(p, lr=lr, **more)


def rmsprop(lr, **more):
    return lambda p: torch.optim.RMSprop(p, lr=lr, **more)


def adagrad(lr, **more):
    return lambda p: torch.optim.Adagrad(p, lr=lr, **more)


def adam(lr, **more):
    return lambda p: torch.optim.Adam(p, lr=lr, **more)


def adamw(lr, **more):
    return lambda p: torch.optim.AdamW(p, lr=lr, **more)
