"""nets_structure.py -- reference nets, second part: residual, parallel, joins, repeat, block."""
import torch
from torch import nn
from torch.nn import BatchNorm1d, LayerNorm, Linear
from torch.nn import functional as F

from cases import (Net, Scale, adagrad, adam, case, clip_global_norm, cosine, linear, path, rmsprop,
                   sgd)

case("residuals", """
// Skips: plain, scaled, trained from nothing (ReZero), and with a shortcut where shapes differ.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(5);
    residual {
        a = dense(6, act = tanh);
    }
    residual(scale = 0.5) {
        b1 = dense(9, act = relu);
        b2 = dense(6);
    }
    rezero = residual(scale = learn(0)) {
        c = dense(6, act = silu);
    }
    residual {
        d = dense(10, act = tanh);
    } shortcut {
        e = dense(10, bias = false);
    }
    logits = dense(5);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adagrad(lr = 0.05);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(residuals, a=Linear(6, 6), b1=Linear(6, 9), b2=Linear(9, 6), rezero=Scale(0),
                 c=Linear(6, 6), d=Linear(6, 10), e=Linear(6, 10, bias=False),
                 logits=Linear(10, 5)),
     F.cross_entropy, adagrad(0.05), classes=5, gain=1.5)


def residuals(m, x):
    x = x + torch.tanh(m.a(x))
    x = x + 0.5 * m.b2(F.relu(m.b1(x)))
    x = x + m.rezero(F.silu(m.c(x)))
    x = torch.tanh(m.d(x)) + m.e(x)
    return m.logits(x)


case("branches", """
// parallel: joined by concat, add and mul; a branch without a layer hands its tensor on.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(5);
    wide = parallel(join = concat) {
        branch { a = dense(5, act = tanh); }
        branch { b = dense(3, act = relu); }
        branch { }
    }
    sum = parallel(join = add) {
        branch { c = dense(8, act = silu); }
        branch { d1 = dense(4, act = tanh); d2 = dense(8); }
    }
    gate = parallel(join = mul) {
        branch { e = dense(7, act = sigmoid); }
        branch { f = dense(7); }
    }
    logits = dense(5);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.2);
    schedule  = linear;
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(branches, a=Linear(6, 5), b=Linear(6, 3), c=Linear(14, 8), d1=Linear(14, 4),
                 d2=Linear(4, 8), e=Linear(8, 7), f=Linear(8, 7), logits=Linear(7, 5)),
     F.cross_entropy, sgd(0.2), classes=5, gain=1.7, schedule=linear())


def branches(m, x):
    x = torch.cat([torch.tanh(m.a(x)), F.relu(m.b(x)), x], 1)
    x = F.silu(m.c(x)) + m.d2(torch.tanh(m.d1(x)))
    x = torch.sigmoid(m.e(x)) * m.f(x)
    return m.logits(x)


case("joins", """
// add, mul and concat take named tensors; so does any layer. A tensor read three times.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target [3];
    a = dense(8, act = tanh);
    b = dense(8, act = sigmoid);
    c = dense(8, act = gelu) from a;
    s = add from a, b, c;
    d = dense(8);
    p = mul from d, a;
    j = concat from p, s, b;
    y = dense(3);
}

train {
    loss      = mse;
    optimizer = adam(lr = 0.01);
    schedule  = linear(warmup = 4);
    batch     = 15;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(joins, a=Linear(6, 8), b=Linear(8, 8), c=Linear(8, 8), d=Linear(8, 8),
                 y=Linear(24, 3)),
     F.mse_loss, adam(0.01), targets=[3], samples=60, batch=15, gain=1.5, schedule=linear(4))


def joins(m, x):
    a = torch.tanh(m.a(x))
    b = torch.sigmoid(m.b(a))
    s = a + b + F.gelu(m.c(a))
    return m.y(torch.cat([m.d(s) * a, s, b], 1))


case("time_joins", """
// Joins on sequences (their features) and on images (their channels); batchnorm over the steps.
data = npy("x.npy", "y.npy");

model {
    input  [4, 6];
    target class(3);
    a = dense(6, act = tanh);
    b = dense(5, bias = false);
    bn = batchnorm;
    both = concat from a, bn;
    residual(scale = 0.7) {
        c = dense(11);
        softmax;
    }
    gate = parallel(join = mul) {
        branch { d = dense(6, act = sigmoid); }
        branch { e = dense(6); }
    }
    s = add from gate, a;
    image = reshape([3, 2, 4]);
    f_part = dense(4) from s;
    other = reshape([2, 2, 4]) from f_part;
    channels = concat from image, other, image;
    flatten : [64];
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.1, momentum = 0.9);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(time_joins, a=Linear(6, 6), b=Linear(6, 5, bias=False), bn=BatchNorm1d(5),
                 c=Linear(11, 11), d=Linear(11, 6), e=Linear(11, 6), f_part=Linear(6, 4),
                 logits=Linear(64, 3)),
     F.cross_entropy, sgd(0.1, momentum=0.9), classes=3, shape=[4, 6], gain=1.5)


def time_joins(m, x):
    a = torch.tanh(m.a(x))
    x = torch.cat([a, m.bn(m.b(a).transpose(1, 2)).transpose(1, 2)], 2)
    x = x + 0.7 * m.c(x).softmax(-1)
    s = torch.sigmoid(m.d(x)) * m.e(x) + a
    other = m.f_part(s).reshape(-1, 2, 2, 4)
    image = s.reshape(-1, 3, 2, 4)
    return m.logits(torch.cat([image, other, image], 1).flatten(1))


case("repeated", """
// repeat: a name inside is an array; the index is a number; a skip inside; members read outside.
param depth: int = 5;

data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(4);
    repeat depth as i {
        h = dense(7, act = tanh);
    }
    both = concat from h[0], h[depth - 1], h[2];
    repeat 3 as i {
        g = dense(8 - i, act = relu);
    }
    repeat 3 {
        rezero = residual(scale = learn(0.1)) {
            r = dense(6);
            norm = layernorm;
        }
    }
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.1, momentum = 0.8);
    schedule  = cosine;
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(repeated, h=[Linear(6 if i == 0 else 7, 7) for i in range(5)],
                 g=[Linear(21 if i == 0 else 9 - i, 8 - i) for i in range(3)],
                 rezero=[Scale(0.1) for i in range(3)], r=[Linear(6, 6) for i in range(3)],
                 norm=[LayerNorm(6) for i in range(3)], logits=Linear(6, 4)),
     F.cross_entropy, sgd(0.1, momentum=0.8), classes=4, gain=1.7, schedule=cosine())


def repeated(m, x):
    h = []
    for layer in m.h:
        x = torch.tanh(layer(x))
        h.append(x)
    x = torch.cat([h[0], h[4], h[2]], 1)
    for layer in m.g:
        x = F.relu(layer(x))
    for scale, layer, norm in zip(m.rezero, m.r, m.norm):
        x = x + scale(norm(layer(x)))
    return m.logits(x)


case("blocks", """
// Blocks: arguments and defaults, a shape signature, one inside another, an array of them.
block pair(n: int, f: activation = tanh) : [N] -> [n] {
    first = dense(N, act = f);
    second = dense(n);
}

block unit(f: activation, s: real = 1.0) : [N] -> [N] {
    norm = layernorm;
    residual(scale = s) {
        fc = dense(2 * N - 4, act = f);
        inner = pair(N);
    }
}

data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(4);
    head = pair(7, f = sigmoid);
    one = unit(relu, s = 0.5);
    repeat 3 {
        unit = unit(gelu);
    }
    pair(5) : [5];
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.1, momentum = 0.9);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(lambda m, x: m.logits(m.pair(m.unit[2](m.unit[1](m.unit[0](m.one(m.head(x))))))),
                 head=Pair(6, 7, torch.sigmoid), one=Unit(7, F.relu, 0.5),
                 unit=[Unit(7, F.gelu) for i in range(3)], pair=Pair(7, 5), logits=Linear(5, 4)),
     F.cross_entropy, sgd(0.1, momentum=0.9), classes=4)


class Pair(nn.Module):
    def __init__(self, n_in, n, f=torch.tanh):
        super().__init__()
        self.first, self.second, self.f = Linear(n_in, n_in), Linear(n_in, n), f

    def forward(self, x):
        return self.second(self.f(self.first(x)))


class Unit(nn.Module):
    def __init__(self, n, f, s=1.0):
        super().__init__()
        self.norm, self.fc, self.inner = LayerNorm(n), Linear(n, 2 * n - 4), Pair(2 * n - 4, n)
        self.f, self.s = f, s

    def forward(self, x):
        x = self.norm(x)
        return x + self.s * self.inner(self.f(self.fc(x)))


case("vanishing", """
// Twenty sigmoid layers: the first gradient is 1e-16 of the last, and still right.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(3);
    repeat 20 as i {
        h = dense(6, act = sigmoid);
    }
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.1, momentum = 0.9);
    clip      = global_norm(0.2);
    batch     = 16;
    steps     = 20;
    shuffle   = false;
}
""", lambda: Net(vanishing, h=[Linear(6, 6) for i in range(20)], logits=Linear(6, 3)),
     F.cross_entropy, sgd(0.1, momentum=0.9), classes=3, samples=48, clip=clip_global_norm(0.2))


def vanishing(m, x):
    for layer in m.h:
        x = torch.sigmoid(layer(x))
    return m.logits(x)


case("double_deep", """
// Twelve skips in double, clipped by the global norm under a warm linear schedule.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target input;
    repeat 12 as i {
        residual(scale = 0.3) {
            up = dense(8, act = tanh);
            down = dense(6);
        }
    }
    y = dense(6);
}

train {
    loss      = mse;
    optimizer = rmsprop(lr = 0.002, alpha = 0.95, momentum = 0.3);
    schedule  = linear(warmup = 5);
    clip      = global_norm(1.0);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(double_deep, up=[Linear(6, 8) for i in range(12)],
                 down=[Linear(8, 6) for i in range(12)], y=Linear(6, 6)),
     F.mse_loss, rmsprop(0.002, alpha=0.95, momentum=0.3), clip=clip_global_norm(1.0),
     schedule=linear(5))


def double_deep(m, x):
    for up, down in zip(m.up, m.down):
        x = x + 0.3 * down(torch.tanh(up(x)))
    return m.y(x)
