"""nets_images.py -- reference nets, fourth part: convolutions."""
import torch
from torch import nn
from torch.nn import BatchNorm2d, Conv2d, Linear
from torch.nn import functional as F

from cases import (Net, adagrad, adam, adamw, case, clip_adaptive, clip_global_norm, clip_norm,
                   cosine, flat, one_hot, path, rmsprop, sgd, step_at)


class Same(Conv2d):
    """`pad = same` with a stride: ceil(in / stride) comes out, an odd row of padding is last."""

    def forward(self, x):
        pads = []
        for size in (x.shape[3], x.shape[2]):
            reach = self.dilation[0] * (self.kernel_size[0] - 1) + 1
            out = -(-size // self.stride[0])
            total = max((out - 1) * self.stride[0] + reach - size, 0)
            pads += [total // 2, total - total // 2]
        return self._conv_forward(F.pad(x, pads), self.weight, self.bias)


case("conv", """
// Convolutions with strides and padding, one without a bias; the last rows that no window reaches.
data = npy("x.npy", "y.npy");

model {
    input  [2, 9, 8];
    target class(4);
    a = conv(3, 3, act = tanh) : [3, 7, 6];
    b = conv(4, 3, stride = 2, pad = 1, act = relu) : [4, 4, 3];
    c = conv(3, 2, pad = 1, bias = false) : [3, 5, 4];
    d = conv(4, 3, stride = 3, pad = 2, act = silu) : [4, 3, 2];
    flatten;
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.1, momentum = 0.9);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("a", torch.tanh, "b", F.relu, "c", "d", F.silu, flat, "logits"),
                 a=Conv2d(2, 3, 3), b=Conv2d(3, 4, 3, 2, 1), c=Conv2d(4, 3, 2, 1, 1, bias=False),
                 d=Conv2d(3, 4, 3, 3, 2), logits=Linear(24, 4)),
     F.cross_entropy, sgd(0.1, momentum=0.9), classes=4, shape=[2, 9, 8], gain=1.5,
     kept=(0, 9), compact=True, samples=30, batch=8)

case("double_conv_same", """
// `pad = same` without a stride, in double: odd and even kernels, dilation, a kernel larger than
// the image.
data = npy("x.npy", "y.npy");

model {
    input  [2, 5, 6];
    target class(4);
    a = conv(3, 3, pad = same, act = tanh) : [3, 5, 6];
    b = conv(2, 4, pad = same, act = softsign) : [2, 5, 6];
    c = conv(3, 2, pad = same, act = elu(0.7)) : [3, 5, 6];
    d = conv(2, 3, pad = same, dilation = 2, act = tanh) : [2, 5, 6];
    e = conv(2, 2, pad = same, dilation = 3) : [2, 5, 6];
    f = conv(2, 1, pad = same, act = sigmoid) : [2, 5, 6];
    g = conv(1, 7, pad = same, act = tanh) : [1, 5, 6];
    flatten;
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adam(lr = 0.01);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(path("a", torch.tanh, "b", F.softsign, "c", lambda x: F.elu(x, 0.7), "d",
                      torch.tanh, "e", "f", torch.sigmoid, "g", torch.tanh, flat, "logits"),
                 a=Conv2d(2, 3, 3, padding="same"), b=Conv2d(3, 2, 4, padding="same"),
                 c=Conv2d(2, 3, 2, padding="same"), d=Conv2d(3, 2, 3, padding="same", dilation=2),
                 e=Conv2d(2, 2, 2, padding="same", dilation=3), f=Conv2d(2, 2, 1, padding="same"),
                 g=Conv2d(2, 1, 7, padding="same"), logits=Linear(30, 4)),
     F.cross_entropy, adam(0.01), classes=4, shape=[2, 5, 6], gain=1.7, kept=(0, 9), samples=30,
     batch=8)

case("conv_same_strides", """
// `pad = same` with strides that divide the image and that do not; the odd row of padding last.
data = npy("x.npy", "y.npy");

model {
    input  [1, 16, 11];
    target class(4);
    a = conv(3, 3, pad = same, stride = 2, act = tanh) : [3, 8, 6];
    b = conv(4, 4, pad = same, stride = 3, act = sigmoid) : [4, 3, 2];
    c = conv(5, 1, pad = same, stride = 2, bias = false) : [5, 2, 1];
    small = conv(4, 2, pad = same, stride = 3, act = gelu) from a : [4, 3, 2];
    d = conv(3, 2, pad = same, stride = 2, dilation = 3, act = tanh) : [3, 2, 1];
    both = concat from c, d;
    flatten : [16];
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = rmsprop(lr = 0.005);
    schedule  = cosine;
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(same_strides, a=Same(1, 3, 3, 2), b=Same(3, 4, 4, 3),
                 c=Same(4, 5, 1, 2, bias=False), small=Same(3, 4, 2, 3),
                 d=Same(4, 3, 2, 2, dilation=3), logits=Linear(16, 4)),
     F.cross_entropy, rmsprop(0.005), classes=4, shape=[1, 16, 11], gain=1.7, schedule=cosine(),
     kept=(0, 9), compact=True, samples=30, batch=8)


def same_strides(m, x):
    a = torch.tanh(m.a(x))
    c = m.c(torch.sigmoid(m.b(a)))
    d = torch.tanh(m.d(F.gelu(m.small(a))))
    return m.logits(torch.cat([c, d], 1).flatten(1))


case("conv_groups", """
// Groups, and depthwise: as many groups as channels, one filter or two for each; 1x1 after them.
data = npy("x.npy", "y.npy");

model {
    input  [4, 6, 5];
    target class(3);
    a = conv(6, 3, groups = 2, pad = 1, act = tanh);
    depthwise = conv(6, 3, groups = 6, stride = 2, pad = same, bias = false) : [6, 3, 3];
    bn = batchnorm;
    silu;
    pointwise = conv(4, 1, act = relu);
    twice = conv(8, 2, groups = 4, act = softplus) : [8, 2, 2];
    last = conv(6, 2, groups = 2) : [6, 1, 1];
    flatten;
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.05, momentum = 0.9, nesterov = true);
    schedule  = step(at = [2], factor = 0.3);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("a", torch.tanh, "depthwise", "bn", F.silu, "pointwise", F.relu, "twice",
                      F.softplus, "last", flat, "logits"),
                 a=Conv2d(4, 6, 3, padding=1, groups=2),
                 depthwise=Same(6, 6, 3, 2, groups=6, bias=False), bn=BatchNorm2d(6),
                 pointwise=Conv2d(6, 4, 1), twice=Conv2d(4, 8, 2, groups=4),
                 last=Conv2d(8, 6, 2, groups=2), logits=Linear(6, 3)),
     F.cross_entropy, sgd(0.05, momentum=0.9, nesterov=True), classes=3, shape=[4, 6, 5],
     schedule=step_at([2], 0.3), kept=(0, 9), compact=True, samples=30, batch=8)

case("conv_edges", """
// Sizes at the edge: a kernel as large as the image, a stride over pixels, one pixel padded, images
// of one row.
data = npy("x.npy", "y.npy");

model {
    input  [2, 4, 7];
    target [3];
    skip_pixels = conv(3, 1, stride = 3, act = tanh) : [3, 2, 3];
    dilated = conv(4, 2, dilation = 2, pad = 1, act = tanh) : [4, 2, 3];
    whole = conv(5, 2, stride = 2, act = tanh) : [5, 1, 1];
    padded = conv(3, 3, pad = 1, act = tanh) : [3, 1, 1];
    wide = conv(2, 3, pad = 3, act = tanh) : [2, 5, 5];
    far = conv(2, 2, dilation = 4, act = tanh) : [2, 1, 1];
    reshape([1, 1, 2]);
    row = conv(4, 1, act = tanh) : [4, 1, 2];
    flatten;
    y = dense(3);
}

train {
    loss      = mse;
    optimizer = sgd(lr = 0.1, momentum = 0.9);
    clip      = norm(0.05);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("skip_pixels", torch.tanh, "dilated", torch.tanh, "whole", torch.tanh,
                      "padded", torch.tanh, "wide", torch.tanh, "far", torch.tanh,
                      lambda x: x.reshape(-1, 1, 1, 2), "row", torch.tanh, flat, "y"),
                 skip_pixels=Conv2d(2, 3, 1, 3), dilated=Conv2d(3, 4, 2, padding=1, dilation=2),
                 whole=Conv2d(4, 5, 2, 2), padded=Conv2d(5, 3, 3, padding=1),
                 wide=Conv2d(3, 2, 3, padding=3), far=Conv2d(2, 2, 2, dilation=4),
                 row=Conv2d(1, 4, 1), y=Linear(8, 3)),
     F.mse_loss, sgd(0.1, momentum=0.9), targets=[3], shape=[2, 4, 7], gain=2.0,
     clip=clip_norm(0.05), kept=(0, 9), compact=True)

case("double_conv", """
// Every argument of a convolution, in double.
data = npy("x.npy", "y.npy");

model {
    input  [3, 8, 7];
    target class(4);
    a = conv(4, 3, pad = 1, act = gelu);
    b = conv(4, 3, stride = 2, pad = same, groups = 2, act = tanh) : [4, 4, 4];
    c = conv(4, 2, dilation = 2, pad = 1, groups = 4, bias = false, act = selu) : [4, 4, 4];
    d = conv(3, 4, pad = same, act = hard_tanh) : [3, 4, 4];
    e = conv(6, 3, stride = 2, dilation = 2, pad = 2, groups = 3) : [6, 2, 2];
    flatten;
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adam(lr = 0.01, beta1 = 0.8, beta2 = 0.95);
    clip      = global_norm(0.3);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(path("a", F.gelu, "b", torch.tanh, "c", F.selu, "d", F.hardtanh, "e", flat,
                      "logits"),
                 a=Conv2d(3, 4, 3, padding=1), b=Same(4, 4, 3, 2, groups=2),
                 c=Conv2d(4, 4, 2, padding=1, dilation=2, groups=4, bias=False),
                 d=Conv2d(4, 3, 4, padding="same"),
                 e=Conv2d(3, 6, 3, stride=2, dilation=2, padding=2, groups=3),
                 logits=Linear(24, 4)),
     F.cross_entropy, adam(0.01, betas=(0.8, 0.95)), classes=4, shape=[3, 8, 7], gain=1.5,
     clip=clip_global_norm(0.3), kept=(0, 9), samples=30, batch=8)

case("conv_penalties", """
// Penalties on filters, the net's and a layer's own; clipped filter by filter.
data = npy("x.npy", "y.npy");

model {
    input  [2, 6, 6];
    target class(3);
    a = conv(4, 3, act = tanh, l1 = 0.002, l2 = 0.001);
    b = conv(4, 2, stride = 2, groups = 2, act = sigmoid, bias = false);
    flatten;
    y = dense(3, l2 = 0.01);
}

train {
    loss       = mse;
    optimizer  = adamw(lr = 0.01, decay = 0.1);
    clip       = adaptive(0.03);
    regularize = l1l2(0.001, 0.003);
    batch      = 16;
    epochs     = 5;
    shuffle    = false;
}
""", lambda: Net(path("a", torch.tanh, "b", torch.sigmoid, flat, "y"), a=Conv2d(2, 4, 3),
                 b=Conv2d(4, 4, 2, 2, groups=2, bias=False), y=Linear(16, 3)),
     one_hot(F.mse_loss, 3), adamw(0.01, weight_decay=0.1), classes=3, shape=[2, 6, 6], gain=1.5,
     clip=clip_adaptive(0.03), kept=(0, 9), compact=True,
     penalty={"a.weight": (0.003, 0.004), "b.weight": (0.001, 0.003), "y.weight": (0.001, 0.013)})

case("conv_joins", """
// Images in a residual with a shortcut, in branches as an inception, gated, and in a repeat.
block unit(c: int, s: int = 1) : [C, H, W] -> [c, H / s, W / s] {
    residual {
        first = conv(c, 3, stride = s, pad = 1, act = tanh);
        second = conv(c, 3, pad = 1);
    } shortcut {
        if s > 1 {
            down = conv(c, 1, stride = s, bias = false);
        }
    }
}

data = npy("x.npy", "y.npy");

model {
    input  [2, 6, 8];
    target class(3);
    one = unit(3, s = 2);
    mixed = parallel(join = concat) {
        branch { a = conv(2, 1, act = tanh); }
        branch { b = conv(2, 3, pad = 1, act = tanh); }
        branch { max_pool(3, stride = 1, pad = 1); }
    }
    gate = parallel(join = mul) {
        branch { c = conv(4, 1, act = sigmoid); }
        branch { d = conv(4, 1); }
    }
    repeat 2 {
        unit = unit(4);
        silu;
    }
    flatten;
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adagrad(lr = 0.01);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(joins, one=Unit(2, 3, 2), a=Conv2d(3, 2, 1), b=Conv2d(3, 2, 3, padding=1),
                 c=Conv2d(7, 4, 1), d=Conv2d(7, 4, 1), unit=[Unit(4, 4) for i in range(2)],
                 logits=Linear(48, 3)),
     F.cross_entropy, adagrad(0.01), classes=3, shape=[2, 6, 8], kept=(0, 9), compact=True,
     samples=30, batch=8)


class Unit(nn.Module):
    def __init__(self, n, c, s=1):
        super().__init__()
        self.first, self.second = Conv2d(n, c, 3, s, 1), Conv2d(c, c, 3, 1, 1)
        if s > 1:
            self.down = Conv2d(n, c, 1, s, bias=False)

    def forward(self, x):
        skip = self.down(x) if hasattr(self, "down") else x
        return skip + self.second(torch.tanh(self.first(x)))


def joins(m, x):
    x = m.one(x)
    x = torch.cat([torch.tanh(m.a(x)), torch.tanh(m.b(x)), F.max_pool2d(x, 3, 1, 1)], 1)
    x = torch.sigmoid(m.c(x)) * m.d(x)
    for unit in m.unit:
        x = F.silu(unit(x))
    return m.logits(x.flatten(1))


case("conv_output", """
// The model puts out an image, its own input: an autoencoder of convolutions.
data = npy("x.npy", "y.npy");

model {
    input  [2, 4, 5];
    target input;
    code = conv(3, 3, pad = 1, act = tanh);
    y = conv(2, 3, pad = 1);
}

train {
    loss      = huber(0.5);
    optimizer = adam(lr = 0.02);
    batch     = 16;
    steps     = 20;
    shuffle   = false;
}
""", lambda: Net(path("code", torch.tanh, "y"), code=Conv2d(2, 3, 3, padding=1),
                 y=Conv2d(3, 2, 3, padding=1)),
     nn.HuberLoss(delta=0.5), adam(0.02), shape=[2, 4, 5], samples=40, compact=True)
