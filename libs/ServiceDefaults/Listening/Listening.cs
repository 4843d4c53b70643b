using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace FaceMix.ServiceDefaults;

/// <summary>
/// Kestrel listens where its own section <c>Kestrel:Endpoints</c> says, TLS included; its endpoints <c>Grpc</c> and <c>Http</c> have
/// defaults, which <see cref="BindOptions"/> changes in short.
/// </summary>
internal static class Listening
{
    /// <exception cref="StartException">An address is none, or reaches beyond loopback without TLS and without <c>Bind:Insecure</c>.</exception>
    public static void AddListening(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        var bind = builder.AddOptions<BindOptions>("Bind");
        var defaults = new Dictionary<string, string?>();
        // Without TLS one port cannot speak both: HTTP/2 is then agreed on beforehand.
        if (identity.GrpcPort is { } grpcPort)
            Add("Grpc", bind.GrpcPort ?? grpcPort, "Http2");
        Add("Http", bind.HttpPort ?? identity.HttpPort, "Http1");
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = defaults });
        foreach (var endpoint in builder.Configuration.GetSection("Kestrel:Endpoints").GetChildren())
            Check(endpoint["Url"] ?? "", $"{endpoint.Path}:Url", bind.Insecure);

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            var services = kestrel.ApplicationServices;
            var stopping = services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
            var age = new ConnectionAge(bind.ConnectionAge, services.GetRequiredService<TimeProvider>(), stopping);
            kestrel.AddServerHeader = false;
            // Finds out that a caller is gone who could not say so.
            kestrel.Limits.Http2.KeepAlivePingDelay = TimeSpan.FromMinutes(1);
            kestrel.Limits.Http2.KeepAlivePingTimeout = TimeSpan.FromSeconds(20);
            kestrel.ConfigureEndpointDefaults(listen => listen.Use(age.Around));
            // Read once: an endpoint added to a file later would not be checked.
            kestrel.Configure(builder.Configuration.GetSection("Kestrel"), reloadOnChange: false);
        });

        void Add(string name, int port, string protocols)
        {
            defaults[$"Kestrel:Endpoints:{name}:Url"] = $"http://{new IPEndPoint(bind.ParsedAddress, port)}";
            defaults[$"Kestrel:Endpoints:{name}:Protocols"] = protocols;
        }
    }

    private static void Check(string url, string key, bool insecure)
    {
        var address = Parse(url) ?? throw new StartException($"{key} is '{url}', but it must be an address such as http://127.0.0.1:5111.");
        var isLocal = address.IsUnixPipe || address.Host == "localhost" || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
        if (address.Scheme == "http" && !isLocal && !insecure)
            throw new StartException($"{key} is {url}, which other machines can reach while nothing is encrypted and nobody is asked who they are: use https and a certificate, bind to 127.0.0.1, or set Bind:Insecure=true to allow it.");
    }

    private static BindingAddress? Parse(string url)
    {
        try
        {
            return BindingAddress.Parse(url) is { Port: <= IPEndPoint.MaxPort } address ? address : null;
        }
        catch (FormatException)
        {
            return null;
        }
    }
}
