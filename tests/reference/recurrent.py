"""recurrent.py -- torch.nn's recurrent layers with netc's arguments: output, reverse, act."""
import torch
from torch import nn
from torch.nn import functional as F


class Walk:
    """Batch first, and one tensor out: the states of all steps, or the state after the last step
    walked.  `reverse` walks from the last step to the first; states keep their steps' places."""

    def __init__(self, n, units, output="last", reverse=False, **more):
        super().__init__(n, units, batch_first=True, **more)
        self.output, self.reverse = output, reverse

    def states(self, x):
        return super().forward(x)[0]

    def forward(self, x):
        h = self.states(x.flip(1) if self.reverse else x)
        if self.output == "last":
            return h[:, -1]
        return h.flip(1) if self.reverse else h


class Rnn(Walk, nn.RNN):
    pass


class Lstm(Walk, nn.LSTM):
    pass


class Gru(Walk, nn.GRU):
    pass


class ActRnn(Rnn):
    """nn.RNN with any activation: torch's own knows tanh and relu."""

    def __init__(self, n, units, act, **more):
        super().__init__(n, units, **more)
        self.act = act

    def states(self, x):
        b_ih, b_hh = (self.bias_ih_l0, self.bias_hh_l0) if self.bias else (None, None)
        zx = F.linear(x, self.weight_ih_l0, b_ih)
        h, out = x.new_zeros(len(x), self.hidden_size), []
        for step in zx.unbind(1):
            h = self.act(step + F.linear(h, self.weight_hh_l0, b_hh))
            out.append(h)
        return torch.stack(out, 1)


def bidirectional(forth, back, x):
    """torch's own bidirectional layer on the weights of two, both of Lstm or both of Gru:
    [n][steps][2 * units]"""
    weights = list(forth.parameters()) + list(back.parameters())
    zeros = x.new_zeros(2, len(x), forth.hidden_size)
    options = (True, 1, 0.0, True, True, True)      # biases, layers, dropout, training, both, batch
    if isinstance(forth, nn.LSTM):
        return torch._VF.lstm(x, (zeros, zeros), weights, *options)[0]
    return torch._VF.gru(x, zeros, weights, *options)[0]
