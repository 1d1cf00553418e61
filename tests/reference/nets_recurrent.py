"""nets_recurrent.py -- reference nets, sixth part: rnn, lstm, gru, each by itself."""
import torch
from torch.nn import Linear
from torch.nn import functional as F

from cases import (Net, adagrad, adam, adamw, case, clip_adaptive, clip_global_norm, clip_norm,
                   clip_value, cosine, hard_sigmoid, path, rmsprop, sgd)
from recurrent import ActRnn, Gru, Lstm, Rnn


def each_step(y, label):
    """The mean over samples and steps."""
    return F.cross_entropy(y.flatten(0, 1), label.flatten())


case("rnn_last", """
// The state after the last step goes on; clipped by the norm of all (Pascanu et al. 2013).
data = npy("x.npy", "y.npy");

model {
    input  [12, 3];
    target class(4);
    mem = rnn(7) : [7];
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.3, momentum = 0.9);
    clip      = global_norm(0.5);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("mem", "logits"), mem=Rnn(3, 7), logits=Linear(7, 4)),
     F.cross_entropy, sgd(0.3, momentum=0.9), classes=4, shape=[12, 3], gain=1.7,
     clip=clip_global_norm(0.5), compact=True)

case("rnn_all", """
// The states of all steps go on, and a class is told at each of them.
data = npy("x.npy", "y.npy");

model {
    input  [8, 3];
    target class(4);
    mem = rnn(6, act = relu, recurrent_init = identity, output = all) : [8, 6];
    h = dense(5, act = tanh);
    logits = dense(4) : [8, 4];
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adam(lr = 0.01);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("mem", "h", torch.tanh, "logits"),
                 mem=Rnn(3, 6, output="all", nonlinearity="relu"), h=Linear(6, 5),
                 logits=Linear(5, 4)),
     each_step, adam(0.01), classes=4, label_steps=[8], shape=[8, 3], gain=1.2, compact=True)

case("rnn_reverse", """
// From the last step to the first, without biases, activations with an argument; clipped by value.
data = npy("x.npy", "y.npy");

model {
    input  [9, 4];
    target [2];
    all = rnn(5, act = leaky_relu(0.2), bias = false, reverse = true, output = all,
        recurrent_init = orthogonal(0.9));
    mem = rnn(6, act = elu(0.7), reverse = true, recurrent_init = normal(0.3));
    y = dense(2);
}

train {
    loss       = mse;
    optimizer  = rmsprop(lr = 0.01);
    clip       = value(0.02);
    regularize = l2(0.01);
    batch      = 16;
    epochs     = 5;
    shuffle    = false;
}
""", lambda: Net(path("all", "mem", "y"),
                 all=ActRnn(4, 5, lambda z: F.leaky_relu(z, 0.2), bias=False, reverse=True,
                            output="all"),
                 mem=ActRnn(5, 6, lambda z: F.elu(z, 0.7), reverse=True), y=Linear(6, 2)),
     F.mse_loss, rmsprop(0.01), targets=[2], shape=[9, 4], gain=1.5, clip=clip_value(0.02),
     compact=True,
     penalty={name: (0, 0.01) for name in ("all.weight_ih_l0", "all.weight_hh_l0",
                                           "mem.weight_ih_l0", "mem.weight_hh_l0", "y.weight")})

ACTS = [("a", "sigmoid", torch.sigmoid), ("b", "gelu", F.gelu), ("c", "silu", F.silu),
        ("d", "softplus", F.softplus), ("e", "softsign", F.softsign), ("f", "selu", F.selu),
        ("g", "hard_tanh", F.hardtanh), ("h", "hard_sigmoid", hard_sigmoid),
        ("i", "leaky_relu(0.3)", lambda z: F.leaky_relu(z, 0.3)),
        ("j", "elu(0.8)", lambda z: F.elu(z, 0.8)), ("k", "linear", lambda z: z),
        ("l", "relu", F.relu)]

case("double_rnn_acts", """
// Every activation of a recurrent layer, stacked, in double.
data = npy("x.npy", "y.npy");

model {
    input  [5, 4];
    target class(3);
""" + "".join(f"    {name} = rnn(4, act = {act}, output = all);\n" for name, act, f in ACTS) +
     """    mem = rnn(4);
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adam(lr = 0.01);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(path(*(name for name, act, f in ACTS), "mem", "logits"),
                 **{name: ActRnn(4, 4, f, output="all") for name, act, f in ACTS},
                 mem=Rnn(4, 4), logits=Linear(4, 3)),
     F.cross_entropy, adam(0.01), classes=3, shape=[5, 4], gain=1.5, kept=(0, 9))

case("lstm_last", """
// Long short-term memory, the state after the last step; forget gates that start at the default.
data = npy("x.npy", "y.npy");

model {
    input  [12, 3];
    target class(4);
    mem = lstm(6, forget_bias = 1.0) : [6];
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adam(lr = 0.02, beta1 = 0.8);
    clip      = global_norm(0.2);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("mem", "logits"), mem=Lstm(3, 6), logits=Linear(6, 4)),
     F.cross_entropy, adam(0.02, betas=(0.8, 0.999)), classes=4, shape=[12, 3], gain=2.0,
     clip=clip_global_norm(0.2), compact=True)

case("lstm_all", """
// The states of all steps, a class at each; then backwards through the same steps, no biases.
data = npy("x.npy", "y.npy");

model {
    input  [7, 3];
    target class(3);
    mem = lstm(5, output = all, recurrent_init = xavier_uniform, forget_bias = 0.0) : [7, 5];
    back = lstm(4, output = all, reverse = true, bias = false);
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.5, momentum = 0.9);
    clip      = adaptive(0.05);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("mem", "back", "logits"), mem=Lstm(3, 5, "all"),
                 back=Lstm(5, 4, "all", reverse=True, bias=False), logits=Linear(4, 3)),
     each_step, sgd(0.5, momentum=0.9), classes=3, label_steps=[7], shape=[7, 3], gain=2.0,
     clip=clip_adaptive(0.05), kept=(0, 9), compact=True)

case("double_lstm", """
// All of lstm in double: forth and back, all states and the last, with and without biases.
data = npy("x.npy", "y.npy");

model {
    input  [9, 3];
    target [2];
    a = lstm(5, output = all);
    b = lstm(4, output = all, reverse = true);
    c = lstm(5, reverse = true, bias = false);
    y = dense(2);
}

train {
    loss       = mse;
    optimizer  = adamw(lr = 0.01, decay = 0.05);
    clip       = norm(0.05);
    regularize = l1l2(0.0001, 0.001);
    batch      = 16;
    epochs     = 5;
    shuffle    = false;
    precision  = double;
}
""", lambda: Net(path("a", "b", "c", "y"), a=Lstm(3, 5, "all"), b=Lstm(5, 4, "all", True),
                 c=Lstm(4, 5, reverse=True, bias=False), y=Linear(5, 2)),
     F.mse_loss, adamw(0.01, weight_decay=0.05), targets=[2], shape=[9, 3], gain=2.0,
     clip=clip_norm(0.05), kept=(0, 9),
     penalty={name: (0.0001, 0.001) for name in [f"{layer}.weight_{of}_l0" for layer in "abc"
                                                 for of in ("ih", "hh")] + ["y.weight"]})

case("gru_last", """
// Gated recurrent units, the state after the last step; a single unit, and a single step.
data = npy("x.npy", "y.npy");

model {
    input  [12, 3];
    target class(4);
    mem = gru(6) : [6];
    reshape([1, 6]);
    step = gru(4, output = all) : [1, 4];
    one = gru(1) : [1];
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adagrad(lr = 0.1);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("mem", lambda x: x.reshape(-1, 1, 6), "step", "one", "logits"),
                 mem=Gru(3, 6), step=Gru(6, 4, "all"), one=Gru(4, 1), logits=Linear(1, 4)),
     F.cross_entropy, adagrad(0.1), classes=4, shape=[12, 3], gain=2.0, kept=(0, 9), compact=True)

case("gru_all", """
// The states of all steps, a class at each; then backwards through the same steps, no biases.
data = npy("x.npy", "y.npy");

model {
    input  [7, 3];
    target class(3);
    mem = gru(5, output = all, init = he_normal, recurrent_init = identity(0.5)) : [7, 5];
    back = gru(4, output = all, reverse = true, bias = false);
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.5, momentum = 0.9, nesterov = true);
    schedule  = cosine;
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("mem", "back", "logits"), mem=Gru(3, 5, "all"),
                 back=Gru(5, 4, "all", reverse=True, bias=False), logits=Linear(4, 3)),
     each_step, sgd(0.5, momentum=0.9, nesterov=True), classes=3, label_steps=[7], shape=[7, 3],
     gain=2.0, schedule=cosine(), compact=True)

case("double_gru", """
// All of gru in double: forth and back, all states and the last, with and without biases.
data = npy("x.npy", "y.npy");

model {
    input  [9, 3];
    target [2];
    a = gru(5, output = all);
    b = gru(4, output = all, reverse = true);
    c = gru(5, reverse = true, bias = false);
    y = dense(2);
}

train {
    loss      = mae;
    optimizer = rmsprop(lr = 0.005, alpha = 0.9);
    clip      = global_norm(0.3);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(path("a", "b", "c", "y"), a=Gru(3, 5, "all"), b=Gru(5, 4, "all", True),
                 c=Gru(4, 5, reverse=True, bias=False), y=Linear(5, 2)),
     F.l1_loss, rmsprop(0.005, alpha=0.9), targets=[2], shape=[9, 3], gain=2.0,
     clip=clip_global_norm(0.3), kept=(0, 9))
