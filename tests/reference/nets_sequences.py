"""nets_sequences.py -- reference nets, seventh part: words, and recurrent layers among others."""
import torch
from torch import nn
from torch.nn import BatchNorm1d, Conv2d, Embedding, LayerNorm, Linear
from torch.nn import functional as F

from cases import (Net, Scale, adam, adamw, case, clip_adaptive, clip_global_norm, exponential,
                   flat, linear, path, sgd, steps)
from nets_recurrent import each_step
from recurrent import Gru, Lstm, Rnn


class Words(Embedding):
    """Numbers of words come as reals, as in the data of netc."""

    def forward(self, x):
        return super().forward(x.long())


case("embedding", """
// Words as vectors, joined: a neural language model (Bengio et al. 2003).
data = npy("x.npy", "y.npy");

model {
    input  [4];
    target class(9);
    emb = embedding(9, 5) : [4, 5];
    flatten : [20];
    h = dense(8, act = tanh);
    logits = dense(9);
}

train {
    loss       = softmax_cross_entropy;
    optimizer  = sgd(lr = 0.2, momentum = 0.9);
    clip       = adaptive(0.1);
    regularize = l2(0.001);
    batch      = 16;
    epochs     = 5;
    shuffle    = false;
}
""", lambda: Net(path("emb", flat, "h", torch.tanh, "logits"), emb=Words(9, 5), h=Linear(20, 8),
                 logits=Linear(8, 9)),
     F.cross_entropy, sgd(0.2, momentum=0.9), words=9, classes=9, shape=[4],
     clip=clip_adaptive(0.1), compact=True,
     penalty={name + ".weight": (0, 0.001) for name in ("emb", "h", "logits")})

case("embedding_tags", """
// A tag for each word: an embedding, a recurrent layer, a class at each step; words never seen.
data = npy("x.npy", "y.npy");

model {
    input  [6];
    target class(4);
    emb = embedding(40, 3, init = uniform(-0.1, 0.1)) : [6, 3];
    mem = gru(5, output = all);
    logits = dense(4) : [6, 4];
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adam(lr = 0.01);
    schedule  = exponential(0.8);
    batch     = 8;
    steps     = 20;
    shuffle   = false;
}
""", lambda: Net(path("emb", "mem", "logits"), emb=Words(40, 3), mem=Gru(3, 5, "all"),
                 logits=Linear(5, 4)),
     each_step, adam(0.01), words=40, classes=4, label_steps=[6], shape=[6], batch=8, samples=30,
     gain=1.5, schedule=exponential(0.8), compact=True)

case("double_embedding", """
// Words into an lstm, in double; adamw decays the words that a batch does not use.
data = npy("x.npy", "y.npy");

model {
    input  [7];
    target class(3);
    emb = embedding(30, 4);
    mem = lstm(5);
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adamw(lr = 0.02, decay = 0.2);
    batch     = 8;
    steps     = 20;
    shuffle   = false;
    precision = double;
}
""", lambda: Net(path("emb", "mem", "logits"), emb=Words(30, 4), mem=Lstm(4, 5),
                 logits=Linear(5, 3)),
     F.cross_entropy, adamw(0.02, weight_decay=0.2), words=30, classes=3, shape=[7], batch=8,
     samples=30, gain=1.5)

case("time_layers", """
// What stands between recurrent layers: norms of steps, dense, skips, joins, a gate.
data = npy("x.npy", "y.npy");

model {
    input  [6, 4];
    target class(3);
    a = rnn(5, output = all);
    ln = layernorm;
    residual(scale = learn(0.5)) {
        b = gru(5, output = all);
    }
    bn = batchnorm;
    c = dense(6, act = silu);
    gate = parallel(join = mul) {
        branch { d = dense(4, act = sigmoid); }
        branch { e = lstm(4, output = all, reverse = true); }
    }
    both = concat from gate, a;
    mem = rnn(5);
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.05, momentum = 0.9);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(time_layers, a=Rnn(4, 5, "all"), ln=LayerNorm(5), b=Gru(5, 5, "all"),
                 residual=Scale(0.5), bn=BatchNorm1d(5), c=Linear(5, 6), d=Linear(6, 4),
                 e=Lstm(6, 4, "all", reverse=True), mem=Rnn(9, 5), logits=Linear(5, 3)),
     F.cross_entropy, sgd(0.05, momentum=0.9), classes=3, shape=[6, 4], gain=1.5, kept=(0, 9),
     compact=True)


def time_layers(m, x):
    a = m.a(x)
    x = m.ln(a)
    x = x + m.residual(m.b(x))
    x = path(steps("bn"), "c", F.silu)(m, x)
    gate = torch.sigmoid(m.d(x)) * m.e(x)
    return m.logits(m.mem(torch.cat([gate, a], 2)))


case("time_repeated", """
// Recurrent layers in a repeat and in a block, and as the value of a param.
param cell: layer = gru(4, output = all);

block reader(n: int) : [T, N] -> [n] {
    up = dense(n, act = tanh);
    mem = lstm(n);
}

data = npy("x.npy", "y.npy");

model {
    input  [6, 3];
    target [2];
    repeat 3 {
        mem = cell;
        tanh;
    }
    head = reader(5);
    y = dense(2);
}

train {
    loss      = mse;
    optimizer = adam(lr = 0.02);
    schedule  = linear(warmup = 4);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(time_repeated, mem=[Gru(3 if i == 0 else 4, 4, "all") for i in range(3)],
                 head=Reader(4, 5), y=Linear(5, 2)),
     F.mse_loss, adam(0.02), targets=[2], shape=[6, 3], gain=2.0, schedule=linear(4), kept=(0, 9),
     compact=True)


class Reader(nn.Module):
    def __init__(self, n_in, n):
        super().__init__()
        self.up, self.mem = Linear(n_in, n), Lstm(n, n)

    def forward(self, x):
        return self.mem(torch.tanh(self.up(x)))


def time_repeated(m, x):
    for mem in m.mem:
        x = torch.tanh(mem(x))
    return m.y(m.head(x))


case("time_output", """
// A vector at each step is the target: the model puts out a sequence.
data = npy("x.npy", "y.npy");

model {
    input  [6, 3];
    target [6, 2];
    mem = lstm(5, output = all);
    y = dense(2);
}

train {
    loss      = mse;
    optimizer = sgd(lr = 0.5, momentum = 0.9);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("mem", "y"), mem=Lstm(3, 5, "all"), y=Linear(5, 2)),
     F.mse_loss, sgd(0.5, momentum=0.9), targets=[6, 2], shape=[6, 3], gain=2.0, compact=True)

case("time_long", """
// Forty steps of a tanh rnn whose gradient shrinks on the way back; the rows of an image as steps.
data = npy("x.npy", "y.npy");

model {
    input  [1, 42, 5];
    target class(3);
    a = conv(2, 3, act = tanh) : [2, 40, 3];
    pieces = reshape([40, 6]);
    mem = rnn(4);
    logits = dense(3);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.2);
    clip      = global_norm(0.3);
    batch     = 16;
    steps     = 20;
    shuffle   = false;
}
""", lambda: Net(path("a", torch.tanh, lambda x: x.reshape(-1, 40, 6), "mem", "logits"),
                 a=Conv2d(1, 2, 3), mem=Rnn(6, 4), logits=Linear(4, 3)),
     F.cross_entropy, sgd(0.2), classes=3, shape=[1, 42, 5], samples=32,
     clip=clip_global_norm(0.3), kept=(0, 9), compact=True)
