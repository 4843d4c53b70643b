using FaceMix.Latents;

namespace FaceMix.Trainer.Latents;

/// <summary>Faces → latents → the places that take them, batch by batch; a journal remembers how far it came.</summary>
/// <param name="encode">uint8 [N, H, W, 3] → posterior means [N, latent].</param>
/// <param name="latent">Length of a latent.</param>
/// <param name="faces">What is encoded.</param>
/// <param name="share">This job's part of it.</param>
public sealed class EncodingJob(Func<byte[], float[]> encode, int latent, FacesToEncode faces, EncodingShare share)
{
    private const int Batch = 500;

    private const int Probes = 8;

    // The same encoder on another processor.
    private const float Tolerance = 1e-3f;

    /// <summary>Faces of this job's share.</summary>
    public int Total { get; } = share.CountOf(faces.Count);

    /// <summary>Goes on behind what is done until all is, or it is asked to stop; then everything taken so far is in the journal.</summary>
    /// <param name="sinks">Take every batch.</param>
    /// <param name="journal">Remembers; null: nothing is remembered.</param>
    /// <param name="done">Faces of the share that an earlier call did.</param>
    /// <param name="progress">Hears of every batch.</param>
    /// <param name="cancellation">Asks to stop.</param>
    /// <returns>Faces done, those of earlier calls included.</returns>
    public async Task<int> RunAsync(
        IReadOnlyList<ILatentSink> sinks, EncodingJournal? journal, int done, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
    {
        var putting = Task.CompletedTask;
        var (put, begun) = (done, done);
        while (begun < Total && !cancellation.IsCancellationRequested)
        {
            var some = Math.Min(Batch, Total - begun);
            // The next batch is encoded while the one before it is on its way.
            var batch = Encode(begun, some);
            await putting;
            begun += some;
            putting = PutAsync(batch, begun);
        }
        await putting;
        return put;

        async Task PutAsync(EncodedFaces batch, int behind)
        {
            try
            {
                foreach (var sink in sinks)
                    await sink.PutAsync(batch, cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                return;
            }
            put = behind;
            journal?.Write(put, [.. sinks.Select(sink => sink.Position)]);
            progress.Report((put, Total));
        }
    }

    /// <summary>
    /// Whether the store holds the first faces of the share. It is asked for all their names and for the latents of a few: another data set
    /// that was encoded under the same name has put its own faces in their place.
    /// </summary>
    /// <param name="store">Where they were put.</param>
    /// <param name="position">What the journal remembers of it.</param>
    /// <param name="done">How many faces.</param>
    /// <param name="cancellation">Gives up.</param>
    public async Task<bool> IsInAsync(StoreSink store, string position, int done, CancellationToken cancellation)
    {
        var sources = await store.SourcesAsync(cancellation);
        if (!store.Holds(position, sources, Enumerable.Range(0, done).Select(KeyOf)))
            return false;
        for (var probe = 0; probe < Probes; probe++)
        {
            var n = (int)((long)(done - 1) * probe / (Probes - 1));
            if (!sources.Contains(KeyOf(n)))
                continue;
            var stored = await store.FindAsync(KeyOf(n), cancellation);
            var encoded = Encode(n, 1).Means;
            if (stored?.Length != encoded.Length || stored.Zip(encoded).Any(pair => Math.Abs(pair.First - pair.Second) > Tolerance * (1 + Math.Abs(pair.Second))))
                return false;
        }
        return true;
    }

    private string KeyOf(int n)
    {
        var (source, index) = faces.At(share.Place(n));
        return source.Key(index);
    }

    private EncodedFaces Encode(int first, int count)
    {
        var bytes = faces.Training.Size * faces.Training.Size * 3;
        var (rgb, keys, masks, known) = (new byte[count * bytes], new string[count], new AttributeMask[count], new AttributeMask[count]);
        for (var n = 0; n < count; n++)
        {
            var (source, index) = faces.At(share.Place(first + n));
            source.Read(index, rgb.AsSpan(n * bytes, bytes));
            (keys[n], masks[n], known[n]) = (source.Key(index), source.Attributes(index), source.Known(index));
        }
        return new EncodedFaces(faces.Training.AttributeNames, keys, masks, known, encode(rgb), latent, faces.Photographs);
    }
}
