"""facemix-64 written in PyTorch: the other opinion on forward pass, gradients and ten AdamW steps.

Usage: facemix64.py IN OUT. Both are safetensors files. IN holds weight/NAME, pixels (uint8 [N, 64, 64, 3]) and
noise ([steps, N, 128]); OUT gets picture/I, mean, logvar, loss, gradient/NAME and after/NAME.
"""
import json
import struct
import sys

import numpy
import torch
from torch import nn
from torch.nn import functional as F

SLOPE = 0.2
LEARNING_RATE, BETAS, EPSILON = 1e-3, (0.9, 0.99), 1e-5
KL_WEIGHT, LOWER_LEVELS = 1e-4, 0.25


class Encoder(nn.Module):
    def __init__(self, channels=(24, 48, 96, 128), latent=128):
        super().__init__()
        inputs = [12, *channels[:-1]]
        self.convs = nn.ModuleList(
            nn.Conv2d(a, b, 3, stride=1 if i == 0 else 2, padding=1, bias=False) for i, (a, b) in enumerate(zip(inputs, channels)))
        self.norms = nn.ModuleList(nn.BatchNorm2d(c) for c in channels)
        self.mean = nn.Linear(channels[-1] * 16, latent)
        self.logvar = nn.Linear(channels[-1] * 16, latent)

    def forward(self, x):
        x = F.pixel_unshuffle(x, 2)
        for conv, norm in zip(self.convs, self.norms):
            x = F.leaky_relu(norm(conv(x)), SLOPE)
        x = x.flatten(1)
        return self.mean(x), self.logvar(x).clamp(-12, 12)


class StyleNorm(nn.Module):
    def __init__(self, channels, latent, width):
        super().__init__()
        self.norm = nn.BatchNorm2d(channels, affine=False)
        self.hidden = nn.Linear(latent, width)
        self.style = nn.Linear(width, 2 * channels)

    def forward(self, x, z):
        gamma, beta = self.style(F.leaky_relu(self.hidden(z), SLOPE))[:, :, None, None].chunk(2, 1)
        return self.norm(x) * (gamma + 1) + beta


class UpBlock(nn.Module):
    def __init__(self, a, b, spread, latent, width):
        super().__init__()
        self.spread = spread
        self.conv1 = nn.Conv2d(a, 4 * b if spread else b, 3, padding=1, bias=False)
        self.conv2 = nn.Conv2d(b, b, 3, padding=1, bias=False)
        self.shortcut = nn.Conv2d(a, b, 1)
        self.norm1 = StyleNorm(b, latent, width)
        self.norm2 = StyleNorm(b, latent, width)

    def forward(self, x, z):
        y = F.pixel_shuffle(self.conv1(x), 2) if self.spread else self.conv1(F.interpolate(x, scale_factor=2))
        y = F.leaky_relu(self.norm1(y, z), SLOPE)
        y = self.norm2(self.conv2(y), z)
        return F.leaky_relu(y + F.interpolate(self.shortcut(x), scale_factor=2), SLOPE)


class Decoder(nn.Module):
    def __init__(self, channels=(128, 64, 48, 32), latent=128, width=64):
        super().__init__()
        self.first = channels[0]
        pairs = list(zip(channels, channels[1:]))
        self.dense = nn.Linear(latent, channels[0] * 16)
        self.blocks = nn.ModuleList(UpBlock(a, b, i == len(pairs) - 1, latent, width) for i, (a, b) in enumerate(pairs))
        self.heads = nn.ModuleList(nn.Conv2d(b, 3, 3, padding=1) for _, b in pairs)
        self.picture = nn.Conv2d(channels[-1], 12, 3, padding=1)

    def forward(self, z):
        x = self.dense(z).view(-1, self.first, 4, 4)
        pictures = []
        for block, head in zip(self.blocks, self.heads):
            x = block(x, z)
            pictures.append(head(x))
        return [*pictures, F.pixel_shuffle(self.picture(x), 2)]


class Vae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder()

    def forward(self, x, noise):
        mean, logvar = self.encoder(x)
        return self.decoder(mean + (logvar * 0.5).exp() * noise), mean, logvar


def loss_of(pictures, mean, logvar, target):
    difference = pictures[-1] - target
    edge = ((difference[..., 1:] - difference[..., :-1]).abs().mean() + (difference[..., 1:, :] - difference[..., :-1, :]).abs().mean()) * 0.5
    loss = difference.abs().mean() + edge
    for picture in reversed(pictures[:-1]):
        target = F.avg_pool2d(target, 2)
        loss = loss + LOWER_LEVELS * (picture - target).abs().mean()
    return loss + KL_WEIGHT * ((mean * mean + logvar.exp() - logvar - 1) * 0.5).sum(1).mean()


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
    optimizer = torch.optim.AdamW(model.parameters(), LEARNING_RATE, BETAS, EPSILON, weight_decay=0)
    out = {}
    for step, noise in enumerate(given["noise"]):
        pictures, mean, logvar = model(pixels, noise)
        loss = loss_of(pictures, mean, logvar, pixels)
        optimizer.zero_grad()
        loss.backward()
        if step == 0:
            out.update({f"picture/{i}": picture for i, picture in enumerate(pictures)})
            out.update(mean=mean, logvar=logvar)
            out.update({f"gradient/{name}": parameter.grad.clone() for name, parameter in model.named_parameters()})
        out[f"loss/{step}"] = loss.reshape(1)
        optimizer.step()
    out.update({f"after/{name}": tensor for name, tensor in model.state_dict().items() if tensor.dtype == torch.float32})
    write(target, out)


if __name__ == "__main__":
    main(*sys.argv[1:])
