using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Hosting;

namespace FaceMix.ServiceDefaults;

/// <summary>Runs a service until it is told to stop.</summary>
public static class ServiceHost
{
    /// <summary>Builds, starts and runs; what keeps it from starting is one sentence on standard error.</summary>
    /// <returns>Exit code: 0 stopped as told, 1 could not start.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        try
        {
            await using var app = build();
            await app.StartAsync();
            await app.WaitForShutdownAsync();
            return 0;
        }
        catch (Exception error) when (Sentence(error) is { } sentence)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }

    /// <summary>Why it could not start, for a person; null where the exception is not of that kind.</summary>
    private static string? Sentence(Exception error) => error switch
    {
        StartException => error.Message,
        InvalidDataException => $"{error.Message.TrimEnd('.')}: {error.GetBaseException().Message}",
        IOException { InnerException: AddressInUseException } => $"{error.Message.TrimEnd('.')}: another program listens there; stop it or choose another port.",
        SocketException { SocketErrorCode: SocketError.AccessDenied or SocketError.AddressNotAvailable } => $"Cannot listen: {error.Message}.",
        // A certificate that is not there or not one, an endpoint that Kestrel cannot make sense of.
        _ when error.StackTrace?.Contains("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true => $"Cannot listen: {error.Message.ReplaceLineEndings(" ")}",
        AggregateException { InnerException: { } inner } => Sentence(inner),
        _ => null,
    };
}
