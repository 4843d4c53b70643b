using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using FaceMix.Common.V1;
using FaceMix.Latents;
using FaceMix.Latents.V1;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Spaces;
using FaceMix.ServiceDefaults;
using Grpc.Core;

namespace FaceMix.LatentStore.Rpc;

/// <summary>One AddLatents: reads the stream into one load, and leaves out rows that are wrong.</summary>
public sealed class AddLatentsCall(SpaceChoice choice, Registration registration, LatentWriter writer, LoadLimit limit, StoreMetrics metrics, ILogger<AddLatentsCall> logger)
{
    /// <summary>Most refusals that a reply lists; all are counted.</summary>
    private const int MaxRefusals = 100;

    /// <exception cref="RpcException">The stream is not one of the contract, or too much is going on; nothing was stored.</exception>
    public async Task<AddLatentsResponse> RunAsync(IAsyncStreamReader<AddLatentsRequest> messages, CancellationToken cancellationToken)
    {
        using var place = limit.Take();
        var begun = Stopwatch.GetTimestamp();
        var reader = new LoadReader<AddLatentsRequest>(messages, limit.IdleTimeout, cancellationToken);
        if (!await reader.MoveNextAsync() || reader.Current.Header is not { } header)
            throw RpcErrors.InvalidArgument("header", "must be in the first message");
        var (space, masks) = await BeginAsync(header, cancellationToken);
        var rows = new Rows(space, header.Attributes.Count, masks);
        await using var load = await writer.BeginAsync(space, header.Dataset, cancellationToken);
        while (await reader.MoveNextAsync())
        {
            if (reader.Current.ContentCase != AddLatentsRequest.ContentOneofCase.Rows)
                throw RpcErrors.InvalidArgument("rows", "must be in every message but the first");
            var latents = reader.Current.Rows.Latents;
            if (latents.Count is 0 or > RequestRules.MaxRowsOfMessage)
                throw RpcErrors.InvalidArgument("rows.latents", $"{latents.Count} given; 1 to {RequestRules.MaxRowsOfMessage} allowed");
            if (rows.Count + latents.Count > RequestRules.MaxRowsOfLoad)
                throw RpcErrors.InvalidArgument("rows", $"more than {RequestRules.MaxRowsOfLoad} in one call; nothing was stored, use several calls");
            foreach (var latent in latents)
            {
                if (rows.Check(latent) is { } face)
                    await load.WriteAsync(face, cancellationToken);
            }
        }
        var counts = await load.CompleteAsync(cancellationToken);
        metrics.Stored(counts.Added, counts.Replaced);
        Log.FacesStored(
            logger, header.ModelVersion, header.Dataset, counts.Added, counts.Unchanged, counts.Replaced, rows.Refused, (long)Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        return new AddLatentsResponse
        {
            Added = counts.Added,
            Unchanged = counts.Unchanged,
            Replaced = counts.Replaced,
            Refused = rows.Refused,
            Refusals = { rows.Refusals },
        };
    }

    private async Task<(LatentSpace Space, AttributeMask[] Masks)> BeginAsync(AddLatentsRequest.Types.Header header, CancellationToken cancellationToken)
    {
        var check = new RequestCheck();
        RequestRules.Text(check, "header.dataset", header.Dataset, RequestRules.MaxDatasetLength);
        RequestRules.Attributes(check, "header.attributes", header.Attributes);
        check.ThrowIfInvalid();
        var space = await choice.RequireNamedAsync(header.ModelVersion, cancellationToken);
        try
        {
            space = space with { Attributes = await registration.AppendAsync(space, header.Attributes, cancellationToken) };
        }
        catch (RegistrationException problem)
        {
            // Its fields are those of RegisterModelVersion.
            throw RpcErrors.InvalidArgument($"header.{problem.Field}", problem.Message);
        }
        return (space, [.. header.Attributes.Select(name => space.Attributes.MaskOf(name)!.Value)]);
    }

    /// <summary>Checks row by row.</summary>
    private sealed class Rows(LatentSpace space, int attributes, AttributeMask[] masks)
    {
        private readonly AttributeMask _named = AttributeMask.All(attributes);
        // The writer's bits are often the space's.
        private readonly bool _sameBits = masks.Select((mask, i) => mask == AttributeMask.Of(i)).All(same => same);
        // 16 bytes a row, however long the sources are.
        private readonly HashSet<UInt128> _sources = [];

        public long Count { get; private set; }

        public long Refused { get; private set; }

        public List<AddLatentsResponse.Types.Refused> Refusals { get; } = [];

        public NewFace? Check(NewLatent latent)
        {
            var check = new RequestCheck();
            var row = Count++;
            RequestRules.Text(check, "source", latent.Source, RequestRules.MaxSourceLength);
            RequestRules.Latent(check, "latent", latent.Latent, space);
            check.Require(
                latent.Latent?.Provenance is Provenance.Synthetic or Provenance.Photograph,
                "latent.provenance",
                "must be PROVENANCE_SYNTHETIC or PROVENANCE_PHOTOGRAPH");
            var (has, known) = (new AttributeMask(latent.Has), new AttributeMask(latent.Known));
            check.Require((known & ~_named).IsEmpty, "known", $"has bits set for which the header's attributes have no name; there are {attributes}");
            check.Require((has & ~known).IsEmpty, "has", "has bits set that are not set in known");
            if (check.IsValid)
                check.Require(_sources.Add(Hash(latent.Source)), "source", "is that of an earlier row of this call");
            if (check.IsValid)
            {
                return new NewFace(
                    latent.Source, latent.Latent!.Values.ToArray(), Translate(has), Translate(known), (short)latent.Latent.Provenance);
            }
            Refused++;
            if (Refusals.Count < MaxRefusals)
            {
                Refusals.Add(new AddLatentsResponse.Types.Refused
                {
                    Row = row,
                    Source = latent.Source.Length <= RequestRules.MaxSourceLength ? latent.Source : latent.Source[..RequestRules.MaxSourceLength] + "…",
                    Problem = string.Join("; ", check.Violations.Select(violation => $"{violation.Field}: {violation.Description}")),
                });
            }
            return null;
        }

        private AttributeMask Translate(AttributeMask mask)
        {
            if (_sameBits)
                return mask;
            var translated = AttributeMask.None;
            for (; !mask.IsEmpty; mask = mask.WithoutFirst)
                translated |= masks[mask.First];
            return translated;
        }

        private static UInt128 Hash(string source)
        {
            Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
            SHA256.HashData(Encoding.UTF8.GetBytes(source), digest);
            return System.Buffers.Binary.BinaryPrimitives.ReadUInt128LittleEndian(digest);
        }
    }
}
