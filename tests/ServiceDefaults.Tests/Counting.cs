using FaceMix.ServiceDefaults;
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

    public override Task<FailResponse> Fail(FailRequest request, ServerCallContext context) => throw (request.How switch
    {
        "invalid" => RpcErrors.InvalidArgument("how", "is\nnot good"),
        "mapped" => new KeyNotFoundException("There is no such number."),
        "outage" => RpcErrors.Unavailable("NO_DATABASE", "The database is away.", cause: new IOException("a secret of the database")),
        _ => new FormatException("a secret of the house"),
    });

    /// <summary>A mapper as a service has it.</summary>
    public sealed class Mapper : IErrorMapper
    {
        public RpcException? Map(Exception exception) => exception is KeyNotFoundException ? RpcErrors.NotFound("NO_NUMBER", exception.Message) : null;
    }
}
