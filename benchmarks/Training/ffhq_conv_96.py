"""ffhq-conv-96 in PyTorch: 3x3 convolutions of stride 2 down, dense layers, as many transposed convolutions back."""
import torch
from torch import nn
from torch.nn import functional as F

SLOPE = 0.2


def down(inputs, outputs):
    return nn.Sequential(nn.Conv2d(inputs, outputs, 3, 2, padding=1), nn.BatchNorm2d(outputs), nn.LeakyReLU(SLOPE))


def up(inputs, outputs):
    return nn.Sequential(
        nn.ConvTranspose2d(inputs, outputs, 3, 2, padding=1, output_padding=1), nn.BatchNorm2d(outputs), nn.LeakyReLU(SLOPE))


class Encoder(nn.Module):
    def __init__(self, channels=(32, 64, 128, 256, 512), hidden=512, latent=128, size=96):
        super().__init__()
        self.downs = nn.Sequential(*(down(a, b) for a, b in zip((3, *channels), channels)))
        self.dense = nn.Linear(channels[-1] * (size >> len(channels)) ** 2, hidden)
        self.mean = nn.Linear(hidden, latent)
        self.logvar = nn.Linear(hidden, latent)

    def forward(self, x):
        x = F.leaky_relu(self.dense(self.downs(x).flatten(1)), SLOPE)
        return self.mean(x), self.logvar(x)


class Decoder(nn.Module):
    def __init__(self, channels=(512, 256, 128, 64, 32), hidden=512, latent=128, size=96):
        super().__init__()
        self.shape = (channels[0], size >> len(channels), size >> len(channels))
        self.dense = nn.Linear(latent, hidden)
        self.cells = nn.Linear(hidden, self.shape[0] * self.shape[1] * self.shape[2])
        self.ups = nn.Sequential(*(up(a, b) for a, b in zip(channels, (*channels[1:], 3))))

    def forward(self, z):
        x = F.leaky_relu(self.cells(F.leaky_relu(self.dense(z), SLOPE)), SLOPE)
        return self.ups(x.view(-1, *self.shape)).sigmoid()


class Vae(nn.Module):
    size, latent, signed = 96, 128, False

    def __init__(self, encoder=None, decoder=None):
        super().__init__()
        self.encoder, self.decoder = encoder or Encoder(), decoder or Decoder()

    def forward(self, x, noise):
        mean, logvar = self.encoder(x)
        return self.decoder(mean + (0.5 * logvar).exp() * noise), mean, logvar

    def loss(self, output, target):
        picture, mean, logvar = output
        loss = F.mse_loss(picture, target, reduction="sum") + 0.5 * (mean.square() + logvar.exp() - logvar - 1).sum()
        return loss / len(target)

    def optimizer(self):
        return torch.optim.Adam(self.parameters(), 1e-3)
