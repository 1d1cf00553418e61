#!/usr/bin/env python3
"""make.py -- writes the arrays of this folder with NumPy, for tests/unit/data_numpy.c.

x[i][j][k] = 6 i + 3 j + k, of shape (4, 2, 3), less 12 where the type is signed, modulo 2 where it is
bool; y = 0 2 1 2.
cifar/ holds few samples in CIFAR-10's binary format, for tests/unit/data_cifar.c and
tests/program/images.sh: sample k of a file is of class (k + file) % 10, its byte j is
(7 file + 31 k + j) % 256; the test batch is file 6.
"""
import gzip
import os
import sys

import numpy as np
from numpy.lib import format

os.chdir(os.path.dirname(os.path.abspath(sys.argv[0])))
x = np.arange(24).reshape(4, 2, 3)
y = np.array([0, 2, 1, 2])

for name in "|b1 |u1 |i1 <u2 <i2 <u4 <i4 <u8 <i8 <f4 <f8 >u2 >i2 >u4 >i4 >u8 >i8 >f4 >f8".split():
    dtype = np.dtype(name)
    values = x % 2 if dtype.kind == "b" else x if dtype.kind == "u" else x - 12
    file = {"<": "little", ">": "big", "|": "byte"}[name[0]] + "_" + name[1:] + ".npy"
    np.save(file, values.astype(dtype))
np.save("fortran_f4.npy", np.asfortranarray(x.astype("<f4")))
np.save("y.npy", y)
np.save("y_f8.npy", y.astype("<f8"))
np.save("object.npy", np.array([1, "a"], dtype=object))
np.save("record.npy", np.zeros(4, dtype=[("a", "<f4"), ("b", "<i4")]))
np.save("scalar.npy", np.float32(1))
np.save("empty.npy", np.zeros((0, 6), "<f4"))
for version in (2, 0), (3, 0):
    with open(f"version{version[0]}.npy", "wb") as out:
        format.write_array(out, x.astype("<f4"), version=version)
np.savez("stored.npz", x=x.astype("<f4"), y=y)
np.savez_compressed("deflated.npz", x=x.astype("<f4"), y=y)
np.savez("names.npz", images=x.astype("u1"), labels=y.astype("u1"))

os.makedirs("cifar/cifar-10-batches-bin", exist_ok=True)
for file in range(1, 7):
    name = f"data_batch_{file}.bin.gz" if file < 6 else "test_batch.bin.gz"
    rows = b"".join(bytes([(k + file) % 10]) + bytes((7 * file + 31 * k + j) % 256 for j in range(3072))
                    for k in range(4))
    with open(f"cifar/cifar-10-batches-bin/{name}", "wb") as out:
        out.write(gzip.compress(rows, mtime=0))
