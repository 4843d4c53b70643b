namespace FaceMix.Evaluation;

/// <summary>
/// Disentanglement, completeness and informativeness (Eastwood and Williams, 2018) with the lasso, one of the paper's two regressors:
/// each attribute is predicted from all numbers of the latent, and a coefficient's size is the number's importance.
/// </summary>
public static class Dci
{
    /// <summary>L1 penalty on standardised numbers and attributes; the paper chooses one of this order by validation.</summary>
    public const double Penalty = 0.02;

    private const int MaxSweeps = 200;
    private const double Converged = 1e-6;

    /// <param name="columns">Latents by number: [latent][N].</param>
    /// <param name="factors">Attributes: [attributes][N].</param>
    public static (double Disentanglement, double Completeness, double Informativeness) Of(double[][] columns, bool[][] factors)
    {
        // Two of three faces are fitted on, one of three is explained.
        var count = columns[0].Length;
        var fitted = Enumerable.Range(0, count).Where(i => i % 3 != 2).ToArray();
        var seen = Enumerable.Range(0, count).Where(i => i % 3 == 2).ToArray();
        var x = Array.ConvertAll(columns, column => Standardised(column, fitted));
        var y = Array.ConvertAll(factors, factor => Standardised(Array.ConvertAll(factor, has => has ? 1.0 : 0), fitted));
        var gram = Gram(x, fitted);
        var importance = new double[columns.Length, factors.Length];
        double explained = 0;
        for (var k = 0; k < factors.Length; k++)
        {
            var weights = Lasso(gram, Array.ConvertAll(x, column => Dot(column, y[k], fitted) / fitted.Length));
            for (var i = 0; i < weights.Length; i++)
                importance[i, k] = Math.Abs(weights[i]);
            explained += Explained(x, y[k], weights, seen) / factors.Length;
        }
        return (WeightedOneMinusEntropy(importance), WeightedOneMinusEntropy(Transposed(importance)), explained);
    }

    // Rows weighted by their sum; a row of one large number scores 1, an even one 0.
    internal static double WeightedOneMinusEntropy(double[,] importance)
    {
        var (rows, columns) = (importance.GetLength(0), importance.GetLength(1));
        double score = 0, total = 0;
        for (var row = 0; row < rows; row++)
        {
            double sum = 0, entropy = 0;
            for (var column = 0; column < columns; column++)
                sum += importance[row, column];
            for (var column = 0; column < columns && sum > 0; column++)
            {
                var part = importance[row, column] / sum;
                entropy -= part > 0 ? part * Math.Log(part) : 0;
            }
            score += sum * (1 - (columns > 1 ? entropy / Math.Log(columns) : 0));
            total += sum;
        }
        return total > 0 ? score / total : 0;
    }

    // Coordinate descent on the Gram matrix (Friedman, Hastie and Tibshirani, 2010).
    private static double[] Lasso(double[][] gram, double[] target)
    {
        var weights = new double[target.Length];
        for (var sweep = 0; sweep < MaxSweeps; sweep++)
        {
            double moved = 0;
            for (var i = 0; i < weights.Length; i++)
            {
                if (gram[i][i] <= 0)
                    continue;
                var rest = target[i] + (gram[i][i] * weights[i]);
                for (var j = 0; j < weights.Length; j++)
                    rest -= gram[i][j] * weights[j];
                var next = Math.Sign(rest) * Math.Max(0, Math.Abs(rest) - Penalty) / gram[i][i];
                moved = Math.Max(moved, Math.Abs(next - weights[i]));
                weights[i] = next;
            }
            if (moved < Converged)
                break;
        }
        return weights;
    }

    private static double[] Standardised(double[] values, int[] over)
    {
        var mean = over.Average(i => values[i]);
        var deviation = Math.Sqrt(over.Average(i => Math.Pow(values[i] - mean, 2)));
        return Array.ConvertAll(values, value => deviation > 1e-12 ? (value - mean) / deviation : 0);
    }

    private static double[][] Gram(double[][] x, int[] over)
    {
        var gram = Array.ConvertAll(x, _ => new double[x.Length]);
        for (var i = 0; i < x.Length; i++)
        {
            for (var j = 0; j <= i; j++)
                gram[i][j] = gram[j][i] = Dot(x[i], x[j], over) / over.Length;
        }
        return gram;
    }

    private static double Explained(double[][] x, double[] y, double[] weights, int[] over)
    {
        double error = 0, all = 0;
        var mean = over.Average(i => y[i]);
        foreach (var i in over)
        {
            double predicted = 0;
            for (var column = 0; column < x.Length; column++)
                predicted += weights[column] * x[column][i];
            error += Math.Pow(y[i] - predicted, 2);
            all += Math.Pow(y[i] - mean, 2);
        }
        return all > 0 ? Math.Max(0, 1 - (error / all)) : 0;
    }

    private static double Dot(double[] a, double[] b, int[] over)
    {
        double sum = 0;
        foreach (var i in over)
            sum += a[i] * b[i];
        return sum;
    }

    private static double[,] Transposed(double[,] matrix)
    {
        var transposed = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (var row = 0; row < matrix.GetLength(0); row++)
        {
            for (var column = 0; column < matrix.GetLength(1); column++)
                transposed[column, row] = matrix[row, column];
        }
        return transposed;
    }
}
