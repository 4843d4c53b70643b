using FaceMix.Latents;

namespace FaceMix.Evaluation;

/// <summary>How often a judge was right about one attribute.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="Accuracy">Part of all faces, 0 to 1.</param>
/// <param name="Balanced">Mean of the parts right among the faces that have it and among those that have not; 0.5 is guessing.</param>
public sealed record AttributeScore(string Attribute, double Accuracy, double Balanced);

public static class AttributeScores
{
    /// <param name="answers">One mask a face.</param>
    /// <param name="truth">As many.</param>
    /// <param name="attributes">Bit i of a mask is name i.</param>
    public static IReadOnlyList<AttributeScore> Of(AttributeMask[] answers, AttributeMask[] truth, IReadOnlyList<string> attributes) =>
        [.. attributes.Select((name, bit) => Score(name, bit, answers, truth))];

    private static AttributeScore Score(string name, int bit, AttributeMask[] answers, AttributeMask[] truth)
    {
        // Right and all, among those without and with.
        Span<int> right = [0, 0];
        Span<int> all = [0, 0];
        for (var i = 0; i < truth.Length; i++)
        {
            var has = truth[i].Has(bit) ? 1 : 0;
            all[has]++;
            right[has] += (answers[i].Has(bit) ? 1 : 0) == has ? 1 : 0;
        }
        var accuracy = (right[0] + right[1]) / (double)Math.Max(1, truth.Length);
        // An attribute that all or none have leaves one part empty; the other then says all there is to say.
        var parts = (all[0] > 0 ? 1 : 0) + (all[1] > 0 ? 1 : 0);
        var balanced = ((all[0] > 0 ? right[0] / (double)all[0] : 0) + (all[1] > 0 ? right[1] / (double)all[1] : 0)) / Math.Max(1, parts);
        return new AttributeScore(name, accuracy, balanced);
    }
}
