using System.Collections;
using System.Collections.ObjectModel;
using System.Diagnostics.CodeAnalysis;

namespace Grpc.AspNetCore.HealthChecks;

/// <summary>Which of ASP.NET's health checks speak for which service.</summary>
public sealed class GrpcHealthChecksOptions
{
    /// <summary>The whole server, by the empty name, is there from the start: all checks speak for it.</summary>
    public ServiceMappingCollection Services { get; } = [];

    /// <summary>True: Check answers what was last published. False: it runs the checks.</summary>
    public bool UseHealthChecksCache { get; set; }

    /// <summary>True: Watch is left running when the server stops. False: it ends with NOT_SERVING.</summary>
    public bool SuppressCompletionOnShutdown { get; set; }
}

/// <summary>One service and the choice of its health checks.</summary>
public sealed class ServiceMapping(string name, Func<HealthCheckMapContext, bool> predicate)
{
    public string Name { get; } = name;

    public Func<HealthCheckMapContext, bool>? HealthCheckPredicate { get; } = predicate;
}

/// <summary>A health check as a mapping sees it.</summary>
public sealed class HealthCheckMapContext(string name, IEnumerable<string> tags)
{
    public string Name { get; } = name;

    public IEnumerable<string> Tags { get; } = tags;
}

/// <summary>One mapping for each name.</summary>
public sealed class ServiceMappingCollection : ICollection<ServiceMapping>
{
    private readonly ByName mappings = [];

    public int Count => mappings.Count;

    bool ICollection<ServiceMapping>.IsReadOnly => false;

    public void Add(ServiceMapping service) => mappings.Add(service);

    /// <summary>Adds a mapping, in place of the one of that name if there is one.</summary>
    public void Map(string name, Func<HealthCheckMapContext, bool> predicate)
    {
        mappings.Remove(name);
        mappings.Add(new ServiceMapping(name, predicate));
    }

    public void Remove(string name) => mappings.Remove(name);

    public void Clear() => mappings.Clear();

    public IEnumerator<ServiceMapping> GetEnumerator() => mappings.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => mappings.GetEnumerator();

    bool ICollection<ServiceMapping>.Contains(ServiceMapping item) => mappings.Contains(item);

    void ICollection<ServiceMapping>.CopyTo(ServiceMapping[] array, int arrayIndex) => mappings.CopyTo(array, arrayIndex);

    bool ICollection<ServiceMapping>.Remove(ServiceMapping item) => mappings.Remove(item);

    internal bool TryGet(string name, [NotNullWhen(true)] out ServiceMapping? mapping) => mappings.TryGetValue(name, out mapping);

    private sealed class ByName : KeyedCollection<string, ServiceMapping>
    {
        protected override string GetKeyForItem(ServiceMapping item) => item.Name;
    }
}
