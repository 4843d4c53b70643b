using FaceMix.ModelStore;
using Microsoft.Extensions.Options;

namespace FaceMix.Decoder.Models;

/// <summary>
/// The versions in memory: the newest, which answers requests that name none, and the few that were last asked
/// for by name. A version that is published but not loaded is loaded when a request names it.
/// </summary>
public sealed class LoadedModels(ModelCatalog catalog, ModelLoader loader, IOptions<ModelOptions> options, TimeProvider time) : IDisposable
{
    private const int MaxLoading = 4;
    private static readonly TimeSpan RememberDamage = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly List<LoadedModel> _loaded = []; // least recently used first
    private readonly Dictionary<ModelVersionId, Task<LoadedModel>> _loading = [];
    private readonly Dictionary<ModelVersionId, long> _damaged = [];
    private readonly SemaphoreSlim _oneLoad = new(1);
    private LoadedModel? _newest;

    /// <summary>The version that is served, or null before there is one.</summary>
    public ModelVersionId? Newest
    {
        get
        {
            lock (_gate)
                return _newest?.Id;
        }
    }

    /// <summary>The versions in memory.</summary>
    public IReadOnlyList<ModelVersionId> Loaded
    {
        get
        {
            lock (_gate)
                return _loaded.ConvertAll(model => model.Id);
        }
    }

    /// <exception cref="RefusedException">There is no model yet.</exception>
    public ModelLease LeaseNewest()
    {
        lock (_gate)
        {
            return _newest is { } model && Lease(model) is { } lease
                ? lease
                : throw NoModel();
        }
    }

    /// <summary>Loads the version if need be.</summary>
    /// <param name="id">Null: the newest.</param>
    /// <param name="cancellationToken">Ends the wait, not the load: others may wait for it too.</param>
    /// <exception cref="RefusedException">There is no such version, it is damaged, or too many are being loaded.</exception>
    public async Task<ModelLease> LeaseAsync(ModelVersionId? id, CancellationToken cancellationToken) =>
        id is { } named ? await LeaseAsync(named, cancellationToken) : LeaseNewest();

    /// <inheritdoc cref="LeaseAsync(ModelVersionId?, CancellationToken)"/>
    public Task<ModelLease> LeaseAsync(ModelVersionId id, CancellationToken cancellationToken) => LeaseAsync(id, MaxLoading, cancellationToken);

    private async Task<ModelLease> LeaseAsync(ModelVersionId id, int maxLoading, CancellationToken cancellationToken)
    {
        while (true)
        {
            Task<LoadedModel> loading;
            lock (_gate)
            {
                if (_loaded.Find(model => model.Id == id) is { } present && Lease(present) is { } lease)
                    return lease;
                loading = LoadOnce(id, maxLoading);
            }
            try
            {
                // Looked up again afterwards: it may be pushed out as soon as it is in.
                await loading.WaitAsync(cancellationToken);
            }
            catch (ModelStoreException e)
            {
                throw Damaged(id, e);
            }
        }
    }

    /// <summary>Makes a version the one that is served; the one before stays loaded while it is asked for.</summary>
    /// <exception cref="RefusedException">It cannot be loaded; the one before is still served.</exception>
    public async Task ServeAsync(ModelVersionId id, CancellationToken cancellationToken)
    {
        lock (_gate)
            _damaged.Remove(id);
        // The newest is loaded however many others are asked for.
        using var lease = await LeaseAsync(id, int.MaxValue, cancellationToken);
        lock (_gate)
        {
            // Requests for other versions may have pushed it out again while this waited.
            if (!_loaded.Contains(lease.Model) && lease.Model.TryRetain())
                _loaded.Add(lease.Model);
            _newest = lease.Model;
            Trim();
        }
    }

    /// <summary>Describes a version without loading it.</summary>
    /// <param name="id">Null: the newest.</param>
    /// <exception cref="RefusedException">There is no such version, or its manifest cannot be read.</exception>
    public ModelManifest Describe(ModelVersionId? id)
    {
        lock (_gate)
        {
            var loaded = id is null ? _newest : _loaded.Find(model => model.Id == id);
            if (loaded is not null)
                return loaded.Manifest;
        }
        if (id is not { } named)
            throw NoModel();
        if (!catalog.Contains(named))
            throw Unknown(named);
        try
        {
            return catalog.ReadManifest(named);
        }
        catch (ModelStoreException)
        {
            throw Damaged(named);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _loaded.ForEach(model => model.Release());
            _loaded.Clear();
            _newest = null;
        }
    }

    // Called under the gate.
    private ModelLease? Lease(LoadedModel model)
    {
        if (!model.TryRetain())
            return null;
        _loaded.Remove(model);
        _loaded.Add(model);
        return new ModelLease(model);
    }

    // Called under the gate; all who ask for a version while it is loaded wait for the same load.
    private Task<LoadedModel> LoadOnce(ModelVersionId id, int maxLoading)
    {
        if (_loading.TryGetValue(id, out var running))
            return running;
        if (_damaged.TryGetValue(id, out var since) && time.GetElapsedTime(since) < RememberDamage)
            throw Damaged(id);
        if (!catalog.Contains(id))
            throw Unknown(id);
        if (_loading.Count >= maxLoading)
            throw new RefusedException(Refusal.Overloaded, $"{_loading.Count} model versions are being loaded already.", TimeSpan.FromSeconds(2));
        // Not the caller's token: others may be waiting for it too.
        var loading = Task.Run(() => LoadAsync(id));
        _loading.Add(id, loading);
        return loading;
    }

    private async Task<LoadedModel> LoadAsync(ModelVersionId id)
    {
        await _oneLoad.WaitAsync();
        try
        {
            var model = loader.Load(id, CancellationToken.None);
            lock (_gate)
            {
                _loading.Remove(id);
                _loaded.Add(model);
                Trim();
            }
            return model;
        }
        catch
        {
            lock (_gate)
            {
                _loading.Remove(id);
                _damaged[id] = time.GetTimestamp();
            }
            throw;
        }
        finally
        {
            _oneLoad.Release();
        }
    }

    // Called under the gate.
    private void Trim()
    {
        while (_loaded.Count > options.Value.LoadedVersions && _loaded.Find(model => model != _newest && model != _loaded[^1]) is { } oldest)
        {
            _loaded.Remove(oldest);
            oldest.Release();
        }
    }

    private static RefusedException NoModel() =>
        new(Refusal.NoModel, "No model has been published yet, or it is still being loaded; publish a model: ./facemix up", TimeSpan.FromSeconds(2));

    private static RefusedException Unknown(ModelVersionId id) => new(Refusal.UnknownModel, $"There is no model version {id}.");

    private static RefusedException Damaged(ModelVersionId id, ModelStoreException? why = null) =>
        new(Refusal.DamagedModel, $"Model version {id} is damaged and cannot be loaded; the decoder's log says why.", cause: why);
}
