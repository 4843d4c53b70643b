"""Trains one of the models beside this file, as many steps at a time as a line of standard input says; see TrainingBenchmark.cs.

Usage: train.py MODEL BATCH THREADS [DEVICE [PRECISION [eager|compiled]]]. Each line answers with the seconds it took and the last
loss; at the end of the input comes the peak of the resident memory in bytes. On a GPU the seconds are those between two events
there, and nobody waits for a step's loss. Without torch.compile it ends with 3.
"""
import contextlib
import importlib
import resource
import sys
import time

import torch


class Clock:
    """Seconds of work, on the device that does it."""

    def __init__(self, cuda):
        self.begun, self.ended = (torch.cuda.Event(enable_timing=True) for _ in range(2)) if cuda else (None, None)

    def start(self):
        self.at = time.perf_counter()
        if self.begun:
            torch.cuda.synchronize()
            self.begun.record()

    def stop(self):
        if not self.begun:
            return time.perf_counter() - self.at
        self.ended.record()
        torch.cuda.synchronize()
        return self.begun.elapsed_time(self.ended) / 1000


def main(name, batch, threads, device="cpu", precision="float32", mode="eager"):
    if mode == "compiled" and not hasattr(torch, "compile"):
        print(f"torch.compile does not exist in PyTorch {torch.__version__}", file=sys.stderr)
        sys.exit(3)
    torch.set_num_threads(int(threads))
    torch.manual_seed(1)
    cuda = device.startswith("cuda")
    module = importlib.import_module(name.replace("-", "_"))
    model = module.Vae().to(device)
    optimizer = model.optimizer()
    pixels = torch.randint(0, 256, (int(batch), model.size, model.size, 3), dtype=torch.uint8)
    if cuda:
        pixels = pixels.pin_memory()
    clip = getattr(model, "clip", None)
    short = torch.autocast(device.split(":")[0], dtype=torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()

    def loss_of(target, noise):
        with short:
            pictures, mean, logvar = model(target, noise)
        pictures = [each.float() for each in pictures] if isinstance(pictures, (list, tuple)) else pictures.float()
        return model.loss((pictures, mean.float(), logvar.float()), target)

    if mode == "compiled":
        loss_of = torch.compile(loss_of)

    def step():
        target = pixels.to(device, non_blocking=True).permute(0, 3, 1, 2).float().contiguous()
        target = target / 127.5 - 1 if model.signed else target / 255
        loss = loss_of(target, torch.randn(int(batch), model.latent, device=device))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        if clip:
            torch.nn.utils.clip_grad_norm_(model.parameters(), clip)
        optimizer.step()
        return loss.detach() if cuda else loss.item()

    clock = Clock(cuda)
    for line in sys.stdin:
        clock.start()
        for _ in range(int(line)):
            loss = step()
        print(clock.stop(), float(loss), flush=True)
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
