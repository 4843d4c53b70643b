using FaceMix.Latents;

namespace FaceMix.Evaluation;

/// <summary>What happened to faces that were given one attribute.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="Changed">Part of the faces on which it is now seen, 0 to 1.</param>
/// <param name="OthersKept">Mean part of the other attributes that are read as before, 0 to 1.</param>
/// <param name="OnlyThis">Part of the faces on which it is seen and nothing else changed, 0 to 1.</param>
/// <param name="Faces">Faces that lacked it.</param>
public sealed record EditScore(string Attribute, double Changed, double OthersKept, double OnlyThis, int Faces);

/// <summary>
/// Moves faces along one attribute's direction and asks a judge, which knows originals only, whether that attribute and only that
/// one changed. What it reads from the unedited reconstruction is what an edit is compared with, so that a blurred earring is no edit's fault.
/// </summary>
public static class EditSuccess
{
    /// <summary>How many directions a face is moved by: a little beyond the middle of those that have the attribute, as a person would push a slider.</summary>
    public const double Strength = 1.5;

    /// <param name="means">Posterior means of the faces to edit, [N, latent].</param>
    /// <param name="latent">Length of a latent.</param>
    /// <param name="directions">Of every attribute.</param>
    /// <param name="known">Masks of many faces: what an attribute rules out there is not expected to stay when it comes.</param>
    /// <param name="names">The attributes.</param>
    /// <param name="most">Faces edited for each attribute at most.</param>
    /// <param name="decode">Latents [N, latent] → uint8 [N, H, W, 3].</param>
    /// <param name="read">Pictures → one mask each.</param>
    /// <param name="progress">Hears the attributes done.</param>
    /// <returns>One score for each attribute that some face lacks.</returns>
    public static IReadOnlyList<EditScore> Of(
        float[] means, int latent, AttributeDirections directions, AttributeMask[] known, IReadOnlyList<string> names, int most,
        Func<float[], byte[]> decode, Func<byte[], AttributeMask[]> read, IProgress<(int Done, int Total)>? progress = null)
    {
        var before = read(decode(means));
        var ruledOut = AttributeDirections.RuledOut(known, names.Count);
        var scores = new List<EditScore>();
        for (var k = 0; k < names.Count; k++)
        {
            var lacking = Enumerable.Range(0, before.Length).Where(n => !before[n].Has(k)).Take(most).ToArray();
            if (lacking.Length > 0 && directions.StepsPerDeviation(k) > 0)
                scores.Add(Score(k, lacking, before, ruledOut[k] | AttributeMask.Of(k)));
            progress?.Report((k + 1, names.Count));
        }
        return scores;

        EditScore Score(int k, int[] lacking, AttributeMask[] before, AttributeMask ignored)
        {
            var after = read(decode(Moved(means, latent, lacking, directions.Of(k))));
            var others = names.Count - ignored.Count;
            double changed = 0, kept = 0, only = 0;
            for (var i = 0; i < lacking.Length; i++)
            {
                var has = after[i].Has(k);
                var lost = ((after[i] ^ before[lacking[i]]) & ~ignored & AttributeMask.All(names.Count)).Count;
                changed += has ? 1 : 0;
                kept += others > 0 ? 1 - ((double)lost / others) : 1;
                only += has && lost == 0 ? 1 : 0;
            }
            return new EditScore(names[k], changed / lacking.Length, kept / lacking.Length, only / lacking.Length, lacking.Length);
        }
    }

    private static float[] Moved(float[] means, int latent, int[] which, float[] direction)
    {
        var moved = new float[which.Length * latent];
        for (var i = 0; i < moved.Length; i++)
            moved[i] = (float)(means[(which[i / latent] * latent) + (i % latent)] + (Strength * direction[i % latent]));
        return moved;
    }
}
