using Appliance.Proxy.Transport;

namespace Proxy.Tests.Transport;

/// <summary>Blocks are lent once, come back, and do not pile up.</summary>
public sealed class BufferPoolTests
{
    [Fact]
    public void BlocksLentAtTheSameTimeNeverOverlap()
    {
        var pool = new BufferPool();
        BufferBlock[] blocks = [.. Enumerable.Range(0, 100).Select(i => i % 5 == 0 ? pool.RentLarge() : pool.Rent())];
        Assert.Equal(100, pool.Rented);
        for (int i = 0; i < blocks.Length; i++) blocks[i].Span.Fill((byte)i);
        for (int i = 0; i < blocks.Length; i++) Assert.Equal(-1, blocks[i].Span.IndexOfAnyExcept((byte)i));
        foreach (BufferBlock block in blocks) pool.Return(block);
        Assert.Equal(0, pool.Rented);
    }

    [Fact]
    public void AReturnedBlockIsUsedAgainAndNothingIsAllocated()
    {
        var pool = new BufferPool();
        pool.Return(pool.Rent());
        pool.Return(pool.RentLarge());
        long memory = pool.AllocatedBytes;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            BufferBlock small = pool.Rent(), large = pool.RentLarge();
            pool.Return(large);
            pool.Return(small);
        }

        // An object each time would be 24,000; a collection in between counts what this thread had in reserve, up to 8 KiB.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, -16_384, 16_384);
        Assert.Equal(memory, pool.AllocatedBytes);
    }

    [Fact]
    public void BlocksHaveTheSizesTheyAreNamedFor()
    {
        var pool = new BufferPool();
        BufferBlock small = pool.Rent(), large = pool.RentLarge();
        Assert.Equal((16 * 1024, 80 * 1024), (small.Length, large.Length));
        Assert.Equal((small.Length, large.Length), (small.Writable.Length, large.Memory.Length));
    }

    [Fact]
    public void LargeBlocksBeyondTheReserveAreGivenUp()
    {
        var pool = new BufferPool();
        BufferBlock[] blocks = [.. Enumerable.Range(0, 200).Select(_ => pool.RentLarge())];
        Assert.Equal(200L * BufferPool.LargeSize, pool.AllocatedBytes);
        foreach (BufferBlock block in blocks) pool.Return(block);
        Assert.Equal(64L * BufferPool.LargeSize, pool.AllocatedBytes);
    }

    [Fact]
    public void WhatGoesUnusedIsGivenBackAndWhatIsUsedIsKept()
    {
        var pool = new BufferPool();
        BufferBlock[] peak = [.. Enumerable.Range(0, 1024).Select(_ => pool.Rent())];
        foreach (BufferBlock block in peak) pool.Return(block);
        Assert.Equal(1024L * BufferPool.SmallSize, pool.AllocatedBytes);
        pool.Trim();
        Assert.Equal(1024L * BufferPool.SmallSize, pool.AllocatedBytes);
        // 200 in use at some time of each interval, and then no more.
        for (int i = 0; i < 20; i++) Use(pool, 200);
        Assert.InRange(pool.AllocatedBytes / BufferPool.SmallSize, 200, 200 + 32);
        for (int i = 0; i < 20; i++) Use(pool, 0);
        Assert.InRange(pool.AllocatedBytes / BufferPool.SmallSize, 0, 32);
        Assert.Equal(0, pool.RentedBytes);
    }

    private static void Use(BufferPool pool, int blocks)
    {
        BufferBlock[] used = [.. Enumerable.Range(0, blocks).Select(_ => pool.Rent())];
        Assert.Equal((long)blocks * BufferPool.SmallSize, pool.RentedBytes);
        foreach (BufferBlock block in used) pool.Return(block);
        pool.Trim();
    }
}
