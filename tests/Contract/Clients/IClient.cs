namespace FaceMix.Tests.Contract.Clients;

/// <summary>Another implementation of gRPC that calls the real services.</summary>
internal interface IClient : IAsyncDisposable
{
    /// <summary>Runs the case of this name.</summary>
    /// <returns>What went wrong; null when nothing did.</returns>
    Task<string?> RunAsync(string name);
}
