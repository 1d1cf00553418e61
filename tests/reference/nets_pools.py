"""nets_pools.py -- reference nets, fifth part: pools, and the norms of images and groups."""
import torch
from torch.nn import BatchNorm1d, BatchNorm2d, Conv2d, GroupNorm, LayerNorm, Linear
from torch.nn import functional as F

from cases import (Net, adam, adamw, case, cosine, exponential, flat, path, rmsprop, sgd, step_at,
                   steps)


def max_pool(*sizes):
    return lambda x: F.max_pool2d(x, *sizes)


def avg_pool(*sizes):
    return lambda x: F.avg_pool2d(x, *sizes)


def global_avg_pool(x):
    return x.mean((2, 3))


case("max_pool", """
// Max pools: side by side, overlapping, with padding that never wins, with pixels between them.
data = npy("x.npy", "y.npy");

model {
    input  [1, 15, 14];
    target class(4);
    a = conv(3, 3, act = tanh);
    max_pool(2) : [3, 6, 6];
    b = conv(4, 2, act = silu);
    max_pool(3, stride = 2, pad = 1) : [4, 3, 3];
    max_pool(2, stride = 1) : [4, 2, 2];
    c = conv(4, 1, pad = 1);
    max_pool(3, stride = 1, pad = 1) : [4, 4, 4];
    max_pool(1, stride = 3) : [4, 2, 2];
    flatten;
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.05, momentum = 0.9);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("a", torch.tanh, max_pool(2), "b", F.silu, max_pool(3, 2, 1), max_pool(2, 1),
                      "c", max_pool(3, 1, 1), max_pool(1, 3), flat, "logits"),
                 a=Conv2d(1, 3, 3), b=Conv2d(3, 4, 2), c=Conv2d(4, 4, 1, padding=1),
                 logits=Linear(16, 4)),
     F.cross_entropy, sgd(0.05, momentum=0.9), classes=4, shape=[1, 15, 14], gain=1.5,
     kept=(0, 9), compact=True, samples=30, batch=8)

case("avg_pool", """
// Average pools: side by side, overlapping, with padding that counts as zeros; global ones.
data = npy("x.npy", "y.npy");

model {
    input  [2, 11, 10];
    target class(4);
    a = conv(3, 3, act = tanh);
    avg_pool(2) : [3, 4, 4];
    b = conv(4, 2, pad = 1, act = silu);
    avg_pool(3, stride = 2, pad = 1) : [4, 3, 3];
    avg_pool(2, stride = 1, pad = 1) : [4, 4, 4];
    c = conv(5, 2, act = gelu);
    global_avg_pool : [5];
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = rmsprop(lr = 0.002, eps = 0.001, momentum = 0.3);
    schedule  = exponential(0.7);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("a", torch.tanh, avg_pool(2), "b", F.silu, avg_pool(3, 2, 1),
                      avg_pool(2, 1, 1), "c", F.gelu, global_avg_pool, "logits"),
                 a=Conv2d(2, 3, 3), b=Conv2d(3, 4, 2, padding=1), c=Conv2d(4, 5, 2),
                 logits=Linear(5, 4)),
     F.cross_entropy, rmsprop(0.002, eps=0.001, momentum=0.3), classes=4, shape=[2, 11, 10],
     gain=2.0, schedule=exponential(0.7), kept=(0, 9), compact=True, samples=30, batch=8)

case("double_pools", """
// Every pool and norm of images, in double; a norm as the first layer and one after a pool.
data = npy("x.npy", "y.npy");

model {
    input  [4, 7, 8];
    target [2];
    bn = batchnorm(momentum = 0.2);
    a = conv(4, 3, pad = 1, act = relu);
    max_pool(3, stride = 2, pad = 1) : [4, 4, 4];
    gn = groupnorm(2);
    b = conv(6, 2, act = tanh);
    avg_pool(2, stride = 1, pad = 1) : [6, 4, 4];
    ln = layernorm;
    c = conv(4, 3, act = silu);
    parts = groupnorm(2, affine = false);
    global_avg_pool;
    y = dense(2);
}

train {
    loss      = mse;
    optimizer = adamw(lr = 0.02, decay = 0.1);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(path("bn", "a", F.relu, max_pool(3, 2, 1), "gn", "b", torch.tanh,
                      avg_pool(2, 1, 1), "ln", "c", F.silu, "parts", global_avg_pool, "y"),
                 bn=BatchNorm2d(4, momentum=0.2), a=Conv2d(4, 4, 3, padding=1), gn=GroupNorm(2, 4),
                 b=Conv2d(4, 6, 2), ln=LayerNorm([6, 4, 4]), c=Conv2d(6, 4, 3),
                 parts=GroupNorm(2, 4, affine=False), y=Linear(4, 2)),
     F.mse_loss, adamw(0.02, weight_decay=0.1), targets=[2], shape=[4, 7, 8], kept=(0, 9),
     samples=30, batch=8)

case("batchnorm_images", """
// Batch normalisation of channels: running statistics, momentum, no affine; a smaller last batch.
data = npy("x.npy", "y.npy");

model {
    input  [3, 6, 5];
    target class(4);
    bn0 = batchnorm;
    a = conv(4, 3, pad = 1, bias = false);
    bn1 = batchnorm(momentum = 0.3, eps = 1e-3);
    relu;
    b = conv(4, 2, stride = 2, bias = false) : [4, 3, 2];
    bn2 = batchnorm(affine = false);
    tanh;
    c = conv(5, 2, act = silu, bias = false);
    flatten;
    bn3 = batchnorm;
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.02, momentum = 0.9, nesterov = true);
    schedule  = step(at = [1, 3], factor = 0.5);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("bn0", "a", "bn1", F.relu, "b", "bn2", torch.tanh, "c", F.silu, flat, "bn3",
                      "logits"),
                 bn0=BatchNorm2d(3), a=Conv2d(3, 4, 3, padding=1, bias=False),
                 bn1=BatchNorm2d(4, momentum=0.3, eps=1e-3), b=Conv2d(4, 4, 2, 2, bias=False),
                 bn2=BatchNorm2d(4, affine=False), c=Conv2d(4, 5, 2, bias=False),
                 bn3=BatchNorm1d(10), logits=Linear(10, 4)),
     F.cross_entropy, sgd(0.02, momentum=0.9, nesterov=True), classes=4, shape=[3, 6, 5],
     schedule=step_at([1, 3], 0.5), kept=(0, 9), compact=True)

case("layernorm_images", """
// Layer normalisation of the whole image: affine for each of its numbers; without affine.
data = npy("x.npy", "y.npy");

model {
    input  [2, 5, 4];
    target class(3);
    ln0 = layernorm;
    a = conv(3, 2, act = gelu);
    ln1 = layernorm(eps = 1e-3);
    b = conv(3, 3, pad = 1);
    ln2 = layernorm(affine = false);
    silu;
    global_avg_pool;
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adam(lr = 0.005);
    schedule  = cosine(warmup = 3);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("ln0", "a", F.gelu, "ln1", "b", "ln2", F.silu, global_avg_pool, "logits"),
                 ln0=LayerNorm([2, 5, 4]), a=Conv2d(2, 3, 2), ln1=LayerNorm([3, 4, 3], eps=1e-3),
                 b=Conv2d(3, 3, 3, padding=1),
                 ln2=LayerNorm([3, 4, 3], elementwise_affine=False), logits=Linear(3, 3)),
     F.cross_entropy, adam(0.005), classes=3, shape=[2, 5, 4], schedule=cosine(3), kept=(0, 9),
     compact=True)

case("groupnorm_images", """
// Group normalisation of channels: in some groups, in one, each channel by itself.
data = npy("x.npy", "y.npy");

model {
    input  [4, 5, 6];
    target class(3);
    gn0 = groupnorm(2);
    a = conv(6, 3, act = tanh);
    gn1 = groupnorm(3, affine = false);
    b = conv(6, 2, bias = false);
    one = groupnorm(1, eps = 1e-3);
    softplus;
    c = conv(4, 1, bias = false);
    each = groupnorm(4);
    flatten;
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.01, momentum = 0.9);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("gn0", "a", torch.tanh, "gn1", "b", "one", F.softplus, "c", "each", flat,
                      "logits"),
                 gn0=GroupNorm(2, 4), a=Conv2d(4, 6, 3), gn1=GroupNorm(3, 6, affine=False),
                 b=Conv2d(6, 6, 2, bias=False), one=GroupNorm(1, 6, eps=1e-3),
                 c=Conv2d(6, 4, 1, bias=False), each=GroupNorm(4, 4), logits=Linear(24, 3)),
     F.cross_entropy, sgd(0.01, momentum=0.9), classes=3, shape=[4, 5, 6], kept=(0, 9),
     compact=True, samples=30, batch=8)

case("groupnorm_features", """
// Group normalisation of features: of a vector, and of each step of a sequence by itself.
data = npy("x.npy", "y.npy");

model {
    input  [5, 8];
    target class(3);
    gn0 = groupnorm(2);
    a = dense(12, act = tanh);
    gn1 = groupnorm(2, eps = 1e-3);
    b = dense(12, act = silu);
    gn2 = groupnorm(3, affine = false);
    flatten : [60];
    c = dense(16);
    gn3 = groupnorm(2);
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.01, momentum = 0.9);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path(steps("gn0"), "a", torch.tanh, steps("gn1"), "b", F.silu, steps("gn2"), flat,
                      "c", "gn3", "logits"),
                 gn0=GroupNorm(2, 8), a=Linear(8, 12), gn1=GroupNorm(2, 12, eps=1e-3),
                 b=Linear(12, 12), gn2=GroupNorm(3, 12, affine=False), c=Linear(60, 16),
                 gn3=GroupNorm(2, 16), logits=Linear(16, 3)),
     F.cross_entropy, sgd(0.01, momentum=0.9), classes=3, shape=[5, 8], kept=(0, 9), compact=True)
