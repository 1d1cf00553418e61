#!/usr/bin/env python3
"""load_state_dict.py -- what netc saves, torch.nn modules load.

    /usr/bin/python3 tests/reference/load_state_dict.py [NAME...]

Each reference net is built by netc (NETC names it, default build/bin/netc), trained for one step
from its own start and saved; the file must go into the case's module with load_state_dict(strict=
True), and the module, in evaluation mode, must have the loss that the program's --eval reports.
Without python3-torch this says so and passes.
"""
import json
import os
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
HERE = os.path.dirname(os.path.abspath(__file__))
NETC = os.path.abspath(os.environ.get("NETC", os.path.join(HERE, "../../build/bin/netc")))

try:
    import numpy as np
    import torch
except ImportError as missing:
    print(f"skipped: {missing}: load_state_dict.py needs the packages python3-torch, python3-numpy")
    sys.exit(0)

import make
import tensorfile


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{os.path.basename(command[0])} exits with {done.returncode}: "
                           + done.stderr.strip().partition("\n")[0])
    return done.stdout


def measured_loss(program, saved):
    lines = run(program, "--load", saved, "--eval", "--no-out", "--quiet", "--json").splitlines()
    return json.loads(lines[-1])["loss_train"]


def expected_loss(c, module):
    """The loss over all samples, by the stored data."""
    x = np.load(os.path.join(HERE, c.name, "x.npy"))
    y = np.load(os.path.join(HERE, c.name, "y.npy"))
    x = torch.tensor(x, dtype=torch.float64)
    y = torch.tensor(y) if c.classes else torch.tensor(y, dtype=torch.float64)
    with torch.no_grad():
        loss = c.loss(module(x), y)
        return float(loss + make.penalise(c, dict(module.named_parameters())))


def check(c, folder):
    """None, or what is wrong."""
    program, saved = os.path.join(folder, c.name), os.path.join(folder, "saved.safetensors")
    run(NETC, os.path.join(HERE, c.name, c.name + ".net"), "-o", program)
    run(program, "--steps", "1", "--no-out", "--quiet", "--save", saved)
    tensors, _ = tensorfile.read(saved)
    module = c.module()
    module.load_state_dict({k: torch.tensor(v) for k, v in tensors.items()}, strict=True)
    got, want = measured_loss(program, saved), expected_loss(c, module.eval())
    if not abs(got - want) <= 1e-5 * abs(want):
        return f"--eval says {got:.9g}, PyTorch {want:.9g}"
    return None


def main():
    torch.set_num_threads(1)
    torch.set_default_dtype(torch.float64)
    passed = failed = 0
    for c in make.CASES:
        if sys.argv[1:] and c.name not in sys.argv[1:]:
            continue
        with tempfile.TemporaryDirectory() as folder:
            try:
                wrong = check(c, folder)
            except (RuntimeError, KeyError, ValueError) as error:
                wrong = " ".join(str(error).split())
        print(f"FAIL {c.name}: {wrong}" if wrong else f"ok   {c.name}")
        passed, failed = passed + (not wrong), failed + bool(wrong)
    print(f"{passed} passed, {failed} failed")
    return failed != 0 or passed == 0


if __name__ == "__main__":
    sys.exit(main())
