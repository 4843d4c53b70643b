using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;

namespace Grpc.Reflection;

/// <summary>Server reflection v1alpha, which older tools ask for. Its messages have the form of v1's.</summary>
public class ReflectionServiceImpl(IEnumerable<ServiceDescriptor> serviceDescriptors) : V1Alpha.ServerReflection.ServerReflectionBase
{
    private readonly Answers answers = new([.. serviceDescriptors]);

    public override async Task ServerReflectionInfo(IAsyncStreamReader<V1Alpha.ServerReflectionRequest> requestStream, IServerStreamWriter<V1Alpha.ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
        {
            var answer = answers.To(V1.ServerReflectionRequest.Parser.ParseFrom(request.ToByteString()));
            await responseStream.WriteAsync(V1Alpha.ServerReflectionResponse.Parser.ParseFrom(answer.ToByteString())).ConfigureAwait(false);
        }
    }
}

/// <summary>Server reflection v1.</summary>
public class ReflectionV1ServiceImpl(IEnumerable<ServiceDescriptor> serviceDescriptors) : V1.ServerReflection.ServerReflectionBase
{
    private readonly Answers answers = new([.. serviceDescriptors]);

    public override async Task ServerReflectionInfo(IAsyncStreamReader<V1.ServerReflectionRequest> requestStream, IServerStreamWriter<V1.ServerReflectionResponse> responseStream, ServerCallContext context)
    {
        await foreach (var request in requestStream.ReadAllAsync(context.CancellationToken).ConfigureAwait(false))
            await responseStream.WriteAsync(answers.To(request)).ConfigureAwait(false);
    }
}

/// <summary>What both versions answer.</summary>
internal sealed class Answers(ServiceDescriptor[] services)
{
    private readonly SymbolRegistry symbols = SymbolRegistry.FromFiles(services.Select(each => each.File));

    public V1.ServerReflectionResponse To(V1.ServerReflectionRequest request)
    {
        var response = request.MessageRequestCase switch
        {
            V1.ServerReflectionRequest.MessageRequestOneofCase.FileByFilename => Files(symbols.FileByName(request.FileByFilename), "File not found."),
            V1.ServerReflectionRequest.MessageRequestOneofCase.FileContainingSymbol => Files(symbols.FileContainingSymbol(request.FileContainingSymbol), "Symbol not found."),
            V1.ServerReflectionRequest.MessageRequestOneofCase.ListServices => new()
            {
                ListServicesResponse = new() { Service = { services.Select(each => new V1.ServiceResponse { Name = each.FullName }) } },
            },
            _ => Error(StatusCode.Unimplemented, "Request type not supported by C# reflection service."),
        };
        response.ValidHost = request.Host;
        response.OriginalRequest = request;
        return response;
    }

    private static V1.ServerReflectionResponse Files(FileDescriptor? file, string otherwise)
    {
        if (file is null)
            return Error(StatusCode.NotFound, otherwise);
        var files = new List<FileDescriptor> { file };
        for (var i = 0; i < files.Count; i++)
            files.AddRange(files[i].Dependencies.Except(files));
        return new() { FileDescriptorResponse = new() { FileDescriptorProto = { files.Select(each => each.SerializedData) } } };
    }

    private static V1.ServerReflectionResponse Error(StatusCode code, string message) =>
        new() { ErrorResponse = new() { ErrorCode = (int)code, ErrorMessage = message } };
}
