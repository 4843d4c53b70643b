using System.Globalization;
using FaceMix.Common.V1;
using FaceMix.Latents.V1;
using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Search;
using FaceMix.LatentStore.Spaces;

namespace FaceMix.LatentStore.Rpc;

/// <summary>The store's own types as messages.</summary>
internal static class Answers
{
    public static LabelledLatent ToMessage(this StoredFace face, LatentSpace space)
    {
        var message = new LabelledLatent
        {
            Id = face.Id,
            Latent = new Latent { Provenance = (Provenance)face.Provenance, LatentSpace = space.Digest },
            Dataset = face.Dataset,
            Source = face.Source,
            ModelVersion = space.Model.ToString(),
        };
        message.Latent.Values.AddRange(face.Values.ToArray());
        message.Attributes.AddRange(space.Attributes.In(face.Has));
        message.NotKnown.AddRange(space.Attributes.In(~face.Known));
        return message;
    }

    /// <summary>A mean or a direction; its provenance is unspecified, because no single face is behind it.</summary>
    public static Latent ToMessage(this LatentSpace space, float[] values) => new() { Values = { values }, LatentSpace = space.Digest };

    public static MatchFeaturesResponse.Types.Match ToMatch(this StoredFace face, LatentSpace space, FaceFilter wishes)
    {
        var match = new MatchFeaturesResponse.Types.Match
        {
            Latent = face.ToMessage(space),
            Met = { space.Attributes.In(wishes.Met(face.Has, face.Known)) },
            Missing = { space.Attributes.In(wishes.Missing(face.Has, face.Known)) },
            Violated = { space.Attributes.In(wishes.Violated(face.Has)) },
            NotKnown = { space.Attributes.In(wishes.NotKnown(face.Known)) },
        };
        match.Sentence = Sentence(match);
        return match;
    }

    /// <summary>"Meets 1 of 3 wishes; lacks wearing hat; not known: smiling."</summary>
    private static string Sentence(MatchFeaturesResponse.Types.Match match)
    {
        var unmet = match.Missing.Count + match.Violated.Count + match.NotKnown.Count;
        var all = match.Met.Count + unmet;
        if (all == 0)
            return "Nothing was wished for.";
        if (unmet == 0)
            return all == 1 ? "Meets the wish." : string.Create(CultureInfo.InvariantCulture, $"Meets all {all} wishes.");
        var parts = new List<string> { string.Create(CultureInfo.InvariantCulture, $"Meets {match.Met.Count} of {all} wishes") };
        Add("lacks ", match.Missing);
        Add("has ", match.Violated);
        Add("not known: ", match.NotKnown);
        return string.Join("; ", parts) + ".";

        void Add(string verb, IReadOnlyCollection<string> names)
        {
            if (names.Count > 0)
                parts.Add(verb + string.Join(", ", names.Select(name => name.Replace('_', ' ').ToLowerInvariant())));
        }
    }
}
