using FaceMix.Decoder.Inference;
using FaceMix.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Xunit;

namespace FaceMix.Tests.Decoder;

/// <summary>Of the build for CPUs, which these tests are part of; Packaging.Tests starts the one for CUDA.</summary>
public sealed class OnnxPictureDecoderFactoryTests
{
    [Theory]
    [InlineData(InferenceDevice.Auto)]
    [InlineData(InferenceDevice.Cpu)]
    public void A_build_for_cpus_decodes_on_the_cpu_and_has_nothing_to_warn_of(InferenceDevice device)
    {
        var log = new Warnings();

        var factory = new OnnxPictureDecoderFactory(Options.Create(new InferenceOptions { Device = device }), log);

        Assert.Equal("CPU", factory.Device);
        Assert.Empty(log.Lines);
    }

    [Fact]
    public void Cuda_in_the_configuration_of_a_build_for_cpus_refuses_the_start()
    {
        var refusal = Assert.Throws<StartException>(() =>
            new OnnxPictureDecoderFactory(Options.Create(new InferenceOptions { Device = InferenceDevice.Cuda }), new Warnings()));

        Assert.Equal(
            "Decoder:Device is cuda, but CUDA cannot be used: this build holds ONNX Runtime for CPUs only, and -p:Accelerator=cuda builds the other. Allowed here: auto, which falls back to the CPU, and cpu.",
            refusal.Message);
    }

    private sealed class Warnings : ILogger<OnnxPictureDecoderFactory>
    {
        public List<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
                Lines.Add(formatter(state, exception));
        }
    }
}
