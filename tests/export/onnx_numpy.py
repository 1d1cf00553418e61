"""onnx_numpy.py -- reads a model of ONNX and computes it with numpy, in double: another reading of the
format, without protobuf and without ONNX Runtime.  Operators are those that netc writes, as
github.com/onnx/onnx/blob/main/docs/Operators.md defines them."""
import math
import struct

import numpy as np

# ---- The wire format: (field, value) pairs; 0 varint, 1 eight bytes, 2 bytes, 5 four bytes


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value - (1 << 64) if value >= 1 << 63 else value, at


def fields(data):
    at = 0
    while at < len(data):
        key, at = varint(data, at)
        kind = key & 7
        if kind == 0:
            value, at = varint(data, at)
        elif kind == 2:
            size, at = varint(data, at)
            value, at = data[at:at + size], at + size
        else:
            size = {1: 8, 5: 4}[kind]
            value, at = struct.unpack('<d' if kind == 1 else '<f', data[at:at + size])[0], at + size
        yield key >> 3, value


def tensor(data):
    dims, kind, name, raw = [], 0, '', b''
    for field, value in fields(data):
        if field == 1:
            dims.append(value)
        elif field == 2:
            kind = value
        elif field == 8:
            name = bytes(value).decode()
        elif field == 9:
            raw = value
    array = np.frombuffer(raw, {1: '<f4', 7: '<i8'}[kind]).reshape(dims)
    return name, array.astype(float) if kind == 1 else array


def attribute(data):
    name, several, value = '', [], None
    for field, v in fields(data):
        if field == 1:
            name = bytes(v).decode()
        elif field in (2, 3):
            value = v
        elif field == 4:
            value = bytes(v).decode()
        elif field in (7, 8):
            several.append(v)
        elif field == 9:
            several.append(bytes(v).decode())
        elif field == 20 and v in (6, 7, 8):
            value = several
    return name, value


class Node:
    def __init__(self, data):
        self.inputs, self.outputs, self.attributes = [], [], {}
        for field, value in fields(data):
            if field == 1:
                self.inputs.append(bytes(value).decode())
            elif field == 2:
                self.outputs.append(bytes(value).decode())
            elif field == 4:
                self.type = bytes(value).decode()
            elif field == 5:
                name, v = attribute(value)
                self.attributes[name] = v


class Model:
    def __init__(self, path):
        with open(path, 'rb') as f:
            data = memoryview(f.read())
        graph = next(v for field, v in fields(data) if field == 7)
        name = lambda v: bytes(next(w for f, w in fields(v) if f == 1)).decode()
        self.nodes = [Node(v) for f, v in fields(graph) if f == 1]
        self.weights = dict(tensor(v) for f, v in fields(graph) if f == 5)
        self.input = next(name(v) for f, v in fields(graph) if f == 11)
        self.output = next(name(v) for f, v in fields(graph) if f == 12)

    def run(self, x):
        values = dict(self.weights, **{self.input: x.astype(float), '': None})
        for node in self.nodes:
            inputs = [values[i] for i in node.inputs]
            values[node.outputs[0]] = OPERATORS[node.type](*inputs, **node.attributes)
        return values[self.output]


# ---- Operators

def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def softmax(x, axis):
    e = np.exp(x - x.max(axis, keepdims=True))
    return e / e.sum(axis, keepdims=True)


def gemm(a, b, c=0, transB=0):
    return a @ (b.T if transB else b) + c


def windows(x, kernel_shape, strides, pads, dilations, fill):
    """[n, c, h, w] -> [n, c, out h, out w, kh, kw]"""
    top, left, bottom, right = pads
    x = np.pad(x, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    span = [d * (k - 1) + 1 for k, d in zip(kernel_shape, dilations)]
    v = np.lib.stride_tricks.sliding_window_view(x, span, (2, 3))
    return v[:, :, ::strides[0], ::strides[1], ::dilations[0], ::dilations[1]]


def conv(x, w, b=None, kernel_shape=None, strides=None, pads=None, dilations=None, group=1):
    v = windows(x, kernel_shape, strides, pads, dilations, 0)
    parts = zip(np.split(v, group, 1), np.split(w, group, 0))
    y = np.concatenate([np.einsum('nchwij,fcij->nfhw', a, f, optimize=True) for a, f in parts], 1)
    return y if b is None else y + b[:, None, None]


def pool(x, how, fill, kernel_shape, strides, pads):
    return how(windows(x, kernel_shape, strides, pads, [1, 1], fill), (4, 5))


def average(x, kernel_shape, strides, pads, count_include_pad):
    assert count_include_pad == 1
    return pool(x, np.mean, 0, kernel_shape, strides, pads)


def by_channel(v, x):
    return v.reshape([-1] + [1] * (x.ndim - 2))


def batchnorm(x, gamma, beta, mean, var, epsilon):
    scale = gamma / np.sqrt(var + epsilon)
    return (x - by_channel(mean, x)) * by_channel(scale, x) + by_channel(beta, x)


def layernorm(x, gamma, beta=0, axis=-1, epsilon=1e-5):
    axes = tuple(range(axis, 0))
    return ((x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon) * gamma
            + beta)


def instancenorm(x, gamma, beta, epsilon):
    axes = tuple(range(2, x.ndim))
    normal = (x - x.mean(axes, keepdims=True)) / np.sqrt(x.var(axes, keepdims=True) + epsilon)
    return normal * by_channel(gamma, x) + by_channel(beta, x)


def cast(x, to):
    assert to == 7
    return x.astype(np.int64)


def reshape(x, shape):
    return x.reshape([x.shape[i] if d == 0 else d for i, d in enumerate(shape)])


# ---- Recurrent layers: X [steps, n, inputs], W [1, gates units, inputs], R, B [1, 2 gates units];
# Y [steps, 1, n, units]

def recurrence(x, w, r, b, units, direction, step):
    gates = w.shape[1] // units
    bw, br = (np.split(b[0], 2) if b is not None else (np.zeros(gates * units),) * 2)
    h = np.zeros((x.shape[1], units))
    c = np.zeros_like(h)
    y = np.zeros((x.shape[0], 1, x.shape[1], units))
    for t in range(x.shape[0])[::-1 if direction == 'reverse' else 1]:
        h, c = step(np.split(x[t] @ w[0].T + bw, gates, 1), np.split(h @ r[0].T + br, gates, 1), h, c)
        y[t, 0] = h
    return y


def rnn(x, w, r, b=None, hidden_size=0, direction='', activations=(), activation_alpha=(0,),
        activation_beta=(0,)):
    act = activations[0]
    alpha, beta = activation_alpha[0], activation_beta[0]
    f = {'Affine': lambda z: alpha * z + beta, 'Sigmoid': sigmoid, 'Tanh': np.tanh,
         'Relu': OPERATORS['Relu'], 'LeakyRelu': lambda z: OPERATORS['LeakyRelu'](z, alpha=alpha),
         'Elu': lambda z: OPERATORS['Elu'](z, alpha=alpha), 'Softplus': OPERATORS['Softplus'],
         'Softsign': OPERATORS['Softsign'],
         'HardSigmoid': lambda z: OPERATORS['HardSigmoid'](z, alpha=alpha, beta=beta)}[act]
    return recurrence(x, w, r, b, hidden_size, direction, lambda zx, zh, h, c: (f(zx[0] + zh[0]), c))


def lstm(x, w, r, b=None, hidden_size=0, direction=''):
    def step(zx, zh, h, c):
        i, o, f, g = [a + b for a, b in zip(zx, zh)]
        c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
        return sigmoid(o) * np.tanh(c), c
    return recurrence(x, w, r, b, hidden_size, direction, step)


def gru(x, w, r, b=None, hidden_size=0, direction='', linear_before_reset=0):
    assert linear_before_reset == 1

    def step(zx, zh, h, c):
        z, reset = sigmoid(zx[0] + zh[0]), sigmoid(zx[1] + zh[1])
        return (1 - z) * np.tanh(zx[2] + reset * zh[2]) + z * h, c
    return recurrence(x, w, r, b, hidden_size, direction, step)


OPERATORS = {
    'Identity': lambda x: x,
    'Add': np.add, 'Mul': np.multiply, 'MatMul': np.matmul, 'Gemm': gemm,
    'Sigmoid': sigmoid, 'Tanh': np.tanh,
    'Relu': lambda x: np.maximum(x, 0),
    'LeakyRelu': lambda x, alpha: np.where(x < 0, alpha * x, x),
    'Elu': lambda x, alpha: np.where(x < 0, alpha * np.expm1(np.minimum(x, 0)), x),
    'Selu': lambda x: 1.05070102214813232421875 * np.where(
        x < 0, 1.67326319217681884765625 * np.expm1(np.minimum(x, 0)), x),
    'Erf': np.vectorize(math.erf, otypes=[float]),
    'Softplus': lambda x: np.logaddexp(0, x),
    'Softsign': lambda x: x / (1 + np.abs(x)),
    'HardSigmoid': lambda x, alpha, beta: np.clip(alpha * x + beta, 0, 1),
    'Clip': np.clip, 'Softmax': softmax,
    'Conv': conv, 'AveragePool': average,
    'MaxPool': lambda x, **a: pool(x, np.max, -np.inf, **a),
    'ReduceMean': lambda x, axes, keepdims: x.mean(tuple(axes)),
    'BatchNormalization': batchnorm, 'LayerNormalization': layernorm,
    'InstanceNormalization': instancenorm,
    'Flatten': lambda x, axis: x.reshape(x.shape[0], -1),
    'Reshape': reshape,
    'Transpose': lambda x, perm: x.transpose(perm),
    'Unsqueeze': lambda x, axes: x.reshape(list(x.shape) + [1] * len(axes)),
    'Squeeze': lambda x, axes: x.squeeze(tuple(axes)),
    'Concat': lambda *x, axis: np.concatenate(x, axis),
    'Cast': cast,
    'Gather': lambda x, i, axis=0: np.take(x, i, axis),
    'RNN': rnn, 'LSTM': lstm, 'GRU': gru,
}
