"""nets_training.py -- reference nets, third part: losses, clips, penalties."""
import torch
from torch.nn import Linear
from torch.nn import functional as F

from cases import (Net, adam, adamw, case, clip_adaptive, clip_global_norm, clip_norm, clip_value,
                   linear, one_hot, path, sgd)

case("bce_logits", """
// Binary cross entropy of logits, a vector target; clipped by value.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target [3];
    h = dense(9, act = tanh);
    logits = dense(3);
}

train {
    loss      = binary_cross_entropy;
    optimizer = sgd(lr = 0.5, momentum = 0.9);
    schedule  = linear(warmup = 4);
    clip      = value(0.02);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("h", torch.tanh, "logits"), h=Linear(6, 9), logits=Linear(9, 3)),
     F.binary_cross_entropy_with_logits, sgd(0.5, momentum=0.9), targets=[3], binary=True,
     clip=clip_value(0.02), schedule=linear(4))

case("bce_sigmoid", """
// Binary cross entropy of probabilities: the model ends in a sigmoid; clipped tensor by tensor.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target [3];
    h = dense(9, act = relu);
    y = dense(3, act = sigmoid);
}

train {
    loss      = binary_cross_entropy;
    optimizer = sgd(lr = 0.5);
    clip      = norm(0.1);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("h", F.relu, "y", torch.sigmoid), h=Linear(6, 9), y=Linear(9, 3)),
     F.binary_cross_entropy, sgd(0.5), targets=[3], binary=True, gain=1.5, clip=clip_norm(0.1))

case("two_classes", """
// A class of two as one number; the sigmoid is a layer of its own.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(2);
    h = dense(9, act = tanh);
    dense(1);
    sigmoid;
}

train {
    loss       = binary_cross_entropy;
    optimizer  = adam(lr = 0.02);
    regularize = l2(0.01);
    batch      = 16;
    epochs     = 5;
    shuffle    = false;
}
""", lambda: Net(path("h", torch.tanh, "dense", torch.sigmoid), h=Linear(6, 9),
                 dense=Linear(9, 1)),
     lambda y, label: F.binary_cross_entropy(y, label[:, None].to(y.dtype)), adam(0.02), classes=2,
     penalty={"h.weight": (0, 0.01), "dense.weight": (0, 0.01)})

case("mse_classes", """
// Squared error against a class as a vector; an l1 penalty on top of a layer's own l2.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(3);
    h = dense(9, act = silu, l2 = 0.02);
    y = dense(3);
}

train {
    loss       = mse;
    optimizer  = sgd(lr = 0.2, momentum = 0.9);
    regularize = l1(0.003);
    batch      = 16;
    epochs     = 5;
    shuffle    = false;
}
""", lambda: Net(path("h", F.silu, "y"), h=Linear(6, 9), y=Linear(9, 3)),
     one_hot(F.mse_loss, 3), sgd(0.2, momentum=0.9), classes=3,
     penalty={"h.weight": (0.003, 0.02), "y.weight": (0.003, 0)})

case("mae", """
// Mean absolute error under Nesterov's momentum; penalties of single layers only.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target [2];
    a = dense(9, act = softplus, l1 = 0.01);
    b = dense(9, act = tanh);
    y = dense(2, l1 = 0.005, l2 = 0.03);
}

train {
    loss      = mae;
    optimizer = sgd(lr = 0.05, momentum = 0.9, nesterov = true);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("a", F.softplus, "b", torch.tanh, "y"), a=Linear(6, 9),
                 b=Linear(9, 9), y=Linear(9, 2)),
     F.l1_loss, sgd(0.05, momentum=0.9, nesterov=True), targets=[2],
     penalty={"a.weight": (0.01, 0), "y.weight": (0.005, 0.03)})

case("huber", """
// Huber's loss; both penalties; clipping sees the penalised gradient.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target [2];
    h = dense(9, act = elu);
    y = dense(2);
}

train {
    loss       = huber(0.7);
    optimizer  = sgd(lr = 0.3);
    clip       = global_norm(0.2);
    regularize = l1l2(0.004, 0.02);
    batch      = 16;
    epochs     = 5;
    shuffle    = false;
}
""", lambda: Net(path("h", F.elu, "y"), h=Linear(6, 9), y=Linear(9, 2)),
     torch.nn.HuberLoss(delta=0.7), sgd(0.3), targets=[2], clip=clip_global_norm(0.2),
     penalty={"h.weight": (0.004, 0.02), "y.weight": (0.004, 0.02)})

case("autoencoder", """
// The input is the target; adaptive clipping, row by row of a weight.
data = npy("x.npy", "y.npy");

model {
    input  [8];
    target input;
    code = dense(4, act = tanh);
    y = dense(8);
}

train {
    loss      = mse;
    optimizer = adamw(lr = 0.02, decay = 0.05);
    clip      = adaptive(0.1);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("code", torch.tanh, "y"), code=Linear(8, 4), y=Linear(4, 8)),
     F.mse_loss, adamw(0.02, weight_decay=0.05), shape=[8], clip=clip_adaptive(0.1))

case("double_clip", """
// Nesterov's momentum, both penalties and clipping by value, in double.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(10);
    a = dense(8, act = selu);
    b = dense(8, act = softsign);
    logits = dense(10);
}

train {
    loss       = softmax_cross_entropy;
    optimizer  = sgd(lr = 0.2, momentum = 0.9, nesterov = true);
    clip       = value(0.01);
    regularize = l1l2(0.001, 0.002);
    batch      = 16;
    epochs     = 5;
    shuffle    = false;
    precision  = double;
}
""", lambda: Net(path("a", F.selu, "b", F.softsign, "logits"), a=Linear(6, 8),
                 b=Linear(8, 8), logits=Linear(8, 10)),
     F.cross_entropy, sgd(0.2, momentum=0.9, nesterov=True), classes=10, clip=clip_value(0.01),
     penalty={name + ".weight": (0.001, 0.002) for name in ("a", "b", "logits")})
