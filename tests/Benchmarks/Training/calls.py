"""What a call of an operator costs in Python: prints nanoseconds of one addition of two tensors of four numbers."""
import sys
import time

import torch

torch.set_num_threads(1)
calls = int(sys.argv[1])
with torch.no_grad():
    a, b = torch.ones(4), torch.ones(4)
    for _ in range(calls // 10):
        a.add(b)
    begun = time.perf_counter_ns()
    for _ in range(calls):
        a.add(b)
    print((time.perf_counter_ns() - begun) / calls)
