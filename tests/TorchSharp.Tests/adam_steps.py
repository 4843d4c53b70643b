"""Ten Adam steps of SmallVae.cs's model from the given weights, on the given pictures and noise."""
import torch
import torch.nn.functional as F
from torch import nn

import arrays


class SmallVae(nn.Module):
    def __init__(self):
        super().__init__()
        self.encoder = nn.Sequential(
            nn.Conv2d(3, 8, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(8), nn.LeakyReLU(0.2),
            nn.Conv2d(8, 16, 3, stride=2, padding=1), nn.GroupNorm(4, 16), nn.SiLU(), nn.Flatten())
        self.heads = nn.Linear(256, 8)
        self.start = nn.Linear(4, 256)
        self.decoder = nn.Sequential(
            nn.Unflatten(1, (16, 4, 4)), nn.Upsample(scale_factor=2),
            nn.Conv2d(16, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8), nn.ReLU(),
            nn.ConvTranspose2d(8, 3, 4, stride=2, padding=1), nn.Sigmoid())

    def forward(self, x, noise):
        mean, logvar = self.heads(self.encoder(x)).chunk(2, 1)
        z = mean + (0.5 * logvar).exp() * noise
        return self.decoder(self.start(z)), mean, logvar


given = arrays.read()
settings = arrays.settings()
model = SmallVae()
# strict: a name or a shape that differs is an error
model.load_state_dict({name[6:]: value for name, value in given.items() if name.startswith("model.")})
kinds = {"Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW, "SGD": torch.optim.SGD}
options = {key: float(value) for key, value in settings.items() if key != "optimizer"}
optimizer = kinds[settings["optimizer"]](model.parameters(), **options)
losses = []
for step in range(10):
    optimizer.zero_grad()
    picture, mean, logvar = model(given["pictures"], given[f"noise.{step}"])
    loss = F.mse_loss(picture, given["pictures"]) + 1e-2 * (mean.square() + logvar.exp() - 1 - logvar).mean()
    loss.backward()
    if step == 0:
        gradients = {f"grad.{name}": p.grad.clone() for name, p in model.named_parameters()}
    optimizer.step()
    losses.append(loss.detach())
model.eval()
results = {f"model.{name}": value for name, value in model.state_dict().items()}
results["losses"] = torch.stack(losses)
results["evaluated"] = model(given["pictures"], torch.zeros_like(given["noise.0"]))[0]
arrays.write({**results, **gradients})
