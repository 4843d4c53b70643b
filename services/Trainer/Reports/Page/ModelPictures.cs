using FaceMix.Datasets;
using FaceMix.Evaluation;
using FaceMix.Evaluation.Maps;
using FaceMix.Latents;
using FaceMix.Trainer.Export;
using FaceMix.Trainer.Measuring;

namespace FaceMix.Trainer.Reports.Page;

/// <summary>The parts of a report that a model's files draw: reconstructions, samples, traversals, morphs and the map of latents.</summary>
/// <param name="model">The published files.</param>
/// <param name="density">Their fitted sampler; null draws from the prior.</param>
/// <param name="data">The faces.</param>
/// <param name="measured">Reconstructions of the held-out ones.</param>
public sealed class ModelPictures(OnnxFaces model, LatentDensity? density, FaceData data, Measurement measured)
{
    private const int Columns = 12;
    private const int ReconstructionRows = 3;
    private const int SampleColumns = 12;
    private const int MorphSteps = 9;
    private const int MorphPairs = 4;
    private const int DirectionFaces = 3000;
    private const int NeighbourFaces = 200;
    private const int MapFaces = 1000;
    private const int MapColumns = 40;
    private const int Thumb = 28;
    private const int FewestToMap = 20;
    private const ulong SampleSeed = 2026;

    private static readonly double[] s_temperatures = [0.3, 0.6, 0.8, 1.0, 1.2];
    private static readonly double[] s_deviations = [-3, -2, -1, 0, 1, 2, 3];

    private readonly PagePictures _pictures = new(model.ImageSize);
    private readonly int _bytes = model.ImageSize * model.ImageSize * 3;

    /// <summary>The data with every picture drawn.</summary>
    /// <param name="report">What is known without drawing.</param>
    /// <param name="progress">Hears of every part.</param>
    public ReportData Draw(ReportData report, IProgress<(int Done, int Total)>? progress = null)
    {
        var done = 0;
        T Part<T>(T value)
        {
            progress?.Report((++done, 6));
            return value;
        }
        return report with
        {
            Photographs = !data.IsSynthetic,
            Reconstructions = Part(Reconstructions()),
            Samples = Part(Samples()),
            Neighbours = Part(Neighbours()),
            Morphs = Part(Morphs()),
            Traversals = Part(Traversals()),
            Map = Part(Map()),
            KlNats = Rounded(measured.Latents.KlNats),
            Spread = Rounded(measured.Latents.Spread),
            Attributes = Shares(),
        };
    }

    private List<PageStrip> Reconstructions()
    {
        var strips = new List<PageStrip>();
        for (var row = 0; row < ReconstructionRows && row * Columns < measured.HeldOut; row++)
        {
            var (first, count) = (row * Columns, Math.Min(Columns, measured.HeldOut - (row * Columns)));
            strips.Add(new PageStrip("original", _pictures.Lay(Faces(measured.Originals, first, count), Columns)));
            strips.Add(new PageStrip("reconstruction", _pictures.Lay(Faces(measured.Reconstructions, first, count), Columns)));
        }
        return strips;
    }

    private List<PageStrip> Samples() =>
        [.. s_temperatures.Select(temperature => new PageStrip($"temperature {temperature:0.0}", _pictures.Lay(model.Decode(Sample(2 * SampleColumns, temperature)), SampleColumns)))];

    private float[] Sample(int count, double temperature) => LatentSampler.DrawMany(SampleSeed, count, model.Latent, density, temperature);

    private PageNeighbours Neighbours()
    {
        // Photographs are few enough to look at all of them; of drawn faces there is no end.
        var among = Math.Min(data.IsSynthetic ? DirectionFaces : int.MaxValue, data.Training.Count);
        var count = Math.Min(NeighbourFaces, measured.HeldOut);
        var faces = model.Decode(Sample(count, temperature: 1));
        var nearest = NearestFaces.Of(faces, data.Training, among);
        var closest = Enumerable.Range(0, count).OrderBy(n => nearest[n].Distance).Take(Columns).ToList();
        var known = new byte[_bytes];
        byte[] Known(int n)
        {
            data.Training.Read(nearest[n].Index, known);
            return known;
        }
        return new PageNeighbours(
            [
                new PageStrip("new face", _pictures.Lay([.. closest.SelectMany(n => Faces(faces, n, 1))], Columns)),
                new PageStrip("nearest training face", _pictures.Lay([.. closest.SelectMany(Known)], Columns)),
            ],
            Math.Round(nearest.Average(one => one.Distance), 4),
            Math.Round(NearestFaces.Of(Faces(measured.Reconstructions, 0, count), data.Training, among).Average(one => one.Distance), 4),
            count,
            among);
    }

    private List<PageStrip> Morphs()
    {
        var strips = new List<PageStrip>();
        for (var pair = 0; pair < MorphPairs && (2 * pair) + 1 < measured.HeldOut; pair++)
        {
            var (from, to) = (Latent(2 * pair), Latent((2 * pair) + 1));
            var z = Enumerable.Range(0, MorphSteps).SelectMany(step => from.Zip(to, (a, b) => a + ((b - a) * step / (MorphSteps - 1)))).ToArray();
            byte[] row = [.. Faces(measured.Originals, 2 * pair, 1), .. model.Decode(z), .. Faces(measured.Originals, (2 * pair) + 1, 1)];
            strips.Add(new PageStrip(string.Empty, _pictures.Lay(row, MorphSteps + 2)));
        }
        return strips;
    }

    private List<PageTraversal> Traversals()
    {
        var names = data.Training.AttributeNames;
        if (names.Count == 0)
            return [];
        var count = Math.Min(DirectionFaces, data.Training.Count);
        var (means, _) = Measurement.Encode(model, data.Training, count);
        var directions = AttributeDirections.Fit(means, model.Latent, data.Training.AttributesSpread(count), names.Count);
        var average = new float[model.Latent];
        for (var i = 0; i < means.Length; i++)
            average[i % model.Latent] += means[i] / count;
        return
        [
            new PageTraversal("the mean face", Rows(average)),
            new PageTraversal("a held-out face", Rows(Latent(0))),
        ];

        List<PageStrip> Rows(float[] face)
        {
            var rows = new List<PageStrip>();
            for (var k = 0; k < names.Count; k++)
            {
                var (direction, steps) = (directions.Of(k), directions.StepsPerDeviation(k));
                if (steps <= 0)
                    continue;
                var z = s_deviations.SelectMany(deviation => face.Zip(direction, (value, along) => (float)(value + (deviation * steps * along)))).ToArray();
                rows.Add(new PageStrip(names[k], _pictures.Lay(model.Decode(z), s_deviations.Length)));
            }
            return rows;
        }
    }

    private PageMap? Map()
    {
        var count = Math.Min(MapFaces, measured.HeldOut);
        if (count < FewestToMap || model.Latent < 2)
            return null;
        var latents = measured.Mean[..(count * model.Latent)];
        var (pca, explained) = Pca.Project(latents, model.Latent);
        var tsne = TSne.Map(latents, model.Latent, SampleSeed);
        // The faces lie where ReadFaces found them among all that are held out.
        var masks = data.HeldOut.AttributesSpread(measured.HeldOut).Take(count).Select(mask => mask.Bits.ToString("x"));
        return new PageMap(
            Rounded(pca), Math.Round(explained, 4), Rounded(tsne), [.. masks], _pictures.Thumbs(Faces(measured.Originals, 0, count), MapColumns, Thumb), Thumb);
    }

    private PageShare[] Shares()
    {
        var names = data.Training.AttributeNames;
        var masks = data.Training.AttributesSpread(Math.Min(DirectionFaces, data.Training.Count));
        return [.. names.Select((name, bit) => new PageShare(name, Math.Round(masks.Count(mask => mask.Has(bit)) / (double)masks.Length, 4)))];
    }

    private float[] Latent(int face) => measured.Mean[(face * model.Latent)..((face + 1) * model.Latent)];

    private byte[] Faces(byte[] rgb, int first, int count) => rgb[(first * _bytes)..((first + count) * _bytes)];

    private static double[] Rounded(IEnumerable<double> values) => [.. values.Select(value => Math.Round(value, 4))];
}
