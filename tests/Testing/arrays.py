"""The arrays that a C# test gives a script and gets back; see PythonScript.cs."""
import json
import os
import sys

import numpy
import torch

torch.set_num_threads(1)


def folder():
    return sys.argv[1]


def read():
    """Every array the test wrote, as torch tensors by name."""
    with open(os.path.join(folder(), "in", "index.json")) as file:
        shapes = json.load(file)
    return {
        name: torch.from_numpy(
            numpy.fromfile(os.path.join(folder(), "in", name + ".f32"), dtype=numpy.float32).reshape(shape)
        )
        for name, shape in shapes.items()
    }


def settings():
    with open(os.path.join(folder(), "in", "settings.json")) as file:
        return json.load(file)


def write(arrays):
    shapes = {}
    for name, array in arrays.items():
        values = array.detach().to(torch.float32).contiguous().numpy()
        shapes[name] = list(values.shape)
        values.tofile(os.path.join(folder(), "out", name + ".f32"))
    with open(os.path.join(folder(), "out", "index.json"), "w") as file:
        json.dump(shapes, file)
