using FaceMix.ModelStore;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace FaceMix.Tests.ModelStore;

public sealed class ModelWatcherTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly TemporaryFolder _models = new();

    public void Dispose() => _models.Dispose();

    [Fact]
    public async Task A_new_version_on_a_local_disk_is_noticed_at_once()
    {
        Directory.CreateDirectory(_models.File("faces"));
        // A clock that never moves: only the disk's own notice can wake the watcher.
        await using var looks = Watch(_models.Path, new FakeTimeProvider());
        Assert.True(await looks.MoveNextAsync());
        Assert.Empty(looks.Current);

        var next = looks.MoveNextAsync().AsTask();
        var id = Some.Publish(_models.Path);

        Assert.True(await next.WaitAsync(Patience));
        Assert.Equal([id], looks.Current);
    }

    [Fact]
    public async Task A_new_version_on_a_disk_that_gives_no_notice_is_found_by_looking()
    {
        // The folder appears after the watcher began, so that there is nothing to be notified of.
        var models = _models.File("later");
        var clock = new FakeTimeProvider();
        await using var looks = Watch(models, clock);
        Assert.True(await looks.MoveNextAsync());

        var next = looks.MoveNextAsync().AsTask();
        var id = Some.Publish(models);
        Assert.False(next.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.True(await next.WaitAsync(Patience));
        Assert.Equal([id], looks.Current);
    }

    [Fact]
    public async Task A_version_that_was_put_right_is_looked_at_again()
    {
        var id = Some.Publish(_models.Path);
        var clock = new FakeTimeProvider();
        await using var looks = Watch(_models.Path, clock);
        Assert.True(await looks.MoveNextAsync());

        var next = looks.MoveNextAsync().AsTask();
        File.WriteAllBytes(new ModelCatalog(_models.Path).FileOf(id, "decoder.onnx"), [1, 2, 3, 4]);
        clock.Advance(TimeSpan.FromSeconds(5));

        Assert.True(await next.WaitAsync(Patience));
        Assert.Equal([id], looks.Current);
    }

    [Fact]
    public async Task The_watch_ends_when_it_is_cancelled()
    {
        using var stop = new CancellationTokenSource();
        await using var looks = Watch(_models.Path, new FakeTimeProvider(), stop.Token);
        Assert.True(await looks.MoveNextAsync());

        var next = looks.MoveNextAsync().AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(Patience));
    }

    private static IAsyncEnumerator<IReadOnlyList<ModelVersionId>> Watch(string models, TimeProvider time, CancellationToken stop = default) =>
        new ModelWatcher(new ModelCatalog(models), TimeSpan.FromSeconds(5), time).WatchAsync(cancellationToken: stop).GetAsyncEnumerator(CancellationToken.None);
}
