namespace Grpc.Core;

/// <summary>Adds headers to a call just before it is sent, a token for instance.</summary>
public delegate Task AsyncAuthInterceptor(AuthInterceptorContext context, Metadata metadata);

public class AuthInterceptorContext(string serviceUrl, string methodName, CancellationToken cancellationToken)
{
    public AuthInterceptorContext(string serviceUrl, string methodName)
        : this(serviceUrl, methodName, CancellationToken.None)
    {
    }

    public string ServiceUrl { get; } = serviceUrl;

    public string MethodName { get; } = methodName;

    public CancellationToken CancellationToken { get; } = cancellationToken;
}

/// <summary>Who the caller is, per call.</summary>
public abstract class CallCredentials
{
    internal CallCredentials()
    {
    }

    public static CallCredentials FromInterceptor(AsyncAuthInterceptor interceptor) => new Interceptor([interceptor]);

    public static CallCredentials Compose(params CallCredentials[] credentials) =>
        new Interceptor([.. credentials.SelectMany(each => each.Interceptors)]);

    internal abstract IReadOnlyList<AsyncAuthInterceptor> Interceptors { get; }

    private sealed class Interceptor(IReadOnlyList<AsyncAuthInterceptor> interceptors) : CallCredentials
    {
        internal override IReadOnlyList<AsyncAuthInterceptor> Interceptors => interceptors;
    }
}

/// <summary>Whether a channel speaks TLS, and the call credentials that all its calls have.</summary>
public abstract class ChannelCredentials
{
    public ChannelCredentials()
    {
    }

    public static ChannelCredentials Insecure { get; } = new Kind(isSecure: false, null);

    public static ChannelCredentials SecureSsl { get; } = new Kind(isSecure: true, null);

    internal abstract bool IsSecure { get; }

    internal abstract CallCredentials? OfCalls { get; }

    public static ChannelCredentials Create(ChannelCredentials channelCredentials, CallCredentials callCredentials) =>
        new Kind(channelCredentials.IsSecure, channelCredentials.OfCalls is { } others
            ? CallCredentials.Compose(others, callCredentials)
            : callCredentials);

    private sealed class Kind(bool isSecure, CallCredentials? ofCalls) : ChannelCredentials
    {
        internal override bool IsSecure => isSecure;

        internal override CallCredentials? OfCalls => ofCalls;
    }
}
