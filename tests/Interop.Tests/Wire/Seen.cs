using System.Collections.Concurrent;

namespace FaceMix.Tests.Interop.Wire;

/// <summary>What one side saw of the calls of one case.</summary>
internal sealed class Seen
{
    /// <summary>In order, whether each request went compressed.</summary>
    public ConcurrentQueue<bool> Requests { get; } = [];

    /// <summary>The same of the responses.</summary>
    public ConcurrentQueue<bool> Responses { get; } = [];

    /// <summary>Done once a server's method was told that nobody waits for it any more.</summary>
    public TaskCompletionSource Cancelled { get; private set; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Forget()
    {
        Requests.Clear();
        Responses.Clear();
        Cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    public void MustAgreeWith(InteropCase expected)
    {
        if (expected.Requests is { } requests)
            Assert.Equal(requests, Requests);
        if (expected.Responses is { } responses)
            Assert.Equal(responses, Responses);
    }
}
