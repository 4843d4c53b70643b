using FaceMix.Common.V1;
using FaceMix.Latents.V1;
using FaceMix.ModelStore;
using Grpc.Core;
using Grpc.Net.Client;

namespace FaceMix.Trainer.Latents;

/// <summary>No latent store answers; the message says where it was looked for.</summary>
public sealed class StoreUnavailableException(string message, Exception inner) : Exception(message, inner);

/// <summary>Puts the labelled latents of one data set into the latent store, under one model version; a face of the same name is replaced.</summary>
public sealed class StoreSink : ILatentSink
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromSeconds(60);

    // The store's messages may have 4 MiB: a latent's number takes four bytes, and a name up to two thousand.
    private const int MessageBytes = 3_000_000;
    private const int MaxRowBytesWithoutLatent = 2200;

    private readonly string _address;
    private readonly ModelManifest _model;
    private readonly string _dataset;
    private readonly Action<string> _say;
    private readonly GrpcChannel _channel;
    private readonly LatentStoreService.LatentStoreServiceClient _client;
    private readonly HashSet<string> _refused = new(StringComparer.Ordinal);

    /// <param name="address">Of the store's gRPC; calls are repeated for some seconds while it is away.</param>
    /// <param name="model">The version that encodes.</param>
    /// <param name="dataset">What the data set is called in the store.</param>
    /// <param name="say">Called with a sentence for each face that the store refuses.</param>
    public StoreSink(string address, ModelManifest model, string dataset, Action<string> say)
    {
        (_address, _model, _dataset, _say) = (address, model, dataset, say);
        _channel = StoreChannel.Open(address);
        _client = new LatentStoreService.LatentStoreServiceClient(_channel);
    }

    /// <summary>Names of the faces that the store refused, one a line: they are done, although the store does not hold them.</summary>
    public string Position => string.Join('\n', _refused);

    /// <summary>Faces put since the sink was opened: new ones, those that were there, those that took another's place, those that were refused.</summary>
    public (long Added, long Unchanged, long Replaced, long Refused) Counts { get; private set; }

    /// <summary>Makes the model version known to the store.</summary>
    /// <exception cref="StoreUnavailableException">Nothing answers at the address.</exception>
    public Task RegisterAsync(CancellationToken cancellation) => CallAsync(
        async () => await _client.RegisterModelVersionAsync(
            new RegisterModelVersionRequest
            {
                ModelVersion = _model.Id.ToString(),
                LatentSpace = _model.LatentSpace,
                LatentSize = _model.LatentSize,
                Attributes = { _model.Attributes },
            },
            deadline: DateTime.UtcNow + s_deadline,
            cancellationToken: cancellation),
        cancellation);

    /// <summary>Names of the data set's faces that the store holds.</summary>
    /// <exception cref="StoreUnavailableException">Nothing answers at the address.</exception>
    public async Task<HashSet<string>> SourcesAsync(CancellationToken cancellation)
    {
        var sources = new HashSet<string>(StringComparer.Ordinal);
        if (!await HasDatasetAsync(cancellation))
            return sources;
        var request = new ListLatentsRequest
        {
            ModelVersion = _model.Id.ToString(),
            Filter = new Filter { Dataset = _dataset },
            PageSize = 1000,
            WithoutValues = true,
        };
        do
        {
            var page = await ListAsync(request, cancellation);
            sources.UnionWith(page.Latents.Select(face => face.Source));
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return sources;
    }

    /// <summary>The latent of one of the data set's faces; null when the store lacks it.</summary>
    /// <exception cref="StoreUnavailableException">Nothing answers at the address.</exception>
    public async Task<float[]?> FindAsync(string source, CancellationToken cancellation)
    {
        var request = new ListLatentsRequest { ModelVersion = _model.Id.ToString(), Filter = new Filter { Dataset = _dataset }, SourcePrefix = source };
        do
        {
            var page = await ListAsync(request, cancellation);
            if (page.Latents.FirstOrDefault(face => face.Source == source) is { } found)
                return [.. found.Latent.Values];
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return null;
    }

    /// <summary>Whether the store holds a face, or refused it in an earlier call.</summary>
    /// <param name="position">As an earlier sink had it.</param>
    /// <param name="sources">From <see cref="SourcesAsync"/>.</param>
    /// <param name="keys">The faces' names.</param>
    public bool Holds(string position, HashSet<string> sources, IEnumerable<string> keys)
    {
        _refused.UnionWith(position.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        return keys.All(key => sources.Contains(key) || _refused.Contains(key));
    }

    /// <summary>Puts a batch in one call: all of it that the store takes, or nothing.</summary>
    /// <exception cref="StoreUnavailableException">Nothing answers at the address.</exception>
    /// <exception cref="RpcException">The store refuses the whole batch.</exception>
    public async Task PutAsync(EncodedFaces batch, CancellationToken cancellation)
    {
        var reply = await CallAsync(() => AddAsync(batch, cancellation), cancellation);
        Counts = (Counts.Added + reply.Added, Counts.Unchanged + reply.Unchanged, Counts.Replaced + reply.Replaced, Counts.Refused + reply.Refused);
        foreach (var refusal in reply.Refusals)
        {
            _refused.Add(batch.Keys[refusal.Row]);
            _say($"The store left out {Shown(refusal.Source)}: {refusal.Problem}.");
        }
    }

    /// <summary>Has the store compute its directions from the faces it has now; a store without faces has none.</summary>
    /// <exception cref="StoreUnavailableException">Nothing answers at the address.</exception>
    public async Task ComputeDirectionsAsync(CancellationToken cancellation)
    {
        try
        {
            await CallAsync(
                async () => await _client.RecomputeDirectionsAsync(
                    new RecomputeDirectionsRequest { ModelVersion = _model.Id.ToString() }, deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellation),
                cancellation);
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.FailedPrecondition)
        {
            // Every face was refused, and there were none before.
        }
    }

    public void Dispose() => _channel.Dispose();

    private async Task<AddLatentsResponse> AddAsync(EncodedFaces batch, CancellationToken cancellation)
    {
        using var call = _client.AddLatents(deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellation);
        try
        {
            await call.RequestStream.WriteAsync(
                new AddLatentsRequest { Header = new() { ModelVersion = _model.Id.ToString(), Dataset = _dataset, Attributes = { batch.Attributes } } }, cancellation);
            var rows = Math.Clamp(MessageBytes / ((batch.Latent * sizeof(float)) + MaxRowBytesWithoutLatent), 1, 1000);
            for (var first = 0; first < batch.Keys.Length; first += rows)
            {
                var message = new AddLatentsRequest { Rows = new() };
                for (var n = first; n < Math.Min(first + rows, batch.Keys.Length); n++)
                    message.Rows.Latents.Add(Face(batch, n));
                await call.RequestStream.WriteAsync(message, cancellation);
            }
            await call.RequestStream.CompleteAsync();
        }
        catch (Exception e) when (e is RpcException or InvalidOperationException && !cancellation.IsCancellationRequested)
        {
            // The store has ended the call; its reply says why.
        }
        return await call;
    }

    private static NewLatent Face(EncodedFaces batch, int n) => new()
    {
        Source = batch.Keys[n],
        Latent = new Latent
        {
            Values = { batch.Means.AsSpan(n * batch.Latent, batch.Latent).ToArray() },
            Provenance = batch.Photographs ? Provenance.Photograph : Provenance.Synthetic,
        },
        Has = batch.Masks[n].Bits,
        Known = batch.Known[n].Bits,
    };

    private static string Shown(string source) => source.Length <= 80 ? source : $"{source[..40]}…{source[^40..]}";

    private async Task<bool> HasDatasetAsync(CancellationToken cancellation)
    {
        var request = new ListDatasetsRequest { ModelVersion = _model.Id.ToString(), PageSize = 100 };
        do
        {
            var page = await CallAsync(
                async () => await _client.ListDatasetsAsync(request, deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellation), cancellation);
            if (page.Datasets.Any(dataset => dataset.Name == _dataset))
                return true;
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);
        return false;
    }

    private Task<ListLatentsResponse> ListAsync(ListLatentsRequest request, CancellationToken cancellation) => CallAsync(
        async () => await _client.ListLatentsAsync(request, deadline: DateTime.UtcNow + s_deadline, cancellationToken: cancellation), cancellation);

    private async Task<T> CallAsync<T>(Func<Task<T>> call, CancellationToken cancellation)
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
