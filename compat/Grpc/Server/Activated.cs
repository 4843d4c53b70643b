using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>
/// An object for one call: the container's own where it is registered, else made from the call's services and
/// disposed with the call.
/// </summary>
internal readonly struct Activated<T> : IAsyncDisposable
    where T : class
{
    private static readonly ObjectFactory<T> Factory = ActivatorUtilities.CreateFactory<T>([]);
    private readonly bool isOurs;

    private Activated(T instance, bool isOurs)
    {
        Instance = instance;
        this.isOurs = isOurs;
    }

    public T Instance { get; }

    public static Activated<T> ForCall(ServerCallContext context)
    {
        var services = context.GetHttpContext().RequestServices;
        return services.GetService<T>() is { } registered ? new(registered, isOurs: false) : new(Factory(services, []), isOurs: true);
    }

    public ValueTask DisposeAsync() => isOurs ? ActivatedInterceptor.DisposeAsync(Instance) : default;
}

/// <summary>The same for an interceptor, whose type is known only as it is registered.</summary>
internal readonly struct ActivatedInterceptor : IAsyncDisposable
{
    private readonly bool isOurs;

    private ActivatedInterceptor(Interceptor instance, bool isOurs)
    {
        Instance = instance;
        this.isOurs = isOurs;
    }

    public Interceptor Instance { get; }

    public static ActivatedInterceptor ForCall(ServerCallContext context, InterceptorRegistration registration)
    {
        var services = context.GetHttpContext().RequestServices;
        return registration.Arguments.Count == 0 && services.GetService(registration.Type) is Interceptor registered
            ? new(registered, isOurs: false)
            : new(registration.Create(services), isOurs: true);
    }

    public ValueTask DisposeAsync() => isOurs ? DisposeAsync(Instance) : default;

    internal static ValueTask DisposeAsync(object instance)
    {
        if (instance is IAsyncDisposable asynchronous)
            return asynchronous.DisposeAsync();
        (instance as IDisposable)?.Dispose();
        return default;
    }
}
