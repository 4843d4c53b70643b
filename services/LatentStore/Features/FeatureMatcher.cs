using FaceMix.LatentStore.Latents;

namespace FaceMix.LatentStore.Features;

/// <summary>Finds a face for ticked features.</summary>
public sealed class FeatureMatcher(MaskTables tables, LatentReader latents)
{
    // A latent may be deleted between choosing and reading it; the table read after that no longer has it.
    private const int Attempts = 3;

    /// <summary>
    /// A latent with every wanted and no avoided attribute or, where there is none, one that misses the fewest
    /// wishes. The same seed finds the same latent while the model version's latents are the same.
    /// </summary>
    /// <returns>The latent, and how many were equally good; null when the model version has lost its last latent.</returns>
    public async Task<(StoredLatent Latent, long Candidates)?> FindAsync(
        StoredModel model,
        Wish wish,
        ulong seed,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var table = await tables.GetAsync(model, cancellationToken);
            if (table.Choose(wish, seed) is not var (id, candidates))
                return null;
            if (await latents.FindAsync(id, cancellationToken) is { } latent)
                return (latent, candidates);
            model = model with { Revision = table.Revision + 1 };
        }
        return null;
    }
}
