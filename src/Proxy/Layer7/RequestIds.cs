using System.Security.Cryptography;

namespace Appliance.Proxy.Layer7;

/// <summary>Ids for X-Request-Id, unique over nodes and restarts: 64 random bits of this loop's start and a 64-bit count, in hexadecimal.</summary>
internal sealed class RequestIds
{
    /// <summary>Characters of an id.</summary>
    internal const int Length = 32;

    private readonly ulong _start = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
    private ulong _count;

    /// <summary>Writes the next id.</summary>
    internal void Write(ref HeadWriter writer)
    {
        writer.WriteHex(_start);
        writer.WriteHex(++_count);
    }
}
