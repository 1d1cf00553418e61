"""peer_jax.py NET THREADS plain SECONDS: trains one of the nets with JAX and prints microseconds a step and peak memory in MiB.

One compiled function a step: loss, gradients, clip by global norm, SGD with momentum.  JAX has no option for its threads: the process
is held to as many processors.  The tenth percentile of the steps of SECONDS counts.
"""
import os
import sys

name, threads, seconds = sys.argv[1], int(sys.argv[2]), float(sys.argv[4])
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:threads])
os.environ["JAX_PLATFORMS"] = "cpu"

import resource
import time

import jax
import jax.numpy as jnp
from jax import lax

keys = iter(jax.random.split(jax.random.PRNGKey(1), 1000))


def weight(*shape, fan=None):
    return jax.random.normal(next(keys), shape) * (fan or shape[0]) ** -0.5


def dense(inputs, outputs):
    return {"w": weight(inputs, outputs), "b": jnp.zeros(outputs)}


def dense_apply(p, x):
    return x @ p["w"] + p["b"]


def conv(channels, filters, kernel):
    return {"w": weight(filters, channels, kernel, kernel, fan=channels * kernel**2), "b": jnp.zeros((filters, 1, 1))}


def conv_apply(p, x, stride=1, pad=0):
    return lax.conv_general_dilated(x, p["w"], (stride, stride), [(pad, pad)] * 2) + p["b"]


def norm_apply(p, x):
    mean, variance = x.mean((0, 2, 3), keepdims=True), x.var((0, 2, 3), keepdims=True)
    return (x - mean) * lax.rsqrt(variance + 1e-5) * p["scale"] + p["shift"]


def max_pool(x):
    return lax.reduce_window(x, -jnp.inf, lax.max, (1, 1, 2, 2), (1, 1, 2, 2), "VALID")


def chain(inputs, width, depth, act):
    def apply(p, x):
        for layer in p[:-1]:
            x = act(dense_apply(layer, x))
        return dense_apply(p[-1], x)

    return [dense(inputs if i == 0 else width, width) for i in range(depth)] + [dense(width, 10)], apply


def mlp():
    def apply(p, x):
        return dense_apply(p[2], jax.nn.relu(dense_apply(p[1], jax.nn.relu(dense_apply(p[0], x)))))

    return [dense(784, 128), dense(128, 64), dense(64, 10)], apply


def lenet():
    def apply(p, x):
        x = max_pool(jax.nn.relu(conv_apply(p[0], x, pad=2)))
        x = max_pool(jax.nn.relu(conv_apply(p[1], x)))
        x = jax.nn.relu(conv_apply(p[2], x)).reshape(x.shape[0], -1)
        return dense_apply(p[4], jax.nn.relu(dense_apply(p[3], x)))

    return [conv(1, 6, 5), conv(6, 16, 5), conv(16, 120, 5), dense(120, 84), dense(84, 10)], apply


def resnet20():
    def normed(channels, filters, kernel):
        return {"w": weight(filters, channels, kernel, kernel, fan=channels * kernel**2), "scale": jnp.ones((1, filters, 1, 1)), "shift": jnp.zeros((1, filters, 1, 1))}

    def normed_apply(p, x, stride=1, pad=1):
        return norm_apply(p, lax.conv_general_dilated(x, p["w"], (stride, stride), [(pad, pad)] * 2))

    def apply(p, x):
        x = jax.nn.relu(normed_apply(p["stem"], x))
        for i, unit in enumerate(p["units"]):
            stride = 2 if i in (3, 6) else 1
            y = normed_apply(unit["b"], jax.nn.relu(normed_apply(unit["a"], x, stride)))
            x = jax.nn.relu(y + (normed_apply(unit["project"], x, stride, 0) if "project" in unit else x))
        return dense_apply(p["head"], x.mean((2, 3)))

    units, channels = [], 16
    for filters in (16, 16, 16, 32, 32, 32, 64, 64, 64):
        unit = {"a": normed(channels, filters, 3), "b": normed(filters, filters, 3)}
        if channels != filters:
            unit["project"] = normed(channels, filters, 1)
        units.append(unit)
        channels = filters
    return {"stem": normed(3, 16, 3), "units": units, "head": dense(64, 10)}, apply


def rnn_cell(state, gates_x, w, b):
    return (jnp.tanh(gates_x + state[0] @ w + b),)


def lstm_cell(state, gates_x, w, b):
    h, c = state
    i, f, g, o = jnp.split(gates_x + h @ w + b, 4, axis=-1)
    c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)
    return jax.nn.sigmoid(o) * jnp.tanh(c), c


def gru_cell(state, gates_x, w, b):
    h = state[0]
    own = h @ w + b
    r, z = (jax.nn.sigmoid(gates_x[:, k] + own[:, k]) for k in (slice(0, 128), slice(128, 256)))
    n = jnp.tanh(gates_x[:, 256:] + r * own[:, 256:])
    return ((1 - z) * n + z * h,)


def adding(cell, gates, states):
    def apply(p, x):
        gates_x = jnp.swapaxes(dense_apply(p["x"], x), 0, 1)
        start = (jnp.zeros((x.shape[0], 128)),) * states
        end, _ = lax.scan(lambda s, g: (cell(s, g, p["h"]["w"], p["h"]["b"]), None), start, gates_x)
        return dense_apply(p["sum"], end[0])

    return {"x": dense(2, gates * 128), "h": dense(128, gates * 128), "sum": dense(128, 1)}, apply


NETS = {
    "mlp": (mlp, (64, 784)),
    "deep_tanh": (lambda: chain(784, 100, 50, jnp.tanh), (128, 784)),
    "sigmoid": (lambda: chain(784, 256, 10, jax.nn.sigmoid), (128, 784)),
    "wide": (lambda: chain(784, 1024, 3, jax.nn.relu), (256, 784)),
    "lenet": (lenet, (64, 1, 28, 28)),
    "resnet20": (resnet20, (32, 3, 32, 32)),
    "rnn": (lambda: adding(rnn_cell, 1, 1), (32, 100, 2)),
    "lstm": (lambda: adding(lstm_cell, 4, 2), (32, 100, 2)),
    "gru": (lambda: adding(gru_cell, 3, 1), (32, 100, 2)),
}

build, shape = NETS[name]
params, apply = build()
squares = shape[1:] == (100, 2)
x = jax.random.normal(next(keys), shape)
y = jax.random.normal(next(keys), (shape[0], 1)) if squares else jax.random.randint(next(keys), (shape[0],), 0, 10)


def loss(p):
    out = apply(p, x)
    return ((out - y) ** 2).mean() if squares else -jax.nn.log_softmax(out)[jnp.arange(shape[0]), y].mean()


@jax.jit
def step(p, velocity):
    g = jax.grad(loss)(p)
    norm = jnp.sqrt(sum((v**2).sum() for v in jax.tree.leaves(g)))
    velocity = jax.tree.map(lambda v, d: 0.9 * v + d * jnp.minimum(1, 1 / norm), velocity, g)
    return jax.tree.map(lambda w, v: w - 0.001 * v, p, velocity), velocity


velocity = jax.tree.map(jnp.zeros_like, params)
for _ in range(3):
    params, velocity = step(params, velocity)
jax.block_until_ready(params)
times = []
while sum(times) < seconds or len(times) < 5:
    start = time.perf_counter()
    params, velocity = jax.block_until_ready(step(params, velocity))
    times.append(time.perf_counter() - start)
tenth = sorted(times)[len(times) // 10]
print(f"{tenth * 1e6:.1f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f}")
