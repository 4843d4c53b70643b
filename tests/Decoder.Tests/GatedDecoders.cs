using FaceMix.Decoder.Inference;
using FaceMix.ModelStore;

namespace FaceMix.Tests.Decoder;

/// <summary>Networks that count their runs and, once closed, wait at a gate; pixels are the latents' first numbers.</summary>
internal sealed class GatedDecoders : IPictureDecoderFactory
{
    private readonly ManualResetEventSlim _gate = new(initialState: true);
    private readonly List<int> _runs = [];

    public string Device => "test";

    /// <summary>Latents that make a run fail.</summary>
    public const float Poison = 99;

    /// <summary>Pictures per run, warm-up excluded once <see cref="Forget"/> was called.</summary>
    public IReadOnlyList<int> Runs
    {
        get
        {
            lock (_runs)
                return [.. _runs];
        }
    }

    public void Forget()
    {
        lock (_runs)
            _runs.Clear();
    }

    public void Close() => _gate.Reset();

    public void Open() => _gate.Set();

    public IPictureDecoder Open(string path, ModelManifest manifest) => new Network(this, manifest);

    private sealed class Network(GatedDecoders owner, ModelManifest manifest) : IPictureDecoder
    {
        private bool _disposed;

        public void Decode(Memory<float> latents, int count, Memory<byte> pixels)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            lock (owner._runs)
                owner._runs.Add(count);
            owner._gate.Wait();
            ObjectDisposedException.ThrowIf(_disposed, this);
            var pictureBytes = manifest.ImageSize * manifest.ImageSize * 3;
            for (var i = 0; i < count; i++)
            {
                var first = latents.Span[i * manifest.LatentSize];
                if (first == Poison)
                    throw new InvalidOperationException("A poisoned latent at /secret/path.");
                pixels.Span.Slice(i * pictureBytes, pictureBytes).Fill((byte)Math.Clamp(first, 0, 255));
            }
        }

        public void Dispose() => _disposed = true;
    }
}
