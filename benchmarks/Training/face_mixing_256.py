"""face-mixing-256 in PyTorch: spectral norm, a decoder re-normalised from the latent, a picture at every level."""
import torch
from torch import nn
from torch.nn import functional as F
from torch.nn.utils.parametrizations import spectral_norm

SLOPE, MOMENTUM, EPSILON = 0.2, 0.01, 1e-3


class Encoder(nn.Module):
    def __init__(self, channels, latent, size):
        super().__init__()
        self.convs = nn.ModuleList(spectral_norm(nn.Conv2d(a, b, 3, 2)) for a, b in zip((3, *channels), channels))
        self.norms = nn.ModuleList(nn.BatchNorm2d(c, EPSILON, MOMENTUM) for c in channels)
        features = channels[-1] * (size >> len(channels)) ** 2
        self.mean = nn.Linear(features, latent)
        self.logvar = nn.Linear(features, latent)

    def forward(self, x):
        for conv, norm in zip(self.convs, self.norms):
            x = F.leaky_relu(norm(conv(F.pad(x, (0, 1, 0, 1)))), SLOPE)
        x = x.flatten(1)
        return self.mean(x), self.logvar(x)


class Level(nn.Module):
    def __init__(self, inputs, outputs, latent):
        super().__init__()
        self.conv = spectral_norm(nn.Conv2d(inputs, outputs, 3, padding=1))
        self.hidden = spectral_norm(nn.Linear(latent, 4 * outputs))
        self.norm = nn.BatchNorm2d(outputs, EPSILON, MOMENTUM, affine=False)
        self.beta = spectral_norm(nn.Linear(4 * outputs, outputs))
        self.gamma = spectral_norm(nn.Linear(4 * outputs, outputs))
        self.picture = spectral_norm(nn.Conv2d(outputs, 3, 3, padding=1))

    def forward(self, x, z):
        x = self.conv(F.interpolate(x, scale_factor=2))
        h = F.leaky_relu(self.hidden(z), SLOPE)
        x = self.norm(x) * (1 + self.gamma(h))[..., None, None] + self.beta(h)[..., None, None]
        x = F.leaky_relu(x, SLOPE)
        return x, self.picture(x).tanh()


class Decoder(nn.Module):
    def __init__(self, channels, latent, size):
        super().__init__()
        side = size >> len(channels) - 1
        self.shape = (channels[0], side, side)
        self.dense = spectral_norm(nn.Linear(latent, channels[0] * side * side))
        self.levels = nn.ModuleList(Level(a, b, latent) for a, b in zip(channels, channels[1:]))

    def forward(self, z):
        x, pictures = self.dense(z).view(-1, *self.shape), []
        for level in self.levels:
            x, picture = level(x, z)
            pictures.append(picture)
        return pictures


class Vae(nn.Module):
    size, latent, signed = 256, 256, True

    def __init__(self, encoder=(32, 64, 128, 256, 512, 512), decoder=(512, 512, 256, 128, 64, 32, 16)):
        super().__init__()
        self.encoder = Encoder(encoder, self.latent, self.size)
        self.decoder = Decoder(decoder, self.latent, self.size)
        taps = torch.tensor([-0.0625, 0.5625, 0.5625, -0.0625])
        self.register_buffer("taps", torch.outer(taps, taps)[None, None])

    def halve(self, x):
        """Bicubic with a = -0.5 and no antialias; taps beyond the border are left out and the others scaled up."""
        sums = F.conv2d(x.flatten(0, 1)[:, None], self.taps, stride=2, padding=1)
        shares = F.conv2d(torch.ones(1, 1, *x.shape[2:]), self.taps, stride=2, padding=1)
        return (sums / shares).view(*x.shape[:2], x.shape[2] // 2, x.shape[3] // 2)

    def forward(self, x, noise):
        mean, logvar = self.encoder(x)
        return self.decoder(mean + (0.5 * logvar).exp() * noise), mean, logvar

    def loss(self, output, target):
        pictures, mean, logvar = output
        loss = 0
        for picture in reversed(pictures):
            if picture is not pictures[-1]:
                target = self.halve(target)
            loss = loss + F.l1_loss(picture, target) / len(pictures)
        return loss + 1e-6 * 0.5 * (mean.square() + logvar.exp() - logvar - 1).sum(1).mean()

    def optimizer(self):
        return torch.optim.Adam(self.parameters(), 1e-4, eps=1e-7)
