"""nets_layers.py -- reference nets, first part: every activation and every layer."""
import torch
from torch.nn import BatchNorm1d, BatchNorm2d, LayerNorm, Linear
from torch.nn import functional as F

from cases import (Net, Scale, adagrad, adam, adamw, case, clip_adaptive, cosine, exponential, flat,
                   hard_sigmoid, one_hot, path, rmsprop, sgd, softmax, step_at)

case("kinked", """
// Activations with a kink, as `act =`; plain SGD.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(10);
    a = dense(12, act = relu);
    b = dense(12, act = leaky_relu(0.1));
    c = dense(12, act = hard_sigmoid);
    d = dense(12, act = hard_tanh);
    e = dense(12, act = elu(0.7));
    logits = dense(10, act = linear);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(0.3);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("a", F.relu, "b", leaky, "c", hard_sigmoid, "d", F.hardtanh, "e", elu,
                      "logits"),
                 a=Linear(6, 12), b=Linear(12, 12), c=Linear(12, 12), d=Linear(12, 12),
                 e=Linear(12, 12), logits=Linear(12, 10)),
     F.cross_entropy, sgd(0.3), classes=10, gain=1.7)


def leaky(x):
    return F.leaky_relu(x, 0.1)


def elu(x):
    return F.elu(x, 0.7)


case("smooth", """
// Smooth activations, as `act =`; Adam.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(10);
    a = dense(10, act = sigmoid);
    b = dense(10, act = tanh);
    c = dense(10, act = gelu);
    d = dense(10, act = silu);
    logits = dense(10);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adam(lr = 0.02, beta1 = 0.8, beta2 = 0.95, eps = 1e-6);
    batch     = 16;
    steps     = 20;
    shuffle   = false;
}
""", lambda: Net(path("a", torch.sigmoid, "b", torch.tanh, "c", F.gelu, "d", F.silu, "logits"),
                 a=Linear(6, 10), **{name: Linear(10, 10) for name in "bcd"},
                 logits=Linear(10, 10)),
     F.cross_entropy, adam(0.02, betas=(0.8, 0.95), eps=1e-6), classes=10, gain=1.7)

case("soft", """
// More smooth activations, a softmax inside the net; SGD with momentum.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(10);
    a = dense(10, act = softplus);
    b = dense(10, act = softsign);
    c = dense(10, act = selu);
    d = dense(10, act = softmax);
    logits = dense(10);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.2, momentum = 0.9);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("a", F.softplus, "b", F.softsign, "c", F.selu, "d", softmax, "logits"),
                 a=Linear(6, 10), **{name: Linear(10, 10) for name in "bcd"},
                 logits=Linear(10, 10)),
     F.cross_entropy, sgd(0.2, momentum=0.9), classes=10, gain=2.0)

case("own_layers", """
// Every activation as a layer of its own; layers without a name are dense, dense_2, ...
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target [2];
    dense(7);
    sigmoid;
    dense(7);
    tanh;
    dense(7);
    relu;
    dense(7);
    leaky_relu;
    dense(7);
    elu();
    dense(7);
    selu;
    dense(7);
    gelu;
    dense(7);
    silu;
    dense(7);
    softplus;
    dense(7);
    softsign;
    dense(7);
    hard_sigmoid;
    dense(7);
    hard_tanh;
    dense(7);
    softmax;
    linear;
    dense(2);
}

train {
    loss      = mse;
    optimizer = sgd(lr = 0.05, momentum = 0.9);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(path("dense", torch.sigmoid, "dense_2", torch.tanh, "dense_3", F.relu, "dense_4",
                      F.leaky_relu, "dense_5", F.elu, "dense_6", F.selu, "dense_7", F.gelu,
                      "dense_8", F.silu, "dense_9", F.softplus, "dense_10", F.softsign,
                      "dense_11", hard_sigmoid, "dense_12", F.hardtanh, "dense_13", softmax,
                      "dense_14"),
                 dense=Linear(6, 7), **{f"dense_{i}": Linear(7, 7) for i in range(2, 14)},
                 dense_14=Linear(7, 2)),
     F.mse_loss, sgd(0.05, momentum=0.9), targets=[2], gain=2.0)

case("batchnorm", """
// Batch normalisation: its running statistics, its momentum, without affine; a smaller last batch.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(4);
    bn0 = batchnorm;
    a = dense(12, act = tanh);
    b = dense(12, bias = false);
    bn1 = batchnorm(momentum = 0.3, eps = 1e-3);
    relu;
    c = dense(10, bias = false);
    bn2 = batchnorm(affine = false);
    tanh;
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.1, momentum = 0.9, nesterov = true);
    schedule  = step(at = [1, 3], factor = 0.5);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("bn0", "a", torch.tanh, "b", "bn1", F.relu, "c", "bn2", torch.tanh, "logits"),
                 bn0=BatchNorm1d(6), a=Linear(6, 12), b=Linear(12, 12, bias=False),
                 bn1=BatchNorm1d(12, momentum=0.3, eps=1e-3), c=Linear(12, 10, bias=False),
                 bn2=BatchNorm1d(10, affine=False), logits=Linear(10, 4)),
     F.cross_entropy, sgd(0.1, momentum=0.9, nesterov=True), classes=4,
     schedule=step_at([1, 3], 0.5))

case("layernorm", """
// Layer normalisation on the input and between layers; Adam's defaults under a warm cosine.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(5);
    ln0 = layernorm;
    a = dense(10, act = gelu);
    ln1 = layernorm(eps = 1e-3);
    b = dense(10);
    ln2 = layernorm(affine = false);
    silu;
    logits = dense(5);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adam;
    schedule  = cosine(warmup = 3);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("ln0", "a", F.gelu, "ln1", "b", "ln2", F.silu, "logits"),
                 ln0=LayerNorm(6), a=Linear(6, 10), ln1=LayerNorm(10, eps=1e-3), b=Linear(10, 10),
                 ln2=LayerNorm(10, elementwise_affine=False), logits=Linear(10, 5)),
     F.cross_entropy, adam(0.001), classes=5, schedule=cosine(3))

case("time", """
// A sequence: dense, layernorm and softmax work on each of its steps; flatten joins them.
data = npy("x.npy", "y.npy");

model {
    input  [5, 6];
    target class(4);
    a = dense(8, act = tanh) : [5, 8];
    ln = layernorm;
    b = dense(7, act = softmax);
    c = dense(8, act = sigmoid, bias = false);
    flatten : [40];
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = rmsprop(lr = 0.01, alpha = 0.9, eps = 1e-6, momentum = 0.5);
    schedule  = exponential(0.8);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("a", torch.tanh, "ln", "b", softmax, "c", torch.sigmoid, flat, "logits"),
                 a=Linear(6, 8), ln=LayerNorm(8), b=Linear(8, 7), c=Linear(7, 8, bias=False),
                 logits=Linear(40, 4)),
     F.cross_entropy, rmsprop(0.01, alpha=0.9, eps=1e-6, momentum=0.5), classes=4, shape=[5, 6],
     schedule=exponential(0.8))


case("reshaped", """
// Norms of an image: by channel, and of the whole; flatten and reshape move no number; `let` and
// `if` leave no trace in the net.
let steps_in_time = 3;

data = npy("x.npy", "y.npy");

model {
    input  [2, 2, 3];
    target [3];
    bn = batchnorm;
    ln = layernorm;
    flatten : [12];
    reshape([steps_in_time, 4]);
    a = dense(6, act = silu);
    reshape([6 * steps_in_time]);
    if steps_in_time > 2 {
        b = dense(9, act = tanh);
    } else {
        c = dense(90);
    }
    y = dense(3);
}

train {
    loss      = mae;
    optimizer = rmsprop;
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("bn", "ln", lambda x: x.reshape(-1, 3, 4), "a", F.silu, flat, "b",
                      torch.tanh, "y"),
                 bn=BatchNorm2d(2), ln=LayerNorm([2, 2, 3]), a=Linear(4, 6), b=Linear(18, 9),
                 y=Linear(9, 3)),
     F.l1_loss, rmsprop(0.01), targets=[3], shape=[2, 2, 3], samples=64)

case("double_norms", """
// Both norms and a trained skip, in double; adaptive clipping in double.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(3);
    a = dense(9, bias = false);
    bn = batchnorm;
    selu;
    skip = residual(scale = learn(0.2)) {
        b = dense(9, act = gelu);
        ln = layernorm;
    }
    ends = layernorm;
    y = dense(3);
}

train {
    loss      = mse;
    optimizer = adamw(lr = 0.01, beta1 = 0.85, beta2 = 0.98, eps = 1e-7, decay = 0.1);
    clip      = adaptive(0.02);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(lambda m, x: path("a", "bn", F.selu, lambda x: skip(m, x), "ends", "y")(m, x),
                 a=Linear(6, 9, bias=False), bn=BatchNorm1d(9), b=Linear(9, 9), ln=LayerNorm(9),
                 skip=Scale(0.2), ends=LayerNorm(9), y=Linear(9, 3)),
     one_hot(F.mse_loss, 3), adamw(0.01, betas=(0.85, 0.98), eps=1e-7, weight_decay=0.1), classes=3,
     clip=clip_adaptive(0.02))


def skip(m, x):
    return x + m.skip(m.ln(F.gelu(m.b(x))))


case("double_adagrad", """
// Adagrad with a decaying rate, in double.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target [2];
    a = dense(8, act = softsign);
    y = dense(2);
}

train {
    loss      = huber(0.7);
    optimizer = adagrad(lr = 0.1, lr_decay = 0.05, eps = 1e-4);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(path("a", F.softsign, "y"), a=Linear(6, 8), y=Linear(8, 2)),
     torch.nn.HuberLoss(delta=0.7), adagrad(0.1, lr_decay=0.05, eps=1e-4), targets=[2])
