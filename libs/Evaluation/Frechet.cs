using MathNet.Numerics.LinearAlgebra;

namespace FaceMix.Evaluation;

/// <summary>Mean and covariance of a network's features over many pictures.</summary>
/// <param name="Mean">[features].</param>
/// <param name="Covariance">[features, features].</param>
/// <param name="Count">Pictures.</param>
public sealed record FeatureStatistics(Vector<double> Mean, Matrix<double> Covariance, int Count)
{
    /// <param name="features">[N, features], row by row; N at least 2.</param>
    /// <param name="width">Features of one picture.</param>
    public static FeatureStatistics Of(float[] features, int width)
    {
        var count = features.Length / width;
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 2, nameof(features));
        var rows = Matrix<double>.Build.Dense(count, width, (row, column) => features[(row * width) + column]);
        var mean = rows.ColumnSums() / count;
        var centred = Matrix<double>.Build.Dense(count, width, (row, column) => rows[row, column] - mean[column]);
        return new FeatureStatistics(mean, centred.TransposeThisAndMultiply(centred) / (count - 1), count);
    }
}

/// <summary>
/// The Fréchet distance between two Gaussians fitted to features: |m₁ − m₂|² + tr(C₁ + C₂ − 2 (C₁C₂)^½)
/// (Heusel, Ramsauer, Unterthiner, Nessler and Hochreiter, 2017, who called it FID with Inception's features).
/// A distance means something only beside its network's name and the number of samples.
/// </summary>
public static class Frechet
{
    public static double Distance(FeatureStatistics one, FeatureStatistics other)
    {
        if (one.Mean.Count != other.Mean.Count)
            throw new ArgumentException($"{one.Mean.Count} features cannot be compared with {other.Mean.Count}.", nameof(other));
        var root = Root(one.Covariance);
        // C₁^½ C₂ C₁^½ is symmetric and has the eigenvalues of C₁C₂, whose own square root would need complex numbers.
        var product = root * other.Covariance * root;
        var traceOfRoot = Eigenvalues((product + product.Transpose()) / 2).Sum(value => Math.Sqrt(Math.Max(value, 0)));
        var distance = Math.Pow((one.Mean - other.Mean).L2Norm(), 2) + one.Covariance.Trace() + other.Covariance.Trace() - (2 * traceOfRoot);
        return Math.Max(distance, 0);
    }

    private static Matrix<double> Root(Matrix<double> symmetric)
    {
        var parts = symmetric.Evd(Symmetricity.Symmetric);
        var roots = parts.EigenValues.Map(value => Math.Sqrt(Math.Max(value.Real, 0)));
        return parts.EigenVectors * Matrix<double>.Build.DiagonalOfDiagonalVector(roots) * parts.EigenVectors.Transpose();
    }

    private static IEnumerable<double> Eigenvalues(Matrix<double> symmetric) =>
        symmetric.Evd(Symmetricity.Symmetric).EigenValues.Select(value => value.Real);
}
