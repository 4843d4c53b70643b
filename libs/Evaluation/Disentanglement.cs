using System.Numerics;
using FaceMix.Latents;

namespace FaceMix.Evaluation;

/// <summary>How well single numbers of a latent stand for single attributes.</summary>
/// <param name="Mig">Mutual information gap, 0 to 1.</param>
/// <param name="Disentanglement">Of DCI, 0 to 1: a number speaks of one attribute.</param>
/// <param name="Completeness">Of DCI, 0 to 1: an attribute is spoken of by one number.</param>
/// <param name="Informativeness">Of DCI, 0 to 1: how much of the attributes' variance the latent explains on faces not fitted on.</param>
/// <param name="Sap">Separated attribute predictability, 0 to 0.5.</param>
/// <param name="Faces">Faces measured on.</param>
/// <param name="Factors">Attributes that some faces have and some have not.</param>
public sealed record DisentanglementScores(
    double Mig, double Disentanglement, double Completeness, double Informativeness, double Sap, int Faces, int Factors);

/// <summary>MIG, DCI and SAP of a latent against attributes that are known to be right, as drawn faces' are.</summary>
public static class Disentanglement
{
    /// <summary>An attribute that fewer faces have, or lack, is not measured.</summary>
    public const int FewestFaces = 20;

    private const int Bins = 20;

    /// <param name="mean">Posterior means [N, latent].</param>
    /// <param name="latent">Length of a latent.</param>
    /// <param name="masks">[N]; bit k says whether a face has attribute k.</param>
    /// <param name="attributes">How many attributes there are, at most 64.</param>
    /// <returns>Null when no attribute is both had and lacked by <see cref="FewestFaces"/>.</returns>
    public static DisentanglementScores? Of(float[] mean, int latent, AttributeMask[] masks, int attributes)
    {
        var columns = Columns(mean, latent);
        var factors = Enumerable.Range(0, attributes)
            .Select(bit => Array.ConvertAll(masks, mask => mask.Has(bit)))
            .Where(factor => factor.Count(has => has) >= FewestFaces && factor.Count(has => !has) >= FewestFaces)
            .ToArray();
        if (factors.Length == 0 || latent < 2)
            return null;
        var dci = Dci.Of(columns, factors);
        return new DisentanglementScores(
            Mig(columns, factors), dci.Disentanglement, dci.Completeness, dci.Informativeness, Sap(columns, factors), masks.Length, factors.Length);
    }

    /// <summary>
    /// Mutual information gap (Chen, Li, Grosse and Duvenaud, 2018): for each attribute the mutual information with the number
    /// that knows most of it less that with the second, over the attribute's entropy; each number in 20 bins of equal width, as
    /// Locatello et al. (2019) estimate it.
    /// </summary>
    public static double Mig(double[][] columns, bool[][] factors)
    {
        var binned = Array.ConvertAll(columns, Bin);
        return factors.Average(factor =>
        {
            var (first, second) = LargestTwo(binned.Select(bins => MutualInformation(bins, factor)));
            return (first - second) / Entropy(factor.Count(has => has) / (double)factor.Length);
        });
    }

    /// <summary>
    /// Separated attribute predictability (Kumar, Sattigeri and Balakrishnan, 2018): for each attribute the balanced accuracy of the
    /// best threshold on the best number, less that on the second best.
    /// </summary>
    public static double Sap(double[][] columns, bool[][] factors)
    {
        var orders = Array.ConvertAll(columns, Order);
        return factors.Average(factor =>
        {
            var (first, second) = LargestTwo(columns.Select((column, i) => BestThreshold(column, orders[i], factor)));
            return first - second;
        });
    }

    private static double[][] Columns(float[] mean, int latent)
    {
        var columns = new double[latent][];
        for (var column = 0; column < latent; column++)
            columns[column] = new double[mean.Length / latent];
        for (var i = 0; i < mean.Length; i++)
            columns[i % latent][i / latent] = mean[i];
        return columns;
    }

    private static int[] Bin(double[] column)
    {
        var (low, high) = (column.Min(), column.Max());
        return Array.ConvertAll(column, value => high > low ? Math.Min(Bins - 1, (int)((value - low) / (high - low) * Bins)) : 0);
    }

    private static double MutualInformation(int[] bins, bool[] factor)
    {
        var joint = new double[Bins, 2];
        for (var i = 0; i < bins.Length; i++)
            joint[bins[i], factor[i] ? 1 : 0] += 1.0 / bins.Length;
        var has = factor.Count(value => value) / (double)factor.Length;
        double sum = 0;
        for (var bin = 0; bin < Bins; bin++)
        {
            var either = joint[bin, 0] + joint[bin, 1];
            if (joint[bin, 0] > 0)
                sum += joint[bin, 0] * Math.Log(joint[bin, 0] / (either * (1 - has)));
            if (joint[bin, 1] > 0)
                sum += joint[bin, 1] * Math.Log(joint[bin, 1] / (either * has));
        }
        return sum;
    }

    private static double Entropy(double p) => -(p * Math.Log(p)) - ((1 - p) * Math.Log(1 - p));

    private static int[] Order(double[] column)
    {
        var order = Enumerable.Range(0, column.Length).ToArray();
        Array.Sort((double[])column.Clone(), order);
        return order;
    }

    // "Yes" above the threshold or below it, whichever is right more often.
    private static double BestThreshold(double[] column, int[] order, bool[] factor)
    {
        double with = factor.Count(has => has), without = factor.Length - with;
        double withBelow = 0, withoutBelow = 0, best = 0.5;
        for (var i = 0; i < order.Length - 1; i++)
        {
            if (factor[order[i]])
                withBelow++;
            else
                withoutBelow++;
            if (column[order[i]] == column[order[i + 1]])
                continue;
            var balanced = ((withBelow / with) + ((without - withoutBelow) / without)) / 2;
            best = Math.Max(best, Math.Max(balanced, 1 - balanced));
        }
        return best;
    }

    private static (T First, T Second) LargestTwo<T>(IEnumerable<T> values)
        where T : INumber<T>
    {
        var sorted = values.OrderDescending().Take(2).ToArray();
        return (sorted[0], sorted[1]);
    }
}
