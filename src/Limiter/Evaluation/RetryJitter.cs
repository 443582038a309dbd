using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// Spreads the return of rejected clients: the same client gets the same Retry-After for the same rule, different clients differ
/// (policies.md part B 3.3). The seed text is "retry_jitter:v1|policy|rule|reason||id", the id the first four bytes of an HMAC over
/// "subject|address|path"; the subject is empty where no token is read.
/// </summary>
internal static class RetryJitter
{
    private const uint Modulus = 1_000_003;
    private const uint Multiplier = 131;
    private const int LongestSubject = 128;
    private const int LongestPath = 1024;
    private const int LongestAddress = 45;
    private const double MostWindowSpreadSeconds = 60;

    private static ReadOnlySpan<byte> HmacKey => "fairvisor-retry-jitter"u8;

    /// <summary>Where in 0 .. 1 a client stands among those that were rejected for the same reason.</summary>
    public static double Ratio(
        string? policyId, string? ruleName, DecisionReason reason, ReadOnlySpan<byte> subject, ClientAddress client, ReadOnlySpan<byte> path)
    {
        uint hash = Extend(0, "retry_jitter:v1|"u8);
        hash = Extend(Extend(hash, policyId ?? ""), "|"u8);
        hash = Extend(Extend(hash, ruleName ?? ""), "|"u8);
        hash = Extend(Extend(hash, DecisionReasons.Utf8Name(reason)), "||"u8);
        Span<byte> id = stackalloc byte[8];
        WriteIdentity(subject, client, path, id);
        return (double)Extend(hash, id) / Modulus;
    }

    /// <summary>Seconds to tell the client.</summary>
    /// <param name="baseSeconds">Without jitter, at least 1.</param>
    /// <param name="ratio">0 .. 1.</param>
    /// <param name="endsWithWindow">
    /// The wait is for the end of a calendar window: clients return after it, within a minute, while the reference sends them before it, into
    /// a second reject (policies.md A10).
    /// </param>
    /// <param name="asReference">Compatibility: the reference's formula for budgets too.</param>
    public static int Apply(int baseSeconds, double ratio, bool endsWithWindow, bool asReference)
    {
        double half = baseSeconds * 0.5;
        double spread = !endsWithWindow ? half : asReference ? -half : Math.Min(half, MostWindowSpreadSeconds);
        return (int)Math.Clamp(Math.Ceiling(baseSeconds + ratio * spread), 1, int.MaxValue);
    }

    private static void WriteIdentity(ReadOnlySpan<byte> subject, ClientAddress client, ReadOnlySpan<byte> path, Span<byte> hexDigits)
    {
        Span<byte> identity = stackalloc byte[LongestSubject + 2 + LongestAddress + LongestPath];
        // What is longer only loses the spread among clients that differ beyond it.
        ReadOnlySpan<byte> subjectStart = subject[..Math.Min(subject.Length, LongestSubject)];
        subjectStart.CopyTo(identity);
        int length = subjectStart.Length;
        identity[length++] = (byte)'|';
        length += client.Format(identity[length..]);
        identity[length++] = (byte)'|';
        ReadOnlySpan<byte> pathStart = path[..Math.Min(path.Length, LongestPath)];
        pathStart.CopyTo(identity[length..]);
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(HmacKey, identity[..(length + pathStart.Length)], mac);
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
