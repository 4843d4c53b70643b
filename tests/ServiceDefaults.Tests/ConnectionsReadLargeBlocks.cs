using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace FaceMix.Tests.Services;

public sealed class ConnectionsReadLargeBlocks : IAsyncLifetime
{
    private RunningService service = null!;
    private MemoryPool<byte> pool = null!;

    public async Task InitializeAsync()
    {
        service = await RunningService.StartAsync();
        pool = service.App.Services.GetRequiredService<IMemoryPoolFactory<byte>>().Create();
    }

    public async Task DisposeAsync()
    {
        pool.Dispose();
        await service.DisposeAsync();
    }

    [Fact]
    public void A_picture_takes_few_of_them()
    {
        using var block = pool.Rent(4096);

        Assert.Equal((32 * 1024, 32 * 1024), (block.Memory.Length, pool.MaxBufferSize));
    }

    [Fact]
    public void A_block_is_used_again()
    {
        var first = pool.Rent();
        var second = pool.Rent();
        first.Dispose();

        Assert.Same(first, pool.Rent());
        Assert.NotSame(first, second);
    }

    [Fact]
    public void A_block_larger_than_all_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(pool.MaxBufferSize + 1));

    [Fact]
    public void Only_so_many_are_kept()
    {
        var blocks = Enumerable.Range(0, 1025).Select(_ => pool.Rent()).ToList();
        foreach (var block in blocks)
            block.Dispose();

        var kept = Enumerable.Range(0, 1025).Select(_ => pool.Rent()).ToList();

        Assert.Equal(1024, kept.Intersect(blocks).Count());
    }

    [Fact]
    public void After_its_end_a_pool_gives_none()
    {
        var block = pool.Rent();
        pool.Dispose();
        block.Dispose();

        Assert.Throws<ObjectDisposedException>(() => pool.Rent());
    }
}
