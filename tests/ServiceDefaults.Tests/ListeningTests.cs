using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FaceMix.ServiceDefaults;
using FaceMix.Tests.Services.V1;
using Grpc.Net.Client;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class ListeningTests
{
    private const string Wide = "which other machines can reach while nothing is encrypted";

    [Theory]
    [InlineData("--Bind:Address=0.0.0.0", "Kestrel:Endpoints:Grpc:Url is http://0.0.0.0:0, " + Wide)]
    [InlineData("--Bind:Address=::", "Kestrel:Endpoints:Grpc:Url is http://[::]:0, " + Wide)]
    [InlineData("--Bind:Address=everywhere", "Bind:Address is 'everywhere', but it must be an IP address such as 127.0.0.1.")]
    [InlineData("--Bind:GrpcPort=70000", "Bind:GrpcPort is '70000', but it must be a whole number from 0 to 65535.")]
    [InlineData("--Bind:HttpPort=many", "Bind:HttpPort is 'many', but it must be a whole number from 0 to 65535.")]
    [InlineData("--Bind:Insecure=perhaps", "Bind:Insecure is 'perhaps', but it must be true or false.")]
    [InlineData("--Kestrel:Endpoints:Http:Url=http://*:0", "Kestrel:Endpoints:Http:Url is http://*:0, " + Wide)]
    [InlineData("--Kestrel:Endpoints:Http:Url=http://faces.example:0", "Kestrel:Endpoints:Http:Url is http://faces.example:0, " + Wide)]
    [InlineData("--Kestrel:Endpoints:More:Url=http://10.0.0.1:0", "Kestrel:Endpoints:More:Url is http://10.0.0.1:0, " + Wide)]
    [InlineData("--Kestrel:Endpoints:Http:Url=here", "Kestrel:Endpoints:Http:Url is 'here', but it must be an address such as http://127.0.0.1:5111.")]
    [InlineData("--Kestrel:Endpoints:Http:Url=http://127.0.0.1:70000", "Kestrel:Endpoints:Http:Url is 'http://127.0.0.1:70000', but it must be an address such as http://127.0.0.1:5111.")]
    public void A_bad_address_or_port_stops_the_start_with_a_sentence(string argument, string sentence) =>
        Assert.StartsWith(sentence, Assert.Throws<StartException>(() => RunningService.Build([argument])).Message, StringComparison.Ordinal);

    [Fact]
    public async Task Plaintext_beyond_loopback_is_allowed_when_it_is_said_to_be_insecure()
    {
        await using var service = await RunningService.StartAsync("--Bind:Address=0.0.0.0", "--Bind:Insecure=true");

        Assert.All(service.App.Addresses(), address => Assert.Equal("0.0.0.0", address.Host));
    }

    [Fact]
    public async Task Kestrels_own_configuration_brings_TLS_and_needs_no_permission()
    {
        using var folder = new TemporaryFolder();
        using var key = RSA.Create(2048);
        using var certificate = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await File.WriteAllBytesAsync(folder.File("own.pfx"), certificate.Export(X509ContentType.Pfx));
        await using var service = await RunningService.StartAsync(
            "--Kestrel:Endpoints:Grpc:Url=https://0.0.0.0:0", $"--Kestrel:Endpoints:Grpc:Certificate:Path={folder.File("own.pfx")}");
        var address = new UriBuilder(service.App.Addresses().Single(each => each.Scheme == "https")) { Host = "127.0.0.1" }.Uri;
        using var trusting = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, given, _, _) => given?.Thumbprint == certificate.Thumbprint };
        using var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { HttpHandler = trusting });

        Assert.NotEmpty((await new CountingService.CountingServiceClient(channel).WhereAsync(new WhereRequest())).Peer);
    }

    [Fact]
    public async Task A_port_in_use_ends_the_program_with_a_sentence()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var sentence = await FailingStart.SentenceOfAsync(typeof(RunningService).Assembly, $"--Bind:HttpPort={port}");

        Assert.Contains($"127.0.0.1:{port}: address already in use: another program listens there", sentence, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_certificate_that_is_not_there_ends_the_program_with_a_sentence()
    {
        var sentence = await FailingStart.SentenceOfAsync(
            typeof(RunningService).Assembly, "--Kestrel:Endpoints:Http:Url=https://127.0.0.1:0", "--Kestrel:Endpoints:Http:Certificate:Path=/none/own.pfx");

        Assert.Contains("/none/own.pfx", sentence, StringComparison.Ordinal);
    }
}
