# TorchScript, compiled once by Fused.cs: what ATen does to whole lists of tensors and TorchSharp has no words for.
# A wrong text ends the process, so a test compiles and calls every function.


def adam(parameters: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], step: Tensor,
         rate: float, beta1: float, beta2: float, epsilon: float, decay: float):
    torch._fused_adam_(parameters, gradients, means, squares, [], [step] * len(parameters), lr=rate, beta1=beta1, beta2=beta2,
                       weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)


def adamw(parameters: List[Tensor], gradients: List[Tensor], means: List[Tensor], squares: List[Tensor], step: Tensor,
          rate: float, beta1: float, beta2: float, epsilon: float, decay: float):
    torch._fused_adamw_(parameters, gradients, means, squares, [], [step] * len(parameters), lr=rate, beta1=beta1, beta2=beta2,
                        weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)


def norm(tensors: List[Tensor]) -> Tensor:
    return torch.stack(torch._foreach_norm(tensors)).norm()


def scale(tensors: List[Tensor], factor: Tensor):
    torch._foreach_mul_(tensors, factor)


def lerp(tensors: List[Tensor], ends: List[Tensor], share: float):
    torch._foreach_lerp_(tensors, ends, share)


def batch_norm_statistics(x: Tensor) -> List[Tensor]:
    mean, variance = torch.batch_norm_update_stats(x, None, None, 0.0)
    return [mean, variance]


def batch_norm_gradients(dy: Tensor, x: Tensor, weight: Optional[Tensor], mean: Tensor, variance: Tensor, epsilon: float) -> List[Tensor]:
    dx, dweight, dbias = torch.native_batch_norm_backward(dy, x, weight, mean, variance, None, None, False, epsilon, [True, True, True])
    return [dx, dweight, dbias]
