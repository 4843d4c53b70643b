using Grpc.Core;
using Grpc.Framing;

namespace Grpc.Net.Client;

/// <summary>Messages that are kept, within the channel's limits, so that a retry can send them from the first one on.</summary>
internal sealed class ReplayedContent(GrpcChannel channel, bool isGzip) : StreamContent
{
    private readonly Lock gate = new();
    private readonly List<byte[]> messages = [];
    private TaskCompletionSource changed = NewSignal();
    private long kept;
    private int attempt;

    // How many were let go of, and how many the present attempt has sent, counted from the first message of the call.
    private int gone;
    private int sent;
    private bool isCommitted;
    private bool isFinished;
    private bool hasEnded;

    public override bool CanRepeat => !isCommitted;

    public override async Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteOptions? options, CancellationToken cancellationToken)
    {
        using var buffer = new PooledBuffer();
        new MessageWriter(buffer, channel.Options.MaxSendMessageSize, isGzip).Write(message, marshaller.ContextualSerializer, options);
        int number;
        lock (gate)
        {
            if (isFinished)
                throw new InvalidOperationException("Request stream has already been completed.");
            messages.Add(buffer.Written.ToArray());
            number = gone + messages.Count;
            if (!isCommitted && !TryKeep(buffer.Written.Length))
                CommitNow();
            Signal();
        }
        while (true)
        {
            Task signal;
            lock (gate)
            {
                if (sent >= number)
                    return;
                if (hasEnded)
                    throw new OperationCanceledException("The call has ended.");
                signal = changed.Task;
            }
            await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
    }

    public override void Complete()
    {
        lock (gate)
        {
            isFinished = true;
            Signal();
        }
    }

    public override void Commit()
    {
        lock (gate)
            if (!isCommitted)
                CommitNow();
    }

    public override void End()
    {
        lock (gate)
        {
            hasEnded = true;
            if (!isCommitted)
                CommitNow();
            Signal();
        }
    }

    protected override async Task SendAsync(Stream stream, CancellationToken cancellationToken)
    {
        int own;
        lock (gate)
        {
            if (gone > 0)
                throw new RpcException(new Status(StatusCode.Unavailable, "The connection was lost after messages had been sent that were not kept."));
            own = ++attempt;
            sent = 0;
        }
        // The headers go out now, because the server may answer before the first message.
        await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
        while (true)
        {
            byte[]? next;
            Task signal;
            lock (gate)
            {
                if (own != attempt || hasEnded)
                    return;
                next = sent - gone < messages.Count ? messages[sent - gone] : null;
                if (next is null && isFinished)
                    return;
                signal = changed.Task;
            }
            if (next is null)
            {
                await signal.WaitAsync(cancellationToken).ConfigureAwait(false);
                continue;
            }
            await stream.WriteAsync(next, cancellationToken).ConfigureAwait(false);
            await stream.FlushAsync(cancellationToken).ConfigureAwait(false);
            lock (gate)
            {
                if (own != attempt)
                    return;
                sent++;
                if (isCommitted)
                    DropSent();
                Signal();
            }
        }
    }

    private static TaskCompletionSource NewSignal() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private bool TryKeep(int size)
    {
        if (kept + size > (channel.Options.MaxRetryBufferPerCallSize ?? long.MaxValue) || !channel.TryKeep(size))
            return false;
        kept += size;
        return true;
    }

    private void CommitNow()
    {
        isCommitted = true;
        channel.LetGo(kept);
        kept = 0;
        DropSent();
    }

    private void DropSent()
    {
        messages.RemoveRange(0, sent - gone);
        gone = sent;
    }

    private void Signal()
    {
        changed.TrySetResult();
        changed = NewSignal();
    }
}
