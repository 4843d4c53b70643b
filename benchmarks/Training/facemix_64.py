"""facemix-64 in PyTorch: residual up-blocks re-normalised from the latent, a picture at every level.

Its loss is the preset's without the perceptual term, whose network a run trains for itself.
"""
import torch
from torch import nn
from torch.nn import functional as F

SLOPE = 0.2


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
    size, latent, signed = 64, 128, True

    def __init__(self, encoder=None, decoder=None):
        super().__init__()
        self.encoder, self.decoder = encoder or Encoder(), decoder or Decoder()

    def forward(self, x, noise):
        mean, logvar = self.encoder(x)
        return self.decoder(mean + (logvar * 0.5).exp() * noise), mean, logvar

    def loss(self, output, target, mse_weight=10, lower_levels=0.25, kl_weight=1e-4):
        pictures, mean, logvar = output
        loss = mse_weight * (pictures[-1] - target).square().mean()
        for picture in reversed(pictures[:-1]):
            target = F.avg_pool2d(target, 2)
            loss = loss + lower_levels * (picture - target).abs().mean()
        return loss + kl_weight * ((mean * mean + logvar.exp() - logvar - 1) * 0.5).sum(1).mean()

    def optimizer(self):
        return torch.optim.AdamW(self.parameters(), 3e-3, (0.9, 0.99), weight_decay=0)

    clip = 1.0
