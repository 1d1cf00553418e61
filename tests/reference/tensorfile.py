"""tensorfile.py -- read and write safetensors files: float32 and float64 tensors, numpy only."""
import json
import struct

import numpy as np

DTYPE = {"F32": "<f4", "F64": "<f8", "I64": "<i8"}
CODE = {np.dtype(text): name for name, text in DTYPE.items()}


def write(path, tensors, metadata=None):
    """tensors: name -> array.  Written in order of name; the header is padded to 8 bytes."""
    header = {"__metadata__": metadata} if metadata else {}
    at = 0
    for name in sorted(tensors):
        array = tensors[name]
        header[name] = {"dtype": CODE[array.dtype], "shape": list(array.shape),
                        "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        for name in sorted(tensors):
            out.write(np.ascontiguousarray(tensors[name]).tobytes())


def read(path):
    """name -> array, and the metadata."""
    with open(path, "rb") as file:
        data = file.read()
    size = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + size])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        start, end = (8 + size + offset for offset in entry["data_offsets"])
        array = np.frombuffer(data[start:end], DTYPE[entry["dtype"]])
        tensors[name] = array.reshape(entry["shape"]).copy()
    return tensors, metadata
