"""facemix-64 in PyTorch, the model of the benchmarks: the other opinion on forward pass, batch statistics, loss and gradients.

Usage: facemix64.py IN OUT. Both are safetensors files. IN holds weight/NAME, pixels (uint8 [N, 64, 64, 3]) and
noise ([N, 128]); OUT gets picture/I, mean, logvar, loss, gradient/NAME and buffer/NAME.
"""
import json
import os
import struct
import sys

import numpy
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "benchmarks", "Training"))
from facemix_64 import Vae  # noqa: E402


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    types = {"F32": numpy.float32, "U8": numpy.uint8, "I64": numpy.int64}
    return {
        name: torch.from_numpy(numpy.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"]).copy())
        for name, entry in header.items() if name != "__metadata__"}


def write(path, tensors):
    header, data = {}, b""
    for name, tensor in tensors.items():
        part = tensor.detach().contiguous().float().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(tensor.shape), "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main(source, target):
    torch.set_num_threads(1)
    given = read(source)
    model = Vae()
    state = model.state_dict()
    for name, tensor in given.items():
        if name.startswith("weight/"):
            state[name[len("weight/"):]].copy_(tensor)
    pixels = given["pixels"].permute(0, 3, 1, 2).float().contiguous() / 127.5 - 1
    pictures, mean, logvar = model(pixels, given["noise"])
    loss = model.loss((pictures, mean, logvar), pixels)
    loss.backward()
    out = {f"picture/{i}": picture for i, picture in enumerate(pictures)}
    out.update(mean=mean, logvar=logvar, loss=loss.reshape(1))
    out.update({f"gradient/{name}": parameter.grad for name, parameter in model.named_parameters()})
    out.update({f"buffer/{name}": buffer for name, buffer in model.named_buffers() if buffer.dtype == torch.float32})
    write(target, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
