using FaceMix.Latents.V1;
using FaceMix.Trainer.Data;
using FaceMix.Trainer.Export;
using Grpc.Core;
using Grpc.Net.Client;

namespace FaceMix.Trainer.Commands;

/// <summary>No latent store answers; the message says where it was looked for.</summary>
internal sealed class StoreUnavailableException(string message, Exception inner) : Exception(message, inner);

/// <summary>Puts labelled latents into the latent store; doing it again replaces the same rows.</summary>
/// <param name="address">Of the store's gRPC.</param>
internal sealed class StoreClient(string address)
{
    private const int Batch = 500;
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    /// <summary>Encodes faces and adds the means of their latents.</summary>
    /// <param name="faces">The model.</param>
    /// <param name="model">NAME@VERSION.</param>
    /// <param name="data">Its training faces are added.</param>
    /// <param name="count">How many at most.</param>
    /// <param name="progress">Hears of every batch.</param>
    /// <param name="cancellation">Ends it between batches.</param>
    /// <returns>How many were added or replaced.</returns>
    /// <exception cref="StoreUnavailableException">Nothing answers at the address.</exception>
    /// <exception cref="RpcException">The store refuses the latents.</exception>
    public async Task<int> AddAsync(OnnxFaces faces, string model, FaceData data, int count, IProgress<(int Done, int Total)> progress, CancellationToken cancellation)
    {
        using var channel = GrpcChannel.ForAddress(address);
        var client = new LatentStoreService.LatentStoreServiceClient(channel);
        var source = data.Training;
        var total = Math.Min(count, source.Count);
        var bytes = source.Size * source.Size * 3;
        var done = 0;
        while (done < total && !cancellation.IsCancellationRequested)
        {
            var some = Math.Min(Batch, total - done);
            var rgb = new byte[some * bytes];
            for (var i = 0; i < some; i++)
                source.Read(done + i, rgb.AsSpan(i * bytes, bytes));
            var (mean, _) = faces.Encode(rgb);
            var request = new AddLatentsRequest { ModelVersion = model };
            request.Attributes.AddRange(source.AttributeNames);
            for (var i = 0; i < some; i++)
            {
                var latent = new Latent();
                latent.Values.AddRange(mean.Skip(i * faces.Latent).Take(faces.Latent));
                request.Latents.Add(new NewLatent
                {
                    Source = source.Key(done + i),
                    Latent = latent,
                    AttributeMask = source.Attributes(done + i),
                    Provenance = data.IsDrawn ? Provenance.Synthetic : Provenance.Photograph,
                });
            }
            try
            {
                await client.AddLatentsAsync(request, deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellation);
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
            {
                throw new StoreUnavailableException($"No latent store answers at {address}.", e);
            }
            done += some;
            progress.Report((done, total));
        }
        return done;
    }
}
