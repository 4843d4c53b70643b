using MathNet.Numerics.LinearAlgebra;

namespace FaceMix.Evaluation.Maps;

/// <summary>The two directions along which latents spread most.</summary>
public static class Pca
{
    /// <param name="rows">[N, width], row by row.</param>
    /// <param name="width">Numbers in a row, at least 2.</param>
    /// <param name="wanted">How many directions, at most width.</param>
    /// <returns>[N, wanted], and the part of all variance that they hold, 0 to 1.</returns>
    public static (double[] Points, double Explained) Project(float[] rows, int width, int wanted = 2)
    {
        var count = rows.Length / width;
        var matrix = Matrix<double>.Build.Dense(count, width, (row, column) => rows[(row * width) + column]);
        var mean = matrix.ColumnSums() / count;
        for (var row = 0; row < count; row++)
            matrix.SetRow(row, matrix.Row(row) - mean);
        var parts = (matrix.TransposeThisAndMultiply(matrix) / Math.Max(1, count - 1)).Evd(Symmetricity.Symmetric);
        // Eigenvalues come in ascending order.
        var points = new double[count * wanted];
        double held = 0;
        for (var k = 0; k < wanted; k++)
        {
            var direction = parts.EigenVectors.Column(width - 1 - k);
            held += parts.EigenValues[width - 1 - k].Real;
            var along = matrix * direction;
            for (var row = 0; row < count; row++)
                points[(row * wanted) + k] = along[row];
        }
        return (points, held / Math.Max(parts.EigenValues.Sum(value => value.Real), 1e-12));
    }
}
