# checkpoint_peer.py -- reads the checkpoints of two runs with NumPy, and goes on with the training of
# the first by its own arithmetic: one step of Adam on the whole table leads to the second's weights.
# With PyTorch, its optimiser does it too.  checkpoint_peer.py TABLE FIRST SECOND
import json, struct, sys
import numpy

table, first, second = sys.argv[1:]


def read(path):
    """Metadata and tensors of a safetensors file, by its specification."""
    data = open(path, 'rb').read()
    length, = struct.unpack_from('<Q', data)
    header = json.loads(data[8:8 + length])
    notes, tensors = header.pop('__metadata__'), {}
    for name, t in header.items():
        begin, end = t['data_offsets']
        kind = {'F32': '<f4', 'F64': '<f8', 'I32': '<i4'}[t['dtype']]
        tensors[name] = numpy.frombuffer(data[8 + length + begin:8 + length + end], kind).reshape(t['shape'])
    return notes, tensors


rows = numpy.loadtxt(table, delimiter=',', skiprows=1)
x, y = rows[:, :-1], rows[:, -1:]
notes, start = read(first)
end_notes, end = read(second)
names = ['h.weight', 'h.bias', 'out.weight', 'out.bias']
assert set(names) <= set(start) and set(start) == set(end), sorted(start)
for name in names:
    assert numpy.isfinite(start[name]).all() and (start['opt.exp_avg_sq.' + name] >= 0).all()
step = int(notes['netc.step'])
assert int(notes['netc.updates']) == step and int(end_notes['netc.step']) == step + 1

w = {name: start[name].astype('f8') for name in names}
h = numpy.tanh(x @ w['h.weight'].T + w['h.bias'])
out = h @ w['out.weight'].T + w['out.bias']
delta = 2 * (out - y) / len(x)
back = (delta @ w['out.weight']) * (1 - h * h)
gradient = {'out.weight': delta.T @ h, 'out.bias': delta.sum(0), 'h.weight': back.T @ x, 'h.bias': back.sum(0)}
for name in names:      # Kingma and Ba 2015, as PyTorch has it
    m = 0.9 * start['opt.exp_avg.' + name] + 0.1 * gradient[name]
    v = 0.999 * start['opt.exp_avg_sq.' + name] + 0.001 * gradient[name] ** 2
    moved = w[name] - 0.01 * (m / (1 - 0.9 ** (step + 1))) / (numpy.sqrt(v / (1 - 0.999 ** (step + 1))) + 1e-8)
    for got, want in (end[name], moved), (end['opt.exp_avg.' + name], m), (end['opt.exp_avg_sq.' + name], v):
        assert numpy.allclose(got, want, rtol=2e-5, atol=1e-7), (name, got, want)
    assert not numpy.allclose(end[name], start[name], rtol=2e-5, atol=1e-7), name

try:
    import torch
except ImportError:
    sys.exit()
net = torch.nn.Sequential()
net.add_module('h', torch.nn.Linear(x.shape[1], len(start['h.bias'])))
net.add_module('act', torch.nn.Tanh())
net.add_module('out', torch.nn.Linear(len(start['h.bias']), 1))
net.load_state_dict({name: torch.tensor(start[name].copy()) for name in names})
adam = torch.optim.Adam(net.parameters(), lr=0.01)
state = adam.state_dict()
state['state'] = {i: {'step': torch.tensor(float(step)), 'exp_avg': torch.tensor(start['opt.exp_avg.' + name].copy()),
                      'exp_avg_sq': torch.tensor(start['opt.exp_avg_sq.' + name].copy())}
                  for i, name in enumerate(n for n, _ in net.named_parameters())}
adam.load_state_dict(state)
((net(torch.tensor(x, dtype=torch.float32)) - torch.tensor(y, dtype=torch.float32)) ** 2).mean().backward()
adam.step()
for name, p in net.named_parameters():
    assert numpy.allclose(end[name], p.detach().numpy(), rtol=2e-5, atol=1e-7), name
