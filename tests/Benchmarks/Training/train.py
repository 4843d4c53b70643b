"""Trains one of the models beside this file, as many steps at a time as a line of standard input says; see TrainingBenchmark.cs.

Usage: train.py MODEL BATCH THREADS. Each line answers with the seconds it took and the last loss; at the end of the
input comes the peak of the resident memory in bytes.
"""
import importlib
import resource
import sys
import time

import torch


def main(name, batch, threads):
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    module = importlib.import_module(name.replace("-", "_"))
    model = module.Vae()
    optimizer = model.optimizer()
    pixels = torch.randint(0, 256, (int(batch), model.size, model.size, 3), dtype=torch.uint8)
    clip = getattr(model, "clip", None)

    def step():
        target = pixels.permute(0, 3, 1, 2).float().contiguous()
        target = target / 127.5 - 1 if model.signed else target / 255
        loss = model.loss(model(target, torch.randn(int(batch), model.latent)), target)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        return loss.item()

    for line in sys.stdin:
        begun = time.perf_counter()
        for _ in range(int(line)):
            loss = step()
        print(time.perf_counter() - begun, loss, flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
