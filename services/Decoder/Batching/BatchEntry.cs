using FaceMix.Decoder.Models;

namespace FaceMix.Decoder.Batching;

/// <summary>One request's share of the work, at most a batch: it holds its model until it is answered, dropped or failed.</summary>
public sealed class BatchEntry
{
    // Continuations encode pictures; they must not do that on the thread that runs the network.
    private readonly TaskCompletionSource<DecodedPictures> _result = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenRegistration _caller;

    /// <param name="model">A reference is taken; the caller must hold one of its own.</param>
    /// <param name="latents">[Count, latent].</param>
    /// <param name="count">1 or more.</param>
    /// <param name="arrived">By the queue's clock.</param>
    /// <param name="caller">Cancelled when nobody waits for the answer any more.</param>
    public BatchEntry(LoadedModel model, ReadOnlyMemory<float> latents, int count, long arrived, CancellationToken caller)
    {
        if (!model.TryRetain())
            throw new ObjectDisposedException(nameof(model));
        Model = model;
        Latents = latents;
        Count = count;
        Arrived = arrived;
        _caller = caller.UnsafeRegister(static (entry, token) => ((BatchEntry)entry!)._result.TrySetCanceled(token), this);
    }

    public LoadedModel Model { get; }

    public ReadOnlyMemory<float> Latents { get; }

    public int Count { get; }

    public long Arrived { get; }

    public Task<DecodedPictures> Result => _result.Task;

    public BatchCandidate Candidate => new(Model, Count, IsAbandoned);

    /// <summary>Nobody waits for it any more, so it is not worth decoding.</summary>
    public bool IsAbandoned => _result.Task.IsCompleted;

    /// <summary>Answers and lets go of the model; called once, by whoever took the entry from the queue.</summary>
    public void Complete(DecodedPictures pictures)
    {
        if (!_result.TrySetResult(pictures))
            pictures.Dispose();
        LetGo();
    }

    /// <inheritdoc cref="Complete"/>
    public void Fail(Exception exception)
    {
        _result.TrySetException(exception);
        LetGo();
    }

    private void LetGo()
    {
        _caller.Dispose();
        Model.Release();
    }
}
