using System.Diagnostics;
using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Reflection.V1Alpha;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;
using Reflected = Grpc.Reflection.V1;

namespace FaceMix.Tests;

/// <summary>Server reflection, so that tools need no protos.</summary>
public sealed class OthersReflect : IAsyncLifetime
{
    private const string Service = "facemix.tests.v1.EchoService";
    private EchoServer server = null!;

    public async Task InitializeAsync() => server = await EchoServer.StartAsync(
        services: services => services.AddGrpcReflection(),
        map: app =>
        {
            app.MapGrpcReflectionService();
            // Mapped afterwards, and found all the same.
            app.MapGrpcService<Health>();
        });

    public async Task DisposeAsync() => await server.DisposeAsync();

    [Fact]
    public async Task Version_1_lists_the_mapped_services() =>
        Assert.Equal(
            [Service, "grpc.reflection.v1alpha.ServerReflection", "grpc.reflection.v1.ServerReflection", "grpc.health.v1.Health"],
            (await AskAsync(new Reflected.ServerReflectionRequest { ListServices = "*" })).ListServicesResponse.Service.Select(each => each.Name));

    [Theory]
    [InlineData(Service)]
    [InlineData(Service + ".Say")]
    [InlineData("facemix.tests.v1.SayRequest")]
    public async Task A_symbol_is_found_in_its_file_with_all_that_it_depends_on(string symbol)
    {
        var answer = await AskAsync(new Reflected.ServerReflectionRequest { FileContainingSymbol = symbol });

        var files = FileDescriptor.BuildFromByteStrings(answer.FileDescriptorResponse.FileDescriptorProto.Reverse());
        Assert.Equal("echo.proto", files[^1].Name);
        Assert.Equal(V1.EchoReflection.Descriptor.Dependencies.Select(each => each.Name).Append("echo.proto").Order(), files.Select(each => each.Name).Order());
    }

    [Fact]
    public async Task What_is_unknown_is_not_found_and_the_stream_goes_on()
    {
        using var call = new ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo();
        var seen = new List<int>();
        foreach (var request in new ServerReflectionRequest[]
        {
            new() { FileByFilename = "none.proto" }, new() { FileContainingSymbol = "none" }, new() { AllExtensionNumbersOfType = "none" }, new() { FileByFilename = "echo.proto" },
        })
        {
            await call.RequestStream.WriteAsync(request);
            Assert.True(await call.ResponseStream.MoveNext());
            seen.Add(call.ResponseStream.Current.ErrorResponse?.ErrorCode ?? 0);
        }

        Assert.Equal([StatusCode.NotFound, StatusCode.NotFound, StatusCode.Unimplemented, StatusCode.OK], seen.Select(code => (StatusCode)code));
    }

    [NeedsNode]
    public async Task Buf_lists_methods_and_calls_one()
    {
        var methods = await Buf("--list-methods", server.Grpc.ToString().TrimEnd('/'));
        var said = await Buf("--data", """{"text":"hello"}""", new Uri(server.Grpc, $"{Service}/Say").ToString());

        Assert.Contains($"{Service}/Say", methods.Split('\n'));
        Assert.Equal("hello", JsonParser.Default.Parse<FaceMix.Tests.V1.SayResponse>(said).Text);
    }

    private sealed class Health : Grpc.Health.V1.Health.HealthBase;

    private static async Task<string> Buf(params string[] arguments)
    {
        var program = Repository.PathOf("node_modules", ".bin", "buf");
        using var process = Process.Start(Peer.Start("node", [program, "curl", "--protocol", "grpc", "--http2-prior-knowledge", "--reflect", .. arguments]))!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, await errors);
        return output;
    }

    private async Task<Reflected.ServerReflectionResponse> AskAsync(Reflected.ServerReflectionRequest request)
    {
        using var call = new Reflected.ServerReflection.ServerReflectionClient(server.Channel).ServerReflectionInfo();
        await call.RequestStream.WriteAsync(request);
        await call.RequestStream.CompleteAsync();
        Assert.True(await call.ResponseStream.MoveNext());
        var answer = call.ResponseStream.Current;
        Assert.False(await call.ResponseStream.MoveNext());
        return answer;
    }
}
