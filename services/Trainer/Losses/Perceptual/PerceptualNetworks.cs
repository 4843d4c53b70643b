using System.Security.Cryptography;
using static TorchSharp.torch;

namespace FaceMix.Trainer.Losses.Perceptual;

public static class PerceptualNetworks
{
    private const string Extension = ".safetensors";

    /// <summary>Looks at the file that a preset asks for, before anything is begun that would need it.</summary>
    /// <exception cref="UsageException">There is no such file, or its digest is another.</exception>
    public static void Check(PerceptualOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.Weight > 0 && options.Network != PerceptualOptions.Judge)
            _ = DigestOf(options);
    }

    /// <summary>Opens VGG19 from a file, its digest checked first.</summary>
    /// <param name="options">Path, digest and layers.</param>
    /// <param name="device">Where it is to look; null: on the CPU.</param>
    /// <exception cref="UsageException">There is no such file, its digest is another, or a layer is unknown.</exception>
    /// <exception cref="InvalidDataException">The file cannot be used.</exception>
    public static IPerceptualNetwork Open(PerceptualOptions options, Device? device = null)
    {
        var (path, digest) = (options.Network, DigestOf(options));
        return new Vgg19Network(path, options.Layers, digest, device);
    }

    private static string DigestOf(PerceptualOptions options)
    {
        var path = options.Network;
        if (!path.EndsWith(Extension, StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"perceptual.network is \"{path}\"; it must be \"{PerceptualOptions.Judge}\" or a path to VGG19's weights that ends with {Extension}.");
        if (!File.Exists(path))
            throw new UsageException($"perceptual.network is \"{path}\"; there is no such file (\"{PerceptualOptions.Judge}\" trains one on the data's attributes).");
        string digest;
        using (var file = File.OpenRead(path))
            digest = Convert.ToHexStringLower(SHA256.HashData(file));
        if (options.Sha256.Length > 0 && !digest.Equals(options.Sha256, StringComparison.OrdinalIgnoreCase))
            throw new UsageException($"{path} has the SHA-256 {digest}; perceptual.sha256 asks for {options.Sha256}.");
        return digest;
    }
}
