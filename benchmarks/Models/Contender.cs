namespace FaceMix.Benchmarks.Models;

/// <summary>A preset that can train on colour pictures of 64 pixels.</summary>
/// <param name="Preset">Its name.</param>
/// <param name="Settings">What makes it one of 64 pixels where it was published for another size.</param>
internal sealed record Contender(string Preset, params string[] Settings)
{
    /// <summary>FaceMix's own.</summary>
    public const string Ours = "facemix-64";

    /// <summary>
    /// Not among them: <c>mnist-dense</c> and the three plain autoencoders, made for grey pictures of 28 pixels, and the
    /// larger sizes of ours.
    /// </summary>
    public static IReadOnlyList<Contender> All { get; } =
    [
        new(Ours),
        new("anime-64"),
        new("beta-vae-celeba"),
        new("msssim-celeba"),
        new("ffhq-conv-96", "model.image_size=64"),
        // Two levels fewer at the small end, so that both nets meet at 4 x 4 cells as published.
        new("face-mixing-256", "model.image_size=64", "model.encoder=[32,64,128,256]", "model.decoder=[256,128,64,32,16]"),
        new("iiitb-256", "model.image_size=64"),
    ];

    /// <summary>Arguments of the Trainer's <c>train</c>.</summary>
    public IEnumerable<string> Arguments => Settings.SelectMany(setting => new[] { "--set", setting }).Prepend(Preset).Prepend("--preset");
}
