"""Reads or writes a safetensors file with nothing but struct, json and numpy: the other side of a parity test.

read PATH    prints {name: {dtype, shape, values}} as JSON
write PATH   writes a float32 [2, 3], a float16 [2] and an int64 scalar
"""
import json
import struct
import sys

import numpy as np

DTYPES = {"F32": np.float32, "F16": np.float16, "I64": np.int64, "U8": np.uint8}


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        values = np.frombuffer(data[begin:end], DTYPES[entry["dtype"]]).reshape(entry["shape"])
        tensors[name] = {"dtype": entry["dtype"], "shape": list(values.shape), "values": values.astype(float).ravel().tolist()}
    return tensors


def write(path):
    tensors = {
        "count": ("I64", np.array(-7, np.int64)),
        "half": ("F16", np.array([0.5, -2], np.float16)),
        "weights": ("F32", np.arange(6, dtype=np.float32).reshape(2, 3)),
    }
    header, data = {}, b""
    for name, (dtype, values) in tensors.items():
        header[name] = {"dtype": dtype, "shape": list(values.shape), "data_offsets": [len(data), len(data) + values.nbytes]}
        data += values.tobytes()
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


if __name__ == "__main__":
    command, path = sys.argv[1:]
    if command == "read":
        json.dump(read(path), sys.stdout)
    else:
        write(path)
