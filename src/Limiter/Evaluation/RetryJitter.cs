using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// Spreads the return of rejected clients: the same client gets the same Retry-After for the same rule, different clients differ
/// (policies.md part B 3.3). The seed text is "retry_jitter:v1|policy|rule|reason||id", the id the first four bytes of an HMAC over
/// "subject|address|path"; there is no subject as long as no token is read.
/// </summary>
internal static class RetryJitter
{
    private const uint Modulus = 1_000_003;
    private const uint Multiplier = 131;
    private const int LongestPath = 1024;
    private const int LongestAddress = 45;

    private static ReadOnlySpan<byte> HmacKey => "fairvisor-retry-jitter"u8;

    /// <summary>Seconds to tell the client: between <paramref name="baseSeconds"/> and one and a half times that, rounded up.</summary>
    public static int Apply(int baseSeconds, string policyId, string ruleName, DecisionReason reason, ClientAddress client, ReadOnlySpan<byte> path)
    {
        uint hash = Extend(0, "retry_jitter:v1|"u8);
        hash = Extend(Extend(hash, policyId), "|"u8);
        hash = Extend(Extend(hash, ruleName), "|"u8);
        hash = Extend(Extend(hash, DecisionReasons.Utf8Name(reason)), "||"u8);
        Span<byte> id = stackalloc byte[8];
        WriteIdentity(client, path, id);
        double ratio = (double)Extend(hash, id) / Modulus;
        return (int)Math.Clamp(Math.Ceiling(baseSeconds + ratio * baseSeconds * 0.5), 1, int.MaxValue);
    }

    private static void WriteIdentity(ClientAddress client, ReadOnlySpan<byte> path, Span<byte> hexDigits)
    {
        Span<byte> identity = stackalloc byte[2 + LongestAddress + LongestPath];
        identity[0] = (byte)'|';
        int length = 1 + client.Format(identity[1..]);
        identity[length++] = (byte)'|';
        // A longer path only loses the spread among clients that differ beyond it.
        ReadOnlySpan<byte> start = path[..Math.Min(path.Length, LongestPath)];
        start.CopyTo(identity[length..]);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(HmacKey, identity[..(length + start.Length)], mac);
        uint head = System.Buffers.Binary.BinaryPrimitives.ReadUInt32BigEndian(mac);
        Utf8Formatter.TryFormat(head, hexDigits, out _, new('x', 8));
    }

    private static uint Extend(uint hash, ReadOnlySpan<byte> bytes)
    {
        foreach (byte value in bytes) hash = (hash * Multiplier + value) % Modulus;
        return hash;
    }

    /// <summary>As UTF-8, without allocating.</summary>
    private static uint Extend(uint hash, string text)
    {
        Span<byte> utf8 = stackalloc byte[4];
        foreach (Rune rune in text.EnumerateRunes()) hash = Extend(hash, utf8[..rune.EncodeToUtf8(utf8)]);
        return hash;
    }
}
