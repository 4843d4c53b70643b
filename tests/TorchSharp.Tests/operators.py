"""Values and gradients of every operator case, as Python's torch has them."""
import torch
import torch.nn.functional as F

import arrays

given = arrays.read()
results = {}
for name, expression in arrays.settings().items():
    inputs = {}
    for key in "abc":
        if f"{name}.{key}" in given:
            inputs[key] = given[f"{name}.{key}"].requires_grad_()
    value = eval(expression, {"torch": torch, "F": F}, inputs)
    results[f"{name}.value"] = value
    # A weight of its own for each element, or a transposed gradient would go unseen.
    weights = torch.arange(value.numel(), dtype=torch.float32).cos().reshape(value.shape)
    (value * weights).sum().backward()
    for key, tensor in inputs.items():
        results[f"{name}.{key}"] = tensor.grad if tensor.grad is not None else torch.zeros_like(tensor)
arrays.write(results)
