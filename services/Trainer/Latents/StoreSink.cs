using FaceMix.Latents.V1;
using Grpc.Core;
using Grpc.Net.Client;

namespace FaceMix.Trainer.Latents;

/// <summary>No latent store answers; the message says where it was looked for.</summary>
public sealed class StoreUnavailableException(string message, Exception inner) : Exception(message, inner);

/// <summary>Puts labelled latents into the latent store; a face of the same name and model is replaced.</summary>
public sealed class StoreSink : ILatentSink
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    private readonly string _address;
    private readonly string _model;
    private readonly GrpcChannel _channel;
    private readonly LatentStoreService.LatentStoreServiceClient _client;

    /// <param name="address">Of the store's gRPC; calls are repeated for some seconds while it is away.</param>
    /// <param name="model">NAME@VERSION.</param>
    public StoreSink(string address, string model)
    {
        (_address, _model) = (address, model);
        _channel = StoreChannel.Open(address);
        _client = new LatentStoreService.LatentStoreServiceClient(_channel);
    }

    public string Position => string.Empty;

    /// <summary>How many latents of the model the store holds.</summary>
    /// <exception cref="StoreUnavailableException">Nothing answers at the address.</exception>
    public async Task<long> CountAsync(CancellationToken cancellation)
    {
        var token = string.Empty;
        do
        {
            var reply = await CallAsync(() => _client.ListModelVersionsAsync(
                new ListModelVersionsRequest { PageSize = 100, PageToken = token }, deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellation), cancellation);
            if (reply.ModelVersions.FirstOrDefault(version => version.ModelVersion_ == _model) is { } found)
                return found.Latents;
            token = reply.NextPageToken;
        }
        while (token.Length > 0);
        return 0;
    }

    /// <exception cref="StoreUnavailableException">Nothing answers at the address.</exception>
    /// <exception cref="RpcException">The store refuses the latents.</exception>
    public async Task PutAsync(EncodedFaces batch, CancellationToken cancellation)
    {
        var request = new AddLatentsRequest { ModelVersion = _model };
        request.Attributes.AddRange(batch.Attributes);
        for (var n = 0; n < batch.Keys.Length; n++)
        {
            var latent = new Latent();
            latent.Values.AddRange(batch.Means.AsSpan(n * batch.Latent, batch.Latent).ToArray());
            request.Latents.Add(new NewLatent
            {
                Source = batch.Keys[n],
                Latent = latent,
                AttributeMask = batch.Masks[n].Bits,
                Provenance = batch.Photographs ? Provenance.Photograph : Provenance.Synthetic,
            });
        }
        await CallAsync(() => _client.AddLatentsAsync(request, deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellation), cancellation);
    }

    public void Dispose() => _channel.Dispose();

    private async Task<T> CallAsync<T>(Func<AsyncUnaryCall<T>> call, CancellationToken cancellation)
    {
        try
        {
            return await call();
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Cancelled && cancellation.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellation);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.Unavailable)
        {
            throw new StoreUnavailableException($"No latent store answers at {_address}.", e);
        }
    }
}
