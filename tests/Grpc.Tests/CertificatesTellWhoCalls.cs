using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FaceMix.Tests.V1;
using Grpc.Core;
using Grpc.Net.Client;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;

namespace FaceMix.Tests;

/// <summary>Calls over TLS with a certificate on both sides.</summary>
public sealed class CertificatesTellWhoCalls
{
    [Theory]
    [InlineData("caller.example;second.example", "x509_subject_alternative_name", "caller.example;second.example")]
    [InlineData("", "x509_common_name", "caller")]
    public async Task The_context_knows_the_caller_by_its_names(string alternativeNames, string property, string identity)
    {
        using var certificate = Make("caller", alternativeNames.Split(';', StringSplitOptions.RemoveEmptyEntries));
        AuthContext? seen = null;
        await using var server = await StartAsync(context => seen = context.AuthContext);
        using var channel = GrpcChannel.ForAddress(AddressOf(server), new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler
            {
                SslOptions = { ClientCertificates = [certificate], RemoteCertificateValidationCallback = (_, _, _, _) => true },
            },
        });

        await new V1.EchoService.EchoServiceClient(channel).SayAsync(new SayRequest());

        Assert.True(seen!.IsPeerAuthenticated);
        Assert.Equal(property, seen.PeerIdentityPropertyName);
        Assert.Equal(identity.Split(';'), seen.PeerIdentity.Select(each => each.Value));
        Assert.Equal("caller", seen.FindPropertiesByName("x509_common_name").Single().Value);
    }

    private static async Task<WebApplication> StartAsync(Action<ServerCallContext> look)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen => listen.UseHttps(https =>
        {
            https.ServerCertificate = Make("localhost", []);
            https.ClientCertificateMode = ClientCertificateMode.RequireCertificate;
            https.AllowAnyClientCertificate();
        })));
        builder.Services.AddGrpc();
        builder.Services.AddSingleton(new ScriptedService.Script
        {
            Say = (_, context) =>
            {
                look(context);
                return Task.FromResult(new SayResponse());
            },
        });
        var app = builder.Build();
        app.MapGrpcService<ScriptedService>();
        await app.StartAsync();
        return app;
    }

    private static string AddressOf(WebApplication server) =>
        server.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();

    private static X509Certificate2 Make(string name, string[] alternativeNames)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        foreach (var alternative in alternativeNames)
            names.AddDnsName(alternative);
        if (alternativeNames.Length > 0)
            request.CertificateExtensions.Add(names.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        return X509CertificateLoader.LoadPkcs12(made.Export(X509ContentType.Pkcs12), null);
    }
}
