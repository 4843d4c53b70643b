namespace Grpc.AspNetCore.Server;

/// <summary>An object for one call: the container's own where it is registered, else made for the call and disposed with it.</summary>
internal readonly struct Activated<T>(T instance, bool isOurs) : IAsyncDisposable
    where T : class
{
    public T Instance => instance;

    public ValueTask DisposeAsync()
    {
        if (isOurs && instance is IAsyncDisposable asynchronous)
            return asynchronous.DisposeAsync();
        if (isOurs)
            (instance as IDisposable)?.Dispose();
        return default;
    }
}
