using System.Runtime.InteropServices;

namespace Appliance.Limiter.Tokens;

/// <summary>
/// The values of a token's claims in one run of bytes, so that a cached token is one copy and a claim two loads:
/// <code>
/// | claim 0: start 16, length 16 | claim 1 | ... | values |
/// </code>
/// Starts count from the block's first byte; a claim that the token lacks has length 0. Blocks live in this process only, in its byte order.
/// </summary>
internal static class ClaimBlock
{
    private const int EntryBytes = sizeof(uint);

    /// <summary>The most bytes that a block of this many claims takes, when all text comes from a payload of that length. Below 64 KiB.</summary>
    public static int MaxLength(int claims, int payloadBytes) => claims * EntryBytes + payloadBytes;

    /// <summary>An empty value for every claim.</summary>
    /// <returns>The length of the block so far.</returns>
    public static int Begin(Span<byte> block, int claims)
    {
        block[..(claims * EntryBytes)].Clear();
        return claims * EntryBytes;
    }

    /// <summary>Notes that the value of a claim lies at <paramref name="start"/>.</summary>
    public static void Set(Span<byte> block, int claim, int start, int length) =>
        MemoryMarshal.Cast<byte, uint>(block)[claim] = ((uint)start << 16) | (uint)length;

    public static ReadOnlySpan<byte> ValueOf(ReadOnlySpan<byte> block, int claim)
    {
        uint entry = MemoryMarshal.Cast<byte, uint>(block)[claim];
        return block.Slice((int)(entry >> 16), (int)(entry & 0xffff));
    }
}
