using FaceMix.Common.V1;
using FaceMix.Decoder.Models;
using FaceMix.Decoder.Pictures;
using FaceMix.Decoder.V1;
using FaceMix.ServiceDefaults;
using Google.Protobuf;
using Grpc.Core;

namespace FaceMix.Decoder.Rpc;

/// <summary>decoder.proto: each call checks its request, asks <see cref="Faces"/>, and maps the answer.</summary>
public sealed class DecoderRpc(LoadedModels models, Faces faces) : DecoderService.DecoderServiceBase
{
    /// <inheritdoc/>
    public override async Task<GenerateResponse> Generate(GenerateRequest request, ServerCallContext context)
    {
        var check = new RequestCheck();
        var id = RequestRules.Model(check, request.ModelVersion);
        var encoding = RequestRules.Encoding(check, request.Picture);
        check.InRange("count", request.Count, 1, RequestRules.MaxPictures);
        var temperature = RequestRules.Temperature(check, request);
        RequestRules.Served(check, request);
        check.ThrowIfInvalid();
        using var lease = await models.LeaseAsync(id, context.CancellationToken);
        RequestRules.ResponseSize(check, encoding, request.Count, lease.Model.PictureBytes);
        check.ThrowIfInvalid();

        var seed = request.HasSeed ? request.Seed : Faces.AnySeed();
        var pictures = await faces.GenerateAsync(lease.Model, seed, request.Count, temperature, encoding, context.CancellationToken);
        return new GenerateResponse { Pictures = { pictures.Select(face => Map(face, lease.Model, encoding)) } };
    }

    /// <inheritdoc/>
    public override async Task<DecodeResponse> Decode(DecodeRequest request, ServerCallContext context)
    {
        var check = new RequestCheck();
        var id = RequestRules.Model(check, request.ModelVersion);
        var encoding = RequestRules.Encoding(check, request.Picture);
        check.Count("latents", request.Latents.Count, 1, RequestRules.MaxPictures);
        check.ThrowIfInvalid();
        using var lease = await models.LeaseAsync(id, context.CancellationToken);
        var (count, size) = (request.Latents.Count, lease.Model.LatentSize);
        var latents = new float[count * size];
        for (var i = 0; i < count; i++)
            RequestRules.Latent(check, $"latents[{i}]", request.Latents[i], latents.AsSpan(i * size, size));
        RequestRules.ResponseSize(check, encoding, count, lease.Model.PictureBytes);
        check.ThrowIfInvalid();

        var pictures = await faces.DecodeAsync(lease.Model, latents, count, encoding, context.CancellationToken);
        return new DecodeResponse { Pictures = { pictures.Select(face => Map(face, lease.Model, encoding)) } };
    }

    /// <inheritdoc/>
    public override async Task<InterpolateResponse> Interpolate(InterpolateRequest request, ServerCallContext context)
    {
        var check = new RequestCheck();
        var id = RequestRules.Model(check, request.ModelVersion);
        var encoding = RequestRules.Encoding(check, request.Picture);
        RequestRules.Weights(check, request.Weights);
        check.Known("method", request.Method);
        check.Require(!request.Extrapolate, "extrapolate", "not served yet; weights lie within [0, 1]");
        check.ThrowIfInvalid();
        using var lease = await models.LeaseAsync(id, context.CancellationToken);
        var from = new float[lease.Model.LatentSize];
        var to = new float[lease.Model.LatentSize];
        RequestRules.Latent(check, "from", request.From, from);
        RequestRules.Latent(check, "to", request.To, to);
        RequestRules.ResponseSize(check, encoding, request.Weights.Count, lease.Model.PictureBytes);
        check.ThrowIfInvalid();

        var spherical = request.Method == InterpolationMethod.Spherical;
        var pictures = await faces.InterpolateAsync(
            lease.Model, from, to, [.. request.Weights], spherical, encoding, context.CancellationToken);
        return new InterpolateResponse { Pictures = { pictures.Select(face => Map(face, lease.Model, encoding)) } };
    }

    /// <inheritdoc/>
    public override Task<GetModelResponse> GetModel(GetModelRequest request, ServerCallContext context)
    {
        var check = new RequestCheck();
        var id = RequestRules.Model(check, request.ModelVersion);
        check.ThrowIfInvalid();
        var manifest = models.Describe(id);
        return Task.FromResult(new GetModelResponse
        {
            Model = new Model
            {
                ModelVersion = manifest.Id.ToString(),
                LatentSize = manifest.LatentSize,
                ImageSize = manifest.ImageSize,
                Attributes = { manifest.Attributes },
                Dataset = manifest.Dataset.Name,
            },
        });
    }

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
