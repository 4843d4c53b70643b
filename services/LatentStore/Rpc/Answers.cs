using FaceMix.Latents.V1;
using FaceMix.LatentStore.Latents;

namespace FaceMix.LatentStore.Rpc;

/// <summary>The store's own types as messages.</summary>
internal static class Answers
{
    public static LabelledLatent ToMessage(this StoredLatent latent)
    {
        var message = new LabelledLatent
        {
            Id = latent.Id,
            ModelVersion = latent.Model.ToString(),
            Source = latent.Source,
            Latent = new Latent(),
            Provenance = (Provenance)latent.Provenance,
        };
        message.Latent.Values.AddRange(latent.Values.ToArray());
        message.Attributes.AddRange(latent.Attributes);
        return message;
    }

    public static ListModelVersionsResponse.Types.ModelVersion ToMessage(this StoredModel model) => new()
    {
        ModelVersion_ = model.Id.ToString(),
        LatentSize = model.LatentSize,
        Latents = model.Latents,
    };
}
