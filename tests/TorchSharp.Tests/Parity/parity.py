"""Values and gradients of every case, as Python's torch has them, in float32 and in float64.

cases.json has a list of {"there": expression, "inputs": [[dtype, shape, offset], ...]}; the inputs are the letters a, b, c
and so on, cut out of inputs.bin, which holds float64 numbers. For each case and type values.json gets a list of
[shape, offset], first the outputs and then the gradients of the floating inputs, or what went wrong as a string.
"""
import json
import os
import sys

import numpy
import torch
import torch.nn.functional as F

torch.set_num_threads(1)
folder = sys.argv[1]
given = numpy.fromfile(os.path.join(folder, "inputs.bin"), dtype=numpy.float64)
found = []
length = 0


def op(name, *arguments, **options):
    """The operator of this name, wherever Python keeps it; one that ends in "_" gets a copy to change."""
    if name.endswith("_"):
        arguments = (arguments[0].clone(), *arguments[1:])
    if isinstance(arguments[0], torch.Tensor) and hasattr(arguments[0], name):
        return getattr(arguments[0], name)(*arguments[1:], **options)
    for home in (torch, F, torch.linalg):
        if hasattr(home, name):
            return getattr(home, name)(*arguments, **options)
    raise AttributeError(name)


def functional(name, *arguments, **options):
    """The same, in torch.nn.functional if it is there."""
    return getattr(F, name)(*arguments, **options) if hasattr(F, name) else op(name, *arguments, **options)


def op_put(a, b):
    changed = a.clone()
    changed[:, 1:5:2] = b
    return changed


names = {"op_put": op_put, "torch": torch, "F": F, "L": torch.linalg, "op": op, "fn": functional}


def flat(value):
    if isinstance(value, (tuple, list)):
        return [tensor for item in value for tensor in flat(item)]
    return [value if isinstance(value, torch.Tensor) else torch.tensor(value)]


def keep(tensor):
    global length
    # A gradient that is zero everywhere may have no memory behind it.
    whole = torch.zeros_like(tensor) if tensor._is_zerotensor() else tensor
    values = whole.detach().to(torch.float64).contiguous().numpy()
    found.append(values.reshape(-1))
    length += values.size
    return [list(values.shape), length - values.size]


def run(case, floating):
    inputs = {}
    for letter, (dtype, shape, offset) in zip("abcdefgh", case["inputs"]):
        count = int(numpy.prod(shape))
        tensor = torch.from_numpy(given[offset : offset + count].copy()).reshape(shape)
        kind = floating if dtype in ("float", "still") else getattr(torch, dtype)
        inputs[letter] = tensor.to(kind).requires_grad_(dtype == "float")
    torch.set_default_dtype(floating)
    torch.manual_seed(17)
    outputs = flat(eval(case["there"], names, inputs))
    kept = [keep(output) for output in outputs]
    steered = [output for output in outputs if output.requires_grad]
    if steered:
        # A weight of its own for each element, or a transposed gradient would go unseen.
        total = sum(
            (output * torch.arange(output.numel(), dtype=output.dtype).cos().reshape(output.shape)).sum()
            for output in steered
        )
        total.backward()
        for tensor in inputs.values():
            if tensor.requires_grad:
                kept.append(keep(tensor.grad if tensor.grad is not None else torch.zeros_like(tensor)))
    return kept


with open(os.path.join(folder, "cases.json")) as file:
    cases = json.load(file)
results = []
for case in cases:
    for floating in (torch.float32, torch.float64):
        try:
            results.append(run(case, floating))
        except Exception as problem:
            results.append(f"{type(problem).__name__}: {problem}")
with open(os.path.join(folder, "values.json"), "w") as file:
    json.dump(results, file)
numpy.concatenate(found).tofile(os.path.join(folder, "values.bin"))
