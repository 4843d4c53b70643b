using System.Collections.ObjectModel;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Microsoft.Extensions.DependencyInjection;

namespace Grpc.AspNetCore.Server;

/// <summary>What a service allows; unset means the default.</summary>
public class GrpcServiceOptions
{
    /// <summary>In bytes; unset or null: no limit.</summary>
    public int? MaxSendMessageSize
    {
        get;
        set
        {
            field = value;
            MaxSendMessageSizeSpecified = true;
        }
    }

    public bool MaxSendMessageSizeSpecified { get; set; }

    /// <summary>In bytes; unset: 4 MiB; null: no limit.</summary>
    public int? MaxReceiveMessageSize
    {
        get;
        set
        {
            field = value;
            MaxReceiveMessageSizeSpecified = true;
        }
    }

    public bool MaxReceiveMessageSizeSpecified { get; set; }

    /// <summary>Sends the text of unexpected exceptions to the caller. Not for production.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>"gzip", for callers who accept it, or null: none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    /// <summary>Around every call, the first one outermost.</summary>
    public InterceptorCollection Interceptors { get; } = [];
}

/// <summary>The same for one service; what is set here wins, interceptors come after the global ones.</summary>
public class GrpcServiceOptions<TService> : GrpcServiceOptions
    where TService : class
{
}

/// <summary>An interceptor to make for each call, from the services of the call and these arguments.</summary>
public class InterceptorRegistration
{
    private readonly object[] arguments;

    internal InterceptorRegistration(Type type, object[] arguments)
    {
        Type = type;
        this.arguments = arguments;
    }

    public Type Type { get; }

    public IReadOnlyList<object> Arguments => arguments;

    private ObjectFactory Factory => field ??= ActivatorUtilities.CreateFactory(Type, [.. arguments.Select(each => each.GetType())]);

    internal Activated<Interceptor> ForCall(ServerCallContext context)
    {
        var services = context.GetHttpContext().RequestServices;
        return arguments.Length == 0 && services.GetService(Type) is Interceptor registered
            ? new(registered, isOurs: false)
            : new((Interceptor)Factory(services, arguments), isOurs: true);
    }
}

public class InterceptorCollection : Collection<InterceptorRegistration>
{
    public void Add<TInterceptor>(params object[] args)
        where TInterceptor : Interceptor => Add(typeof(TInterceptor), args);

    public void Add(Type interceptorType, params object[] args)
    {
        ArgumentNullException.ThrowIfNull(interceptorType);
        if (!interceptorType.IsSubclassOf(typeof(Interceptor)))
            throw new ArgumentException($"Type must inherit from {typeof(Interceptor).FullName}.", nameof(interceptorType));
        Add(new InterceptorRegistration(interceptorType, args));
    }
}
