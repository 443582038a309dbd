// Invariants
// - The array behind a block lies on the pinned object heap: Address stays valid for as long as the block is reachable.
// - A block has one holder at a time (a reader, a writer, or the pool) and lives and dies with its loop: never crosses threads.
using System.Buffers;

namespace Appliance.Proxy.Transport;

/// <summary>A piece of pinned memory. A sequence segment itself, so that handing out a buffer allocates nothing.</summary>
internal sealed unsafe class BufferBlock : ReadOnlySequenceSegment<byte>
{
    /// <summary>Wraps a slice of a pinned array.</summary>
    internal BufferBlock(byte[] pinned, int offset, int length)
    {
        Array = pinned;
        Offset = offset;
        Memory = pinned.AsMemory(offset, length);
        Writable = pinned.AsMemory(offset, length);
        Address = (byte*)System.Runtime.InteropServices.Marshal.UnsafeAddrOfPinnedArrayElement(pinned, offset);
    }

    /// <summary>The pinned array.</summary>
    internal byte[] Array { get; }

    /// <summary>Where in the array the block begins.</summary>
    internal int Offset { get; }

    /// <summary>The same memory, for writing.</summary>
    internal Memory<byte> Writable { get; }

    /// <summary>Its first byte.</summary>
    internal byte* Address { get; }

    /// <summary>Bytes in the block.</summary>
    internal int Length => Memory.Length;

    /// <summary>The whole block as a span.</summary>
    internal Span<byte> Span => new(Array, Offset, Memory.Length);

    /// <summary>Bytes filled, for a block that is followed by another in a writer's queue.</summary>
    internal int FilledLength { get; set; }

    /// <summary>The next block in a writer's queue or in the pool.</summary>
    internal BufferBlock? Link { get; set; }
}
