namespace FaceMix.LatentStore.Latents;

/// <summary>A batch does not belong to the latents that its model version already holds.</summary>
/// <param name="field">The request's field, in proto names.</param>
/// <param name="message">What was given and what is allowed, without the field's name.</param>
public sealed class BatchMismatchException(string field, string message) : Exception(message)
{
    public string Field { get; } = field;

    /// <exception cref="BatchMismatchException">The latent size or the attributes differ.</exception>
    public static void ThrowIfOther(StoredModel model, LatentBatch batch)
    {
        if (batch.LatentSize != model.LatentSize)
            throw new BatchMismatchException("latents[0].latent.values", $"has {batch.LatentSize} numbers; the latents of {model.Id} have {model.LatentSize}");
        var given = batch.Attributes.Names;
        var stored = model.Attributes.Names;
        if (given.Count != stored.Count)
            throw new BatchMismatchException("attributes", $"has {given.Count} names; the first request for {model.Id} fixed {stored.Count}: {string.Join(", ", stored)}");
        for (var i = 0; i < given.Count; i++)
        {
            if (given[i] != stored[i])
                throw new BatchMismatchException($"attributes[{i}]", $"is \"{given[i]}\"; the first request for {model.Id} fixed \"{stored[i]}\" at this place");
        }
    }
}
