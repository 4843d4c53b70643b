using System.Collections.ObjectModel;
using System.IO.Compression;
using Grpc.Core.Interceptors;

namespace Grpc.AspNetCore.Server;

/// <summary>What a service allows; unset means the default.</summary>
public class GrpcServiceOptions
{
    private int? maxReceiveMessageSize;

    /// <summary>In bytes; unset or null: no limit.</summary>
    public int? MaxSendMessageSize { get; set; }

    /// <summary>In bytes; unset: 4 MiB; null: no limit.</summary>
    public int? MaxReceiveMessageSize
    {
        get => maxReceiveMessageSize;
        set
        {
            maxReceiveMessageSize = value;
            MaxReceiveMessageSizeSpecified = true;
        }
    }

    public bool MaxReceiveMessageSizeSpecified { get; private set; }

    /// <summary>Sends the text of unexpected exceptions to the caller. Not for production.</summary>
    public bool? EnableDetailedErrors { get; set; }

    /// <summary>"gzip", or null for none.</summary>
    public string? ResponseCompressionAlgorithm { get; set; }

    public CompressionLevel? ResponseCompressionLevel { get; set; }

    /// <summary>True: calls to unknown services and methods are left to what else is mapped.</summary>
    public bool? IgnoreUnknownServices { get; set; }

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
    internal InterceptorRegistration(Type type, object[] arguments)
    {
        Type = type;
        Arguments = arguments;
    }

    public Type Type { get; }

    public IReadOnlyList<object> Arguments { get; }
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
