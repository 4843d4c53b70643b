#if COMPAT_PACKAGES
using FaceMix.Tests.V1;
using Grpc.Core;
using Xunit;

namespace FaceMix.Tests;

/// <summary>What the protocol asks for and Grpc.AspNetCore 2.80 does not do.</summary>
public sealed class WhereThePackageFails
{
    [Fact]
    public async Task Bytes_in_metadata_may_be_joined_by_commas()
    {
        var seen = new List<string>();
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = (_, context) =>
            {
                seen.AddRange(context.RequestHeaders.GetAll("x-bin").Select(entry => Convert.ToHexString(entry.ValueBytes)));
                return Task.FromResult(new SayResponse());
            },
        });

        await RawCall.SendAsync(server.Grpc, "Say", RawCall.Framed(new SayRequest()), headers: ("x-bin", "AQ==,AgM, BAUG,"));

        Assert.Equal(["01", "0203", "040506", ""], seen);
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc-web")]
    public async Task A_trailer_cannot_bring_another_one_with_it(string type)
    {
        await using var server = await ScriptedService.StartAsync(new()
        {
            Say = (_, context) =>
            {
                context.ResponseTrailers.Add("good", "word");
                context.ResponseTrailers.Add("bad", "word\r\ngrpc-status: 0");
                return Task.FromResult(new SayResponse());
            },
        });

        var call = await RawCall.SendAsync(type == "application/grpc" ? server.Grpc : server.Web, "Say", RawCall.Framed(new SayRequest()), type);

        Assert.Equal((StatusCode.Unknown, "word", null), (call.Status, call.Value("good"), call.Value("bad")));
    }

    [Fact]
    public async Task A_caller_who_has_not_sent_all_gets_its_status_at_the_deadline()
    {
        await using var server = await ScriptedService.StartAsync(new() { Chat = async (requests, _, _) => await requests.MoveNext(CancellationToken.None) });
        for (var i = 0; i < 50; i++)
        {
            var unfinished = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server.Grpc, "/facemix.tests.v1.EchoService/Chat"))
            {
                Content = new Unfinished(unfinished.Task),
                Version = new Version(2, 0),
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            };
            request.Headers.Add("grpc-timeout", "1n");

            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead).WaitAsync(TimeSpan.FromSeconds(20));
            await response.Content.ReadAsByteArrayAsync();

            Assert.Equal("4", response.Headers.GetValues("grpc-status").Single());
            unfinished.SetResult();
        }
    }

    private sealed class Unfinished : HttpContent
    {
        private readonly Task end;

        public Unfinished(Task end)
        {
            this.end = end;
            Headers.ContentType = new("application/grpc");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.FlushAsync();
            await end;
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
#endif
