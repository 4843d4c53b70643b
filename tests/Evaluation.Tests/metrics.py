"""The metrics once more, from their papers and with numpy only: plain loops and full windows instead of the trainer's short cuts."""
import numpy
import torch

import arrays

WEIGHTS = [0.0448, 0.2856, 0.3001, 0.2363, 0.1333]


def window():
    grid = numpy.arange(11) - 5.0
    square = numpy.exp(-(grid[:, None] ** 2 + grid[None, :] ** 2) / (2 * 1.5**2))
    return square / square.sum()


def filtered(plane):
    views = numpy.lib.stride_tricks.sliding_window_view(plane, (11, 11))
    return (views * window()).sum(axis=(2, 3))


def structure(x, y):
    """SSIM's two factors as maps, of planes in 0..255."""
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mx, my = filtered(x), filtered(y)
    vx, vy, cov = filtered(x * x) - mx * mx, filtered(y * y) - my * my, filtered(x * y) - mx * my
    return (2 * mx * my + c1) / (mx * mx + my * my + c1), (2 * cov + c2) / (vx + vy + c2)


def halved(plane):
    return plane.reshape(plane.shape[0] // 2, 2, plane.shape[1] // 2, 2).mean(axis=(1, 3))


def multi_scale(x, y):
    scales = 1
    while scales < 5 and x.shape[0] // 2**scales >= 11:
        scales += 1
    exponents = numpy.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    product = 1.0
    for scale in range(scales):
        light, contrast = structure(x, y)
        value = (light * contrast).mean() if scale == scales - 1 else contrast.mean()
        product *= max(value, 0.0) ** exponents[scale]
        if scale < scales - 1:
            x, y = halved(x), halved(y)
    return product


def similarity(pictures, originals):
    ssim, many = [], []
    for a, b in zip(pictures, originals):
        for channel in range(3):
            light, contrast = structure(a[:, :, channel], b[:, :, channel])
            ssim.append((light * contrast).mean())
            many.append(multi_scale(a[:, :, channel], b[:, :, channel]))
    return numpy.mean(ssim), numpy.mean(many)


def frechet(a, b):
    ca, cb = numpy.cov(a, rowvar=False), numpy.cov(b, rowvar=False)
    roots = numpy.sqrt(numpy.linalg.eigvals(ca @ cb).astype(complex)).real.sum()
    return ((a.mean(0) - b.mean(0)) ** 2).sum() + numpy.trace(ca) + numpy.trace(cb) - 2 * roots


def mig(z, factors):
    gaps = []
    for factor in factors.T:
        p = factor.mean()
        entropy = -p * numpy.log(p) - (1 - p) * numpy.log(1 - p)
        known = []
        for column in z.T:
            joint = numpy.histogram2d(column, factor, bins=[20, 2])[0] / len(factor)
            outer = joint.sum(1, keepdims=True) * joint.sum(0, keepdims=True)
            seen = joint > 0
            known.append((joint[seen] * numpy.log(joint[seen] / outer[seen])).sum())
        known.sort()
        gaps.append((known[-1] - known[-2]) / entropy)
    return numpy.mean(gaps)


def sap(z, factors):
    gaps = []
    for factor in factors.T:
        best = []
        for column in z.T:
            values = numpy.unique(column)
            scores = [0.5]
            for threshold in (values[:-1] + values[1:]) / 2:
                says = column > threshold
                right = (says[factor == 1].mean() + (~says)[factor == 0].mean()) / 2
                scores.append(max(right, 1 - right))
            best.append(max(scores))
        best.sort()
        gaps.append(best[-1] - best[-2])
    return numpy.mean(gaps)


def score(importance):
    shares = importance / numpy.maximum(importance.sum(1, keepdims=True), 1e-300)
    logs = numpy.log(numpy.where(shares > 0, shares, 1))
    rows = 1 + (shares * logs).sum(1) / numpy.log(importance.shape[1])
    return (rows * importance.sum(1)).sum() / importance.sum()


def dci(z, factors, penalty=0.02):
    rows = numpy.arange(len(z))
    fit, rest = rows % 3 != 2, rows % 3 == 2
    x = (z - z[fit].mean(0)) / z[fit].std(0)
    y = (factors - factors[fit].mean(0)) / factors[fit].std(0)
    gram = x[fit].T @ x[fit] / fit.sum()
    step = 1 / numpy.linalg.eigvalsh(gram)[-1]
    weights = numpy.zeros((z.shape[1], factors.shape[1]))
    for _ in range(5000):  # proximal gradient, where the trainer descends by coordinates
        weights = weights - step * (gram @ weights - x[fit].T @ y[fit] / fit.sum())
        weights = numpy.sign(weights) * numpy.maximum(numpy.abs(weights) - step * penalty, 0)
    error = ((y[rest] - x[rest] @ weights) ** 2).sum(0)
    whole = ((y[rest] - y[rest].mean(0)) ** 2).sum(0)
    importance = numpy.abs(weights)
    return score(importance), score(importance.T), numpy.maximum(0, 1 - error / whole).mean()


given = {name: array.numpy().astype(numpy.float64) for name, array in arrays.read().items()}
results = {}
for name in ("small", "large"):
    results[name] = similarity(given[name + "_pictures"], given[name + "_originals"])
results["frechet"] = [frechet(given["features"], given["others"])]
results["mig"] = [mig(given["latents"], given["factors"])]
results["sap"] = [sap(given["latents"], given["factors"])]
results["dci"] = dci(given["latents"], given["factors"])
arrays.write({name: torch.tensor(list(values)) for name, values in results.items()})
