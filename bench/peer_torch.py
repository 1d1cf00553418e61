"""peer_torch.py NET THREADS WAY SECONDS: trains one of the nets with PyTorch and prints microseconds a step and peak memory in MiB.

WAY is `plain`, or `watched`: every layer's output and gradient, by hooks at every step, their norms, means, spreads and shares of
zeros, as PyTorch's users watch them.  The tenth percentile of the steps of SECONDS counts.  Threads of BLAS are held to THREADS.
"""
import os
import sys

name, threads, way, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], float(sys.argv[4])
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(threads)

import resource
import time

import torch
from torch import nn

torch.set_num_threads(threads)
torch.manual_seed(1)


def dense_chain(width, depth, act, inputs=784):
    layers = []
    for i in range(depth):
        layers += [nn.Linear(inputs if i == 0 else width, width), act()]
    return nn.Sequential(*layers, nn.Linear(width, 10))


def normed(channels, filters, kernel, stride=1):
    return nn.Sequential(nn.Conv2d(channels, filters, kernel, stride, kernel // 2, bias=False), nn.BatchNorm2d(filters))


class Unit(nn.Module):
    def __init__(self, channels, filters, stride):
        super().__init__()
        self.a, self.b = normed(channels, filters, 3, stride), normed(filters, filters, 3)
        self.project = normed(channels, filters, 1, stride) if channels != filters else nn.Identity()

    def forward(self, x):
        return torch.relu(self.b(torch.relu(self.a(x))) + self.project(x))


def resnet20():
    units, channels = [], 16
    for filters in (16, 32, 64):
        for i in range(3):
            units.append(Unit(channels, filters, 2 if i == 0 and filters > 16 else 1))
            channels = filters
    return nn.Sequential(normed(3, 16, 3), nn.ReLU(), *units, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(64, 10))


def lenet():
    return nn.Sequential(nn.Conv2d(1, 6, 5, padding=2), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(6, 16, 5), nn.ReLU(), nn.MaxPool2d(2),
                         nn.Conv2d(16, 120, 5), nn.ReLU(), nn.Flatten(), nn.Linear(120, 84), nn.ReLU(), nn.Linear(84, 10))


class Adding(nn.Module):
    def __init__(self, cell):
        super().__init__()
        self.mem, self.sum = cell(2, 128, batch_first=True), nn.Linear(128, 1)

    def forward(self, x):
        return self.sum(self.mem(x)[0][:, -1])


NETS = {
    "mlp": (lambda: nn.Sequential(nn.Linear(784, 128), nn.ReLU(), nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, 10)), (64, 784)),
    "deep_tanh": (lambda: dense_chain(100, 50, nn.Tanh), (128, 784)),
    "sigmoid": (lambda: dense_chain(256, 10, nn.Sigmoid), (128, 784)),
    "wide": (lambda: dense_chain(1024, 3, nn.ReLU), (256, 784)),
    "lenet": (lenet, (64, 1, 28, 28)),
    "resnet20": (resnet20, (32, 3, 32, 32)),
    "rnn": (lambda: Adding(nn.RNN), (32, 100, 2)),
    "lstm": (lambda: Adding(nn.LSTM), (32, 100, 2)),
    "gru": (lambda: Adding(nn.GRU), (32, 100, 2)),
}

build, shape = NETS[name]
net = build()
x = torch.randn(8, *shape)
y = torch.randn(8, shape[0], 1) if shape[1:] == (100, 2) else torch.randint(10, (8, shape[0]))
loss = nn.MSELoss() if shape[1:] == (100, 2) else nn.CrossEntropyLoss()
optimizer = torch.optim.SGD(net.parameters(), lr=0.001, momentum=0.9)
seen = []


def statistics(t):
    seen.append((t.norm().item(), t.mean().item(), t.std().item(), (t == 0).float().mean().item()))


def watch(module):
    def forward(_, __, out):
        statistics(out[0] if isinstance(out, tuple) else out)

    def backward(_, __, out):
        if out[0] is not None:
            statistics(out[0])

    module.register_forward_hook(forward)
    module.register_full_backward_hook(backward)


def step(i):
    seen.clear()
    optimizer.zero_grad()
    loss(net(x[i % 8]), y[i % 8]).backward()
    if way == "watched":
        for p in net.parameters():
            statistics(p.grad)
            statistics(p.data)
    nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    optimizer.step()


if way == "watched":
    for module in net.modules():
        if not list(module.children()):
            watch(module)

for i in range(3):
    step(i)
times = []
while sum(times) < seconds or len(times) < 5:
    start = time.perf_counter()
    step(len(times))
    times.append(time.perf_counter() - start)
tenth = sorted(times)[len(times) // 10]
print(f"{tenth * 1e6:.1f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
