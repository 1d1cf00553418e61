"""nets_whole.py -- reference nets, eighth part: whole nets of the literature, made small."""
import torch
from torch import nn
from torch.nn import BatchNorm2d, Conv2d, Linear
from torch.nn import functional as F

from cases import (Net, adam, adamw, case, clip_global_norm, clip_norm, cosine, flat, linear, path,
                   rmsprop, sgd, step_at)
from nets_pools import avg_pool, global_avg_pool, max_pool
from nets_recurrent import each_step
from nets_sequences import Words
from recurrent import Gru, Lstm, bidirectional

case("lenet", """
// LeNet-5 (LeCun et al. 1998) with a quarter of the pixels and of the filters.
data = npy("x.npy", "y.npy");

model {
    input  [1, 14, 14];
    target class(10);
    c1 = conv(3, 5, pad = same, act = tanh) : [3, 14, 14];
    avg_pool(2);
    c3 = conv(6, 4, act = tanh) : [6, 4, 4];
    avg_pool(2);
    flatten : [24];
    f5 = dense(16, act = tanh);
    f6 = dense(12, act = tanh);
    logits = dense(10);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.05, momentum = 0.9);
    schedule  = step(at = [3], factor = 0.1);
    batch     = 8;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("c1", torch.tanh, avg_pool(2), "c3", torch.tanh, avg_pool(2), flat, "f5",
                      torch.tanh, "f6", torch.tanh, "logits"),
                 c1=Conv2d(1, 3, 5, padding="same"), c3=Conv2d(3, 6, 4), f5=Linear(24, 16),
                 f6=Linear(16, 12), logits=Linear(12, 10)),
     F.cross_entropy, sgd(0.05, momentum=0.9), classes=10, shape=[1, 14, 14], gain=1.5,
     schedule=step_at([3], 0.1), kept=(0, 9), compact=True, samples=30, batch=8)

case("lenet_relu", """
// LeNet as it is trained today: ReLU, max pools, Adam, a penalty on the weights.
data = npy("x.npy", "y.npy");

model {
    input  [1, 14, 14];
    target class(10);
    conv1 = conv(3, 3, act = relu);
    max_pool(2);
    conv2 = conv(6, 3, act = relu);
    max_pool(2);
    flatten : [24];
    fc1 = dense(16, act = relu);
    fc2 = dense(12, act = relu);
    logits = dense(10);
}

train {
    loss       = softmax_cross_entropy;
    optimizer  = adam(lr = 0.005);
    regularize = l2(0.0005);
    batch      = 8;
    epochs     = 5;
    shuffle    = false;
}
""", lambda: Net(path("conv1", F.relu, max_pool(2), "conv2", F.relu, max_pool(2), flat, "fc1",
                      F.relu, "fc2", F.relu, "logits"),
                 conv1=Conv2d(1, 3, 3), conv2=Conv2d(3, 6, 3), fc1=Linear(24, 16),
                 fc2=Linear(16, 12), logits=Linear(12, 10)),
     F.cross_entropy, adam(0.005), classes=10, shape=[1, 14, 14], gain=1.5, kept=(0, 9),
     compact=True, samples=30, batch=8,
     penalty={name + ".weight": (0, 0.0005) for name in ("conv1", "conv2", "fc1", "fc2", "logits")})

RESNET = """
block unit(c: int, s: int = 1) : [C, H, W] -> [c, H / s, W / s] {
    residual {
        conv1 = conv(c, 3, stride = s, pad = 1, bias = false);
        bn1 = batchnorm;
        relu;
        conv2 = conv(c, 3, pad = 1, bias = false);
        bn2 = batchnorm;
    } shortcut {
        if s > 1 {
            down = conv(c, 1, stride = s, bias = false);
            bn = batchnorm;
        }
    }
    relu;
}

data = npy("x.npy", "y.npy");

model {
    input  [3, 8, 8];
    target class(10);
    conv = conv(4, 3, pad = 1, bias = false);
    bn = batchnorm;
    relu;
    repeat 3 {
        stage1 = unit(4);
    }
    repeat 3 as i {
        stage2 = unit(6, s = 2 - min(i, 1));
    }
    repeat 3 as i {
        stage3 = unit(8, s = 2 - min(i, 1));
    }
    global_avg_pool;
    logits = dense(10);
}
"""


class BasicUnit(nn.Module):
    def __init__(self, n, c, s=1):
        super().__init__()
        self.conv1, self.bn1 = Conv2d(n, c, 3, s, 1, bias=False), BatchNorm2d(c)
        self.conv2, self.bn2 = Conv2d(c, c, 3, 1, 1, bias=False), BatchNorm2d(c)
        if s > 1:
            self.down, self.bn = Conv2d(n, c, 1, s, bias=False), BatchNorm2d(c)

    def forward(self, x):
        skip = self.bn(self.down(x)) if hasattr(self, "down") else x
        return F.relu(skip + self.bn2(self.conv2(F.relu(self.bn1(self.conv1(x))))))


def resnet(m, x):
    x = F.relu(m.bn(m.conv(x)))
    for unit in [*m.stage1, *m.stage2, *m.stage3]:
        x = unit(x)
    return m.logits(global_avg_pool(x))


def resnet20():
    return Net(resnet, conv=Conv2d(3, 4, 3, padding=1, bias=False), bn=BatchNorm2d(4),
               stage1=[BasicUnit(4, 4) for i in range(3)],
               stage2=[BasicUnit(4, 6, 2)] + [BasicUnit(6, 6) for i in range(2)],
               stage3=[BasicUnit(6, 8, 2)] + [BasicUnit(8, 8) for i in range(2)],
               logits=Linear(8, 10))


case("resnet20", """
// He et al. 2016 on CIFAR-10: twenty layers in three stages, projections where the size changes.
""" + RESNET.lstrip() + """
train {
    loss       = softmax_cross_entropy;
    optimizer  = sgd(lr = 0.005, momentum = 0.9);
    regularize = l2(0.0001);
    batch      = 24;
    steps      = 10;
    shuffle    = false;
}
""", resnet20, F.cross_entropy, sgd(0.005, momentum=0.9), classes=10, shape=[3, 8, 8], samples=48,
     batch=24, kept=(0, 9), compact=True,
     penalty={name: (0, 0.0001) for name, p in resnet20().named_parameters()
              if p.dim() > 1})

case("double_resnet20", """
// The same in double, by Adam, its gradient clipped.
""" + RESNET.lstrip() + """
train {
    loss      = softmax_cross_entropy;
    optimizer = adam(lr = 0.002);
    schedule  = cosine(warmup = 4);
    clip      = global_norm(1.0);
    batch     = 8;
    steps     = 10;
    shuffle   = false;
    precision = double;
}
""", resnet20, F.cross_entropy, adam(0.002), classes=10, shape=[3, 8, 8], samples=24, batch=8,
     kept=(0,), schedule=cosine(4), clip=clip_global_norm(1.0))

case("resnet_bottlenecks", """
// Bottlenecks of He et al. 2016: 1x1, 3x3, 1x1; a stem that pools, projections where sizes change.
block bottleneck(c: int, s: int = 1) : [C, H, W] -> [4 * c, H / s, W / s] {
    residual {
        a = conv(c, 1, bias = false);
        bn_a = batchnorm;
        relu;
        b = conv(c, 3, stride = s, pad = 1, bias = false);
        bn_b = batchnorm;
        relu;
        c = conv(4 * c, 1, bias = false);
        bn_c = batchnorm;
    } shortcut {
        if C != 4 * c || s > 1 {
            down = conv(4 * c, 1, stride = s, bias = false);
            bn = batchnorm;
        }
    }
    relu;
}

data = npy("x.npy", "y.npy");

model {
    input  [3, 12, 12];
    target class(5);
    stem = conv(4, 3, stride = 2, pad = 1, bias = false);
    bn = batchnorm;
    relu;
    max_pool(3, stride = 1, pad = 1) : [4, 6, 6];
    repeat 2 { stage1 = bottleneck(3); }
    repeat 2 as i { stage2 = bottleneck(5, s = 2 - min(i, 1)); }
    global_avg_pool : [20];
    logits = dense(5);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 0.005, momentum = 0.9, nesterov = true);
    schedule  = cosine;
    batch     = 32;
    steps     = 10;
    shuffle   = false;
}
""", lambda: Net(bottlenecks, stem=Conv2d(3, 4, 3, 2, 1, bias=False), bn=BatchNorm2d(4),
                 stage1=[Bottleneck(4, 3), Bottleneck(12, 3)],
                 stage2=[Bottleneck(12, 5, 2), Bottleneck(20, 5)], logits=Linear(20, 5)),
     F.cross_entropy, sgd(0.005, momentum=0.9, nesterov=True), classes=5, shape=[3, 12, 12],
     samples=56, batch=32, schedule=cosine(), kept=(0, 4), compact=True)


class Bottleneck(nn.Module):
    def __init__(self, n, c, s=1):
        super().__init__()
        self.a, self.bn_a = Conv2d(n, c, 1, bias=False), BatchNorm2d(c)
        self.b, self.bn_b = Conv2d(c, c, 3, s, 1, bias=False), BatchNorm2d(c)
        self.c, self.bn_c = Conv2d(c, 4 * c, 1, bias=False), BatchNorm2d(4 * c)
        if n != 4 * c or s > 1:
            self.down, self.bn = Conv2d(n, 4 * c, 1, s, bias=False), BatchNorm2d(4 * c)

    def forward(self, x):
        skip = self.bn(self.down(x)) if hasattr(self, "down") else x
        x = F.relu(self.bn_a(self.a(x)))
        x = F.relu(self.bn_b(self.b(x)))
        return F.relu(skip + self.bn_c(self.c(x)))


def bottlenecks(m, x):
    x = F.max_pool2d(F.relu(m.bn(m.stem(x))), 3, 1, 1)
    for unit in [*m.stage1, *m.stage2]:
        x = unit(x)
    return m.logits(global_avg_pool(x))


case("lstm_stacked", """
// Words, three layers of lstm, the next word at each step; clipped by the norm of all.
data = npy("x.npy", "y.npy");

model {
    input  [8];
    target class(11);
    emb = embedding(11, 5);
    repeat 3 {
        mem = lstm(6, output = all);
    }
    logits = dense(11) : [8, 11];
}

train {
    loss      = softmax_cross_entropy;
    optimizer = sgd(lr = 1.0, momentum = 0.5);
    clip      = global_norm(0.25);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(lstm_stacked, emb=Words(11, 5),
                 mem=[Lstm(5 if i == 0 else 6, 6, "all") for i in range(3)], logits=Linear(6, 11)),
     each_step, sgd(1.0, momentum=0.5), words=11, classes=11, label_steps=[8], shape=[8], gain=2.0,
     clip=clip_global_norm(0.25), kept=(0, 9), compact=True)


def lstm_stacked(m, x):
    x = m.emb(x)
    for mem in m.mem:
        x = mem(x)
    return m.logits(x)


case("gru_classifier", """
// Two layers of gru over a sequence, the last state classified; adamw under a warm linear schedule.
data = npy("x.npy", "y.npy");

model {
    input  [14, 3];
    target class(4);
    up = dense(6, act = relu);
    first = gru(8, output = all);
    second = gru(7);
    head = dense(6, act = relu);
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = adamw(lr = 0.01, decay = 0.05);
    schedule  = linear(warmup = 5);
    clip      = norm(0.1);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(path("up", F.relu, "first", "second", "head", F.relu, "logits"),
                 up=Linear(3, 6), first=Gru(6, 8, "all"), second=Gru(8, 7), head=Linear(7, 6),
                 logits=Linear(6, 4)),
     F.cross_entropy, adamw(0.01, weight_decay=0.05), classes=4, shape=[14, 3], gain=2.0,
     schedule=linear(5), clip=clip_norm(0.1), kept=(0, 9), compact=True)

case("bidirectional", """
// Two branches are a bidirectional layer; a second one over it; its ends are read by their states.
data = npy("x.npy", "y.npy");

model {
    input  [7, 3];
    target class(4);
    parallel(join = concat) {
        branch { forth = lstm(5, output = all); }
        branch { back = lstm(5, output = all, reverse = true); }
    }
    parallel(join = concat) {
        branch { forth2 = gru(4, output = all); }
        branch { back2 = gru(4, output = all, reverse = true); }
    }
    parallel(join = concat) {
        branch { forth3 = lstm(3); }
        branch { back3 = lstm(3, reverse = true); }
    }
    logits = dense(4);
}

train {
    loss      = softmax_cross_entropy;
    optimizer = rmsprop(lr = 0.01, alpha = 0.95);
    batch     = 16;
    epochs    = 5;
    shuffle   = false;
}
""", lambda: Net(both_ways, forth=Lstm(3, 5), back=Lstm(3, 5), forth2=Gru(10, 4), back2=Gru(10, 4),
                 forth3=Lstm(8, 3), back3=Lstm(8, 3), logits=Linear(6, 4)),
     F.cross_entropy, rmsprop(0.01, alpha=0.95), classes=4, shape=[7, 3], gain=2.0, kept=(0, 9),
     compact=True)


def both_ways(m, x):
    x = bidirectional(m.forth, m.back, x)
    x = bidirectional(m.forth2, m.back2, x)
    x = bidirectional(m.forth3, m.back3, x)
    return m.logits(torch.cat([x[:, -1, :3], x[:, 0, 3:]], 1))
