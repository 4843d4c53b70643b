"""One of the processes that train a model of ../Training with PyTorch's DistributedDataParallel; see ParallelBenchmark.cs.

Usage: ddp.py MODEL BATCH STEPS ROUNDS OUTPUT. Synchronised batch norm is left out: PyTorch has it for GPUs only.
"""
import importlib
import json
import pathlib
import sys
import time

import torch
from torch import distributed
from torch.nn.parallel import DistributedDataParallel

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "Training"))


def main(name, batch, steps, rounds, output):
    torch.set_num_threads(1)
    torch.manual_seed(1)
    distributed.init_process_group("gloo")
    share = int(batch) // distributed.get_world_size()
    model = importlib.import_module(name.replace("-", "_")).Vae()
    optimizer = model.optimizer()
    together = DistributedDataParallel(model, gradient_as_bucket_view=True)
    pixels = torch.randint(0, 256, (share, model.size, model.size, 3), dtype=torch.uint8)
    clip = getattr(model, "clip", None)

    def step(network):
        target = pixels.permute(0, 3, 1, 2).float().contiguous()
        target = target / 127.5 - 1 if model.signed else target / 255
        loss = model.loss(network(target, torch.randn(share, model.latent)), target)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        return loss.item()

    seconds = {"alone": [], "gradients": []}
    for turn in range(-1, int(rounds)):
        for kind, network in (("alone", model), ("gradients", together)):
            distributed.barrier()
            begun = time.perf_counter()
            for _ in range(int(steps)):
                step(network)
            distributed.barrier()
            if turn >= 0:
                seconds[kind].append((time.perf_counter() - begun) / int(steps))
    if distributed.get_rank() == 0:
        pathlib.Path(output).write_text(json.dumps(seconds))


if __name__ == "__main__":
    main(*sys.argv[1:])
