namespace Grpc.Core;

/// <summary>Whether a channel speaks TLS.</summary>
public abstract class ChannelCredentials
{
    public ChannelCredentials()
    {
    }

    public static ChannelCredentials Insecure { get; } = new Kind(isSecure: false);

    public static ChannelCredentials SecureSsl { get; } = new Kind(isSecure: true);

    internal abstract bool IsSecure { get; }

    private sealed class Kind(bool isSecure) : ChannelCredentials
    {
        internal override bool IsSecure => isSecure;
    }
}
