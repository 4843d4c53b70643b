"""Learning rates and momenta of every schedule over 30 epochs, and weights after ten steps of two optimizers."""
import torch

import arrays

given = arrays.read()
results = {}
for name, expression in arrays.settings().items():
    weight = torch.nn.Parameter(given["weight"].clone())
    names = {"torch": torch, "S": torch.optim.lr_scheduler}
    if name.startswith("optimizer"):
        optimizer = eval(expression, names, {"p": [weight]})
        for gradient in given["gradients"]:
            weight.grad = gradient.clone()
            optimizer.step()
        results[name] = weight
        continue
    optimizer = torch.optim.SGD([weight], lr=0.1, momentum=0.9)
    scheduler = eval(expression, names, {"o": optimizer})
    rates = []
    for epoch in range(30):
        rates.append((optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]))
        optimizer.step()
        if name == "plateau":
            scheduler.step(float(given["losses"][epoch]))
        else:
            scheduler.step()
    results[name] = torch.tensor(rates)
arrays.write(results)
