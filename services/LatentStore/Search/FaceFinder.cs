using FaceMix.LatentStore.Latents;
using FaceMix.LatentStore.Memory;
using FaceMix.LatentStore.Spaces;

namespace FaceMix.LatentStore.Search;

/// <summary>Finds faces and reads them: what an index chose by id, with all that the table has of it.</summary>
public sealed class FaceFinder(FaceCopies copies, SpaceCatalog spaces, LatentReader latents)
{
    // A face may be changed between choosing and reading it; the index asked after that knows.
    private const int Attempts = 5;

    /// <summary>Faces for ticked features, the seed's first one first.</summary>
    public Task<(IReadOnlyList<StoredFace> Faces, FeatureMatch Match)> MatchAsync(
        LatentSpace space, FeatureQuestion question, CancellationToken cancellationToken) => FindAsync(
        space,
        index => index.MatchAsync(question, cancellationToken),
        match => match.Ids,
        match => match.Revision,
        cancellationToken);

    /// <summary>The nearest faces with their distances, nearest first.</summary>
    public async Task<IReadOnlyList<(StoredFace Face, double Distance)>> NearestAsync(
        LatentSpace space, NearestQuestion question, CancellationToken cancellationToken)
    {
        var (faces, nearest) = await FindAsync(
            space,
            index => index.NearestAsync(question, cancellationToken),
            nearest => [.. nearest.Found.Select(each => each.Id)],
            nearest => nearest.Revision,
            cancellationToken);
        var distances = nearest.Found.ToDictionary(each => each.Id, each => each.Distance);
        return [.. faces.Select(face => (face, distances[face.Id]))];
    }

    private async Task<(IReadOnlyList<StoredFace> Faces, T Found)> FindAsync<T>(
        LatentSpace space, Func<IFaceIndex, Task<T>> find, Func<T, IReadOnlyList<long>> ids, Func<T, long> revision, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var found = await find(await copies.GetAsync(space, cancellationToken));
            var chosen = ids(found);
            if (chosen.Count == 0)
                return ([], found);
            var faces = await latents.FindAsync(space, chosen, cancellationToken);
            if (attempt == Attempts || chosen.All(id => faces.TryGetValue(id, out var face) && face.Revision <= revision(found)))
                return ([.. chosen.Where(faces.ContainsKey).Select(id => faces[id])], found);
            space = await spaces.FindAsync(space.Key, cancellationToken) ?? space;
        }
    }
}
