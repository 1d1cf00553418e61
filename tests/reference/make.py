#!/usr/bin/env python3
"""make.py -- write the reference folders: nets, data, initial weights, PyTorch's float64 numbers.

    /usr/bin/python3 tests/reference/make.py [NAME...]

Everything is seeded by the case's name.  Each case is trained twice, in float64 (the reference) and
in float32; a case whose float32 run strays from the reference by more than SLACK is refused: a
correct float program could not meet the tolerance either.
"""
import os
import sys
import zlib

import numpy as np
import torch

sys.dont_write_bytecode = True
import tensorfile
from cases import CASES
import nets_images
import nets_layers
import nets_pools
import nets_recurrent
import nets_sequences
import nets_structure
import nets_training
import nets_whole

HERE = os.path.dirname(os.path.abspath(__file__))
TOLERANCE = {False: 1e-5, True: 1e-9}
SLACK = 5e-6
NORMS = (torch.nn.BatchNorm1d, torch.nn.BatchNorm2d, torch.nn.LayerNorm, torch.nn.GroupNorm)


def make_data(c, seed):
    """x as float32, the target as int64 classes or float32 vectors."""
    g = np.random.RandomState(seed)
    if c.words:
        x = g.randint(0, c.words, [c.samples] + c.shape).astype("<f4")
    else:
        x = g.standard_normal([c.samples] + c.shape).astype("<f4")
    if c.classes:
        return x, g.randint(0, c.classes, [c.samples] + c.label_steps).astype("<i8")
    if c.targets:
        y = g.standard_normal([c.samples] + c.targets).astype("<f4")
        return x, (y > 0).astype("<f4") if c.binary else y
    return x, x.copy()


def make_start(c, seed):
    """The initial state: torch's own start scaled by the case's gain, norms moved off 1 and 0."""
    torch.manual_seed(seed)
    module = c.module()
    state = module.state_dict()
    for name, tensor in state.items():
        if name.endswith("num_batches_tracked") or name.endswith(".scale"):
            continue
        if isinstance(owner(module, name), NORMS):
            tensor.add_(0.2 * torch.rand_like(tensor))
        elif tensor.dim() > 1:
            tensor.mul_(c.gain)
    real = "<f8" if c.double else "<f4"
    return {name: tensor.numpy().astype(real) for name, tensor in state.items()
            if not name.endswith("num_batches_tracked")}


def owner(module, name):
    return module.get_submodule(name.rpartition(".")[0])


def penalise(c, named):
    """sum of l1 |w| + l2 w^2 over the penalised weights"""
    total = 0.0
    for name, (l1, l2) in c.penalty.items():
        total = total + l1 * named[name].abs().sum() + l2 * named[name].pow(2).sum()
    return total


def train(c, x, y, start, dtype):
    """Losses by step, gradients of the kept steps and the final state."""
    module = c.module().to(dtype)
    module.load_state_dict({k: torch.tensor(v).to(dtype) for k, v in start.items()}, strict=True)
    named = dict(module.named_parameters())
    params = list(named.values())
    optimizer = c.optimizer(params)
    lr = optimizer.param_groups[0]["lr"]
    x = torch.tensor(x).to(dtype)
    y = torch.tensor(y) if c.classes else torch.tensor(y).to(dtype)
    out, losses = {}, []
    for step in range(c.steps):
        at = step % c.steps_per_epoch() * c.batch
        optimizer.param_groups[0]["lr"] = lr * c.rate(step)
        optimizer.zero_grad()
        loss = c.loss(module(x[at:at + c.batch]), y[at:at + c.batch]) + penalise(c, named)
        loss.backward()
        losses.append(loss.item())
        if step in c.kept:
            out.update({f"step.{step}.{k}": p.grad.clone().numpy() for k, p in named.items()})
        if c.clip:
            c.clip(params)
        optimizer.step()
    state = module.state_dict()
    out.update({f"final.{k}": v.numpy() for k, v in state.items()
                if not k.endswith("num_batches_tracked")})
    out["loss"] = np.array(losses)
    return {k: v.astype("<f8") for k, v in out.items()}


def stored(c, reference):
    """What goes to the file: of a compact case all but the losses as float32, 6e-8 off."""
    real = "<f4" if c.compact else "<f8"
    return {k: v.astype("<f8" if k == "loss" else real) for k, v in reference.items()}


def worst(got, want):
    """The largest relative error of a tensor or of a loss, and whose."""
    errors = {}
    for name, b in want.items():
        a = got[name]
        if name == "loss":
            errors[name] = np.max(np.abs(a - b) / np.abs(b))
        elif np.linalg.norm(b) > 0:
            errors[name] = np.linalg.norm(a - b) / np.linalg.norm(b)
        else:
            errors[name] = 0.0 if np.linalg.norm(a) == 0 else np.inf
    name = max(errors, key=errors.get)
    return errors[name], name


def make(c):
    seed = zlib.crc32(c.name.encode()) & 0x7fffffff
    x, y = make_data(c, seed)
    start = make_start(c, seed)
    reference = train(c, x, y, start, torch.float64)
    error, where = worst(train(c, x, y, start, torch.float32), reference)
    if not np.isfinite(reference["loss"]).all() or (error > SLACK and not c.double):
        sys.exit(f"{c.name}: float32 strays by {error:.1e} in {where}: change the case")
    folder = os.path.join(HERE, c.name)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, c.name + ".net"), "w") as out:
        out.write(c.source.strip() + "\n")
    np.save(os.path.join(folder, "x.npy"), x)
    np.save(os.path.join(folder, "y.npy"), y)
    tensorfile.write(os.path.join(folder, "init.safetensors"), start)
    tensorfile.write(os.path.join(folder, "reference.safetensors"), stored(c, reference),
                     {"tolerance": f"{TOLERANCE[c.double]:g}"})
    print(f"{c.name:20} loss {reference['loss'][0]:8.4f} -> {reference['loss'][-1]:8.4f}   "
          f"torch's float32: {error:.1e} in {where}")


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    wanted = sys.argv[1:]
    unknown = set(wanted) - {c.name for c in CASES}
    if unknown:
        sys.exit("no such case: " + ", ".join(sorted(unknown)))
    for c in CASES:
        if not wanted or c.name in wanted:
            make(c)


if __name__ == "__main__":
    main()
