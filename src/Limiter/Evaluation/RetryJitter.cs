using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Appliance.Limiter.Hashing;

namespace Appliance.Limiter.Evaluation;

/// <summary>
/// Spreads the return of rejected clients: the same client gets the same Retry-After for the same rule, different clients differ
/// (policies.md part B 3.3). A client is "subject|address|path"; the subject is empty where no token is read. A plain hash, not the reference's
/// HMAC: nothing is secret in it, and rejecting is what a node does most when it is flooded.
/// </summary>
internal static class RetryJitter
{
    private const int LongestSubject = 128;
    private const int LongestPath = 1024;
    private const int LongestAddress = 45;
    private const double MostWindowSpreadSeconds = 60;

    /// <summary>Where in 0 .. 1 a client stands among those that were rejected for the same reason.</summary>
    [SkipLocalsInit]
    public static double Ratio(
        string? policyId, string? ruleName, DecisionReason reason, ReadOnlySpan<byte> subject, ClientAddress client, ReadOnlySpan<byte> path)
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
        ulong rule = XxHash64.DigestOf(MemoryMarshal.AsBytes<char>(ruleName), XxHash64.DigestOf(MemoryMarshal.AsBytes<char>(policyId), (ulong)reason));
        ulong hash = XxHash64.DigestOf(identity[..(length + pathStart.Length)], rule);
        return (hash >> 11) * (1.0 / (1UL << 53));
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
}
