namespace FaceMix.Trainer.Export;

/// <summary>Triangular factors of covariances, in double precision.</summary>
internal static class Cholesky
{
    /// <summary>
    /// L with L·Lᵀ = covariance (Cholesky–Banachiewicz). A little is added to the diagonal, so that fewer faces than dimensions give a factor, too.
    /// </summary>
    /// <param name="covariance">[n, n], row by row; its lower triangle is read.</param>
    /// <param name="n">Rows.</param>
    public static double[] Factor(double[] covariance, int n)
    {
        double trace = 0;
        for (var i = 0; i < n; i++)
            trace += covariance[(i * n) + i];
        var ridge = Math.Max(1e-6 * trace / n, 1e-12);
        var factor = new double[n * n];
        for (var row = 0; row < n; row++)
        {
            for (var column = 0; column <= row; column++)
            {
                var sum = covariance[(row * n) + column] + (row == column ? ridge : 0);
                for (var k = 0; k < column; k++)
                    sum -= factor[(row * n) + k] * factor[(column * n) + k];
                factor[(row * n) + column] = row == column
                    ? Math.Sqrt(Math.Max(sum, ridge))
                    : sum / factor[(column * n) + column];
            }
        }
        return factor;
    }

    /// <summary>The inverse of a lower-triangular factor, lower-triangular itself.</summary>
    public static double[] Inverse(double[] factor, int n)
    {
        var inverse = new double[n * n];
        for (var column = 0; column < n; column++)
        {
            inverse[(column * n) + column] = 1 / factor[(column * n) + column];
            for (var row = column + 1; row < n; row++)
            {
                double sum = 0;
                for (var k = column; k < row; k++)
                    sum -= factor[(row * n) + k] * inverse[(k * n) + column];
                inverse[(row * n) + column] = sum / factor[(row * n) + row];
            }
        }
        return inverse;
    }
}
