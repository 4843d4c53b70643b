using System.ComponentModel.DataAnnotations;
using System.Globalization;
using TorchSharp;
using static TorchSharp.torch;

namespace FaceMix.Networks;

/// <summary>Where a command computes: on the CPU, or on one of the CUDA devices that libtorch sees.</summary>
public static class Devices
{
    /// <summary>A CUDA device where there is one, the CPU otherwise.</summary>
    public const string Auto = "auto";

    private const string Cpu = "cpu";
    private const string Cuda = "cuda";

    /// <summary>Whether a text is <c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public static bool IsWish(string wish) => wish is Auto or Cpu or Cuda || NumberOf(wish) is not null;

    /// <summary>The device that is meant, among those that are there.</summary>
    /// <param name="wish"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="localRank">Which of the processes on this machine that train together; null: one alone.</param>
    /// <exception cref="ValidationException">It is not there, or two processes would have to share one.</exception>
    public static Device Choose(string wish, int? localRank = null) => Choose(wish, localRank, cuda.is_available() ? cuda.device_count() : 0);

    /// <inheritdoc cref="Choose(string, int?)"/>
    /// <param name="wish"><c>auto</c>, <c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</param>
    /// <param name="localRank">Which of the processes on this machine that train together; null: one alone.</param>
    /// <param name="present">How many CUDA devices there are.</param>
    public static Device Choose(string wish, int? localRank, int present)
    {
        ArgumentNullException.ThrowIfNull(wish);
        if (!IsWish(wish))
            throw new ValidationException($"The device asked for is \"{wish}\"; it must be auto, cpu, cuda or cuda:N.");
        if (wish == Cpu || (wish == Auto && present == 0))
            return CPU;
        if (NumberOf(wish) is { } one && localRank is not null)
            throw new ValidationException($"The device asked for is cuda:{one}, but of the processes that train together each takes the device of its local rank; ask for cuda.");
        var number = NumberOf(wish) ?? localRank ?? 0;
        if (number < present)
            return new Device(DeviceType.CUDA, number);
        var there = present == 0 ? "libtorch sees no CUDA device here, only the CPU" : $"libtorch sees {present} CUDA device(s) here, cuda:0 to cuda:{present - 1}";
        throw new ValidationException(localRank is null
            ? $"The device asked for is {wish}; {there}."
            : $"The process of local rank {localRank} needs cuda:{number} ({wish} was asked for); {there}. Start fewer processes, or ask for cpu.");
    }

    public static bool IsGpu(Device device) => device.type == DeviceType.CUDA;

    /// <summary>Where a network's arrays lie.</summary>
    public static Device Of(nn.Module network) => network.parameters().First().device;

    /// <summary>
    /// Brings a tensor from main memory to a device: to a GPU out of memory that it reads by itself, so that nobody waits for the
    /// copy; for the CPU it is the same tensor.
    /// </summary>
    /// <param name="tensor">In main memory.</param>
    /// <param name="device">Where it is wanted; null: the CPU.</param>
    public static Tensor Send(Tensor tensor, Device? device) =>
        device is null || !IsGpu(device) ? tensor : tensor.pin_memory().to(device, non_blocking: true);

    private static int? NumberOf(string wish) =>
        wish.StartsWith("cuda:", StringComparison.Ordinal) && int.TryParse(wish.AsSpan(5), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
