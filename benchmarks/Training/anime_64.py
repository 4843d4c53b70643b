"""anime-64 in PyTorch: 5x5 convolutions, padded as TensorFlow pads, a dense layer on each side of the latent."""
import torch
from torch import nn
from torch.nn import functional as F

SLOPE, MOMENTUM, EPSILON = 0.2, 0.01, 1e-3


class Down(nn.Module):
    """5x5 convolution, batch norm, leaky ReLU; at stride 2 the odd cell of the padding lies at the right and the bottom."""

    def __init__(self, inputs, outputs, stride):
        super().__init__()
        self.pad = (2, 2, 2, 2) if stride == 1 else (1, 2, 1, 2)
        self.conv = nn.Conv2d(inputs, outputs, 5, stride)
        self.norm = nn.BatchNorm2d(outputs, EPSILON, MOMENTUM)

    def forward(self, x):
        return F.leaky_relu(self.norm(self.conv(F.pad(x, self.pad))), SLOPE)


class Up(nn.Module):
    """5x5 transposed convolution of stride 2, whose last row and column are cut off, and batch norm."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv = nn.ConvTranspose2d(inputs, outputs, 5, 2, padding=1)
        self.norm = nn.BatchNorm2d(outputs, EPSILON, MOMENTUM)

    def forward(self, x):
        return F.leaky_relu(self.norm(self.conv(x)[..., :-1, :-1]), SLOPE)


class Encoder(nn.Module):
    def __init__(self, channels=(32, 64, 128, 256, 512), hidden=1024, latent=512, size=64):
        super().__init__()
        inputs = (3, *channels[:-1])
        self.downs = nn.Sequential(*(Down(a, b, 1 if i == 0 else 2) for i, (a, b) in enumerate(zip(inputs, channels))))
        self.dense = nn.Linear(channels[-1] * (size >> len(channels) - 1) ** 2, hidden)
        self.dense_norm = nn.BatchNorm1d(hidden, EPSILON, MOMENTUM)
        self.mean = nn.Linear(hidden, latent)
        self.logvar = nn.Linear(hidden, latent)

    def forward(self, x):
        x = F.leaky_relu(self.dense_norm(self.dense(self.downs(x).flatten(1))), SLOPE)
        return self.mean(x), self.logvar(x)


class Decoder(nn.Module):
    def __init__(self, channels=(512, 256, 128, 64, 32), hidden=1024, latent=512, size=64):
        super().__init__()
        self.shape = (channels[0], size >> len(channels) - 1, size >> len(channels) - 1)
        self.dense = nn.Linear(latent, hidden)
        self.dense_norm = nn.BatchNorm1d(hidden, EPSILON, MOMENTUM)
        self.cells = nn.Linear(hidden, self.shape[0] * self.shape[1] * self.shape[2])
        self.ups = nn.Sequential(*(Up(a, b) for a, b in zip(channels, channels[1:])))
        self.picture = nn.ConvTranspose2d(channels[-1], 3, 5, padding=2)
        self.picture_norm = nn.BatchNorm2d(3, EPSILON, MOMENTUM)

    def forward(self, z):
        x = F.leaky_relu(self.dense_norm(self.dense(z)), SLOPE)
        return self.picture_norm(self.picture(self.ups(self.cells(x).view(-1, *self.shape)))).sigmoid()


class Vae(nn.Module):
    size, latent, signed = 64, 512, False

    def __init__(self, encoder=None, decoder=None):
        super().__init__()
        self.encoder, self.decoder = encoder or Encoder(), decoder or Decoder()

    def forward(self, x, noise):
        mean, logvar = self.encoder(x)
        return self.decoder(mean + (0.5 * logvar).exp() * noise), mean, logvar

    def loss(self, output, target):
        picture, mean, logvar = output
        return F.mse_loss(picture, target) + 0.5 * (mean.square() + logvar.exp() - logvar - 1).mean()

    def optimizer(self):
        return torch.optim.Adam(self.parameters(), 1e-3, eps=1e-7)
