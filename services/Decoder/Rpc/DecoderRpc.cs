using FaceMix.Decoder.Models;
using FaceMix.Decoder.Pictures;
using FaceMix.Decoder.Sampling;
using FaceMix.Decoder.V1;
using FaceMix.ModelStore;
using Google.Protobuf;
using Grpc.Core;

namespace FaceMix.Decoder.Rpc;

/// <summary>decoder.proto: each call checks its request, asks <see cref="Faces"/>, and maps the answer.</summary>
public sealed class DecoderRpc(LoadedModels models, Faces faces) : DecoderService.DecoderServiceBase
{
    /// <inheritdoc/>
    public override Task<GenerateResponse> Generate(GenerateRequest request, ServerCallContext context) => RpcErrors.MapAsync(async () =>
    {
        var violations = new Violations();
        var id = RequestRules.Model(violations, request.ModelVersion);
        var encoding = RequestRules.Encoding(violations, request.Picture);
        var count = RequestRules.Count(violations, "count", request.Count);
        var temperature = RequestRules.Temperature(violations, request);
        violations.ThrowIfAny();
        using var lease = await models.LeaseAsync(id, context.CancellationToken).ConfigureAwait(false);
        RequestRules.ResponseSize(violations, encoding, count, lease.Model.PictureBytes);
        violations.ThrowIfAny();

        var seed = request.HasSeed ? request.Seed : Faces.AnySeed();
        var pictures = await faces.GenerateAsync(lease.Model, seed, count, temperature, encoding, context.CancellationToken).ConfigureAwait(false);
        return new GenerateResponse { Pictures = { pictures.Select(face => Map(face, lease.Model, encoding)) } };
    });

    /// <inheritdoc/>
    public override Task<DecodeResponse> Decode(DecodeRequest request, ServerCallContext context) => RpcErrors.MapAsync(async () =>
    {
        var violations = new Violations();
        var id = RequestRules.Model(violations, request.ModelVersion);
        var encoding = RequestRules.Encoding(violations, request.Picture);
        var count = RequestRules.Count(violations, "latents", request.Latents.Count);
        violations.ThrowIfAny();
        using var lease = await models.LeaseAsync(id, context.CancellationToken).ConfigureAwait(false);
        var size = lease.Model.LatentSize;
        var latents = new float[count * size];
        for (var i = 0; i < count; i++)
            RequestRules.Latent(violations, $"latents[{i}]", request.Latents[i], latents.AsSpan(i * size, size));
        RequestRules.ResponseSize(violations, encoding, count, lease.Model.PictureBytes);
        violations.ThrowIfAny();

        var pictures = await faces.DecodeAsync(lease.Model, latents, count, encoding, context.CancellationToken).ConfigureAwait(false);
        return new DecodeResponse { Pictures = { pictures.Select(face => Map(face, lease.Model, encoding)) } };
    });

    /// <inheritdoc/>
    public override Task<InterpolateResponse> Interpolate(InterpolateRequest request, ServerCallContext context) => RpcErrors.MapAsync(async () =>
    {
        var violations = new Violations();
        var id = RequestRules.Model(violations, request.ModelVersion);
        var encoding = RequestRules.Encoding(violations, request.Picture);
        RequestRules.Weights(violations, request.Weights);
        RequestRules.Method(violations, request.Method);
        violations.ThrowIfAny();
        using var lease = await models.LeaseAsync(id, context.CancellationToken).ConfigureAwait(false);
        var from = new float[lease.Model.LatentSize];
        var to = new float[lease.Model.LatentSize];
        RequestRules.Latent(violations, "from", request.From, from);
        RequestRules.Latent(violations, "to", request.To, to);
        RequestRules.ResponseSize(violations, encoding, request.Weights.Count, lease.Model.PictureBytes);
        violations.ThrowIfAny();

        var spherical = request.Method == InterpolationMethod.Spherical;
        var pictures = await faces.InterpolateAsync(
            lease.Model, from, to, [.. request.Weights], spherical, encoding, context.CancellationToken).ConfigureAwait(false);
        return new InterpolateResponse { Pictures = { pictures.Select(face => Map(face, lease.Model, encoding)) } };
    });

    /// <inheritdoc/>
    public override Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context) => RpcErrors.MapAsync(() =>
    {
        var violations = new Violations();
        var id = RequestRules.Model(violations, request.ModelVersion);
        violations.ThrowIfAny();
        var manifest = models.Describe(id);
        return Task.FromResult(new GetModelResponse
        {
            ModelVersion = manifest.Id.ToString(),
            LatentSize = manifest.LatentSize,
            ImageSize = manifest.ImageSize,
            Attributes = { manifest.Attributes },
            Dataset = manifest.Dataset.Name,
        });
    });

    private static Picture Map(Face face, LoadedModel model, PictureEncoding encoding)
    {
        var picture = new Picture
        {
            Format = encoding.Format,
            Width = model.ImageSize,
            Height = model.ImageSize,
            Data = UnsafeByteOperations.UnsafeWrap(face.Data),
            Latent = new Latent { Values = { face.Latent } },
            ModelVersion = model.Id.ToString(),
        };
        if (face.Seed is { } seed)
            picture.Seed = seed;
        return picture;
    }
}
