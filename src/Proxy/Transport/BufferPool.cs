namespace Appliance.Proxy.Transport;

/// <summary>
/// Blocks of one loop, in three sizes: small ones for everything, large ones for header sections that do not fit and for bulk, huge ones for bodies
/// that are read before they are judged. Renting and returning is a push and a pop; memory is pinned and kept for reuse, and what goes unused
/// for long is given back.
/// </summary>
internal sealed class BufferPool
{
    /// <summary>Bytes of a small block: a request with its answer, in nearly all traffic.</summary>
    internal const int SmallSize = 16 * 1024;

    /// <summary>Bytes of a large block: request line (8 KiB) and header section (64 KiB) of the greatest size accepted, and a little.</summary>
    internal const int LargeSize = 80 * 1024;

    /// <summary>Bytes of a huge block: a head of the greatest size and the 1 MiB of a body that a policy reads (policies.md A14).</summary>
    internal const int HugeSize = 1024 * 1024 + LargeSize;

    private const int SlabBlocks = 16;
    private const int LargeKept = 64;
    private const int HugeKept = 2;

    private BufferBlock? _small;
    private BufferBlock? _large;
    private int _smallFree;
    private int _smallLowest;
    private int _largeFree;
    private BufferBlock? _huge;
    private int _hugeFree;

    /// <summary>Bytes allocated and not given back to the garbage collector.</summary>
    internal long AllocatedBytes { get; private set; }

    /// <summary>Blocks handed out and not returned; zero when no connection holds data.</summary>
    internal int Rented { get; private set; }

    /// <summary>Bytes of the blocks handed out; other threads may read it, slightly old.</summary>
    internal long RentedBytes { get; private set; }

    /// <summary>A small block with undefined contents.</summary>
    internal BufferBlock Rent()
    {
        if (_small is null) Grow();
        BufferBlock block = _small!;
        _small = block.Link;
        block.Link = null;
        if (--_smallFree < _smallLowest) _smallLowest = _smallFree;
        Rented++;
        RentedBytes += SmallSize;
        return block;
    }

    /// <summary>A large block with undefined contents.</summary>
    internal BufferBlock RentLarge()
    {
        Rented++;
        RentedBytes += LargeSize;
        if (_large is not { } block)
        {
            AllocatedBytes += LargeSize;
            return new BufferBlock(GC.AllocateUninitializedArray<byte>(LargeSize, pinned: true), 0, LargeSize);
        }

        _large = block.Link;
        _largeFree--;
        block.Link = null;
        return block;
    }

    /// <summary>A huge block with undefined contents.</summary>
    internal BufferBlock RentHuge()
    {
        Rented++;
        RentedBytes += HugeSize;
        if (_huge is not { } block)
        {
            AllocatedBytes += HugeSize;
            return new BufferBlock(GC.AllocateUninitializedArray<byte>(HugeSize, pinned: true), 0, HugeSize);
        }

        _huge = block.Link;
        _hugeFree--;
        block.Link = null;
        return block;
    }

    /// <summary>Gives a block back; the caller must not touch it again.</summary>
    internal void Return(BufferBlock block)
    {
        Rented--;
        RentedBytes -= block.Length;
        if (block.Length == SmallSize)
        {
            block.Link = _small;
            _small = block;
            _smallFree++;
        }
        else if (block.Length == LargeSize && _largeFree < LargeKept)
        {
            block.Link = _large;
            _large = block;
            _largeFree++;
        }
        else if (block.Length == HugeSize && _hugeFree < HugeKept)
        {
            block.Link = _huge;
            _huge = block;
            _hugeFree++;
        }
        else
        {
            AllocatedBytes -= block.Length;
        }
    }

    /// <summary>
    /// Gives free blocks back to the garbage collector when far fewer are used than are kept: half of what went unused since the last call, so
    /// that the pool follows the load within seconds and is not emptied by a short lull.
    /// </summary>
    internal void Trim()
    {
        int unused = Math.Min(_smallLowest, _smallFree), drop = unused > SlabBlocks ? unused / 2 : 0;
        for (int i = 0; i < drop; i++)
        {
            BufferBlock block = _small!;
            _small = block.Link;
            block.Link = null;
        }

        _smallFree -= drop;
        AllocatedBytes -= (long)drop * SmallSize;
        _smallLowest = _smallFree;
    }

    /// <summary>Blocks are arrays of their own, made sixteen at a time: one block in use would hold a whole slab.</summary>
    private void Grow()
    {
        for (int i = 0; i < SlabBlocks; i++)
        {
            _small = new BufferBlock(GC.AllocateUninitializedArray<byte>(SmallSize, pinned: true), 0, SmallSize) { Link = _small };
        }

        AllocatedBytes += SlabBlocks * SmallSize;
        _smallFree += SlabBlocks;
    }
}
