using FaceMix.Tests.Services.V1;
using Grpc.Core;

namespace FaceMix.Tests.Services;

internal sealed class Counting : CountingService.CountingServiceBase
{
    public override async Task Count(CountRequest request, IServerStreamWriter<CountResponse> responseStream, ServerCallContext context)
    {
        for (var i = 1; i <= request.To; i++)
        {
            await responseStream.WriteAsync(new CountResponse { Number = i }, CancellationToken.None);
            await Task.Delay(request.PauseMs, request.IsStubborn ? CancellationToken.None : context.CancellationToken);
        }
    }

    public override Task<WhereResponse> Where(WhereRequest request, ServerCallContext context) =>
        Task.FromResult(new WhereResponse { Peer = context.Peer });
}
