"""A loss curve in PyTorch: one of the models of the benchmarks, trained from a given state on given pictures and noise.

Usage: curves.py IN OUT TYPE THREADS CHANNELS_LAST ONEDNN. IN is a safetensors file with weight/NAME, pixels (uint8
[N, H, W, 3]) and noise ([steps, N, latent]); its metadata say which model, its widths, the optimizer and each step's
learning rate. OUT gets a JSON list of the losses. The last four say how to compute: float32 or float64, how many threads,
whether maps and kernels lie channels last, and whether oneDNN may be used (both True or False).
"""
import importlib
import json
import os
import re
import struct
import sys

import numpy
import torch

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "..", "..", "..", "benchmarks", "Training"))

# How the Trainer calls what these models call otherwise.
LAYERS = {"conv": "conv", "norm": "norm", "0": "conv", "1": "norm"}
NAMES = [
    (r"downs\.(\d+)\.(\w+)", lambda match: f"{LAYERS[match[2]]}{match[1]}"),
    (r"ups\.(\d+)\.(\w+)", lambda match: f"{LAYERS[match[2]]}{int(match[1]) + 1}"),
]


def read(path):
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        header = json.loads(file.read(length))
        data = file.read()
    types = {"F32": numpy.float32, "U8": numpy.uint8}
    settings = header.pop("__metadata__")
    return settings, {
        name: torch.from_numpy(numpy.frombuffer(data[slice(*entry["data_offsets"])], types[entry["dtype"]]).reshape(entry["shape"]).copy())
        for name, entry in header.items()}


def model_of(settings, weights):
    module = importlib.import_module(settings["model"].replace("-", "_"))
    widths = json.loads(settings["widths"])
    model = module.Vae(module.Encoder(**widths["encoder"]), module.Decoder(**widths["decoder"]))
    state = model.state_dict()
    left = set(weights)
    for name, tensor in state.items():
        if name.endswith("num_batches_tracked"):
            continue
        for pattern, replacement in NAMES:
            name = re.sub(pattern, replacement, name)
        tensor.copy_(weights[f"weight/{name}"].view_as(tensor))
        left.remove(f"weight/{name}")
    assert not left, f"PyTorch's model has no {sorted(left)}"
    return model


def main(source, target, dtype, threads, channels_last, onednn):
    torch.set_num_threads(int(threads))
    torch.backends.mkldnn.set_flags(onednn == "True")
    layout = torch.channels_last if channels_last == "True" else torch.contiguous_format
    settings, given = read(source)
    dtype = getattr(torch, dtype)
    model = model_of(settings, {name: value for name, value in given.items() if name.startswith("weight/")}).to(dtype, memory_format=layout)
    kind = {"Adam": torch.optim.Adam, "Adamw": torch.optim.AdamW}[settings["optimizer"]]
    optimizer = kind(model.parameters(), betas=(float(settings["beta1"]), float(settings["beta2"])), eps=float(settings["epsilon"]), weight_decay=0)
    pixels = given["pixels"].permute(0, 3, 1, 2).float().contiguous()
    pixels = (pixels / 127.5 - 1 if model.signed else pixels / 255).to(dtype, memory_format=layout)
    losses = []
    for noise, rate in zip(given["noise"].to(dtype), json.loads(settings["learning_rates"])):
        optimizer.param_groups[0]["lr"] = rate
        loss = model.loss(model(pixels, noise), pixels)
        optimizer.zero_grad()
        loss.backward()
        if float(settings["clip_norm"]) > 0:
            torch.nn.utils.clip_grad_norm_(model.parameters(), float(settings["clip_norm"]))
        optimizer.step()
        losses.append(loss.item())
    with open(target, "w") as file:
        json.dump(losses, file)


if __name__ == "__main__":
    main(*sys.argv[1:])
