using FaceMix.Latents;

namespace FaceMix.Trainer.Latents;

/// <summary>A batch of faces as latents.</summary>
/// <param name="Attributes">Bit i of a mask is name i.</param>
/// <param name="Keys">What each face is called.</param>
/// <param name="Masks">What each has.</param>
/// <param name="Known">Of what it is known whether each has it.</param>
/// <param name="Means">[N, latent], row by row.</param>
/// <param name="Latent">Length of a latent.</param>
/// <param name="Photographs">True when the latents are of people: personal data.</param>
public sealed record EncodedFaces(
    IReadOnlyList<string> Attributes, string[] Keys, AttributeMask[] Masks, AttributeMask[] Known, float[] Means, int Latent, bool Photographs);

/// <summary>Takes latents: the store, a file.</summary>
public interface ILatentSink : IDisposable
{
    /// <summary>Takes a batch whole; a face it has already is replaced or left as it is, never doubled.</summary>
    Task PutAsync(EncodedFaces batch, CancellationToken cancellation);

    /// <summary>What a journal must know to go on behind this batch; an empty text where there is nothing to know.</summary>
    string Position { get; }
}
