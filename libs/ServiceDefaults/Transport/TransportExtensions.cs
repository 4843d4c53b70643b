using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace FaceMix.ServiceDefaults.Transport;

public static class TransportExtensions
{
    /// <summary>Connections are read and written in blocks large enough for pictures.</summary>
    public static IServiceCollection AddLargeBlocks(this IServiceCollection services) =>
        services.Replace(ServiceDescriptor.Singleton<IMemoryPoolFactory<byte>, BlockPoolFactory>());
}
